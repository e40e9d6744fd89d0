"""TWAT: follow a board game on a real table."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .camera_hub import CameraConfigEntry, CameraHub, is_camera_entry
from .const import CAMERA_PLATFORMS, CONF_SERVICE_ID, DOMAIN, HUB_PLATFORMS, MANUFACTURER
from .coordinator import HubConfigEntry
from .hub import TwatHub
from .records import async_open_records
from .services import async_setup_services
from .views import CaptureImageView, ExportView

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what exists once, whatever is set up."""
    async_setup_services(hass)
    hass.http.register_view(CaptureImageView())
    hass.http.register_view(ExportView())
    return True


async def async_setup_entry(hass: HomeAssistant, entry: HubConfigEntry | CameraConfigEntry) -> bool:
    """Set up the hub or a camera."""
    if is_camera_entry(entry):
        return await _async_setup_camera(hass, entry)
    return await _async_setup_hub(hass, entry)


async def _async_setup_hub(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    records = await async_open_records(hass, entry)
    hub_device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=MANUFACTURER,
        model="Hub",
        name=entry.title,
        entry_type=dr.DeviceEntryType.SERVICE,
    )
    hub = TwatHub(hass, entry, records, hub_device.id)
    entry.runtime_data = hub
    try:
        await hub.async_load()
        await hass.config_entries.async_forward_entry_setups(entry, HUB_PLATFORMS)
    except BaseException:
        await hub.async_close()
        raise
    hub.async_start()
    return True


async def _async_setup_camera(hass: HomeAssistant, entry: CameraConfigEntry) -> bool:
    camera = CameraHub(hass, entry)
    await camera.async_config_entry_first_refresh()
    entry.runtime_data = camera
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.data[CONF_SERVICE_ID])},
        manufacturer=MANUFACTURER,
        model=camera.data.camera_model,
        name=entry.title,
        sw_version=camera.data.version,
    )
    await hass.config_entries.async_forward_entry_setups(entry, CAMERA_PLATFORMS)
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: HubConfigEntry | CameraConfigEntry
) -> bool:
    """Unload the hub or a camera."""
    if is_camera_entry(entry):
        return await hass.config_entries.async_unload_platforms(entry, CAMERA_PLATFORMS)
    unloaded = await hass.config_entries.async_unload_platforms(entry, HUB_PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded
