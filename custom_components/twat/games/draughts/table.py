"""Between a followed board and draughts: pieces to a position, legal moves to moves of pieces."""

from typing import Final

from ..layout import Grid
from ..model import Board, Game, GameState, Move, MoveKind
from .moves import DraughtsMove, legal_moves, play
from .position import EMPTY, SIDE, Cell, DraughtsPosition, cell_at, column_row

MAN: Final = "man"
KING: Final = "king"


def draughts_position(game: Game, grid: Grid, state: GameState) -> DraughtsPosition | None:
    """Return the position on a board, the first player's men at the bottom of the photo.

    None where it is no draughts board, or other pieces stand on it, or some on light cells.
    """
    if (grid.columns, grid.rows) != (SIDE, SIDE) or not state.board.complete:
        return None
    first = game.players[0].position
    cells = [EMPTY] * 32
    for piece in state.board.pieces:
        cell = cell_at(int(piece.position.x), int(piece.position.y))
        if cell is None or piece.player is None or piece.type not in (MAN, KING):
            return None
        letter = "b" if piece.player == first else "w"
        cells[cell] = letter.upper() if piece.type == KING else letter
    return DraughtsPosition("".join(cells), state.active_player in (first, None))


def as_moves(move: DraughtsMove, board: Board, grid: Grid) -> tuple[Move, ...]:
    """Return what a move does to the pieces on a board on which it is legal."""
    start, end = (_space(grid, cell) for cell in (move.path[0], move.path[-1]))
    piece = board.at(start)[0]
    done = []
    if start != end:
        kind = KING if move.crowned else piece.type
        done.append(Move(MoveKind.MOVE, piece.id, kind, piece.player, start, end))
    for cell in move.taken:
        taken = board.at(_space(grid, cell))[0]
        done.append(
            Move(MoveKind.REMOVE, taken.id, taken.type, taken.player, from_space=taken.space)
        )
    return tuple(done)


def line_between(
    before: DraughtsPosition, after: DraughtsPosition, plies: int
) -> tuple[DraughtsMove, ...] | None:
    """Return legal moves that lead from one position to what stands on the board in another.

    A man on the row where it is crowned counts as a king, said or not.

    Args:
        before: Where the line begins.
        after: What stood on the board afterwards; only `DraughtsPosition.board` counts.
        plies: How many moves there were, 1 or 2.

    Returns:
        The moves, or None where no legal ones lead there.
    """
    wanted = _crowned(after.board)
    for move in legal_moves(before):
        reached = play(before, move)
        if plies > 1:
            rest = line_between(reached, after, plies - 1)
            if rest is not None:
                return (move, *rest)
        elif reached.board == wanted:
            return (move,)
    return None


def _crowned(board: str) -> str:
    return board[:4].replace("b", "B") + board[4:28] + board[28:].replace("w", "W")


def _space(grid: Grid, cell: Cell) -> str:
    column, row = column_row(cell)
    return grid.space_at(column, row)
