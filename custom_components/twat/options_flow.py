"""Options of the hub: where photos are kept."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from .const import CONF_MEDIA_DIR


class HubOptionsFlow(OptionsFlowWithReload):
    """Choose among Home Assistant's media folders, network storage included."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the folder."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        folders = self.hass.config.media_dirs
        schema = probatio.Schema(
            {
                probatio.Required(CONF_MEDIA_DIR, default=next(iter(folders))): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=name, label=f"{name} ({path})")
                            for name, path in folders.items()
                        ],
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                )
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )
