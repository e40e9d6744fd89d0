"""The database file: opened with care, brought up to date, locked and unlocked.

Sources: SQLite's documentation on WAL, ``PRAGMA quick_check`` and transactions; SQLAlchemy 2.0,
"SQLite transactions and concurrency" for the explicit BEGIN.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
import json
import logging
from pathlib import Path
import sqlite3
from threading import Lock
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from .errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseUnavailable,
    DiskFull,
    NotWritable,
)

_LOGGER = logging.getLogger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "migrations"

QUICK_CHECK_BYTES: Final = 64 * 1024 * 1024
"""A database up to this size is checked whole at every start: about 50 ms, two seconds on a slow
memory card."""

_NO_FILE: Final = (None, "", ":memory:")
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

# Alembic keeps its environment in module globals: one migration at a time in a process.
_MIGRATING: Final = Lock()


class Database:
    """One open SQLite database. Any thread may use it; writes take turns."""

    def __init__(self, url: str, busy_timeout: float) -> None:
        """Remember where it is; nothing is touched before `open`.

        Raises:
            ValueError: The URL names no SQLite file.
        """
        self._url: URL = make_url(url)
        if self._url.get_backend_name() != "sqlite" or self._url.database in _NO_FILE:
            raise ValueError(f"not a SQLite file: {self._url.render_as_string()}")
        self.path = Path(self._url.database or "")
        self._busy_timeout = busy_timeout
        self._engine: Engine | None = None
        self._writing = Lock()

    def open(self) -> None:
        """See `Repository.open`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise NotWritable(self.path.parent, err.strerror or str(err)) from err
        if self.path.exists():
            self._check()
        engine = create_engine(
            self._url,
            connect_args={"timeout": self._busy_timeout},
            json_serializer=partial(json.dumps, separators=(",", ":")),
        )
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        try:
            with self.translated():
                _upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        self._engine = engine

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        if (engine := self._engine) is None:
            return
        self._engine = None
        # The last connection to close checkpoints and removes the write-ahead log.
        engine.dispose()

    def checkpoint(self) -> None:
        """Move everything from the write-ahead log into the file.

        Raises:
            DatabaseLocked: Readers of another process kept it from finishing.
        """
        with self._writing, self.translated(), closing(self._connect("rw")) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise DatabaseLocked("the write-ahead log is in use")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session on one consistent view of the database."""
        with self.translated(), Session(self._open_engine()) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session whose changes are written when the block ends well, else not at all."""
        engine = self._open_engine().execution_options(twat_write=True)
        with self._writing, self.translated(), Session(engine) as session, session.begin():
            yield session

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's errors into ours."""
        try:
            yield
        except IntegrityError:
            raise  # a fault of ours, not of the file
        except DBAPIError as err:
            raise _translate(err.orig, str(err.orig)) from err
        except sqlite3.Error as err:
            raise _translate(err, str(err)) from err

    def _open_engine(self) -> Engine:
        if self._engine is None:
            raise DatabaseUnavailable("the database is not open")
        return self._engine

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=self._busy_timeout, isolation_level=None)

    def _check(self) -> None:
        """Look at an existing file without changing it: is it whole, do we know its schema?"""
        try:
            with self.translated(), closing(self._connect("ro")) as connection:
                result = "ok"
                if self._needs_full_check():
                    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if result == "ok":
                    found = _revision(connection)
        except DatabaseCorrupt as err:
            result = err.reason
        if result != "ok":
            copy = self._set_aside()
            _LOGGER.error("Database %s is damaged (%s); kept as %s", self.path, result, copy)
            raise DatabaseCorrupt(result, copy)
        script = ScriptDirectory(str(MIGRATIONS))
        known = {revision.revision for revision in script.walk_revisions()}
        if found is not None and found not in known:
            raise DatabaseTooNew(found, script.get_current_head() or "")

    def _needs_full_check(self) -> bool:
        """Whether to read every page: after an unclean end, and whenever that takes no time.

        A clean end leaves no write-ahead log behind. Damage in a larger file that was closed well
        is found when the damaged part is read.
        """
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() or self.path.stat().st_size <= QUICK_CHECK_BYTES

    def _set_aside(self) -> Path:
        """Move the file with its write-ahead log out of the way and return its new place."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        copy = self.path.with_name(f"{self.path.name}.corrupt-{stamp}")
        number = 1
        while copy.exists():
            number += 1
            copy = self.path.with_name(f"{self.path.name}.corrupt-{stamp}-{number}")
        try:
            for suffix in ("-wal", "-shm"):
                beside = self.path.with_name(self.path.name + suffix)
                if beside.exists():
                    beside.rename(copy.with_name(copy.name + suffix))
            self.path.rename(copy)
        except OSError as err:
            raise NotWritable(self.path, err.strerror or str(err)) from err
        return copy


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # We begin transactions ourselves: the driver would begin late, and a read that turns into a
    # write fails at once when another write came between.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # In WAL mode NORMAL cannot damage the database; FULL also keeps the last commit in a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("twat_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _upgrade(engine: Engine) -> None:
    """Run the missing migrations, all of them or none."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with _MIGRATING, engine.execution_options(twat_write=True).begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == ScriptDirectory(str(MIGRATIONS)).get_current_head():
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sqlite3.Connection) -> str | None:
    table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if connection.execute(table).fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _translate(
    cause: Any, text: str
) -> DatabaseLocked | DatabaseCorrupt | DiskFull | DatabaseUnavailable:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return DatabaseLocked(text)
    if code in _CORRUPT:
        return DatabaseCorrupt(text, None)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(text)
    return DatabaseUnavailable(text)
