"""A game that plays itself: positions, and what every piece did between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import math

import numpy as np

from twat_camera.simulator.play import FOOT, Standing
from twat_camera.simulator.solids import reach

from .conditions import Happening
from .fields import Field, field_of
from .look import Look

_MOST_SUPPLY = 14
_TURNS = {
    "tile": 0.07,
    "card": 0.06,
    "general": 0.1,
    "soldier": 0.1,
    "gunner": math.pi,
    "walker": math.pi,
    "speeder": math.pi,
}
"""Radians by which pieces are put down askew, where it is less than usual, or they face anywhere."""
_LEAST_TURN = 0.45
"""Radians by which a piece is turned where it stands, at least: plainly more than one that is nudged."""
_POINTED = {"general", "soldier"}
"""Shapes of which every other one points the other way."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A piece of the game: whose (index of the army) and what it looks like."""

    id: str
    army: int
    shape: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a piece stands, in board units; ``space`` None is beside the board."""

    x: float
    y: float
    turn: float
    space: str | None


Position = Mapping[Counter, Spot]


@dataclass(frozen=True, slots=True)
class Act:
    """What one piece did; None is off the board, the same space twice a turn where it stands."""

    piece: Counter
    start: str | None
    end: str | None
    captured: Counter | None = None


@dataclass
class Game:
    """Plays a look's game; the same random numbers give the same game."""

    look: Look
    rng: np.random.Generator
    position: dict[Counter, Spot] = field(default_factory=dict)
    turn: int = 0
    _count: int = 0

    def __post_init__(self) -> None:
        self._field: Field = field_of(self.look)
        for army, one in enumerate(self.look.armies):
            for _ in range(one.count):
                self._put(self._new(army), self._field.start(army, self._taken(), self.rng))

    def play(self, happening: Happening) -> tuple[Act, ...]:
        """Let something happen, change the position accordingly, and say what it was."""
        if happening == "nothing":
            return ()
        acts = self._act(happening)
        for _ in {act.piece.army for act in acts}:
            self._next_turn()
        return acts

    def nudge(self) -> None:
        """Push a few pieces about within their spaces."""
        standing = [p for p, s in self.position.items() if s.space is not None]
        for index in self.rng.choice(len(standing), min(4, len(standing)), replace=False):
            piece = standing[index]
            spot = self.position[piece]
            angle, far = self.rng.uniform(0, 2 * math.pi), self.rng.uniform(0.08, 0.15)
            step = far * self.look.board.piece_unit
            moved = replace(
                spot,
                x=spot.x + step * math.cos(angle),
                y=spot.y + step * math.sin(angle),
                turn=spot.turn + self.rng.uniform(-0.3, 0.3),
            )
            if self._field.holds(spot.space or "", (moved.x, moved.y)):
                self.position[piece] = moved

    def standing(self) -> tuple[Standing, ...]:
        """The position as the renderer wants it."""
        armies = self.look.armies
        return tuple(
            Standing(p.id, p.shape, armies[p.army].paint, s.x, s.y, s.turn)
            for p, s in self.position.items()
        )

    def _next_turn(self) -> None:
        self.turn = self._after(self.turn)

    def _after(self, army: int) -> int:
        return (army + 1) % len(self.look.armies)

    def _act(self, happening: Happening) -> tuple[Act, ...]:
        if happening == "remove":
            return (self._remove(self._any(self.turn)),)
        if happening == "turn":
            return (self._turn(self._any(self.turn)),)
        if happening == "capture" and self.look.style == "chess":
            return (self._capture(),)
        if self.look.style == "tiles":
            return self._place_tiles(happening)
        if happening == "several":
            return self._move_two()
        if happening == "plies":
            return self._move_apart(self._after(self.turn))
        if happening == "place":
            return self._place_row(self.turn, 1)
        return (self._move(),)

    def _place_tiles(self, happening: Happening) -> tuple[Act, ...]:
        """Who only places pieces does so whatever happens."""
        first = self._place_row(self.turn, 3 if happening == "several" else 1)
        if happening != "plies":
            return first
        return first + self._place_row(self._after(self.turn), 1)

    def _move(self) -> Act:
        act = self._move_off(self.turn, set())
        if act is None:
            raise RuntimeError(f"{self.look.name}: nobody can move")
        return act

    def _move_off(self, army: int, away: set[str]) -> Act | None:
        """Move one piece to a free space, far from the spaces of another move at once; None where none can."""
        for _ in range(400):
            piece = self._any(army)
            spot = self.position[piece]
            end = self._field.target(spot.space or "", self._taken(), self.rng)
            if end is not None and self._field.apart({spot.space or "", end}, away):
                return self._go(piece, end)
        return None

    def _move_apart(self, other: int) -> tuple[Act, ...]:
        """Move a piece, and one of the same or another army so far away that neither move can be taken for the other.

        On a small board there may be no room for that; one piece moves then.
        """
        for _ in range(20):
            before = dict(self.position)
            first = self._move()
            second = self._move_off(other, {s for s in (first.start, first.end) if s})
            if second is not None:
                return first, second
            self.position = before
        return (self._move(),)

    def _move_two(self) -> tuple[Act, ...]:
        """Move two pieces of one player: together, or far from each other."""
        if self.look.style == "zones":
            return self._move_together() or self._place_row(self.turn, 2)
        return self._move_apart(self.turn)

    def _move_together(self) -> tuple[Act, ...]:
        mine: dict[str, list[Counter]] = {}
        for piece, spot in self.position.items():
            if piece.army == self.turn and spot.space is not None:
                mine.setdefault(spot.space, []).append(piece)
        for start, pieces in mine.items():
            end = self._field.target(start, [*self._taken(), *self._taken()], self.rng)
            if len(pieces) > 1 and end is not None:
                return tuple(self._go(piece, end) for piece in pieces[:2])
        return ()

    def _capture(self) -> Act:
        """Take a piece of another player that is near enough."""
        pairs = [
            (mover, other)
            for mover, spot in self.position.items()
            for other, there in self.position.items()
            if mover.army == self.turn != other.army
            and spot.space is not None
            and there.space is not None
            and self._field.near(spot.space, there.space)
        ]
        if not pairs:
            return self._move()
        mover, other = pairs[int(self.rng.integers(len(pairs)))]
        end = self.position[other].space or ""
        self._aside(other)
        return replace(self._go(mover, end), captured=other)

    def _go(self, piece: Counter, end: str) -> Act:
        start = self.position.pop(piece).space
        self._put(piece, end)
        return Act(piece, start, end)

    def _turn(self, piece: Counter) -> Act:
        spot = self.position[piece]
        turn = float(self.rng.uniform(_LEAST_TURN, math.pi)) * int(self.rng.choice((-1, 1)))
        self.position[piece] = replace(spot, turn=spot.turn + turn)
        return Act(piece, spot.space, spot.space)

    def _remove(self, piece: Counter) -> Act:
        start = self.position[piece].space
        self._aside(piece)
        return Act(piece, start, None)

    def _place_row(self, army: int, most: int) -> tuple[Act, ...]:
        count = int(self.rng.integers(min(2, most), most + 1))
        acts = []
        for space in self._field.free_row(count, self._taken(), self.rng):
            piece = self._new(army)
            self._put(piece, space)
            acts.append(Act(piece, None, space))
        return tuple(acts)

    def _any(self, army: int) -> Counter:
        mine = [p for p, s in self.position.items() if p.army == army and s.space is not None]
        return mine[int(self.rng.integers(len(mine)))]

    def _new(self, army: int) -> Counter:
        shapes = self.look.armies[army].shapes
        self._count += 1
        return Counter(f"{army}-{self._count}", army, shapes[self._count % len(shapes)])

    def _put(self, piece: Counter, space: str) -> None:
        x, y = self._field.spot(space, self._foot(piece), self._feet(), self.rng)
        most = _TURNS.get(piece.shape, 0.4)
        turn = float(self.rng.uniform(-most, most))
        if piece.shape in _POINTED and int(piece.id.rsplit("-", 1)[-1]) % 2:
            turn += math.pi
        self.position[piece] = Spot(x, y, turn, space)

    def _aside(self, piece: Counter) -> None:
        """Lay a piece beside the board, as players do; a few at the most."""
        del self.position[piece]
        beside = sum(s.space is None for s in self.position.values())
        if beside < _MOST_SUPPLY:
            pitch = 1.15 * self.look.board.piece_unit
            column, row = divmod(beside, 7)
            width, height = self.look.board.size
            x = width + self.look.board.frame + 1.6 * max(0.12, pitch) + column * pitch
            self.position[piece] = Spot(x, 0.1 * height + row * pitch, 0.2 * row, None)

    def _taken(self) -> list[str]:
        return [s.space for s in self.position.values() if s.space is not None]

    def _foot(self, piece: Counter) -> float:
        solid = self.look.art.solids.get(piece.shape)
        return (reach(solid) if solid else FOOT[piece.shape]) * self.look.board.piece_unit

    def _feet(self) -> list[tuple[tuple[float, float], float]]:
        return [
            ((s.x, s.y), self._foot(p)) for p, s in self.position.items() if s.space is not None
        ]
