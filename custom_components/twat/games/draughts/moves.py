"""Legal moves of English draughts: who can take must; a man that is crowned stops there.

Checked against published counts (Aart Bik, "Perft for checkers").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .position import EMPTY, Cell, DraughtsPosition, cell_at, column_row, number

_UP: Final = ((-1, -1), (1, -1))
_DOWN: Final = ((-1, 1), (1, 1))


def _reach(
    directions: Sequence[tuple[int, int]],
) -> tuple[tuple[tuple[Cell, Cell | None], ...], ...]:
    """Return for every cell the next cell and the one behind it, in each direction."""
    found = []
    for cell in range(32):
        column, row = column_row(cell)
        steps = []
        for right, down in directions:
            near = cell_at(column + right, row + down)
            if near is not None:
                steps.append((near, cell_at(column + 2 * right, row + 2 * down)))
        found.append(tuple(steps))
    return tuple(found)


_REACH: Final = {
    "b": _reach(_UP),
    "w": _reach(_DOWN),
    "B": _reach(_UP + _DOWN),
    "W": _reach(_UP + _DOWN),
}
_CROWNING: Final = {"b": range(4), "w": range(28, 32)}


@dataclass(frozen=True, slots=True)
class DraughtsMove:
    """A move.

    Attributes:
        path: Where the piece stands, from its start to its end.
        taken: Where the pieces stood that it takes, in that order; empty for a plain move.
        crowned: A man becomes a king at the end.
    """

    path: tuple[Cell, ...]
    taken: tuple[Cell, ...] = ()
    crowned: bool = False


def legal_moves(position: DraughtsPosition) -> list[DraughtsMove]:
    """Return every legal move: the captures where there are any, else the plain moves."""
    own = "bB" if position.first else "wW"
    pieces = [(cell, letter) for cell, letter in enumerate(position.board) if letter in own]
    captures = [
        DraughtsMove(path, taken, path[-1] in _CROWNING.get(letter, ()))
        for cell, letter in pieces
        for path, taken in _captures(position.board, letter, (cell,), ())
    ]
    if captures:
        return captures
    return [
        DraughtsMove((cell, near), (), near in _CROWNING.get(letter, ()))
        for cell, letter in pieces
        for near, _ in _REACH[letter][cell]
        if position.board[near] == EMPTY
    ]


def _captures(
    board: str, letter: str, path: tuple[Cell, ...], taken: tuple[Cell, ...]
) -> Iterator[tuple[tuple[Cell, ...], tuple[Cell, ...]]]:
    """Yield the whole captures that go on from a path, each with what it takes."""
    others = "wW" if letter in "bB" else "bB"
    crowned = len(path) > 1 and path[-1] in _CROWNING.get(letter, ())
    ended = True
    for near, behind in () if crowned else _REACH[letter][path[-1]]:
        if behind is None or board[near] not in others or near in taken:
            continue
        # The cell that the piece came from is free by now.
        if board[behind] == EMPTY or behind == path[0]:
            ended = False
            yield from _captures(board, letter, (*path, behind), (*taken, near))
    if ended and taken:
        yield path, taken


def play(position: DraughtsPosition, move: DraughtsMove) -> DraughtsPosition:
    """Return the position after a move."""
    cells = list(position.board)
    letter = cells[move.path[0]]
    for cell in (move.path[0], *move.taken):
        cells[cell] = EMPTY
    cells[move.path[-1]] = letter.upper() if move.crowned else letter
    return DraughtsPosition("".join(cells), not position.first)


def notation(move: DraughtsMove, legal: Sequence[DraughtsMove]) -> str:
    """Return a move in numbers, e.g. ``11-15``, ``22x15``; every cell where two ways are possible."""
    start, *_, end = move.path
    if not move.taken:
        return f"{number(start)}-{number(end)}"
    same = [other for other in legal if (other.path[0], other.path[-1]) == (start, end)]
    cells = move.path if len(same) > 1 else (start, end)
    return "x".join(str(number(cell)) for cell in cells)
