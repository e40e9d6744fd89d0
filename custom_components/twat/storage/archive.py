"""Whole games: read for export, written by import, and freed of their photos."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ..games.model import GameArchive
from . import rows
from .database import Database
from .errors import GameExists, NotFound
from .schema import AnnotationRow, CaptureRow, GameRow, JournalRow, ProposalRow, ResultRow, StateRow


class Archive:
    """A part of the repository; its methods block and raise as the repository's do."""

    def __init__(self, database: Database) -> None:
        """Work on a database, which may be opened later."""
        self._database = database

    def load(self, game_id: str) -> GameArchive:
        """Return everything that is kept of a game.

        Raises:
            NotFound: Unknown game.
        """
        with self._database.reading() as session:
            game = session.get(GameRow, game_id)
            if game is None:
                raise NotFound("game", game_id)
            proposal = session.get(ProposalRow, game_id)
            result = session.get(ResultRow, game_id)
            states = select(StateRow).where(StateRow.game_id == game_id).order_by(StateRow.number)
            captures = select(CaptureRow).where(CaptureRow.game_id == game_id)
            journal = select(JournalRow).where(JournalRow.game_id == game_id)
            annotations = (
                select(AnnotationRow)
                .join(StateRow, StateRow.id == AnnotationRow.state_id)
                .where(AnnotationRow.game_id == game_id)
                .order_by(StateRow.number)
            )
            return GameArchive(
                game=rows.game(game),
                states=tuple(rows.state(row) for row in session.scalars(states)),
                captures=tuple(
                    rows.capture(row)
                    for row in session.scalars(captures.order_by(CaptureRow.sequence))
                ),
                proposal=None if proposal is None else rows.proposal(proposal),
                journal=tuple(
                    rows.journal_entry(row)
                    for row in session.scalars(journal.order_by(JournalRow.id))
                ),
                annotations=tuple(rows.annotation(row) for row in session.scalars(annotations)),
                result=None if result is None else rows.result(result),
            )

    def store(self, archive: GameArchive) -> None:
        """Write a whole game that is not there yet, in one transaction.

        Raises:
            GameExists: The game is there already, or something else has one of its ids.
        """
        try:
            self._store(archive)
        except IntegrityError as err:
            raise GameExists(archive.game.id) from err

    def _store(self, archive: GameArchive) -> None:
        game_id = archive.game.id
        with self._database.writing() as session:
            if session.get(GameRow, game_id) is not None:
                raise GameExists(game_id)
            session.add(rows.game_row(archive.game, archive.head))
            session.flush()
            session.add_all(rows.capture_row(capture) for capture in archive.captures)
            session.flush()
            # One kind of row is inserted in the order in which it was added: children after their
            # parents, and the journal in the order of its ids.
            session.add_all(rows.state_row(s, number) for number, s in enumerate(archive.states))
            session.flush()
            session.add_all(rows.annotation_row(a, game_id) for a in archive.annotations)
            session.add_all(rows.journal_row(entry) for entry in archive.journal)
            if archive.proposal is not None:
                session.add(rows.proposal_row(archive.proposal))
            if archive.result is not None:
                session.add(rows.result_row(archive.result))

    def forget_photos(self, game_ids: Sequence[str]) -> None:
        """Let the captures of games have no photos any more; the files are the image store's."""
        with self._database.writing() as session:
            session.execute(
                update(CaptureRow)
                .where(CaptureRow.game_id.in_(game_ids))
                .values(image=None, thumbnail=None, overlay=None)
            )
