"""Options of the hub: where photos are kept, and which model names pieces."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from .clients.errors import ServiceError
from .const import CONF_MEDIA_DIR, CONF_VISION_MODEL


class HubOptionsFlow(OptionsFlowWithReload):
    """Choose among Home Assistant's media folders (network storage included) and the models there are."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for folder and model."""
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
                ),
                probatio.Optional(CONF_VISION_MODEL): SelectSelector(
                    SelectSelectorConfig(
                        options=await self._models(),
                        mode=SelectSelectorMode.DROPDOWN,
                        # One that is not there yet can be chosen, and is then offered for download.
                        custom_value=True,
                    )
                ),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )

    async def _models(self) -> list[str]:
        """The models that the vision service can ask, best first; none while it is away."""
        entry = self.config_entry
        link = entry.runtime_data.link if entry.state is ConfigEntryState.LOADED else None
        if link is None or not link.available:
            return []
        try:
            return list((await link.client.models()).names)
        except ServiceError:
            return []
