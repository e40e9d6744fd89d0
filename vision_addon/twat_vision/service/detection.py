"""Looking for a board in a photo, on request and without a job."""

from typing import Any, Final
import uuid

from .images import ImageCache
from .job_queue import ImagesMissing
from .pool import WorkerPool
from .schemas import DetectIn

WAITING: Final = 8
"""How many requests may wait for a worker."""


class TooManyWaiting(Exception):
    """As many detections as allowed are waiting."""


class BoardDetector:
    """Shares the workers with the job queue, in turn."""

    def __init__(self, images: ImageCache, pool: WorkerPool, seconds: float) -> None:
        self._images = images
        self._pool = pool
        self._seconds = seconds
        self._waiting = 0

    async def detect(self, body: DetectIn) -> dict[str, Any]:
        """Return the board's suggested corners as JSON.

        Raises:
            ImagesMissing: The photo has to be uploaded first.
            TooManyWaiting: There are too many requests.
            TaskFailed: The photo cannot be read.
            WorkerDied: The worker did not survive the photo.
            TimeoutError: It took too long.
        """
        if self._waiting >= WAITING:
            raise TooManyWaiting
        owner = uuid.uuid4().hex
        if missing := self._images.pin(owner, [body.image]):
            raise ImagesMissing(missing)
        task = {
            "kind": "detect",
            "image": str(self._images.path(body.image)),
            "layout": body.layout.model_dump_json(),
        }
        self._waiting += 1
        try:
            return await self._pool.run(task, self._seconds)
        finally:
            self._waiting -= 1
            self._images.unpin(owner)
