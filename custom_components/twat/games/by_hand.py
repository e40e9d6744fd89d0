"""What players say of a game beside its readings: how it stands, its clock, that it is over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from .board import difference, reconcile
from .clocks import LONGEST, Clock
from .corrections import parse_pieces
from .errors import GameError
from .model import (
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    StateSource,
    new_id,
    player_key,
)
from .profile import COMMON, GameProfile, Resource
from .record import Change, GameRecord, change, reading_details
from .turns import Moment, bring_back, eliminate, next_phase, next_turn, pass_turn, set_moment

MAX_VALUE: Final = 1_000_000_000

_OVER: Final = (GameStatus.COMPLETED, GameStatus.ABANDONED)


class Step(StrEnum):
    """How a game goes on without a move; see the functions of `turns`."""

    NEXT_TURN = "next_turn"
    NEXT_PHASE = "next_phase"
    PASS = "pass"
    ELIMINATE = "eliminate"
    BRING_BACK = "bring_back"


def advance(
    record: GameRecord,
    profile: GameProfile,
    step: Step,
    *,
    player: int | None = None,
    by: str | None,
    at: datetime,
) -> Change:
    """Append the state in which the game has gone on.

    Args:
        record: The game.
        profile: Its profile.
        step: How it goes on.
        player: Who passes (None: the active player), is out, or comes back.
        by: Who says so.
        at: When, UTC.

    Raises:
        GameError: What `turns` refuses; ``nothing_to_update`` when nothing changes by it.
    """
    game, head = record.game, record.head
    moment = Moment.of(head)
    match step:
        case Step.NEXT_TURN:
            moment = next_turn(profile, game, moment)
        case Step.NEXT_PHASE:
            moment = next_phase(profile, game, moment)
        case Step.PASS:
            moment = pass_turn(profile, game, moment, player)
        case Step.ELIMINATE:
            moment = eliminate(profile, game, moment, _known(record, player))
        case Step.BRING_BACK:
            moment = bring_back(game, moment, _known(record, player))
    return _append(record, moment.in_state(head), (), by=by, at=at)


class Unsaid:
    """Stands for a field that a request does not speak of, where None is a value."""


UNSAID: Final = Unsaid()


@dataclass(frozen=True, slots=True)
class Update:
    """How a game stands, as far as the players say; what they do not speak of is left as it is.

    Attributes:
        turn: Turns of single players, from 1.
        round: Rounds, from 1.
        phase: Id of a phase of the profile.
        active_player: Position; None when it is nobody's turn.
        first_player: Position of who begins the round; None when nobody has said.
        resources: New values: ``{"player_1": {"spice": 4}}``; others stay.
        pieces: All that stands on the board, see `corrections.parse_pieces`.
    """

    turn: object = None
    round: object = None
    phase: str | None = None
    active_player: object = UNSAID
    first_player: object = UNSAID
    resources: object = None
    pieces: Sequence[Mapping[str, Any]] | None = None


def update_state(
    record: GameRecord, profile: GameProfile, update: Update, *, by: str | None, at: datetime
) -> Change:
    """Append a state that stands as the players say.

    Raises:
        GameError: ``invalid_field``, ``out_of_range``, what `turns.set_moment` and
            `corrections.parse_pieces` refuse, ``unknown_resource``; ``nothing_to_update`` when the
            game stands so already.
    """
    head = record.head
    board, moves = head.board, tuple[Move, ...]()
    if update.pieces is not None:
        layout = profile.layout_for(record.game.settings)
        board = reconcile(head.board, layout, parse_pieces(record, profile, update.pieces))
        moves = difference(head.board, board)
    players = {
        field: None if value is None else _whole(field, value)
        for field, value in (
            ("active_player", update.active_player),
            ("first_player", update.first_player),
        )
        if not isinstance(value, Unsaid)
    }
    moment = set_moment(
        profile,
        record.game,
        Moment.of(head),
        turn=None if update.turn is None else _whole("turn", update.turn),
        round_number=None if update.round is None else _whole("round", update.round),
        phase=update.phase,
        **players,
    )
    resources = _resources(record, profile, update.resources)
    state = replace(moment.in_state(head), resources=resources, board=board)
    return _append(record, state, moves, by=by, at=at)


def adjust_resource(
    record: GameRecord,
    profile: GameProfile,
    *,
    player: int | None,
    resource: object,
    amount: object,
    by: str | None,
    at: datetime,
) -> Change:
    """Append a state in which a player (None: all together) has more or less of a resource.

    Raises:
        GameError: ``unknown_player``, ``unknown_resource``, ``out_of_range``, ``invalid_field``;
            ``nothing_to_update`` for an amount of 0.
    """
    key = COMMON if player is None else player_key(_known(record, player))
    amount = _whole("amount", amount)
    found = _resource(profile, resource, key)
    value = record.head.resources.get(key, {}).get(found.id, 0) + amount
    update = Update(resources={key: {found.id: value}})
    return update_state(record, profile, update, by=by, at=at)


def set_clock(
    record: GameRecord, clock: Clock, *, running: bool, by: str | None, at: datetime
) -> Change:
    """Stop the clock, or let it run on.

    Raises:
        GameError: ``clock_so_already``; ``game_is_over``.
    """
    if record.game.status in _OVER:
        raise GameError("game_is_over")
    if clock.running == running:
        raise GameError("clock_so_already")
    kind = JournalKind.CLOCK_RESUMED if running else JournalKind.CLOCK_PAUSED
    return _note(record, kind, {}, by=by, at=at)


def correct_clock(
    record: GameRecord,
    clock: Clock,
    *,
    player: int | None,
    seconds: object,
    by: str | None,
    at: datetime,
) -> Change:
    """Give a player time (below zero: give back) that the clock counted wrongly; None: the game.

    Raises:
        GameError: ``unknown_player``; ``out_of_range`` for more than a week, or when more were
            given back than was counted.
    """
    seconds = _whole("seconds", seconds)
    now = clock.at(at)
    spent = now.game if player is None else now.players.get(_known(record, player), 0.0)
    least = -int(min(spent, now.game))
    if not least <= seconds <= LONGEST:
        raise GameError(
            "out_of_range", field="seconds", value=seconds, minimum=least, maximum=LONGEST
        )
    details = {"player": player, "seconds": seconds}
    return _note(record, JournalKind.CLOCK_CORRECTED, details, by=by, at=at)


def finish(
    record: GameRecord,
    *,
    status: GameStatus,
    winners: Collection[int],
    by: str | None,
    at: datetime,
) -> Change:
    """Say that a game is over, and who won; a reading that waits is dropped.

    Args:
        record: The game.
        status: ``completed`` or ``abandoned``.
        winners: Positions; none for a draw, or for a game that nobody finished.
        by: Who says so.
        at: When, UTC.

    Raises:
        GameError: ``game_is_over``, ``unknown_player``.
    """
    if record.game.status in _OVER:
        raise GameError("game_is_over")
    for position in winners:
        _known(record, position)
    details = {"status": status.value, "winners": sorted(winners)}
    return _note(record, JournalKind.FINISHED, details, status=status, by=by, at=at)


def reopen(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Go on with a game that was over.

    Raises:
        GameError: ``game_not_over``.
    """
    if record.game.status not in _OVER:
        raise GameError("game_not_over")
    status = GameStatus.IN_PROGRESS
    return _note(record, JournalKind.REOPENED, {}, status=status, by=by, at=at)


