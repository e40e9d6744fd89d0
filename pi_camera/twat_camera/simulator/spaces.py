"""Boards as geometry: which spaces there are, and where pieces stand on them.

Board units: the longer side of the playing area is 1; x to the right, y down, (0, 0) the playing
area's top-left corner.
"""

from dataclasses import dataclass
from functools import cached_property
import math
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
_LONG = 1.9
Origin = Literal["top_left", "bottom_left"]


def column_name(index: int) -> str:
    """Return the letters of a column counted from 0: A, B, up to Z, then AA."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def cell_names(columns: int, rows: int, origin: Origin) -> dict[str, tuple[int, int]]:
    """Return every cell's name and its (column, row), counted from 0 at the image's top left."""
    return {
        f"{column_name(x)}{y + 1 if origin == 'top_left' else rows - y}": (x, y)
        for y in range(rows)
        for x in range(columns)
    }


@dataclass(frozen=True)
class GridBoard:
    """A board of equal cells; more than one piece on a cell stand side by side, in rows of a square."""

    columns: int
    rows: int
    origin: Origin = "top_left"
    holds: int = 1

    @property
    def cell(self) -> float:
        """Side of a cell in board units."""
        return 1 / max(self.columns, self.rows)

    @property
    def size(self) -> Point:
        """Width and height of the playing area in board units; the longer one is 1."""
        return self.columns * self.cell, self.rows * self.cell

    @property
    def frame(self) -> float:
        """Width of the printed or wooden border around the playing area, in board units."""
        return 0.42 * self.cell

    @property
    def piece_unit(self) -> float:
        """The length that pieces' sizes are multiples of, in board units."""
        return self.cell / self._abreast

    @property
    def _abreast(self) -> int:
        """How many pieces stand side by side on a full cell."""
        return math.ceil(math.sqrt(self.holds))

    @cached_property
    def _cells(self) -> dict[str, tuple[int, int]]:
        return cell_names(self.columns, self.rows, self.origin)

    def find_spot(
        self,
        space: str,
        radius: float,
        taken: list[tuple[Point, float]],
        rng: np.random.Generator,
    ) -> Point:
        """Return where a piece is put down in a cell: near its middle, as hands do, or the free place nearest to it."""
        x, y = self._cells[space]
        unit = self.piece_unit
        middle = (x + 0.5) * self.cell, (y + 0.5) * self.cell
        places = [
            (x * self.cell + (i + 0.5) * unit, y * self.cell + (j + 0.5) * unit)
            for j in range(self._abreast)
            for i in range(self._abreast)
        ]
        places.sort(key=lambda place: math.dist(place, middle))
        free = [p for p in places if all(math.dist(p, foot) > unit / 2 for foot, _ in taken)]
        left, top = (free or places)[0]
        slack = max(0.0, min(0.07 * unit, unit / 2 - radius))
        dx, dy = rng.uniform(-slack, slack, 2)
        return left + dx, top + dy


@dataclass(frozen=True)
class Zone:
    """A named area; its polygon in board units."""

    id: str
    name: str
    polygon: tuple[Point, ...]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        xs, ys = zip(*self.polygon, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def center(self) -> Point:
        """Middle of the box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    @cached_property
    def _contour(self) -> npt.NDArray[np.float32]:
        return np.array(self.polygon, np.float32)

    @cached_property
    def area(self) -> float:
        """Area in square board units."""
        return float(cv2.contourArea(self._contour))

    def depth(self, point: Point) -> float:
        """Return how far inside a point lies; negative outside. Board units."""
        return float(cv2.pointPolygonTest(self._contour, point, True))


@dataclass(frozen=True)
class ZoneBoard:
    """A board of named zones, which may lie inside one another."""

    zones: tuple[Zone, ...]

    size: Point = (1.0, 1.0)
    cell: float = 0.0
    frame: float = 0.0
    piece_unit: float = 0.058

    def find_spot(
        self,
        space: str,
        radius: float,
        taken: list[tuple[Point, float]],
        rng: np.random.Generator,
    ) -> Point:
        """Return a free spot in a zone: near its middle, or next in its row.

        Smaller zones inside this one are kept free: what stands there would count for them.

        Args:
            space: The zone's id.
            radius: Of the piece's foot, board units.
            taken: Spot and radius of every piece on the board.
            rng: For the untidiness of hands.
        """
        zone = next(zone for zone in self.zones if zone.id == space)
        inner = [
            one for one in self.zones if one.area < zone.area and _boxes_meet(one.box, zone.box)
        ]
        left, top, right, bottom = zone.box
        pitch = max(radius * 0.6, 0.004)
        columns = max(1, int((right - left) / pitch))
        rows = max(1, int((bottom - top) / pitch))
        spots = [
            (left + (right - left) * (i + 0.5) / columns, top + (bottom - top) * (j + 0.5) / rows)
            for i in range(columns)
            for j in range(rows)
        ]
        # A long zone is a track or a row: it fills from its lower or left end.
        if bottom - top > _LONG * (right - left):
            spots.sort(key=lambda spot: (-spot[1], abs(spot[0] - zone.center[0])))
        elif right - left > _LONG * (bottom - top):
            spots.sort(key=lambda spot: (spot[0], abs(spot[1] - zone.center[1])))
        else:
            spots.sort(key=lambda spot: math.dist(spot, zone.center))

        def room(spot: Point) -> float:
            gaps = [math.dist(spot, other) - radius - size for other, size in taken]
            walls = [-one.depth(spot) - radius for one in inner]
            return min([zone.depth(spot) - radius, *gaps, *walls])

        roomy = (spot for spot in spots if room(spot) >= 0.25 * radius)
        x, y = next(roomy, None) or max(spots, key=room)
        dx, dy = rng.uniform(-0.1, 0.1, 2) * radius
        return x + dx, y + dy


def _boxes_meet(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


Board = GridBoard | ZoneBoard
