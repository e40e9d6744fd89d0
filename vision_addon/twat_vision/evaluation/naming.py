"""How a sequence names its cells.

Boards are photographed from any side, so "a1" may be at any corner. Which of the eight orientations is meant follows
from the steps that say both the names and the columns and rows of what changed.
"""

from dataclasses import dataclass
import itertools
import re

from .dataset import Sequence

Cell = tuple[int, int]

_NAME = re.compile(r"^([A-Za-z]+)([1-9][0-9]*)$")


@dataclass(frozen=True, slots=True)
class CellNames:
    """Translates between names and cells ``(column, row)`` counted from the image's top-left one.

    ``swap`` says that letters run down the image, ``flip_x`` and ``flip_y`` that they (or numbers) run backwards.
    """

    columns: int
    rows: int
    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False
    upper: bool = True

    @classmethod
    def of(cls, sequence: Sequence, columns: int, rows: int) -> "CellNames":
        """The orientation that explains most of a sequence's steps."""
        labelled = [s for s in sequence.steps if s.names and len(s.names) == len(s.changed)]
        every = [name for s in labelled for name in s.names] or list(sequence.start or ())
        upper = not any(name[:1].islower() for name in every)
        options = [
            cls(columns, rows, swap, flip_x, flip_y, upper)
            for swap, flip_x, flip_y in itertools.product((False, True), repeat=3)
        ]

        def right(names: "CellNames") -> int:
            return sum(
                sorted(c for c in map(names.cell, s.names) if c is not None)
                == sorted(c for c in s.changed if not isinstance(c, str))
                for s in labelled
            )

        return max(options, key=right)

    def cell(self, name: str) -> Cell | None:
        """The cell of a name, None when it is none of this board's."""
        found = _NAME.match(name)
        if found is None:
            return None
        letter = 0
        for character in found[1].upper():
            letter = letter * 26 + ord(character) - ord("A") + 1
        x, y = letter - 1, int(found[2]) - 1
        if self.swap:
            x, y = y, x
        column = self.columns - 1 - x if self.flip_x else x
        row = self.rows - 1 - y if self.flip_y else y
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return (column, row) if inside else None

    def name(self, cell: Cell) -> str:
        """The name of a cell."""
        column, row = cell
        x = self.columns - 1 - column if self.flip_x else column
        y = self.rows - 1 - row if self.flip_y else row
        if self.swap:
            x, y = y, x
        letters = ""
        x += 1
        while x:
            x, rest = divmod(x - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters if self.upper else letters.lower()}{y + 1}"
