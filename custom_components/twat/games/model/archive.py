"""Everything that is kept of a game, in one value."""

from dataclasses import dataclass

from .annotation import Annotation
from .capture import Capture, Proposal
from .game import Game, GameState, JournalEntry
from .result import GameResult


@dataclass(frozen=True, slots=True)
class GameArchive:
    """Everything that is kept of a game but its photos.

    Attributes:
        game: The game with its players.
        states: The whole tree, in order of acceptance.
        captures: In order of their sequence.
        proposal: The reading that waits for review, if any.
        journal: In the order in which it was written.
        annotations: In order of the states they are on.
        result: How it ended; None while it has not been played to its end.
    """

    game: Game
    states: tuple[GameState, ...]
    captures: tuple[Capture, ...]
    proposal: Proposal | None
    journal: tuple[JournalEntry, ...]
    annotations: tuple[Annotation, ...]
    result: GameResult | None

    @property
    def head(self) -> GameState:
        """The accepted state that counts now."""
        return next(state for state in self.states if state.id == self.game.head_id)
