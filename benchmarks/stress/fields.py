"""The spaces of a look's board as its game uses them: cells, zones, or points of a free table.

Spaces go by name. A point of a free table is called by its place in the table's unit, ``12.5,7.0``.
"""

from dataclasses import dataclass
import math
from typing import Protocol

import numpy as np

from twat_camera.simulator.solids import reach
from twat_camera.simulator.spaces import GridBoard, Point, Zone, ZoneBoard, cell_names

from .look import Look, Surface

Feet = list[tuple[Point, float]]
"""Spot and radius of every piece on the board, board units."""

_REACH = 3.2
"""Cells that a piece may go."""
_APART = 3.5
"""Cells between two moves made at once: nearer ones could be told as each other's."""
_OFF_CENTRE = 0.16
"""How far off a cell's middle pieces are put down, in cells."""
_ZONE_SHARE = 0.45
"""How much of a zone pieces may cover."""
_STRIDE = (3.0, 9.0)
"""Inches that a miniature goes."""
_RIM = 1.5
"""Inches between a miniature and the table's edge."""


class Field(Protocol):
    """What a game needs to know of its board."""

    def start(self, army: int, taken: list[str], rng: np.random.Generator) -> str:
        """A free space to set up a piece of an army on."""

    def target(self, start: str, taken: list[str], rng: np.random.Generator) -> str | None:
        """A free space that a piece may go to."""

    def free_row(self, count: int, taken: list[str], rng: np.random.Generator) -> list[str]:
        """Free spaces side by side, where there are such."""

    def near(self, one: str, other: str) -> bool:
        """Whether a piece may go from one to the other."""

    def apart(self, ours: set[str], others: set[str]) -> bool:
        """Whether two moves at once cannot be taken for each other."""

    def spot(self, space: str, foot: float, feet: Feet, rng: np.random.Generator) -> Point:
        """Where a piece is put down."""

    def holds(self, space: str, point: Point) -> bool:
        """Whether a piece at a point still stands on the space."""


def field_of(look: Look) -> Field:
    """The field of a look's board."""
    if look.surface is not None:
        scenery = tuple((s.x, s.y, reach(look.art.solids[s.shape])) for s in look.scenery)
        return _Table(look.surface, look.board.piece_unit, look.room, scenery)
    if isinstance(look.board, GridBoard):
        return _Cells(look.board) if look.board.holds == 1 else _CrowdedCells(look.board)
    return _Zones(look.board, look.crowd)


@dataclass
class _Cells:
    board: GridBoard

    def __post_init__(self) -> None:
        self._cells = cell_names(self.board.columns, self.board.rows, self.board.origin)
        self._names = {cell: name for name, cell in self._cells.items()}

    def start(self, army: int, taken: list[str], rng: np.random.Generator) -> str:
        return self._pick([n for n in self._cells if n not in taken], rng)

    def target(self, start: str, taken: list[str], rng: np.random.Generator) -> str | None:
        free = [n for n in self._cells if n not in taken and self.near(start, n)]
        return self._pick(free, rng) if free else None

    def free_row(self, count: int, taken: list[str], rng: np.random.Generator) -> list[str]:
        dx, dy = ((1, 0), (0, 1))[int(rng.integers(2))]
        rows = []
        for column, row in self._names:
            run = [self._names.get((column + n * dx, row + n * dy)) for n in range(count)]
            names = [name for name in run if name is not None and name not in taken]
            if len(names) == count:
                rows.append(names)
        return rows[int(rng.integers(len(rows)))]

    def near(self, one: str, other: str) -> bool:
        return one != other and math.dist(self._cells[one], self._cells[other]) <= _REACH

    def apart(self, ours: set[str], others: set[str]) -> bool:
        return all(
            math.dist(self._cells[a], self._cells[b]) >= _APART for a in ours for b in others
        )

    def spot(self, space: str, foot: float, feet: Feet, rng: np.random.Generator) -> Point:
        column, row = self._cells[space]
        side = self.board.cell
        slack = max(0.02 * side, min(_OFF_CENTRE * side, side / 2 - foot))
        dx, dy = rng.uniform(-slack, slack, 2)
        return (column + 0.5) * side + float(dx), (row + 0.5) * side + float(dy)

    def holds(self, space: str, point: Point) -> bool:
        column, row = self._cells[space]
        x, y = point[0] / self.board.cell - column, point[1] / self.board.cell - row
        return 0.3 <= x <= 0.7 and 0.3 <= y <= 0.7

    @staticmethod
    def _pick(names: list[str], rng: np.random.Generator) -> str:
        return names[int(rng.integers(len(names)))]


