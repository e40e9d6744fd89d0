"""Wakes up whoever waits for events; the events themselves are read from the database."""

import asyncio


class EventSignal:
    """Tells any number of waiters that something was written.

    A waiter takes a `ticket` before it reads and waits on it when there was nothing new, so that
    nothing written in between is missed. Nothing is buffered per client: a slow one costs nothing
    and catches up from the database.
    """

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def wake(self) -> None:
        """Tell all waiters."""
        self._next.set()
        self._next = asyncio.Event()

    def ticket(self) -> asyncio.Event:
        """Return what is set by the next `wake`."""
        return self._next
