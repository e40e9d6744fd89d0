"""Standard algebraic notation (FIDE Laws of Chess, appendix C; PGN standard, section 8.2.3)."""

from .moves import ChessMove, in_check, legal_moves, play
from .position import ChessPosition, square_name


def san(position: ChessPosition, move: ChessMove) -> str:
    """Return a legal move as written down, e.g. ``Nbd7``, ``exd6``, ``O-O+``, ``e8=Q#``."""
    after = play(position, move)
    ending = ""
    if in_check(after):
        ending = "+" if legal_moves(after) else "#"
    if move.rook is not None:
        return ("O-O" if move.end > move.start else "O-O-O") + ending
    piece = position.board[move.start].upper()
    start, end = square_name(move.start), square_name(move.end)
    takes = "x" if move.taken is not None else ""
    if piece == "P":
        origin = start[0] if takes else ""
        promotion = f"={move.promotion.upper()}" if move.promotion else ""
        return f"{origin}{takes}{end}{promotion}{ending}"
    return f"{piece}{_origin(position, move)}{takes}{end}{ending}"


def _origin(position: ChessPosition, move: ChessMove) -> str:
    """Return what tells the piece from others of its kind that can go there: file, rank or both."""
    start = square_name(move.start)
    others = [
        square_name(other.start)
        for other in legal_moves(position)
        if other.end == move.end
        and other.start != move.start
        and position.board[other.start] == position.board[move.start]
    ]
    if not others:
        return ""
    if all(other[0] != start[0] for other in others):
        return start[0]
    return start[1] if all(other[1] != start[1] for other in others) else start
