"""Decoding of encoded photos, at the size that suffices.

libjpeg decodes at 1/2, 1/4 or 1/8 directly from the DCT coefficients, which costs a fraction of a full decode
(OpenCV ``IMREAD_REDUCED_COLOR_x``).
"""

from io import BytesIO
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL.ExifTags import Base

from .types import PipelineError

Image = NDArray[np.uint8]
"""BGR, ``(height, width, 3)``, 0…255."""

FORMATS: Final = ("JPEG", "PNG", "WEBP")
LYING: Final = (5, 6, 7, 8)
"""EXIF orientations of photos that are stored lying on their side (CIPA DC-008, 4.6.5)."""
LEAST_SIDE = 64
"""Photos with a shorter side (pixels) show nothing."""

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
        PipelineError: ``not_an_image`` when the bytes are not a complete image, ``image_too_small`` when a side is
            shorter than `LEAST_SIDE` pixels.
    """
    image = None
    if data:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[reduce])
    if image is None:
        raise PipelineError("not_an_image", "The file is not an image that can be read.")
    if min(image.shape[:2]) * reduce < LEAST_SIDE:
        raise PipelineError(
            "image_too_small", f"The photo is too small: a side has at least {LEAST_SIDE} pixels."
        )
    return np.asarray(image, np.uint8)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of an encoded photo from its header, as `decode_image` shows it: turned upright.

    Pillow, because OpenCV cannot read a header without decoding.

    Args:
        data: the file; its beginning suffices.

    Returns:
        Pixels, from 1; None for what is no JPEG, PNG or WebP file, and for a header that is cut off.
    """
    try:
        with PillowImage.open(BytesIO(data), formats=FORMATS) as photo:
            width, height = photo.size
            orientation = photo.getexif().get(Base.Orientation, 1)
    # Pillow's decoders raise these for damaged files, and `open` for foreign ones.
    except (OSError, SyntaxError, ValueError):
        return None
    return (height, width) if orientation in LYING else (width, height)


def reduction_for(edge: float, needed: float) -> int:
    """The largest reduction that leaves enough of a photo.

    Args:
        edge: length in pixels of what matters in the photo.
        needed: pixels of it that suffice.

    Returns:
        1, 2, 4 or 8 (what libjpeg decodes at directly); 1 where even the full size does not suffice.
    """
    return next((r for r in (8, 4, 2) if edge / r >= needed), 1)
