"""How far pieces of a free table went and turned, and which turned where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math

import numpy as np

from .facing import Turn, turn_between
from .geometry import Frame, photo_box
from .pair import Pair
from .state import Names
from .things import Thing
from .types import ChangedRegion, Move, MoveKind, Piece, Point, RegionKind, Surface

SURE = 0.9
"""Confidence from which a turn is said."""
LEAST_DEG = 20.0
"""What a piece must have turned in its place to have been turned rather than nudged."""
TURNED_WEIGHT, STAYED_BIAS = 81.6, 2.97
"""Logistic regression (with the targets of Platt 1999, for the two hardly overlap) of whether a piece was turned where it stands, by
`Turn.moved_on`: of 52 rendered pieces that were, and of the 248 of 4,600 others whose places changed, in all kinds of light."""
SAME, MOST_SHIFT = 0.75, 0.2
"""How alike what stands in a place must be in both photos, and by how many units it may be off, to be the same piece."""
CHANGED, LEAST_CHANGED = 0.3, 0.01
"""Change from which a pixel counts, and the share of a place that must have changed for its piece to be looked at."""
PLACE = 0.4
"""Units around a foot that are a piece's place."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """A piece of the accepted state whose place changed, but which still stands there: nudged, or turned."""

    piece: Piece
    turn: Turn

    @property
    def probability(self) -> float:
        """The probability 0…1 that it was turned; 0 where it can but have been nudged."""
        if abs(self.turn.degrees) < LEAST_DEG:
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
        return math.dist(thing.centre, self.turn.middle) <= self.turn.reach


def stayed(pair: Pair, pieces: Sequence[Piece], layout: Surface) -> tuple[Stayed, ...]:
    """The pieces whose place changed, but which still stand there.

    Args:
        pair: the compared photos; of what a hand may touch nothing is said.
        pieces: those of the accepted state, positions in the surface's unit.
        layout: the surface.
    """
    seen = (
        (piece, _in_place(_pixel(piece.position, pair.frame, layout), pair)) for piece in pieces
    )
    return tuple(Stayed(piece, turn) for piece, turn in seen if turn is not None)


def with_turns(
    moves: Sequence[Move], pair: Pair, there: Sequence[Stayed], layout: Surface, names: Names
) -> tuple[Move, ...]:
    """Say of moves how far they went and how far the piece turned, and add the pieces that turned where they stand.

    Args:
        moves: what was read, positions in the surface's unit.
        pair: the compared photos.
        there: the pieces that stayed in their places.
        layout: the surface.
        names: the request's players and vocabulary.

    Returns:
        The moves in their order, then those of pieces that only turned: from their place to the same place. None of these
        under a hand, which may still be turning them.
    """
    measured = (_measured(move, pair, layout) for move in moves)
    turned = (_turning(s, names) for s in there if s.turned and not pair.hand.found)
    return *measured, *turned


def turned_regions(
    moves: Sequence[Move], pair: Pair, layout: Surface, factor: float
) -> tuple[ChangedRegion, ...]:
    """One region for every piece that turned where it stands.

    Args:
        moves: of `with_turns`.
        pair: the compared photos.
        layout: the surface.
        factor: full-size pixels of the after photo per pixel of the decoded one.
    """
    found = []
    for move in moves:
        if move.from_position is None or move.from_position != move.to_position:
            continue
        at = np.array(_units(move.from_position, pair.frame, layout))
        corners = at + PLACE * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        box = photo_box(pair.to_after, corners, factor)
        kind = RegionKind.MOVED_WITHIN
        found.append(ChangedRegion(box, (), kind, move.color, move.confidence))
    return tuple(found)


def _measured(move: Move, pair: Pair, layout: Surface) -> Move:
    start, end = move.from_position, move.to_position
    if start is None or end is None:
        return move
    at, to = (_pixel(p, pair.frame, layout) for p in (start, end))
    turn = turn_between(pair.maps.lab_before, at, pair.maps.lab_after, to, pair.frame.scale)
    return replace(move, distance=math.dist(start, end), rotation_deg=_told(turn))


def _told(turn: Turn | None) -> float | None:
    return turn.degrees if turn is not None and turn.confidence >= SURE else None


def _in_place(at: Point, pair: Pair) -> Turn | None:
    """What became of a piece at a canvas pixel where something changed, None where it went away or nothing changed."""
    scale = pair.frame.scale
    reach = round(PLACE * scale)
    x, y = (round(v) for v in at)
    place = slice(max(0, y - reach), y + reach), slice(max(0, x - reach), x + reach)
    changed = pair.maps.change[place] > CHANGED
    if not changed.size or changed.mean() < LEAST_CHANGED or pair.hand.mask[place].any():
        return None
    turn = turn_between(pair.maps.lab_before, at, pair.maps.lab_after, at, scale)
    same = turn is not None and turn.alike >= SAME and turn.shift <= MOST_SHIFT * scale
    return turn if same else None


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


def _units(place: Point, frame: Frame, layout: Surface) -> Point:
    return place[0] / layout.width * frame.columns, place[1] / layout.height * frame.rows


def _pixel(place: Point, frame: Frame, layout: Surface) -> Point:
    x, y = _units(place, frame, layout)
    return x * frame.scale + frame.offset - 0.5, y * frame.scale + frame.offset - 0.5