class _Crowds:
    """Spaces that hold several pieces.

    ``_room`` is how many fit on each.
    """

    board: GridBoard | ZoneBoard
    _room: dict[str, int]

    def start(self, army: int, taken: list[str], rng: np.random.Generator) -> str:
        return self._free(taken, rng)

    def target(self, start: str, taken: list[str], rng: np.random.Generator) -> str | None:
        return self._free([*taken, *[start] * self._room[start]], rng)

    def free_row(self, count: int, taken: list[str], rng: np.random.Generator) -> list[str]:
        return [self._free(taken, rng)] * count

    def near(self, one: str, other: str) -> bool:
        return one != other

    def apart(self, ours: set[str], others: set[str]) -> bool:
        return not ours & others

    def spot(self, space: str, foot: float, feet: Feet, rng: np.random.Generator) -> Point:
        return self.board.find_spot(space, foot, feet, rng)

    def _free(self, taken: list[str], rng: np.random.Generator) -> str:
        free = [space for space, room in self._room.items() if taken.count(space) < room]
        return free[int(rng.integers(len(free)))]


class _CrowdedCells(_Crowds):
    def __init__(self, board: GridBoard) -> None:
        self.board = board
        self._cells = cell_names(board.columns, board.rows, board.origin)
        self._room = dict.fromkeys(self._cells, board.holds)

    def holds(self, space: str, point: Point) -> bool:
        column, row = self._cells[space]
        side, rim = self.board.cell, 0.22 * self.board.piece_unit
        return all(
            rim < place - at * side < side - rim
            for place, at in zip(point, (column, row), strict=True)
        )


class _Zones(_Crowds):
    def __init__(self, board: ZoneBoard, most: int) -> None:
        self.board = board
        foot = 0.26 * board.piece_unit
        self._zones = {z.id: z for z in board.zones}
        self._room = {
            z.id: min(most, int(_ZONE_SHARE * self._own_area(z) / (4 * foot * foot)))
            for z in board.zones
        }

    def holds(self, space: str, point: Point) -> bool:
        return self._zones[space].depth(point) > 0.22 * self.board.piece_unit

    def _own_area(self, zone: Zone) -> float:
        """Area less that of the zones inside it."""
        left, top, right, bottom = zone.box
        inner = [
            z.area
            for z in self._zones.values()
            if z is not zone and left <= z.center[0] <= right and top <= z.center[1] <= bottom
        ]
        return zone.area - sum(a for a in inner if a < zone.area)


@dataclass
class _Table:
    surface: Surface
    unit: float
    room: float
    scenery: tuple[tuple[float, float, float], ...]
    """Place in board units and radius in piece units of what stands about."""

    def start(self, army: int, taken: list[str], rng: np.random.Generator) -> str:
        while True:
            x, y = rng.uniform(self._least, self._most)
            if self._roomy(float(x), float(y), taken):
                return f"{x:.1f},{y:.1f}"

    def target(self, start: str, taken: list[str], rng: np.random.Generator) -> str | None:
        x, y = self._place(start)
        for _ in range(50):
            far, angle = self.surface.inch * rng.uniform(*_STRIDE), rng.uniform(0, 2 * math.pi)
            to = x + far * math.cos(angle), y + far * math.sin(angle)
            inside = all(a <= b <= c for a, b, c in zip(self._least, to, self._most, strict=True))
            if inside and self._roomy(*to, taken):
                return f"{to[0]:.1f},{to[1]:.1f}"
        return None

    def free_row(self, count: int, taken: list[str], rng: np.random.Generator) -> list[str]:
        found: list[str] = []
        for _ in range(count):
            found.append(self.start(0, [*taken, *found], rng))
        return found

    def near(self, one: str, other: str) -> bool:
        return False

    def apart(self, ours: set[str], others: set[str]) -> bool:
        return all(
            math.dist(self._place(a), self._place(b)) > self.surface.inch * _STRIDE[1]
            for a in ours
            for b in others
        )

    def spot(self, space: str, foot: float, feet: Feet, rng: np.random.Generator) -> Point:
        x, y = self._place(space)
        return x / self.surface.longer, y / self.surface.longer

    def holds(self, space: str, point: Point) -> bool:
        return True

    @property
    def _least(self) -> Point:
        """The upper left corner of where miniatures go."""
        rim = _RIM * self.surface.inch
        return rim, rim

    @property
    def _most(self) -> Point:
        """The lower right one."""
        rim = _RIM * self.surface.inch
        return self.surface.width - rim, self.surface.height - rim

    def _roomy(self, x: float, y: float, taken: list[str]) -> bool:
        piece = self.unit * self.surface.longer
        clear = all(math.dist((x, y), self._place(t)) >= self.room * piece for t in taken)
        return clear and all(
            math.dist((x, y), (a * self.surface.longer, b * self.surface.longer))
            >= (size + self.room / 2) * piece
            for a, b, size in self.scenery
        )

    @staticmethod
    def _place(space: str) -> Point:
        x, y = space.split(",")
        return float(x), float(y)
