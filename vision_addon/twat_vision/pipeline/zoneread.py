"""Reading a board of named zones: moves between zones, and counts by colour."""

from collections.abc import Mapping

import numpy as np

from .assign import CERTAIN, Action, Solution
from .calibration import Basis, Grounds, calibrated
from .colours import Lab
from .evidence import evidence, left_over, yardstick
from .explanation import conclude, explain
from .geometry import below_camera, canvas_to_units, photo_box
from .naming import certainty
from .pair import Pair
from .photo import Board, Boards
from .pieces import Table, pieces_on, standing_on
from .playcolours import colours_changed, colours_played
from .reading import Reading
from .seencolours import colours_seen
from .state import Names
from .things import Thing, changed_things
from .types import (
    AnalysisRequest,
    ChangedRegion,
    DetectedPiece,
    Move,
    MoveKind,
    Piece,
    RegionKind,
    Zones,
)
from .zonechanges import Change, zone_changes
from .zonecounts import counts_after, seen_counts, seen_pieces, seen_share, standing_counts
from .zonemap import foot_of, zone_centre, zone_map, zone_of
from .zoneproblem import Item, items_of, other_owner, outcome_of, problem_of, within

MOST_OTHERS = 2
"""Other readings that are asked about: with the reading itself, and with none of it, as many as anybody wants to choose from."""


def read_zones(
    pair: Pair,
    boards: Boards,
    request: AnalysisRequest,
    layout: Zones,
    names: Names,
) -> Reading:
    """Say what changed between zones and which moves explain it.

    Args:
        pair: the compared photos.
        boards: the photos, and where their boards are.
        request: the analysis.
        layout: the zones.
        names: the request's players and vocabulary.
    """
    after = boards.after
    # The after photo's pieces are counted anyway where no state says them.
    learnt_from = after if request.pieces is None else boards.first
    stood = None
    if request.pieces:
        stood = standing_on(pieces_on(learnt_from, colours_played(names)), learnt_from, pair.frame)
    things = changed_things(pair, stood)
    usual = yardstick(things)
    nominal = colours_changed(pair, names, [t for t in things if evidence(t, usual) > 0])
    standing = None if request.pieces is None else standing_counts(request, layout, names)
    table = pieces_on(learnt_from, nominal) if things else Table(())
    seen: Mapping[str, Lab] = nominal
    if things and standing:
        seen = colours_seen(pair, boards.before, layout, nominal, standing, table.unit)
    changes = zone_changes(
        _placed(things, pair, boards, layout),
        usual,
        pair,
        seen,
        standing,
        table,
        named=bool(names.players),
    )
    items = items_of(changes, request, layout, names)
    scale = pair.frame.scale
    found = explain(
        problem_of(items, request, names, scale),
        lambda solution: outcome_of(solution, items, scale),
        hand=pair.hand.found,
    )

    def told(
        solution: Solution, margin: Mapping[Action, float], these: list[Item]
    ) -> tuple[Move, ...]:
        return _moves(solution, margin, these, names, request, layout, scale)

    best = found.best
    owners = {
        action: other_owner(action, items, request, layout, names)
        for action in best.actions
        if not _stayed(action, items, scale)
    }
    sure = {action: min(found.margin[action], nats) for action, (nats, _) in owners.items()}
    moves = told(best, sure, items)
    used = [items[i].change.thing for i in sorted(best.sources | best.targets)]
    others = [(other.cost - best.cost, told(other, {}, items)) for other in found.others]
    others += [(nats, told(best, {}, theirs)) for nats, theirs in owners.values() if nats < CERTAIN]
    others.sort(key=lambda other: other[0])
    counts: Mapping[str, Mapping[str, int]] | None = counts_after(request, layout, names, moves)
    if counts is None:
        counts = seen_counts(after, nominal, layout)
    return conclude(
        pair,
        request,
        names,
        Grounds(
            Basis.ZONES,
            found.sure([nats for nats, _ in owners.values()]),
            left_over(things, used, usual),
        ),
        moves,
        [moves for _, moves in others[:MOST_OTHERS]],
        _regions(best, items, pair, layout, after.photo.factor),
        _pieces_after(request, moves, layout),
        counts,
    )


def read_zones_setup(
    board: Board, request: AnalysisRequest, layout: Zones, names: Names
) -> Reading:
    """Read one photo of a board of zones by itself: how many pieces of each colour every zone shows.

    With a known position its pieces are reported, and the confidence is the share of zones and colours that show any.
    Without one, those that are seen are reported, and it is that of the least sure of them.

    Args:
        board: the photo, and where its board is.
        request: the analysis.
        layout: the zones.
        names: the request's players and vocabulary.
    """
    nominal = colours_played(names)
    seen = seen_counts(board, nominal, layout)
    known = counts_after(request, layout, names, ())
    if known is not None:
        sure = seen_share(known, seen)
        return Reading((), (), _pieces_after(request, (), layout), sure, counts=known)
    pieces = seen_pieces(board, nominal, layout, names)
    sure = min((piece.confidence for piece in pieces), default=1.0)
    return Reading((), (), pieces, sure, counts=seen)


def _placed(
    things: tuple[Thing, ...], pair: Pair, boards: Boards, layout: Zones
) -> list[tuple[Thing, int]]:
    """The zone (index) in which each thing stands, -1 for none."""
    zones = zone_map(layout, pair.frame)
    below = below_camera(boards.after.to_image, boards.after.photo.size)
    return [
        (t, zone_of(*foot_of(t.ys, t.xs, below, pair.frame), zones, pair.frame)) for t in things
    ]


