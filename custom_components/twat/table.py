"""A table as the rest of the integration sees it: parsed once from its config subentry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .clients.vision import Corners, as_corners
from .const import (
    CONF_CALIBRATIONS,
    CONF_CAMERA_ENTITY,
    CONF_EXTRA_CAMERAS,
    CONF_SCENE,
    CONF_SETTLE_SECONDS,
    SUBENTRY_TABLE,
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where the board lies in this table's photos.

    Attributes:
        corners: top left, top right, bottom right, bottom left in 0…1 of the photo.
        confidence: 0…1 as the vision service measured it; None when a person gave the corners.
        method: how they were found; `manual` when a person gave them.
        at: since when they hold; photos taken earlier may show the board elsewhere.
    """

    corners: Corners
    confidence: float | None = None
    method: str = "manual"
    at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The calibration as it is stored."""
        return {
            "corners": [list(point) for point in self.corners],
            "confidence": self.confidence,
            "method": self.method,
            "at": None if self.at is None else self.at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        return cls(
            corners=as_corners(data["corners"]),
            confidence=data["confidence"],
            method=data["method"],
            at=None if data["at"] is None else datetime.fromisoformat(data["at"]),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A place where games are played.

    Attributes:
        id: the subentry's id.
        scene: scene or light that is turned on for a photo, if any.
        settle_seconds: how long the light needs before the photo.
        calibrations: where the board lies, by game type.
    """

    id: str
    name: str
    camera_entity: str
    extra_cameras: tuple[str, ...]
    scene: str | None
    settle_seconds: float
    calibrations: Mapping[str, Calibration]

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Parse a subentry."""
        data = subentry.data
        return cls(
            id=subentry.subentry_id,
            name=subentry.title,
            camera_entity=data[CONF_CAMERA_ENTITY],
            extra_cameras=tuple(data[CONF_EXTRA_CAMERAS]),
            scene=data[CONF_SCENE],
            settle_seconds=data[CONF_SETTLE_SECONDS],
            calibrations={
                game_type: Calibration.from_json(calibration)
                for game_type, calibration in data[CONF_CALIBRATIONS].items()
            },
        )


def find_table(entry: ConfigEntry, wanted: str) -> Table | None:
    """The table with this id or, failing that, this name."""
    tables = [s for s in entry.subentries.values() if s.subentry_type == SUBENTRY_TABLE]
    for subentry in tables:
        if subentry.subentry_id == wanted:
            return Table.from_subentry(subentry)
    for subentry in tables:
        if subentry.title.casefold() == wanted.casefold():
            return Table.from_subentry(subentry)
    return None
