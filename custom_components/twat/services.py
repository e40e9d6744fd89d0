"""Actions: everything that can be done with games, for scripts, automations and voice."""

from enum import StrEnum

from homeassistant.const import ATTR_NAME
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import probatio

from . import play
from .calibration import CornersError, async_detect, checked_corners, with_calibration
from .clients.camera import Resolution
from .const import DOMAIN
from .errors import invalid
from .file_services import FILE_ACTIONS
from .games.area_readings import area_readings
from .games.model import GameStatus
from .games.request import Wishes
from .games.turns import is_over
from .reanalysis import async_analyze
from .service_calls import (
    ATTR_CAPTURE_ID,
    ATTR_GAME_ID,
    GAME,
    OBJECTS,
    REVIEW,
    TEXT,
    Definition,
    game_of,
    hub_of,
    state_of,
)
from .story_services import STORY_ACTIONS
from .table import Calibration


class Action(StrEnum):
    """Names of the actions."""

    CREATE_GAME = "create_game"
    DELETE_GAME = "delete_game"
    LIST_GAMES = "list_games"
    GET_STATE = "get_state"
    CAPTURE = "capture"
    ANALYZE = "analyze"
    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"
    UNDO = "undo"
    CALIBRATE_BOARD = "calibrate_board"
    RELOAD_PROFILES = "reload_profiles"
    COPY_PROFILE = "copy_profile"


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
ATTR_MODEL = "model"
ATTR_DETECT_CHANGES = "detect_changes"
ATTR_IDENTIFY_PIECES = "identify_pieces"
ATTR_CORNERS = "corners"
ATTR_ID = "id"

_IDENTIFY = ("auto", "always", "never")


