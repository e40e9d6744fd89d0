"""A Raspberry Pi camera: its client, and whether it is there."""

from datetime import timedelta
import logging
from typing import Any, TypeIs, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .clients.camera import CameraClient, CameraStatus, Resolution, Still
from .clients.errors import ConnectionFailed, ServiceError, Unauthorized, WrongVersion
from .const import CONF_KIND, DOMAIN, Kind

_LOGGER = logging.getLogger(__name__)

# The camera service has nothing to push; this is only its sign of life.
_HEARTBEAT = timedelta(seconds=30)

type CameraConfigEntry = ConfigEntry[CameraHub]


def is_camera_entry(entry: ConfigEntry[Any]) -> TypeIs[CameraConfigEntry]:
    """Whether an entry of ours stands for a camera, and not for the hub."""
    return bool(entry.data[CONF_KIND] == Kind.CAMERA)


class CameraHub(DataUpdateCoordinator[CameraStatus]):
    """Keeps the camera's status, and takes its pictures."""

    config_entry: CameraConfigEntry

    def __init__(self, hass: HomeAssistant, entry: CameraConfigEntry) -> None:
        """Prepare; nothing is asked before the first refresh."""
        super().__init__(
            hass, _LOGGER, config_entry=entry, name=entry.title, update_interval=_HEARTBEAT
        )
        self.client = CameraClient(
            async_get_clientsession(hass), entry.data[CONF_URL], entry.data[CONF_TOKEN]
        )

    @override
    async def _async_setup(self) -> None:
        try:
            await self.client.health()
        except ServiceError as err:
            raise self._failed(err) from err

    @override
    async def _async_update_data(self) -> CameraStatus:
        try:
            return await self.client.status()
        except ServiceError as err:
            raise self._failed(err) from err

    async def async_still(self, resolution: Resolution) -> Still:
        """Take a still, and notice when the camera is lost or back.

        Raises:
            ServiceError: as `CameraClient.capture`.
        """
        try:
            still = await self.client.capture(resolution)
        except Unauthorized:
            self.config_entry.async_start_reauth(self.hass)
            raise
        except ConnectionFailed as err:
            self.async_set_update_error(err)
            raise
        if not self.last_update_success:
            await self.async_request_refresh()
        return still

    def _failed(self, err: ServiceError) -> Exception:
        if isinstance(err, Unauthorized):
            return ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="camera_unauthorized",
                translation_placeholders={"reason": err.message},
            )
        if isinstance(err, WrongVersion):
            return UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="camera_wrong_version",
                translation_placeholders={"api_version": str(err.api_version)},
            )
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="camera_unreachable",
            translation_placeholders={"reason": err.message},
        )
