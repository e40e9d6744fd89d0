"""The queue between HTTP and the workers: a job accepted is a job that ends, whatever is killed."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
import hashlib
import itertools
import json
import logging
import sqlite3
from statistics import median
from typing import Final, TypeVar

from . import jobs
from .database import Database, DatabaseFull
from .events import EventSignal
from .images import ImageCache
from .jobs import Job, JobStatus
from .metrics import Metrics
from .naming import Naming
from .pool import TaskFailed, Worker, WorkerDied, WorkerPool
from .schemas import AnalysisIn
from .settings import Settings
from .sheets import wanted_names

_LOGGER = logging.getLogger(__name__)

T = TypeVar("T")

_RETRY_SECONDS: Final = (1, 2, 5, 10, 30)
_FIRST_ESTIMATE: Final = 1.0
"""Seconds said for a job before any was measured."""


class ImagesMissing(Exception):
    """Photos that a job needs are not in the cache."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class JobQueue:
    """Accepts, runs, cancels and finds jobs."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        images: ImageCache,
        pool: WorkerPool,
        events: EventSignal,
        metrics: Metrics,
        naming: Naming,
    ) -> None:
        self._settings = settings
        self._database = database
        self._images = images
        self._pool = pool
        self._events = events
        self._metrics = metrics
        self._naming = naming
        self._work = asyncio.Event()
        self._running: dict[str, Worker] = {}
        self._durations: deque[float] = deque(maxlen=20)
        self._slots: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up where the last run ended, and begin to work."""
        for job in await self._database.call(jobs.recover):
            # What is missing here is said by the worker, when the job's turn comes.
            self._images.pin(job.id, job.images)
        await self._tidy(await self._database.call(jobs.ids))
        self._events.wake()
        self._work.set()
        self._slots = [asyncio.create_task(self._slot()) for _ in range(self._settings.workers)]

    async def close(self) -> None:
        """Stop working; what is being processed is queued again."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)

    async def submit(self, body: AnalysisIn) -> tuple[Job, bool]:
        """Accept an analysis; returns its job and whether that is a new one.

        Raises:
            ImagesMissing: Photos have to be uploaded first.
            QueueFull: Too many jobs are unfinished.
            DatabaseFull: The disk is full.
        """
        request = body.model_dump_json()
        digest = hashlib.sha256(request.encode()).hexdigest()
        if job := await self._database.call(jobs.repeated, body.capture_id, digest):
            if job.naming is jobs.Naming.WAITING:
                self._naming.try_again()
            return job, False
        shas = body.shas()
        new = jobs.NewJob(jobs.new_job_id(), body.capture_id, digest, request, shas)
        # Pinned before the job exists: in between, an upload could evict them.
        if missing := self._images.pin(new.id, shas):
            raise ImagesMissing(missing)
        try:
            accepted = await self._database.call(jobs.accept, new, self._settings.queue_size)
        except BaseException:
            self._images.unpin(new.id)
            raise
        if not accepted.created:
            self._images.unpin(new.id)
        if accepted.replaced is not None:
            self._end_early(accepted.replaced)
        if accepted.unnamed is not None:
            # Whoever asks again does not want to wait until a server in trouble is trusted again.
            self._naming.dropped(accepted.unnamed)
            self._naming.try_again()
        self._events.wake()
        self._work.set()
        return accepted.job, accepted.created

    async def get(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        return await self._database.call(jobs.get, job_id)

    async def cancel(self, job_id: str) -> Job | None:
        """Cancel a job that has not ended, at once; returns it as it is then, None if unknown.

        Of one that has been completed, asking for its names is cancelled.
        """
        if await self._database.call(
            jobs.cancel, job_id, "cancelled", "The analysis was cancelled."
        ):
            self._end_early(job_id)
            self._events.wake()
        job = await self.get(job_id)
        if job is not None and await self._naming.cancel(job):
            job = await self.get(job_id)
        return job

    async def estimate(self) -> float:
        """Return in how many seconds a job that was accepted just now may be done.

        From the median of the last 20 jobs and the number of unfinished ones.
        """
        each = median(self._durations) if self._durations else _FIRST_ESTIMATE
        ahead = await self._database.call(jobs.unfinished_count)
        return round(each * max(1, ahead) / self._settings.workers, 2)

    def _end_early(self, job_id: str) -> None:
        """Let go of a job that was cancelled, and of the worker that does it."""
        self._images.unpin(job_id)
        self._metrics.finished(JobStatus.CANCELLED)
        if worker := self._running.get(job_id):
            worker.kill()

    async def _slot(self) -> None:
        """Do one job after the other."""
        while True:
            await self._work.wait()
            async with self._pool.worker() as worker:
                # Cleared before looking: a job accepted after the look sets it again.
                self._work.clear()
                job = await self._until_stored(lambda: self._database.call(jobs.claim))
                if job is not None:
                    self._work.set()
                    await self._process(job, worker)

    async def _process(self, job: Job, worker: Worker) -> None:
        begun = asyncio.get_running_loop().time()
        self._running[job.id] = worker
        try:
            async with asyncio.timeout(self._settings.job_seconds):
                results = await worker.run(self._task(job), lambda stage: self._stage(job, stage))
            naming = wanted_names(results)
        except TaskFailed as err:
            await self._fail(job, err.code, str(err))
        except TimeoutError:
            limit = f"{self._settings.job_seconds:g} s"
            await self._fail(job, "timed_out", f"The analysis took longer than {limit}.")
        except WorkerDied:
            await self._died(job)
        except asyncio.CancelledError:
            await self._database.call(jobs.release, job.id)
            raise
        except Exception:
            _LOGGER.exception("Job %s failed", job.id)
            await self._fail(job, "internal", "The vision service failed; its log says why.")
        else:
            text = json.dumps(results)
            if await self._until_stored(
                lambda: self._database.call(jobs.complete, job.id, text, naming)
            ):
                self._durations.append(asyncio.get_running_loop().time() - begun)
                self._metrics.finished(JobStatus.COMPLETED, results["timings_ms"])
                if naming is jobs.Naming.PENDING:
                    # The photos are still needed.
                    self._naming.wanted()
                else:
                    self._images.unpin(job.id)
        finally:
            self._running.pop(job.id, None)
        self._events.wake()
        await self._prune()

    def _task(self, job: Job) -> dict[str, object]:
        return {
            "kind": "analyse",
            "request": job.request,
            "images": {sha: str(self._images.path(sha)) for sha in job.images},
            "overlay": str(self._settings.overlay(job.id)),
            "naming": self._naming.enabled,
        }

    async def _stage(self, job: Job, stage: str) -> None:
        try:
            await self._database.call(jobs.progress, job.id, stage)
        except (DatabaseFull, sqlite3.Error) as err:
            # Only news; the result is stored with more patience.
            _LOGGER.warning("The stage of job %s could not be stored: %s", job.id, err)
        self._events.wake()

    async def _fail(self, job: Job, code: str, message: str) -> None:
        _LOGGER.warning("Job %s failed: %s (%s)", job.id, message, code)
        if await self._until_stored(lambda: self._database.call(jobs.fail, job.id, code, message)):
            self._metrics.finished(JobStatus.FAILED)
        self._images.unpin(job.id)

    async def _died(self, job: Job) -> None:
        """Try a job again whose worker died, unless it was killed because the job was cancelled."""
        after = await self._until_stored(lambda: self._database.call(_crashed, job.id))
        if after is None or after.status is JobStatus.CANCELLED:
            return
        self._metrics.worker_died()
        _LOGGER.error("The worker died in job %s, attempt %d", job.id, job.attempts)
        if after.status is JobStatus.FAILED:
            self._metrics.finished(JobStatus.FAILED)
            self._images.unpin(job.id)
        self._work.set()

    async def _until_stored(self, store: Callable[[], Awaitable[T]]) -> T:
        """Write to the database, again and again while that fails."""
        for seconds in itertools.chain(_RETRY_SECONDS, itertools.repeat(_RETRY_SECONDS[-1])):
            try:
                return await store()
            except (DatabaseFull, sqlite3.Error) as err:
                _LOGGER.error("The job queue cannot be written, trying again: %s", err)
            await asyncio.sleep(seconds)
        raise AssertionError("the delays never end")

    async def _prune(self) -> None:
        for job_id in await self._until_stored(lambda: self._database.call(jobs.prune)):
            await asyncio.to_thread(self._settings.overlay(job_id).unlink, missing_ok=True)

    async def _tidy(self, kept: set[str]) -> None:
        """Remove overlays of jobs that are no more, and such as were cut off while written."""
        await asyncio.to_thread(self._remove_strays, kept)

    def _remove_strays(self, kept: set[str]) -> None:
        self._settings.overlays.mkdir(exist_ok=True)
        for path in self._settings.overlays.iterdir():
            if path.suffix != ".jpg" or path.stem not in kept:
                path.unlink()


def _crashed(connection: sqlite3.Connection, job_id: str) -> Job | None:
    jobs.crashed(connection, job_id)
    return jobs.get(connection, job_id)
