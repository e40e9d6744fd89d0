"""What all entities of a game have in common."""

from collections.abc import Callable, Iterable

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import GameCoordinator, GameView, HubConfigEntry


class GameEntity(CoordinatorEntity[GameCoordinator]):
    """An entity on a game's device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: GameCoordinator, description: EntityDescription) -> None:
        """Attach to the game."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.game_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, coordinator.game_id)})

    @property
    def view(self) -> GameView:
        """The game as it stands."""
        return self.coordinator.data


@callback
def async_add_per_game(
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities: Callable[[GameCoordinator], Iterable[Entity]],
) -> None:
    """Add the entities of every game there is, and of those that are created later."""
    hub = entry.runtime_data

    @callback
    def _add(coordinator: GameCoordinator) -> None:
        async_add_entities(entities(coordinator))

    for coordinator in hub.games.values():
        _add(coordinator)
    entry.async_on_unload(hub.async_add_game_listener(_add))
