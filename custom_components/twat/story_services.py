"""Actions on a game's story: move about in it, say how the game stands, time it, end it."""

from enum import StrEnum
from typing import Any

from homeassistant.const import ATTR_NAME
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import probatio

from . import play
from .errors import invalid
from .games.by_hand import UNSAID, Step, Update
from .games.clocks import read_clock
from .games.export.story import tell
from .games.model import GameStatus, Player
from .games.statistics import Filter, summarise
from .service_calls import GAME, OBJECTS, TEXT, Definition, any_game_of, game_of, hub_of, state_of

_WHOLE = probatio.Coerce(float)


class StoryAction(StrEnum):
    """Names of the actions."""

    REDO = "redo"
    GO_TO = "go_to"
    NEXT_TURN = "next_turn"
    NEXT_PHASE = "next_phase"
    PASS_TURN = "pass_turn"
    SET_ELIMINATED = "set_eliminated"
    UPDATE_STATE = "update_state"
    ADJUST_RESOURCE = "adjust_resource"
    ACKNOWLEDGE_WARNING = "acknowledge_warning"
    ANNOTATE = "annotate"
    GET_LOG = "get_log"
    SET_CLOCK = "set_clock"
    CORRECT_CLOCK = "correct_clock"
    UPDATE_GAME = "update_game"
    FINISH_GAME = "finish_game"
    REOPEN_GAME = "reopen_game"
    GET_STATISTICS = "get_statistics"


