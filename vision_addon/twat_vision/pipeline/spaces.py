"""Names of grid cells: column letters A…Z, AA… and a row number from 1."""

import re

from .types import Grid, Piece

Cell = tuple[int, int]
"""``(column, row)`` from 0 at the image's top-left cell."""

_NAME = re.compile(r"^([A-Z]+)([1-9][0-9]*)$")


def cell_name(cell: Cell, grid: Grid) -> str:
    """The name of a cell, e.g. ``E4``; row 1 is where the grid's origin says."""
    column, row = cell
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    number = row + 1 if grid.origin == "top_left" else grid.rows - row
    return f"{letters}{number}"


def cell_of(name: str, grid: Grid) -> Cell | None:
    """The cell of a name, None when the name is none of this grid's."""
    found = _NAME.match(name.upper())
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(found[2]) - 1
    if grid.origin != "top_left":
        row = grid.rows - 1 - row
    cell = (column - 1, row)
    return cell if cell[0] < grid.columns and 0 <= row < grid.rows else None


def piece_cell(piece: Piece, grid: Grid) -> Cell | None:
    """Where a piece of the accepted state stands, None when it is off this grid."""
    if piece.space is not None:
        return cell_of(piece.space, grid)
    column, row = round(piece.position[0]), round(piece.position[1])
    return (column, row) if 0 <= column < grid.columns and 0 <= row < grid.rows else None
