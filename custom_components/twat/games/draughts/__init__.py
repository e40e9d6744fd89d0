"""English draughts (checkers) on 8 × 8 cells: positions, legal moves, notation.

`moves` has the rules (World Checkers Draughts Federation, rules 1.1–1.22), `table` translates
between them and the pieces on a followed board.
"""

from .moves import DraughtsMove, legal_moves, play
from .position import DraughtsPosition

__all__ = ["DraughtsMove", "DraughtsPosition", "legal_moves", "play"]
