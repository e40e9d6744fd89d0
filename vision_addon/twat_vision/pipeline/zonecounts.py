"""How many pieces of each colour every zone holds: by the accepted state, and as far as a photo tells."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .colours import Lab, palette
from .geometry import Frame
from .segments import COMMON_COLORS, Segment, colour_segments, unit_area
from .state import Names
from .types import AnalysisRequest, Move, Zones
from .zonemap import ZoneMap, zone_of


def colours_played(names: Names) -> dict[str, Lab]:
    """Nominal CIELAB of the players' colours, of common ones without players."""
    return (
        palette(p.color for p in names.players.values())
        if names.players
        else palette(COMMON_COLORS)
    )


def standing_counts(
    request: AnalysisRequest, layout: Zones, names: Names
) -> dict[tuple[int, str], int]:
    """Pieces of the accepted state by zone and colour."""
    index = {zone.id: i for i, zone in enumerate(layout.zones)}
    found: Counter[tuple[int, str]] = Counter()
    for piece in request.pieces or ():
        color = names.color(piece.player)
        if piece.space in index and color is not None:
            found[index[piece.space], color] += 1
    return dict(found)


def seen_counts(
    lab: NDArray[np.float32],
    nominal: Mapping[str, Lab],
    zones: ZoneMap,
    layout: Zones,
    frame: Frame,
) -> dict[str, dict[str, int]]:
    """Pieces by zone and colour as far as one photo tells them from the print (a first guess)."""
    found: dict[str, dict[str, int]] = {}
    seen = colour_segments(lab, nominal, frame.scale)
    unit = piece_area(seen, zones, None)
    for color, parts in seen.items():
        for part in parts:
            if part.area > 8 * unit:
                continue
            zone = zone_of(part.ys, part.xs, zones, frame)
            if zone >= 0:
                here = found.setdefault(layout.zones[zone].id, {})
                here[color] = here.get(color, 0) + max(1, round(part.area / unit))
    return found


def piece_area(
    seen: Mapping[str, tuple[Segment, ...]],
    zones: ZoneMap,
    standing: Mapping[tuple[int, str], int] | None,
) -> float:
    """Area of a piece, from the segments of zones in which pieces of that colour are known to stand."""
    found = []
    for color, parts in seen.items():
        for part in parts:
            x, y = round(part.centre[0]), round(part.centre[1])
            zone = int(zones[y, x])
            if zone >= 0 and (standing is None or standing.get((zone, color), 0)):
                found.append(part)
    return unit_area(found)


def counts_after(
    request: AnalysisRequest, layout: Zones, names: Names, moves: tuple[Move, ...]
) -> dict[str, dict[str, int]] | None:
    """The accepted state's pieces after the moves, by zone and colour; None without a state."""
    if request.pieces is None:
        return None
    tally: Counter[tuple[str, str]] = Counter()
    captured = {m.captured for m in moves if m.captured}
    known = {zone.id for zone in layout.zones}
    for piece in request.pieces:
        color = names.color(piece.player)
        if piece.space in known and color is not None and piece.id not in captured:
            tally[piece.space or "", color] += 1
    for move in moves:
        if move.from_space is not None and move.color is not None:
            tally[move.from_space, move.color] -= 1
        if move.to_space is not None and move.color is not None:
            tally[move.to_space, move.color] += 1
    found: dict[str, dict[str, int]] = {}
    for (zone, color), n in tally.items():
        if n > 0:
            found.setdefault(zone, {})[color] = n
    return found


def seen_share(
    counts: Mapping[str, Mapping[str, int]], seen: Mapping[str, Mapping[str, int]]
) -> float:
    """Share 0…1 of the zones and colours that should hold pieces in which at least one is seen; 1 where none should."""
    expected = [(zone, color) for zone, colors in counts.items() for color in colors]
    if not expected:
        return 1.0
    return sum(seen.get(zone, {}).get(color, 0) > 0 for zone, color in expected) / len(expected)


def fit(seen: Mapping[str, tuple[Segment, ...]], unit: float) -> float:
    """How well the segments' areas are whole numbers of pieces, 0…1: the mean of ``1 - 2 |share - whole|``."""
    shares = np.array([s.area / unit for parts in seen.values() for s in parts])
    if not shares.size:
        return 1.0
    return float(np.mean(1 - 2 * np.abs(shares - np.maximum(np.round(shares), 1)).clip(0, 0.5)))
