"""What every backend is to the service: a camera that is already running."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

RESOLUTIONS: Final[dict[str, tuple[int, int]]] = {
    "4k": (4608, 2592),
    "1080p": (1920, 1080),
    "720p": (1280, 720),
}
"""Width and height in pixels of the stills one can ask for."""

LOCKS: Final = ("focus", "exposure", "white_balance")
"""What can be locked and unlocked."""


class CameraError(Exception):
    """The camera cannot be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Locks:
    """What is settled and held, so that two stills differ only where the table does."""

    focus: bool
    exposure: bool
    white_balance: bool


@dataclass(frozen=True, slots=True)
class Still:
    """A photo and how it was taken; None for what the backend does not know.

    Attributes:
        jpeg: The encoded photo.
        captured_at: When, UTC.
        size: Width and height in pixels.
        exposure_us: Exposure time in microseconds.
        gain: Analogue gain.
        lens_position: Focus distance in dioptres.
        sharpness: Figure of merit; higher is sharper, comparable within one camera only.
    """

    jpeg: bytes
    captured_at: datetime
    size: tuple[int, int]
    exposure_us: int | None = None
    gain: float | None = None
    lens_position: float | None = None
    sharpness: float | None = None


class Camera(Protocol):
    """A backend. Its methods block; the service calls all of them in one and the same thread."""

    @property
    def model(self) -> str:
        """What camera this is, for people."""

    @property
    def locks(self) -> Locks:
        """What is locked at the moment."""

    def start(self) -> None:
        """Open the camera, settle focus, exposure and white balance, and lock them.

        Raises:
            CameraError: There is no camera, or it does not work.
        """

    def close(self) -> None:
        """Let go of the camera. Harmless when it is not open."""

    def capture(self, resolution: str) -> Still:
        """Take a still.

        Args:
            resolution: One of `RESOLUTIONS`.

        Raises:
            CameraError: The camera has stopped working.
        """

    def preview(self, width: int) -> bytes:
        """Return what the camera sees now as a small JPEG.

        Args:
            width: In pixels; the height follows from the picture's shape.

        Raises:
            CameraError: The camera has stopped working.
        """

    def set_locks(self, changes: Mapping[str, bool]) -> Locks:
        """Lock (settle anew, then hold) or unlock some of `LOCKS`; return what is locked then.

        Raises:
            CameraError: The camera has stopped working.
        """

    def prepare(self) -> None:
        """Do ahead of the next still what can be done ahead; called while nobody waits."""
