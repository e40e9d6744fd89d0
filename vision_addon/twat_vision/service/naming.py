"""Names that come later: completed analyses whose pieces a model is still asked about, one after the other.

What is wanted stands in the job's row, so that a restart loses nothing. A server in trouble is left alone for longer
each time; meanwhile the analyses stand as tracking made them, and say what is in the way.
"""

import asyncio
import contextlib
import json
import logging
from typing import Any, Final

from twat_vision.vlm import AI_TASK, VLM, Breaker, Code, Namer, Report, Respondent, Status, VlmError

from . import jobs
from .database import Database
from .events import EventSignal
from .images import ImageCache
from .jobs import Job
from .metrics import Metrics
from .pool import TaskFailed, WorkerDied, WorkerPool
from .sheets import QUESTIONS, merge_task, sheets_task, spent, with_report, without_names

_LOGGER = logging.getLogger(__name__)

ATTEMPTS: Final = 10
"""How often names are asked for before they are given up: over an hour with the breaker's waits."""
BAD_ATTEMPTS: Final = 2
"""The same, where the server is well and the model answers nonsense."""
WORK_SECONDS: Final = 60.0
"""How long cutting out or merging may take."""
_USELESS: Final = frozenset({Code.BAD_ANSWER, Code.REFUSED})


def gives_up(code: Code, attempts: int) -> bool:
    """Whether names are not asked for again, after so many failures, of which the last was this one."""
    return attempts >= (BAD_ATTEMPTS if code in _USELESS else ATTEMPTS)


class Naming:
    """Asks for names until no job wants any."""

    def __init__(
        self,
        namer: Namer | None,
        database: Database,
        images: ImageCache,
        pool: WorkerPool,
        events: EventSignal,
        metrics: Metrics,
        breaker: Breaker,
    ) -> None:
        self._namer = namer
        self._database = database
        self._images = images
        self._pool = pool
        self._events = events
        self._metrics = metrics
        self._breaker = breaker
        self._trouble: VlmError | None = None
        self._work = asyncio.Event()
        self._asking: tuple[str, asyncio.Task[None]] | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what the last run left, and begin."""
        if self._namer is None:
            return
        for job in await self._database.call(jobs.unnamed):
            if job.naming is not jobs.Naming.ASKED:
                self._images.pin(job.id, job.images)
        self._work.set()
        self._loop = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; what is wanted stays wanted."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._namer is not None:
            await self._namer.close()

    @property
    def enabled(self) -> bool:
        """Whether there is anybody to ask."""
        return self._namer is not None

    def wanted(self) -> None:
        """Look for work: a job that wants names has been completed."""
        self._work.set()

    def try_again(self) -> None:
        """Forget the server's troubles: something about it has changed."""
        self._breaker.succeeded()
        self._trouble = None
        self._work.set()

    async def cancel(self, job: Job) -> bool:
        """Let go of a job's names; whether any were wanted."""
        if job.naming is None or job.results is None:
            return False
        source = AI_TASK if job.naming is jobs.Naming.ASKED else VLM
        report = Report(Status.CANCELLED, message="Asking for names was cancelled.", source=source)
        results = with_report(json.loads(job.results), report)
        cancelled = await self._database.call(jobs.named, job.id, json.dumps(results))
        self.dropped(job.id)
        self._events.wake()
        return cancelled

    def dropped(self, job_id: str) -> None:
        """Stop asking for a job whose row no longer wants names."""
        self._images.unpin(job_id)
        if self._asking is not None and self._asking[0] == job_id:
            # The connection to the server is closed with it, which ends its work, too.
            self._asking[1].cancel()

    async def _run(self) -> None:
        while True:
            self._work.clear()
            job = await self._database.call(jobs.next_unnamed)
            if job is None:
                await self._work.wait()
            elif (rest := self._breaker.wait) and self._trouble is not None:
                await self._put_off(self._trouble)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._work.wait(), rest)
            else:
                await self._ask_apart(job)

    async def _ask_apart(self, job: Job) -> None:
        """Ask in a task of its own, so that one job can be cancelled without the loop."""
        task = asyncio.create_task(self._ask(job))
        self._asking = (job.id, task)
        try:
            await asyncio.wait([task])
        finally:
            self._asking = None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("Asking for names failed", exc_info=error)
            await self._give_up(job, VlmError(Code.SERVER_ERROR, "Asking for names failed; the log says why."))  # fmt: skip

    async def _ask(self, job: Job) -> None:
        assert self._namer is not None
        model: str | None = json.loads(job.request)["model"]
        try:
            respondent = await self._namer.respondent(model)
            results = await self._named(job, self._namer, respondent)
        except VlmError as err:
            await self._failed(job, err)
            return
        except (TaskFailed, WorkerDied, TimeoutError) as err:
            reason = str(err) or type(err).__name__
            await self._give_up(
                job, VlmError(Code.SERVER_ERROR, f"The photos could not be cut up: {reason}")
            )
            return
        self.try_again()
        await self._database.call(jobs.named, job.id, json.dumps(results))
        self._images.unpin(job.id)
        self._events.wake()

    async def _named(self, job: Job, namer: Namer, respondent: Respondent) -> dict[str, Any]:
        """Cut out, ask, merge; returns the results."""
        read = json.loads(job.results or "")
        sheets = sheets_task(job, self._images, read, respondent.patches, respondent.budget)
        cut = await self._pool.run(sheets, WORK_SECONDS)

        async def progress(done: int, total: int) -> None:
            await self._database.call(jobs.naming_progress, job.id, done, total)
            self._events.wake()

        questions = QUESTIONS.validate_json(cut["questions"])
        answers, cost = await namer.ask(respondent, questions, progress)
        self._metrics.named(cost)
        name, notes = respondent.model.name, respondent.notes
        report = Report(Status.DONE, name, notes=notes, spent=spent(read) + cost)
        merging = merge_task(job, with_report(read, report), answers, report)
        return await self._pool.run(merging, WORK_SECONDS)

    async def _failed(self, job: Job, err: VlmError) -> None:
        """Note a failure: once more later, or never."""
        _LOGGER.warning("No names for job %s: %s", job.id, err)
        self._metrics.named(err.spent)
        self._metrics.naming_failed(err.code)
        attempts = job.naming_attempts + 1
        if gives_up(err.code, attempts):
            await self._give_up(job, err)
            return
        self._breaker.failed()
        # What it cost is this job's account, not that of those that wait behind it.
        self._trouble = VlmError(err.code, str(err), err.model)
        await self._store(job, err, Status.WAITING, attempts)

    async def _put_off(self, err: VlmError) -> None:
        """Tell the jobs that came meanwhile what is in the way."""
        for job in await self._database.call(jobs.unnamed):
            if job.naming is jobs.Naming.PENDING:
                await self._store(job, err, Status.WAITING, job.naming_attempts)

    async def _give_up(self, job: Job, err: VlmError) -> None:
        await self._store(job, err, Status.FAILED, job.naming_attempts)
        self._images.unpin(job.id)

    async def _store(self, job: Job, err: VlmError, status: Status, attempts: int) -> None:
        read = json.loads(job.results or "")
        cost = spent(read) + err.spent
        report = Report(status, err.model, err.code.value, str(err), spent=cost)
        results = json.dumps(without_names(read, report))
        naming = jobs.Naming.WAITING if status is Status.WAITING else None
        await self._database.call(jobs.named, job.id, results, naming, attempts)
        self._events.wake()
