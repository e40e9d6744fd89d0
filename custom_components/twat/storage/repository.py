"""The games, as rows. The only module that other parts talk to about the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from ..games.log import Change, GameRecord
from ..games.model import (
    AnalysisStatus,
    Capture,
    CaptureFailure,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JsonObject,
    Proposal,
)

BUSY_TIMEOUT_S: Final = 5.0
"""How long a write waits for another process that holds the database."""


class GameFields(TypedDict, total=False):
    """What of a game may be changed directly. Turn, phase and active player follow the head."""

    name: str
    status: GameStatus
    table: str | None
    settings: JsonObject
    metadata: JsonObject


class CaptureFields(TypedDict, total=False):
    """What of a capture may be changed."""

    captured_at: datetime
    image: str | None
    thumbnail: str | None
    overlay: str | None
    image_sha256: str | None
    analysis_status: AnalysisStatus
    analysis_results: JsonObject | None
    job_id: str | None
    notes: str | None
    bookmark: bool
    error: CaptureFailure | None


class Repository:
    """All games of one database. Every method blocks; any thread may call any of them.

    Every method may raise `DatabaseLocked`, `DatabaseCorrupt`, `DatabaseUnavailable` and, when it
    writes, `DiskFull`. A method that raises has written nothing.
    """

    def __init__(self, url: str, *, busy_timeout: float = BUSY_TIMEOUT_S) -> None:
        """Remember where the database is; nothing is touched before `open`.

        Args:
            url: SQLAlchemy URL, e.g. ``sqlite:////config/twat/twat.db``.
            busy_timeout: Seconds to wait for another process's lock.
        """

    def open(self) -> None:
        """Check the file, create it and its folder where missing, bring its tables up to date.

        Raises:
            DatabaseCorrupt: The file was damaged and has been moved aside, with its ``-wal`` and
                ``-shm``; call again to start an empty one.
            DatabaseTooNew: A newer TWAT wrote it; nothing was touched.
            NotWritable: The folder cannot be created.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Checkpoint and let go of the file. Closing twice is fine."""
        raise NotImplementedError

    def checkpoint(self) -> None:
        """Move everything from the write-ahead log into the file, for a backup."""
        raise NotImplementedError

    # Games

    def create_game(self, game: Game, first_state: GameState, entry: JournalEntry) -> Game:
        """Store a new game with its players, its first state as head, and the first journal line."""
        raise NotImplementedError

    def get_game(self, game_id: str) -> Game:
        """Return a game.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    def list_games(
        self,
        status: GameStatus | Sequence[GameStatus] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[Game], int]:
        """Return one page of games, last changed first, and how many there are in all."""
        raise NotImplementedError

    def update_game(self, game_id: str, at: datetime, **fields: Unpack[GameFields]) -> Game:
        """Change fields of a game and return it.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    def delete_game(self, game_id: str) -> None:
        """Remove a game with all its rows. Its files are the image store's.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    # Captures

    def add_capture(
        self,
        game_id: str,
        *,
        capture_id: str,
        captured_at: datetime,
        triggered_by: str | None = None,
        notes: str | None = None,
    ) -> Capture:
        """Store a new pending capture under the game's next sequence number.

        Raises:
            NotFound: Unknown game.
        """
        raise NotImplementedError

    def update_capture(self, capture_id: str, **fields: Unpack[CaptureFields]) -> Capture:
        """Change fields of a capture and return it.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    def get_capture(self, capture_id: str) -> Capture:
        """Return a capture.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    def list_captures(
        self, game_id: str, *, limit: int | None = None, offset: int = 0, newest_first: bool = False
    ) -> list[Capture]:
        """Return a game's captures in order of their sequence."""
        raise NotImplementedError

    def count_captures(self, game_id: str) -> int:
        """Return how many captures a game has."""
        raise NotImplementedError

    def unfinished_captures(self) -> list[Capture]:
        """Return the pending and processing captures of all games, oldest first."""
        raise NotImplementedError

    # The story

    def record(self, game_id: str) -> GameRecord:
        """Return the game with head, the head's parent and the waiting proposal, for `games.log`.

        Raises:
            NotFound: Unknown game.
        """
        raise NotImplementedError

    def commit(self, change: Change) -> Game:
        """Write a change of `games.log`, whole or not at all, and return the game afterwards.

        Raises:
            NotFound: Unknown game.
            HeadMoved: The head is no longer the one the change was decided on.
        """
        raise NotImplementedError

    def append_state(self, game_id: str, state: GameState, make_head: bool = True) -> Game:
        """Add one state to the tree.

        Raises:
            NotFound: Unknown game or parent.
            HeadMoved: It shall be the head but is no child of the present one.
        """
        raise NotImplementedError

    def move_head(self, game_id: str, state_id: str, at: datetime) -> Game:
        """Make an existing state the head.

        Raises:
            NotFound: Unknown game, or no state of it.
        """
        raise NotImplementedError

    def states(self, game_id: str) -> list[GameState]:
        """Return the whole tree, parents before children, in order of acceptance."""
        raise NotImplementedError

    def state(self, state_id: str) -> GameState:
        """Return one state.

        Raises:
            NotFound: Unknown id.
        """
        raise NotImplementedError

    def head_state(self, game_id: str) -> GameState:
        """Return the accepted state that counts now.

        Raises:
            NotFound: Unknown game.
        """
        raise NotImplementedError

    def save_proposal(self, proposal: Proposal) -> None:
        """Let a reading wait; it takes the place of one that waits already.

        Raises:
            NotFound: Unknown game.
        """
        raise NotImplementedError

    def proposal(self, game_id: str) -> Proposal | None:
        """Return the reading that waits for review, or None."""
        raise NotImplementedError

    def clear_proposal(self, game_id: str) -> None:
        """Drop the waiting reading, if there is one."""
        raise NotImplementedError

    def add_journal(self, entry: JournalEntry) -> None:
        """Append a line to a game's journal.

        Raises:
            NotFound: Unknown game.
        """
        raise NotImplementedError

    def journal(self, game_id: str, *, limit: int | None = None) -> list[JournalEntry]:
        """Return a game's journal, oldest line first; with ``limit`` only the newest so many."""
        raise NotImplementedError


def sqlite_url(path: Path) -> str:
    """Return the URL of the SQLite database in a file."""
    return f"sqlite:///{path}"
