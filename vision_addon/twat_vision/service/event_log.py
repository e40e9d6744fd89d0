"""Events as rows: what is told to clients, in the order in which it happened.

Like those of `jobs`, the functions take the connection first and are run by `Database.call`.
"""

import json
import sqlite3
from typing import Any, Final

KEPT: Final = 10_000


def append(connection: sqlite3.Connection, body: dict[str, Any]) -> None:
    """Tell something; what is too old is forgotten."""
    cursor = connection.execute(
        "INSERT INTO events (body) VALUES (?) RETURNING cursor", (json.dumps(body),)
    ).fetchone()["cursor"]
    connection.execute("DELETE FROM events WHERE cursor <= ?", (cursor - KEPT,))


def after(
    connection: sqlite3.Connection, cursor: int, limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """Return up to `limit` events after a cursor, oldest first, each with its own cursor."""
    rows = connection.execute(
        "SELECT cursor, body FROM events WHERE cursor > ? ORDER BY cursor LIMIT ?", (cursor, limit)
    )
    return [(row["cursor"], json.loads(row["body"])) for row in rows]


def bounds(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the cursor before the oldest event that is kept, and that of the latest."""
    latest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    oldest = connection.execute("SELECT min(cursor) FROM events").fetchone()[0]
    return (latest["seq"] if oldest is None else oldest - 1), latest["seq"]