def _append(
    record: GameRecord,
    state: GameState,
    moves: tuple[Move, ...],
    *,
    by: str | None,
    at: datetime,
) -> Change:
    """Append a state that stands differently from the head."""
    if state == record.head:
        raise GameError("nothing_to_update")
    state = replace(
        state,
        id=new_id(),
        parent_id=record.head.id,
        # No photo shows it; the next one is compared with that of the nearest state before.
        capture_id=None,
        detected_changes=moves,
        validation_notes=(),
        source=StateSource.MANUAL,
        created_at=at,
    )
    # A reading that waits was computed against the state before.
    dropped = record.proposal and {"dropped": reading_details(record.proposal)}
    line = JournalEntry(
        record.game.id, at, JournalKind.UPDATED, by, state_id=state.id, details=dropped or {}
    )
    return change(record, state, line, at)


def _note(
    record: GameRecord,
    kind: JournalKind,
    details: dict[str, Any],
    *,
    by: str | None,
    at: datetime,
    status: GameStatus | None = None,
) -> Change:
    """Write something down that changes no state."""
    keeps = record.proposal if kind is not JournalKind.FINISHED else None
    line = JournalEntry(record.game.id, at, kind, by, details=details)
    return change(record, record.head, line, at, proposal=keeps, status=status)


def _whole(field: str, value: object) -> int:
    """Return a whole number; number boxes of user interfaces give 8.0 for 8."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise GameError("invalid_field", field=field, reason="must be a whole number")
    return value


def _known(record: GameRecord, position: int | None) -> int:
    if position is None or record.game.player(position) is None:
        raise GameError("unknown_player", player=position)
    return position


def _resources(
    record: GameRecord, profile: GameProfile, said: object
) -> Mapping[str, Mapping[str, int]]:
    """Return the head's resources with what was said put in."""
    if said is None:
        return record.head.resources
    if not isinstance(said, Mapping):
        raise GameError("invalid_field", field="resources", reason="must be an object")
    resources = {key: dict(values) for key, values in record.head.resources.items()}
    known = [*(player.key for player in record.game.players), COMMON]
    for key, values in said.items():
        if key not in known:
            raise GameError("unknown_player", player=key)
        if not isinstance(values, Mapping):
            raise GameError("invalid_field", field=f"resources.{key}", reason="must be an object")
        for name, value in values.items():
            resource = _resource(profile, name, key)
            resources.setdefault(key, {})[resource.id] = _value(key, resource, value)
    return resources


def _resource(profile: GameProfile, name: object, key: str) -> Resource:
    """Return a resource that a player, or all together, can have."""
    possible = [resource for resource in profile.resources if resource.common == (key == COMMON)]
    for resource in possible:
        if resource.id == name:
            return resource
    allowed = ", ".join(resource.id for resource in possible) or "–"
    raise GameError("unknown_resource", resource=name, allowed=allowed)


def _value(key: str, resource: Resource, value: object) -> int:
    number = _whole(f"resources.{key}.{resource.id}", value)
    low, high = resource.minimum, MAX_VALUE if resource.maximum is None else resource.maximum
    if not low <= number <= high:
        raise GameError(
            "out_of_range", field=resource.name, value=number, minimum=low, maximum=high
        )
    return number
