"""What players do with a game: the last word on readings, back and forth, and how it stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from homeassistant.util import dt as dt_util

from .announce import async_tell_end
from .const import SETTING_CLOCK
from .coordinator import GameView, load_view
from .errors import invalid
from .games import by_hand, history, log
from .games.adjudication import acknowledge
from .games.by_hand import Step, Update
from .games.clocks import ClockLimits
from .games.corrections import parse_moves, parse_pieces
from .games.errors import GameError
from .games.model import Annotation, Game, GameStatus
from .games.record import Change, GameRecord
from .games.results import checked_metadata, leaders, result_of

if TYPE_CHECKING:
    from .hub import TwatHub


async def async_accept(
    hub: TwatHub, game_id: str, *, capture_id: str | None = None, by: str | None
) -> GameView:
    """Accept the reading that waits."""
    profile = hub.game(game_id).data.profile
    return await hub.async_change(
        game_id,
        lambda record: log.accept(_about(record, capture_id), profile, by=by, at=dt_util.utcnow()),
    )


async def async_reject(
    hub: TwatHub, game_id: str, *, capture_id: str | None = None, by: str | None
) -> GameView:
    """Drop the reading that waits."""
    return await hub.async_change(
        game_id,
        lambda record: log.reject(_about(record, capture_id), by=by, at=dt_util.utcnow()),
    )


async def async_correct(
    hub: TwatHub,
    game_id: str,
    *,
    capture_id: str | None = None,
    moves: Sequence[Mapping[str, Any]] | None = None,
    pieces: Sequence[Mapping[str, Any]] | None = None,
    by: str | None,
) -> GameView:
    """Put what the players say in the place of what was read."""
    profile = hub.game(game_id).data.profile

    def decide(record: GameRecord) -> Change:
        return log.correct(
            record,
            profile,
            capture_id=capture_id,
            moves=None if moves is None else parse_moves(record, profile, moves),
            pieces=None if pieces is None else parse_pieces(record, profile, pieces),
            by=by,
            at=dt_util.utcnow(),
        )

    return await hub.async_change(game_id, decide, capture_id)


async def async_undo(hub: TwatHub, game_id: str, *, by: str | None) -> GameView:
    """Take the last accepted state back."""
    return await hub.async_change(
        game_id, lambda record: history.undo(record, by=by, at=dt_util.utcnow())
    )


async def async_redo(hub: TwatHub, game_id: str, *, by: str | None) -> GameView:
    """Take back what was undone last."""
    return await hub.async_change(
        game_id, lambda record: history.redo(record, by=by, at=dt_util.utcnow()), whole=True
    )


async def async_go_to(hub: TwatHub, game_id: str, state_id: str, *, by: str | None) -> GameView:
    """Go back, forward or aside to any state of the game."""
    return await hub.async_change(
        game_id,
        lambda record: history.go_to(record, state_id, by=by, at=dt_util.utcnow()),
        whole=True,
    )


async def async_advance(
    hub: TwatHub, game_id: str, step: Step, player: int | None = None, *, by: str | None
) -> GameView:
    """Let the game go on without a move."""
    profile = hub.game(game_id).data.profile
    return await hub.async_change(
        game_id,
        lambda record: by_hand.advance(
            record, profile, step, player=player, by=by, at=dt_util.utcnow()
        ),
    )


async def async_update_state(
    hub: TwatHub, game_id: str, update: Update, *, by: str | None
) -> GameView:
    """Let the game stand as the players say."""
    profile = hub.game(game_id).data.profile
    return await hub.async_change(
        game_id,
        lambda record: by_hand.update_state(record, profile, update, by=by, at=dt_util.utcnow()),
    )


async def async_adjust_resource(
    hub: TwatHub,
    game_id: str,
    *,
    player: int | None,
    resource: str,
    amount: float,
    by: str | None,
) -> GameView:
    """Give a player more or less of a resource."""
    profile = hub.game(game_id).data.profile
    return await hub.async_change(
        game_id,
        lambda record: by_hand.adjust_resource(
            record,
            profile,
            player=player,
            resource=resource,
            amount=amount,
            by=by,
            at=dt_util.utcnow(),
        ),
    )


async def async_annotate(
    hub: TwatHub,
    game_id: str,
    *,
    state_id: str | None,
    note: str | None,
    bookmark: bool,
    by: str | None,
) -> Annotation:
    """Write a remark on a state (without one: the head), or mark it; empty takes it away."""
    head_id = (await hub.async_view(game_id)).game.head_id
    annotation = Annotation(
        state_id or head_id or "", (note or "").strip() or None, bookmark, by, dt_util.utcnow()
    )
    await hub.async_run(hub.repository.chronicle.annotate, game_id, annotation)
    return annotation


async def async_acknowledge(
    hub: TwatHub, game_id: str, rule: str, *, whole_game: bool, by: str | None
) -> GameView:
    """Find a rule's warning fine, or all that it will ever say about this game."""
    return await hub.async_change(
        game_id,
        lambda record: acknowledge(record, rule, whole_game=whole_game, by=by, at=dt_util.utcnow()),
    )


