"""Reading a board of named zones: moves between zones, and counts by colour."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .assign import FORBIDDEN, Action, Problem, Solution, margins, only_links, solve
from .blobs import Blob, canvas_to_units, changed_blobs
from .calibration import Basis, Grounds, calibrated
from .evidence import MOVE_COST, OTHER_PLAYER_COST, PLACE_COST, REMOVE_COST, accounted, usual_area
from .geometry import below_camera, photo_box
from .naming import certainty, questions_of
from .pair import Pair
from .photo import Board, Boards
from .pieces import Table, pieces_on
from .playcolours import colours_changed, colours_played
from .reading import Reading, disturbances
from .state import Names
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
from .zonechanges import Change, net_changes, plausible
from .zonecounts import counts_after, seen_counts, seen_pieces, seen_share, standing_counts
from .zonemap import foot_of, zone_centre, zone_map, zone_of


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
    nominal = colours_changed(pair, names)
    zones = zone_map(layout, pair.frame)
    standing = None if request.pieces is None else standing_counts(request, layout, names)
    changed = changed_blobs(pair, nominal)
    after = boards.after
    # The after photo's pieces are counted anyway where no state says them.
    learnt_from = after if request.pieces is None else boards.first
    unit = usual_area(pieces_on(learnt_from, nominal) if changed else Table(()), changed)
    below = below_camera(after.to_image, after.photo.size)
    blobs = [
        (b, zone_of(*foot_of(b.ys, b.xs, below, pair.frame), zones, pair.frame)) for b in changed
    ]
    kept = plausible(blobs, unit, standing)
    between, within = net_changes(kept, unit, standing, pair.frame.scale)
    items = _items(between, request, layout, names)
    task = _problem(items, request, pair.frame.scale)
    if pair.hand.found:
        task = only_links(task)
    best = solve(task)
    margin, second = margins(task, best, lambda s: _outcome(s, items))
    moves = _moves(best, margin, items, names, request, layout)
    warnings, doubt = disturbances(pair, disturbed=False)
    sure = certainty(second.cost - best.cost) if second is not None else 1.0
    grounds = Grounds(Basis.ZONES, sure * accounted(pair, [b for b, _ in kept], unit))
    alternatives = () if second is None else (_moves(second, {}, items, names, request, layout),)
    counts: Mapping[str, Mapping[str, int]] | None = counts_after(request, layout, names, moves)
    if counts is None:
        counts = seen_counts(after, nominal, layout)
    return Reading(
        moves=moves,
        regions=_regions(best, items, within, pair, layout, after.photo.factor),
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


def _items(
    changes: list[Change], request: AnalysisRequest, layout: Zones, names: Names
) -> list[_Item]:
    items = []
    for change in changes:
        zone = layout.zones[change.zone].id
        here = [
            p
            for p in request.pieces or ()
            if p.space == zone and names.color(p.player) == change.color
        ]
        for n in range(change.count):
            piece = here[n] if not change.appeared and n < len(here) else None
            items.append(_Item(change, piece))
    return items


def _problem(items: list[_Item], request: AnalysisRequest, scale: int) -> Problem:
    n = len(items)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    gain = np.array([item.change.evidence for item in items])
    for i, source in enumerate(items):
        if source.change.appeared:
            arrive[i] = PLACE_COST - gain[i]
            continue
        foreign = 0.0
        player = source.piece.player if source.piece else None
        if request.active_player is not None and player not in (None, request.active_player):
            foreign = OTHER_PLAYER_COST
        leave[i] = REMOVE_COST + foreign - gain[i]
        for j, target in enumerate(items):
            if target.change.appeared and target.change.color == source.change.color:
                a, b = source.change.blobs[0].centre, target.change.blobs[0].centre
                far = float(np.hypot(a[0] - b[0], a[1] - b[1])) / scale
                link[i, j] = MOVE_COST + foreign + 0.02 * far - gain[i] - gain[j]
    return Problem(link, leave, arrive, gain)


def _outcome(solution: Solution, items: list[_Item]) -> tuple[tuple[str, int, int, str], ...]:
    """What an explanation comes to; the pieces of one colour in one zone are alike."""
    found = []
    for kind, i, j in solution.actions:
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
) -> tuple[Move, ...]:
    replaced = _replaced(solution, items)
    found = []
    for action in solution.actions:
        kind, i, j = action
        if kind == "leave" and i in replaced.values():
            continue
        source = items[i] if i >= 0 else None
        target = items[j] if j >= 0 else None
        item = target or source
        if item is None:
            continue
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
        found.append(
            Move(
                kind=move_kind,
                piece=piece.id if piece else None,
                type=piece.type if piece else _new_type(end, color, captured, names, request),
                player=player,
                from_space=start,
                to_space=end,
                confidence=certainty(margin.get(action, 0.0)),
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
            same_zone = items[i].change.zone == items[j].change.zone
            if same_zone and i not in found.values() and _meet(items[i].change, items[j].change):
                found[j] = i
                break
    return found


def _meet(a: Change, b: Change) -> bool:
    return any(x.overlap(y) > 0.25 for x in a.blobs for y in b.blobs)


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
    solution: Solution,
    items: list[_Item],
    within: list[Change],
    pair: Pair,
    layout: Zones,
    factor: float,
) -> tuple[ChangedRegion, ...]:
    used = solution.sources | solution.targets
    changes = {id(items[i].change): items[i].change for i in used}
    found: list[ChangedRegion] = []
    for change in changes.values():
        kind = RegionKind.APPEARED if change.appeared else RegionKind.VANISHED
        found.extend(_region(b, kind, change, pair, layout, factor) for b in change.blobs)
    kind = RegionKind.MOVED_WITHIN
    for change in within:
        here = [b for b in change.blobs if b.appeared]
        found.extend(_region(b, kind, change, pair, layout, factor) for b in here)
    return tuple(found)


def _region(
    blob: Blob, kind: RegionKind, change: Change, pair: Pair, layout: Zones, factor: float
) -> ChangedRegion:
    x0, y0, x1, y1 = blob.box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    units = np.array([canvas_to_units(p, pair.frame) for p in corners])
    zone = layout.zones[change.zone].id
    return ChangedRegion(
        photo_box(pair.to_after, units, factor), (zone,), kind, blob.color, blob.strength
    )


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
