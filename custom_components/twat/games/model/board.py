"""Pieces, where they stand, and how they move.

Coordinates are *board units*: column and row counted from 0 at the photo's top-left cell for a
grid, inches or millimetres from the top-left corner for a surface, 0…1 of the board's width and
height for zones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
import math
from typing import Any

from .common import JsonObject


class MoveKind(StrEnum):
    """What happened to a piece."""

    MOVE = "move"
    PLACE = "place"
    REMOVE = "remove"
    CAPTURE = "capture"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in board units."""

    x: float
    y: float

    def to_json(self) -> JsonObject:
        """Return the point as JSON."""
        return {"x": self.x, "y": self.y}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Position:
        """Read what `to_json` wrote."""
        return cls(data["x"], data["y"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that stands on the board. A piece in the supply is simply not there.

    Attributes:
        id: Unique among the pieces on the board.
        type: Id of a piece type of the profile.
        player: Position of its owner; None for a piece of nobody.
        position: Where, in board units.
        space: Cell name or zone id; None on a surface.
    """

    id: str
    type: str
    player: int | None
    position: Position
    space: str | None

    def to_json(self) -> JsonObject:
        """Return the piece as JSON."""
        return {
            "id": self.id,
            "type": self.type,
            "player": self.player,
            "position": self.position.to_json(),
            "space": self.space,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Piece:
        """Read what `to_json` wrote."""
        at = data["position"]
        return _piece(data["id"], data["type"], data["player"], at["x"], at["y"], data["space"])


# From one state of a game to the next nearly all pieces stay where they are: each is made once.
@lru_cache(maxsize=4096, typed=True)
def _piece(
    piece_id: str, type_id: str, player: int | None, x: float, y: float, space: str | None
) -> Piece:
    return Piece(piece_id, type_id, player, Position(x, y), space)


@dataclass(frozen=True, slots=True)
class Board:
    """What stands where.

    Attributes:
        pieces: Everything on the board, in no particular order.
        grid: For a grid whose cells hold one piece, rows from the photo's top, each cell the id of the
            (first) piece there or None; None for other layouts. It is derived from the pieces by `games.board`.
        complete: `pieces` is all that stands there. False for a game that began on a board of which
            nobody has said what stands on it: `pieces` are then those seen to move since.
    """

    pieces: tuple[Piece, ...] = ()
    grid: tuple[tuple[str | None, ...], ...] | None = None
    complete: bool = True

    def piece(self, piece_id: str) -> Piece | None:
        """Return the piece with an id, or None when it is not on the board."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)

    def at(self, space: str) -> tuple[Piece, ...]:
        """Return the pieces on a space."""
        return tuple(piece for piece in self.pieces if piece.space == space)

    def to_json(self) -> JsonObject:
        """Return the board as ``board_state``."""
        return {
            "grid": None if self.grid is None else [list(row) for row in self.grid],
            "pieces": [piece.to_json() for piece in self.pieces],
            "complete": self.complete,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Board:
        """Read what `to_json` wrote."""
        grid = data["grid"]
        return cls(
            tuple(Piece.from_json(piece) for piece in data["pieces"]),
            None if grid is None else tuple(tuple(row) for row in grid),
            data.get("complete", True),
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One piece's change of place.

    Attributes:
        kind: What happened.
        piece: Id of the piece; None only in a reading that could not name it.
        type: Id of its type, or None when unknown.
        player: Position of its owner, or None.
        from_space: Space it left; None when it came from outside the board or from a surface.
        to_space: Space it reached; None when it left the board or stands on a surface.
        captured: Id of the piece that was taken, if one was.
        captured_type: Its type.
        captured_player: Position of its owner.
        color: Colour name as seen, where no player is known.
        confidence: 0…1 as measured; None when a player said so.
        source: ``tracking``, ``vlm``, ``ai_task``, ``both``; None when a player said so.
        from_position: Where it stood, board units; only on a surface.
        to_position: Where it stands now, board units; only on a surface.
        rotation_deg: How far it turned, clockwise from above, -180…180; None when not known.
    """

    kind: MoveKind
    piece: str | None
    type: str | None
    player: int | None
    from_space: str | None = None
    to_space: str | None = None
    captured: str | None = None
    captured_type: str | None = None
    captured_player: int | None = None
    color: str | None = None
    confidence: float | None = None
    source: str | None = None
    from_position: Position | None = None
    to_position: Position | None = None
    rotation_deg: float | None = None

    @property
    def distance(self) -> float | None:
        """How far it went on a surface, board units; None where it came or left."""
        start, end = self.from_position, self.to_position
        return (
            None if start is None or end is None else math.dist((start.x, start.y), (end.x, end.y))
        )

    def to_json(self) -> JsonObject:
        """Return the move as JSON; spaces are called ``from`` and ``to`` there."""
        data: JsonObject = {
            "kind": self.kind.value,
            "piece": self.piece,
            "type": self.type,
            "player": self.player,
            "from": self.from_space,
            "to": self.to_space,
            "captured": self.captured,
            "captured_type": self.captured_type,
            "captured_player": self.captured_player,
            "color": self.color,
            "confidence": self.confidence,
            "source": self.source,
        }
        if self.from_position is not None:
            data["from_position"] = self.from_position.to_json()
        if self.to_position is not None:
            data["to_position"] = self.to_position.to_json()
        if self.distance is not None:
            data["distance"] = round(self.distance, 3)
        if self.rotation_deg is not None:
            data["rotation_deg"] = self.rotation_deg
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Move:
        """Read what `to_json` wrote."""
        origin, target = data.get("from_position"), data.get("to_position")
        return cls(
            kind=MoveKind(data["kind"]),
            piece=data["piece"],
            type=data["type"],
            player=data["player"],
            from_space=data["from"],
            to_space=data["to"],
            captured=data["captured"],
            captured_type=data["captured_type"],
            captured_player=data["captured_player"],
            color=data["color"],
            confidence=data["confidence"],
            source=data["source"],
            from_position=None if origin is None else Position.from_json(origin),
            to_position=None if target is None else Position.from_json(target),
            rotation_deg=data.get("rotation_deg"),
        )
