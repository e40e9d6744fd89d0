"""What a change of a game is decided on, and what it leaves behind.

Every function that changes a game looks at a `GameRecord` and returns a `Change`; nothing is done.
`apply` gives the record after it, and the repository writes the same in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .model import Game, GameState, GameStatus, JournalEntry, Proposal


@dataclass(frozen=True, slots=True)
class GameRecord:
    """What a change is decided on.

    Attributes:
        game: The game with its players and head.
        states: States by id, in order of acceptance. Always there: the head, its parent, the state
            that a waiting reading takes the game back to, and those read from the photo that a
            correction is about. `history.redo` and `history.go_to` need the whole tree.
        proposal: The reading that waits for review, if any.
    """

    game: Game
    states: Mapping[str, GameState]
    proposal: Proposal | None = None

    @property
    def head(self) -> GameState:
        """The accepted state that counts now."""
        return self.states[self.game.head_id or ""]


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, all of it or nothing.

    Attributes:
        game_id: The game.
        base_head_id: The head this was decided on; when it has moved meanwhile, nothing is written.
        head: The head afterwards, one of ``append`` or a state that is there already.
        tip_id: The end of the line that is played afterwards: the head or a descendant of it.
        append: New states, parents first.
        proposal: The reading that waits afterwards, or None.
        journal: New lines.
        at: When, UTC.
        status: The game's status afterwards.
    """

    game_id: str
    base_head_id: str
    head: GameState
    tip_id: str
    append: tuple[GameState, ...]
    proposal: Proposal | None
    journal: tuple[JournalEntry, ...]
    at: datetime
    status: GameStatus


def change(
    record: GameRecord,
    head: GameState,
    line: JournalEntry,
    at: datetime,
    *,
    proposal: Proposal | None = None,
    tip_id: str | None = None,
    status: GameStatus | None = None,
) -> Change:
    """Return the change that makes a state the head.

    A state that is not in the record yet is appended; it ends the line that is played, and starts a
    game that was in setup. Otherwise the end of the line stays where it is.

    Args:
        record: What it was decided on.
        head: The head afterwards.
        line: What the journal says of it.
        at: When, UTC.
        proposal: The reading that waits afterwards.
        tip_id: The end of the line, where it is another one.
        status: The game's status, where it changes.
    """
    game = record.game
    is_new = head.id not in record.states
    if status is None:
        starts = is_new and game.status is GameStatus.SETUP
        status = GameStatus.IN_PROGRESS if starts else game.status
    return Change(
        game_id=game.id,
        base_head_id=game.head_id or "",
        head=head,
        tip_id=head.id if is_new else tip_id or game.tip_id or head.id,
        append=(head,) if is_new else (),
        proposal=proposal,
        journal=(line,),
        at=at,
        status=status,
    )


def apply(record: GameRecord, change: Change) -> GameRecord:
    """Return the record after a change."""
    head = change.head
    game = replace(
        record.game,
        head_id=head.id,
        tip_id=change.tip_id,
        current_turn=head.turn,
        current_phase=head.phase,
        active_player=head.active_player,
        status=change.status,
        updated_at=change.at,
    )
    states = {**record.states, **{state.id: state for state in change.append}}
    return GameRecord(game, states, change.proposal)


def reading_details(proposal: Proposal) -> dict[str, Any]:
    """Return what the journal keeps of a reading that may never be accepted."""
    return {
        "capture_id": proposal.capture_id,
        "summary": proposal.summary,
        "confidence": proposal.confidence,
        "moves": [move.to_json() for move in proposal.moves],
        "warnings": list(proposal.warnings),
    }
