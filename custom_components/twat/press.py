"""A capture that was asked for, and the captures of one game in their order."""

import asyncio
from bisect import insort
from dataclasses import dataclass, field

from .clients.camera import Resolution
from .games.model import Capture
from .games.request import Wishes
from .outcome import Outcome


@dataclass(slots=True)
class Press:
    """A capture that somebody asked for.

    Attributes:
        capture: its row as last written.
        done: what became of it; pending when it has to wait for the vision service.
        wishes: what somebody wants of reading it again; None for its first reading.
        handed_in: set once the vision service has it, or it is settled.
        job_id: the job, if the vision service has it.
    """

    capture: Capture
    resolution: Resolution
    done: asyncio.Future[Outcome]
    wishes: Wishes | None = None
    handed_in: asyncio.Event = field(default_factory=asyncio.Event)
    job_id: str | None = None

    def hand_in(self, job_id: str) -> None:
        """Note the job."""
        self.job_id = job_id
        self.handed_in.set()

    def settle(self, outcome: Outcome) -> None:
        """Tell whoever waits."""
        self.capture = outcome.capture
        self.handed_in.set()
        if not self.done.done():
            self.done.set_result(outcome)


@dataclass(slots=True)
class GameQueue:
    """The captures of one game that are not done.

    Attributes:
        waiting: asked for, not photographed yet.
        running: being photographed or read.
        photographed: to be read, in the order of their photos.
        task: what works on them.
        entering: held while a press is put on record.
    """

    waiting: Press | None = None
    running: Press | None = None
    photographed: list[Press] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    entering: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def works(self) -> bool:
        """Whether somebody works on them."""
        return self.task is not None and not self.task.done()

    def holds(self, capture_id: str) -> bool:
        """Whether a photo is to be read, or is being read; one of which only the annotated photo is missing has been read."""
        reads = self.running is not None and not self.running.done.done()
        under_way = (*self.photographed, *([self.running] if self.running and reads else []))
        return any(press.capture.id == capture_id for press in under_way)

    def add_photographed(self, press: Press) -> None:
        """Put a capture among those to be read, unless it is under way already."""
        if not self.holds(press.capture.id):
            insort(self.photographed, press, key=lambda p: p.capture.sequence)

    def settle(self) -> None:
        """Tell whoever waits for a photo that is not read yet that it waits."""
        for press in self.photographed:
            press.settle(Outcome(press.capture))
