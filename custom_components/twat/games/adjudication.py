"""What the rules have to say about a game, less what its players have seen and find fine.

Warnings are not stored: they follow from the states and the profile, so a rule that is switched off
or corrected is so for games that are played already. What players acknowledge is in the journal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import GameError
from .model import Game, GameState, JournalEntry, JournalKind, JsonObject
from .profile import GameProfile
from .record import Change, GameRecord, change
from .rules import RULES, RuleWarning, Situation, check


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


def acknowledge(
    record: GameRecord, rule: str, *, whole_game: bool = False, by: str | None, at: datetime
) -> Change:
    """Write down that a rule's warning about the head is fine, or that all of its warnings are.

    Raises:
        GameError: ``unknown_rule``.
    """
    if rule not in RULES:
        raise GameError("unknown_rule", rule=rule, allowed=", ".join(RULES))
    head = record.head
    seen = Acknowledgement(rule, None if whole_game else head.id)
    line = JournalEntry(
        record.game.id, at, JournalKind.ACKNOWLEDGED, by, state_id=head.id, details=seen.to_json()
    )
    return change(record, head, line, at, proposal=record.proposal)


def acknowledgements(journal: Iterable[JournalEntry]) -> tuple[Acknowledgement, ...]:
    """Return what players have acknowledged, from a game's journal."""
    return tuple(
        Acknowledgement.from_json(entry.details)
        for entry in journal
        if entry.kind is JournalKind.ACKNOWLEDGED
    )


def warnings_of(
    profile: GameProfile,
    game: Game,
    line: Sequence[GameState],
    seen: Collection[Acknowledgement] = (),
) -> tuple[RuleWarning, ...]:
    """Return the warnings about the last step of a line that nobody has acknowledged.

    Args:
        profile: The game's; its language is that of the warnings.
        game: With its players and settings.
        line: The states from the first one to the one that is looked at, see `history.line_to`.
        seen: What players have acknowledged.
    """
    if len(line) < 2:
        return ()
    before, after = line[-2:]
    found = check(Situation(profile, game, before, after, line[:-1]))
    return tuple(w for w in found if not any(a.covers(w, after.id) for a in seen))
