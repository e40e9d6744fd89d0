"""Reading a board of named zones: moves between zones, and counts by colour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import math

import numpy as np

from .assign import CERTAIN, FORBIDDEN, Action, Problem, Solution, margins, only_links, solve
from .calibration import Basis, Grounds, calibrated
from .evidence import (
    HAND_COST,
    MOVE_COST,
    OTHER_PLAYER_COST,
    PLACE_COST,
    REMOVE_COST,
    UNSEEN,
    difference_cost,
    evidence,
    left_over,
    yardstick,
)
from .geometry import below_camera, canvas_to_units, photo_box
from .naming import certainty, questions_of
from .pair import Pair
from .photo import Board, Boards
from .pieces import Table, pieces_on
from .playcolours import colours_changed, colours_played
from .reading import Reading, disturbances
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

NUDGE = 0.45
"""Units a piece may be pushed across a zone's border without having moved to the next one."""
FAR_COST = 0.02
"""Per unit that a piece travelled."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One piece that came to a zone or left it."""

    change: Change
    piece: Piece | None


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
    things = changed_things(pair)
    usual = yardstick(things)
    nominal = colours_changed(pair, names, [t for t in things if evidence(t, usual) > 0])
    after = boards.after
    # The after photo's pieces are counted anyway where no state says them.
    learnt_from = after if request.pieces is None else boards.first
    standing = None if request.pieces is None else standing_counts(request, layout, names)
    changes = zone_changes(
        _placed(things, pair, boards, layout),
        usual,
        pair,
        nominal,
        standing,
        pieces_on(learnt_from, nominal) if things else Table(()),
        named=bool(names.players),
    )
    items = _items(changes, request, layout, names)
    task = _problem(items, request, names, pair.frame.scale)
    if pair.hand.found:
        task = only_links(replace(task, link=task.link + HAND_COST))
    best = solve(task)
    scale = pair.frame.scale
    margin, second = margins(task, best, lambda s: _outcome(s, items, scale))
    moves = _moves(best, margin, items, names, request, layout, scale)
    warnings, doubt = disturbances(pair, disturbed=False)
    used = [items[i].change.thing for i in sorted(best.sources | best.targets)]
    rival = UNSEEN if second is None else min(UNSEEN, second.cost - best.cost)
    owned = [_owned(items[j], request, names) for kind, _, j in best.actions if kind == "arrive"]
    grounds = Grounds(Basis.ZONES, certainty(min([rival, *owned])), left_over(things, used, usual))
    alternatives = (
        () if second is None else (_moves(second, {}, items, names, request, layout, scale),)
    )
    counts: Mapping[str, Mapping[str, int]] | None = counts_after(request, layout, names, moves)
    if counts is None:
        counts = seen_counts(after, nominal, layout)
    return Reading(
        moves=moves,
        regions=_regions(best, items, pair, layout, after.photo.factor),
        pieces=_pieces_after(request, moves, layout),
        confidence=calibrated(grounds) * doubt,
        grounds=grounds,
        warnings=warnings,
        questions=questions_of(moves, names, request.thresholds.confidence, alternatives),
        counts=counts,
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


def _items(
    changes: list[Change], request: AnalysisRequest, layout: Zones, names: Names
) -> list[_Item]:
    """The changes, each that left a zone with the next of the known pieces of its colour there."""
    free = [(p.space, names.color(p.player), p) for p in request.pieces or ()]
    items = []
    for change in changes:
        space = layout.zones[change.zone].id
        piece = None
        if not change.thing.appeared:
            entry = next((e for e in free if e[:2] == (space, change.color)), None)
            if entry is not None:
                free.remove(entry)
                piece = entry[2]
        items.append(_Item(change, piece))
    return items


def _problem(items: list[_Item], request: AnalysisRequest, names: Names, scale: int) -> Problem:
    n = len(items)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    gain = np.array([item.change.gain for item in items])
    for i, source in enumerate(items):
        foreign = _foreign_cost(source.change.color, request, names)
        if source.change.thing.appeared:
            arrive[i] = PLACE_COST + foreign - gain[i]
            continue
        leave[i] = REMOVE_COST + foreign - gain[i]
        for j, target in enumerate(items):
            if target.change.thing.appeared:
                cost = _link_cost(source.change, target.change, scale)
                # Whoever's turn it is, pieces are pushed.
                cost += 0.0 if _within(source, target, scale) else foreign
                link[i, j] = cost - gain[i] - gain[j]
    return Problem(link, leave, arrive, gain)


def _foreign_cost(color: str, request: AnalysisRequest, names: Names) -> float:
    player = names.player_of(color)
    foreign = request.active_player is not None and player not in (None, request.active_player)
    return OTHER_PLAYER_COST if foreign else 0.0


def _link_cost(went: Change, came: Change, scale: int) -> float:
    other = difference_cost(went.thing, came.thing, went.look, came.look)
    return MOVE_COST + other + came.against(went.color) + FAR_COST * _far(went, came, scale)


def _far(went: Change, came: Change, scale: int) -> float:
    return math.dist(went.thing.centre, came.thing.centre) / scale


def _within(source: _Item, target: _Item, scale: int) -> bool:
    """Whether a piece stayed in its zone, or was pushed over its border."""
    near = _far(source.change, target.change, scale) < NUDGE
    return near or source.change.zone == target.change.zone


def _owned(item: _Item, request: AnalysisRequest, names: Names) -> float:
    """By how many nats a new piece is its player's rather than another's."""
    nats = sorted(
        (tint - _foreign_cost(color, request, names) for color, tint in item.change.tints.items()),
        reverse=True,
    )
    return nats[0] - nats[1] if len(nats) > 1 else CERTAIN


def _outcome(
    solution: Solution, items: list[_Item], scale: int
) -> tuple[tuple[str, int, int, str], ...]:
    """What an explanation comes to; the pieces of one colour in one zone are alike, and what stays in its zone is nothing."""
    found = []
    for kind, i, j in solution.actions:
        if kind == "link" and _within(items[i], items[j], scale):
            continue
        item = items[i if i >= 0 else j]
        start = items[i].change.zone if i >= 0 else -1
        end = items[j].change.zone if j >= 0 else -1
        found.append((kind, start, end, item.change.color))
    return tuple(sorted(found))


def _moves(
    solution: Solution,
    margin: Mapping[Action, float],
    items: list[_Item],
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
        if kind == "link" and _within(items[i], items[j], scale):
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
        if kind == "arrive":
            sure = min(sure, _owned(item, request, names))
        found.append(
            Move(
                kind=move_kind,
                piece=piece.id if piece else None,
                type=piece.type if piece else _new_type(end, color, captured, names, request),
                player=player,
                from_space=start,
                to_space=end,
                confidence=certainty(sure),
                color=color,
                captured=captured.id if captured else None,
                from_position=zone_centre(layout, source.change.zone) if source else None,
                to_position=zone_centre(layout, target.change.zone) if target else None,
            )
        )
    return tuple(sorted(found, key=lambda m: (-m.confidence, m.to_space or m.from_space or "")))


def _replaced(solution: Solution, items: list[_Item]) -> dict[int, int]:
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
    solution: Solution, items: list[_Item], pair: Pair, layout: Zones, factor: float
) -> tuple[ChangedRegion, ...]:
    scale = pair.frame.scale
    kinds: dict[int, RegionKind] = {}
    for kind, i, j in solution.actions:
        if kind == "link" and _within(items[i], items[j], scale):
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
