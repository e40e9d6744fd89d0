"""Images: the last photo of the board, the same with what was read in it, and the drawn board."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import GameCoordinator, GameView, HubConfigEntry
from .entity import GameEntity, async_add_per_game
from .games.drawing import draw_board
from .games.model import Capture, Game, GameState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GameImageDescription(ImageEntityDescription):
    """A picture of a game: which capture's, and which of its files."""

    capture: Callable[[GameView], Capture | None]
    file: Callable[[Capture], str | None]


IMAGES = (
    GameImageDescription(
        key="latest",
        translation_key="latest",
        capture=lambda view: view.latest,
        file=lambda capture: capture.image,
    ),
    GameImageDescription(
        key="annotated",
        translation_key="annotated",
        capture=lambda view: view.annotated,
        file=lambda capture: capture.overlay,
    ),
)

DRAWN = ImageEntityDescription(key="drawn", translation_key="drawn")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the pictures of all games."""
    async_add_per_game(
        entry,
        async_add_entities,
        lambda game: [
            *(GameImage(game, description) for description in IMAGES),
            DrawnBoard(game, DRAWN),
        ],
    )


class GameImage(GameEntity, ImageEntity):
    """A picture of a game."""

    _attr_content_type = "image/jpeg"
    entity_description: GameImageDescription

    def __init__(self, coordinator: GameCoordinator, description: GameImageDescription) -> None:
        """Attach to the game."""
        GameEntity.__init__(self, coordinator, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._shown = self._path

    @property
    def _path(self) -> str | None:
        capture = self.entity_description.capture(self.view)
        return None if capture is None else self.entity_description.file(capture)

    @property
    @override
    def image_last_updated(self) -> datetime | None:
        """When the photo was taken."""
        capture = self.entity_description.capture(self.view)
        return None if capture is None else capture.captured_at

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Give a new picture a new address, so that browsers do not show the old one."""
        if self._path != self._shown:
            self._shown = self._path
            self.async_update_token()
        super()._handle_coordinator_update()

    @override
    async def async_image(self) -> bytes | None:
        """The picture's bytes."""
        if (path := self._path) is None:
            return None
        hub = self.coordinator.hub
        return await hub.async_run(hub.images.read, path)


class DrawnBoard(GameEntity, ImageEntity):
    """The board as the log has it, drawn; in the language of Home Assistant."""

    _attr_content_type = "image/svg+xml"

    def __init__(self, coordinator: GameCoordinator, description: ImageEntityDescription) -> None:
        """Attach to the game."""
        GameEntity.__init__(self, coordinator, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._shown = self._drawn

    @property
    def _drawn(self) -> tuple[Game, GameState]:
        """What is in the drawing: arrows stay until something else moves."""
        view = self.view
        moves = view.moved.detected_changes
        return view.game, replace(view.head, detected_changes=moves)

    @property
    @override
    def image_last_updated(self) -> datetime | None:
        """When the players last agreed on something."""
        return self.view.game.updated_at

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Give a new drawing a new address, so that browsers do not show the old one."""
        if self._drawn != self._shown:
            self._shown = self._drawn
            self.async_update_token()
        super()._handle_coordinator_update()

    @override
    async def async_image(self) -> bytes | None:
        """The drawing's bytes."""
        game, state = self._drawn
        profile = self.view.profile.in_language(self.hass.config.language)
        drawing = await self.coordinator.hub.async_run(draw_board, game, profile, state)
        return drawing.encode()
