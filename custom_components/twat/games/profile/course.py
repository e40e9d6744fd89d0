"""The course of a game: phases, turns, rounds and its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .settings import Number


class Acts(StrEnum):
    """Who acts in a phase: one player after another, or all together."""

    IN_TURN = "in_turn"
    TOGETHER = "together"


class PhaseEnd(StrEnum):
    """What ends a phase: a player's word, everybody's passing, or one turn of everybody."""

    BY_HAND = "by_hand"
    ALL_PASSED = "all_passed"
    EACH_ONCE = "each_once"


class RoundEnd(StrEnum):
    """What ends a round: its last phase's end, or that everybody had a turn."""

    LAST_PHASE = "last_phase"
    EACH_ONCE = "each_once"


class FirstPlayer(StrEnum):
    """Who begins the next round: the same, the next in order, or whom the players name."""

    STAYS = "stays"
    PASSES = "passes"
    BY_HAND = "by_hand"


class Wins(StrEnum):
    """Whose score wins."""

    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a round.

    Attributes:
        id: Value of `GameState.phase`.
        name: What players read.
        acts: Who acts in it.
        ends: What ends it.
        next: Id of the phase that follows.
    """

    id: str
    name: str
    acts: Acts
    ends: PhaseEnd
    next: str


@dataclass(frozen=True, slots=True)
class TurnRule:
    """What an accepted move does to the turn.

    Attributes:
        passes_on_move: After a move it is the next player's turn; else only a player says so.
        phases: Phases in which that holds; None for all.
        first: Position or colour of the player who begins.
    """

    passes_on_move: bool
    phases: tuple[str, ...] | None
    first: int | str

    def ends_with_move(self, phase: str) -> bool:
        """Whether a move ends the turn in a phase."""
        return self.passes_on_move and (self.phases is None or phase in self.phases)


@dataclass(frozen=True, slots=True)
class RoundRule:
    """What a round is.

    Attributes:
        starts_with: Id of the phase that begins a round.
        ends: What ends one.
        first_player: Who begins the next one.
        limit: The last round; None for any number.
    """

    starts_with: str
    ends: RoundEnd
    first_player: FirstPlayer
    limit: Number | None

    def last(self, settings: Mapping[str, Any]) -> int | None:
        """Return the last round of a game with these settings; None for no limit."""
        return None if self.limit is None else self.limit.of(settings)


@dataclass(frozen=True, slots=True)
class PieceCount:
    """A player's pieces of a kind on some spaces, as something that counts.

    Attributes:
        type: Id of the piece type.
        spaces: Where they count.
    """

    type: str
    spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Victory:
    """Who wins, and when the game ends.

    Attributes:
        score: Id of the resource that is the score.
        ends_at: The game ends with the round in which somebody's score reaches this; None for no
            such score.
        wins: Whether the highest or the lowest score wins.
        tie_breaks: What decides among equal scores, in order: resources by id, or pieces. More is
            better.
    """

    score: str
    ends_at: Number | None
    wins: Wins
    tie_breaks: tuple[str | PieceCount, ...]
