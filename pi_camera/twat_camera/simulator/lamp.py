"""The light over the table: where the lamp is, and how much comes from everywhere else."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp, and the room's own light.

    Attributes:
        toward: Direction to the lamp, world axes, unit length.
        ambient: Light that comes from all sides, 1 being paint's full brightness.
        direct: Light of the lamp on what faces it.
        shadow: How much of the light a cast shadow takes, 0…1.
        blur: Softness of cast shadows as a factor.
        falloff: How unevenly the lamp lights the table; 0 is evenly.
    """

    toward: tuple[float, float, float] = (-0.50, -0.42, 0.76)
    ambient: float = 0.48
    direct: float = 0.72
    shadow: float = 0.42
    blur: float = 1.0
    falloff: float = 0.55

    @property
    def direction(self) -> npt.NDArray[np.float32]:
        """Direction to the lamp as a vector of 3."""
        return np.array(self.toward, np.float32)

    @property
    def away(self) -> npt.NDArray[np.float32]:
        """How far the shadow of a point one unit up falls from its foot, x and y."""
        return np.asarray(-self.direction[:2] / self.direction[2], np.float32)
