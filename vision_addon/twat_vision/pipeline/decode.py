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
    """Width and height of a JPEG or PNG from its header, before any EXIF rotation.

    Sources: ITU-T T.81 annex B (JPEG markers), PNG specification 11.2.2 (IHDR).

    Args:
        data: the file; its beginning suffices.

    Returns:
        Pixels, from 1; None for other formats and for a header that is cut off.
    """
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD9:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def reduction_for(edge: float, needed: float) -> int:
    """The largest reduction that leaves enough of a photo.

    Args:
        edge: length in pixels of what matters in the photo.
        needed: pixels of it that suffice.

    Returns:
        1, 2, 4 or 8 (what libjpeg decodes at directly); 1 where even the full size does not suffice.
    """
    return next((r for r in (8, 4, 2) if edge / r >= needed), 1)
