"""Reading a free table: pieces by colour that vanished here and appeared there, positions in inches or millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .assign import FORBIDDEN, Action, Problem, Solution, margins, only_links, solve
from .blobs import Blob, canvas_to_units, changed_blobs
from .calibration import Basis, Grounds, calibrated
from .colours import palette
from .evidence import (
    MOVE_COST,
    OTHER_PLAYER_COST,
    PLACE_COST,
    REMOVE_COST,
    accounted,
    evidence,
    usual_area,
)
from .geometry import Frame, below_camera, photo_box
from .naming import certainty, questions_of
from .pair import Pair
from .photo import Board, Boards
from .pieces import Table, box_of, piece_frame, pieces_on
from .playcolours import colours_changed
from .reading import Reading, disturbances
from .state import Names
from .types import (
    AnalysisRequest,
    ChangedRegion,
    DetectedPiece,
    Move,
    MoveKind,
    Piece,
    Point,
    RegionKind,
    Surface,
)
from .zonechanges import plausible
from .zonemap import foot_of

FAR_COST = 0.05
"""Per unit (a sixteenth of the table's longer side) that a piece travelled."""
CAPTURE_REACH = 1.0
"""Units around a vanished blob within which a known piece is taken for it."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A blob that is one piece, and the known piece that stood there."""

    blob: Blob
    gain: float
    place: Point
    piece: Piece | None


def read_surface(
    pair: Pair,
    boards: Boards,
    request: AnalysisRequest,
    layout: Surface,
    names: Names,
) -> Reading:
    """Say which pieces moved on a free table.

    Args:
        pair: the compared photos.
        boards: the photos, and where their boards are; how large a piece is is learnt on the first.
        request: the analysis; positions of its pieces are in the surface's unit.
        layout: the surface.
        names: the request's players and vocabulary.
    """
    nominal = colours_changed(pair, names)
    found = changed_blobs(pair, nominal)
    unit = usual_area(pieces_on(boards.first, nominal) if found else Table(()), found)
    kept = [b for b, _ in plausible([(b, 0) for b in found], unit, None)]
    below = below_camera(pair.to_after, boards.after.photo.size)
    items = _items(kept, unit, below, pair.frame, request, layout, names)
    task = _problem(items, request, pair.frame, layout)
    if pair.hand.found:
        task = only_links(task)
    best = solve(task)
    margin, second = margins(task, best, lambda s: _outcome(s, items))
    moves = _moves(best, margin, items, names)
    warnings, doubt = disturbances(pair, disturbed=False)
    sure = certainty(second.cost - best.cost) if second is not None else 1.0
    grounds = Grounds(Basis.SURFACE, sure * accounted(pair, kept, unit))
    alternatives = () if second is None else (_moves(second, {}, items, names),)
    return Reading(
        moves=moves,
        regions=_regions(best, items, pair, boards.after.photo.factor),
        pieces=_pieces_after(request, moves),
        confidence=calibrated(grounds) * doubt,
        grounds=grounds,
        warnings=warnings,
        questions=questions_of(moves, names, request.thresholds.confidence, alternatives),
    )


def read_surface_setup(
    board: Board, request: AnalysisRequest, layout: Surface, names: Names
) -> Reading:
    """Read one photo of a free table by itself: the pieces of the players' colours, where they stand.

    Like pieces that touch are several at one place. A piece's confidence is the probability that it is one.

    Args:
        board: the photo, and where its board is.
        request: the analysis.
        layout: the surface.
        names: the request's players and vocabulary.
    """
    if request.pieces is not None:
        return Reading((), (), _pieces_after(request, ()), 1.0)
    nominal = palette([p.color for p in names.players.values()]) if names.players else {}
    frame = piece_frame(board)
    below = below_camera(board.to_image, board.photo.size)
    pieces: list[DetectedPiece] = []
    for found in pieces_on(board, nominal).pieces if nominal else ():
        place = _stands(found.segment.ys, found.segment.xs, below, frame, layout)
        if 0 <= place[0] <= layout.width and 0 <= place[1] <= layout.height:
            color = found.color
            kind, player = names.type_for(None, color), names.player_of(color)
            piece = DetectedPiece(
                kind,
                player,
                place,
                None,
                found.probability,
                color=color,
                box_px=box_of(found, board),
            )
            pieces.extend([piece] * found.count)
    return Reading((), (), tuple(pieces), min((p.confidence for p in pieces), default=1.0))


def _place(units: Point, frame: Frame, layout: Surface) -> Point:
    return units[0] / frame.columns * layout.width, units[1] / frame.rows * layout.height


def _stands(
    ys: NDArray[np.intp], xs: NDArray[np.intp], below: Point, frame: Frame, layout: Surface
) -> Point:
    """Where a piece of these canvas pixels stands, in the surface's unit."""
    ys, xs = foot_of(ys, xs, below, frame)
    return _place(canvas_to_units((float(xs.mean()), float(ys.mean())), frame), frame, layout)


def _items(
    blobs: list[Blob],
    unit: float,
    below: Point,
    frame: Frame,
    request: AnalysisRequest,
    layout: Surface,
    names: Names,
) -> list[_Item]:
    free = list(request.pieces or ())
    reach = CAPTURE_REACH * layout.width / frame.columns
    items = []
    for blob in sorted(blobs, key=lambda b: -b.area):
        place = _stands(blob.ys, blob.xs, below, frame, layout)
        piece = None
        if not blob.appeared:
            near = [
                (float(np.hypot(p.position[0] - place[0], p.position[1] - place[1])), n)
                for n, p in enumerate(free)
                if names.color(p.player) == blob.color
            ]
            if near and min(near)[0] <= reach:
                piece = free.pop(min(near)[1])
            elif request.pieces is not None:
                # Nothing of this colour stood there: shade or print.
                continue
        items.append(_Item(blob, evidence(blob, unit), place, piece))
    return items


def _problem(
    items: list[_Item], request: AnalysisRequest, frame: Frame, layout: Surface
) -> Problem:
    n = len(items)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    per_unit = layout.width / frame.columns
    for i, source in enumerate(items):
        if source.blob.appeared:
            arrive[i] = PLACE_COST - source.gain
            continue
        player = source.piece.player if source.piece else None
        foreign = OTHER_PLAYER_COST if _foreign(player, request) else 0.0
        leave[i] = REMOVE_COST + foreign - source.gain
        for j, target in enumerate(items):
            if target.blob.appeared and target.blob.color == source.blob.color:
                dx, dy = target.place[0] - source.place[0], target.place[1] - source.place[1]
                far = float(np.hypot(dx, dy)) / per_unit
                link[i, j] = MOVE_COST + foreign + FAR_COST * far - source.gain - target.gain
    return Problem(link, leave, arrive, np.array([item.gain for item in items]))


def _outcome(solution: Solution, items: list[_Item]) -> frozenset[tuple[str, int, str]]:
    """What an explanation comes to: which places were left and reached; like pieces are alike."""
    found = set()
    for kind, i, j in solution.actions:
        piece = items[i].piece if i >= 0 else None
        like = f"{piece.type} {piece.player}" if piece is not None else "from the table"
        found |= {("left", i, "")} if i >= 0 else set()
        found |= {("reached", j, "new" if kind == "arrive" else like)} if j >= 0 else set()
    return frozenset(found)


def _foreign(player: int | None, request: AnalysisRequest) -> bool:
    return request.active_player is not None and player not in (None, request.active_player)


def _moves(
    solution: Solution, margin: Mapping[Action, float], items: list[_Item], names: Names
) -> tuple[Move, ...]:
    kinds = {"link": MoveKind.MOVE, "leave": MoveKind.REMOVE, "arrive": MoveKind.PLACE}
    found = []
    for action in solution.actions:
        kind, i, j = action
        source = items[i] if i >= 0 else None
        target = items[j] if j >= 0 else None
        color = items[max(i, j)].blob.color
        piece = source.piece if source else None
        found.append(
            Move(
                kind=kinds[kind],
                piece=piece.id if piece else None,
                type=piece.type if piece else names.type_for(None, color),
                player=piece.player if piece else names.player_of(color),
                from_space=None,
                to_space=None,
                confidence=certainty(margin.get(action, 0.0)),
                color=color,
                from_position=source.place if source else None,
                to_position=target.place if target else None,
            )
        )
    return tuple(sorted(found, key=lambda m: -m.confidence))


def _regions(
    solution: Solution, items: list[_Item], pair: Pair, factor: float
) -> tuple[ChangedRegion, ...]:
    found = []
    for i in sorted(solution.sources | solution.targets):
        blob = items[i].blob
        x0, y0, x1, y1 = blob.box
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        units = np.array([canvas_to_units(p, pair.frame) for p in corners])
        kind = RegionKind.APPEARED if blob.appeared else RegionKind.VANISHED
        box = photo_box(pair.to_after, units, factor)
        found.append(ChangedRegion(box, (), kind, blob.color, blob.strength))
    return tuple(found)


def _pieces_after(request: AnalysisRequest, moves: tuple[Move, ...]) -> tuple[DetectedPiece, ...]:
    by_piece = {m.piece: m for m in moves if m.piece is not None}
    found = []
    for piece in request.pieces or ():
        move = by_piece.get(piece.id)
        if move is None:
            found.append(
                DetectedPiece(piece.type, piece.player, piece.position, None, 1.0, piece.id)
            )
        elif move.to_position is not None:
            place, sure = move.to_position, move.confidence
            found.append(DetectedPiece(piece.type, piece.player, place, None, sure, piece.id))
    found.extend(
        DetectedPiece(m.type, m.player, m.to_position, None, m.confidence, color=m.color)
        for m in moves
        if m.piece is None and m.to_position is not None
    )
    return tuple(found)