async def _redo(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    return state_of(await play.async_redo(hub, game.game_id, by=call.context.user_id))


async def _go_to(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    state_id = call.data["state_id"]
    return state_of(await play.async_go_to(hub, game.game_id, state_id, by=call.context.user_id))


async def _advance(call: ServiceCall, step: Step, player: int | None = None) -> ServiceResponse:
    hub, game = game_of(call)
    view = await play.async_advance(hub, game.game_id, step, player, by=call.context.user_id)
    return state_of(view)


async def _next_turn(call: ServiceCall) -> ServiceResponse:
    return await _advance(call, Step.NEXT_TURN)


async def _next_phase(call: ServiceCall) -> ServiceResponse:
    return await _advance(call, Step.NEXT_PHASE)


async def _pass_turn(call: ServiceCall) -> ServiceResponse:
    return await _advance(call, Step.PASS, _player(call))


async def _set_eliminated(call: ServiceCall) -> ServiceResponse:
    step = Step.ELIMINATE if call.data["eliminated"] else Step.BRING_BACK
    return await _advance(call, step, _player(call))


async def _update_state(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    data = call.data
    update = Update(
        turn=data.get("turn"),
        round=data.get("round"),
        phase=data.get("phase"),
        active_player=data.get("active_player", UNSAID),
        first_player=data.get("first_player", UNSAID),
        resources=data.get("resources"),
        pieces=data.get("pieces"),
    )
    return state_of(
        await play.async_update_state(hub, game.game_id, update, by=call.context.user_id)
    )


async def _adjust_resource(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    view = await play.async_adjust_resource(
        hub,
        game.game_id,
        player=_player(call),
        resource=call.data["resource"],
        amount=call.data["amount"],
        by=call.context.user_id,
    )
    return state_of(view)


async def _acknowledge_warning(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    view = await play.async_acknowledge(
        hub,
        game.game_id,
        call.data["rule"],
        whole_game=call.data["whole_game"],
        by=call.context.user_id,
    )
    return state_of(view)


async def _annotate(call: ServiceCall) -> ServiceResponse:
    hub, view = await any_game_of(call)
    annotation = await play.async_annotate(
        hub,
        view.game.id,
        state_id=call.data.get("state_id"),
        note=call.data.get("note"),
        bookmark=call.data["bookmark"],
        by=call.context.user_id,
    )
    return annotation.to_json()


async def _get_log(call: ServiceCall) -> ServiceResponse:
    hub, view = await any_game_of(call)
    language = call.hass.config.language

    def read() -> ServiceResponse:
        archive = hub.repository.archive.load(view.game.id)
        clock = read_clock(hub.repository.chronicle.clock_events(view.game.id))
        story = tell(archive, view.profile.in_language(language), clock.at(dt_util.utcnow()))
        return {
            "entries": [
                {
                    "number": entry.number,
                    "state_id": entry.state.id,
                    "parent_id": entry.state.parent_id,
                    "capture_id": entry.state.capture_id,
                    "at": entry.state.created_at.isoformat(),
                    "round": entry.state.round,
                    "turn": entry.state.turn,
                    "phase": entry.state.phase,
                    "player": None if entry.player is None else entry.player.name,
                    "lines": list(entry.lines),
                    "source": entry.state.source.value,
                    "note": entry.note,
                    "bookmark": entry.bookmark,
                    "played": entry.played,
                }
                for entry in story.entries
            ],
            "head_id": archive.game.head_id,
            "tip_id": archive.game.tip_id,
            "scores": [
                {"round": row.round, **{str(p): score for p, score in row.scores.items()}}
                for row in story.scores
            ],
            "clock": story.clock.to_json(),
        }

    return await hub.async_run(read)


async def _set_clock(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    if "limits" in call.data:
        await play.async_limit_clock(hub, game.game_id, call.data["limits"])
    running = call.data.get("running")
    if running is not None and running != game.data.clock.running:
        await play.async_run_clock(hub, game.game_id, running=running, by=call.context.user_id)
    view = game.data
    return {
        "clock": view.clock.at(dt_util.utcnow()).to_json(),
        "limits": view.limits.to_json(),
    }


async def _correct_clock(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    view = await play.async_correct_clock(
        hub,
        game.game_id,
        player=_player(call),
        seconds=call.data["seconds"],
        by=call.context.user_id,
    )
    return {"clock": view.clock.at(dt_util.utcnow()).to_json()}


async def _update_game(call: ServiceCall) -> ServiceResponse:
    hub, view = await any_game_of(call)
    fields = {
        key: call.data[key] for key in ("name", "table", "metadata", "pinned") if key in call.data
    }
    if not fields:
        raise invalid("nothing_to_update")
    return {"game": (await play.async_update_game(hub, view.game.id, fields)).to_json()}


async def _finish_game(call: ServiceCall) -> ServiceResponse:
    hub, game = game_of(call)
    winners = call.data.get("winners")
    players = game.data.game.players
    view = await play.async_finish(
        hub,
        game.game_id,
        status=GameStatus(call.data["status"]),
        winners=None if winners is None else [_position(name, players) for name in winners],
        by=call.context.user_id,
    )
    result = await hub.async_run(hub.repository.chronicle.result, view.game.id)
    return {
        "game": view.game.to_json(),
        "result": None if result is None else result.to_json(),
    }


async def _reopen_game(call: ServiceCall) -> ServiceResponse:
    hub, view = await any_game_of(call)
    return state_of(await play.async_reopen(hub, view.game.id, by=call.context.user_id))


async def _get_statistics(call: ServiceCall) -> ServiceResponse:
    hub = hub_of(call.hass)
    data = call.data
    wanted = Filter(
        since=None if "since" not in data else dt_util.as_utc(data["since"]),
        until=None if "until" not in data else dt_util.as_utc(data["until"]),
        game_type=data.get("game_type"),
        player=data.get("player"),
    )
    return await hub.async_run(
        lambda: summarise(hub.repository.chronicle.results(), wanted).to_json()
    )


def _player(call: ServiceCall) -> int | None:
    """The player that a call means, by name or position; None for nobody."""
    name = call.data.get("player")
    if name is None:
        return None
    return _position(name, game_of(call)[1].data.game.players)


def _position(wanted: Any, players: tuple[Player, ...]) -> int:
    for player in players:
        if str(wanted).strip().casefold() in (str(player.position), player.name.casefold()):
            return player.position
    raise invalid("unknown_player", player=str(wanted))


_STATE = {**GAME, probatio.Optional("state_id"): TEXT}
_OPTIONAL_PLAYER = {**GAME, probatio.Optional("player"): TEXT}
_REQUIRED_PLAYER = {**GAME, probatio.Required("player"): TEXT}

STORY_ACTIONS: dict[str, Definition] = {
    StoryAction.REDO: Definition(_redo, GAME),
    StoryAction.GO_TO: Definition(_go_to, {**GAME, probatio.Required("state_id"): TEXT}),
    StoryAction.NEXT_TURN: Definition(_next_turn, GAME),
    StoryAction.NEXT_PHASE: Definition(_next_phase, GAME),
    StoryAction.PASS_TURN: Definition(_pass_turn, _OPTIONAL_PLAYER),
    StoryAction.SET_ELIMINATED: Definition(
        _set_eliminated,
        {**_REQUIRED_PLAYER, probatio.Optional("eliminated", default=True): cv.boolean},
    ),
    StoryAction.UPDATE_STATE: Definition(
        _update_state,
        {
            **GAME,
            probatio.Optional("turn"): _WHOLE,
            probatio.Optional("round"): _WHOLE,
            probatio.Optional("phase"): TEXT,
            probatio.Optional("active_player"): probatio.Any(None, _WHOLE),
            probatio.Optional("first_player"): probatio.Any(None, _WHOLE),
            probatio.Optional("resources"): dict,
            probatio.Optional("pieces"): OBJECTS,
        },
    ),
    StoryAction.ADJUST_RESOURCE: Definition(
        _adjust_resource,
        {
            **_OPTIONAL_PLAYER,
            probatio.Required("resource"): TEXT,
            probatio.Required("amount"): _WHOLE,
        },
    ),
    StoryAction.ACKNOWLEDGE_WARNING: Definition(
        _acknowledge_warning,
        {
            **GAME,
            probatio.Required("rule"): TEXT,
            probatio.Optional("whole_game", default=False): cv.boolean,
        },
    ),
    StoryAction.ANNOTATE: Definition(
        _annotate,
        {
            **_STATE,
            probatio.Optional("note"): probatio.All(cv.string, probatio.Length(max=5000)),
            probatio.Optional("bookmark", default=False): cv.boolean,
        },
    ),
    StoryAction.GET_LOG: Definition(_get_log, GAME, SupportsResponse.ONLY),
    StoryAction.SET_CLOCK: Definition(
        _set_clock,
        {
            **GAME,
            probatio.Optional("running"): cv.boolean,
            probatio.Optional("limits"): dict,
        },
    ),
    StoryAction.CORRECT_CLOCK: Definition(
        _correct_clock, {**_OPTIONAL_PLAYER, probatio.Required("seconds"): _WHOLE}
    ),
    StoryAction.UPDATE_GAME: Definition(
        _update_game,
        {
            **GAME,
            probatio.Optional(ATTR_NAME): cv.string,
            probatio.Optional("table"): probatio.Any(None, TEXT),
            probatio.Optional("metadata"): dict,
            probatio.Optional("pinned"): cv.boolean,
        },
    ),
    StoryAction.FINISH_GAME: Definition(
        _finish_game,
        {
            **GAME,
            probatio.Optional("status", default=GameStatus.COMPLETED.value): probatio.In(
                [GameStatus.COMPLETED.value, GameStatus.ABANDONED.value]
            ),
            probatio.Optional("winners"): probatio.All(cv.ensure_list, [TEXT]),
        },
    ),
    StoryAction.REOPEN_GAME: Definition(_reopen_game, GAME),
    StoryAction.GET_STATISTICS: Definition(
        _get_statistics,
        {
            probatio.Optional("since"): cv.datetime,
            probatio.Optional("until"): cv.datetime,
            probatio.Optional("game_type"): TEXT,
            probatio.Optional("player"): TEXT,
        },
        SupportsResponse.ONLY,
    ),
}
