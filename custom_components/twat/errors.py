"""Failures of the inner layers as Home Assistant's translated errors.

Keys are those of `exceptions` in `translations/en.json`. What went wrong on the way of a capture is
a `HopError`: it also knows which part failed, for the capture's row, the entities and repairs.
"""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .clients.errors import (
    Busy,
    ConnectionFailed,
    Hop,
    Rejected,
    ServiceError,
    Unauthorized,
    WrongVersion,
)
from .const import DOMAIN
from .games.errors import GameError, ResultError
from .games.model import CaptureFailure
from .storage.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    DiskFull,
    GameExists,
    HeadMoved,
    ImageRejected,
    NotFound,
    NotWritable,
    StorageError,
)


class HopError(HomeAssistantError):
    """A part that a capture passes through failed.

    Attributes:
        hop: which part.
        code: short stable name of the failure.
    """

    def __init__(self, hop: Hop, code: str, key: str, **placeholders: str) -> None:
        """Name the part and what its translated text needs."""
        super().__init__(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
        )
        self.hop = hop
        self.code = code

    @property
    def failure(self) -> CaptureFailure:
        """The failure as a capture keeps it."""
        return CaptureFailure(hop=self.hop.value, code=self.code, message=str(self))


PASSING = frozenset({"database_locked", "database_unavailable", "disk_full", "not_writable"})
"""Codes of storage failures that go away, with nothing lost."""


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """The user asked for something that cannot be."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def game_error(err: GameError) -> HomeAssistantError:
    """A rule of `games` refused the request; the key is the translation key."""
    if isinstance(err, ResultError):
        return HopError(Hop.VISION, err.key, "vision_not_understood", reason=str(err))
    return invalid(err.key, **err.placeholders)


def storage_error(err: StorageError) -> HomeAssistantError:
    """Database or files refused."""
    match err:
        case NotFound(kind="image"):
            return HopError(Hop.STORAGE, "image_gone", "unknown_image", id=err.id)
        case NotFound():
            return invalid(f"unknown_{err.kind}", id=err.id)
        case GameExists():
            return invalid("game_exists", id=err.id)
        case HeadMoved():
            return invalid("game_moved_on")
        case ImageRejected():
            return HopError(Hop.CAMERA, f"image_{err.code}", f"image_{err.code}")
        case DiskFull():
            return HopError(Hop.STORAGE, "disk_full", "disk_full")
        case NotWritable():
            return HopError(
                Hop.STORAGE,
                "not_writable",
                "not_writable",
                path=str(err.path),
                reason=err.reason,
            )
        case DatabaseLocked():
            return HopError(Hop.STORAGE, "database_locked", "database_locked")
        case DatabaseCorrupt():
            return HopError(Hop.STORAGE, "database_corrupt", "database_damaged", reason=err.reason)
        case _:
            return HopError(
                Hop.STORAGE, "database_unavailable", "database_unavailable", reason=str(err)
            )


def service_error(err: ServiceError) -> HopError:
    """The camera or the vision service cannot be reached, or refuses."""
    hop = err.hop.value
    match err:
        case Unauthorized():
            key = f"{hop}_unauthorized"
        case WrongVersion():
            return HopError(
                err.hop, err.code, f"{hop}_wrong_version", api_version=str(err.api_version)
            )
        case ConnectionFailed():
            key = f"{hop}_unreachable"
        case Busy():
            key = f"{hop}_busy"
        case Rejected():
            key = f"{hop}_rejected"
        case _:
            key = f"{hop}_not_understood"
    return HopError(err.hop, err.code, key, reason=err.message)
