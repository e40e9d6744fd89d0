"""Buttons: take a photo, and have the last word on what was read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HubConfigEntry
from .entity import GameEntity, async_add_per_game
from .games.by_hand import Step
from .hub import TwatHub
from .play import async_accept, async_advance, async_redo, async_reject, async_undo

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GameButtonDescription(ButtonEntityDescription):
    """A button and what it does with the hub, a game and who pressed."""

    press: Callable[[TwatHub, str, str | None], Awaitable[Any]]


async def _capture(hub: TwatHub, game_id: str, by: str | None) -> None:
    await hub.captures.async_capture(game_id, triggered_by=by or "button")


BUTTONS = (
    GameButtonDescription(key="capture", translation_key="capture", press=_capture),
    GameButtonDescription(
        key="accept",
        translation_key="accept",
        press=lambda hub, game_id, by: async_accept(hub, game_id, by=by),
    ),
    GameButtonDescription(
        key="reject",
        translation_key="reject",
        press=lambda hub, game_id, by: async_reject(hub, game_id, by=by),
    ),
    GameButtonDescription(
        key="undo",
        translation_key="undo",
        press=lambda hub, game_id, by: async_undo(hub, game_id, by=by),
    ),
    GameButtonDescription(
        key="redo",
        translation_key="redo",
        press=lambda hub, game_id, by: async_redo(hub, game_id, by=by),
    ),
    GameButtonDescription(
        key="next_turn",
        translation_key="next_turn",
        press=lambda hub, game_id, by: async_advance(hub, game_id, Step.NEXT_TURN, by=by),
    ),
    GameButtonDescription(
        key="next_phase",
        translation_key="next_phase",
        press=lambda hub, game_id, by: async_advance(hub, game_id, Step.NEXT_PHASE, by=by),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of all games."""
    async_add_per_game(
        entry,
        async_add_entities,
        lambda game: [GameButton(game, description) for description in BUTTONS],
    )


class GameButton(GameEntity, ButtonEntity):
    """Something to do with a game."""

    entity_description: GameButtonDescription

    @override
    async def async_press(self) -> None:
        """Do it."""
        by = self._context.user_id if self._context else None
        await self.entity_description.press(self.coordinator.hub, self.coordinator.game_id, by)
