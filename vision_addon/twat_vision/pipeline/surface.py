"""Reading a free table: pieces that vanished here and appeared there, positions in inches or millimetres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

from .assign import CERTAIN, FORBIDDEN, Action, Problem, Solution
from .calibration import Basis, Grounds, calibrated
from .colours import palette
from .evidence import (
    COLOUR_COST,
    MOVE_COST,
    OTHER_PLAYER_COST,
    PLACE_COST,
    REMOVE_COST,
    Yardstick,
    difference_cost,
    evidence,
    left_over,
    yardstick,
)
from .explanation import conclude, explain
from .geometry import Frame, below_camera, canvas_to_units, photo_box
from .naming import certainty
from .pair import Pair
from .photo import Board, Boards
from .pieces import box_of, piece_frame, pieces_on
from .reading import Reading
from .state import Names
from .thinglook import Histogram, colour_of, disc, histogram, histogram_of, ownership
from .things import Thing, changed_things
from .turns import View, stayed, turned_regions, with_turns
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
from .zonemap import foot_of

FAR_COST = 0.05
"""Per unit (a sixteenth of the table's longer side) that a piece travelled."""
CAPTURE_REACH = 1.0
"""Units around a thing that vanished within which a known piece is taken for it."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A thing that is one piece, whose colour it has, by how many nats rather than another's, the known piece that stood there."""

    thing: Thing
    gain: float
    place: Point
    color: str
    owned: float
    look: Histogram
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
        boards: the photos, and where their boards are.
        request: the analysis; positions of its pieces are in the surface's unit.
        layout: the surface.
        names: the request's players and vocabulary.
    """
    view = View(pair, boards, layout)
    there = stayed(view, request.pieces or ())
    things = [t for t in changed_things(pair) if not any(s.explains(t) for s in there)]
    usual = yardstick(things)
    below = below_camera(pair.to_after, boards.after.photo.size)
    items = _items(things, usual, below, pair, request, layout, names)
    found = explain(
        _problem(items, request, pair.frame, layout),
        lambda solution: _outcome(solution, items),
        hand=pair.hand.found,
    )

    def told(solution: Solution, margin: Mapping[Action, float]) -> tuple[Move, ...]:
        return with_turns(_moves(solution, margin, items, names), view, there, names)

    best, moves = found.best, told(found.best, found.margin)
    used = [items[i].thing for i in sorted(best.sources | best.targets)]
    owned = [items[j].owned for kind, _, j in best.actions if kind == "arrive"]
    sure = found.sure(owned) * math.prod(s.certainty for s in there)
    return conclude(
        pair,
        request,
        names,
        Grounds(Basis.SURFACE, sure, left_over(things, used, usual)),
        moves,
        [told(other, {}) for other in found.others],
        _regions(best, items, pair, boards.after.photo.factor) + turned_regions(moves, view),
        _pieces_after(request, moves),
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
    things: Sequence[Thing],
    usual: Yardstick,
    below: Point,
    pair: Pair,
    request: AnalysisRequest,
    layout: Surface,
    names: Names,
) -> list[_Item]:
    """The things that may be pieces: what went is a known piece where any is known, what came does not stand on another one."""
    frame = pair.frame
    nominal = palette([p.color for p in names.players.values()])
    free = list(request.pieces or ())
    per_unit = layout.width / frame.columns
    foot = 0.5 * float(np.sqrt(usual.area)) * per_unit
    items = []
    for thing in sorted(things, key=lambda t: (t.appeared, -evidence(t, usual))):
        place = _stands(thing.ys, thing.xs, below, frame, layout)
        away, n = _nearest(place, free)
        if not _on(layout, place, foot) or (thing.appeared and away < foot):
            # Beside the table; or it stood there before, and was pushed or is seen from elsewhere.
            continue
        color, owned, piece = colour_of(pair, thing, nominal), CERTAIN, None
        if not thing.appeared and request.pieces is not None:
            if away > CAPTURE_REACH * per_unit:
                # Nothing stood there: shade or print.
                continue
            piece = free.pop(n)
            color = names.color(piece.player) or color
        elif color is not None and request.pieces is not None:
            color, owned = _owner(color, _owners(thing, place, pair, request, layout, names))
        if color is None:
            # Nobody's.
            continue
        look = histogram(pair, thing)
        items.append(_Item(thing, evidence(thing, usual), place, color, owned, look, piece))
    return items


def _on(layout: Surface, place: Point, slack: float) -> bool:
    x, y = place
    return -slack <= x <= layout.width + slack and -slack <= y <= layout.height + slack


def _owner(color: str, whose: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest owner's colour and the nats to the next; the given colour where nobody's pieces tell."""
    best, *others = sorted(whose, key=lambda name: -whose[name]) or [color]
    return best, whose[best] - whose[others[0]] if others else CERTAIN


def _owners(
    thing: Thing,
    place: Point,
    pair: Pair,
    request: AnalysisRequest,
    layout: Surface,
    names: Names,
) -> dict[str, float]:
    """Whose a thing is that came, in nats by colour: whose known pieces it looks like, and whose turn it is.

    Nothing where not all players have pieces.
    """
    frame = pair.frame
    scale = frame.columns * frame.scale / layout.width
    # Tall pieces lean away from their place; known ones are looked at as far beside theirs.
    lean = [c - frame.offset - v * scale for c, v in zip(thing.centre, place, strict=True)]
    radius = float(np.sqrt(thing.area / np.pi)) * frame.scale
    known: dict[str, list[Histogram]] = {}
    for piece in request.pieces or ():
        x, y = (v * scale + frame.offset + d for v, d in zip(piece.position, lean, strict=True))
        around = disc(pair.maps.lab_before, (x, y), radius)
        if (color := names.color(piece.player)) is not None and len(around):
            known.setdefault(color, []).append(histogram_of(around))
    if known.keys() != {p.color for p in names.players.values()}:
        return {}
    here = histogram_of(disc(pair.maps.lab_after, thing.centre, radius))
    return {
        color: nats - (OTHER_PLAYER_COST if _foreign(names.player_of(color), request) else 0.0)
        for color, nats in ownership(here, known).items()
    }


def _nearest(place: Point, pieces: Sequence[Piece]) -> tuple[float, int]:
    """How far the nearest piece is in the surface's unit, and which one it is; infinitely far where there is none."""
    away = (math.dist(place, piece.position) for piece in pieces)
    return min(((d, n) for n, d in enumerate(away)), default=(math.inf, -1))


def _problem(
    items: list[_Item], request: AnalysisRequest, frame: Frame, layout: Surface
) -> Problem:
    n = len(items)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    per_unit = layout.width / frame.columns
    for i, source in enumerate(items):
        if source.thing.appeared:
            arrive[i] = PLACE_COST - source.gain
            continue
        player = source.piece.player if source.piece else None
        foreign = OTHER_PLAYER_COST if _foreign(player, request) else 0.0
        leave[i] = REMOVE_COST + foreign - source.gain
        for j, target in enumerate(items):
            if target.thing.appeared:
                dx, dy = target.place[0] - source.place[0], target.place[1] - source.place[1]
                far = float(np.hypot(dx, dy)) / per_unit
                other = difference_cost(source.thing, target.thing, source.look, target.look)
                if request.players and source.color != target.color:
                    other += COLOUR_COST
                cost = MOVE_COST + foreign + other + FAR_COST * far
                link[i, j] = cost - source.gain - target.gain
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
        color = (source or items[j]).color
        sure = min(margin.get(action, 0.0), items[j].owned if kind == "arrive" else CERTAIN)
        piece = source.piece if source else None
        found.append(
            Move(
                kind=kinds[kind],
                piece=piece.id if piece else None,
                type=piece.type if piece else names.type_for(None, color),
                player=piece.player if piece else names.player_of(color),
                from_space=None,
                to_space=None,
                confidence=calibrated(Grounds(Basis.SURFACE, certainty(sure))),
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
        thing = items[i].thing
        x0, y0, x1, y1 = thing.box
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        units = np.array([canvas_to_units(p, pair.frame) for p in corners])
        kind = RegionKind.APPEARED if thing.appeared else RegionKind.VANISHED
        box = photo_box(pair.to_after, units, factor)
        found.append(ChangedRegion(box, (), kind, items[i].color, thing.strength))
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
