"""Cutting places of the board out of photos, at their native resolution."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from twat_vision.pipeline import decode_image
from twat_vision.pipeline.decode import image_size
from twat_vision.pipeline.geometry import project, units_to_image
from twat_vision.pipeline.spaces import cell_of
from twat_vision.pipeline.types import Corners, Grid, Layout, Point, Surface

from .sheet import Pixels

PAD: Final = 0.2
"""How much of a place's side is shown around it: pieces lean, and need something to be compared with."""
LEAST_SHARE: Final = 1 / 40
"""Half the smallest side of a crop on boards without cells, as a share of the board's shorter side: the small pieces of such games
(cubes of *Dune: Imperium*, bases of *Star Wars: Legion*) are a fiftieth to a thirtieth of it wide."""


@dataclass(frozen=True, slots=True)
class Square:
    """A square part of a photo, in full-size pixels; it may reach over the edge."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a board is in a photo: its corners, 0…1, and the photo's width and height in pixels."""

    corners: Corners
    size: tuple[int, int]


def outline(layout: Layout, space: str | None, position: Point | None) -> tuple[Point, ...] | None:
    """The outline of a place in board points 0…1; None when nothing says where it is.

    A free surface's places have no outline: a square around the position stands for it.
    """
    if isinstance(layout, Grid):
        cell = cell_of(space, layout) if space else None
        if cell is None and position is not None:
            cell = (round(position[0]), round(position[1]))
        if cell is None:
            return None
        column, row = cell
        return tuple(
            ((column + dx) / layout.columns, (row + dy) / layout.rows)
            for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))
        )
    if isinstance(layout, Surface):
        if position is None:
            return None
        x, y = position[0] / layout.width, position[1] / layout.height
        reach = LEAST_SHARE * min(layout.width, layout.height)
        dx, dy = reach / layout.width, reach / layout.height
        return ((x - dx, y - dy), (x + dx, y - dy), (x + dx, y + dy), (x - dx, y + dy))
    return next((zone.polygon for zone in layout.zones if zone.id == space), None)


def square_of(
    polygon: tuple[Point, ...], corners: Corners, size: tuple[int, int], pad: float = PAD
) -> Square:
    """The square of a photo that shows an outline of the board, with some of its surroundings.

    Args:
        polygon: Board points 0…1.
        corners: Where the board is, 0…1 of the photo.
        size: Width and height of the photo in pixels.
        pad: Share of the side that is shown around it.
    """
    to_image = units_to_image(1, 1, corners, size)
    points = project(to_image, np.asarray(polygon, np.float64))
    return _around(points, pad)


def square_of_box(
    box: tuple[int, int, int, int], corners: Corners, size: tuple[int, int]
) -> Square:
    """The square of a photo that shows what is in a box, wide enough to tell what it is.

    Args:
        box: x, y, width, height in full-size pixels.
        corners: Where the board is, 0…1 of the photo.
        size: Width and height of the photo in pixels.
    """
    x, y, width, height = box
    points = np.array([[x, y], [x + width, y + height]], np.float64)
    board = np.asarray(corners) * np.asarray(size)
    edge = float(np.linalg.norm(board - np.roll(board, -1, axis=0), axis=1).min())
    square = _around(points, PAD)
    least = 2 * LEAST_SHARE * edge
    if square.side >= least:
        return square
    grow = (least - square.side) / 2
    return Square(square.x - grow, square.y - grow, least)


def moved(square: Square, source: Place, target: Place) -> Square:
    """The square of the target photo that shows what a square of the source photo shows."""
    to_source = units_to_image(1, 1, source.corners, source.size)
    to_target = units_to_image(1, 1, target.corners, target.size)
    edges = np.array([[square.x, square.y], [square.x + square.side, square.y + square.side]])
    points = project(to_target @ np.linalg.inv(to_source), edges)
    side = float((points[1] - points[0]).max())
    x, y = points.mean(axis=0)
    return Square(float(x) - side / 2, float(y) - side / 2, side)


def _around(points: NDArray[np.float64], pad: float) -> Square:
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * (1 + 2 * pad)
    middle = (low + high) / 2
    return Square(float(middle[0]) - side / 2, float(middle[1]) - side / 2, side)


class Cutter:
    """Cuts squares out of one photo, decoded once and no finer than the crops need.

    Args:
        photo: The encoded file.
        side: Pixels a crop will have on the sheet.
        smallest: Side of the smallest square to be cut, in full-size pixels.
    """

    def __init__(self, photo: bytes, side: int, smallest: float) -> None:
        self._reduce = next((by for by in (8, 4, 2) if smallest / by >= side), 1)
        self._image = decode_image(photo, self._reduce)

    def cut(self, square: Square) -> Pixels:
        """The pixels of a square; what lies outside the photo repeats its edge."""
        side = max(1, round(square.side / self._reduce))
        x, y = round(square.x / self._reduce), round(square.y / self._reduce)
        height, width = self._image.shape[:2]
        left, top = max(0, -x), max(0, -y)
        right, bottom = max(0, x + side - width), max(0, y + side - height)
        inner = self._image[max(0, y) : y + side, max(0, x) : x + side]
        if not (left or top or right or bottom):
            return inner
        framed = cv2.copyMakeBorder(inner, top, bottom, left, right, cv2.BORDER_REPLICATE)
        return np.asarray(framed, np.uint8)


def photo_size(photo: bytes) -> tuple[int, int]:
    """Width and height of an encoded photo in pixels."""
    size = image_size(photo)
    if size is None:
        image = decode_image(photo)
        size = image.shape[1], image.shape[0]
    return size


def inside(square: Square, size: tuple[int, int]) -> bool:
    """Whether the middle of a square is in the photo: a place the camera does not see is not asked about."""
    x, y = square.x + square.side / 2, square.y + square.side / 2
    return 0 <= x < size[0] and 0 <= y < size[1]
