"""Home Assistant's backup: the database file is to be whole by itself."""

import logging

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .camera_hub import is_camera_entry
from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Move the write-ahead log into the database file.

    Where that fails the backup goes on: the log is backed up beside the file and holds the rest.
    """
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        if is_camera_entry(entry):
            continue
        hub = entry.runtime_data
        try:
            await hub.async_run(hub.repository.checkpoint)
        except HomeAssistantError as err:
            _LOGGER.warning("The database was not checkpointed before the backup: %s", err)


async def async_post_backup(hass: HomeAssistant) -> None:
    """Nothing was held up, so there is nothing to release."""