# The clock


async def async_run_clock(hub: TwatHub, game_id: str, *, running: bool, by: str | None) -> GameView:
    """Stop the clock, or let it run on."""
    clock = hub.game(game_id).data.clock
    return await hub.async_change(
        game_id,
        lambda record: by_hand.set_clock(
            record, clock, running=running, by=by, at=dt_util.utcnow()
        ),
    )


async def async_correct_clock(
    hub: TwatHub, game_id: str, *, player: int | None, seconds: float, by: str | None
) -> GameView:
    """Add to the time of a player, or of the game alone."""
    clock = hub.game(game_id).data.clock
    return await hub.async_change(
        game_id,
        lambda record: by_hand.correct_clock(
            record, clock, player=player, seconds=seconds, by=by, at=dt_util.utcnow()
        ),
    )


async def async_limit_clock(hub: TwatHub, game_id: str, limits: Mapping[str, Any]) -> GameView:
    """Agree on limits; those that are not given are taken away."""
    game = hub.game(game_id).data.game

    def write() -> None:
        checked = ClockLimits.from_json(limits).to_json()
        settings = {**game.settings, SETTING_CLOCK: checked}
        hub.repository.update_game(game_id, dt_util.utcnow(), settings=settings)

    await hub.async_run(write)
    return await hub.async_refresh(game_id)


# The game itself


async def async_update_game(hub: TwatHub, game_id: str, fields: Mapping[str, Any]) -> Game:
    """Change name, table, pin or remarks of a game, also of one that is over."""
    view = await hub.async_view(game_id)
    changes = dict(fields)
    if "table" in changes and changes["table"] is not None:
        changes["table"] = hub.table(changes["table"]).id

    def write() -> Game:
        if "metadata" in changes:
            checked_metadata(view.game, changes["metadata"])
        return hub.repository.update_game(game_id, dt_util.utcnow(), **changes)

    game = await hub.async_run(write)
    if game_id in hub.games:
        await hub.async_refresh(game_id)
    return game


async def async_finish(
    hub: TwatHub,
    game_id: str,
    *,
    status: GameStatus,
    winners: Collection[int] | None,
    by: str | None,
) -> GameView:
    """End a game. It leaves the devices and stays in the lists.

    Without winners those win who lead by the game's own rules.
    """
    coordinator = hub.game(game_id)
    profile = coordinator.data.profile

    def end(at: datetime) -> GameView:
        record = hub.repository.record(game_id)
        completed = status is GameStatus.COMPLETED
        won = winners
        if won is None:
            won = leaders(profile, record.game, record.head) if completed else ()
        change = by_hand.finish(record, status=status, winners=won, by=by, at=at)
        view = load_view(hub.repository, profile, game_id)
        clock = view.clock.at(at)
        result = result_of(profile, record.game, record.head, clock, won, at) if completed else None
        hub.repository.commit(change, result=result)
        return load_view(hub.repository, profile, game_id)

    view = await hub.async_run(end, dt_util.utcnow())
    coordinator.async_set_view(view)
    result = await hub.async_run(hub.repository.chronicle.result, game_id)
    async_tell_end(coordinator, result)
    await hub.async_put_away(game_id)
    return view


async def async_reopen(hub: TwatHub, game_id: str, *, by: str | None) -> GameView:
    """Go on with a game that was over; it is a device again."""
    if game_id in hub.games:
        raise invalid("game_not_over")
    view = await hub.async_view(game_id)

    def reopen() -> GameView:
        record = hub.repository.record(game_id)
        hub.repository.commit(by_hand.reopen(record, by=by, at=dt_util.utcnow()))
        return load_view(hub.repository, view.profile, game_id)

    return hub.async_take_up(await hub.async_run(reopen)).data


def _about(record: GameRecord, capture_id: str | None) -> GameRecord:
    """The record, provided that the waiting reading is the one that is meant."""
    if capture_id is not None and (
        record.proposal is None or record.proposal.capture_id != capture_id
    ):
        raise GameError("no_proposal")
    return record
