"""The file behind the queue: damaged, newer, locked away, full."""

import sqlite3

import pytest

from twat_service import DataDirError
from twat_vision.service import event_log, jobs
from twat_vision.service.database import SCHEMA_VERSION, Database
from twat_vision.service.instance import only_instance


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.db"


def _new(capture_id="cap-1"):
    return jobs.NewJob(jobs.new_job_id(), capture_id, "digest", "{}", ())


async def test_what_is_written_is_there_after_reopening(path):
    database = Database(path)
    await database.open()
    accepted = await database.call(jobs.accept, _new(), 1)
    bounds = await database.call(event_log.bounds)
    await database.close()

    database = Database(path)
    await database.open()
    assert await database.call(jobs.get, accepted.job.id) == accepted.job
    assert await database.call(event_log.bounds) == bounds
    await database.close()


async def test_commits_survive_a_power_cut(path):
    database = Database(path)
    await database.open()

    def pragmas(connection):
        return [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]

    full = 2
    connection = database._connection
    assert await database._on_thread(lambda: pragmas(connection)) == ["wal", full]
    await database.close()


@pytest.mark.parametrize(
    "damage", [b"this is no database, " * 100, "page"], ids=["foreign", "page"]
)
async def test_damaged_file_is_kept_aside_and_a_new_one_begun(path, damage, caplog):
    database = Database(path)
    await database.open()
    for number in range(50):
        await database.call(jobs.accept, _new(f"cap-{number}"), 100)
    _, before = await database.call(event_log.bounds)
    await database.close()
    data = bytearray(path.read_bytes())
    if damage == "page":
        data[4096 : 4096 * 4] = bytes(4096 * 3)
    else:
        data[: len(damage)] = damage
    path.write_bytes(data)

    database = Database(path)
    await database.open()
    assert "damaged" in caplog.text
    kept = list(path.parent.glob("queue.db.corrupt-*"))
    assert [p.read_bytes() for p in kept] == [bytes(data)]
    assert await database.call(jobs.unfinished_count) == 0
    # Cursors go on after those that clients have seen.
    _, after = await database.call(event_log.bounds)
    assert after > 0
    assert abs(after - before) < 3_600_000
    await database.close()


async def test_file_of_a_newer_version_is_left_alone(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    database = Database(path)
    with pytest.raises(DataDirError, match="newer version"):
        await database.open()
    await database.close()
    assert path.read_bytes() == before


async def test_file_that_cannot_be_opened(tmp_path):
    database = Database(tmp_path / "missing" / "queue.db")
    with pytest.raises(DataDirError, match="cannot open"):
        await database.open()
    await database.close()


async def test_call_before_opening(path):
    database = Database(path)
    with pytest.raises(RuntimeError):
        await database.call(jobs.counts)
    await database.close()


async def test_failed_transaction_changes_nothing(path):
    database = Database(path)
    await database.open()

    def half(connection):
        jobs.accept(connection, _new(), 1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await database.call(half)
    assert await database.call(jobs.unfinished_count) == 0
    assert await database.call(event_log.after, 0, 10) == []
    await database.close()


async def test_final_states_are_final(path):
    database = Database(path)
    await database.open()
    job = (await database.call(jobs.accept, _new(), 1)).job
    assert not await database.call(jobs.complete, job.id, "{}")  # not begun
    await database.call(jobs.crashed, job.id)
    await database.call(jobs.release, job.id)
    assert (await database.call(jobs.get, job.id)).status is jobs.JobStatus.QUEUED
    assert (await database.call(jobs.claim)).id == job.id
    assert await database.call(jobs.claim) is None
    assert await database.call(jobs.complete, job.id, "{}")
    assert not await database.call(jobs.fail, job.id, "x", "y")
    assert not await database.call(jobs.cancel, job.id, "x", "y")
    await database.call(jobs.progress, job.id, "naming")
    await database.call(jobs.crashed, "unknown")
    done = await database.call(jobs.get, job.id)
    assert (done.status, done.stage, done.error) == (jobs.JobStatus.COMPLETED, "done", None)
    await database.close()


def test_one_service_a_data_directory(tmp_path):
    with (
        only_instance(tmp_path),
        pytest.raises(DataDirError, match="another service"),
        only_instance(tmp_path),
    ):
        pass
    with only_instance(tmp_path):
        pass


async def test_a_queue_of_the_first_version_is_taken_over(path):
    """Jobs of before models were asked are kept; none of them wants names."""
    connection = sqlite3.connect(path)
    connection.executescript(FIRST_VERSION)
    connection.execute(
        "INSERT INTO jobs (id, capture_id, digest, request, images, status, stage, created_at, results)"
        " VALUES ('j1', 'c1', 'd', '{}', '', 'completed', 'done', '2026-11-01', '{}')"
    )
    connection.execute("PRAGMA user_version=1")
    connection.commit()
    connection.close()

    database = Database(path)
    await database.open()
    job = await database.call(jobs.get, "j1")
    unnamed = await database.call(jobs.unnamed)
    await database.close()

    assert job.status is jobs.JobStatus.COMPLETED
    assert (job.naming, job.naming_attempts) == (None, 0)
    assert unnamed == []


FIRST_VERSION = """
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, capture_id TEXT NOT NULL,
  digest TEXT NOT NULL, request TEXT NOT NULL, images TEXT NOT NULL, status TEXT NOT NULL,
  stage TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,
  started_at TEXT, completed_at TEXT, results TEXT, error_code TEXT, error_message TEXT
) STRICT;
CREATE INDEX jobs_by_capture ON jobs (capture_id, seq);
CREATE INDEX jobs_by_status ON jobs (status, seq);
CREATE TABLE events (cursor INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 1000);
"""
