"""What all actions have in common: which game a call means, and how it is answered."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import VolDictType
import probatio

from .const import CONF_KIND, DOMAIN, Kind
from .coordinator import GameCoordinator, GameView, HubConfigEntry
from .errors import invalid
from .hub import TwatHub

ATTR_GAME_ID = "game_id"
ATTR_CAPTURE_ID = "capture_id"

# Names, types and places are checked where they are understood, so that every mistake gets a
# translated answer; here only shapes and sizes are.
TEXT = probatio.All(cv.string, probatio.Length(max=500))
OBJECTS = probatio.All(cv.ensure_list, [dict], probatio.Length(max=5000))

GAME: VolDictType = {
    probatio.Exclusive(ATTR_GAME_ID, "game"): TEXT,
    probatio.Exclusive(ATTR_DEVICE_ID, "game"): TEXT,
}
REVIEW: VolDictType = {**GAME, probatio.Optional(ATTR_CAPTURE_ID): TEXT}


@dataclass(frozen=True, slots=True)
class Definition:
    """An action: what it does, what it takes, whether it answers."""

    run: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    schema: VolDictType
    response: SupportsResponse = SupportsResponse.OPTIONAL


def hub_of(hass: HomeAssistant) -> TwatHub:
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


def game_of(call: ServiceCall) -> tuple[TwatHub, GameCoordinator]:
    """The game that a call means: by id, by device, or the only one there is.

    Raises:
        ServiceValidationError: there is no such game, or it is not clear which.
    """
    hub = hub_of(call.hass)
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


async def any_game_of(call: ServiceCall) -> tuple[TwatHub, GameView]:
    """The game that a call means, also one that is over if it is named by its id.

    Raises:
        ServiceValidationError: there is no such game, or it is not clear which.
    """
    if (game_id := call.data.get(ATTR_GAME_ID)) is not None:
        hub = hub_of(call.hass)
        return hub, await hub.async_view(game_id)
    hub, coordinator = game_of(call)
    return hub, coordinator.data


def state_of(view: GameView) -> dict[str, Any]:
    """The accepted state, as actions answer with it."""
    return {
        "state": view.head.to_json(),
        "moves": [move.to_json() for move in view.head.detected_changes],
        "warnings": [warning.to_json() for warning in view.warnings],
    }
