"""The models of the server: which there are, having one in memory, and downloading one when somebody says so."""

import asyncio
import logging
from typing import Any, Final

from twat_vision.vlm import Namer, VlmError, successors

from . import event_log
from .database import Database
from .events import EventSignal
from .naming import Naming

_LOGGER = logging.getLogger(__name__)

_STEP: Final = 0.01
"""Share of a download from which on its progress is told again."""


class NoServer(Exception):
    """The service was given no model server."""


class PullUnderWay(Exception):
    """Another model is being downloaded; one at a time."""


class Models:
    """Asks about models and changes what is there.

    Args:
        namer: The server's, None where there is none.
        naming: Is told when a model has come.
        database: Where news go.
        events: Wakes up who listens for them.
    """

    def __init__(
        self, namer: Namer | None, naming: Naming, database: Database, events: EventSignal
    ) -> None:
        self._namer = namer
        self._naming = naming
        self._database = database
        self._events = events
        self._pull: tuple[str, asyncio.Task[None]] | None = None
        self._loads: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop what is under way; the server keeps what was downloaded of a model."""
        tasks = [*self._loads, *([self._pull[1]] if self._pull else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def listing(self) -> dict[str, Any]:
        """The JSON form of what there is (see `answers.ModelsAnswer`)."""
        empty: dict[str, Any] = {
            "models": [],
            "details": [],
            "default": None,
            "version": None,
            "successors": {},
            "pulling": None,
        }
        if self._namer is None:
            return {**empty, "server": None, "problem": None}
        found = await self._namer.availability()
        problem = found.problem
        return {
            "models": [model.name for model in found.models],
            "details": [
                {"name": m.name, "size": m.size, "thinking": m.thinking} for m in found.models
            ],
            "default": found.default,
            "server": self._namer.url,
            "version": None if found.version is None else ".".join(map(str, found.version)),
            "problem": None
            if problem is None
            else {"code": problem.code.value, "message": str(problem), "model": problem.model},
            "successors": successors(found.models),
            "pulling": None if self._pull is None else self._pull[0],
        }

    def load(self, name: str | None) -> None:
        """Begin to bring a model into memory; what goes wrong is said when it is asked.

        Raises:
            NoServer: There is no server.
        """
        namer = self._server()

        async def load() -> None:
            try:
                _LOGGER.info("%s is in memory", await namer.load(name))
            except VlmError as err:
                _LOGGER.warning("No model could be brought into memory: %s", err)

        task = asyncio.create_task(load())
        self._loads.add(task)
        task.add_done_callback(self._loads.discard)

    def pull(self, name: str) -> None:
        """Begin to download a model; the same one again changes nothing.

        Raises:
            NoServer: There is no server.
            PullUnderWay: Another one is being downloaded.
        """
        namer = self._server()
        if self._pull is not None:
            if self._pull[0] == name:
                return
            raise PullUnderWay(self._pull[0])
        self._pull = (name, asyncio.create_task(self._download(namer, name)))

    async def _download(self, namer: Namer, name: str) -> None:
        told = -1.0
        try:
            async for news in namer.pull(name):
                # Only layers have a size; what is said before and after them changes nothing.
                if news.total and abs((share := news.completed / news.total) - told) >= _STEP:
                    told = share
                    await self._tell(
                        name, status="pulling", completed=news.completed, total=news.total
                    )
        except VlmError as err:
            _LOGGER.warning("%s", err)
            await self._tell(name, status="failed", message=str(err))
        else:
            _LOGGER.info("%s has been downloaded", name)
            await self._tell(name, status="done")
            self._naming.try_again()
        finally:
            self._pull = None

    async def _tell(self, name: str, *, status: str, **more: Any) -> None:
        news = {
            "type": "model",
            "model": name,
            "status": status,
            "completed": 0,
            "total": 0,
            "message": None,
        }
        await self._database.call(event_log.append, {**news, **more})
        self._events.wake()

    def _server(self) -> Namer:
        if self._namer is None:
            raise NoServer
        return self._namer
