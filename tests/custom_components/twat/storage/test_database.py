"""Opening, damage, locks, full disks: the database is never lost and never overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
import logging
import os
from pathlib import Path
import shutil
import sqlite3
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from custom_components.twat.games.model import GameStatus
from custom_components.twat.games.new_game import NewGame
from custom_components.twat.storage import database
from custom_components.twat.storage.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseUnavailable,
    DiskFull,
    NotWritable,
)
from custom_components.twat.storage.repository import Repository, sqlite_url
from custom_components.twat.storage.schema import Base

type Begin = Callable[..., NewGame]

needs_ordinary_user = pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write everywhere; run as an ordinary user"
)


def _pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _fill(repository: Repository, begin: Begin, games: int) -> None:
    for number in range(games):
        new = begin(f"Game {number}")
        repository.create_game(new.game, new.state, new.journal)


def test_a_new_database_is_made_with_its_folder(repository: Repository, path: Path) -> None:
    assert path.is_file()
    assert _pragma(path, "journal_mode") == "wal"
    assert repository.list_games() == ([], 0)


def test_the_migrations_make_the_tables_that_the_rows_need(
    repository: Repository, path: Path
) -> None:
    engine = create_engine(sqlite_url(path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, Base.metadata)

    engine.dispose()
    assert differences == []


def test_only_sqlite_files_are_taken() -> None:
    for url in ("postgresql://host/twat", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="not a SQLite file"):
            Repository(url)


def test_a_database_that_is_not_open_says_so(path: Path) -> None:
    repository = Repository(sqlite_url(path))

    with pytest.raises(DatabaseUnavailable):
        repository.list_games()

    assert not path.exists()


def test_opening_leaves_logging_alone(path: Path) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers), logging.getLogger("alembic").level
    mine = logging.getLogger("custom_components.other")

    repository = Repository(sqlite_url(path))
    repository.open()
    repository.close()

    assert (root.level, list(root.handlers), logging.getLogger("alembic").level) == before
    assert not mine.disabled


def test_several_databases_open_at_once_from_several_threads(tmp_path: Path) -> None:
    repositories = [Repository(sqlite_url(tmp_path / f"{n}" / "twat.db")) for n in range(6)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(Repository.open, repositories))

    for repository in repositories:
        assert repository.list_games() == ([], 0)
        repository.close()


def test_a_checkpoint_leaves_everything_in_the_file(
    repository: Repository, begin: Begin, path: Path, tmp_path: Path
) -> None:
    _fill(repository, begin, 3)

    repository.checkpoint()

    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)  # the file alone, as a backup would
    restored = Repository(sqlite_url(copy))
    restored.open()
    assert restored.list_games()[1] == 3
    restored.close()


def test_a_checkpoint_that_another_reader_prevents_is_said(path: Path, begin: Begin) -> None:
    repository = Repository(sqlite_url(path), busy_timeout=0.01)
    repository.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM games").fetchall()
        _fill(repository, begin, 1)

        with pytest.raises(DatabaseLocked):
            repository.checkpoint()

        other.execute("ROLLBACK")
    repository.close()


def test_what_was_written_survives_a_kill(path: Path, begin: Begin) -> None:
    program = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.storage.repository import Repository, sqlite_url
repository = Repository(sqlite_url(Path(sys.argv[1])))
repository.open()
new = new_game(
    load_profiles().get("chess"),
    name="Killed",
    players=[{"name": "A"}, {"name": "B"}],
    at=datetime.now(UTC),
)
repository.create_game(new.game, new.state, new.journal)
os.kill(os.getpid(), 9)
"""
    root = Path(__file__).parents[4]
    subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    assert path.with_name("twat.db-wal").stat().st_size > 0

    repository = Repository(sqlite_url(path))
    repository.open()

    assert [game.name for game in repository.list_games()[0]] == ["Killed"]
    repository.close()


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.95])
def test_a_damaged_database_is_kept_aside_and_not_overwritten(
    repository: Repository, path: Path, begin: Begin, share: float
) -> None:
    _fill(repository, begin, 40)
    repository.close()
    content = bytearray(path.read_bytes())
    page = int(len(content) * share) // 4096 * 4096
    content[page : page + 600] = b"\xa5" * 600
    path.write_bytes(content)
    path.with_name("twat.db-wal").write_bytes(b"rest of a log")

    with pytest.raises(DatabaseCorrupt) as err:
        repository.open()

    copy = err.value.copy
    assert copy is not None
    assert copy.name.startswith("twat.db.corrupt-2")
    assert copy.read_bytes() == content
    assert copy.with_name(copy.name + "-wal").exists()
    assert not path.exists()
    assert str(copy) in str(err.value)
    repository.open()  # only now, and because somebody asked for it
    assert repository.list_games() == ([], 0)
    assert copy.read_bytes() == content