def _moves(
    solution: Solution,
    margin: Mapping[Action, float],
    items: list[Item],
    names: Names,
    request: AnalysisRequest,
    layout: Zones,
    scale: int,
) -> tuple[Move, ...]:
    replaced = _replaced(solution, items)
    found = []
    for action in solution.actions:
        kind, i, j = action
        if kind == "leave" and i in replaced.values():
            continue
        if _stayed(action, items, scale):
            continue
        source = items[i] if i >= 0 else None
        target = items[j] if j >= 0 else None
        item = source or items[j]
        piece = source.piece if source else None
        color = item.change.color
        player = piece.player if piece else names.player_of(color)
        start = layout.zones[source.change.zone].id if source else None
        end = layout.zones[target.change.zone].id if target else None
        taken = items[replaced[j]] if j in replaced else None
        captured = taken.piece if taken else None
        if kind == "leave":
            move_kind = MoveKind.REMOVE
        elif taken is not None:
            move_kind = MoveKind.CAPTURE
        else:
            move_kind = MoveKind.PLACE if kind == "arrive" else MoveKind.MOVE
        sure = margin.get(action, 0.0)
        found.append(
            Move(
                kind=move_kind,
                piece=piece.id if piece else None,
                type=piece.type if piece else _new_type(end, color, captured, names, request),
                player=player,
                from_space=start,
                to_space=end,
                confidence=calibrated(Grounds(Basis.ZONES, certainty(sure))),
                color=color,
                captured=captured.id if captured else None,
                from_position=zone_centre(layout, source.change.zone) if source else None,
                to_position=zone_centre(layout, target.change.zone) if target else None,
            )
        )
    return tuple(sorted(found, key=lambda m: (-m.confidence, m.to_space or m.from_space or "")))


def _stayed(action: Action, items: list[Item], scale: int) -> bool:
    kind, i, j = action
    return kind == "link" and within(items[i], items[j], scale)


def _replaced(solution: Solution, items: list[Item]) -> dict[int, int]:
    """Arrived item → removed item of another colour in the very place where it stands now."""
    gone = [i for kind, i, _ in solution.actions if kind == "leave"]
    found: dict[int, int] = {}
    for kind, _, j in solution.actions:
        if kind == "leave":
            continue
        for i in gone:
            a, b = items[i].change, items[j].change
            if a.zone == b.zone and a.thing.place == b.thing.place and i not in found.values():
                found[j] = i
                break
    return found


def _new_type(
    space: str | None, color: str, captured: Piece | None, names: Names, request: AnalysisRequest
) -> str:
    """Type of a piece from off the board: the only one that fits, or the only fitting one already standing there."""
    fitting = names.types_for(space, color)
    named = names.type_for(space, color)
    if named != "unknown":
        return named
    here = {p.type for p in request.pieces or () if p.space == space}
    likely = [t for t in fitting if t in here]
    if captured is not None and captured.type in fitting:
        return captured.type
    return likely[0] if len(likely) == 1 else "unknown"


def _regions(
    solution: Solution, items: list[Item], pair: Pair, layout: Zones, factor: float
) -> tuple[ChangedRegion, ...]:
    scale = pair.frame.scale
    kinds: dict[int, RegionKind] = {}
    for kind, i, j in solution.actions:
        if _stayed((kind, i, j), items, scale):
            kinds[j] = RegionKind.MOVED_WITHIN
            continue
        if i >= 0:
            kinds[i] = RegionKind.VANISHED
        if j >= 0:
            kinds[j] = RegionKind.APPEARED
    # Several pieces that touch are one thing.
    regions = {
        id(items[i].change.thing): _region(items[i].change, kind, pair, layout, factor)
        for i, kind in sorted(kinds.items())
    }
    return tuple(regions.values())


def _region(
    change: Change, kind: RegionKind, pair: Pair, layout: Zones, factor: float
) -> ChangedRegion:
    thing = change.thing
    x0, y0, x1, y1 = thing.box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    units = np.array([canvas_to_units(p, pair.frame) for p in corners])
    zone = layout.zones[change.zone].id
    box = photo_box(pair.to_after, units, factor)
    return ChangedRegion(box, (zone,), kind, change.color, thing.strength)


def _pieces_after(
    request: AnalysisRequest, moves: tuple[Move, ...], layout: Zones
) -> tuple[DetectedPiece, ...]:
    if request.pieces is None:
        return ()
    gone = {m.captured for m in moves if m.captured}
    gone |= {m.piece for m in moves if m.piece and m.to_space is None}
    moved = {m.piece: m for m in moves if m.piece and m.to_space is not None}
    centres = {z.id: zone_centre(layout, i) for i, z in enumerate(layout.zones)}
    found = []
    for piece in request.pieces:
        if piece.id in gone:
            continue
        move = moved.get(piece.id)
        space = move.to_space if move else piece.space
        place = centres.get(space or "", piece.position)
        sure = move.confidence if move else 1.0
        found.append(DetectedPiece(piece.type, piece.player, place, space, sure, piece.id))
    found.extend(
        DetectedPiece(m.type, m.player, m.to_position, m.to_space, m.confidence, color=m.color)
        for m in moves
        if m.piece is None and m.to_position is not None
    )
    return tuple(found)
