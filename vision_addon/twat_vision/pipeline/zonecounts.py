"""How many pieces of each colour every zone holds: by the accepted state, and as far as a photo tells."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .colours import Lab
from .geometry import below_camera, canvas_to_units
from .photo import Board
from .pieces import FoundPieces, Table, box_of, piece_frame, pieces_on
from .state import Names
from .types import AnalysisRequest, DetectedPiece, Move, Point, Zones
from .zonemap import foot_of, zone_map, zone_of


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


def seen_counts(
    board: Board, nominal: Mapping[str, Lab], layout: Zones
) -> dict[str, dict[str, int]]:
    """Pieces as one photo shows them.

    Args:
        board: the photo and where its board is.
        nominal: name → CIELAB of the players' colours.
        layout: the zones.

    Returns:
        Counts from 1 by zone (id) and colour.
    """
    counts: dict[str, dict[str, int]] = {}
    for (zone, color), count in tally(pieces_on(board, nominal), board, layout).items():
        counts.setdefault(layout.zones[zone].id, {})[color] = count
    return counts


def seen_pieces(
    board: Board, nominal: Mapping[str, Lab], layout: Zones, names: Names
) -> tuple[DetectedPiece, ...]:
    """The same pieces one by one: where each stands and, where only one type fits there, of which type it is.

    Args:
        board: the photo and where its board is.
        nominal: name → CIELAB of the players' colours.
        layout: the zones.
        names: the request's players and vocabulary.

    Returns:
        Pieces on zones; a piece's confidence is the probability that it is one. Like pieces that touch are several at one place.
    """
    frame = piece_frame(board)
    found: list[DetectedPiece] = []
    for zone, (x, y), piece in _standing(pieces_on(board, nominal), board, layout):
        space, color = layout.zones[zone].id, piece.color
        place = canvas_to_units((x, y), frame)
        one = DetectedPiece(
            names.type_for(space, color),
            names.player_of(color),
            (place[0] / board.columns, place[1] / board.rows),
            space,
            piece.probability,
            color=color,
            box_px=box_of(piece, board),
        )
        found.extend([one] * piece.count)
    return tuple(found)


def tally(table: Table, board: Board, layout: Zones) -> Counter[tuple[int, str]]:
    """Pieces found on a photo by zone and colour; tall ones are placed by their foot.

    Args:
        table: the pieces found.
        board: the photo they were found on.
        layout: the zones.

    Returns:
        Counts from 1 by zone (index) and colour.
    """
    found: Counter[tuple[int, str]] = Counter()
    for zone, _, piece in _standing(table, board, layout):
        found[zone, piece.color] += piece.count
    return found


def _standing(
    table: Table, board: Board, layout: Zones
) -> Iterator[tuple[int, Point, FoundPieces]]:
    """The zone (index) in which each piece stands, and the middle of its foot in canvas pixels."""
    frame = piece_frame(board)
    zones = zone_map(layout, frame)
    below = below_camera(board.to_image, board.photo.size)
    for piece in table.pieces:
        ys, xs = foot_of(piece.segment.ys, piece.segment.xs, below, frame)
        zone = zone_of(ys, xs, zones, frame)
        if zone >= 0:
            yield zone, (float(xs.mean()), float(ys.mean())), piece


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
