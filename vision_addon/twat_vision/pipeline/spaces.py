"""Names of grid cells: a column and a row number from 1, e.g. ``E4``; see `Grid` for the namings."""

import re

from .types import Grid, Piece

Cell = tuple[int, int]
"""``(column, row)`` from 0 at the image's top-left cell."""

_NAME = re.compile(r"([A-Z]+)([1-9][0-9]*)|([1-9][0-9]*)-([1-9][0-9]*)")
_ALPHABETS = {
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "letters_without_i": "ABCDEFGHJKLMNOPQRSTUVWXYZ",
}


def cell_name(cell: Cell, grid: Grid) -> str:
    """The name of a cell, e.g. ``E4``; row 1 is where the grid's origin says.

    Args:
        cell: column and row from the board's top left.
        grid: the layout.
    """
    column, row = cell
    number = row + 1 if grid.origin == "top_left" else grid.rows - row
    if grid.naming == "numbers":
        return f"{column + 1}-{number}"
    alphabet = _ALPHABETS[grid.naming]
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, len(alphabet))
        letters = alphabet[rest] + letters
    return f"{letters}{number}"


def cell_of(name: str, grid: Grid) -> Cell | None:
    """The cell of a name.

    Args:
        name: e.g. ``E4``.
        grid: the layout.

    Returns:
        Column and row from the board's top left; None when the name is none of this grid's.
    """
    found = _NAME.fullmatch(name.upper())
    if found is None or (found[3] is not None) != (grid.naming == "numbers"):
        return None
    column = int(found[3]) - 1 if found[3] else _column(found[1], _ALPHABETS[grid.naming])
    row = int(found[4] or found[2]) - 1
    if grid.origin != "top_left":
        row = grid.rows - 1 - row
    return (column, row) if 0 <= column < grid.columns and 0 <= row < grid.rows else None


def _column(letters: str, alphabet: str) -> int:
    """The column of letters, from 0; -1 for letters that the alphabet lacks."""
    column = 0
    for letter in letters:
        if letter not in alphabet:
            return -1
        column = column * len(alphabet) + alphabet.index(letter) + 1
    return column - 1


def piece_cell(piece: Piece, grid: Grid) -> Cell | None:
    """Where a piece of the accepted state stands.

    Args:
        piece: with a space or a position.
        grid: the layout.

    Returns:
        Column and row from the board's top left; None when it is off this grid.
    """
    if piece.space is not None:
        return cell_of(piece.space, grid)
    column, row = round(piece.position[0]), round(piece.position[1])
    return (column, row) if 0 <= column < grid.columns and 0 <= row < grid.rows else None
