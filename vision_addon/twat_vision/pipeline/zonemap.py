"""Zones on the canvas: which zone a pixel belongs to."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Frame
from .types import Point, Zones

NEAR = 0.5
"""Units around a zone within which a piece still counts as standing on it, where no zone is underneath."""

ZoneMap = NDArray[np.int32]
"""``(H, W)``: index of the smallest zone at each canvas pixel, -1 outside all."""


@lru_cache(maxsize=8)
def zone_map(layout: Zones, frame: Frame) -> ZoneMap:
    """Paint the zones onto the canvas, larger ones first, so that a zone inside another one wins.

    Args:
        layout: the zones.
        frame: the canvas.

    Returns:
        Index of the zone, -1 outside of all, ``(H, W)``; see `ZoneMap`.
    """
    width, height = frame.size
    painted = np.full((height, width), -1, np.int32)
    polygons = [canvas_polygon(z.polygon, frame) for z in layout.zones]
    areas = [abs(float(cv2.contourArea(p.astype(np.float32)))) for p in polygons]
    for index in sorted(range(len(polygons)), key=lambda i: -areas[i]):
        cv2.fillPoly(painted, [np.round(polygons[index]).astype(np.int32)], float(index))
    # Kept for the next photo: not to be written to.
    painted.flags.writeable = False
    return painted


def zone_centre(layout: Zones, index: int) -> Point:
    """Centre of a zone's polygon (centroid of its vertices).

    Args:
        layout: the zones.
        index: which one.

    Returns:
        x and y, 0…1 of the board.
    """
    x, y = np.mean(np.asarray(layout.zones[index].polygon), axis=0)
    return float(x), float(y)


def foot_of(
    ys: NDArray[np.intp], xs: NDArray[np.intp], below: Point, frame: Frame
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The canvas pixels of a piece that are nearest to where it stands: the half on the side of the camera.

    Args:
        ys: the piece's rows, ``(n,)``.
        xs: its columns.
        below: the point below the camera (`geometry.below_camera`), in units.
        frame: the canvas.

    Returns:
        Rows and columns of about half of them, ``(m,)`` each.
    """
    middle = np.array([xs.mean(), ys.mean()])
    camera = np.array(below) * frame.scale + (frame.offset - 0.5)
    towards = (camera - middle) / max(float(np.linalg.norm(camera - middle)), 1e-6)
    along = (xs - middle[0]) * towards[0] + (ys - middle[1]) * towards[1]
    near = along >= np.median(along)
    return ys[near], xs[near]


def zone_of(ys: NDArray[np.intp], xs: NDArray[np.intp], zones: ZoneMap, frame: Frame) -> int:
    """The zone that most of some canvas pixels lie in, else the nearest one within `NEAR`.

    Args:
        ys: rows of the pixels, ``(n,)``.
        xs: their columns.
        zones: the painted zones.
        frame: the canvas.

    Returns:
        The zone's index; -1 for none.
    """
    inside = zones[ys, xs]
    found = inside[inside >= 0]
    if found.size >= 0.25 * inside.size:
        return int(np.bincount(found).argmax())
    y, x = float(ys.mean()), float(xs.mean())
    reach = round(NEAR * frame.scale)
    y0, x0 = max(0, round(y) - reach), max(0, round(x) - reach)
    window = zones[y0 : round(y) + reach + 1, x0 : round(x) + reach + 1]
    places = np.argwhere(window >= 0)
    if not len(places):
        return -1
    nearest = places[np.argmin(((places - (y - y0, x - x0)) ** 2).sum(axis=1))]
    return int(window[nearest[0], nearest[1]])


def canvas_polygon(polygon: tuple[Point, ...], frame: Frame) -> NDArray[np.float64]:
    """A part of the board on the canvas.

    Args:
        polygon: points, 0…1 of the board.
        frame: the canvas.

    Returns:
        x and y in canvas pixels, ``(n, 2)``.
    """
    size = np.array([frame.columns, frame.rows]) * frame.scale
    return np.asarray(np.asarray(polygon) * size + (frame.offset - 0.5), np.float64)
