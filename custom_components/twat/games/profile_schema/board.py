"""The board: grid, zones with their tracks, or a surface."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..layout import (
    NAMINGS,
    ORIGINS,
    UNITS,
    Grid,
    Layout,
    Surface,
    Track,
    Zone,
    Zones,
    polygon_fault,
)
from ..model import Position
from ..profile import ChoiceSetting, Resource, Setting
from ..yaml_edge import Entry
from .values import MAX_VALUE, number, unique

MAX_SIDE: Final = 50
"""Most columns and rows of a grid."""

MAX_HELD: Final = 1000
"""Most pieces of a space."""

MAX_ZONES: Final = 500
MAX_SURFACE: Final = 10_000


def read_board(
    entry: Entry, settings: Mapping[str, Setting], resources: Sequence[Resource]
) -> tuple[Layout, dict[str, str]]:
    """Read the layout, and which of its fields are left to which setting."""
    found = entry.mapping((), ("grid", "zones", "surface"))
    if len(found) != 1:
        raise entry.fault("must have exactly one of grid, zones, surface")
    if "zones" in found:
        return _zones(found["zones"], resources), {}
    fields = _LayoutFields(settings, {})
    if "grid" in found:
        grid = found["grid"].mapping(("columns", "rows"), ("origin", "naming", "holds"))
        layout: Layout = Grid(
            fields.integer("columns", grid["columns"], MAX_SIDE),
            fields.integer("rows", grid["rows"], MAX_SIDE),
            fields.choice("origin", grid.get("origin"), ORIGINS),
            fields.choice("naming", grid.get("naming"), NAMINGS),
            fields.integer("holds", grid["holds"], MAX_HELD) if "holds" in grid else 1,
        )
    else:
        surface = found["surface"].mapping(("width", "height", "unit"))
        layout = Surface(
            fields.integer("width", surface["width"], MAX_SURFACE),
            fields.integer("height", surface["height"], MAX_SURFACE),
            fields.choice("unit", surface["unit"], UNITS),
        )
    return layout, fields.used


@dataclass(frozen=True, slots=True)
class _LayoutFields:
    """Fields of a layout that are written as values or as ``{setting: id}``."""

    settings: Mapping[str, Setting]
    used: dict[str, str]

    def integer(self, field: str, entry: Entry, maximum: int) -> int:
        if entry.is_mapping:
            setting = entry.mapping(("setting",))["setting"]
            if isinstance(self.settings.get(setting.choice(list(self.settings))), ChoiceSetting):
                raise setting.fault("must be a setting that is a number")
        value = number(entry, self.settings, 1, maximum)
        if value.setting is not None:
            self.used[field] = value.setting
        return value.value

    def choice(self, field: str, entry: Entry | None, allowed: Sequence[str]) -> str:
        if entry is None:
            return allowed[0]
        if not entry.is_mapping:
            return entry.choice(allowed)
        child = entry.mapping(("setting",))["setting"]
        key = child.choice(list(self.settings))
        setting = self.settings[key]
        if not isinstance(setting, ChoiceSetting) or not set(setting.options) <= set(allowed):
            raise child.fault(f"must be a setting with options of {', '.join(allowed)}")
        self.used[field] = key
        return setting.default


def read_space(entry: Entry, layout: Layout) -> str:
    """Read a space of the board."""
    if isinstance(layout, Surface):
        raise entry.fault("a surface has no spaces")
    if isinstance(layout, Zones):
        return entry.choice(layout.spaces)
    space = entry.text(5)
    if space not in layout.spaces:
        raise entry.fault(f"is no cell of a board of {layout.columns} × {layout.rows}")
    return space


def _zones(entry: Entry, resources: Sequence[Resource]) -> Zones:
    items = entry.items(1, MAX_ZONES)
    own = [resource.id for resource in resources if not resource.common]
    common = [resource.id for resource in resources if resource.common]
    zones = tuple(_zone(item, own, common) for item in items)
    unique(items, [zone.id for zone in zones])
    unique(items, [zone.name.casefold() for zone in zones])
    return Zones(zones)


SHAPES: Final = ("rectangle", "circle", "polygon")
_ABOUT: Final = ("holds", "tags", "cost", "needs", "once", "stock", "track")


def _zone(entry: Entry, own: Collection[str], common: Collection[str]) -> Zone:
    found = entry.mapping(("id", "name"), (*SHAPES, *_ABOUT))
    polygon = read_shape(entry, found)
    tags = found["tags"].items(1, 20) if "tags" in found else []
    return Zone(
        id=found["id"].slug(),
        name=found["name"].name(),
        polygon=polygon,
        holds=found["holds"].integer(1, MAX_HELD) if "holds" in found else None,
        tags=unique(tags, [tag.slug() for tag in tags]),
        cost=_amounts(found["cost"], own) if "cost" in found else {},
        needs=_amounts(found["needs"], own) if "needs" in found else {},
        once="once" in found and found["once"].flag(),
        stock=found["stock"].choice(common) if "stock" in found else None,
        track=_track(found["track"], own) if "track" in found else None,
    )


def read_shape(entry: Entry, found: Mapping[str, Entry]) -> tuple[tuple[float, float], ...]:
    """Read an outline, written in one of the ways there are, as a polygon in 0…1 of the board."""
    shapes = [key for key in SHAPES if key in found]
    if len(shapes) != 1:
        raise entry.fault(f"must have exactly one of {', '.join(SHAPES)}")
    shape = found[shapes[0]]
    if shapes[0] == "rectangle":
        x0, y0, x1, y1 = (item.number(0, 1) for item in shape.items(4, 4))
        polygon: tuple[tuple[float, float], ...] = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    elif shapes[0] == "circle":
        polygon = _circle(shape)
    else:
        polygon = tuple(_point(corner) for corner in shape.items(3, 64))
    if reason := polygon_fault(polygon):
        raise shape.fault(reason)
    return polygon


def _point(entry: Entry) -> tuple[float, float]:
    x, y = entry.items(2, 2)
    return x.number(0, 1), y.number(0, 1)


def _amounts(entry: Entry, resources: Collection[str]) -> dict[str, int]:
    return {key: value.integer(1, MAX_VALUE) for key, value in entry.mapping((), resources).items()}


def _track(entry: Entry, resources: Collection[str]) -> Track:
    """Read a track: each step's centre, or the first and the last of equally spaced ones."""
    found = entry.mapping(("resource",), ("min", "steps", "first", "last", "positions"))
    minimum = found["min"].integer(-MAX_VALUE, MAX_VALUE) if "min" in found else 0
    resource = found["resource"].choice(resources)
    if "positions" in found:
        entry.mapping(("resource", "positions"), ("min",))
        points = [_point(item) for item in found["positions"].items(2, 200)]
    else:
        line = entry.mapping(("resource", "first", "last", "steps"), ("min",))
        (x0, y0), (x1, y1) = _point(line["first"]), _point(line["last"])
        steps = line["steps"].integer(2, 200)
        parts = [step / (steps - 1) for step in range(steps)]
        points = [(round(x0 + (x1 - x0) * t, 4), round(y0 + (y1 - y0) * t, 4)) for t in parts]
    return Track(resource, tuple(Position(x, y) for x, y in points), minimum)


# The corners of a regular 16-sided polygon of radius 1, clockwise as seen in the photo.
_CIRCLE: Final = (
    (1.0, 0.0),
    (0.9239, 0.3827),
    (0.7071, 0.7071),
    (0.3827, 0.9239),
    (0.0, 1.0),
    (-0.3827, 0.9239),
    (-0.7071, 0.7071),
    (-0.9239, 0.3827),
    (-1.0, 0.0),
    (-0.9239, -0.3827),
    (-0.7071, -0.7071),
    (-0.3827, -0.9239),
    (0.0, -1.0),
    (0.3827, -0.9239),
    (0.7071, -0.7071),
    (0.9239, -0.3827),
)


def _circle(entry: Entry) -> tuple[tuple[float, float], ...]:
    x_entry, y_entry, radius_entry = entry.items(3, 3)
    radius = radius_entry.number(0.001, 0.5)
    x = x_entry.number(radius, 1 - radius)
    y = y_entry.number(radius, 1 - radius)
    return tuple((round(x + radius * dx, 4), round(y + radius * dy, 4)) for dx, dy in _CIRCLE)
