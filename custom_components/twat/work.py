"""What a hub does beside Home Assistant's loop: what blocks in threads, what takes long in background tasks."""

import asyncio
from collections.abc import Callable, Coroutine
import logging
from typing import Any

from homeassistant.core import HomeAssistant, callback

from .coordinator import HubConfigEntry
from .errors import game_error, storage_error
from .games.errors import GameError
from .storage.errors import StorageError

_LOGGER = logging.getLogger(__name__)


class Worker:
    """Runs work, and knows what is under way."""

    def __init__(self, hass: HomeAssistant, entry: HubConfigEntry) -> None:
        """Begin with nothing under way."""
        self.hass = hass
        self.entry = entry
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads: set[asyncio.Future[Any]] = set()

    @callback
    def async_background(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something until it is done or everything is stopped."""
        task = self.entry.async_create_background_task(self.hass, work, f"twat {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def async_run[**P, R](self, func: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run something that blocks in an executor; its failures become Home Assistant's.

        Who cancels this gets control back only when the work has ended, for a thread cannot be
        stopped: nothing is still being written for a game that is about to be deleted.

        Raises:
            ServiceValidationError: the request cannot be.
            HopError: storage failed.
        """
        work = self.hass.async_add_executor_job(lambda: func(*args, **kwargs))
        self._threads.add(work)
        work.add_done_callback(self._threads.discard)
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            await asyncio.wait([work])
            if (lost := work.exception()) is not None:
                _LOGGER.warning("What nobody waited for any more failed: %s", lost)
            raise
        try:
            return work.result()
        except GameError as err:
            raise game_error(err) from err
        except StorageError as err:
            raise storage_error(err) from err

    async def async_stop_work(self) -> None:
        """Stop what runs in the background, and wait for it and for all threads.

        Home Assistant cancels an entry's tasks only after unloading it: too late for what they need.
        """
        while self._tasks or self._threads:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait([*self._tasks, *self._threads])
