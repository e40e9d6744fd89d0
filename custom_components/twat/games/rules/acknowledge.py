"""Warnings that the players have seen: this one, or its rule for the rest of the game."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model import JsonObject
from .situation import RuleWarning


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A player's word that a warning is fine.

    Attributes:
        rule: Name of the rule.
        state_id: The state whose warning it was; None for all of the game.
    """

    rule: str
    state_id: str | None = None

    def covers(self, warning: RuleWarning, state_id: str) -> bool:
        """Whether it speaks of a warning that a state has."""
        return self.rule == warning.rule and self.state_id in (None, state_id)

    def to_json(self) -> JsonObject:
        """Return the acknowledgement as JSON."""
        return {"rule": self.rule, "state_id": self.state_id}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Acknowledgement:
        """Read what `to_json` wrote."""
        return cls(data["rule"], data["state_id"])


def unacknowledged(
    warnings: Sequence[RuleWarning], state_id: str, seen: Collection[Acknowledgement]
) -> tuple[RuleWarning, ...]:
    """Return the warnings of a state that nobody has acknowledged."""
    return tuple(
        warning for warning in warnings if not any(a.covers(warning, state_id) for a in seen)
    )
