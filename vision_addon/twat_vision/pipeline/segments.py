"""Segments of a colour on one photo, and what the board looks like around them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage

COARSE, AROUND = 6, 2.5
"""Resolution (pixels a unit) and width (units) of what counts as surroundings."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Connected pixels of one colour: their indices ``ys``, ``xs``, the centre (x, y) in pixels, the area in square units."""

    ys: NDArray[np.intp]
    xs: NDArray[np.intp]
    centre: tuple[float, float]
    area: float


def surroundings(lab: FloatImage, scale: int) -> FloatImage:
    """Median colour around every pixel, at `COARSE` pixels a unit: what the board looks like between the pieces.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        scale: pixels a unit.

    Returns:
        CIELAB float32 ``(H, W, 3)``.
    """
    factor = COARSE / scale
    size = (max(8, round(lab.shape[1] * factor)), max(8, round(lab.shape[0] * factor)))
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    offset = np.array([0, 128, 128], np.float32)
    coded = np.clip(small * np.array([2.55, 1, 1], np.float32) + offset, 0, 255).astype(np.uint8)
    middle = cv2.medianBlur(coded, round(AROUND * COARSE) // 2 * 2 + 1).astype(np.float32)
    return np.asarray((middle - offset) / np.array([2.55, 1, 1], np.float32), np.float32)


def solidity(segment: Segment) -> float:
    """Share of its convex hull that a segment fills; outlines of printed things fill little.

    Args:
        segment: pixels of one colour that hang together.

    Returns:
        0…1.
    """
    points = np.stack([segment.xs, segment.ys], axis=1).astype(np.int32)
    hull = cv2.convexHull(points)
    # The hull runs through pixel centres: half a pixel all round belongs to it.
    area = cv2.contourArea(hull) + 0.5 * cv2.arcLength(hull, True) + 1
    return float(len(points) / area)


def largest_circle(ys: NDArray[np.intp], xs: NDArray[np.intp], scale: int) -> float:
    """How large the largest circle within some pixels is, gaps a pixel wide filled.

    Args:
        ys: their rows, ``(n,)``, at least one.
        xs: their columns.
        scale: pixels a unit.

    Returns:
        Its area in square units.
    """
    y0, x0 = int(ys.min()) - 2, int(xs.min()) - 2
    mask = np.zeros((int(ys.max()) - y0 + 3, int(xs.max()) - x0 + 3), np.uint8)
    mask[ys - y0, xs - x0] = 1
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    radius = float(cv2.distanceTransform(whole, cv2.DIST_L2, 5).max())
    return float(np.pi * (radius / scale) ** 2)
