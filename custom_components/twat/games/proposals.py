"""From the vision service's answer to what the players are asked.

The answer is foreign data: it is read strictly here and trusted afterwards. Fields that this
version does not know are left alone, as later services of the same major version may add some.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import math
from typing import Any, Final

from .board import apply_moves
from .crowning import crowned
from .errors import GameError, ResultError
from .history import taken_back_to
from .layout import Layout
from .model import Game, GameState, Move, MoveKind, Position, Proposal, Question, Region
from .notation import describe_moves
from .profile import GENERIC_PIECE, GameProfile

STATE_CONFLICT: Final = "state_conflict"
"""A move speaks of a piece that the accepted state does not have there."""

UNEXPLAINED_CHANGE: Final = "unexplained_change"
"""Something looks different, but no move was made of it."""

TAKEN_BACK: Final = "taken_back"
"""The table stands as it did in an earlier state: the players took moves back."""

HARMLESS_WARNINGS: Final = frozenset({"board_moved"})
"""Warnings with which a reading may still be accepted by itself; all others need a player."""

_MOVED_WITHIN: Final = "moved_within"
_REGION_KINDS: Final = frozenset({"appeared", "vanished", "replaced", _MOVED_WITHIN})
_SOURCES: Final = frozenset({"tracking", "vlm", "ai_task", "both"})


class ReadingKind(StrEnum):
    """What came of a photo.

    ``PROPOSAL``: moves, questions or a start position, which wait for a player or are accepted at
    once; ``NOTHING_CHANGED``: the table is as it was accepted; ``UNREADABLE``: no move was read,
    but the photo shows too little to say that there was none; take another one.
    """

    PROPOSAL = "proposal"
    NOTHING_CHANGED = "nothing_changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Reading:
    """An analysis, understood.

    Attributes:
        kind: What came of it.
        proposal: With ``PROPOSAL`` only.
        confidence: 0…1 as measured.
        warnings: Codes, of the service and of this module.
        questions: What the players must decide.
        regions: Changed parts of the photo.
    """

    kind: ReadingKind
    proposal: Proposal | None
    confidence: float
    warnings: tuple[str, ...]
    questions: tuple[Question, ...]
    regions: tuple[Region, ...]


def read_result(
    result: Mapping[str, Any],
    *,
    game: Game,
    profile: GameProfile,
    state: GameState,
    capture_id: str,
    setup: bool,
    at: datetime,
    warnings: Sequence[str] = (),
    earlier: Sequence[GameState] = (),
) -> Reading:
    """Return what an analysis means for a game.

    A first photo always leads to a proposal, so that there is an accepted photo to compare the next
    one with. Where the start position is known it stays as it is, whatever the photo shows.

    Args:
        result: ``results`` of a completed job.
        game: The game.
        profile: Its profile.
        state: The accepted state that the analysis was asked to compare with.
        capture_id: The photo.
        setup: It was the first photo, without one before.
        at: Now, UTC.
        warnings: Codes of what the caller found doubtful beside the result's own.
        earlier: The states before the accepted one, the latest first; a reading that shows one of
            them again is offered as taken back.

    Raises:
        ResultError: The answer does not follow the agreed form, or names spaces or players that
            this game does not have.
    """
    layout = profile.layout_for(game.settings)
    parser = _Parser(game, profile, layout)
    top = _Node("results", result)
    confidence = top.fraction("confidence")
    regions = tuple(parser.region(node) for node in top.nodes("changed_regions"))
    questions = tuple(parser.question(node) for node in top.nodes("questions"))
    codes = (*warnings, *top.texts("warnings"))
    moves = tuple(parser.move(node) for node in top.nodes("moves"))
    detected = tuple(parser.detected(node) for node in top.nodes("detected_pieces"))
    if setup:
        moves = () if state.board.pieces else detected
    try:
        applied = apply_moves(state.board, layout, moves)
    except GameError as err:
        raise ResultError("results.moves", str(err)) from err
    applied = crowned(profile, game, applied)
    if applied.problems:
        codes = (*codes, STATE_CONFLICT)
    if not applied.moves and not questions and not setup:
        if any(region.kind != _MOVED_WITHIN for region in regions):
            codes = (*codes, UNEXPLAINED_CHANGE)
        kind = ReadingKind.UNREADABLE if _doubtful(codes) else ReadingKind.NOTHING_CHANGED
        return Reading(kind, None, confidence, codes, (), regions)
    returns_to = taken_back_to(profile, layout, applied.board, applied.moves, (state, *earlier))
    if returns_to is not None:
        codes = (*codes, TAKEN_BACK)
    # A start position that was not read needs no sure reading.
    sure = confidence >= game.confidence_threshold or (setup and not applied.moves)
    proposal = Proposal(
        game_id=game.id,
        capture_id=capture_id,
        base_state_id=state.id,
        moves=applied.moves,
        board=applied.board,
        confidence=confidence,
        warnings=codes,
        questions=questions,
        summary=describe_moves(applied.moves, game, profile),
        regions=regions,
        acceptable=sure and not questions and not _doubtful(codes),
        setup=setup,
        created_at=at,
        returns_to=None if returns_to is None else returns_to.id,
    )
    return Reading(ReadingKind.PROPOSAL, proposal, confidence, codes, questions, regions)


def _doubtful(warnings: Sequence[str]) -> bool:
    return any(warning not in HARMLESS_WARNINGS for warning in warnings)


class _Node:
    """One JSON object of the answer, which knows its place."""

    def __init__(self, path: str, data: object) -> None:
        self.path = path
        if not isinstance(data, Mapping):
            raise ResultError(path, "must be an object")
        self._data = data

    def fault(self, key: str, reason: str) -> ResultError:
        return ResultError(f"{self.path}.{key}", reason)

    def _list(self, key: str) -> Sequence[Any]:
        value = self._data.get(key)
        if not isinstance(value, list | tuple):
            raise self.fault(key, "must be a list")
        return value

    def nodes(self, key: str) -> list[_Node]:
        return [_Node(f"{self.path}.{key}[{i}]", item) for i, item in enumerate(self._list(key))]

    def texts(self, key: str) -> tuple[str, ...]:
        items = self._list(key)
        if not all(isinstance(item, str) for item in items):
            raise self.fault(key, "must be a list of texts")
        return tuple(items)

    def values(self, key: str) -> tuple[Any, ...]:
        return tuple(self._list(key))

    def text(self, key: str) -> str:
        value = self._data.get(key)
        if not isinstance(value, str) or not value:
            raise self.fault(key, "must be a text")
        return value

    def optional_text(self, key: str) -> str | None:
        return None if self._data.get(key) is None else self.text(key)

    def number(self, key: str) -> float:
        return _number(self._data.get(key), f"{self.path}.{key}")

    def fraction(self, key: str) -> float:
        value = self.number(key)
        if not 0 <= value <= 1:
            raise self.fault(key, "must be from 0 to 1")
        return value

    def turn(self, key: str) -> float | None:
        if self._data.get(key) is None:
            return None
        value = self.number(key)
        if not -180 <= value <= 180:
            raise self.fault(key, "must be from -180 to 180")
        return value

    def choice(self, key: str, allowed: frozenset[str]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.fault(key, f"must be one of {', '.join(sorted(allowed))}")
        return value

    def optional_choice(self, key: str, allowed: frozenset[str]) -> str | None:
        return None if self._data.get(key) is None else self.choice(key, allowed)

    def box(self, key: str) -> tuple[float, float, float, float]:
        items = self._list(key)
        if len(items) != 4:
            raise self.fault(key, "must be four numbers")
        left, top, width, height = (_number(item, f"{self.path}.{key}") for item in items)
        return left, top, width, height

    def position(self, key: str) -> Position | None:
        if self._data.get(key) is None:
            return None
        point = _Node(f"{self.path}.{key}", self._data[key])
        return Position(point.number("x"), point.number("y"))

    def integer(self, key: str) -> int | None:
        value = self._data.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.fault(key, "must be a whole number or null")
        return value


def _number(value: object, path: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ResultError(path, "must be a number")
    return value


@dataclass(frozen=True, slots=True)
class _Parser:
    """Reads the parts of an answer that speak of a game's players, pieces and spaces."""

    game: Game
    profile: GameProfile
    layout: Layout

    def region(self, node: _Node) -> Region:
        return Region(
            box=node.box("box"),
            spaces=node.texts("spaces"),
            kind=node.choice("kind", _REGION_KINDS),
            color=node.optional_text("color"),
            score=node.number("score"),
        )

    def question(self, node: _Node) -> Question:
        return Question(node.text("text"), node.texts("spaces"), node.values("options"))

    def move(self, node: _Node) -> Move:
        color = node.optional_text("color")
        target = node.optional_text("to")
        kind = MoveKind(node.choice("kind", frozenset(MoveKind)))
        origin = node.optional_text("from")
        self._check_ends(node, kind, origin, target)
        return Move(
            kind=kind,
            piece=node.optional_text("piece"),
            type=self._type(node) or (self.profile.likely_type(target) if origin is None else None),
            player=self._player(node, color),
            from_space=origin,
            to_space=target,
            captured=node.optional_text("captured"),
            color=color,
            confidence=node.fraction("confidence"),
            source=node.choice("source", _SOURCES),
            from_position=node.position("from_position") if origin is None else None,
            to_position=node.position("to_position") if target is None else None,
            rotation_deg=node.turn("rotation_deg"),
        )

    def detected(self, node: _Node) -> Move:
        """Read a piece that a first photo shows, as its placement."""
        color, space = node.optional_text("color"), node.optional_text("space")
        return Move(
            kind=MoveKind.PLACE,
            piece=None,
            type=self._type(node) or self.profile.likely_type(space),
            player=self._player(node, color),
            to_space=space,
            color=color,
            confidence=node.fraction("confidence"),
            source=node.optional_choice("source", _SOURCES) or "tracking",
            to_position=node.position("position") if space is None else None,
        )

    def _check_ends(
        self, node: _Node, kind: MoveKind, origin: str | None, target: str | None
    ) -> None:
        """A place has no origin and a removal no target; on a surface neither has a space."""
        if not self.layout.spaces:
            return
        if kind is MoveKind.PLACE and origin is not None:
            raise node.fault("from", "must be null for place")
        if kind is MoveKind.REMOVE and target is not None:
            raise node.fault("to", "must be null for remove")
        if kind in (MoveKind.REMOVE, MoveKind.MOVE) and origin is None:
            raise node.fault("from", f"must be a space for {kind}")
        if kind is not MoveKind.REMOVE and target is None:
            raise node.fault("to", f"must be a space for {kind}")

    def _type(self, node: _Node) -> str | None:
        """Return the type that was seen; None where it is none of this game's."""
        type_id = node.optional_text("type")
        known = {piece_type.id for piece_type in self.profile.piece_types} - {GENERIC_PIECE}
        return type_id if type_id in known else None

    def _player(self, node: _Node, color: str | None) -> int | None:
        """Return the owner: as named, else the player of the colour."""
        player = node.integer("player")
        if player is None:
            return next((p.position for p in self.game.players if p.color == color), None)
        if self.game.player(player) is None:
            raise node.fault("player", f"there is no player {player}")
        return player
