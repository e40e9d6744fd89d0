"""The Raspberry Pi's own camera, through Picamera2 (Raspberry Pi, "The Picamera2 Library", 2024).

The camera runs all the time in a preview configuration that uses the sensor's full mode, the same
as stills do: exposure, colour and field of view settled there hold for the still. Focus is found
once, exposure and white balance settle once, and then all three are written into the preview
configuration *and* every still configuration; controls set in one only are lost when the camera
changes to the other. So a still needs no warm-up: the first frame after the change is right.
"""

from collections.abc import Collection, Iterator, Mapping
import contextlib
from datetime import UTC, datetime
import io
import logging
from typing import Any, Final

from libcamera import controls
from picamera2 import Picamera2

from twat_camera.camera import LOCKS, RESOLUTIONS, CameraError, Locks, Still

_LOGGER = logging.getLogger(__name__)

_FULL: Final = RESOLUTIONS["4k"]
_PREVIEW_SIZE: Final = (1920, 1080)
_SENSOR: Final = {"output_size": _FULL, "bit_depth": 10}
_WAIT: Final = 20.0
"""Seconds after which a camera that delivers nothing counts as broken."""
_STEADY: Final = 0.02
"""Relative change from frame to frame below which exposure and colour have settled."""
_STEADY_FRAMES: Final = 5
_MOST_FRAMES: Final = 90
_LOOSE_FRAMES: Final = 8
"""Frames to let pass before a still while something is not locked: it settles anew."""

_AUTOMATIC: Final[dict[str, dict[str, Any]]] = {
    "focus": {"AfMode": controls.AfModeEnum.Continuous},
    "exposure": {"AeEnable": True},
    "white_balance": {"AwbEnable": True},
}


