"""Points and layouts of a board."""

from dataclasses import dataclass

Point = tuple[float, float]
"""``(x, y)``; the unit is said where it is used."""

Corners = tuple[Point, Point, Point, Point]
"""Top-left, top-right, bottom-right, bottom-left as seen in the image, fractions 0…1 of its size."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A board of ``columns`` × ``rows`` equal cells.

    ``origin`` says where row 1 is: ``top_left`` (A1 is the image's top-left cell) or ``bottom_left`` (A1 is the
    bottom-left one, as in chess). ``naming`` says how cells are called: ``letters`` (B7), ``letters_without_i`` (the
    same in an alphabet without I, as on go boards) or ``numbers`` (2-7). ``holds`` is how many pieces may stand on a cell: where
    that is more than one, cells are read as zones are.
    """

    columns: int
    rows: int
    origin: str = "top_left"
    naming: str = "letters"
    holds: int = 1


@dataclass(frozen=True, slots=True)
class Zone:
    """A named area; ``polygon`` holds at least three board points in 0…1."""

    id: str
    name: str
    polygon: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Zones:
    """A board of named areas, which may lie inside one another (the smallest one counts)."""

    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Surface:
    """A free table of ``width`` × ``height`` ``unit`` ("in" or "mm")."""

    width: float
    height: float
    unit: str = "in"


Layout = Grid | Zones | Surface
