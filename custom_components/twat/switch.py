"""Switches: the game's clock."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HubConfigEntry
from .entity import GameEntity, async_add_per_game
from .play import async_run_clock

PARALLEL_UPDATES = 0

CLOCK = SwitchEntityDescription(key="clock", translation_key="clock")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of all games."""
    async_add_per_game(entry, async_add_entities, lambda game: [ClockSwitch(game, CLOCK)])


class ClockSwitch(GameEntity, SwitchEntity):
    """Whether time passes for the players."""

    @property
    @override
    def is_on(self) -> bool:
        """Whether it does."""
        return self.view.clock.running

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the clock run on."""
        await self._run(running=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop the clock."""
        await self._run(running=False)

    async def _run(self, *, running: bool) -> None:
        if running != self.is_on:
            by = self._context.user_id if self._context else None
            await async_run_clock(
                self.coordinator.hub, self.coordinator.game_id, running=running, by=by
            )
