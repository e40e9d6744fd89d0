"""Runs a camera for the service: one thread, one thing at a time, and what its state is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
import contextlib
from datetime import datetime
import logging
from typing import Any, Literal, TypeVar

from .camera import Camera, CameraError, Locks, Still

_LOGGER = logging.getLogger(__name__)

_T = TypeVar("_T")


class CameraBusy(Exception):
    """A still is being taken already."""


class CameraHost:
    """Owns a camera and the thread it lives in.

    A camera that fails is closed and opened anew when it is needed next, so that a cable pushed
    back in is all it takes.

    Args:
        camera: The backend.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.last_capture: datetime | None = None
        self.error: str | None = None
        self._thread = ThreadPoolExecutor(1, "camera")
        self._turn = asyncio.Lock()
        self._open = False
        self._capturing = False
        self._background: set[asyncio.Task[None]] = set()

    @property
    def status(self) -> Literal["ready", "busy", "error"]:
        """What a client can expect of the next request."""
        if self._turn.locked():
            return "busy"
        return "error" if self.error else "ready"

    async def running(self) -> AsyncIterator[None]:
        """Keep the camera open while the application runs; opening it delays nobody's requests."""
        self._in_background(self._open_now)
        yield
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        async with self._turn:
            await self._close()
        self._thread.shutdown()

    async def capture(self, resolution: str) -> Still:
        """Take a still.

        Raises:
            CameraBusy: Another still is being taken.
            CameraError: The camera does not work.
        """
        if self._capturing:
            raise CameraBusy
        self._capturing = True
        try:
            still = await self.call(lambda: self.camera.capture(resolution))
        finally:
            self._capturing = False
        self.last_capture = still.captured_at
        self._in_background(self._prepare)
        return still

    async def preview(self, width: int) -> bytes:
        """Return a small JPEG of what the camera sees.

        Raises:
            CameraError: The camera does not work.
        """
        return await self.call(lambda: self.camera.preview(width))

    async def set_locks(self, changes: dict[str, bool]) -> Locks:
        """Lock or unlock; return what is locked then.

        Raises:
            CameraError: The camera does not work.
        """
        return await self.call(lambda: self.camera.set_locks(changes))

    async def call(self, work: Callable[[], _T]) -> _T:
        """Do something with the open camera when it is its turn.

        Raises:
            CameraError: The camera does not work; it is opened anew next time.
        """
        async with self._turn:
            try:
                if not self._open:
                    await self._in_thread(self.camera.start)
                    self._open = True
                result = await self._in_thread(work)
            except CameraError as err:
                await self._failed(err)
                raise
            if self.error is not None:
                _LOGGER.info("the camera works again")
            self.error = None
            return result

    async def _failed(self, err: CameraError) -> None:
        if self.error is None:
            _LOGGER.error("the camera does not work: %s", err)
        self.error = str(err)
        await self._close()

    async def _close(self) -> None:
        self._open = False
        try:
            await self._in_thread(self.camera.close)
        except CameraError as err:
            _LOGGER.warning("the camera cannot be closed: %s", err)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _open_now(self) -> None:
        await self._quietly(lambda: None)

    async def _prepare(self) -> None:
        await self._quietly(self.camera.prepare)

    async def _quietly(self, work: Callable[[], None]) -> None:
        """Do something nobody waits for; `call` has logged and kept what went wrong."""
        with contextlib.suppress(CameraError):
            await self.call(work)

    def _in_background(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(work())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
