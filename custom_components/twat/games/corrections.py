"""What players say about moves and pieces, checked and understood.

Players may leave out what is plain: `{"from": "E4", "to": "F5"}` is a move of whatever stands on
E4. Spaces may be written by id or by name. Data that a reading gave out (with confidence, source
and so on) is taken back as it is.
"""

from collections.abc import Collection, Mapping, Sequence
import math
from typing import Any, Final

from .errors import GameError
from .layout import Layout, Surface, find_space
from .model import Move, MoveKind, Piece, Position
from .profile import GameProfile
from .record import GameRecord

MAX_PIECES: Final = 2500
"""Most pieces or moves in one request."""

_MOVE_FIELDS: Final = (
    "kind",
    "piece",
    "type",
    "player",
    "from",
    "to",
    "captured",
    "from_position",
    "to_position",
    "rotation_deg",
)
# A reading's own remarks, which say nothing about what the players mean.
_IGNORED: Final = (
    "color",
    "confidence",
    "source",
    "captured_type",
    "captured_player",
    "distance",
)
_PIECE_FIELDS: Final = ("id", "type", "player", "space", "position")


def parse_moves(
    record: GameRecord, profile: GameProfile, moves: Sequence[Mapping[str, Any]]
) -> tuple[Move, ...]:
    """Return what the players say happened, for `log.correct`.

    Each move has ``from`` and ``to`` (one of them null or missing for a piece that came or left);
    optionally ``piece`` (id), ``type``, ``player``, ``kind``, ``captured``; on a surface
    ``from_position`` and ``to_position`` ``{"x", "y"}`` instead of spaces, and ``rotation_deg``, how
    far it turned clockwise, from -180 to 180.

    Raises:
        GameError: ``invalid_field`` (named), ``unknown_space``, ``unknown_piece_type``,
            ``unknown_player``, ``unknown_piece``.
    """
    layout = profile.layout_for(record.game.settings)
    if len(moves) > MAX_PIECES:
        raise GameError("invalid_field", field="moves", reason=f"at most {MAX_PIECES}")
    return tuple(
        _move(_Fields(f"moves[{index}]", data, (*_MOVE_FIELDS, *_IGNORED)), record, profile, layout)
        for index, data in enumerate(moves)
    )


def parse_pieces(
    record: GameRecord, profile: GameProfile, pieces: Sequence[Mapping[str, Any]]
) -> tuple[Piece, ...]:
    """Return what the players say stands on the board, for `log.correct`; all of it.

    Raises:
        GameError: As `read_pieces`.
    """
    layout = profile.layout_for(record.game.settings)
    positions = [player.position for player in record.game.players]
    return read_pieces(profile, layout, positions, pieces)


def read_pieces(
    profile: GameProfile,
    layout: Layout,
    positions: Collection[int],
    pieces: Sequence[Mapping[str, Any]],
) -> tuple[Piece, ...]:
    """Return pieces that somebody wrote down.

    Each has a ``space``, or on a surface a ``position`` ``{"x", "y"}``; optionally ``type`` (else
    the likeliest there), ``player`` (else nobody's) and ``id`` (else empty, to be filled in).

    Raises:
        GameError: ``invalid_field`` (named), ``unknown_space``, ``not_a_surface_point``,
            ``unknown_piece_type``, ``unknown_player``.
    """
    if len(pieces) > MAX_PIECES:
        raise GameError("invalid_field", field="pieces", reason=f"at most {MAX_PIECES}")
    found: list[Piece] = []
    for index, data in enumerate(pieces):
        fields = _Fields(f"pieces[{index}]", data, _PIECE_FIELDS)
        place = fields.place("space", "position", layout)
        if place is None:
            raise fields.fault("space", "is missing")
        space, position = place
        type_id = fields.text("type")
        found.append(
            Piece(
                id=fields.text("id") or "",
                type=profile.piece_type(type_id).id if type_id else profile.likely_type(space),
                player=fields.player(positions),
                position=position,
                space=space,
            )
        )
    return tuple(found)


