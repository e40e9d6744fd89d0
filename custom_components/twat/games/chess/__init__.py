"""Chess: positions, legal moves, notation. Nothing here knows games, photos or profiles' files.

`position` and `moves` are the rules (FIDE Laws of Chess, 2023, article 3), `san` writes moves down,
`table` translates between them and the pieces on a followed board.
"""

from .moves import ChessMove, in_check, legal_moves, play
from .position import ChessPosition
from .san import san

__all__ = ["ChessMove", "ChessPosition", "in_check", "legal_moves", "play", "san"]
