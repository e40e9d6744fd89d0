"""A database of every released version is brought up to date, with all that is in it."""

from contextlib import closing
from pathlib import Path
import sqlite3

from alembic import command
from alembic.config import Config
import pytest
from sqlalchemy import create_engine, text

from custom_components.twat.storage.database import MIGRATIONS
from custom_components.twat.storage.repository import Repository, sqlite_url

# As version 0.1 wrote them.
ROWS = """
INSERT INTO games VALUES ('g', 'Friday', 'chess', 'in_progress', '2026-11-20 18:00:00.000000',
    '2026-11-20 18:05:00.000000', 's1', 2, 'play', 2, NULL, '{}', '{}');
INSERT INTO players VALUES ('a', 'g', 1, 'Alice', 'white'), ('b', 'g', 2, 'Bob', 'black');
INSERT INTO states VALUES ('s0', 'g', 0, NULL, NULL, 1, 'play', 1,
    '{"grid":null,"pieces":[],"complete":true}', '{}', '[]', '[]', 'manual',
    '2026-11-20 18:00:00.000000');
INSERT INTO states VALUES ('s1', 'g', 1, 's0', NULL, 2, 'play', 2,
    '{"grid":null,"pieces":[],"complete":true}', '{"player_1":{"spice":2}}', '[]', '[]', 'manual',
    '2026-11-20 18:05:00.000000');
"""


@pytest.fixture
def version_0_1(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(sqlite_url(path))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in ROWS.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";").replace(":", r"\:")))
    engine.dispose()
    return path


def test_states_of_before_are_in_round_1(version_0_1: Path) -> None:
    repository = Repository(sqlite_url(version_0_1))
    repository.open()

    record = repository.record("g")

    assert (record.head.turn, record.head.active_player) == (2, 2)
    assert record.head.resources == {"player_1": {"spice": 2}}
    assert (record.head.round, record.head.first_player) == (1, None)
    assert (record.head.passed, record.head.eliminated) == ((), ())
    assert record.states["s0"].round == 1
    repository.close()
    with closing(sqlite3.connect(version_0_1)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
