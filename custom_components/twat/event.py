"""The event entity: what happens in a game."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import GameEvent
from .coordinator import HubConfigEntry
from .entity import GameEntity, async_add_per_game

PARALLEL_UPDATES = 0

DESCRIPTION = EventEntityDescription(
    key="events", translation_key="events", event_types=[event.value for event in GameEvent]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of all games."""
    async_add_per_game(entry, async_add_entities, lambda game: [GameEvents(game, DESCRIPTION)])


class GameEvents(GameEntity, EventEntity):
    """What happens in a game."""

    # Signed addresses expire and moves may be large: neither belongs into the history.
    _unrecorded_attributes = frozenset({"moves", "questions", "image_url"})

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the game."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_event_listener(self._happened))

    @callback
    def _happened(self, event: GameEvent, data: Mapping[str, Any]) -> None:
        self._trigger_event(event, dict(data))
        self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """A changed view is no event."""
