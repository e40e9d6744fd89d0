"""A Camera Module 3 behind Picamera2's API (v0.3.31), as strict as the real one.

It refuses controls that libcamera does not advertise, configurations that Picamera2's
`check_camera_config` refuses, and captures before `start`. Its sensor behaves as reported in
picamera2 issue 800: what a configuration's controls do not say is back to the tuning's default
after every change of mode, so a lens locked in one configuration only is not locked in the next.
"""

import io
from itertools import count
from types import MappingProxyType

from libcamera import controls
from PIL import Image

SIZE = (4608, 2592)
EMPTY = MappingProxyType({})

CONTROLS = {
    "AfMode": (0, 2, 0),
    "LensPosition": (0.0, 32.0, 1.0),
    "AeEnable": (False, True, None),
    "ExposureTime": (1, 66666, None),
    "AnalogueGain": (1.0, 16.0, None),
    "AwbEnable": (False, True, None),
    "ColourGains": (0.0, 32.0, None),
    "NoiseReductionMode": (0, 4, 0),
    "FrameDurationLimits": (33333, 120000, None),
}
DEFAULTS = {
    "AfMode": controls.AfModeEnum.Manual,
    "LensPosition": 1.0,
    "AeEnable": True,
    "AwbEnable": True,
}


class World:
    """What the camera looks at, and how it fares; tests set it up."""

    def __init__(self):
        self.cameras = 1
        self.model = "imx708_wide"
        self.sensor_resolution = SIZE
        self.autofocus = True
        self.sharp_at = 2.5
        self.focuses = True
        self.exposure, self.gain, self.colour_gains = 12000, 1.5, (2.1, 1.7)
        self.settles = True
        self.hangs = False
        self.breaks = False
        self.missing = set()
        self.open = 0
        self.calls = []


world = World()


class Picamera2:
    def __init__(self, camera_num=0):
        [{"Num": n} for n in range(world.cameras)][camera_num]
        if world.open:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        world.open += 1
        self._open = True
        self._started = False
        self._frames = count(1)
        self._configuration = None
        self.camera_properties = {"Model": world.model}
        self.sensor_resolution = world.sensor_resolution
        self.camera_controls = {
            name: limits
            for name, limits in CONTROLS.items()
            if world.autofocus or name not in {"AfMode", "LensPosition"}
        }

    # configurations

    def create_preview_configuration(
        self,
        main=EMPTY,
        lores=None,
        raw=EMPTY,
        buffer_count=4,
        controls=EMPTY,
        queue=True,
        sensor=EMPTY,
    ):
        return self._make(
            {"format": "XBGR8888", "size": (640, 480)} | main,
            lores,
            raw,
            buffer_count,
            controls,
            sensor,
        )

    def create_still_configuration(
        self,
        main=EMPTY,
        lores=None,
        raw=EMPTY,
        buffer_count=1,
        controls=EMPTY,
        queue=True,
        sensor=EMPTY,
    ):
        return self._make(
            {"format": "BGR888", "size": SIZE} | main, lores, raw, buffer_count, controls, sensor
        )

    def _make(self, main, lores, raw, buffer_count, controls, sensor):
        unknown = set(main) - {"format", "size", "stride", "preserve_ar"}
        if unknown:
            raise ValueError(f"Bad key {unknown!r}")
        return {
            "main": main,
            "lores": lores,
            "raw": raw,
            "buffer_count": buffer_count,
            "controls": {"NoiseReductionMode": 1, "FrameDurationLimits": (100, 83333)} | controls,
            "sensor": sensor,
        }

    def configure(self, configuration):
        if not self._open:
            raise RuntimeError("Camera not opened")
        if self._started:
            raise RuntimeError("Camera must be stopped before configuring")
        size = configuration["main"]["size"]
        if type(size) is not tuple or size[0] % 2 or size[1] % 2:
            raise RuntimeError("size in main stream should be (width, height)")
        if set(configuration["sensor"]) - {"bit_depth", "output_size"}:
            raise RuntimeError("Unexpected keys in sensor configuration")
        self._configuration = configuration.copy()
        self._controls = {}
        self._lens = DEFAULTS["LensPosition"]
        self.set_controls(DEFAULTS if world.autofocus else {"AeEnable": True, "AwbEnable": True})
        self.set_controls(configuration["controls"])
        world.calls.append(("configure", size, configuration["sensor"], configuration["controls"]))

    def start(self):
        if self._configuration is None:
            raise RuntimeError("Camera has not been configured")
        self._started = True
        self._frames = count(1)

    def stop(self):
        self._started = False

    def close(self):
        if self._open:
            self._open = self._started = False
            world.open -= 1
        world.calls.append(("close",))

    def set_controls(self, wanted):
        for name, value in wanted.items():
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
            if name == "ExposureTime" and type(value) is not int:
                raise RuntimeError("ExposureTime must be an integer")
            if name == "ColourGains" and len(value) != 2:
                raise RuntimeError("ColourGains must be two numbers")
            self._controls[name] = value
        if self._controls.get("AfMode") == controls.AfModeEnum.Manual:
            self._lens = self._controls.get("LensPosition", self._lens)

    # captures

    def _frame(self, wait):
        if not self._started:
            raise RuntimeError("Camera must be started before capturing")
        if world.breaks:
            raise RuntimeError("Camera frontend has timed out!")
        if world.hangs:
            assert wait, "a capture without a time-out would wait for ever"
            raise TimeoutError
        number = next(self._frames)
        automatic = self._controls["AeEnable"]
        # Automatic exposure takes some frames after every start to find its way.
        off = 0.0 if not automatic else (3.0 / number if number < 12 else 0.0)
        if automatic and not world.settles:
            off = 0.3 * (number % 2)
        whites = self._controls["AwbEnable"]
        metadata = {
            "ExposureTime": world.exposure if automatic else self._controls["ExposureTime"],
            "AnalogueGain": world.gain * (1 + off) if automatic else self._controls["AnalogueGain"],
            "ColourGains": world.colour_gains if whites else self._controls["ColourGains"],
            "FocusFoM": round(10000 / (1 + abs(self._lens - world.sharp_at))),
        }
        if world.autofocus:
            metadata["LensPosition"] = self._lens
        return {name: value for name, value in metadata.items() if name not in world.missing}

    def autofocus_cycle(self, wait=None):
        self.set_controls({"AfMode": controls.AfModeEnum.Auto})
        self._frame(wait)
        self._lens = world.sharp_at if world.focuses else 0.5
        world.calls.append(("autofocus",))
        return world.focuses

    def capture_metadata(self, wait=None):
        return self._frame(wait)

    def capture_image(self, name="main", wait=None):
        self._frame(wait)
        return Image.new("RGB", self._configuration[name]["size"], (90, 80, 70))

    def switch_mode(self, configuration, wait=None):
        if not self._started:
            raise RuntimeError("Camera must be started before switching")
        self.stop()
        self.configure(configuration)
        self.start()
        return self._configuration

    def switch_mode_and_capture_file(
        self, configuration, file_output, name="main", format=None, wait=None, delay=0
    ):
        before = self._configuration
        self.switch_mode(configuration, wait)
        for _ in range(delay):
            self._frame(wait)
        metadata = self._frame(wait)
        Image.new("RGB", self._configuration[name]["size"], (90, 80, 70)).save(file_output, format)
        assert isinstance(file_output, io.BytesIO)
        self.switch_mode(before, wait)
        world.calls.append(("still", delay))
        return metadata
