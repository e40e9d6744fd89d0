"""Worker processes for the CPU work, so that HTTP answers at once whatever is being computed.

Processes rather than threads: a native crash ends one job's attempt and not the service, a
cancelled job stops at once because its process is killed, and HTTP never waits for the
interpreter. Each worker stays up, warm, and takes one task at a time. (The standard
`ProcessPoolExecutor` gives up all of its workers when one dies and cannot cancel what runs.)
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
import contextlib
import itertools
import json
import logging
import sys
from typing import Any, Final, Self

from . import frames

_LOGGER = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "twat_vision.service.worker")
_RETRY_SECONDS: Final = (0, 1, 2, 5, 10, 30)

OnProgress = Callable[[str], Awaitable[None]]


class WorkerDied(Exception):
    """The worker process ended in the middle of a task, or while starting."""


class TaskFailed(Exception):
    """The worker did the task and it failed; `code` is stable, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Worker:
    """One worker process; made by `start`."""

    def __init__(
        self, process: Process, answers: asyncio.StreamReader, tasks: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._killed = False
        self._answers = answers
        self._tasks = tasks

    @classmethod
    async def start(cls, command: Sequence[str] = COMMAND) -> Self:
        """Start a process and wait until it is warm.

        Raises:
            WorkerDied: It ended instead.
        """
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("asyncio made no pipes")
        worker = cls(process, process.stdout, process.stdin)
        try:
            await worker._receive()
        except BaseException:
            worker.kill()
            await worker.wait()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def run(self, task: frames.Message, on_progress: OnProgress) -> dict[str, Any]:
        """Do a task and return its results; a worker whose task is interrupted is killed.

        Args:
            task: See `worker.answer`.
            on_progress: Awaited with the name of each stage as it begins.

        Raises:
            TaskFailed: The task has no result.
            WorkerDied: The process ended.
        """
        try:
            try:
                self._tasks.write(frames.pack(task))
                await self._tasks.drain()
            except ConnectionError as err:
                raise WorkerDied from err
            while (answer := await self._receive())["kind"] == "progress":
                await on_progress(answer["stage"])
        except BaseException:
            self.kill()
            raise
        if answer["kind"] == "failed":
            raise TaskFailed(answer["code"], answer["message"])
        results: dict[str, Any] = answer["results"]
        return results

    @property
    def alive(self) -> bool:
        """Whether the process can take another task."""
        return not self._killed and self._process.returncode is None

    def kill(self) -> None:
        """End the process now, with whatever it is doing."""
        self._killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def wait(self) -> None:
        """Wait until the process has ended and its pipes are closed."""
        self._tasks.close()
        await self._process.wait()

    async def _receive(self) -> frames.Message:
        try:
            head = await self._answers.readexactly(frames.LENGTH.size)
            body = await self._answers.readexactly(frames.LENGTH.unpack(head)[0])
        except (asyncio.IncompleteReadError, ConnectionError) as err:
            raise WorkerDied from err
        message: frames.Message = json.loads(body)
        return message


class WorkerPool:
    """A fixed number of workers; one that died is replaced."""

    def __init__(self, size: int, command: Sequence[str] = COMMAND) -> None:
        self._size = size
        self._command = command
        # The worker used last first: it still has the photo that the next one is compared with.
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._workers: set[Worker] = set()
        self._replacing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start all workers and wait until they are warm.

        Raises:
            WorkerDied: One could not be started; the installation is broken.
        """
        for _ in range(self._size):
            await self._add()

    async def close(self) -> None:
        """End all workers."""
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        for worker in self._workers:
            worker.kill()
            await worker.wait()

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Wait for a free worker and have it for oneself; first come, first served."""
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            if worker.alive:
                self._idle.put_nowait(worker)
            else:
                task = asyncio.create_task(self._replace(worker))
                self._replacing.add(task)
                task.add_done_callback(self._replacing.discard)

    async def run(self, task: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Have a worker do a task that has no stages; returns its results.

        Raises:
            TaskFailed: It cannot be done.
            WorkerDied: The worker did not survive it.
            TimeoutError: It took longer than `seconds`, waiting for the worker aside.
        """
        async with self.worker() as worker, asyncio.timeout(seconds):
            return await worker.run(task, _no_stages)

    async def _add(self) -> None:
        worker = await Worker.start(self._command)
        self._workers.add(worker)
        self._idle.put_nowait(worker)

    async def _replace(self, dead: Worker) -> None:
        await dead.wait()
        self._workers.discard(dead)
        for seconds in itertools.chain(_RETRY_SECONDS, itertools.repeat(_RETRY_SECONDS[-1])):
            await asyncio.sleep(seconds)
            try:
                await self._add()
            except WorkerDied:
                _LOGGER.error("The worker process ends while starting; its output above says why")
            else:
                return


async def _no_stages(stage: str) -> None:
    """Take the stages that such a task does not have."""
