"""What is added to a game's story, and what is read off it: remarks, times, results."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from ..games.clocks import CLOCK_KINDS, ClockEvent
from ..games.model import Annotation, GameResult, JournalEntry, JournalKind
from . import rows
from .database import Database
from .errors import NotFound
from .schema import AnnotationRow, CaptureRow, JournalRow, ResultRow, StateRow

# States that count since their photo was taken, not since it was read.
_PHOTOGRAPHED: Final = (JournalKind.ACCEPTED, JournalKind.CORRECTED, JournalKind.TAKEN_BACK)


class Chronicle:
    """A part of the repository; its methods block and raise as the repository's do."""

    def __init__(self, database: Database) -> None:
        """Work on a database, which may be opened later."""
        self._database = database

    def annotate(self, game_id: str, annotation: Annotation) -> None:
        """Put a remark in the place of the one that a state had; an empty one removes it.

        Raises:
            NotFound: No such state of this game.
        """
        with self._database.writing() as session:
            state = session.get(StateRow, annotation.state_id)
            if state is None or state.game_id != game_id:
                raise NotFound("state", annotation.state_id)
            present = session.get(AnnotationRow, annotation.state_id)
            if present is not None:
                session.delete(present)
                session.flush()
            if annotation.note is not None or annotation.bookmark:
                session.add(rows.annotation_row(annotation, game_id))

    def annotations(self, game_id: str) -> list[Annotation]:
        """Return a game's remarks in the order of their states."""
        query = (
            select(AnnotationRow)
            .join(StateRow, StateRow.id == AnnotationRow.state_id)
            .where(AnnotationRow.game_id == game_id)
            .order_by(StateRow.number)
        )
        with self._database.reading() as session:
            return [rows.annotation(row) for row in session.scalars(query)]

    def noted(self, game_id: str, kind: JournalKind) -> list[JournalEntry]:
        """Return the lines of one kind of a game's journal, oldest first."""
        query = (
            select(JournalRow)
            .where(JournalRow.game_id == game_id, JournalRow.kind == kind.value)
            .order_by(JournalRow.id)
        )
        with self._database.reading() as session:
            return [rows.journal_entry(row) for row in session.scalars(query)]

    def clock_events(self, game_id: str) -> list[ClockEvent]:
        """Return what a game's clock is read off."""
        query = (
            select(
                JournalRow.kind,
                JournalRow.at,
                JournalRow.details,
                StateRow.turn,
                StateRow.active_player,
                CaptureRow.captured_at,
            )
            .outerjoin(StateRow, StateRow.id == JournalRow.state_id)
            .outerjoin(CaptureRow, CaptureRow.id == JournalRow.capture_id)
            .where(JournalRow.game_id == game_id)
            .where(JournalRow.kind.in_([kind.value for kind in CLOCK_KINDS]))
            .order_by(JournalRow.id)
        )
        with self._database.reading() as session:
            return [_clock_event(*row) for row in session.execute(query)]

    def results(self) -> list[GameResult]:
        """Return the results of all games that were played to their end, oldest first."""
        query = select(ResultRow).order_by(ResultRow.finished_at, ResultRow.game_id)
        with self._database.reading() as session:
            return [rows.result(row) for row in session.scalars(query)]

    def result(self, game_id: str) -> GameResult | None:
        """Return how a game ended; None while it has not been played to its end."""
        with self._database.reading() as session:
            row = session.get(ResultRow, game_id)
            return None if row is None else rows.result(row)


def _clock_event(
    kind: str,
    at: datetime,
    details: dict[str, object],
    turn: int | None,
    player: int | None,
    captured_at: datetime | None,
) -> ClockEvent:
    what = JournalKind(kind)
    if what is JournalKind.CLOCK_CORRECTED:
        whose, seconds = details["player"], details["seconds"]
        assert whose is None or isinstance(whose, int)
        assert isinstance(seconds, int)
        return ClockEvent(what, at, player=whose, seconds=seconds)
    since = captured_at if what in _PHOTOGRAPHED and captured_at is not None else at
    return ClockEvent(what, since, turn, player)
