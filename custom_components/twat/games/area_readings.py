"""Numbers that a model read in marked areas: what they would change if the players say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .model import Game, GameState, JsonObject, Player
from .profile import COMMON, Area, GameProfile


@dataclass(frozen=True, slots=True)
class AreaReading:
    """What was read in one area.

    Attributes:
        area: Id of the area.
        name: What players call it.
        value: The number; None where it could not be told.
        confidence: 0…1 as measured.
        key: Whose resource it shows, as in `GameState.resources`; None where it shows none.
        resource: Which.
        current: What that resource is believed to be.
    """

    area: str
    name: str
    value: int | None
    confidence: float
    key: str | None
    resource: str | None
    current: int | None

    @property
    def news(self) -> bool:
        """Whether taking it over would change the game."""
        return self.key is not None and self.value is not None and self.value != self.current

    def to_json(self) -> JsonObject:
        """Return the reading as JSON."""
        return {
            "area": self.area,
            "name": self.name,
            "value": self.value,
            "confidence": self.confidence,
            "player": self.key,
            "resource": self.resource,
            "current": self.current,
            "news": self.news,
        }


def played_areas(profile: GameProfile, game: Game) -> list[Area]:
    """Return the areas that mean something in a game: not those of players it does not have."""
    return [area for area in profile.areas if area.player is None or _owner(area, game) is not None]


def area_readings(
    results: Mapping[str, Any] | None, profile: GameProfile, game: Game, state: GameState
) -> tuple[AreaReading, ...]:
    """Return what an analysis read in marked areas; services that know none say nothing.

    Args:
        results: ``results`` of a completed job, or None.
        profile: The game's profile.
        game: The game.
        state: What is believed of its resources.
    """
    areas = {area.id: area for area in played_areas(profile, game)}
    found = []
    for said in (results or {}).get("readings") or ():
        area = areas.get(said["area"])
        if area is None:
            continue
        owner = _owner(area, game)
        key = None
        if area.resource is not None:
            key = COMMON if owner is None else owner.key
        current = None
        if key is not None and area.resource is not None:
            current = state.resources.get(key, {}).get(area.resource)
        found.append(
            AreaReading(
                area=area.id,
                name=area.name,
                value=said["value"],
                confidence=said["confidence"],
                key=key,
                resource=area.resource,
                current=current,
            )
        )
    return tuple(found)


def _owner(area: Area, game: Game) -> Player | None:
    return next((p for p in game.players if area.player in (p.position, p.color)), None)