class _Fields:
    """One object of a request: fields are asked for, others are faults."""

    def __init__(self, path: str, data: object, allowed: Collection[str]) -> None:
        self._path = path
        if not isinstance(data, Mapping):
            raise GameError("invalid_field", field=path, reason="must be an object")
        for key in data:
            if key not in allowed:
                raise self.fault(str(key), f"unknown; allowed: {', '.join(allowed)}")
        self._data = data

    def fault(self, key: str, reason: str) -> GameError:
        return GameError("invalid_field", field=f"{self._path}.{key}", reason=reason)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str) -> str | None:
        value = self._data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 1 <= len(value) <= 64 or not value.isprintable():
            raise self.fault(key, "must be a text of 1 to 64 printable characters")
        return value

    def player(self, positions: Collection[int]) -> int | None:
        value = self._data.get("player")
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault("player", "must be a player's position")
        if value not in positions:
            raise GameError("unknown_player", player=value)
        return value

    def kind(self) -> MoveKind | None:
        value = self.text("kind")
        try:
            return None if value is None else MoveKind(value)
        except ValueError:
            raise self.fault("kind", f"must be one of {', '.join(MoveKind)}") from None

    def turn(self) -> float | None:
        value = self._data.get("rotation_deg")
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not -180 <= value <= 180:
            raise self.fault("rotation_deg", "must be a number from -180 to 180")
        return float(value)

    def place(
        self, space_key: str, position_key: str, layout: Layout
    ) -> tuple[str | None, Position] | None:
        """Return space and position of a place; None when none is given."""
        if isinstance(layout, Surface):
            if self.text(space_key) is not None:
                raise self.fault(space_key, "this table has no spaces; give a position")
            point = self._point(position_key)
            return None if point is None else (None, layout.check(point))
        text = self.text(space_key)
        if text is None:
            return None
        space = find_space(layout, text)
        return space, layout.position(space)

    def _point(self, key: str) -> Position | None:
        value = self._data.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping) or set(value) != {"x", "y"}:
            raise self.fault(key, "must be an object with x and y")
        x, y = value["x"], value["y"]
        for number in (x, y):
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            if not is_number or not math.isfinite(number):
                raise self.fault(key, "must have numbers as x and y")
        return Position(x, y)


def _move(fields: _Fields, record: GameRecord, profile: GameProfile, layout: Layout) -> Move:
    origin = fields.place("from", "from_position", layout)
    target = fields.place("to", "to_position", layout)
    piece = fields.text("piece")
    known = None if piece is None else record_piece(record, piece)
    if origin is None and known is not None:
        origin = known.space, known.position
    kind, captured = fields.kind(), fields.text("captured")
    if origin is None and target is None:
        raise fields.fault("from", "say at least one of from, to and piece")
    if kind is None:
        kind = MoveKind.REMOVE if target is None else MoveKind.MOVE
        kind = MoveKind.PLACE if origin is None else kind
        kind = MoveKind.CAPTURE if captured is not None else kind
    if (target is None) != (kind is MoveKind.REMOVE):
        raise fields.fault("to", f"does not go with {kind}")
    if (origin is None) != (kind is MoveKind.PLACE) and kind is not MoveKind.CAPTURE:
        raise fields.fault("from", f"does not go with {kind}")
    player = fields.player([player.position for player in record.game.players])
    type_id = fields.text("type")
    if type_id is not None:
        profile.piece_type(type_id)
    if origin is None and target is not None:
        type_id = type_id or profile.likely_type(target[0])
        player = player if "player" in fields else record.head.active_player
    on_surface = isinstance(layout, Surface)
    return Move(
        kind=kind,
        piece=piece,
        type=type_id,
        player=player,
        from_space=None if origin is None else origin[0],
        to_space=None if target is None else target[0],
        captured=captured,
        from_position=origin[1] if origin is not None and on_surface else None,
        to_position=target[1] if target is not None and on_surface else None,
        rotation_deg=fields.turn(),
    )


def record_piece(record: GameRecord, piece: str) -> Piece | None:
    """Return a piece of the head or of its parent, whichever the correction turns out to be about.

    An id that neither knows is one for a new piece.
    """
    parent = record.states.get(record.head.parent_id or "")
    return record.head.board.piece(piece) or (None if parent is None else parent.board.piece(piece))
