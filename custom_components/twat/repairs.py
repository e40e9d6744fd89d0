"""Repairs that need somebody's word."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .const import CONF_REPLACED_DATABASE


class ReplaceDatabaseFlow(RepairsFlow):
    """Start with an empty database in place of the damaged one, which stays where it was put."""

    def __init__(self, data: dict[str, str | int | float | None]) -> None:
        """Remember which database is meant."""
        self._entry_id = str(data["entry_id"])
        self._damaged = str(data["damaged"])
        self._words = {"path": str(data["path"]), "copy": str(data["copy"])}

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask; then remember the answer and set the hub up again."""
        if user_input is None:
            return self.async_show_form(step_id="confirm", description_placeholders=self._words)
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_REPLACED_DATABASE: self._damaged}
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Create the flow of the one issue that can be fixed here."""
    assert data is not None, issue_id
    return ReplaceDatabaseFlow(data)
