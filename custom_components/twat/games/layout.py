"""Boards as places: grids of cells, named zones, free surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import math
import re
from typing import Final

from .errors import GameError
from .model import JsonObject, Position

ORIGINS: Final = ("top_left", "bottom_left")
UNITS: Final = ("in", "mm")

NAMINGS: Final = ("letters", "letters_without_i", "numbers")
"""How cells are called: ``B7``; the same in an alphabet without I, as on go boards; ``2-7``."""

_ALPHABETS: Final = {
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "letters_without_i": "ABCDEFGHJKLMNOPQRSTUVWXYZ",
}
_CELL: Final = re.compile(r"([A-Z]{1,2})([1-9][0-9]?)|([1-9][0-9]?)-([1-9][0-9]?)")


def column_name(column: int, naming: str = "letters") -> str:
    """Return the name of a column counted from 0: ``A`` … ``Z``, ``AA`` …, or its number."""
    if naming == "numbers":
        return str(column + 1)
    alphabet = _ALPHABETS[naming]
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, len(alphabet))
        name = alphabet[letter] + name
    return name


def _column(letters: str, naming: str) -> int:
    """Return the column that `column_name` calls so, counted from 0; -1 for none."""
    alphabet = _ALPHABETS[naming]
    column = 0
    for letter in letters:
        if letter not in alphabet:
            return -1
        column = column * len(alphabet) + alphabet.index(letter) + 1
    return column - 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells in columns and rows, called ``A1``, ``B7``, ….

    Attributes:
        columns: 1…50.
        rows: 1…50.
        origin: Which corner cell of the photo is A1: ``top_left`` or ``bottom_left``.
        naming: One of `NAMINGS`.
        holds: How many pieces may stand on a cell. Onto a cell that holds one a piece goes by taking what stands there.
    """

    columns: int
    rows: int
    origin: str = ORIGINS[0]
    naming: str = NAMINGS[0]
    holds: int = 1

    def space_at(self, column: int, row: int) -> str:
        """Return the cell at a column and row counted from 0 at the photo's top left."""
        number = self.rows - row if self.origin == "bottom_left" else row + 1
        between = "-" if self.naming == "numbers" else ""
        return f"{column_name(column, self.naming)}{between}{number}"

    @property
    def spaces(self) -> tuple[str, ...]:
        """All cells, row by row from the photo's top left."""
        return tuple(
            self.space_at(column, row) for row in range(self.rows) for column in range(self.columns)
        )

    def position(self, space: str) -> Position:
        """Return column and row of a cell, counted from 0 at the photo's top left.

        Raises:
            GameError: ``unknown_space``.
        """
        match = _CELL.fullmatch(space)
        if match is not None and (match[3] is not None) == (self.naming == "numbers"):
            column = int(match[3]) - 1 if match[3] else _column(match[1], self.naming)
            number = int(match[4] or match[2])
            if 0 <= column < self.columns and number <= self.rows:
                row = self.rows - number if self.origin == "bottom_left" else number - 1
                return Position(column, row)
        raise GameError("unknown_space", space=space)

    def name(self, space: str) -> str:
        """Return what players call a cell."""
        return space

    def to_json(self) -> JsonObject:
        """Return the layout as the vision service takes it."""
        grid: JsonObject = {"columns": self.columns, "rows": self.rows, "origin": self.origin}
        # Services before these were introduced know no others.
        if self.naming != NAMINGS[0]:
            grid["naming"] = self.naming
        if self.holds != 1:
            grid["holds"] = self.holds
        return {"grid": grid}


@dataclass(frozen=True, slots=True)
class Track:
    """Steps on which markers show a number.

    Attributes:
        resource: Id of the resource whose value the players' markers show.
        positions: The steps' centres, from the lowest value upwards, 0…1 of the board.
        minimum: The first step's value.
    """

    resource: str
    positions: tuple[Position, ...]
    minimum: int = 0

    def position(self, value: int) -> Position:
        """Return where a value's marker stands; values beyond the ends are at the ends."""
        last = len(self.positions) - 1
        return self.positions[min(max(value - self.minimum, 0), last)]


@dataclass(frozen=True, slots=True)
class Zone:
    """A named place of any shape.

    Attributes:
        id: Lower-case slug.
        name: In the game's words.
        polygon: At least three corners, 0…1 of the board's width and height.
        holds: How many pieces may stand there; None for any number.
        tags: What the game's rules call such a place, e.g. ``combat``.
        cost: Resource → how much of it a piece's owner pays to go there.
        needs: Resource → how much of it a piece's owner must have to go there.
        once: A player goes there only once in a game.
        stock: Id of the common resource that lies there.
        track: Its steps, if it is a track.
    """

    id: str
    name: str
    polygon: tuple[tuple[float, float], ...]
    holds: int | None = None
    tags: tuple[str, ...] = ()
    cost: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)
    once: bool = False
    stock: str | None = None
    track: Track | None = None

    @property
    def centre(self) -> Position:
        """The polygon's centre of gravity."""
        area = x_sum = y_sum = 0.0
        for (x0, y0), (x1, y1) in zip(
            self.polygon, self.polygon[1:] + self.polygon[:1], strict=True
        ):
            cross = x0 * y1 - x1 * y0
            area += cross
            x_sum += (x0 + x1) * cross
            y_sum += (y0 + y1) * cross
        return Position(round(x_sum / (3 * area), 4), round(y_sum / (3 * area), 4))


