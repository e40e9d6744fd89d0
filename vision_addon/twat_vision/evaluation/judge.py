"""What was read from a step in the sequence's own words, and whether it is right."""

from collections import Counter
from collections.abc import Sequence as Many
from dataclasses import dataclass
import math

from twat_vision.pipeline.spaces import cell_of
from twat_vision.pipeline.types import (
    AnalysisResult,
    Grid,
    Layout,
    Move,
    Point,
    RegionKind,
    Surface,
)

from .dataset import Counts, Space, Step, point_name
from .naming import CellNames

NEAR = {"in": 1.0, "mm": 25.4}
"""How near (in the surface's unit) a place must be read to be the true one: about a miniature's base."""


@dataclass(frozen=True, slots=True)
class ReadMove:
    """A move that was read, in the sequence's naming; ``turn`` in degrees clockwise, None where it was not said."""

    from_space: str | None
    to_space: str | None
    color: str | None
    kind: str
    turn: float | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares readings of one step with its truth.

    Attributes:
        step: The truth.
        layout: The board.
        names: How the sequence names cells, None where there are none.
        colors: The players' colours where moves must be right as well, None where only the changed spaces count.
    """

    step: Step
    layout: Layout
    names: CellNames | None
    colors: frozenset[str] | None

    def moves(self, moves: Many[Move]) -> tuple[ReadMove, ...]:
        """Moves in the sequence's naming."""
        return tuple(
            ReadMove(
                self._name(m.from_space, m.from_position),
                self._name(m.to_space, m.to_position),
                m.color,
                m.kind.value,
                m.rotation_deg,
            )
            for m in moves
        )

    def counts(self, result: AnalysisResult) -> Counts | None:
        """What stands where by colour, in the sequence's naming."""
        if result.counts is None:
            return None
        return {self._name(space, None) or space: of for space, of in result.counts.items()}

    def changed(self, result: AnalysisResult) -> tuple[Space, ...]:
        """The changed spaces of a result, in order; what moved within its space has not changed it."""
        if isinstance(self.layout, Surface):
            return self.touched(result.moves)
        regions = (r for r in result.changed_regions if r.kind is not RegionKind.MOVED_WITHIN)
        return self._ordered({self._space(s) for r in regions for s in r.spaces})

    def touched(self, moves: Many[Move]) -> tuple[Space, ...]:
        """The spaces that moves leave or reach, in order."""
        if isinstance(self.layout, Surface):
            read = self.moves(moves)
            return self._ordered({s for m in read for s in (m.from_space, m.to_space)})
        spaces = {s for m in moves for s in (m.from_space, m.to_space) if s is not None}
        return self._ordered({self._space(s) for s in spaces})

    def exact(self, changed: tuple[Space, ...], moves: Many[Move]) -> bool:
        """Whether the changed spaces, and the moves where they count, are the true ones."""
        if set(changed) != set(self.step.changed):
            return False
        if self.colors is None:
            return True
        read = self.moves(moves)
        return same_moves(self.step, read, self.colors) and same_deltas(self.step, read)

    def wrongness(self, moves: Many[Move]) -> tuple[bool, int]:
        """How far moves are from the truth; less is nearer."""
        touched = self.touched(moves)
        return not self.exact(touched, moves), len(set(touched) ^ set(self.step.changed))

    def _name(self, space: str | None, position: Point | None) -> str | None:
        if isinstance(self.layout, Surface):
            return None if position is None else self._nearest(position, self.layout)
        if space is None or self.names is None or not isinstance(self.layout, Grid):
            return space
        cell = cell_of(space, self.layout)
        return None if cell is None else self.names.name(cell)

    def _nearest(self, position: Point, layout: Surface) -> str:
        """The true changed point that was read, where it is near enough, else where it was read."""
        true = [(math.dist(position, _at(s)), s) for s in self.step.changed if isinstance(s, str)]
        if true and min(true)[0] <= NEAR[layout.unit]:
            return min(true)[1]
        return point_name(position)

    def _space(self, name: str) -> Space | None:
        return cell_of(name, self.layout) if isinstance(self.layout, Grid) else name

    def _ordered(self, spaces: set[Space | None]) -> tuple[Space, ...]:
        found = [s for s in spaces if s is not None]
        return tuple(sorted(found, key=None if isinstance(self.layout, Grid) else str))


def same_moves(step: Step, moves: Many[ReadMove], colors: frozenset[str]) -> bool:
    """Whether every true move was read, with its colour where it is a player's.

    Nothing else may have been read but what belongs to a true move without being named there (a castling's rook).
    """
    if not step.moves:
        return True
    left = list(moves)
    for true in step.moves:
        found = next(
            (
                m
                for m in left
                if (m.from_space, m.to_space) == (true.from_space, true.to_space)
                and (true.color not in colors or m.color == true.color)
            ),
            None,
        )
        if found is None:
            return False
        left.remove(found)
    named = {s for m in step.moves for s in (m.from_space, m.to_space)}
    return all(m.from_space not in named and m.to_space not in named for m in left)


def same_deltas(step: Step, moves: Many[ReadMove]) -> bool:
    """Whether moves come to the true gains and losses of every zone by colour, where the sequence names those."""
    if step.deltas is None:
        return True
    true = Counter(
        {
            (zone, color): n
            for zone, by_color in step.deltas.items()
            for color, n in by_color.items()
        }
    )
    read: Counter[tuple[str, str]] = Counter()
    for move in moves:
        for space, change in ((move.from_space, -1), (move.to_space, 1)):
            if space is not None:
                read[space, move.color or ""] += change
    return all(true[key] == read[key] for key in {*true, *read})


def _at(name: str) -> Point:
    x, y = name.split(",")
    return float(x), float(y)
