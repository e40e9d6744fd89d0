"""Client of the camera service on the Raspberry Pi."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from aiohttp import ClientTimeout

from .base import QUICK, ServiceClient
from .errors import Hop, NotAService

# A full-resolution still is some 15 MB over a Pi's network port.
STILL_TIMEOUT = ClientTimeout(total=30, connect=5)
PREVIEW_WIDTHS = (160, 1920)


class Resolution(StrEnum):
    """What the camera service can be asked for."""

    UHD = "4k"
    FULL_HD = "1080p"
    HD = "720p"


@dataclass(frozen=True, slots=True)
class Still:
    """One photo and how it was taken.

    Attributes:
        image: JPEG bytes as the camera made them.
        captured_at: when the shutter opened, timezone-aware.
        settings: what else the camera says of it (exposure in µs, gain, lens position, sharpness).
    """

    image: bytes
    captured_at: datetime | None
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """State of the camera service."""

    status: str
    camera_model: str
    available_resolutions: tuple[str, ...]
    last_capture: datetime | None
    locked: Mapping[str, bool]
    version: str


class CameraClient(ServiceClient):
    """Takes stills and previews."""

    hop: ClassVar[Hop] = Hop.CAMERA
    service: ClassVar[str] = "twat-camera"

    async def status(self) -> CameraStatus:
        """Ask how the camera is."""
        return self._status(await self._json("GET", "status", timeout=QUICK))

    async def capture(self, resolution: Resolution = Resolution.UHD) -> Still:
        """Take a still.

        Raises:
            Rejected: code `unknown_resolution`.
            Busy: another still is being taken, or the camera is broken (code `camera_error`).
        """
        async with self._request(
            "POST",
            "capture",
            json={"resolution": resolution, "format": "jpeg"},
            timeout=STILL_TIMEOUT,
        ) as response:
            headers = response.headers
            return Still(
                image=await response.read(),
                captured_at=_timestamp(headers.get("X-Twat-Captured-At")),
                settings={
                    name: float(value)
                    for name in ("Exposure-Us", "Gain", "Lens-Position", "Sharpness")
                    if (value := _number(headers.get(f"X-Twat-{name}"))) is not None
                },
            )

    async def preview(self, width: int) -> bytes:
        """Take a quick small picture, JPEG; the width is clamped to what the service offers."""
        low, high = PREVIEW_WIDTHS
        async with self._request(
            "GET",
            "preview.jpg",
            params={"width": str(min(max(width, low), high))},
            timeout=QUICK,
        ) as response:
            return await response.read()

    async def lock(self, **controls: str) -> Mapping[str, bool]:
        """Lock or unlock focus, exposure and white balance (`all="lock"`); the new lock state."""
        body = await self._json("POST", "controls", json=controls, timeout=QUICK)
        return {str(name): bool(value) for name, value in body.items()}

    def _status(self, body: dict[str, Any]) -> CameraStatus:
        try:
            return CameraStatus(
                status=str(body["status"]),
                camera_model=str(body["camera_model"]),
                available_resolutions=tuple(body["available_resolutions"]),
                last_capture=_timestamp(body["last_capture"]),
                locked=dict(body["locked"]),
                version=str(body["version"]),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(self.hop, "the camera's status cannot be read") from err


def _timestamp(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
