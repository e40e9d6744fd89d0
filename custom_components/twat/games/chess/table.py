"""Between a followed board and chess: pieces to a position, legal moves to moves of pieces."""

from collections.abc import Sequence
from typing import Final

from ..layout import Grid
from ..model import Board, Game, GameState, Move, MoveKind, Piece
from .moves import ChessMove, legal_moves, play
from .position import EMPTY, ChessPosition, Square, square

LETTERS: Final = {
    "pawn": "P",
    "knight": "N",
    "bishop": "B",
    "rook": "R",
    "queen": "Q",
    "king": "K",
}
"""FEN letter of every piece type."""

_TYPES: Final = {letter.lower(): type_id for type_id, letter in LETTERS.items()}
_HOMES: Final = {
    "K": ("e1", "h1"),
    "Q": ("e1", "a1"),
    "k": ("e8", "h8"),
    "q": ("e8", "a8"),
}


def white_player(game: Game) -> int:
    """Return the position of the player with the white pieces: by colour, else the first one."""
    return next((p.position for p in game.players if p.color == "white"), game.players[0].position)


def chess_position(
    game: Game, grid: Grid, state: GameState, line: Sequence[GameState] = ()
) -> ChessPosition | None:
    """Return the position on a board; None where it is no chess board with chess pieces only.

    Args:
        game: For its players.
        grid: The board, A1 for White's left.
        state: What stands there and whose turn it is.
        line: The states before, from the first one. A king and a rook may castle as long as the
            same two pieces have always stood at home; without `line` they may when they stand there.
    """
    white = white_player(game)
    if (grid.columns, grid.rows) != (8, 8) or not state.board.complete:
        return None
    squares = [EMPTY] * 64
    for piece in state.board.pieces:
        letter = LETTERS.get(piece.type)
        if letter is None or piece.player is None or piece.space is None:
            return None
        squares[_square(grid, piece.space)] = letter if piece.player == white else letter.lower()
    white_moves = state.active_player in (white, None)
    return ChessPosition(
        board="".join(squares),
        white=white_moves,
        castling=_castling(grid, squares, [*line, state]),
        en_passant=_en_passant(grid, squares, [*line, state], white=white_moves),
    )


def as_moves(move: ChessMove, board: Board, grid: Grid) -> tuple[Move, ...]:
    """Return what a chess move does to the pieces on a board on which it is legal.

    Castling moves two pieces. A pawn that takes en passant moves, and the taken one is removed.
    """
    piece = _standing(board, grid, move.start)
    taken = None if move.taken is None else _standing(board, grid, move.taken)
    beside = taken is not None and move.taken != move.end
    captured = None if beside else taken
    done = [
        Move(
            kind=MoveKind.MOVE if captured is None else MoveKind.CAPTURE,
            piece=piece.id,
            type=_TYPES[move.promotion] if move.promotion else piece.type,
            player=piece.player,
            from_space=_space(grid, move.start),
            to_space=_space(grid, move.end),
            captured=None if captured is None else captured.id,
            captured_type=None if captured is None else captured.type,
            captured_player=None if captured is None else captured.player,
        )
    ]
    if beside and taken is not None:
        done.append(
            Move(MoveKind.REMOVE, taken.id, taken.type, taken.player, from_space=taken.space)
        )
    if move.rook is not None:
        start, end = move.rook
        rook = _standing(board, grid, start)
        done.append(
            Move(
                MoveKind.MOVE,
                rook.id,
                rook.type,
                rook.player,
                _space(grid, start),
                _space(grid, end),
            )
        )
    return tuple(done)


def line_between(
    before: ChessPosition, after: ChessPosition, plies: int
) -> tuple[ChessMove, ...] | None:
    """Return legal moves that lead from one position to what stands on the board in another.

    A pawn that is still called one on the last rank counts as a queen.

    Args:
        before: Where the line begins.
        after: What stood on the board afterwards; only `ChessPosition.board` counts.
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
    return board[:8].replace("P", "Q") + board[8:56] + board[56:].replace("p", "q")


def _square(grid: Grid, space: str) -> Square:
    position = grid.position(space)
    column, row = int(position.x), int(position.y)
    return row * 8 + column if grid.origin == "bottom_left" else (7 - row) * 8 + column


def _space(grid: Grid, at: Square) -> str:
    row, column = divmod(at, 8)
    return grid.space_at(column, row if grid.origin == "bottom_left" else 7 - row)


def _standing(board: Board, grid: Grid, at: Square) -> Piece:
    return board.at(_space(grid, at))[0]


def _castling(grid: Grid, squares: Sequence[str], line: Sequence[GameState]) -> str:
    rights = ""
    for right, homes in _HOMES.items():
        king, rook = (square(home) for home in homes)
        letters = ("K", "R") if right.isupper() else ("k", "r")
        at_home = (squares[king], squares[rook]) == letters
        spaces = [_space(grid, king), _space(grid, rook)]
        now = _ids(line[-1].board, spaces)
        if at_home and all(_ids(state.board, spaces) == now for state in line):
            rights += right
    return rights


def _ids(board: Board, spaces: Sequence[str]) -> list[str | None]:
    return [next((piece.id for piece in board.at(space)), None) for space in spaces]


def _en_passant(
    grid: Grid, squares: Sequence[str], line: Sequence[GameState], *, white: bool
) -> Square | None:
    """Return the square behind a pawn of the side not to move that has just moved two steps."""
    # A state without moves may have come since, such as a note on resources.
    last = next((s.detected_changes for s in reversed(line) if s.detected_changes), ())
    pawn, forward = ("p", 8) if white else ("P", -8)
    for move in last:
        if move.type != "pawn" or not move.from_space or not move.to_space:
            continue
        start, end = _square(grid, move.from_space), _square(grid, move.to_space)
        behind = start + forward
        if end == behind + forward and squares[end] == pawn and squares[behind] == EMPTY:
            return behind
    return None
