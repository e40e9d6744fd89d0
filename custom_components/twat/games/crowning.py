"""Pieces that become others by where they arrive: pawns in chess, men in draughts."""

from dataclasses import replace

from .board import Applied, make_board
from .chess.table import white_player
from .layout import Grid
from .model import Game, Piece
from .profile import GameProfile, Notation

_CROWNED = {Notation.SAN: ("pawn", "queen"), Notation.DRAUGHTS: ("man", "king")}


def crowned(profile: GameProfile, game: Game, applied: Applied) -> Applied:
    """Return moves and board with every piece that arrived on its last row as what it becomes.

    On the table it often stays what it was: a rook upside down, a man on which no second one lies
    yet. A pawn becomes a queen unless the moves say otherwise; players can correct that.

    Args:
        profile: The game's; its notation says whether it is chess or draughts.
        game: For its players.
        applied: Moves that were done.
    """
    layout = profile.layout_for(game.settings)
    if profile.notation not in _CROWNED or not isinstance(layout, Grid):
        return applied
    before, after = _CROWNED[profile.notation]
    chess = profile.notation is Notation.SAN
    first = white_player(game) if chess else game.players[0].position
    upwards = layout.origin == "bottom_left" or not chess
    moved = {move.piece for move in applied.moves if move.to_space is not None}

    def arrived(piece: Piece) -> bool:
        last = 0 if (piece.player == first) == upwards else layout.rows - 1
        return piece.id in moved and piece.type == before and piece.position.y == last

    changed = {piece.id for piece in applied.board.pieces if arrived(piece)}
    if not changed:
        return applied
    pieces = [
        replace(piece, type=after) if piece.id in changed else piece
        for piece in applied.board.pieces
    ]
    moves = tuple(
        replace(move, type=after) if move.piece in changed else move for move in applied.moves
    )
    board = make_board(layout, pieces, complete=applied.board.complete)
    return Applied(board, moves, applied.problems)
