"""What stands where on a chess board, and what else decides which moves are legal."""

from dataclasses import dataclass
from typing import Final, Self

EMPTY: Final = "."

FILES: Final = "abcdefgh"

type Square = int
"""A square, counted from 0 at a8 along the ranks to 63 at h1."""


def square(name: str) -> Square:
    """Return the square that is called so, e.g. ``e4``."""
    return (8 - int(name[1])) * 8 + FILES.index(name[0])


def square_name(at: Square) -> str:
    """Return what a square is called."""
    return f"{FILES[at % 8]}{8 - at // 8}"


@dataclass(frozen=True, slots=True)
class ChessPosition:
    """A position.

    Attributes:
        board: 64 FEN letters from a8 to h1, ``.`` for an empty square.
        white: White is to move.
        castling: What may still be castled, FEN letters out of ``KQkq``.
        en_passant: The square behind a pawn that has just moved two steps, or None.
    """

    board: str
    white: bool = True
    castling: str = ""
    en_passant: Square | None = None

    @classmethod
    def from_fen(cls, fen: str) -> Self:
        """Read the first four fields of a FEN."""
        ranks, color, castling, en_passant, *_ = fen.split()
        board = "".join(
            EMPTY * int(letter) if letter.isdecimal() else letter
            for letter in ranks.replace("/", "")
        )
        return cls(
            board,
            color == "w",
            castling.replace("-", ""),
            None if en_passant == "-" else square(en_passant),
        )

    def fen(self) -> str:
        """Return the first four fields of the position's FEN."""
        ranks = []
        for start in range(0, 64, 8):
            text, gap = "", 0
            for letter in self.board[start : start + 8]:
                if letter == EMPTY:
                    gap += 1
                    continue
                text, gap = f"{text}{gap or ''}{letter}", 0
            ranks.append(f"{text}{gap or ''}")
        target = "-" if self.en_passant is None else square_name(self.en_passant)
        return f"{'/'.join(ranks)} {'w' if self.white else 'b'} {self.castling or '-'} {target}"
