"""How far pieces of a free table went and turned, and which turned where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math

import numpy as np

from .facing import HALF, SCALE, Turn, patch, turn_between
from .geometry import photo_box
from .pair import Pair
from .photo import Boards
from .state import Names
from .things import Thing
from .types import ChangedRegion, Move, MoveKind, Piece, Point, RegionKind, Surface

SURE = 0.9
"""Confidence from which a turn is said."""
LEAST_DEG = 20.0
"""What a piece must have turned in its place to have been turned rather than nudged."""
TURNED_WEIGHT, STAYED_BIAS = 62.4, 3.2
"""Logistic regression (with the targets of Platt 1999, for the two hardly overlap) of whether a piece was turned where it stands, by
`Turn.moved_on`: of 94 rendered pieces that were, and of 475 others whose places changed, in all kinds of light."""
SAME, MOST_SHIFT = 0.7, 0.2
"""How alike what stands in a place must be in both photos, and by how many units it may be off, to be the same piece."""
CHANGED, LEAST_CHANGED = 0.3, 0.01
"""Change from which a pixel counts, and the share of a place that must have changed for its piece to be looked at."""
PLACE, AROUND = 0.4, 0.9
"""Units around a foot that are a piece's place, and those around that are its surroundings."""
DIFFERS, MOST_AROUND = 8.0, 0.25
"""Colour distance from which the surroundings differ, and the share of them from which light, or a neighbour, may make a piece seem
turned: where the edge of a shadow runs across it, no two looks are alike."""


@dataclass(frozen=True, slots=True)
class View:
    """The photos of a free table, and where its places are on them."""

    pair: Pair
    boards: Boards
    layout: Surface

    def units(self, place: Point) -> Point:
        """A place of the surface in units.

        Args:
            place: x and y in the surface's unit.
        """
        frame = self.pair.frame
        return place[0] / self.layout.width * frame.columns, place[
            1
        ] / self.layout.height * frame.rows

    def around(self, place: Point, reach: float) -> tuple[slice, slice]:
        """The rows and columns of the canvas around a place.

        Args:
            place: x and y in the surface's unit.
            reach: how far to each side, in units.
        """
        frame = self.pair.frame
        x, y = (v * frame.scale + frame.offset for v in self.units(place))
        far = reach * frame.scale
        rows, columns = ((max(0, round(v - far)), max(0, round(v + far))) for v in (y, x))
        return slice(*rows), slice(*columns)

    def turn(self, start: Point, end: Point) -> Turn | None:
        """How far a piece turned, see `facing.turn_between`.

        Args:
            start: where its foot was, in the surface's unit.
            end: where it is now.
        """
        here = self.around(end, HALF / SCALE)
        shown, matched = self.pair.after[here], self.pair.matched[here]
        if not shown.size:
            return None
        gains = (matched.mean(axis=(0, 1)) + 1) / (shown.mean(axis=(0, 1)) + 1)
        was = patch(self.boards.before, self.units(start))
        return turn_between(was, patch(self.boards.after, self.units(end), gains))


@dataclass(frozen=True, slots=True)
class Stayed:
    """A piece of the accepted state whose place changed, but which still stands there: nudged, or turned.

    ``middle`` is where it is now and ``reach`` how far it stretches from there, in canvas pixels; ``clear`` whether its
    surroundings are as they were.
    """

    piece: Piece
    turn: Turn
    middle: Point
    reach: float
    clear: bool

    @property
    def probability(self) -> float:
        """The probability 0…1 that it was turned; 0 where it can but have been nudged, or nobody can tell."""
        if abs(self.turn.degrees) < LEAST_DEG or not self.clear:
            return 0.0
        return 1 / (1 + math.exp(STAYED_BIAS - TURNED_WEIGHT * self.turn.moved_on))

    @property
    def turned(self) -> bool:
        """Whether it was surely turned, however far."""
        return self.probability >= SURE

    @property
    def certainty(self) -> float:
        """The probability 0…1 that what is said of it is right."""
        return self.probability if self.turned else 1 - self.probability

    def explains(self, thing: Thing) -> bool:
        """Whether what seems to have come or gone is this piece.

        Args:
            thing: of the same pair.
        """
        return math.dist(thing.centre, self.middle) <= self.reach


