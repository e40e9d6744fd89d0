"""A piece cut out of its picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sprite:
    """A piece cut out of its picture.

    Attributes:
        left: Pixel column of its left edge.
        top: Pixel row of its top edge.
        color: H×W×3 sRGB in 0…255, float32.
        alpha: H×W in 0…1, float32.
    """

    left: int
    top: int
    color: Floats
    alpha: Floats
