"""Marked areas of the board whose content is a number, for a model to read."""

from dataclasses import dataclass
from enum import StrEnum

Polygon = tuple[tuple[float, float], ...]


class AreaKind(StrEnum):
    """What is read: a number as written, how many things lie there, or where on a track a marker is."""

    NUMBER = "number"
    COUNT = "count"
    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Area:
    """A marked area.

    Attributes:
        id: Key of what is read there.
        name: What players call it.
        polygon: Its outline in 0…1 of the board.
        kind: What is read.
        resource: The resource that it shows; None where it is none of the game's.
        player: Whose: position or colour; None for a common resource.
        minimum: Smallest number there can be.
        maximum: Largest.
        look: What a model should know of it, in any language; or None.
    """

    id: str
    name: str
    polygon: Polygon
    kind: AreaKind
    resource: str | None
    player: int | str | None
    minimum: int
    maximum: int
    look: str | None
