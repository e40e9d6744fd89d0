"""Diagnostics: what helps to find a fault, without secrets."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant

from .camera_hub import CameraConfigEntry, is_camera_entry
from .coordinator import GameCoordinator, HubConfigEntry

# Names and notes are the players' own; addresses show the inside of somebody's network.
_SECRET = {CONF_TOKEN, CONF_URL, "name", "notes", "triggered_by", "title", "metadata"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HubConfigEntry | CameraConfigEntry
) -> dict[str, Any]:
    """Return what is known of the hub or of a camera."""
    if is_camera_entry(entry):
        camera = entry.runtime_data
        return async_redact_data(
            {
                "entry": dict(entry.data),
                "connected": camera.last_update_success,
                "status": {**asdict(camera.data), "locked": dict(camera.data.locked)},
            },
            _SECRET,
        )
    hub = entry.runtime_data
    link = hub.link
    return async_redact_data(
        {
            "entry": dict(entry.data),
            "options": dict(entry.options),
            "tables": {
                subentry.subentry_id: dict(subentry.data) for subentry in entry.subentries.values()
            },
            "vision_service": {
                "configured": link is not None,
                "available": link is not None and link.available,
                "error": None if link is None or link.error is None else link.error.code,
            },
            "profiles": sorted(hub.profiles),
            "games": [_game(coordinator) for coordinator in hub.games.values()],
        },
        _SECRET,
    )


def _game(coordinator: GameCoordinator) -> dict[str, Any]:
    view = coordinator.data
    return {
        "game": view.game.to_json(),
        "head": view.head.to_json(),
        "proposal": None if view.proposal is None else view.proposal.to_json(),
        "newest_capture": None if view.newest is None else view.newest.to_json(),
        "stage": view.stage,
    }
