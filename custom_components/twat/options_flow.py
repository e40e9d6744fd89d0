"""Options of the hub: where photos are kept and how long, and which model names pieces."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from .clients.errors import ServiceError
from .const import CONF_MEDIA_DIR, CONF_PHOTO_DAYS, CONF_PHOTO_GIGABYTES, CONF_VISION_MODEL
from .photo_care import async_free, async_would_free, rule_of

# Names of games that a form shows; the rest is a number.
_NAMED: Final = 10


class HubOptionsFlow(OptionsFlowWithReload):
    """Choose among Home Assistant's media folders, network storage included, and models; make a rule."""

    def __init__(self) -> None:
        """Begin without answers."""
        self._wanted: dict[str, Any] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for folder, model and rule; show first what a rule would free."""
        if user_input is not None:
            self._wanted = user_input
            return await self.async_step_confirm()
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
                probatio.Optional(CONF_PHOTO_DAYS): _number("d", 36_500),
                probatio.Optional(CONF_PHOTO_GIGABYTES): _number("GB", 1_000_000),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Name the games whose photos the rule frees; with a yes they go at once."""
        entry = self.config_entry
        rule = rule_of(self._wanted)
        moved = self._wanted[CONF_MEDIA_DIR] != entry.options.get(CONF_MEDIA_DIR)
        if entry.state is ConfigEntryState.LOADED and not moved:
            if user_input is not None:
                await async_free(entry.runtime_data, rule)
            elif freed := await async_would_free(entry.runtime_data, rule):
                names = [f"- {keeping.game.name}" for keeping in freed[:_NAMED]]
                return self.async_show_form(
                    step_id="confirm",
                    data_schema=probatio.Schema({}),
                    description_placeholders={
                        "count": str(len(freed)),
                        "megabytes": str(round(sum(k.size for k in freed) / 1000**2)),
                        "games": "\n".join([*names, "- …"] if len(freed) > _NAMED else names),
                    },
                )
        return self.async_create_entry(data=self._wanted)

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


def _number(unit: str, most: int) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0, max=most, step="any", mode=NumberSelectorMode.BOX, unit_of_measurement=unit
        )
    )
