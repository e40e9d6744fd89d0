"""Grids whose cells hold several pieces: every cell is read as a zone is, and what was read is put in terms of cells again.

On a cell with troops or coins it is not who stands there that changes, but how many of whom.
"""

from dataclasses import replace

from .spaces import Cell, cell_name, cell_of, piece_cell
from .types import (
    AnalysisRequest,
    AnalysisResult,
    DetectedPiece,
    Grid,
    Layout,
    Move,
    Piece,
    Point,
    Question,
    Zone,
    Zones,
)


def as_zones(request: AnalysisRequest) -> AnalysisRequest:
    """The same analysis with the cells as zones, where they hold several pieces.

    Args:
        request: the analysis.

    Returns:
        The request itself where cells hold one piece, and for every other layout. Pieces beside the grid are left out.
    """
    grid = request.layout
    if not isinstance(grid, Grid) or grid.holds == 1:
        return request
    pieces = request.pieces
    if pieces is not None:
        cells = ((piece, piece_cell(piece, grid)) for piece in pieces)
        pieces = tuple(_on_zone(piece, cell, grid) for piece, cell in cells if cell is not None)
    return replace(request, layout=_zones(grid), pieces=pieces)


def as_cells(result: AnalysisResult, layout: Layout) -> AnalysisResult:
    """What was read of `as_zones` in terms of the grid: positions are columns and rows.

    Args:
        result: the reading.
        layout: the board as it is played on.

    Returns:
        The result itself where `as_zones` changed nothing.
    """
    if not isinstance(layout, Grid) or layout.holds == 1:
        return result
    return replace(
        result,
        moves=tuple(_move(move, layout) for move in result.moves),
        detected_pieces=tuple(_piece(piece, layout) for piece in result.detected_pieces),
        questions=tuple(_question(question, layout) for question in result.questions),
    )


def _zones(grid: Grid) -> Zones:
    cells = ((column, row) for row in range(grid.rows) for column in range(grid.columns))
    return Zones(tuple(_zone(cell, grid) for cell in cells))


def _zone(cell: Cell, grid: Grid) -> Zone:
    column, row = cell
    left, right = column / grid.columns, (column + 1) / grid.columns
    top, bottom = row / grid.rows, (row + 1) / grid.rows
    name = cell_name(cell, grid)
    return Zone(name, name, ((left, top), (right, top), (right, bottom), (left, bottom)))


def _on_zone(piece: Piece, cell: Cell, grid: Grid) -> Piece:
    middle = (cell[0] + 0.5) / grid.columns, (cell[1] + 0.5) / grid.rows
    return replace(piece, space=cell_name(cell, grid), position=middle)


def _move(move: Move, grid: Grid) -> Move:
    return replace(
        move,
        from_position=_position(move.from_space, grid),
        to_position=_position(move.to_space, grid),
    )


def _piece(piece: DetectedPiece, grid: Grid) -> DetectedPiece:
    return replace(piece, position=_position(piece.space, grid) or piece.position)


def _question(question: Question, grid: Grid) -> Question:
    outcomes = (tuple(_move(move, grid) for move in moves) for moves in question.outcomes)
    return replace(question, outcomes=tuple(outcomes))


def _position(space: str | None, grid: Grid) -> Point | None:
    cell = cell_of(space, grid) if space is not None else None
    return None if cell is None else (float(cell[0]), float(cell[1]))
