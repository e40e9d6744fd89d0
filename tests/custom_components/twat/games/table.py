"""A game that is played by saying what happens, with what the rules and the log say of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from custom_components.twat.games import log
from custom_components.twat.games.by_hand import Step, Update, advance, update_state
from custom_components.twat.games.corrections import parse_moves
from custom_components.twat.games.model import GameState
from custom_components.twat.games.notation import describe_step
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import Change, GameRecord, apply
from custom_components.twat.games.rules import RuleWarning, Situation, check


class Table:
    """Holds the game and the line of its states."""

    def __init__(self, record: GameRecord, profile: GameProfile) -> None:
        self.record, self.profile = record, profile
        self.line: list[GameState] = [record.head]

    @property
    def head(self) -> GameState:
        return self.line[-1]

    def play(self, *moves: Mapping[str, Any]) -> tuple[RuleWarning, ...]:
        """Do moves that happened between two photos, and return what the rules say."""
        photo = f"photo {len(self.line)}"
        parsed = parse_moves(self.record, self.profile, moves)
        at = self.head.created_at + timedelta(minutes=2)
        return self._append(
            log.correct(self.record, self.profile, capture_id=photo, moves=parsed, by=None, at=at)
        )

    def say(self, **resources: Mapping[str, int]) -> tuple[RuleWarning, ...]:
        """Set what players own: ``say(player_1={"spice": 3})``."""
        at = self.head.created_at + timedelta(minutes=1)
        update = Update(resources=resources)
        return self._append(update_state(self.record, self.profile, update, by=None, at=at))

    def step(self, name: str) -> tuple[RuleWarning, ...]:
        """Go on by hand: one of `Step`."""
        at = self.head.created_at + timedelta(minutes=1)
        return self._append(advance(self.record, self.profile, Step(name), by=None, at=at))

    def last_lines(self) -> tuple[str, ...]:
        """Return what the log says of the last step."""
        before, after = self.line[-2:]
        return describe_step(before, after, self.record.game, self.profile)

    def _append(self, change: Change) -> tuple[RuleWarning, ...]:
        game, before, after = self.record.game, self.head, change.head
        said = check(Situation(self.profile, game, before, after, tuple(self.line)))
        self.record = apply(self.record, change)
        self.line.append(after)
        return said


def texts(warnings: Sequence[RuleWarning]) -> list[str]:
    """Return warnings as ``rule: reason``."""
    return [f"{warning.rule}: {warning.text}" for warning in warnings]