def stayed(view: View, pieces: Sequence[Piece]) -> tuple[Stayed, ...]:
    """The pieces whose place changed, but which still stand there.

    Args:
        view: the compared photos; of what a hand may touch nothing is said.
        pieces: those of the accepted state, positions in the surface's unit.
    """
    found = (_stayed(view, piece) for piece in pieces)
    return tuple(there for there in found if there is not None)


def with_turns(
    moves: Sequence[Move], view: View, there: Sequence[Stayed], names: Names
) -> tuple[Move, ...]:
    """Say of moves how far they went and how far the piece turned, and add the pieces that turned where they stand.

    Args:
        moves: what was read, positions in the surface's unit.
        view: the compared photos.
        there: the pieces that stayed in their places.
        names: the request's players and vocabulary.

    Returns:
        The moves in their order, then those of pieces that only turned: from their place to the same place. None of these
        under a hand, which may still be turning them.
    """
    measured = (_measured(move, view) for move in moves)
    turned = (_turning(s, names) for s in there if s.turned and not view.pair.hand.found)
    return *measured, *turned


def turned_regions(moves: Sequence[Move], view: View) -> tuple[ChangedRegion, ...]:
    """One region for every piece that turned where it stands.

    Args:
        moves: of `with_turns`.
        view: the compared photos.
    """
    found = []
    for move in moves:
        if move.from_position is None or move.from_position != move.to_position:
            continue
        at = np.array(view.units(move.from_position))
        corners = at + PLACE * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        box = photo_box(view.pair.to_after, corners, view.boards.after.photo.factor)
        kind = RegionKind.MOVED_WITHIN
        found.append(ChangedRegion(box, (), kind, move.color, move.confidence))
    return tuple(found)


def _measured(move: Move, view: View) -> Move:
    start, end = move.from_position, move.to_position
    if start is None or end is None:
        return move
    turn = view.turn(start, end)
    return replace(move, distance=math.dist(start, end), rotation_deg=_told(turn))


def _told(turn: Turn | None) -> float | None:
    return turn.degrees if turn is not None and turn.confidence >= SURE else None


def _stayed(view: View, piece: Piece) -> Stayed | None:
    """A piece where something changed, None where it went away or nothing changed."""
    place = view.around(piece.position, PLACE)
    changed = view.pair.maps.change[place] > CHANGED
    if not changed.size or changed.mean() < LEAST_CHANGED or view.pair.hand.mask[place].any():
        return None
    turn = view.turn(piece.position, piece.position)
    if turn is None or turn.alike < SAME or turn.shift > MOST_SHIFT:
        return None
    frame, at = view.pair.frame, view.units(piece.position)
    x, y = ((v + d) * frame.scale + frame.offset for v, d in zip(at, turn.middle, strict=True))
    return Stayed(piece, turn, (x, y), turn.reach * frame.scale, _clear(view, piece.position))


def _clear(view: View, place: Point) -> bool:
    """Whether the surroundings of a place are as they were."""
    around = view.around(place, AROUND)
    differs = view.pair.maps.delta[around] > DIFFERS
    own = view.around(place, PLACE)
    differing = np.count_nonzero(differs) - np.count_nonzero(view.pair.maps.delta[own] > DIFFERS)
    return bool(differing <= MOST_AROUND * (differs.size - view.pair.maps.delta[own].size))


def _turning(there: Stayed, names: Names) -> Move:
    piece = there.piece
    return Move(
        kind=MoveKind.MOVE,
        piece=piece.id,
        type=piece.type,
        player=piece.player,
        from_space=None,
        to_space=None,
        confidence=there.probability,
        color=names.color(piece.player),
        from_position=piece.position,
        to_position=piece.position,
        distance=0.0,
        rotation_deg=_told(there.turn),
    )
