"""The Raspberry Pi as a camera of Home Assistant: quick previews, sharp stills."""

from typing import override

from aiohttp import web
from homeassistant.components.camera import Camera, async_get_still_stream
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .camera_hub import CameraConfigEntry, CameraHub
from .clients.camera import PREVIEW_WIDTHS, Resolution
from .clients.errors import ServiceError
from .const import CONF_SERVICE_ID, DOMAIN, MANUFACTURER
from .errors import service_error

PARALLEL_UPDATES = 0

_STREAM_WIDTH = 1280


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CameraConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the camera."""
    async_add_entities([TwatCamera(entry.runtime_data)])


class TwatCamera(CoordinatorEntity[CameraHub], Camera):
    """The camera above the table."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_brand = MANUFACTURER

    def __init__(self, camera: CameraHub) -> None:
        """Attach to the camera's device."""
        super().__init__(camera)
        Camera.__init__(self)
        service_id = camera.config_entry.data[CONF_SERVICE_ID]
        self._attr_unique_id = f"{service_id}_camera"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, service_id)})
        self._attr_model = camera.data.camera_model

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return a preview when a small picture is enough, else a still at full resolution."""
        try:
            if width is not None and width <= PREVIEW_WIDTHS[1]:
                return await self.coordinator.client.preview(width)
            return (await self.coordinator.async_still(Resolution.UHD)).image
        except ServiceError as err:
            raise service_error(err) from err

    @override
    async def handle_async_still_stream(
        self, request: web.Request, interval: float
    ) -> web.StreamResponse:
        """Stream previews: a moving picture of full-resolution stills would be a slide show."""
        return await async_get_still_stream(request, self._preview, self.content_type, interval)

    async def _preview(self) -> bytes | None:
        """A preview, or None (which ends the stream) when there is none to be had."""
        try:
            return await self.async_camera_image(width=_STREAM_WIDTH)
        except HomeAssistantError:
            return None
