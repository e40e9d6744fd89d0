"""Photos and exported files over HTTP, for dashboards, notifications and signed links."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import CONF_KIND, DOMAIN, EXPORT_FOLDER, Kind
from .coordinator import HubConfigEntry

_URL: Final = "/api/twat/v1/captures/{capture_id}/{picture}"
_EXPORT_URL: Final = "/api/twat/v1/exports/{name}"
_PICTURES: Final = ("image", "thumbnail", "overlay")
# Long enough for a notification to be opened the next morning.
_SIGNED_FOR: Final = timedelta(hours=24)


def image_path(capture_id: str, picture: str) -> str:
    """The address of a capture's picture (`image`, `thumbnail`, `overlay`); needs a login."""
    return _URL.format(capture_id=capture_id, picture=picture)


@callback
def async_signed_image_url(hass: HomeAssistant, capture_id: str, picture: str) -> str:
    """The same, signed: whoever has the link sees that one picture for a day."""
    return async_sign_path(
        hass, image_path(capture_id, picture), _SIGNED_FOR, use_content_user=True
    )


@callback
def async_signed_export_url(hass: HomeAssistant, name: str) -> str:
    """Where an exported file can be fetched from for a day, by whoever has the link."""
    return async_sign_path(hass, _EXPORT_URL.format(name=name), _SIGNED_FOR, use_content_user=True)


class CaptureImageView(HomeAssistantView):
    """Serves the pictures of captures."""

    url = _URL
    name = "api:twat:capture:picture"

    async def get(self, request: web.Request, capture_id: str, picture: str) -> web.Response:
        """Answer with one picture."""
        hass = request.app[KEY_HASS]
        entry: HubConfigEntry | None = next(
            (
                entry
                for entry in hass.config_entries.async_loaded_entries(DOMAIN)
                if entry.data[CONF_KIND] == Kind.HUB
            ),
            None,
        )
        if entry is None or picture not in _PICTURES:
            return self.json_message("No such picture", HTTPStatus.NOT_FOUND)
        hub = entry.runtime_data
        try:
            capture = await hub.async_run(hub.repository.get_capture, capture_id)
            path: str | None = getattr(capture, picture)
            body = await hub.async_run(hub.images.read, path) if path else None
        except HomeAssistantError:
            body = None
        if body is None:
            return self.json_message("No such picture", HTTPStatus.NOT_FOUND)
        return web.Response(
            body=body,
            content_type="image/jpeg",
            headers={"Cache-Control": "private, max-age=31536000, immutable"},
        )


class ExportView(HomeAssistantView):
    """Serves the files of the folder of exports."""

    url = _EXPORT_URL
    name = "api:twat:export"

    async def get(self, request: web.Request, name: str) -> web.StreamResponse:
        """Answer with one file, to be saved."""
        hass = request.app[KEY_HASS]
        folder = Path(hass.config.path(DOMAIN, EXPORT_FOLDER))
        path = folder / name
        hidden = name != Path(name).name or name.startswith(".")
        if hidden or not await hass.async_add_executor_job(path.is_file):
            return self.json_message("No such file", HTTPStatus.NOT_FOUND)
        return web.FileResponse(
            path, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
