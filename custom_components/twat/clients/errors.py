"""What can go wrong on the way to a service, each naming the hop it happened on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Hop(StrEnum):
    """The parts a capture passes through, as failures name them."""

    CAMERA = "camera"
    STORAGE = "storage"
    VISION = "vision"
    AI_TASK = "ai_task"


class ServiceError(Exception):
    """A request to a service failed.

    Attributes:
        hop: which service it was.
        code: short stable name of the failure, the service's own where it gave one.
    """

    code = "failed"

    def __init__(self, hop: Hop, message: str) -> None:
        """Remember the hop beside the message."""
        super().__init__(message)
        self.hop = hop

    @property
    def message(self) -> str:
        """The failure in words."""
        return str(self)


class ConnectionFailed(ServiceError):
    """Nothing answers at the address, or the connection broke."""

    code = "unreachable"


class TimedOut(ConnectionFailed):
    """The service took the connection and did not answer in time."""

    code = "timeout"


class NotAService(ServiceError):
    """Something answers that does not speak our protocol."""

    code = "not_a_service"


class WrongService(ServiceError):
    """It is one of ours, but another kind than expected."""

    code = "wrong_service"

    def __init__(self, hop: Hop, found: str) -> None:
        """Remember which service answered."""
        super().__init__(hop, f"{found} answers here")
        self.found = found


class WrongVersion(ServiceError):
    """The service speaks another major version of the protocol."""

    code = "wrong_version"

    def __init__(self, hop: Hop, api_version: int) -> None:
        """Remember the version the service speaks."""
        super().__init__(hop, f"the service speaks version {api_version} of the protocol")
        self.api_version = api_version


class Unauthorized(ServiceError):
    """The token is not (or no longer) the service's."""

    code = "unauthorized"


class Rejected(ServiceError):
    """The service understood the request and refused it.

    Attributes:
        status: HTTP status.
        code: the service's error code.
        details: what the service says about it, e.g. the field at fault.
    """

    def __init__(
        self,
        hop: Hop,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Take over the service's own words."""
        super().__init__(hop, message)
        self.status = status
        self.code = code
        self.details: Mapping[str, Any] = details or {}


class Busy(Rejected):
    """The service asks to come back later.

    Attributes:
        retry_after: seconds until it is worth trying again.
    """

    def __init__(
        self,
        hop: Hop,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        retry_after: float,
    ) -> None:
        """Remember when to come back."""
        super().__init__(hop, status, code, message, details)
        self.retry_after = retry_after