@dataclass(frozen=True, slots=True)
class Zones:
    """Named zones; each may hold any number of pieces."""

    zones: tuple[Zone, ...]

    @property
    def spaces(self) -> tuple[str, ...]:
        """Ids of all zones."""
        return tuple(zone.id for zone in self.zones)

    def zone(self, space: str) -> Zone:
        """Return a zone.

        Raises:
            GameError: ``unknown_space``.
        """
        for zone in self.zones:
            if zone.id == space:
                return zone
        raise GameError("unknown_space", space=space)

    def tagged(self, tag: str) -> tuple[Zone, ...]:
        """Return the zones with a tag."""
        return tuple(zone for zone in self.zones if tag in zone.tags)

    def position(self, space: str) -> Position:
        """Return the centre of a zone.

        Raises:
            GameError: ``unknown_space``.
        """
        return self.zone(space).centre

    def name(self, space: str) -> str:
        """Return what players call a zone.

        Raises:
            GameError: ``unknown_space``.
        """
        return self.zone(space).name

    def to_json(self) -> JsonObject:
        """Return the layout as the vision service takes it."""
        return {
            "zones": [
                {
                    "id": zone.id,
                    "name": zone.name,
                    "polygon": [[x, y] for x, y in zone.polygon],
                }
                for zone in self.zones
            ]
        }


@dataclass(frozen=True, slots=True)
class Surface:
    """A table without spaces.

    Attributes:
        width: In ``unit``.
        height: In ``unit``.
        unit: ``in`` or ``mm``.
    """

    width: float
    height: float
    unit: str = "in"

    @property
    def spaces(self) -> tuple[str, ...]:
        """A surface has none."""
        return ()

    def position(self, space: str) -> Position:
        """Fail: a surface has no spaces.

        Raises:
            GameError: ``unknown_space``.
        """
        raise GameError("unknown_space", space=space)

    def name(self, space: str) -> str:
        """Fail: a surface has no spaces.

        Raises:
            GameError: ``unknown_space``.
        """
        raise GameError("unknown_space", space=space)

    def check(self, point: Position) -> Position:
        """Return the point when it is on the table.

        Raises:
            GameError: ``not_a_surface_point``.
        """
        inside = 0 <= point.x <= self.width and 0 <= point.y <= self.height
        if not (math.isfinite(point.x) and math.isfinite(point.y) and inside):
            raise GameError(
                "not_a_surface_point", x=point.x, y=point.y, width=self.width, height=self.height
            )
        return point

    def to_json(self) -> JsonObject:
        """Return the layout as the vision service takes it."""
        return {"surface": {"width": self.width, "height": self.height, "unit": self.unit}}


type Layout = Grid | Zones | Surface


def holds_one(layout: Layout) -> bool:
    """Return whether a space holds one piece: another one takes its place."""
    return isinstance(layout, Grid) and layout.holds == 1


def find_space(layout: Layout, text: str) -> str:
    """Return the space that a person means: by id or name, in any case.

    Raises:
        GameError: ``unknown_space``.
    """
    if isinstance(layout, Zones):
        wanted = text.strip().casefold()
        for zone in layout.zones:
            if wanted in (zone.id, zone.name.casefold()):
                return zone.id
        raise GameError("unknown_space", space=text)
    space = text.strip().upper()
    layout.position(space)
    return space


def polygon_fault(polygon: tuple[tuple[float, float], ...]) -> str | None:
    """Return what is wrong with a zone's outline, or None: its sides must not cross or touch."""
    sides = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    if len(set(polygon)) != len(polygon):
        return "two corners are the same"
    for first, (a, b) in enumerate(sides):
        for second in range(first + 1, len(sides)):
            c, d = sides[second]
            neighbours = second == first + 1 or (first == 0 and second == len(sides) - 1)
            if not neighbours and _cross(a, b, c, d):
                return f"its sides {first + 1} and {second + 1} cross"
    if abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in sides)) < 2e-6:
        return "it has no area"
    return None


def _side(a: tuple[float, float], b: tuple[float, float], point: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _cross(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Whether the segments ab and cd have a point in common (collinear ones apart do not)."""
    boxes_meet = (
        min(a[0], b[0]) <= max(c[0], d[0])
        and min(c[0], d[0]) <= max(a[0], b[0])
        and min(a[1], b[1]) <= max(c[1], d[1])
        and min(c[1], d[1]) <= max(a[1], b[1])
    )
    return (
        boxes_meet and _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0
    )
