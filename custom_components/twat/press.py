"""A capture that was asked for, and the captures of one game in their order."""

import asyncio
from bisect import insort
from dataclasses import dataclass, field

from .clients.camera import Resolution
from .games.model import Capture
from .outcome import Outcome


@dataclass(slots=True)
class Press:
    """A capture that somebody asked for.

    Attributes:
        capture: its row as last written.
        done: what became of it; pending when it has to wait for the vision service.
    """

    capture: Capture
    resolution: Resolution
    done: asyncio.Future[Outcome]

    def settle(self, outcome: Outcome) -> None:
        """Tell whoever waits."""
        self.capture = outcome.capture
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

    def add_photographed(self, press: Press) -> None:
        """Put a capture among those to be read, unless it is under way already."""
        under_way = (self.running, *self.photographed)
        if not any(p is not None and p.capture.id == press.capture.id for p in under_way):
            insort(self.photographed, press, key=lambda p: p.capture.sequence)

    def settle(self) -> None:
        """Tell whoever waits for a photo that is not read yet that it waits."""
        for press in self.photographed:
            press.settle(Outcome(press.capture))
