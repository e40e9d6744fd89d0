"""Jobs and events as rows: every change of a job and the event that tells of it are one commit.

The functions take the connection first and are run by `Database.call`; they know nothing of
images, workers or HTTP.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import json
import sqlite3
from typing import Any
import uuid

from twat_vision.vlm import Status

from . import event_log

JOBS_KEPT = 1_000
JOBS_KEPT_FOR = timedelta(days=7)
MAX_ATTEMPTS = 3
"""How often a job is begun before it is given up as one that kills its worker."""


class JobStatus(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in {JobStatus.QUEUED, JobStatus.PROCESSING}


class Naming(StrEnum):
    """Where the names of a completed job stand, while they are still wanted."""

    PENDING = "pending"
    WAITING = "waiting"
    ASKED = "asked"
    """The caller is asked, whose answers come when they come."""


@dataclass(frozen=True, slots=True)
class Job:
    """One accepted analysis; times are ISO 8601 in UTC, `request` and `results` JSON texts.

    `naming` is None when nothing more will be named, `naming_attempts` how often that failed.
    """

    id: str
    capture_id: str
    digest: str
    request: str
    images: tuple[str, ...]
    status: JobStatus
    stage: str
    attempts: int
    created_at: str
    started_at: str | None
    completed_at: str | None
    results: str | None
    error_code: str | None
    error_message: str | None
    naming: Naming | None = None
    naming_attempts: int = 0

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "job_id": self.id,
            "capture_id": self.capture_id,
            "status": self.status.value,
            "stage": self.stage,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "results": None if self.results is None else json.loads(self.results),
            "error": self.error,
        }

    @property
    def error(self) -> dict[str, str] | None:
        """Why it did not complete, or None."""
        if self.error_code is None:
            return None
        return {"code": self.error_code, "message": self.error_message or ""}


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a client asked for; `digest` tells equal requests from different ones."""

    id: str
    capture_id: str
    digest: str
    request: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The job that now stands for a capture; `replaced` is an unfinished one it ended.

    `unnamed` is a completed one whose names nobody wants any more.
    """

    job: Job
    created: bool
    replaced: str | None = None
    unnamed: str | None = None


class QueueFull(Exception):
    """As many jobs as allowed are unfinished."""


def new_job_id() -> str:
    """Make an id: 32 hex digits."""
    return uuid.uuid4().hex


def accept(connection: sqlite3.Connection, new: NewJob, limit: int) -> Accepted:
    """Store a job, or return the one that already does the same for its capture.

    Args:
        connection: The database.
        new: The job.
        limit: How many jobs may be unfinished.

    Raises:
        QueueFull: The limit is reached.
    """
    current = by_capture(connection, new.capture_id)
    if current is not None and _stands(current, new.digest):
        return Accepted(current, created=False)
    replaced = current if current is not None and not current.status.finished else None
    unnamed_id = None
    if current is not None and current.naming is not None:
        connection.execute("UPDATE jobs SET naming = NULL WHERE id = ?", (current.id,))
        unnamed_id = current.id
    if unfinished_count(connection) - (replaced is not None) >= limit:
        raise QueueFull
    if replaced is not None:
        cancel(connection, replaced.id, "replaced", "The capture was sent again, changed.")
    replaced_id = None if replaced is None else replaced.id
    connection.execute(
        "INSERT INTO jobs (id, capture_id, digest, request, images, status, stage, created_at)"
        " VALUES (?, ?, ?, ?, ?, 'queued', 'queued', ?)",
        (new.id, new.capture_id, new.digest, new.request, " ".join(new.images), _now()),
    )
    job = _existing(connection, new.id)
    _progress_event(connection, job, "queued")
    return Accepted(job, created=True, replaced=replaced_id, unnamed=unnamed_id)


def repeated(connection: sqlite3.Connection, capture_id: str, digest: str) -> Job | None:
    """Return the job that already does this for the capture, or None."""
    current = by_capture(connection, capture_id)
    return current if current is not None and _stands(current, digest) else None


def get(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """Return a job, or None."""
    return _job(connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone())


def by_capture(connection: sqlite3.Connection, capture_id: str) -> Job | None:
    """Return the newest job of a capture, or None."""
    return _job(
        connection.execute(
            "SELECT * FROM jobs WHERE capture_id = ? ORDER BY seq DESC LIMIT 1", (capture_id,)
        ).fetchone()
    )


def claim(connection: sqlite3.Connection) -> Job | None:
    """Begin the oldest queued job and return it, or None when there is none."""
    row = connection.execute(
        "UPDATE jobs SET status = 'processing', attempts = attempts + 1, started_at = ?"
        " WHERE seq = (SELECT seq FROM jobs WHERE status = 'queued' ORDER BY seq LIMIT 1)"
        " RETURNING *",
        (_now(),),
    ).fetchone()
    return _job(row)


def progress(connection: sqlite3.Connection, job_id: str, stage: str) -> None:
    """Note the stage of a running job; nothing happens to one that was cancelled meanwhile."""
    row = connection.execute(
        "UPDATE jobs SET stage = ? WHERE id = ? AND status = 'processing' RETURNING *",
        (stage, job_id),
    ).fetchone()
    if job := _job(row):
        _progress_event(connection, job, stage)


def complete(
    connection: sqlite3.Connection, job_id: str, results: str, naming: Naming | None = None
) -> bool:
    """Store the results of a running job; False when it was cancelled meanwhile.

    Args:
        connection: The database.
        job_id: The job.
        results: JSON text.
        naming: Whether, and of whom, names are still wanted.
    """
    row = connection.execute(
        "UPDATE jobs SET status = 'completed', stage = 'done', results = ?, completed_at = ?,"
        " naming = ? WHERE id = ? AND status = 'processing' RETURNING *",
        (results, _now(), naming, job_id),
    ).fetchone()
    if (job := _job(row)) is None:
        return False
    _event(connection, job, "completed", {"results": json.loads(results)})
    return True


def next_unnamed(connection: sqlite3.Connection) -> Job | None:
    """Return the oldest job whose names are wanted from the service's own model, or None."""
    return _job(
        connection.execute(
            "SELECT * FROM jobs WHERE naming IN ('pending', 'waiting') ORDER BY seq LIMIT 1"
        ).fetchone()
    )


