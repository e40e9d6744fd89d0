"""Marked areas that a model reads."""

from collections.abc import Sequence
from typing import Final

from ..profile import Area, AreaKind, Resource
from ..yaml_edge import Entry
from .board import SHAPES, read_shape
from .seats import Seats, read_owner
from .values import MAX_VALUE, unique

MAX_AREAS: Final = 100
_MOST: Final = 99
"""Largest number of an area that says none, and of a resource without a limit."""


def read_areas(entry: Entry, seats: Seats, resources: Sequence[Resource]) -> tuple[Area, ...]:
    """Read the marked areas."""
    items = entry.items(0, MAX_AREAS)
    areas = tuple(_area(item, seats, resources) for item in items)
    unique(items, [area.id for area in areas])
    return areas


def _area(entry: Entry, seats: Seats, resources: Sequence[Resource]) -> Area:
    found = entry.mapping(
        ("id", "name"), (*SHAPES, "kind", "resource", "player", "min", "max", "look")
    )
    by_id = {resource.id: resource for resource in resources}
    resource = by_id[found["resource"].choice(list(by_id))] if "resource" in found else None
    own = resource is not None and not resource.common
    if own != ("player" in found):
        raise entry.fault("must name a player, and only then, where the resource is a player's own")
    low = found["min"].integer(-MAX_VALUE, MAX_VALUE) if "min" in found else None
    if low is None:
        low = 0 if resource is None else resource.minimum
    limit = None if resource is None else resource.maximum
    high = found["max"].integer(low, MAX_VALUE) if "max" in found else limit
    return Area(
        id=found["id"].slug(),
        name=found["name"].name(),
        polygon=read_shape(entry, found),
        kind=(
            AreaKind(found["kind"].choice([kind.value for kind in AreaKind]))
            if "kind" in found
            else AreaKind.NUMBER
        ),
        resource=None if resource is None else resource.id,
        player=read_owner(found["player"], seats) if own else None,
        minimum=low,
        maximum=max(low, _MOST) if high is None else high,
        look=found["look"].text(120) if "look" in found else None,
    )
