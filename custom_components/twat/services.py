"""Actions: everything that can be done with games, for scripts, automations and voice."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import VolDictType
import probatio

from .calibration import CornersError, async_detect, checked_corners, with_calibration
from .clients.camera import Resolution
from .const import CONF_KIND, DOMAIN, Kind
from .coordinator import GameCoordinator, GameView, HubConfigEntry
from .errors import invalid
from .games.model import GameStatus
from .hub import TwatHub
from .table import Calibration


class Action(StrEnum):
    """Names of the actions."""

    CREATE_GAME = "create_game"
    DELETE_GAME = "delete_game"
    LIST_GAMES = "list_games"
    GET_STATE = "get_state"
    CAPTURE = "capture"
    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"
    UNDO = "undo"
    CALIBRATE_BOARD = "calibrate_board"
    RELOAD_PROFILES = "reload_profiles"
    COPY_PROFILE = "copy_profile"


ATTR_GAME_ID = "game_id"
ATTR_GAME_TYPE = "game_type"
ATTR_PLAYERS = "players"
ATTR_TABLE = "table"
ATTR_SETTINGS = "settings"
ATTR_PIECES = "pieces"
ATTR_MOVES = "moves"
ATTR_STATUS = "status"
ATTR_LIMIT = "limit"
ATTR_OFFSET = "offset"
ATTR_NOTES = "notes"
ATTR_RESOLUTION = "resolution"
ATTR_WAIT = "wait"
ATTR_CAPTURE_ID = "capture_id"
ATTR_CORNERS = "corners"
ATTR_ID = "id"

# Names, types and places are checked where they are understood, so that every mistake gets a
# translated answer; here only shapes and sizes are.
_TEXT = probatio.All(cv.string, probatio.Length(max=500))
_OBJECTS = probatio.All(cv.ensure_list, [dict], probatio.Length(max=5000))

_GAME: VolDictType = {
    probatio.Exclusive(ATTR_GAME_ID, "game"): _TEXT,
    probatio.Exclusive(ATTR_DEVICE_ID, "game"): _TEXT,
}
_REVIEW: VolDictType = {**_GAME, probatio.Optional(ATTR_CAPTURE_ID): _TEXT}


def _hub(hass: HomeAssistant) -> TwatHub:
    """The hub that is set up.

    Raises:
        ServiceValidationError: none is, or it is not running.
    """
    entries: list[HubConfigEntry] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if entry.data[CONF_KIND] == Kind.HUB
    ]
    if not entries:
        raise invalid("no_hub")
    if entries[0].state is not ConfigEntryState.LOADED:
        raise invalid("hub_not_loaded", title=entries[0].title)
    return entries[0].runtime_data


def _game(call: ServiceCall) -> tuple[TwatHub, GameCoordinator]:
    """The game that a call means: by id, by device, or the only one there is.

    Raises:
        ServiceValidationError: there is no such game, or it is not clear which.
    """
    hub = _hub(call.hass)
    if (game_id := call.data.get(ATTR_GAME_ID)) is not None:
        return hub, hub.game(game_id)
    if (device_id := call.data.get(ATTR_DEVICE_ID)) is not None:
        device = dr.async_get(call.hass).async_get(device_id)
        games = [hub.games.get(key) for _domain, key in (device.identifiers if device else ())]
        if not games or games[0] is None:
            raise invalid("unknown_game_device", device_id=device_id)
        return hub, games[0]
    if len(hub.games) != 1:
        raise invalid("which_game" if hub.games else "no_games")
    return hub, next(iter(hub.games.values()))


async def _create_game(call: ServiceCall) -> ServiceResponse:
    data = call.data
    coordinator = await _hub(call.hass).async_create_game(
        name=data[ATTR_NAME],
        game_type=data[ATTR_GAME_TYPE],
        players=data[ATTR_PLAYERS],
        table=data.get(ATTR_TABLE),
        settings=data[ATTR_SETTINGS],
        pieces=data.get(ATTR_PIECES),
        by=call.context.user_id,
    )
    return {"game_id": coordinator.game_id, "device_id": coordinator.device_id}


async def _delete_game(call: ServiceCall) -> ServiceResponse:
    await _hub(call.hass).async_delete_game(call.data[ATTR_GAME_ID])
    return None


async def _list_games(call: ServiceCall) -> ServiceResponse:
    hub = _hub(call.hass)
    limit, offset = call.data[ATTR_LIMIT], call.data[ATTR_OFFSET]
    status = call.data.get(ATTR_STATUS)
    games, total = await hub.async_list_games(
        None if status is None else GameStatus(status), limit, offset
    )
    return {
        "games": [
            {
                **game.to_json(),
                "device_id": hub.games[game.id].device_id if game.id in hub.games else None,
            }
            for game in games
        ],
        "total": total,
        "limit": limit,
        "offset": offset,
    }


async def _get_state(call: ServiceCall) -> ServiceResponse:
    _, coordinator = _game(call)
    view = coordinator.data
    return {
        "game": {**view.game.to_json(), "device_id": coordinator.device_id},
        **_state(view),
        "proposal": None if view.proposal is None else view.proposal.to_json(),
        "capture": None if view.newest is None else view.newest.to_json(),
        "analysing": view.stage is not None,
        "stage": view.stage,
    }


async def _capture(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = _game(call)
    press = await hub.captures.async_capture(
        coordinator.game_id,
        triggered_by=call.context.user_id or "action",
        notes=call.data.get(ATTR_NOTES),
        resolution=_resolution(call.data[ATTR_RESOLUTION]),
    )
    if not call.data[ATTR_WAIT]:
        return {"capture_id": press.capture.id, "status": "capturing"}
    return (await press.done).to_json()


def _resolution(wanted: str) -> Resolution:
    try:
        return Resolution(wanted)
    except ValueError as err:
        allowed = ", ".join(Resolution)
        raise invalid("unknown_resolution", resolution=wanted, allowed=allowed) from err


async def _accept(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = _game(call)
    view = await hub.async_accept(
        coordinator.game_id, capture_id=call.data.get(ATTR_CAPTURE_ID), by=call.context.user_id
    )
    return _state(view)


async def _reject(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = _game(call)
    view = await hub.async_reject(
        coordinator.game_id, capture_id=call.data.get(ATTR_CAPTURE_ID), by=call.context.user_id
    )
    return _state(view)


async def _correct(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = _game(call)
    moves, pieces = call.data.get(ATTR_MOVES), call.data.get(ATTR_PIECES)
    if (moves is None) == (pieces is None):
        raise invalid("moves_or_pieces")
    view = await hub.async_correct(
        coordinator.game_id,
        capture_id=call.data.get(ATTR_CAPTURE_ID),
        moves=moves,
        pieces=pieces,
        by=call.context.user_id,
    )
    return _state(view)


async def _undo(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = _game(call)
    return _state(await hub.async_undo(coordinator.game_id, by=call.context.user_id))


async def _calibrate_board(call: ServiceCall) -> ServiceResponse:
    hub = _hub(call.hass)
    table = hub.table(call.data[ATTR_TABLE])
    game_type = hub.profile(call.data[ATTR_GAME_TYPE]).id
    if (points := call.data.get(ATTR_CORNERS)) is not None:
        try:
            calibration = Calibration(checked_corners(points))
        except CornersError as err:
            raise invalid(err.key) from err
    else:
        calibration = await async_detect(hub, table, game_type, call.data[ATTR_SETTINGS])
    subentry = hub.entry.subentries[table.id]
    call.hass.config_entries.async_update_subentry(
        hub.entry,
        subentry,
        data={**subentry.data, **with_calibration(subentry, game_type, calibration)},
    )
    return {
        "corners": [list(point) for point in calibration.corners],
        "confidence": calibration.confidence,
        "method": calibration.method,
    }


async def _reload_profiles(call: ServiceCall) -> ServiceResponse:
    hub = _hub(call.hass)
    await hub.async_reload_profiles()
    return {"profiles": list(hub.profiles)}


async def _copy_profile(call: ServiceCall) -> ServiceResponse:
    path = await _hub(call.hass).async_copy_profile(call.data[ATTR_GAME_TYPE], call.data[ATTR_ID])
    return {"file": str(path)}


def _state(view: GameView) -> dict[str, Any]:
    return {
        "state": view.head.to_json(),
        "moves": [move.to_json() for move in view.head.detected_changes],
    }


@dataclass(frozen=True, slots=True)
class _Definition:
    """An action: what it does, what it takes, whether it answers."""

    run: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    schema: VolDictType
    response: SupportsResponse = SupportsResponse.OPTIONAL


_ACTIONS = {
    Action.CREATE_GAME: _Definition(
        _create_game,
        {
            probatio.Required(ATTR_NAME): cv.string,
            probatio.Required(ATTR_GAME_TYPE): _TEXT,
            probatio.Required(ATTR_PLAYERS): _OBJECTS,
            probatio.Optional(ATTR_TABLE): _TEXT,
            probatio.Optional(ATTR_SETTINGS, default=dict): dict,
            probatio.Optional(ATTR_PIECES): _OBJECTS,
        },
    ),
    Action.DELETE_GAME: _Definition(
        _delete_game, {probatio.Required(ATTR_GAME_ID): _TEXT}, SupportsResponse.NONE
    ),
    Action.LIST_GAMES: _Definition(
        _list_games,
        {
            probatio.Optional(ATTR_STATUS): probatio.In([status.value for status in GameStatus]),
            probatio.Optional(ATTR_LIMIT, default=20): probatio.All(
                probatio.Coerce(int), probatio.Range(min=1, max=100)
            ),
            probatio.Optional(ATTR_OFFSET, default=0): probatio.All(
                probatio.Coerce(int), probatio.Range(min=0)
            ),
        },
        SupportsResponse.ONLY,
    ),
    Action.GET_STATE: _Definition(_get_state, _GAME, SupportsResponse.ONLY),
    Action.CAPTURE: _Definition(
        _capture,
        {
            **_GAME,
            probatio.Optional(ATTR_NOTES): _TEXT,
            # Checked by the action itself, whose words reach also those who call it over REST.
            probatio.Optional(ATTR_RESOLUTION, default=Resolution.UHD.value): cv.string,
            probatio.Optional(ATTR_WAIT, default=False): cv.boolean,
        },
    ),
    Action.ACCEPT: _Definition(_accept, _REVIEW),
    Action.REJECT: _Definition(_reject, _REVIEW),
    Action.CORRECT: _Definition(
        _correct,
        {
            **_REVIEW,
            probatio.Optional(ATTR_MOVES): _OBJECTS,
            probatio.Optional(ATTR_PIECES): _OBJECTS,
        },
    ),
    Action.UNDO: _Definition(_undo, _GAME),
    Action.CALIBRATE_BOARD: _Definition(
        _calibrate_board,
        {
            probatio.Required(ATTR_TABLE): _TEXT,
            probatio.Required(ATTR_GAME_TYPE): _TEXT,
            probatio.Optional(ATTR_CORNERS): list,
            probatio.Optional(ATTR_SETTINGS, default=dict): dict,
        },
    ),
    Action.RELOAD_PROFILES: _Definition(_reload_profiles, {}),
    Action.COPY_PROFILE: _Definition(
        _copy_profile,
        {probatio.Required(ATTR_GAME_TYPE): _TEXT, probatio.Required(ATTR_ID): _TEXT},
    ),
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action, definition in _ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            action,
            definition.run,
            schema=probatio.Schema(definition.schema),
            supports_response=definition.response,
        )
