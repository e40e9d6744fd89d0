"""Binary sensors: is a photo being read, does one wait for the players, are the services there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .camera_hub import CameraConfigEntry, CameraHub, is_camera_entry
from .const import CONF_SERVICE_ID, DOMAIN
from .coordinator import GameView, HubConfigEntry
from .entity import GameEntity, async_add_per_game
from .summary import last_error
from .vision_link import VisionLink

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GameBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor and how it is read from a game."""

    is_on: Callable[[GameView], bool]
    attributes: Callable[[GameView], Mapping[str, Any]]


def _review(view: GameView) -> Mapping[str, Any]:
    proposal = view.proposal
    if proposal is None:
        return {}
    return {
        "summary": proposal.summary,
        "confidence": proposal.confidence,
        "warnings": list(proposal.warnings),
        "questions": [question.to_json() for question in proposal.questions],
        "moves": [move.to_json() for move in proposal.moves],
        "capture_id": proposal.capture_id,
    }


GAME_SENSORS = (
    GameBinarySensorDescription(
        key="analysing",
        translation_key="analysing",
        device_class=BinarySensorDeviceClass.RUNNING,
        is_on=lambda view: view.stage is not None,
        attributes=lambda view: {"stage": view.stage, "last_error": last_error(view)},
    ),
    GameBinarySensorDescription(
        key="needs_review",
        translation_key="needs_review",
        is_on=lambda view: view.proposal is not None,
        attributes=_review,
    ),
    GameBinarySensorDescription(
        key="rules_warning",
        translation_key="rules_warning",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on=lambda view: bool(view.warnings),
        attributes=lambda view: {"warnings": [warning.to_json() for warning in view.warnings]},
    ),
)
CONNECTED = BinarySensorEntityDescription(
    key="connected",
    translation_key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry | CameraConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of all games, or of a camera."""
    if is_camera_entry(entry):
        async_add_entities([CameraConnected(entry.runtime_data)])
        return
    hub = entry.runtime_data
    if hub.link is not None:
        async_add_entities([VisionConnected(entry.entry_id, hub.link)])
    async_add_per_game(
        entry,
        async_add_entities,
        lambda game: [GameBinarySensor(game, description) for description in GAME_SENSORS],
    )


class GameBinarySensor(GameEntity, BinarySensorEntity):
    """Something about a game that is so or not."""

    _unrecorded_attributes = frozenset({"moves", "questions", "last_error"})
    entity_description: GameBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so."""
        return self.entity_description.is_on(self.view)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """More about it."""
        return self.entity_description.attributes(self.view)


class VisionConnected(BinarySensorEntity):
    """Whether the vision service is there."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry_id: str, link: VisionLink) -> None:
        """Attach to the hub's device."""
        self.entity_description = CONNECTED
        self._attr_unique_id = f"{entry_id}_{CONNECTED.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})
        self._link = link

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the line."""
        self.async_on_remove(self._link.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is there."""
        return self._link.available


class CameraConnected(CoordinatorEntity[CameraHub], BinarySensorEntity):
    """Whether the camera is there."""

    _attr_has_entity_name = True

    def __init__(self, camera: CameraHub) -> None:
        """Attach to the camera's device."""
        super().__init__(camera)
        service_id = camera.config_entry.data[CONF_SERVICE_ID]
        self.entity_description = CONNECTED
        self._attr_unique_id = f"{service_id}_{CONNECTED.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, service_id)})

    @property
    @override
    def available(self) -> bool:
        """A sensor for being there is always available."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is there."""
        return self.coordinator.last_update_success
