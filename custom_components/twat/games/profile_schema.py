"""The YAML form of a game profile, read strictly."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from .colors import COLORS, normal_color
from .layout import ORIGINS, UNITS, Grid, Layout, Surface, Zone, Zones, polygon_fault
from .profile import (
    ChoiceSetting,
    GameProfile,
    IntegerSetting,
    Phase,
    PieceType,
    Resource,
    Setting,
    StartPiece,
    TurnRule,
)
from .yaml_edge import Entry, read

MAX_SIDE: Final = 50
"""Most columns and rows of a grid."""

MAX_ZONES: Final = 500
MAX_SURFACE: Final = 10_000
MAX_PLAYERS: Final = 12
MAX_VALUE: Final = 1_000_000

_REQUIRED: Final = ("id", "name", "players", "board", "phases", "turn", "pieces")
_OPTIONAL: Final = ("settings", "resources", "start", "supply")


def parse_profile(file: str, data: bytes) -> GameProfile:
    """Read a profile.

    Args:
        file: Name for complaints.
        data: The YAML text, UTF-8.

    Raises:
        ProfileError: The first thing that is wrong, with its line and place.
    """
    top = read(file, data).mapping(_REQUIRED, _OPTIONAL)
    low, high, colors = _players(top["players"])
    settings = _settings(top["settings"]) if "settings" in top else {}
    layout, layout_settings = _board(top["board"], settings)
    phases = _phases(top["phases"])
    phase_ids = [phase.id for phase in phases]
    piece_types = _piece_types(top["pieces"], layout)
    start_phase = phase_ids[0]
    start_pieces: tuple[StartPiece, ...] = ()
    if "start" in top:
        start = top["start"].mapping((), ("phase", "pieces"))
        if "phase" in start:
            start_phase = start["phase"].choice(phase_ids)
        if "pieces" in start:
            start_pieces = _start_pieces(start["pieces"], layout, piece_types, high, colors)
    return GameProfile(
        id=top["id"].slug(),
        name=top["name"].text(),
        min_players=low,
        max_players=high,
        colors=colors,
        settings=settings,
        layout=layout,
        layout_settings=layout_settings,
        phases=phases,
        start_phase=start_phase,
        turn=_turn(top["turn"], phase_ids, high, colors),
        resources=_resources(top["resources"], high) if "resources" in top else (),
        piece_types=piece_types,
        start_pieces=start_pieces,
        supply=top["supply"].text(40) if "supply" in top else "supply",
    )


def _players(entry: Entry) -> tuple[int, int, tuple[str, ...] | None]:
    found = entry.mapping(("min", "max"), ("colors",))
    low = found["min"].integer(1, MAX_PLAYERS)
    high = found["max"].integer(low, MAX_PLAYERS)
    if "colors" not in found:
        return low, high, None
    items = found["colors"].items(high, 50)
    colors = tuple(_color(item) for item in items)
    _unique(items, colors)
    return low, high, colors


def _color(entry: Entry) -> str:
    color = normal_color(entry.text())
    if color is None:
        raise entry.fault(f"must be #rrggbb or one of {', '.join(COLORS)}")
    return color


def _unique(entries: Collection[Entry], values: Collection[str]) -> None:
    seen: set[str] = set()
    for entry, value in zip(entries, values, strict=True):
        if value in seen:
            raise entry.fault(f"{value} is there twice")
        seen.add(value)


def _settings(entry: Entry) -> dict[str, Setting]:
    settings: dict[str, Setting] = {}
    for key, child in entry.entries().items():
        if key == "confidence_threshold":
            raise child.fault("every game has this setting already")
        found = child.mapping(("name", "default"), ("min", "max", "options"))
        if "options" in found:
            found = child.mapping(("name", "default", "options"))
            items = found["options"].items(1, 50)
            options = tuple(item.text(40) for item in items)
            _unique(items, options)
            default = found["default"].choice(options)
            settings[key] = ChoiceSetting(found["name"].text(), default, options)
        else:
            found = child.mapping(("name", "default", "min", "max"))
            low = found["min"].integer(-MAX_VALUE, MAX_VALUE)
            high = found["max"].integer(low, MAX_VALUE)
            settings[key] = IntegerSetting(
                found["name"].text(), found["default"].integer(low, high), low, high
            )
    return settings


def _board(entry: Entry, settings: Mapping[str, Setting]) -> tuple[Layout, dict[str, str]]:
    found = entry.mapping((), ("grid", "zones", "surface"))
    if len(found) != 1:
        raise entry.fault("must have exactly one of grid, zones, surface")
    if "zones" in found:
        return _zones(found["zones"]), {}
    fields = _LayoutFields(settings, {})
    if "grid" in found:
        grid = found["grid"].mapping(("columns", "rows"), ("origin",))
        layout: Layout = Grid(
            fields.integer("columns", grid["columns"], MAX_SIDE),
            fields.integer("rows", grid["rows"], MAX_SIDE),
            fields.choice("origin", grid["origin"], ORIGINS) if "origin" in grid else ORIGINS[0],
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

    def _setting(self, field: str, entry: Entry) -> tuple[Entry, Setting]:
        child = entry.mapping(("setting",))["setting"]
        setting = child.choice(list(self.settings))
        self.used[field] = setting
        return child, self.settings[setting]

    def integer(self, field: str, entry: Entry, maximum: int) -> int:
        if not entry.is_mapping:
            return entry.integer(1, maximum)
        child, setting = self._setting(field, entry)
        if not isinstance(setting, IntegerSetting) or not (
            1 <= setting.minimum <= setting.maximum <= maximum
        ):
            raise child.fault(f"must be a setting from 1 to at most {maximum}")
        return setting.default

    def choice(self, field: str, entry: Entry, allowed: Collection[str]) -> str:
        if not entry.is_mapping:
            return entry.choice(allowed)
        child, setting = self._setting(field, entry)
        if not isinstance(setting, ChoiceSetting) or not set(setting.options) <= set(allowed):
            raise child.fault(f"must be a setting with options of {', '.join(allowed)}")
        return setting.default


def _zones(entry: Entry) -> Zones:
    items = entry.items(1, MAX_ZONES)
    zones = [_zone(item) for item in items]
    _unique(items, [zone.id for zone in zones])
    _unique(items, [zone.name.casefold() for zone in zones])
    return Zones(tuple(zones))


def _zone(entry: Entry) -> Zone:
    found = entry.mapping(("id", "name"), ("rectangle", "circle", "polygon"))
    shapes = [key for key in ("rectangle", "circle", "polygon") if key in found]
    if len(shapes) != 1:
        raise entry.fault("must have exactly one of rectangle, circle, polygon")
    shape = found[shapes[0]]
    if shapes[0] == "rectangle":
        x0, y0, x1, y1 = (item.number(0, 1) for item in shape.items(4, 4))
        polygon: tuple[tuple[float, float], ...] = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    elif shapes[0] == "circle":
        polygon = _circle(shape)
    else:
        polygon = tuple(
            (x.number(0, 1), y.number(0, 1))
            for x, y in (corner.items(2, 2) for corner in shape.items(3, 64))
        )
    if reason := polygon_fault(polygon):
        raise shape.fault(reason)
    return Zone(found["id"].slug(), found["name"].text(60), polygon)


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


def _phases(entry: Entry) -> tuple[Phase, ...]:
    items = entry.items(1, 50)
    phases: list[Phase] = []
    for item in items:
        found = item.mapping(("id", "name"))
        phases.append(Phase(found["id"].slug(), found["name"].text(60)))
    _unique(items, [phase.id for phase in phases])
    return tuple(phases)


def _turn(
    entry: Entry, phases: Collection[str], max_players: int, colors: Collection[str] | None
) -> TurnRule:
    found = entry.mapping(("passes",), ("phases", "first"))
    return TurnRule(
        passes_on_move=found["passes"].choice(("after_each_move", "by_hand")) == "after_each_move",
        phases=(
            tuple(item.choice(phases) for item in found["phases"].items(1, len(phases)))
            if "phases" in found
            else None
        ),
        first=_owner(found["first"], max_players, colors) if "first" in found else 1,
    )


def _owner(entry: Entry, max_players: int, colors: Collection[str] | None) -> int | str:
    """Return the position of a player, or the colour of one."""
    if entry.is_integer:
        return entry.integer(1, max_players)
    color = _color(entry)
    if colors is not None and color not in colors:
        raise entry.fault(f"must be one of this game's colors: {', '.join(colors)}")
    return color


def _resources(entry: Entry, max_players: int) -> tuple[Resource, ...]:
    items = entry.items(0, 100)
    resources = [_resource(item, max_players) for item in items]
    _unique(items, [resource.id for resource in resources])
    return tuple(resources)


def _resource(entry: Entry, max_players: int) -> Resource:
    found = entry.mapping(("id", "name"), ("start", "min", "max", "common"))
    low = found["min"].integer(-MAX_VALUE, MAX_VALUE) if "min" in found else 0
    high = found["max"].integer(low, MAX_VALUE) if "max" in found else None
    limit = MAX_VALUE if high is None else high
    start, by_players = max(low, 0), {}
    if "start" in found and found["start"].is_mapping:
        for key, value in found["start"].entries().items():
            if key == "default":
                start = value.integer(low, limit)
            elif key.isdecimal() and len(key) < 3 and 1 <= int(key) <= max_players:
                by_players[int(key)] = value.integer(low, limit)
            else:
                raise value.fault(f"must be default or a number of players, 1 to {max_players}")
    elif "start" in found:
        start = found["start"].integer(low, limit)
    common = "common" in found and found["common"].flag()
    return Resource(
        found["id"].slug(), found["name"].text(60), start, by_players, low, high, common
    )


def _piece_types(entry: Entry, layout: Layout) -> tuple[PieceType, ...]:
    items = entry.items(1, 200)
    types: list[PieceType] = []
    for item in items:
        found = item.mapping(("id", "name"), ("spaces", "count"))
        spaces = None
        if "spaces" in found:
            spaces = tuple(_space(s, layout) for s in found["spaces"].items(1, MAX_ZONES))
        count = found["count"].integer(1, 1000) if "count" in found else None
        types.append(PieceType(found["id"].slug(), found["name"].text(60), spaces, count))
    _unique(items, [piece_type.id for piece_type in types])
    return tuple(types)


def _space(entry: Entry, layout: Layout) -> str:
    if isinstance(layout, Surface):
        raise entry.fault("a surface has no spaces")
    if isinstance(layout, Zones):
        return entry.choice(layout.spaces)
    space = entry.text(4)
    if space not in layout.spaces:
        raise entry.fault(f"is no cell of a board of {layout.columns} × {layout.rows}")
    return space


def _start_pieces(
    entry: Entry,
    layout: Layout,
    piece_types: Collection[PieceType],
    max_players: int,
    colors: Collection[str] | None,
) -> tuple[StartPiece, ...]:
    by_id = {piece_type.id: piece_type for piece_type in piece_types}
    start: list[StartPiece] = []
    for item in entry.items(0, 1000):
        found = item.mapping(("type", "spaces"), ("player", "each"))
        piece_type = by_id[found["type"].choice(by_id)]
        owner = _owner(found["player"], max_players, colors) if "player" in found else None
        each = found["each"].integer(1, 100) if "each" in found else 1
        if each > 1 and isinstance(layout, Grid):
            raise found["each"].fault("a cell holds one piece")
        spaces: list[str] = []
        for space_entry in found["spaces"].items(1, 2500):
            space = _space(space_entry, layout)
            if piece_type.spaces is not None and space not in piece_type.spaces:
                raise space_entry.fault(f"a {piece_type.id} cannot stand there")
            spaces.extend([space] * each)
        start.append(StartPiece(piece_type.id, owner, tuple(spaces)))
    return tuple(start)