def test_a_large_database_is_checked_whole_only_after_an_unclean_end(
    repository: Repository, path: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "QUICK_CHECK_BYTES", 4096)
    _fill(repository, begin, 40)
    repository.close()
    content = bytearray(path.read_bytes())
    page = len(content) // 8192 * 4096
    content[page : page + 600] = b"\xa5" * 600
    path.write_bytes(content)

    repository.open()
    repository.close()
    path.with_name("twat.db-wal").touch()

    with pytest.raises(DatabaseCorrupt):
        repository.open()


def test_a_file_that_is_no_database_is_kept_aside(path: Path) -> None:
    path.parent.mkdir(parents=True)
    names = set()
    repository = Repository(sqlite_url(path))
    for _ in range(3):  # within one second
        path.write_bytes(b"this was never a database" * 100)
        with pytest.raises(DatabaseCorrupt) as err:
            repository.open()
        assert err.value.copy is not None
        names.add(err.value.copy.name)

    assert len(names) == 3
    assert len(list(path.parent.glob("twat.db.corrupt-*"))) == 3


def test_damage_that_cannot_be_moved_aside_is_left_in_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this was never a database" * 100)

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)

    with pytest.raises(NotWritable, match="Permission denied"):
        Repository(sqlite_url(path)).open()

    assert path.read_bytes().startswith(b"this was never")


def test_damage_found_while_in_use_is_said_and_left_in_place(
    repository: Repository, path: Path, begin: Begin
) -> None:
    _fill(repository, begin, 40)
    repository.checkpoint()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    repository.close()
    repository._database._engine = create_engine(sqlite_url(path))

    with pytest.raises(DatabaseCorrupt) as err:
        repository.list_games()

    assert err.value.copy is None
    assert path.exists()


def test_a_newer_database_is_not_touched(repository: Repository, path: Path, begin: Begin) -> None:
    _fill(repository, begin, 1)
    repository.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()

    with pytest.raises(DatabaseTooNew) as err:
        repository.open()

    newest = max(file.name for file in (database.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert (err.value.found, err.value.known) == ("9999", newest[:4])
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.glob("*.corrupt*")] == []


def test_an_empty_file_and_an_unversioned_one_are_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    repository = Repository(sqlite_url(path))
    repository.open()
    repository.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        for table in [*reversed(Base.metadata.sorted_tables)]:
            connection.execute(f"DROP TABLE {table.name}")

    repository.open()

    assert repository.list_games() == ([], 0)
    repository.close()


def test_a_migration_that_fails_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE journal (something_else)")
    repository = Repository(sqlite_url(path))

    with pytest.raises(DatabaseUnavailable, match="journal"):
        repository.open()

    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert tables.fetchall() == [("journal",)]
    with pytest.raises(DatabaseUnavailable):
        repository.list_games()


def test_a_locked_database_is_said_and_nothing_is_written(
    repository: Repository, path: Path, begin: Begin
) -> None:
    _fill(repository, begin, 1)
    impatient = Repository(sqlite_url(path), busy_timeout=0.01)
    impatient.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(DatabaseLocked):
            _fill(impatient, begin, 1)
        assert impatient.list_games()[1] == 1  # reading goes on

        other.execute("ROLLBACK")
    _fill(impatient, begin, 1)
    assert repository.list_games()[1] == 2
    impatient.close()


def test_a_database_locked_while_opening_is_said(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DatabaseLocked):
            Repository(sqlite_url(path), busy_timeout=0.01).open()

        other.execute("ROLLBACK")


def test_a_full_disk_is_said_and_nothing_is_written(
    repository: Repository, begin: Begin, at: object
) -> None:
    _fill(repository, begin, 1)
    engine = repository._database._open_engine()
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DiskFull):
        _fill(repository, begin, 200)

    stored = repository.list_games()[1]
    assert 1 <= stored < 201
    assert repository.get_game(repository.list_games()[0][0].id).status is GameStatus.SETUP


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotWritable):
        Repository(sqlite_url(tmp_path / "file" / "twat.db")).open()


def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "twat.db").mkdir()

    with pytest.raises(DatabaseUnavailable):
        Repository(sqlite_url(tmp_path / "twat.db")).open()

    assert (tmp_path / "twat.db").is_dir()


@needs_ordinary_user
def test_a_file_that_may_not_be_written_is_said(repository: Repository, path: Path) -> None:
    repository.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)

    with pytest.raises(DatabaseUnavailable):
        repository.open()

    path.parent.chmod(0o700)


def test_our_own_faults_are_not_blamed_on_the_file(repository: Repository, stored: NewGame) -> None:
    with pytest.raises(IntegrityError):
        repository.create_game(stored.game, stored.state, stored.journal)


def test_a_percent_sign_in_the_path_of_the_migrations_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "100% mine" / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    repository = Repository(sqlite_url(tmp_path / "twat.db"))

    repository.open()

    assert repository.list_games() == ([], 0)
    repository.close()