class PiCamera:
    """A Camera Module 3, kept running, with locked controls."""

    def __init__(self) -> None:
        self._camera: Any = None
        self._model = "Raspberry Pi camera"
        self._has_focus = True
        self._held: dict[str, dict[str, Any]] = {}

    @property
    def model(self) -> str:
        """The camera's name, with its sensor's once that is known."""
        return self._model

    @property
    def locks(self) -> Locks:
        """What is held. A lens that cannot move counts as locked."""
        return Locks(**{name: self._is_locked(name) for name in LOCKS})

    def start(self) -> None:
        """Open the camera, focus, let exposure and white balance settle, and hold all three.

        Raises:
            CameraError: There is no camera, it is too coarse, or it does not answer.
        """
        with _camera_errors():
            self._camera = Picamera2()
            sensor = str(self._camera.camera_properties.get("Model", "unknown sensor"))
            name = "Camera Module 3" if sensor.startswith("imx708") else "camera"
            self._model = f"Raspberry Pi {name} ({sensor})"
            size = tuple(self._camera.sensor_resolution)
            if size[0] < _FULL[0] or size[1] < _FULL[1]:
                raise CameraError(
                    f"{sensor} has {size[0]}x{size[1]} pixels; stills need {_FULL[0]}x{_FULL[1]}, "
                    "as a Camera Module 3 has"
                )
            self._has_focus = "AfMode" in self._camera.camera_controls
            self._held = {}
            self._camera.configure(self._preview_configuration())
            self._camera.start()
            self._lock(LOCKS)

    def close(self) -> None:
        """Stop and release the camera.

        Raises:
            CameraError: It cannot be released.
        """
        camera, self._camera = self._camera, None
        if camera is not None:
            with _camera_errors():
                camera.close()

    def capture(self, resolution: str) -> Still:
        """Take a still at once: change to the still configuration, one frame, and back."""
        size = RESOLUTIONS[resolution]
        photo = io.BytesIO()
        with _camera_errors():
            configuration = self._camera.create_still_configuration(
                main={"size": size, "format": "BGR888"},
                raw=None,
                sensor=_SENSOR,
                buffer_count=1,
                controls=self._controls(),
            )
            settled = all(self._is_locked(name) for name in LOCKS)
            metadata = self._camera.switch_mode_and_capture_file(
                configuration,
                photo,
                format="jpeg",
                wait=_WAIT,
                delay=0 if settled else _LOOSE_FRAMES,
            )
        return Still(
            photo.getvalue(),
            datetime.now(UTC),
            size,
            exposure_us=metadata.get("ExposureTime"),
            gain=metadata.get("AnalogueGain"),
            lens_position=metadata.get("LensPosition"),
            # libcamera's own measure: contrast in the part of the picture that autofocus looks at.
            sharpness=metadata.get("FocusFoM"),
        )

    def preview(self, width: int) -> bytes:
        """Return the newest frame, small."""
        with _camera_errors():
            frame = self._camera.capture_image("main", wait=_WAIT)
        height = round(width * frame.height / frame.width)
        small = io.BytesIO()
        frame.convert("RGB").resize((width, height), reducing_gap=2.0).save(
            small, "JPEG", quality=80
        )
        return small.getvalue()

    def set_locks(self, changes: Mapping[str, bool]) -> Locks:
        """Settle and hold what is to be locked and is not; let go of what is to be unlocked."""
        loosened = [name for name, lock in changes.items() if not lock and name in self._held]
        tightened = [name for name, lock in changes.items() if lock and not self._is_locked(name)]
        with _camera_errors():
            if loosened:
                for name in loosened:
                    del self._held[name]
                self._camera.switch_mode(self._preview_configuration(), wait=_WAIT)
            if tightened:
                self._lock(tightened)
        return self.locks

    def prepare(self) -> None:
        """A camera that keeps running is always prepared."""

    def _is_locked(self, name: str) -> bool:
        return name in self._held or (name == "focus" and not self._has_focus)

    def _lock(self, names: Collection[str]) -> None:
        """Settle some of `LOCKS` and hold them, in this configuration and in those to come."""
        if "focus" in names and self._has_focus:
            focused = self._camera.autofocus_cycle(wait=_WAIT)
            if not focused:
                _LOGGER.warning("autofocus found nothing sharp; the lens stays where it got to")
        metadata = self._settle()
        if "focus" in names and self._has_focus:
            self._held["focus"] = {
                "AfMode": controls.AfModeEnum.Manual,
                "LensPosition": metadata["LensPosition"],
            }
        if "exposure" in names:
            self._held["exposure"] = {
                "AeEnable": False,
                "ExposureTime": metadata["ExposureTime"],
                "AnalogueGain": metadata["AnalogueGain"],
            }
        if "white_balance" in names:
            self._held["white_balance"] = {
                "AwbEnable": False,
                "ColourGains": tuple(metadata["ColourGains"]),
            }
        self._camera.switch_mode(self._preview_configuration(), wait=_WAIT)

    def _settle(self) -> dict[str, Any]:
        """Wait, frame by frame, until exposure and colour stop changing; return their frame."""
        last: dict[str, Any] = self._camera.capture_metadata(wait=_WAIT)
        steady = 0
        for _ in range(_MOST_FRAMES):
            now: dict[str, Any] = self._camera.capture_metadata(wait=_WAIT)
            steady = steady + 1 if _is_steady(last, now) else 0
            last = now
            if steady == _STEADY_FRAMES:
                return last
        _LOGGER.warning("exposure and white balance do not settle; taking them as they are")
        return last

    def _preview_configuration(self) -> dict[str, Any]:
        configuration: dict[str, Any] = self._camera.create_preview_configuration(
            main={"size": _PREVIEW_SIZE, "format": "BGR888"},
            raw=None,
            sensor=_SENSOR,
            buffer_count=2,
            controls=self._controls(),
        )
        return configuration

    def _controls(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for name in LOCKS:
            if name != "focus" or self._has_focus:
                chosen |= self._held.get(name, _AUTOMATIC[name])
        return chosen


def _is_steady(last: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    def values(metadata: Mapping[str, Any]) -> list[float]:
        return [metadata["ExposureTime"] * metadata["AnalogueGain"], *metadata["ColourGains"]]

    return all(
        abs(new - old) <= _STEADY * old for old, new in zip(values(last), values(now), strict=True)
    )


@contextlib.contextmanager
def _camera_errors() -> Iterator[None]:
    """Turn what Picamera2 raises into a CameraError.

    It raises RuntimeError for almost everything, IndexError when there is no camera, KeyError for
    metadata that a camera does not deliver, and the time-out of a job that never ends.
    """
    try:
        yield
    except IndexError as err:
        raise CameraError("no camera is connected") from err
    except TimeoutError as err:
        raise CameraError(f"it delivered nothing for {_WAIT:.0f} s") from err
    except KeyError as err:
        raise CameraError(f"it does not report {err}") from err
    except (RuntimeError, OSError) as err:
        raise CameraError(str(err)) from err
