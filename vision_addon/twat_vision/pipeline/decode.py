"""Decoding of encoded photos, at the size that suffices.

libjpeg decodes at 1/2, 1/4 or 1/8 directly from the DCT coefficients, which costs a fraction of a full decode
(OpenCV ``IMREAD_REDUCED_COLOR_x``).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .types import PipelineError

Image = NDArray[np.uint8]
"""BGR, ``(height, width, 3)``, 0…255."""

_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def decode_image(data: bytes, reduce: int = 1) -> Image:
    """Decode an encoded photo.

    Args:
        data: a JPEG, PNG or WebP file.
        reduce: 1, 2, 4 or 8; the result's sides are the photo's divided by it, rounded up.

    Returns:
        BGR uint8 ``(height, width, 3)``, turned upright as the EXIF orientation says.

    Raises:
        PipelineError: ``not_an_image`` when the bytes are not a complete image.
    """
    image = None
    if data:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[reduce])
    if image is None:
        raise PipelineError("not_an_image", "The file is not an image that can be read.")
    return np.asarray(image, np.uint8)
