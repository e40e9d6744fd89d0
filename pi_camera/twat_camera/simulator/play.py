"""Play a script: where every piece stands before the first step and after each one."""

from dataclasses import dataclass
import math
import zlib

import numpy as np

from .colors import Rgb, paint
from .script import Script
from .spaces import Board, Point

FOOT: dict[str, float] = {
    "pawn": 0.30,
    "cube": 0.24,
    "disc": 0.34,
    "token": 0.25,
    "agent": 0.24,
    "flag": 0.30,
    "tile": 0.50,
    "stone": 0.40,
    "rook": 0.31,
    "king": 0.33,
    "figure": 0.32,
}
"""Radius of what a shape covers of the board, in the board's piece units."""

_SUPPLY_WIDTH = 0.42
"""How much table there is beside the board, in board units."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A piece, and where it stands.

    Attributes:
        piece: Its id.
        shape: One of `script.SHAPES`.
        color: Its paint.
        x: Board units from the playing area's left edge; outside of 0…1 it stands on the table.
        y: Board units from the top edge.
        turn: Radians about the vertical.
    """

    piece: str
    shape: str
    color: Rgb
    x: float
    y: float
    turn: float


def play(script: Script, seed: int) -> tuple[tuple[Standing, ...], ...]:
    """Return all positions of a game: the start, then one after each step.

    A piece that no step touches keeps its spot to the last digit.
    """
    board = script.board()
    supply = _supply_spots(script, board)
    spots = dict(supply)
    table = _Table(script, board, seed, spots)
    for piece in script.start:
        table.put(piece.id, piece.space, 0)
    positions = [table.standing()]
    for number, step in enumerate(script.steps, 1):
        for move in step.moves:
            if move.captured is not None:
                table.take(move.captured, supply)
            if move.from_space is not None:
                table.take(move.piece, supply)
        for move in step.moves:
            if move.to_space is not None:
                table.put(move.piece, move.to_space, number)
        positions.append(table.standing())
    return tuple(positions)


class _Table:
    """Spot and turn of every piece, changed in place while a script is played."""

    def __init__(self, script: Script, board: Board, seed: int, spots: dict[str, Point]) -> None:
        self._script = script
        self._board = board
        self._seed = seed
        self._spots = spots
        self._off_board = set(spots)
        self._kinds = script.pieces()
        self._turns = {piece: float(self._rng(piece, 0).uniform(-0.5, 0.5)) for piece in spots}

    def put(self, piece: str, space: str, step: int) -> None:
        taken = [
            (self._spots[other], self._radius(other))
            for other in self._spots
            if other not in self._off_board
        ]
        rng = self._rng(piece, step)
        self._spots[piece] = self._board.find_spot(space, self._radius(piece), taken, rng)
        self._turns[piece] = float(rng.uniform(-1, 1)) * self._max_turn(piece)
        self._off_board.discard(piece)

    def take(self, piece: str, supply: dict[str, Point]) -> None:
        self._spots[piece] = supply[piece]
        self._off_board.add(piece)

    def standing(self) -> tuple[Standing, ...]:
        return tuple(
            Standing(
                piece,
                self._script.shape(kind),
                paint(self._script.color(player)),
                *self._spots[piece],
                self._turns[piece],
            )
            for piece, (kind, player) in self._kinds.items()
        )

    def _max_turn(self, piece: str) -> float:
        """Flags are laid straight; other pieces as they come."""
        return 0.12 if self._script.shape(self._kinds[piece][0]) == "flag" else math.pi / 4

    def _radius(self, piece: str) -> float:
        return FOOT[self._script.shape(self._kinds[piece][0])] * self._board.piece_unit

    def _rng(self, piece: str, step: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, zlib.crc32(piece.encode()), step])


def _supply_spots(script: Script, board: Board) -> dict[str, Point]:
    """Return where each piece waits while it is not on the board: rows to the board's sides."""
    width, height = board.size
    pitch = 1.0 * board.piece_unit
    # Farther off than a cell, so that nothing off the board can be taken for something on it.
    gap = board.frame + 1.3 * max(0.12, pitch)
    columns = max(1, int(_SUPPLY_WIDTH / pitch))
    counts: dict[int, int] = {}
    spots: dict[str, Point] = {}
    seats = sorted(player.position for player in script.players)
    for piece, (_, player) in script.pieces().items():
        seat = seats.index(player)
        row, column = divmod(counts.get(player, 0), columns)
        counts[player] = counts.get(player, 0) + 1
        away = gap + column * pitch
        x = -away if seat % 2 == 0 else width + away
        spots[piece] = (x, height * (0.06 + 0.27 * (seat // 2)) + row * pitch)
    return spots
