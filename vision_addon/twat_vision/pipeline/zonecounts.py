"""How many pieces of each colour every zone holds: by the accepted state, and as far as a photo tells."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .colours import Lab, palette
from .geometry import below_camera
from .photo import Board
from .pieces import Table, piece_frame, pieces_on
from .segments import COMMON_COLORS
from .state import Names
from .types import AnalysisRequest, Move, Zones
from .zonemap import foot_of, zone_map, zone_of


@dataclass(frozen=True, slots=True)
class Seen:
    """Zone → colour → pieces, and the share 0…1 of what was counted that is expected to be pieces."""

    counts: Mapping[str, Mapping[str, int]]
    confidence: float


def colours_played(names: Names) -> dict[str, Lab]:
    """Nominal colours of the players, common ones without players.

    Args:
        names: the request's players.

    Returns:
        CIELAB, float64 ``(3,)``, by colour.
    """
    return (
        palette(p.color for p in names.players.values())
        if names.players
        else palette(COMMON_COLORS)
    )


def standing_counts(
    request: AnalysisRequest, layout: Zones, names: Names
) -> dict[tuple[int, str], int]:
    """Pieces of the accepted state by zone and colour.

    Args:
        request: the analysis.
        layout: the zones.
        names: the request's players.

    Returns:
        Counts from 1 by zone (index) and colour.
    """
    index = {zone.id: i for i, zone in enumerate(layout.zones)}
    found: Counter[tuple[int, str]] = Counter()
    for piece in request.pieces or ():
        color = names.color(piece.player)
        if piece.space in index and color is not None:
            found[index[piece.space], color] += 1
    return dict(found)


def seen_counts(board: Board, nominal: Mapping[str, Lab], layout: Zones) -> Seen:
    """Pieces by zone and colour as one photo shows them.

    Args:
        board: the photo and where its board is.
        nominal: name → CIELAB of the players' colours.
        layout: the zones.
    """
    table = pieces_on(board, nominal)
    counts: dict[str, dict[str, int]] = {}
    for (zone, color), count in tally(table, board, layout).items():
        counts.setdefault(layout.zones[zone].id, {})[color] = count
    sure = [piece.probability for piece in table.pieces]
    return Seen(counts, float(np.mean(sure)) if sure else 1.0)


def tally(table: Table, board: Board, layout: Zones) -> Counter[tuple[int, str]]:
    """Pieces found on a photo by zone and colour; tall ones are placed by their foot.

    Args:
        table: the pieces found.
        board: the photo they were found on.
        layout: the zones.

    Returns:
        Counts from 1 by zone (index) and colour.
    """
    frame = piece_frame(board)
    zones = zone_map(layout, frame)
    below = below_camera(board.to_image, board.photo.size)
    found: Counter[tuple[int, str]] = Counter()
    for piece in table.pieces:
        foot = foot_of(piece.segment.ys, piece.segment.xs, below, frame)
        zone = zone_of(*foot, zones, frame)
        if zone >= 0:
            found[zone, piece.color] += piece.count
    return found


def counts_after(
    request: AnalysisRequest, layout: Zones, names: Names, moves: tuple[Move, ...]
) -> dict[str, dict[str, int]] | None:
    """The accepted state's pieces after the moves.

    Args:
        request: the analysis.
        layout: the zones.
        names: the request's players.
        moves: what was read.

    Returns:
        Counts by zone (id) and colour; None without a state.
    """
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
    """How much of what should stand is seen.

    Args:
        counts: what should stand, by zone and colour.
        seen: what was counted.

    Returns:
        Share 0…1 of the zones and colours that should hold pieces in which at least one is seen; 1 where none should.
    """
    expected = [(zone, color) for zone, colors in counts.items() for color in colors]
    if not expected:
        return 1.0
    return sum(seen.get(zone, {}).get(color, 0) > 0 for zone, color in expected) / len(expected)
