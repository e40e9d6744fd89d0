"""What explanations of the changes of a board of zones cost: which piece left which zone, and which one it reached."""

from dataclasses import dataclass, replace
import math

import numpy as np

from .assign import CERTAIN, FORBIDDEN, Action, Problem, Solution
from .evidence import MOVE_COST, OTHER_PLAYER_COST, PLACE_COST, REMOVE_COST, difference_cost
from .state import Names
from .types import AnalysisRequest, Piece, Zones
from .zonechanges import Change, replaces

NUDGE = 0.45
"""Units a piece may be pushed across a zone's border without having moved to the next one."""
FAR_COST = 0.02
"""Per unit that a piece travelled."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece that came to a zone or left it."""

    change: Change
    piece: Piece | None


def items_of(
    changes: list[Change], request: AnalysisRequest, layout: Zones, names: Names
) -> list[Item]:
    """The changes, each that left a zone with the next of the known pieces of its colour there.

    Args:
        changes: the pieces that may have come or gone.
        request: the analysis.
        layout: the zones.
        names: the request's players.
    """
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
        items.append(Item(change, piece))
    return items


def problem_of(items: list[Item], request: AnalysisRequest, names: Names, scale: int) -> Problem:
    """What it costs, in nats, that a piece went from one place to another, left the board, or came to it.

    Args:
        items: the pieces that may have come or gone.
        request: the analysis; whose turn it is.
        names: the request's players.
        scale: canvas pixels a unit.
    """
    n = len(items)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    gain = np.array([item.change.gain for item in items])
    for i, source in enumerate(items):
        foreign = _foreign_cost(source.change.color, request, names)
        if source.change.thing.appeared:
            # Others' new pieces come in anybody's turn: what an effect gives, and what the last turn forgot.
            arrive[i] = PLACE_COST - gain[i]
            continue
        leave[i] = REMOVE_COST + foreign - gain[i]
        for j, target in enumerate(items):
            if target.change.thing.appeared and not replaces(target.change, source.change):
                cost = _link_cost(source.change, target.change, scale)
                # Whoever's turn it is, pieces are pushed.
                cost += 0.0 if within(source, target, scale) else foreign
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


def within(source: Item, target: Item, scale: int) -> bool:
    """Whether a piece stayed in its zone, or was pushed over its border.

    Args:
        source: what went.
        target: what came.
        scale: canvas pixels a unit.
    """
    near = _far(source.change, target.change, scale) < NUDGE
    return near or source.change.zone == target.change.zone


def other_owner(
    action: Action, items: list[Item], request: AnalysisRequest, layout: Zones, names: Names
) -> tuple[float, list[Item]]:
    """The likeliest other owner of a piece that came or went.

    Args:
        action: of an explanation: which piece.
        items: what it explains.
        request: the analysis; whose turn it is.
        layout: the zones.
        names: the request's players.

    Returns:
        By how many nats the piece is less likely theirs, less than 0 where it is likelier, and the items with it being theirs;
        `CERTAIN` and the items as they are where it can be nobody else's.
    """
    _, i, j = action
    ends = [n for n in (i, j) if n >= 0]
    mine, tints = items[ends[0]].change.color, [items[n].change.tints for n in ends]
    free = _free(items[i], items, request, layout, names) if i >= 0 else {}
    known = i >= 0 and request.pieces is not None
    colors = [c for c in tints[0] if c != mine and (c in free or not known)]
    if not colors:
        return CERTAIN, items

    def nats(color: str) -> float:
        return sum(said[color] for said in tints) - _foreign_cost(color, request, names)

    other = max(colors, key=nats)
    theirs = list(items)
    for n in ends:
        change = replace(items[n].change, color=other)
        theirs[n] = Item(change, free.get(other) if n == i else None)
    return nats(mine) - nats(other), theirs


def _free(
    item: Item, items: list[Item], request: AnalysisRequest, layout: Zones, names: Names
) -> dict[str | None, Piece]:
    """A known piece of every colour that stands in an item's zone and is none of the items."""
    space = layout.zones[item.change.zone].id
    taken = {other.piece.id for other in items if other.piece is not None}
    standing = [p for p in request.pieces or () if p.space == space and p.id not in taken]
    return {names.color(piece.player): piece for piece in standing}


def outcome_of(
    solution: Solution, items: list[Item], scale: int
) -> tuple[tuple[str, int, int, str], ...]:
    """What an explanation comes to; the pieces of one colour in one zone are alike, and what stays in its zone is nothing.

    Args:
        solution: the explanation.
        items: what it explains.
        scale: canvas pixels a unit.

    Returns:
        Kind, zones (indices, -1 for off the board) and colour of every piece that left or reached one.
    """
    found = []
    for kind, i, j in solution.actions:
        if kind == "link" and within(items[i], items[j], scale):
            continue
        item = items[i if i >= 0 else j]
        start = items[i].change.zone if i >= 0 else -1
        end = items[j].change.zone if j >= 0 else -1
        found.append((kind, start, end, item.change.color))
    return tuple(sorted(found))
