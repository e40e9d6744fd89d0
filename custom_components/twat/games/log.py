"""A game's story as a tree of states that only ever grows.

Each function looks at a `GameRecord` and returns a `Change`: states to append, where the head
goes, what is written in the journal. Nothing is done here; `apply` gives the record after a change,
and the repository writes the same change in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .model import (
    Board,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    Piece,
    Proposal,
    StateSource,
)
from .profiles import GameProfile


@dataclass(frozen=True, slots=True)
class GameRecord:
    """What a change is decided on.

    Attributes:
        game: The game with its players and head.
        states: States by id; at least the head and its parent.
        proposal: The reading that waits for review, if any.
    """

    game: Game
    states: Mapping[str, GameState]
    proposal: Proposal | None = None

    @property
    def head(self) -> GameState:
        """The accepted state that counts now."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, all of it or nothing.

    Attributes:
        game_id: The game.
        base_head_id: The head this was decided on; when it has moved meanwhile, nothing is written.
        head_id: The head afterwards.
        append: New states, parents first.
        proposal: The reading that waits afterwards, or None.
        journal: New lines.
        at: When, UTC.
        status: The game's status afterwards; None leaves it.
    """

    game_id: str
    base_head_id: str
    head_id: str
    append: tuple[GameState, ...]
    proposal: Proposal | None
    journal: tuple[JournalEntry, ...]
    at: datetime
    status: GameStatus | None = None


def propose(record: GameRecord, proposal: Proposal, *, by: str | None, at: datetime) -> Change:
    """Let a reading wait for review. One that waited already is replaced, and journalled so."""
    raise NotImplementedError


def accept(record: GameRecord, profile: GameProfile, *, by: str | None, at: datetime) -> Change:
    """Make the waiting reading the new head.

    Raises:
        GameError: ``no_proposal``; ``stale_proposal`` when the head has moved since.
    """
    raise NotImplementedError


def reject(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Drop the waiting reading; the journal keeps its moves.

    Raises:
        GameError: ``no_proposal``.
    """
    raise NotImplementedError


def correct(
    record: GameRecord,
    profile: GameProfile,
    *,
    capture_id: str | None = None,
    moves: Sequence[Move] | None = None,
    pieces: Sequence[Piece] | None = None,
    by: str | None,
    at: datetime,
) -> Change:
    """Put what the players say in the place of what was read.

    Exactly one of ``moves`` (what happened; see `corrections.parse_moves`) and ``pieces`` (all that
    stands on the board; see `corrections.parse_pieces`) is given. Without ``capture_id`` it is
    about the waiting reading, else about the photo of the head. When that photo already made the
    head, the correction becomes its sibling and the wrong state stays in the tree.

    Raises:
        GameError: ``nothing_to_correct``, ``correct_not_latest``, or what the moves violate.
    """
    raise NotImplementedError


def undo(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Move the head to its parent; the undone state stays in the tree. A waiting reading is dropped.

    Raises:
        GameError: ``nothing_to_undo``.
    """
    raise NotImplementedError


def apply(record: GameRecord, change: Change) -> GameRecord:
    """Return the record after a change."""
    raise NotImplementedError