async def _create_game(call: ServiceCall) -> ServiceResponse:
    data = call.data
    coordinator = await hub_of(call.hass).async_create_game(
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
    await hub_of(call.hass).async_delete_game(call.data[ATTR_GAME_ID])
    return None


async def _list_games(call: ServiceCall) -> ServiceResponse:
    hub = hub_of(call.hass)
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
    _, coordinator = game_of(call)
    view = coordinator.data
    return {
        "game": {**view.game.to_json(), "device_id": coordinator.device_id},
        **state_of(view),
        "proposal": None if view.proposal is None else view.proposal.to_json(),
        "capture": None if view.newest is None else view.newest.to_json(),
        "readings": [
            reading.to_json()
            for reading in area_readings(
                None if view.newest is None else view.newest.analysis_results,
                view.profile,
                view.game,
                view.head,
            )
        ],
        "over": is_over(view.profile, view.game, view.head),
        "analysing": view.stage is not None,
        "stage": view.stage,
    }


async def _capture(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    press = await hub.captures.async_capture(
        coordinator.game_id,
        triggered_by=call.context.user_id or "action",
        notes=call.data.get(ATTR_NOTES),
        resolution=_resolution(call.data[ATTR_RESOLUTION]),
    )
    if not call.data[ATTR_WAIT]:
        return {"capture_id": press.capture.id, "status": "capturing"}
    return (await press.done).to_json()


async def _analyze(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    wishes = Wishes(
        call.data.get(ATTR_MODEL), call.data[ATTR_DETECT_CHANGES], call.data[ATTR_IDENTIFY_PIECES]
    )
    press = await async_analyze(hub, coordinator, call.data.get(ATTR_CAPTURE_ID), wishes)
    if not call.data[ATTR_WAIT]:
        await press.handed_in.wait()
        if press.job_id is not None:
            return {"capture_id": press.capture.id, "job_id": press.job_id, "status": "queued"}
    return {**(await press.done).to_json(), "job_id": press.job_id}


def _resolution(wanted: str) -> Resolution:
    try:
        return Resolution(wanted)
    except ValueError as err:
        allowed = ", ".join(Resolution)
        raise invalid("unknown_resolution", resolution=wanted, allowed=allowed) from err


async def _accept(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    view = await play.async_accept(
        hub, coordinator.game_id, capture_id=call.data.get(ATTR_CAPTURE_ID), by=call.context.user_id
    )
    return state_of(view)


async def _reject(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    view = await play.async_reject(
        hub, coordinator.game_id, capture_id=call.data.get(ATTR_CAPTURE_ID), by=call.context.user_id
    )
    return state_of(view)


async def _correct(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    moves, pieces = call.data.get(ATTR_MOVES), call.data.get(ATTR_PIECES)
    if (moves is None) == (pieces is None):
        raise invalid("moves_or_pieces")
    view = await play.async_correct(
        hub,
        coordinator.game_id,
        capture_id=call.data.get(ATTR_CAPTURE_ID),
        moves=moves,
        pieces=pieces,
        by=call.context.user_id,
    )
    return state_of(view)


async def _undo(call: ServiceCall) -> ServiceResponse:
    hub, coordinator = game_of(call)
    return state_of(await play.async_undo(hub, coordinator.game_id, by=call.context.user_id))


async def _calibrate_board(call: ServiceCall) -> ServiceResponse:
    hub = hub_of(call.hass)
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
    hub = hub_of(call.hass)
    await hub.async_reload_profiles()
    return {"profiles": list(hub.profiles)}


async def _copy_profile(call: ServiceCall) -> ServiceResponse:
    path = await hub_of(call.hass).async_copy_profile(call.data[ATTR_GAME_TYPE], call.data[ATTR_ID])
    return {"file": str(path)}


_ACTIONS: dict[str, Definition] = {
    Action.CREATE_GAME: Definition(
        _create_game,
        {
            probatio.Required(ATTR_NAME): cv.string,
            probatio.Required(ATTR_GAME_TYPE): TEXT,
            probatio.Required(ATTR_PLAYERS): OBJECTS,
            probatio.Optional(ATTR_TABLE): TEXT,
            probatio.Optional(ATTR_SETTINGS, default=dict): dict,
            probatio.Optional(ATTR_PIECES): OBJECTS,
        },
    ),
    Action.DELETE_GAME: Definition(
        _delete_game, {probatio.Required(ATTR_GAME_ID): TEXT}, SupportsResponse.NONE
    ),
    Action.LIST_GAMES: Definition(
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
    Action.GET_STATE: Definition(_get_state, GAME, SupportsResponse.ONLY),
    Action.CAPTURE: Definition(
        _capture,
        {
            **GAME,
            probatio.Optional(ATTR_NOTES): TEXT,
            # Checked by the action itself, whose words reach also those who call it over REST.
            probatio.Optional(ATTR_RESOLUTION, default=Resolution.UHD.value): cv.string,
            probatio.Optional(ATTR_WAIT, default=False): cv.boolean,
        },
    ),
    Action.ANALYZE: Definition(
        _analyze,
        {
            **REVIEW,
            probatio.Optional(ATTR_MODEL): probatio.All(TEXT, probatio.Length(min=1)),
            probatio.Optional(ATTR_DETECT_CHANGES, default=True): cv.boolean,
            probatio.Optional(ATTR_IDENTIFY_PIECES, default="auto"): probatio.In(_IDENTIFY),
            probatio.Optional(ATTR_WAIT, default=False): cv.boolean,
        },
    ),
    Action.ACCEPT: Definition(_accept, REVIEW),
    Action.REJECT: Definition(_reject, REVIEW),
    Action.CORRECT: Definition(
        _correct,
        {
            **REVIEW,
            probatio.Optional(ATTR_MOVES): OBJECTS,
            probatio.Optional(ATTR_PIECES): OBJECTS,
        },
    ),
    Action.UNDO: Definition(_undo, GAME),
    Action.CALIBRATE_BOARD: Definition(
        _calibrate_board,
        {
            probatio.Required(ATTR_TABLE): TEXT,
            probatio.Required(ATTR_GAME_TYPE): TEXT,
            probatio.Optional(ATTR_CORNERS): list,
            probatio.Optional(ATTR_SETTINGS, default=dict): dict,
        },
    ),
    Action.RELOAD_PROFILES: Definition(_reload_profiles, {}),
    Action.COPY_PROFILE: Definition(
        _copy_profile,
        {probatio.Required(ATTR_GAME_TYPE): TEXT, probatio.Required(ATTR_ID): TEXT},
    ),
    **STORY_ACTIONS,
    **FILE_ACTIONS,
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
