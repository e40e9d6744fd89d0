"""Six-digit codes: whoever can read the service's log may have its token.

A code lives ten minutes and is good for one pairing. Five wrong tries lock pairing for a minute,
so that guessing a code takes years.
"""

from collections import deque
from collections.abc import Callable
import hmac
import logging
import math
import secrets
import time

from .errors import ApiError

_LOGGER = logging.getLogger(__name__)

CODE_LIFETIME = 600.0
"""Seconds a code is good for."""
MAX_TRIES = 5
"""Wrong tries before pairing locks."""
LOCK_TIME = 60.0
"""Seconds pairing stays locked."""


def _random_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def _log_code(code: str) -> None:
    _LOGGER.info("pairing code: %s (valid for %d minutes)", code, CODE_LIFETIME // 60)


class Pairing:
    """The code of the moment, and what has been tried against it.

    Not thread-safe: it belongs to the event loop's thread.

    Args:
        clock: Monotonic seconds.
        new_code: Makes six digits.
        announce: Called with each new code; logs it unless told otherwise.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        new_code: Callable[[], str] = _random_code,
        announce: Callable[[str], None] = _log_code,
    ) -> None:
        self._clock = clock
        self._new_code = new_code
        self._announce = announce
        self._code: str | None = None
        self._retired: deque[str] = deque(maxlen=20)
        self._until = 0.0
        self._wrong = 0

    @property
    def code(self) -> str | None:
        """The code that is valid now; None while pairing is locked."""
        self.refresh()
        return self._code

    def refresh(self) -> float:
        """Bring code and lock up to date; return the seconds until that is due again."""
        if self._clock() >= self._until:
            self._replace()
        return max(0.0, self._until - self._clock())

    def check(self, offered: str) -> None:
        """Accept the valid code, once.

        Args:
            offered: What somebody typed.

        Raises:
            ApiError: 429 `pairing_locked` with `Retry-After`; 403 `pairing_code_expired` for a
                code that was valid before; 403 `pairing_code_wrong` with `details.tries_left`.
        """
        seconds = self.refresh()
        if self._code is None:
            raise ApiError(
                429,
                "pairing_locked",
                "Too many wrong codes; wait a minute, then use the new code.",
                {"retry_after": math.ceil(seconds)},
                {"Retry-After": str(math.ceil(seconds))},
            )
        if hmac.compare_digest(self._code.encode(), offered.encode()):
            self._wrong = 0
            self._replace()
            return
        if offered in self._retired:
            raise ApiError(
                403, "pairing_code_expired", "This code is no longer valid; use the new one."
            )
        self._wrong += 1
        left = MAX_TRIES - self._wrong
        if left == 0:
            self._lock()
        raise ApiError(403, "pairing_code_wrong", "The code is wrong.", {"tries_left": left})

    def _replace(self) -> None:
        self._retire()
        code = self._new_code()
        self._code = code
        self._until = self._clock() + CODE_LIFETIME
        self._announce(code)

    def _lock(self) -> None:
        self._retire()
        self._wrong = 0
        self._until = self._clock() + LOCK_TIME
        _LOGGER.warning("pairing is locked for %d s after %d wrong codes", LOCK_TIME, MAX_TRIES)

    def _retire(self) -> None:
        if self._code is not None:
            self._retired.append(self._code)
        self._code = None
