"""Asks where the model is."""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_URL
import probatio


class StandInFlow(ConfigFlow, domain="stand_in_ai"):
    """The address, nothing else."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if user_input is not None:
            return self.async_create_entry(title="Stand-in", data=user_input)
        schema = probatio.Schema({probatio.Required(CONF_URL): str})
        return self.async_show_form(step_id="user", data_schema=schema)
