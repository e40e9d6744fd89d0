"""Legal moves, by generating all moves and leaving out those that give the king away.

Checked against published counts (Chess Programming Wiki, "Perft Results").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .position import EMPTY, ChessPosition, Square, square

_STRAIGHT: Final = ((0, 1), (0, -1), (1, 0), (-1, 0))
_DIAGONAL: Final = ((1, 1), (1, -1), (-1, 1), (-1, -1))
_JUMPS: Final = ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1))
_PROMOTIONS: Final = "qrbn"


def _ray(start: Square, direction: tuple[int, int], steps: int = 7) -> tuple[Square, ...]:
    """Return the squares in a direction (rows down, columns right), nearest first."""
    row, column = divmod(start, 8)
    down, right = direction
    squares = []
    for step in range(1, steps + 1):
        r, c = row + down * step, column + right * step
        if not (0 <= r < 8 and 0 <= c < 8):
            break
        squares.append(r * 8 + c)
    return tuple(squares)


def _rays(
    directions: tuple[tuple[int, int], ...], steps: int = 7
) -> tuple[tuple[tuple[Square, ...], ...], ...]:
    return tuple(
        tuple(ray for direction in directions if (ray := _ray(start, direction, steps)))
        for start in range(64)
    )


# For every square, what a piece there sees on an empty board, one ray a direction.
_ROOK: Final = _rays(_STRAIGHT)
_BISHOP: Final = _rays(_DIAGONAL)
_QUEEN: Final = _rays(_STRAIGHT + _DIAGONAL)
_KING: Final = _rays(_STRAIGHT + _DIAGONAL, 1)
_KNIGHT: Final = _rays(_JUMPS, 1)
_REACH: Final = {"R": _ROOK, "B": _BISHOP, "Q": _QUEEN, "K": _KING, "N": _KNIGHT}
_ALIGNED: Final = tuple(frozenset(target for ray in rays for target in ray) for rays in _QUEEN)
# Where pawns of the other colour stand that attack a square: below it for White's, above for Black's.
_WHITE_PAWNS: Final = _rays(((1, -1), (1, 1)), 1)
_BLACK_PAWNS: Final = _rays(((-1, -1), (-1, 1)), 1)

# King's start and end, rook's start and end, for each right to castle.
_CASTLES: Final = {
    right: tuple(square(f"{file}{rank}") for file in files)
    for right, files, rank in (
        ("K", "eghf", 1),
        ("Q", "ecad", 1),
        ("k", "eghf", 8),
        ("q", "ecad", 8),
    )
}
# Rights that are lost when a move starts or ends on a square.
_RIGHTS: Final = {
    square("e1"): "KQ",
    square("h1"): "K",
    square("a1"): "Q",
    square("e8"): "kq",
    square("h8"): "k",
    square("a8"): "q",
}


@dataclass(frozen=True, slots=True)
class ChessMove:
    """A move.

    Attributes:
        start: Where the piece stood; the king when castling.
        end: Where it stands then.
        promotion: What a pawn becomes, one of ``qrbn``; empty for none.
        taken: The square of the piece that is taken, or None; beside `end` when en passant.
        rook: Start and end of the rook when castling.
    """

    start: Square
    end: Square
    promotion: str = ""
    taken: Square | None = None
    rook: tuple[Square, Square] | None = None


def legal_moves(position: ChessPosition) -> list[ChessMove]:
    """Return every legal move."""
    king = position.board.find("K" if position.white else "k")
    checked = king >= 0 and attacked(position.board, king, by_white=not position.white)
    moves = []
    for move in _moves(position):
        # Without check, a piece that is on no line with its king cannot uncover it.
        safe = not checked and move.start != king and move.start not in _ALIGNED[king]
        if king < 0 or (safe and move.taken in (None, move.end)) or _keeps_king(position, move):
            moves.append(move)
    moves.extend(_castles(position) if not checked else ())
    return moves


def play(position: ChessPosition, move: ChessMove) -> ChessPosition:
    """Return the position after a move."""
    lost = _RIGHTS.get(move.start, "") + _RIGHTS.get(move.end, "")
    castling = "".join(right for right in position.castling if right not in lost)
    behind = None
    if position.board[move.start] in "Pp" and abs(move.end - move.start) == 16:
        behind = (move.start + move.end) // 2
    return ChessPosition(_board_after(position, move), not position.white, castling, behind)


def in_check(position: ChessPosition) -> bool:
    """Whether the king of the side to move is attacked."""
    king = position.board.find("K" if position.white else "k")
    return king >= 0 and attacked(position.board, king, by_white=not position.white)


def attacked(board: str, at: Square, *, by_white: bool) -> bool:
    """Whether a side attacks a square."""
    pawn, knight, bishop, rook, queen, king = "PNBRQK" if by_white else "pnbrqk"
    pawns = _WHITE_PAWNS if by_white else _BLACK_PAWNS
    for piece, reach in ((pawn, pawns), (knight, _KNIGHT), (king, _KING)):
        for (target,) in reach[at]:
            if board[target] == piece:
                return True
    for rays, pieces in ((_ROOK[at], (rook, queen)), (_BISHOP[at], (bishop, queen))):
        for ray in rays:
            for target in ray:
                if board[target] != EMPTY:
                    if board[target] in pieces:
                        return True
                    break
    return False


def _board_after(position: ChessPosition, move: ChessMove) -> str:
    squares = list(position.board)
    piece = squares[move.start]
    if move.taken is not None:
        squares[move.taken] = EMPTY
    squares[move.start] = EMPTY
    if move.promotion:
        piece = move.promotion.upper() if position.white else move.promotion
    squares[move.end] = piece
    if move.rook is not None:
        start, end = move.rook
        squares[end], squares[start] = squares[start], EMPTY
    return "".join(squares)


def _keeps_king(position: ChessPosition, move: ChessMove) -> bool:
    board = _board_after(position, move)
    king = board.find("K" if position.white else "k")
    return not attacked(board, king, by_white=not position.white)


def _moves(position: ChessPosition) -> Iterator[ChessMove]:
    """Yield all moves but castling, whatever becomes of the king."""
    board, white = position.board, position.white
    for start, letter in enumerate(board):
        if letter == EMPTY or letter.isupper() != white:
            continue
        kind = letter.upper()
        if kind == "P":
            yield from _pawn(position, start)
            continue
        for ray in _REACH[kind][start]:
            for end in ray:
                target = board[end]
                if target == EMPTY:
                    yield ChessMove(start, end)
                    continue
                if target.isupper() != white:
                    yield ChessMove(start, end, taken=end)
                break


def _pawn(position: ChessPosition, start: Square) -> Iterator[ChessMove]:
    board, white = position.board, position.white
    forward = -8 if white else 8
    end = start + forward
    if not 0 <= end < 64:
        return  # no pawn gets there, but on a table anything may stand anywhere
    if board[end] == EMPTY:
        yield from _promoted(start, end, None)
        if start // 8 == (6 if white else 1) and board[end + forward] == EMPTY:
            yield ChessMove(start, end + forward)
    for (end,) in (_BLACK_PAWNS if white else _WHITE_PAWNS)[start]:
        if board[end] != EMPTY and board[end].isupper() != white:
            yield from _promoted(start, end, end)
        elif end == position.en_passant:
            yield ChessMove(start, end, taken=end - forward)


def _promoted(start: Square, end: Square, taken: Square | None) -> Iterator[ChessMove]:
    for promotion in _PROMOTIONS if end // 8 in (0, 7) else ("",):
        yield ChessMove(start, end, promotion, taken)


def _castles(position: ChessPosition) -> Iterator[ChessMove]:
    """Yield the castling moves of a king that is not in check."""
    board = position.board
    for right in position.castling:
        if right.isupper() != position.white:
            continue
        start, end, rook_start, rook_end = _CASTLES[right]
        between = range(min(start, rook_start) + 1, max(start, rook_start))
        if any(board[at] != EMPTY for at in between):
            continue
        # The king may neither cross nor reach an attacked square.
        if not any(attacked(board, at, by_white=not position.white) for at in (rook_end, end)):
            yield ChessMove(start, end, rook=(rook_start, rook_end))