def unnamed(connection: sqlite3.Connection) -> list[Job]:
    """Return every job whose names are wanted, whoever is asked, oldest first."""
    rows = connection.execute("SELECT * FROM jobs WHERE naming IS NOT NULL ORDER BY seq").fetchall()
    return [_from_row(row) for row in rows]


def named(
    connection: sqlite3.Connection,
    job_id: str,
    results: str,
    naming: Naming | None = None,
    attempts: int = 0,
) -> bool:
    """Store what became of a job's names; False when they are no longer wanted.

    Args:
        connection: The database.
        job_id: The job.
        results: JSON text of the results as they are now.
        naming: Whether, and how, names are still wanted.
        attempts: How often asking has failed.
    """
    row = connection.execute(
        "UPDATE jobs SET results = ?, naming = ?, naming_attempts = ?"
        " WHERE id = ? AND naming IS NOT NULL RETURNING *",
        (results, naming, attempts, job_id),
    ).fetchone()
    if (job := _job(row)) is None:
        return False
    _event(connection, job, "named", {"results": json.loads(results)})
    return True


def naming_progress(connection: sqlite3.Connection, job_id: str, done: int, total: int) -> None:
    """Tell how many of a job's questions are answered."""
    job = _existing(connection, job_id)
    _event(connection, job, "naming", {"done": done, "total": total})


def fail(connection: sqlite3.Connection, job_id: str, code: str, message: str) -> bool:
    """End an unfinished job as failed; False when it has already ended."""
    return _end(connection, job_id, JobStatus.FAILED, code, message)


def cancel(connection: sqlite3.Connection, job_id: str, code: str, message: str) -> bool:
    """End an unfinished job as cancelled; False when it has already ended."""
    return _end(connection, job_id, JobStatus.CANCELLED, code, message)


def crashed(connection: sqlite3.Connection, job_id: str) -> None:
    """Put a job whose worker died back into the queue, or give it up after the last attempt."""
    job = get(connection, job_id)
    if job is None or job.status is not JobStatus.PROCESSING:
        return
    if job.attempts >= MAX_ATTEMPTS:
        fail(
            connection,
            job_id,
            "crashed",
            f"The analysis ended its process {job.attempts} times and is not tried again.",
        )
    else:
        _requeue(connection, job, job.attempts)


def release(connection: sqlite3.Connection, job_id: str) -> None:
    """Put a job back that was interrupted by an orderly stop, which is not its fault."""
    job = get(connection, job_id)
    if job is not None and job.status is JobStatus.PROCESSING:
        _requeue(connection, job, job.attempts - 1)


