"""What is counted and what stands on the board: resources, kinds of pieces, start positions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .settings import Number


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is counted.

    Attributes:
        id: Key in `GameState.resources`.
        name: What players read.
        start: Value at the start; ``start_by_players`` goes before.
        start_by_players: Start by number of players, where it differs.
        minimum: Smallest value.
        maximum: Largest value, or None.
        common: Shared by all instead of one for each player.
    """

    id: str
    name: str
    start: Number
    start_by_players: Mapping[int, int]
    minimum: int
    maximum: int | None
    common: bool

    def start_value(self, players: int, settings: Mapping[str, Any]) -> int:
        """Return the value at the start of a game of so many players with these settings."""
        by_players = self.start_by_players.get(players)
        return self.start.of(settings) if by_players is None else by_players


class Shape(StrEnum):
    """What a piece looks like from above."""

    ROUND = "round"
    RECTANGLE = "rectangle"


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a piece covers of the board, in board units (1 is a cell, the board, an inch, …).

    Attributes:
        shape: Its outline.
        width: Its diameter or width.
        height: The same as `width`, or its other side.
    """

    shape: Shape
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PieceType:
    """A kind of piece.

    Attributes:
        id: Value of `Piece.type`.
        name: What players call one, lower case unless it is a proper name.
        spaces: Where it may stand; None for anywhere.
        count: How many each player (or nobody) has; None for any number.
        glyph: One or two characters that stand for it in drawings; empty where none is fixed.
        color: Its colour where that is not its player's: one of `games.colors.COLORS` or
            ``#rrggbb``.
        footprint: What it covers, or None when that is not known.
        visible: Whether a camera above sees it; others come and go by hand only.
        counted: Only the number of these on a space matters, not which ones they are.
        look: What a model that looks at a photo should know of it, in any language; or None.
        speed: How far it moves with one action, as a key of `Measures.speeds`; None for any
            distance.
        plural: What players call several.
    """

    id: str
    name: str
    spaces: tuple[str, ...] | None
    count: int | None
    glyph: str = ""
    color: str | None = None
    footprint: Footprint | None = None
    visible: bool = True
    counted: bool = False
    look: str | None = None
    speed: Number | None = None
    plural: str = ""


@dataclass(frozen=True, slots=True)
class StartPiece:
    """Equal pieces on their spaces at the start.

    Attributes:
        type: Id of the piece type.
        owner: Position or colour of the player; None for nobody. Without such a player in the
            game the pieces stay in the box.
        spaces: One piece on each; a space may be named several times.
    """

    type: str
    owner: int | str | None
    spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """Distances that matter on a surface, in its unit.

    Attributes:
        bands: Range bands by name, nearest first, each with its far end.
        speeds: How far a piece gets with one move, by speed.
        actions: Moves in one turn.
        cohesion: How far a unit's pieces may stand from its leader; None for anywhere.
    """

    bands: tuple[tuple[str, float], ...] = ()
    speeds: Mapping[int, float] | None = None
    actions: int = 1
    cohesion: float | None = None
