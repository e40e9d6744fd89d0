"""Names from a model of the caller's: its questions are given out, what it replied is taken in.

What is asked follows from the job's request, results and photos, so nothing is kept between the two. The photos are not
either: one that has left the cache meanwhile has to be uploaded again.
"""

import base64
from collections.abc import Mapping, Sequence
import json
import logging
from typing import Any
import uuid

from twat_vision.vlm import AI_TASK, Answer, BadAnswer, Code, Question, Report, Spent, Status
from twat_vision.vlm.relay import BUDGET, PATCHES, askings, read_replies

from . import jobs
from .database import Database
from .events import EventSignal
from .images import ImageCache
from .job_queue import ImagesMissing
from .jobs import Job
from .metrics import Metrics
from .naming import WORK_SECONDS, gives_up
from .pool import WorkerPool
from .schemas import AnswersIn, FailureIn
from .sheets import QUESTIONS, merge_task, sheets_task, spent, with_report, without_names

_LOGGER = logging.getLogger(__name__)


class NotAsked(Exception):
    """Nobody waits for the caller's names of this job."""


class NotAnAnswer(Exception):
    """What was replied to a question is none of the possible answers, or not as many replies as askings."""

    def __init__(self, question: str, fault: str) -> None:
        super().__init__(fault)
        self.question = question


class RelayedNames:
    """Gives out questions and takes answers."""

    def __init__(
        self,
        database: Database,
        images: ImageCache,
        pool: WorkerPool,
        events: EventSignal,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._images = images
        self._pool = pool
        self._events = events
        self._metrics = metrics

    async def questions(self, job: Job) -> dict[str, Any]:
        """Return what the caller is to ask, as JSON (`NameQuestionsAnswer`).

        Raises:
            NotAsked: The job's names are not asked of the caller, or not any more.
            ImagesMissing: Photos have to be uploaded again.
            TaskFailed, WorkerDied, TimeoutError: They cannot be cut out.
        """
        found = await self._cut(job)
        return {
            "questions": [
                {
                    "id": id_,
                    "image": base64.b64encode(question.picture).decode(),
                    "image_tokens": question.image_tokens,
                    "askings": [
                        {"prompt": asking.prompt, "schema": asking.schema}
                        for asking in askings(question)
                    ],
                }
                for id_, question in found.items()
            ]
        }

    async def answer(self, job: Job, body: AnswersIn) -> Job:
        """Take what the caller's model replied, or that it did not; returns the job as it is then.

        Raises:
            NotAnAnswer: A reply is none; nothing is changed.
            NotAsked, ImagesMissing, TaskFailed, WorkerDied, TimeoutError: As `questions`.
        """
        cost = Spent(body.calls, body.image_tokens, 0, body.seconds)
        if body.failure is not None:
            stored = await self._failed(job, body.respondent, body.failure, cost)
        else:
            stored = await self._named(job, body.respondent, body.answers or {}, cost)
        self._metrics.named(cost)
        return stored

    async def _named(
        self, job: Job, respondent: str, replies: Mapping[str, Sequence[object]], cost: Spent
    ) -> Job:
        """Read the replies and make the reading of them."""
        answers = _read(await self._cut(job), replies)
        read = json.loads(job.results or "")
        report = Report(Status.DONE, respondent, spent=spent(read) + cost, source=AI_TASK)
        merging = merge_task(job, with_report(read, report), answers, report)
        results = await self._pool.run(merging, WORK_SECONDS)
        return await self._store(job, results, None, job.naming_attempts)

    async def _cut(self, job: Job) -> dict[str, Question]:
        """What is to be asked, by id."""
        if job.naming is not jobs.Naming.ASKED:
            raise NotAsked
        owner = uuid.uuid4().hex
        if missing := self._images.pin(owner, job.images):
            raise ImagesMissing(missing)
        task = sheets_task(job, self._images, json.loads(job.results or ""), PATCHES, BUDGET)
        try:
            cut = await self._pool.run(task, WORK_SECONDS)
        finally:
            self._images.unpin(owner)
        found = QUESTIONS.validate_json(cut["questions"])
        return {str(number): question for number, question in enumerate(found, start=1)}

    async def _failed(self, job: Job, respondent: str, failure: FailureIn, cost: Spent) -> Job:
        """Note a failure: the caller asks again, or never."""
        if job.naming is not jobs.Naming.ASKED:
            raise NotAsked
        _LOGGER.warning("No names for job %s from %s: %s", job.id, respondent, failure.message)
        code = Code(failure.code)
        self._metrics.naming_failed(code)
        attempts = job.naming_attempts + 1
        over = gives_up(code, attempts)
        status = Status.FAILED if over else Status.WAITING
        read = json.loads(job.results or "")
        report = Report(
            status,
            respondent,
            code.value,
            failure.message,
            spent=spent(read) + cost,
            source=AI_TASK,
        )
        results = without_names(read, report)
        return await self._store(job, results, None if over else jobs.Naming.ASKED, attempts)

    async def _store(
        self, job: Job, results: Mapping[str, Any], naming: jobs.Naming | None, attempts: int
    ) -> Job:
        text = json.dumps(results)
        if not await self._database.call(jobs.named, job.id, text, naming, attempts):
            raise NotAsked
        self._events.wake()
        stored = await self._database.call(jobs.get, job.id)
        assert stored is not None
        return stored


def _read(
    questions: Mapping[str, Question], replies: Mapping[str, Sequence[object]]
) -> list[Answer]:
    """Read the replies to all questions, each of which has to be there as often as it was to be asked."""
    if unknown := replies.keys() - questions.keys():
        raise NotAnAnswer(min(unknown), "there is no such question")
    answers: list[Answer] = []
    for id_, question in questions.items():
        said, times = replies.get(id_, ()), len(askings(question))
        if len(said) != times:
            raise NotAnAnswer(id_, f"{times} replies are needed, {len(said)} came")
        try:
            answers += read_replies(question, said)
        except BadAnswer as err:
            raise NotAnAnswer(id_, str(err)) from err
    return answers
