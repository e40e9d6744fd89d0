"""What really happened on the table, and how a reading compares with it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """One piece's change of place; `None` is off the board."""

    kind: str
    player: int | None
    origin: str | None
    target: str | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Move:
        """Read a move as scripts, actions and events write it."""
        return cls(data["kind"], data["player"], data["from"], data["to"])

    def __str__(self) -> str:
        """Return `place 1 – → E4`."""
        return f"{self.kind} {self.player or '?'} {self.origin or '–'} → {self.target or '–'}"


@dataclass(frozen=True, slots=True)
class Score:
    """Moves of one step, counted: read rightly, missed, and read where nothing happened."""

    right: int
    missed: int
    false: int

    @property
    def exact(self) -> bool:
        """Whether the reading is just what happened."""
        return not self.missed and not self.false


def compare(read: Iterable[Move], truth: Iterable[Move]) -> Score:
    """Score a reading. Order is of no account: a photo does not show it."""
    seen, happened = Counter(read), Counter(truth)
    right = (seen & happened).total()
    return Score(right, happened.total() - right, seen.total() - right)


def described(moves: Iterable[Move]) -> str:
    """Return the moves in one line."""
    return ", ".join(sorted(map(str, moves))) or "nothing"
