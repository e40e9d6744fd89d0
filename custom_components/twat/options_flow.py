"""Options of the hub: where photos are kept and how long, and who names pieces."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import ai_task
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import ATTR_SUPPORTED_FEATURES
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
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
from .const import (
    CONF_AI_TASK_ENTITY,
    CONF_MEDIA_DIR,
    CONF_NAMES_BY,
    CONF_PHOTO_DAYS,
    CONF_PHOTO_GIGABYTES,
    CONF_VISION_MODEL,
    NamesBy,
)
from .photo_care import async_free, async_would_free, rule_of

_NEEDED: Final = (
    ai_task.AITaskEntityFeature.GENERATE_DATA | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
)
# The same, as selectors write it.
_SEES: Final = [f"ai_task.AITaskEntityFeature.{feature.name}" for feature in _NEEDED]

# Names of games that a form shows; the rest is a number.
_NAMED: Final = 10


class HubOptionsFlow(OptionsFlowWithReload):
    """Choose among Home Assistant's media folders, network storage included, and models; make a rule."""

    def __init__(self) -> None:
        """Begin without answers."""
        self._wanted: dict[str, Any] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for folder, who names pieces, and rule; show first what a rule would free."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._faults(user_input)):
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
                probatio.Required(CONF_NAMES_BY, default=NamesBy.VLM): SelectSelector(
                    SelectSelectorConfig(options=list(NamesBy), translation_key="names_by")
                ),
                probatio.Optional(CONF_VISION_MODEL): SelectSelector(
                    SelectSelectorConfig(
                        options=await self._models(),
                        mode=SelectSelectorMode.DROPDOWN,
                        # One that is not there yet can be chosen, and is then offered for download.
                        custom_value=True,
                    )
                ),
                probatio.Optional(CONF_AI_TASK_ENTITY): EntitySelector(
                    EntitySelectorConfig(
                        filter=EntityWithDeviceFilterSelectorConfig(
                            domain=ai_task.DOMAIN,
                            # An inner list means all of them.
                            supported_features=[_SEES],  # type: ignore[list-item]
                        )
                    )
                ),
                probatio.Optional(CONF_PHOTO_DAYS): _number("d", 36_500),
                probatio.Optional(CONF_PHOTO_GIGABYTES): _number("GB", 1_000_000),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self.config_entry.options
            ),
            errors=errors,
        )

    def _faults(self, wanted: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with the answers: who is to name pieces must be there and able to see."""
        if wanted[CONF_NAMES_BY] != NamesBy.AI_TASK:
            return {}
        state = self.hass.states.get(wanted.get(CONF_AI_TASK_ENTITY, ""))
        if state is None:
            return {CONF_AI_TASK_ENTITY: "ai_task_entity_missing"}
        features = ai_task.AITaskEntityFeature(state.attributes.get(ATTR_SUPPORTED_FEATURES, 0))
        if _NEEDED not in features:
            return {CONF_AI_TASK_ENTITY: "ai_task_entity_blind"}
        return {}

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
