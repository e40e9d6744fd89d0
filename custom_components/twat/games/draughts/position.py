"""What stands where on a draughts board."""

from dataclasses import dataclass
from typing import Final

EMPTY: Final = "."

START: Final = "w" * 12 + EMPTY * 8 + "b" * 12
"""The dark cells at the start, see `DraughtsPosition`."""

SIDE: Final = 8

type Cell = int
"""A dark cell, counted from 0 at the top left along the rows to 31 at the bottom right."""


def cell_at(column: int, row: int) -> Cell | None:
    """Return the dark cell at a column and row, from 0 at the top left; None for a light one."""
    inside = 0 <= column < SIDE and 0 <= row < SIDE
    return row * 4 + column // 2 if inside and (column + row) % 2 else None


def column_row(cell: Cell) -> tuple[int, int]:
    """Return column and row of a cell."""
    row, half = divmod(cell, 4)
    return 2 * half + (row + 1) % 2, row


def number(cell: Cell) -> int:
    """Return the number by which players call a cell: 1…32 from the side that begins."""
    return 32 - cell


@dataclass(frozen=True, slots=True)
class DraughtsPosition:
    """A position.

    Attributes:
        board: 32 letters, one a dark cell: ``b`` and ``w`` for the men of the side that begins (at
            the bottom, moving up) and of the other one, ``B`` and ``W`` for their kings, ``.``.
        first: The side that began is to move.
    """

    board: str = START
    first: bool = True
