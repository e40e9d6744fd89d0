"""Printed markers at the board's corners.

Four ArUco markers of the dictionary ``DICT_4X4_50``, ids 0 to 3 clockwise from the board's own top-left corner, lie outside
the board, each touching the board's corner with its nearest corner. They give place, size and orientation at once.
Source: OpenCV's ``objdetect`` tutorial "Detection of ArUco Markers"; Garrido-Jurado et al., Pattern Recognition 47 (2014).
"""

import cv2
import numpy as np

from .decode import Image
from .geometry import is_convex
from .types import Corners

IDS = (0, 1, 2, 3)
_TOUCHING = (2, 3, 0, 1)
"""Which corner of each marker (counted clockwise from its top left) touches the board."""


def marker_corners(
    image: Image, ids: tuple[int, ...] = IDS
) -> tuple[Corners | None, tuple[int, ...]]:
    """Find the board by its markers.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        ids: ids of the markers at the board's top-left, top-right, bottom-right and bottom-left corner.

    Returns:
        The board's corners, 0…1 of the image and starting at the board's own top left, or None unless all four are seen;
        and the ids that are seen.
    """
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    found, numbers, _ = cv2.aruco.ArucoDetector(dictionary, parameters).detectMarkers(image)
    # Typed as always there; OpenCV gives None where no marker is seen.
    listed = np.atleast_1d(np.asarray(numbers if len(found) else (), np.int64)).ravel()
    seen = dict(zip((int(n) for n in listed), found, strict=True))
    numbers_seen = tuple(sorted(n for n in seen if n in ids))
    if len(numbers_seen) < 4:
        return None, numbers_seen
    points = np.array(
        [seen[n].reshape(4, 2)[k] for n, k in zip(ids, _TOUCHING, strict=True)], np.float64
    )
    if not is_convex(points):
        return None, numbers_seen
    h, w = image.shape[:2]
    a, b, c, d = (((float(x) + 0.5) / w, (float(y) + 0.5) / h) for x, y in points)
    return (a, b, c, d), numbers_seen
