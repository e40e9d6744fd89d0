"""The games, as rows. The only module that other parts talk to about the database."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypedDict, Unpack

from sqlalchemy import delete, false, func, literal, select
from sqlalchemy.orm import Session

from ..games.model import (
    AnalysisStatus,
    Capture,
    CaptureFailure,
    Game,
    GameResult,
    GameState,
    GameStatus,
    JournalEntry,
    JsonObject,
    Proposal,
)
from ..games.record import Change, GameRecord
from . import rows
from .archive import Archive
from .chronicle import Chronicle
from .database import Database
from .errors import HeadMoved, NotFound
from .schema import Base, CaptureRow, GameRow, JournalRow, ProposalRow, ResultRow, StateRow

BUSY_TIMEOUT_S: Final = 5.0
"""How long a write waits for another process that holds the database."""


class GameFields(TypedDict, total=False):
    """What of a game may be changed directly. Turn, phase and active player follow the head."""

    name: str
    status: GameStatus
    table: str | None
    settings: JsonObject
    metadata: JsonObject
    pinned: bool


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

    What players add to a game's story is found in `chronicle`, whole games in `archive`.

    Every method may raise `DatabaseLocked`, `DatabaseCorrupt`, `DatabaseUnavailable` and, when it
    writes, `DiskFull`. A method that raises has written nothing.
    """

    def __init__(self, url: str, *, busy_timeout: float = BUSY_TIMEOUT_S) -> None:
        """Remember where the database is; nothing is touched before `open`.

        Args:
            url: SQLAlchemy URL, e.g. ``sqlite:////config/twat/twat.db``.
            busy_timeout: Seconds to wait for another process's lock.

        Raises:
            ValueError: The URL names no SQLite file.
        """
        self._database = Database(url, busy_timeout)
        self.chronicle = Chronicle(self._database)
        self.archive = Archive(self._database)

    def open(self) -> None:
        """Check the file, create it and its folder where missing, bring its tables up to date.

        Raises:
            DatabaseCorrupt: The file was damaged and has been moved aside, with its ``-wal`` and
                ``-shm``; call again to start an empty one.
            DatabaseTooNew: A newer TWAT wrote it; nothing was touched.
            NotWritable: The folder cannot be created.
        """
        self._database.open()

    def close(self) -> None:
        """Checkpoint and let go of the file. Closing twice is fine."""
        self._database.close()

    def checkpoint(self) -> None:
        """Move everything from the write-ahead log into the file, for a backup."""
        self._database.checkpoint()

    # Games

    def create_game(self, game: Game, first_state: GameState, entry: JournalEntry) -> Game:
        """Store a new game with its players, its first state as head, and the first journal line."""
        with self._database.writing() as session:
            row = rows.game_row(game, first_state)
            session.add(row)
            session.flush()  # the state refers to the game
            session.add(rows.state_row(first_state, 0))
            session.add(rows.journal_row(entry))
            return rows.game(row)

    def get_game(self, game_id: str) -> Game:
        """Return a game.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.reading() as session:
            return rows.game(_get(session, GameRow, game_id))

    def list_games(
        self,
        status: GameStatus | Sequence[GameStatus] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[Game], int]:
        """Return one page of games, last changed first, and how many there are in all."""
        query = select(GameRow)
        if status is not None:
            wanted = [status] if isinstance(status, GameStatus) else status
            query = query.where(GameRow.status.in_([value.value for value in wanted]))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(GameRow.updated_at.desc(), GameRow.id).limit(limit).offset(offset)
            return [rows.game(row) for row in session.scalars(page)], total

    def update_game(self, game_id: str, at: datetime, **fields: Unpack[GameFields]) -> Game:
        """Change fields of a game and return it.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.writing() as session:
            row = _get(session, GameRow, game_id)
            for field, value in fields.items():
                setattr(row, _GAME_COLUMNS.get(field, field), value)
            row.updated_at = at
            return rows.game(row)

    def delete_game(self, game_id: str) -> None:
        """Remove a game with all its rows. Its files are the image store's.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.writing() as session:
            # By statement: the database removes what belongs to the game without loading it.
            _get(session, GameRow, game_id)
            session.execute(delete(GameRow).where(GameRow.id == game_id))

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
        with self._database.writing() as session:
            game = _get(session, GameRow, game_id)
            last = session.scalar(
                select(func.max(CaptureRow.sequence)).where(CaptureRow.game_id == game_id)
            )
            row = CaptureRow(
                id=capture_id,
                game_id=game_id,
                sequence=0 if last is None else last + 1,
                captured_at=captured_at,
                triggered_by=triggered_by,
                analysis_status=AnalysisStatus.PENDING.value,
                notes=notes,
                bookmark=False,
            )
            session.add(row)
            game.updated_at = captured_at
            return rows.capture(row)

    def update_capture(self, capture_id: str, **fields: Unpack[CaptureFields]) -> Capture:
        """Change fields of a capture and return it.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.writing() as session:
            row = _get(session, CaptureRow, capture_id)
            _set_capture(row, fields)
            return rows.capture(row)

    def get_capture(self, capture_id: str) -> Capture:
        """Return a capture.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.reading() as session:
            return rows.capture(_get(session, CaptureRow, capture_id))

    def list_captures(
        self, game_id: str, *, limit: int | None = None, offset: int = 0, newest_first: bool = False
    ) -> list[Capture]:
        """Return a game's captures in order of their sequence."""
        order = CaptureRow.sequence.desc() if newest_first else CaptureRow.sequence
        query = select(CaptureRow).where(CaptureRow.game_id == game_id).order_by(order)
        with self._database.reading() as session:
            found = session.scalars(query.limit(limit).offset(offset))
            return [rows.capture(row) for row in found]

    def unfinished_captures(self) -> list[Capture]:
        """Return the pending and processing captures of all games, oldest first."""
        unfinished = (AnalysisStatus.PENDING.value, AnalysisStatus.PROCESSING.value)
        query = select(CaptureRow).where(CaptureRow.analysis_status.in_(unfinished))
        with self._database.reading() as session:
            found = session.scalars(query.order_by(CaptureRow.captured_at, CaptureRow.sequence))
            return [rows.capture(row) for row in found]

    # The story

    def record(
        self, game_id: str, capture_id: str | None = None, *, whole: bool = False
    ) -> GameRecord:
        """Return what changes are decided on: the game, its head and waiting proposal.

        Args:
            game_id: The game.
            capture_id: The photo a correction is about; the states read from it come along.
            whole: With all states there are.

        Raises:
            NotFound: Unknown game, or a capture that is none of its own.
        """
        with self._database.reading() as session:
            game = rows.game(_get(session, GameRow, game_id))
            if capture_id is not None:
                capture = _get(session, CaptureRow, capture_id)
                if capture.game_id != game_id:
                    raise NotFound("capture", capture_id)
            row = session.get(ProposalRow, game_id)
            waiting = None if row is None else rows.proposal(row)
            query = select(StateRow).where(StateRow.game_id == game_id).order_by(StateRow.number)
            if not whole:
                head = _get(session, StateRow, game.head_id or "")
                wanted = {head.id, head.parent_id, waiting and waiting.returns_to}
                read_from = false() if capture_id is None else StateRow.capture_id == capture_id
                query = query.where(StateRow.id.in_(wanted - {None}) | read_from)
            states = {row.id: rows.state(row) for row in session.scalars(query)}
            return GameRecord(game, states, waiting)

    def commit(
        self,
        *changes: Change,
        capture_id: str | None = None,
        result: GameResult | None = None,
        **fields: Unpack[CaptureFields],
    ) -> Game:
        """Write changes, all of them or none, and return the game afterwards.

        Args:
            changes: At least one, all of one game, each decided on the outcome of the one before.
            capture_id: A capture that is changed in the same transaction.
            result: How the game ended, when it did; one that goes on again has none.
            fields: What changes of it.

        Raises:
            NotFound: Unknown game or capture.
            HeadMoved: The head is no longer the one that the first change was decided on.
        """
        with self._database.writing() as session:
            game = _get(session, GameRow, changes[0].game_id)
            for change in changes:
                _write(session, game, change)
            if result is not None:
                session.add(rows.result_row(result))
            if capture_id is not None:
                _set_capture(_get(session, CaptureRow, capture_id), fields)
            return rows.game(game)

    def states(self, game_id: str) -> list[GameState]:
        """Return the whole tree, parents before children, in order of acceptance."""
        query = select(StateRow).where(StateRow.game_id == game_id).order_by(StateRow.number)
        with self._database.reading() as session:
            return [rows.state(row) for row in session.scalars(query)]

    def state(self, state_id: str) -> GameState:
        """Return one state.

        Raises:
            NotFound: Unknown id.
        """
        with self._database.reading() as session:
            return rows.state(_get(session, StateRow, state_id))

    def line(self, state_id: str, *, limit: int) -> list[GameState]:
        """Return a state and at most so many of those before it, that state first.

        Unknown ids have no line.
        """
        up = (
            select(StateRow.id, StateRow.parent_id, literal(0).label("steps"))
            .where(StateRow.id == state_id)
            .cte("up", recursive=True)
        )
        parent = select(StateRow.id, StateRow.parent_id, up.c.steps + 1)
        up = up.union_all(parent.join(up, StateRow.id == up.c.parent_id).where(up.c.steps < limit))
        query = select(StateRow).join(up, StateRow.id == up.c.id).order_by(up.c.steps)
        with self._database.reading() as session:
            return [rows.state(row) for row in session.scalars(query)]

    def head_state(self, game_id: str) -> GameState:
        """Return the accepted state that counts now.

        Raises:
            NotFound: Unknown game.
        """
        with self._database.reading() as session:
            game = _get(session, GameRow, game_id)
            return rows.state(_get(session, StateRow, game.head_id))

    def proposal(self, game_id: str) -> Proposal | None:
        """Return the reading that waits for review, or None."""
        with self._database.reading() as session:
            row = session.get(ProposalRow, game_id)
            return None if row is None else rows.proposal(row)

    def clear_proposal(self, game_id: str) -> None:
        """Drop the waiting reading, if there is one."""
        with self._database.writing() as session:
            session.execute(delete(ProposalRow).where(ProposalRow.game_id == game_id))

    def add_journal(self, entry: JournalEntry) -> None:
        """Append a line to a game's journal.

        Raises:
            NotFound: Unknown game.
        """
        with self._database.writing() as session:
            _get(session, GameRow, entry.game_id)
            session.add(rows.journal_row(entry))

    def journal(self, game_id: str, *, limit: int | None = None) -> list[JournalEntry]:
        """Return a game's journal, oldest line first; with ``limit`` only the newest so many."""
        query = select(JournalRow).where(JournalRow.game_id == game_id)
        with self._database.reading() as session:
            newest = session.scalars(query.order_by(JournalRow.id.desc()).limit(limit))
            return [rows.journal_entry(row) for row in newest][::-1]


