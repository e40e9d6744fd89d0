"""What a rule looks at, and what it says."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..layout import Layout
from ..model import Game, GameState, JsonObject, Move
from ..profile import GameProfile


class Severity(StrEnum):
    """How much a warning matters.

    ``INFO``: worth knowing; ``WARNING``: probably a slip; ``ERROR``: cannot be by the rules.
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RuleWarning:
    """Something that a rule has to say about a state. It never keeps anybody from anything.

    Attributes:
        rule: Name of the rule.
        severity: How much it matters.
        text: The reason in plain words, in the profile's language.
        players: Positions of the players it speaks of.
        spaces: Spaces it speaks of.
    """

    rule: str
    severity: Severity
    text: str
    players: tuple[int, ...] = ()
    spaces: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the warning as JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "text": self.text,
            "players": list(self.players),
            "spaces": list(self.spaces),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RuleWarning:
        """Read what `to_json` wrote."""
        severity, text = Severity(data["severity"]), data["text"]
        return cls(data["rule"], severity, text, tuple(data["players"]), tuple(data["spaces"]))


@dataclass(frozen=True, slots=True)
class Situation:
    """A step of a game, with all that led to it.

    Attributes:
        profile: The game's; its language is that of the warnings.
        game: With its players and settings.
        before: The state that the step begins with.
        after: The state it leads to.
        history: The states from the first up to and including `before`.
    """

    profile: GameProfile
    game: Game
    before: GameState
    after: GameState
    history: Sequence[GameState] = ()

    @property
    def moves(self) -> tuple[Move, ...]:
        """What was moved in this step."""
        return self.after.detected_changes

    @property
    def layout(self) -> Layout:
        """The board."""
        return self.profile.layout_for(self.game.settings)

    def name(self, position: int | None) -> str:
        """Return what a player is called."""
        player = self.game.player(position)
        return "?" if player is None else player.name

    def this_round(self) -> Iterator[GameState]:
        """Yield the earlier states of the round in which the step was made."""
        return (state for state in self.history if state.round == self.before.round)


type Rule = Callable[[Situation], Iterable[RuleWarning]]
"""A rule: what it has to say about a step."""
