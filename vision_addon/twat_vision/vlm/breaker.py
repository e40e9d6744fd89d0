"""A circuit breaker: after a failure a server is left alone for a while, longer with each further one.

M. Nygard, *Release It!*, 2007, chapter 5.
"""

from collections.abc import Callable
import time
from typing import Final

FIRST_SECONDS: Final = 15.0
LONGEST_SECONDS: Final = 600.0


class Breaker:
    """Counts failures.

    Args:
        clock: Seconds that only go forward.
        first: Seconds that the server is left alone at first; doubled with each further failure.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, first: float = FIRST_SECONDS
    ) -> None:
        self._clock = clock
        self._first = first
        self._failures = 0
        self._until = 0.0

    @property
    def wait(self) -> float:
        """Seconds until the server may be tried again; 0 when it may now."""
        return max(0.0, self._until - self._clock())

    def succeeded(self) -> None:
        """Note that all is well."""
        self._failures = 0
        self._until = 0.0

    def failed(self) -> None:
        """Note a failure."""
        rest = self._first * 2**self._failures
        self._failures += 1
        self._until = self._clock() + min(rest, LONGEST_SECONDS)
