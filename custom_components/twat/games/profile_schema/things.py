"""Resources, kinds of pieces, start positions, measures."""

from collections.abc import Collection, Mapping

from ..layout import Grid, Layout, Surface
from ..profile import Footprint, Measures, Number, PieceType, Resource, Setting, Shape, StartPiece
from ..yaml_edge import Entry
from .board import MAX_SURFACE, MAX_ZONES, read_space
from .seats import Seats, read_owner
from .values import MAX_VALUE, color, number, unique


def read_resources(
    entry: Entry, seats: Seats, settings: Mapping[str, Setting]
) -> tuple[Resource, ...]:
    """Read what is counted."""
    items = entry.items(0, 100)
    resources = tuple(_resource(item, seats.maximum, settings) for item in items)
    unique(items, [resource.id for resource in resources])
    return resources


def _resource(entry: Entry, max_players: int, settings: Mapping[str, Setting]) -> Resource:
    found = entry.mapping(("id", "name"), ("start", "min", "max", "common"))
    low = found["min"].integer(-MAX_VALUE, MAX_VALUE) if "min" in found else 0
    high = found["max"].integer(low, MAX_VALUE) if "max" in found else None
    limit = MAX_VALUE if high is None else high
    start, by_players = Number(max(low, 0)), {}
    written = found.get("start")
    if written is not None and written.is_mapping and "setting" not in written.entries():
        for key, value in written.entries().items():
            if key == "default":
                start = Number(value.integer(low, limit))
            elif key.isdecimal() and len(key) < 3 and 1 <= int(key) <= max_players:
                by_players[int(key)] = value.integer(low, limit)
            else:
                allowed = f"default or a number of players, 1 to {max_players}"
                raise value.fault(f"must be {allowed}, or setting alone")
    elif written is not None:
        start = number(written, settings, low, limit)
    return Resource(
        id=found["id"].slug(),
        name=found["name"].name(),
        start=start,
        start_by_players=by_players,
        minimum=low,
        maximum=high,
        common="common" in found and found["common"].flag(),
    )


def read_piece_types(
    entry: Entry, layout: Layout, settings: Mapping[str, Setting]
) -> tuple[PieceType, ...]:
    """Read the kinds of pieces."""
    items = entry.items(1, 200)
    types = tuple(_piece_type(item, layout, settings) for item in items)
    unique(items, [piece_type.id for piece_type in types])
    return types


def _piece_type(entry: Entry, layout: Layout, settings: Mapping[str, Setting]) -> PieceType:
    found = entry.mapping(
        ("id", "name"),
        (
            "spaces",
            "count",
            "glyph",
            "color",
            "footprint",
            "visible",
            "counted",
            "look",
            "speed",
            "plural",
        ),
    )
    spaces = None
    if "spaces" in found:
        spaces = tuple(read_space(s, layout) for s in found["spaces"].items(1, MAX_ZONES))
    return PieceType(
        id=found["id"].slug(),
        name=found["name"].name(),
        spaces=spaces,
        count=found["count"].integer(1, 1000) if "count" in found else None,
        glyph=found["glyph"].text(2) if "glyph" in found else "",
        color=color(found["color"]) if "color" in found else None,
        footprint=_footprint(found["footprint"]) if "footprint" in found else None,
        visible="visible" not in found or found["visible"].flag(),
        counted="counted" in found and found["counted"].flag(),
        look=found["look"].text(120) if "look" in found else None,
        speed=number(found["speed"], settings, 1, 20) if "speed" in found else None,
        plural=found.get("plural", found["name"]).name(),
    )


def _footprint(entry: Entry) -> Footprint:
    found = entry.mapping((), ("diameter", "width", "height"))
    if "diameter" in found:
        across = entry.mapping(("diameter",))["diameter"].number(0.001, MAX_SURFACE)
        return Footprint(Shape.ROUND, across, across)
    sides = entry.mapping(("width", "height"))
    return Footprint(
        Shape.RECTANGLE,
        sides["width"].number(0.001, MAX_SURFACE),
        sides["height"].number(0.001, MAX_SURFACE),
    )


def read_start_pieces(
    entry: Entry, layout: Layout, piece_types: Collection[PieceType], seats: Seats
) -> tuple[StartPiece, ...]:
    """Read what stands on the board when a game starts."""
    by_id = {piece_type.id: piece_type for piece_type in piece_types}
    start: list[StartPiece] = []
    for item in entry.items(0, 1000):
        found = item.mapping(("type", "spaces"), ("player", "each"))
        piece_type = by_id[found["type"].choice(by_id)]
        owner = read_owner(found["player"], seats) if "player" in found else None
        each = found["each"].integer(1, 100) if "each" in found else 1
        if isinstance(layout, Grid) and each > layout.holds:
            most = "one piece" if layout.holds == 1 else f"{layout.holds} pieces"
            raise found["each"].fault(f"a cell holds {most}")
        spaces: list[str] = []
        for space_entry in found["spaces"].items(1, 2500):
            space = read_space(space_entry, layout)
            if piece_type.spaces is not None and space not in piece_type.spaces:
                raise space_entry.fault(f"a {piece_type.id} cannot stand there")
            spaces.extend([space] * each)
        start.append(StartPiece(piece_type.id, owner, tuple(spaces)))
    return tuple(start)


def read_measures(entry: Entry | None, layout: Layout) -> Measures:
    """Read the distances that matter on a surface."""
    if entry is None:
        return Measures()
    if not isinstance(layout, Surface):
        raise entry.fault("only a surface is measured")
    found = entry.mapping((), ("bands", "speeds", "actions", "cohesion"))
    bands: list[tuple[str, float]] = []
    for item in found["bands"].items(1, 20) if "bands" in found else ():
        band = item.mapping(("name", "to"))
        nearest = bands[-1][1] if bands else 0.0
        bands.append((band["name"].name(20), band["to"].number(nearest, MAX_SURFACE)))
    speeds: dict[int, float] | None = None
    if "speeds" in found:
        items = found["speeds"].items(1, 20)
        speeds = {n: item.number(0, MAX_SURFACE) for n, item in enumerate(items, start=1)}
    return Measures(
        bands=tuple(bands),
        speeds=speeds,
        actions=found["actions"].integer(1, 20) if "actions" in found else 1,
        cohesion=found["cohesion"].number(0, MAX_SURFACE) if "cohesion" in found else None,
    )
