"""Actions on files: export and import games, free photos."""

from enum import StrEnum

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import probatio

from .exporting import Format, async_export, async_import
from .games.retention import RetentionRule
from .photo_care import async_free, async_would_free
from .service_calls import GAME, TEXT, Definition, any_game_of, hub_of
from .views import async_signed_export_url

_GIGABYTE = 1000**3


class FileAction(StrEnum):
    """Names of the actions."""

    EXPORT_GAME = "export_game"
    IMPORT_GAME = "import_game"
    FREE_PHOTOS = "free_photos"


async def _export_game(call: ServiceCall) -> ServiceResponse:
    hub, view = await any_game_of(call)
    exported = await async_export(hub, view.game.id, Format(call.data["format"]))
    return {
        "file": exported.path.name,
        "path": str(exported.path),
        "size_bytes": exported.size,
        "url": async_signed_export_url(call.hass, exported.path.name),
    }


async def _import_game(call: ServiceCall) -> ServiceResponse:
    hub = hub_of(call.hass)
    game = await async_import(hub, call.data["file"])
    coordinator = hub.games.get(game.id)
    return {
        "game_id": game.id,
        "device_id": None if coordinator is None else coordinator.device_id,
        "name": game.name,
    }


async def _free_photos(call: ServiceCall) -> ServiceResponse:
    """Say what a rule would free, or free it."""
    hub = hub_of(call.hass)
    gigabytes = call.data.get("gigabytes")
    rule = RetentionRule(
        days=call.data.get("days"),
        most_bytes=None if gigabytes is None else round(gigabytes * _GIGABYTE),
    )
    dry_run = call.data["dry_run"]
    keepings = await (async_would_free if dry_run else async_free)(hub, rule)
    return {
        "dry_run": dry_run,
        "bytes": sum(keeping.size for keeping in keepings),
        "games": [{"game_id": k.game.id, "name": k.game.name, "bytes": k.size} for k in keepings],
    }


FILE_ACTIONS: dict[str, Definition] = {
    FileAction.EXPORT_GAME: Definition(
        _export_game,
        {**GAME, probatio.Required("format"): probatio.In([f.value for f in Format])},
    ),
    FileAction.IMPORT_GAME: Definition(_import_game, {probatio.Required("file"): TEXT}),
    FileAction.FREE_PHOTOS: Definition(
        _free_photos,
        {
            probatio.Optional("days"): probatio.All(
                probatio.Coerce(int), probatio.Range(min=0, max=36_500)
            ),
            probatio.Optional("gigabytes"): probatio.All(
                probatio.Coerce(float), probatio.Range(min=0, max=1_000_000)
            ),
            probatio.Optional("dry_run", default=True): cv.boolean,
        },
        SupportsResponse.ONLY,
    ),
}