def sqlite_url(path: Path) -> str:
    """Return the URL of the SQLite database in a file."""
    return f"sqlite:///{path}"


_GAME_COLUMNS: Final = {"table": "table_id", "metadata": "remarks"}
_KINDS: Final[dict[type[Base], str]] = {GameRow: "game", CaptureRow: "capture", StateRow: "state"}


def _get[RowT: Base](session: Session, row_type: type[RowT], wanted: str) -> RowT:
    row = session.get(row_type, wanted)
    if row is None:
        raise NotFound(_KINDS[row_type], wanted)
    return row


def _set_capture(row: CaptureRow, fields: CaptureFields) -> None:
    for field, value in fields.items():
        setattr(row, field, value.to_json() if isinstance(value, CaptureFailure) else value)


def _write(session: Session, game: GameRow, change: Change) -> None:
    if game.head_id != change.base_head_id:
        raise HeadMoved(f"{game.head_id} is the head, not {change.base_head_id}")
    number = _next_number(session, game.id)
    for state in change.append:
        session.add(rows.state_row(state, number))
        session.flush()  # children refer to their parents
        number += 1
    rows.set_head(game, change.head)
    game.tip_id = change.tip_id
    if game.status == GameStatus.COMPLETED.value != change.status.value:
        session.execute(delete(ResultRow).where(ResultRow.game_id == game.id))
    game.status = change.status.value
    game.updated_at = change.at
    session.execute(delete(ProposalRow).where(ProposalRow.game_id == game.id))
    if change.proposal is not None:
        session.add(rows.proposal_row(change.proposal))
    session.add_all(rows.journal_row(entry) for entry in change.journal)
    session.flush()


def _next_number(session: Session, game_id: str) -> int:
    last = session.scalar(select(func.max(StateRow.number)).where(StateRow.game_id == game_id))
    return 0 if last is None else last + 1