def recover(connection: sqlite3.Connection) -> list[Job]:
    """After a start: queue again what was being processed; return every unfinished job."""
    for job in _unfinished(connection):
        if job.status is JobStatus.PROCESSING:
            crashed(connection, job.id)
    return _unfinished(connection)


def prune(connection: sqlite3.Connection) -> list[str]:
    """Remove finished jobs beyond the number and the age that are kept; return their ids."""
    oldest = (datetime.now(UTC) - JOBS_KEPT_FOR).isoformat(timespec="milliseconds")
    rows = connection.execute(
        "DELETE FROM jobs WHERE status NOT IN ('queued', 'processing')"
        " AND (naming IS NULL OR naming = 'asked') AND (completed_at < ? OR seq <= "
        "(SELECT seq FROM jobs WHERE status NOT IN ('queued', 'processing') ORDER BY seq DESC"
        " LIMIT 1 OFFSET ?)) RETURNING id",
        (oldest, JOBS_KEPT),
    ).fetchall()
    return [row["id"] for row in rows]


def ids(connection: sqlite3.Connection) -> set[str]:
    """Return the ids of all jobs that are kept."""
    return {row["id"] for row in connection.execute("SELECT id FROM jobs")}


def counts(connection: sqlite3.Connection) -> dict[JobStatus, int]:
    """Return how many jobs there are of each status, zeros included."""
    found = dict.fromkeys(JobStatus, 0)
    for row in connection.execute("SELECT status, count(*) AS n FROM jobs GROUP BY status"):
        found[JobStatus(row["status"])] = row["n"]
    return found


def unfinished_count(connection: sqlite3.Connection) -> int:
    """Return how many jobs are queued or being processed."""
    found: int = connection.execute(
        "SELECT count(*) FROM jobs WHERE status IN ('queued', 'processing')"
    ).fetchone()[0]
    return found


def _stands(job: Job, digest: str) -> bool:
    """Say whether a job answers a repeated request: the same one, and neither it nor its names were given up."""
    if job.digest != digest or job.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        return False
    vlm = json.loads(job.results or "{}").get("vlm") or {}
    return vlm.get("status") not in {Status.FAILED, Status.CANCELLED}


def _end(
    connection: sqlite3.Connection, job_id: str, status: JobStatus, code: str, message: str
) -> bool:
    row = connection.execute(
        "UPDATE jobs SET status = ?, error_code = ?, error_message = ?, completed_at = ?"
        " WHERE id = ? AND status IN ('queued', 'processing') RETURNING *",
        (status, code, message, _now(), job_id),
    ).fetchone()
    if (job := _job(row)) is None:
        return False
    _event(connection, job, status, {"error": job.error})
    return True


def _requeue(connection: sqlite3.Connection, job: Job, attempts: int) -> None:
    connection.execute(
        "UPDATE jobs SET status = 'queued', stage = 'queued', started_at = NULL, attempts = ?"
        " WHERE id = ?",
        (attempts, job.id),
    )
    _progress_event(connection, job, "queued")


def _unfinished(connection: sqlite3.Connection) -> list[Job]:
    rows = connection.execute(
        "SELECT * FROM jobs WHERE status IN ('queued', 'processing') ORDER BY seq"
    ).fetchall()
    return [_from_row(row) for row in rows]


def _progress_event(connection: sqlite3.Connection, job: Job, stage: str) -> None:
    _event(connection, job, "progress", {"stage": stage})


def _event(connection: sqlite3.Connection, job: Job, kind: str, more: dict[str, Any]) -> None:
    about = {"job_id": job.id, "capture_id": job.capture_id}
    event_log.append(connection, {"type": kind, **about, **more})


def _existing(connection: sqlite3.Connection, job_id: str) -> Job:
    return _from_row(connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone())


def _job(row: sqlite3.Row | None) -> Job | None:
    return None if row is None else _from_row(row)


def _from_row(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        capture_id=row["capture_id"],
        digest=row["digest"],
        request=row["request"],
        images=tuple(row["images"].split()),
        status=JobStatus(row["status"]),
        stage=row["stage"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        results=row["results"],
        error_code=row["error_code"],
        error_message=row["error_message"],
        naming=None if row["naming"] is None else Naming(row["naming"]),
        naming_attempts=row["naming_attempts"],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
