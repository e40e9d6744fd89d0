"""The SQLite file behind the job queue, on a thread of its own.

The standard library's `sqlite3` is enough for three tables and a dozen statements; an ORM would
add a dependency to the container and hide which statement is one durable commit, the very thing
this file is about. WAL with `synchronous=FULL` makes every commit survive a power cut.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
import logging
from pathlib import Path
import sqlite3
import time
from typing import Concatenate, ParamSpec, TypeVar

from twat_service import DataDirError

_LOGGER = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  capture_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  request TEXT NOT NULL,
  images TEXT NOT NULL,
  status TEXT NOT NULL,
  stage TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  started_at TEXT,
  completed_at TEXT,
  results TEXT,
  error_code TEXT,
  error_message TEXT,
  naming TEXT,
  naming_attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_capture ON jobs (capture_id, seq);
CREATE INDEX jobs_by_status ON jobs (status, seq);
CREATE INDEX jobs_by_naming ON jobs (naming, seq);
CREATE TABLE events (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT,
  body TEXT NOT NULL
) STRICT;
"""

# From each version to the next.
_UPGRADES = {
    1: """
ALTER TABLE jobs ADD COLUMN naming TEXT;
ALTER TABLE jobs ADD COLUMN naming_attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_naming ON jobs (naming, seq);
""",
}


class DatabaseFull(Exception):
    """There is no room left on the disk for what should be written."""


class Database:
    """One connection on one thread; every call is one transaction, begun, made and committed there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, making it where missing.

        A file that is damaged is renamed to `….corrupt-<UTC>` and a new one begun: clients learn
        from the events' `reset` that they have to ask again for what they wait for.

        Raises:
            DataDirError: It cannot be opened, or was written by a newer version of the service.
        """
        await self._on_thread(self._open)

    async def close(self) -> None:
        """Close the file and end the thread."""
        await self._on_thread(self._close)
        self._thread.shutdown()

    async def call(
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` as one transaction and return what it returns.

        Raises:
            DatabaseFull: The disk is full; nothing was changed.
        """
        return await self._on_thread(lambda: self._transaction(function, *args, **kwargs))

    async def _on_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _transaction(
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        connection = self._connection
        if connection is None:
            raise RuntimeError("the database is not open")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = function(connection, *args, **kwargs)
                connection.execute("COMMIT")
            except BaseException:
                # SQLite itself rolls back on some errors, a full disk among them.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as err:
            # Errors of the module itself carry no code.
            if getattr(err, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise DatabaseFull(str(err)) from err
            raise
        return result

    def _open(self) -> None:
        try:
            self._connection = _connect(self._path)
        except sqlite3.DatabaseError as err:
            if isinstance(err, sqlite3.OperationalError):
                raise DataDirError(f"cannot open {self._path}: {err}") from err
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            aside = self._path.with_name(f"{self._path.name}.corrupt-{stamp}")
            self._path.rename(aside)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            _LOGGER.error("The job queue is damaged (%s); kept as %s, a new one begun", err, aside)
            self._connection = _connect(self._path)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DataDirError(f"{path} was written by a newer version of the service")
    if version == 0:
        _create(connection)
        return
    for old in range(version, SCHEMA_VERSION):
        _run(connection, _UPGRADES[old], old + 1)


def _create(connection: sqlite3.Connection) -> None:
    # Cursors begin at the time of day, so that after the loss of a database no new event gets a
    # cursor that a client has already seen and would skip.
    first = time.time_ns() // 10**6
    begin = f"INSERT INTO sqlite_sequence (name, seq) VALUES ('events', {first})"  # noqa: S608
    _run(connection, _SCHEMA + begin, SCHEMA_VERSION)


def _run(connection: sqlite3.Connection, statements: str, version: int) -> None:
    """Change the schema in one transaction: a file is of one version or of the next."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={version}")
    connection.execute("COMMIT")
