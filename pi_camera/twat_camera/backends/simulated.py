"""A camera over a table that does not exist, on which a scripted game is played."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np

from twat_camera.camera import RESOLUTIONS, Locks, Still
from twat_camera.simulator.hand import Hand
from twat_camera.simulator.optics import HEIGHT, WIDTH, Pose
from twat_camera.simulator.play import Standing, play
from twat_camera.simulator.scene import Photo, Scene
from twat_camera.simulator.script import Bump, Light, Script
from twat_camera.simulator.sensor import LightNow, Sensor, encode, sharpness

_EXPOSURE_US = 16_000
_GAIN = 2.0
_LENS_POSITION = 2.4


class ScriptFinished(Exception):
    """The script has no such step; the attributes say how far it goes."""

    def __init__(self, step: int, steps: int) -> None:
        super().__init__(f"the script is at step {step} of {steps}")
        self.step = step
        self.steps = steps


class SimulatedCamera:
    """Renders stills of a scripted game.

    The same script, seed and sequence of calls give the same pictures.

    Args:
        script: The game.
        name: What the script was asked for by.
        seed: Everything random follows from it.
        advance_after_still: Whether each still is followed by the script's next step by itself.
    """

    model = "Simulated Camera Module 3"

    def __init__(
        self, script: Script, name: str, seed: int = 0, *, advance_after_still: bool = False
    ) -> None:
        self._script = script
        self._name = name
        self._seed = seed
        self._advance_after_still = advance_after_still
        self._positions = play(script, seed)
        self._locks = Locks(focus=True, exposure=True, white_balance=True)
        self._scene: Scene | None = None
        self._sensor: Sensor | None = None
        self._hand: Hand | None = None
        self._with_hand: tuple[Photo, Photo] | None = None
        self._step = 0
        self._stills = 0
        self._pose = Pose()
        self._light = Light()

    @property
    def locks(self) -> Locks:
        """What is locked; unlocked, a still drifts more."""
        return self._locks

    def start(self) -> None:
        """Draw the table."""
        if self._scene is None:
            self._scene = Scene(self._script.board(), self._seed)
            self._sensor = Sensor(self._seed)
            self.prepare()

    def close(self) -> None:
        """Let go of threads and pictures."""
        if self._sensor is not None:
            self._sensor.close()
        self._scene = self._sensor = None

    def capture(self, resolution: str) -> Still:
        """Take a still of the position, in light that is never quite the same."""
        picture = self._ideal()
        size = RESOLUTIONS[resolution]
        if size != (WIDTH, HEIGHT):
            picture = _shrink(picture, size)
        self._stills += 1
        light, lens = self._drift(self._stills)
        if lens != _LENS_POSITION:
            off = 0.3 + 9 * abs(lens - _LENS_POSITION)
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), off), np.uint8)
        photo = self._running_sensor().expose(picture, light, self._stills)
        still = Still(
            encode(photo),
            datetime.now(UTC),
            size,
            _EXPOSURE_US,
            _GAIN,
            round(lens, 3),
            round(sharpness(photo), 2),
        )
        if self._advance_after_still and self._step < len(self._script.steps):
            self._go_on()
        return still

    def preview(self, width: int) -> bytes:
        """Return the position as it looks now, small."""
        picture = _shrink(self._ideal(), (width, round(width * HEIGHT / WIDTH)))
        light, _ = self._drift(self._stills + 1)
        return encode(self._running_sensor().expose(picture, light, self._stills + 1))

    def set_locks(self, changes: Mapping[str, bool]) -> Locks:
        """Lock or unlock; an unlocked setting drifts from still to still."""
        self._locks = replace(self._locks, **changes)
        return self._locks

    def prepare(self) -> None:
        """Compose the position before somebody asks for it."""
        self._ideal()

    # What only this backend can do, for `/simulator`.

    def advance(self, steps: int = 1) -> None:
        """Play the script's next steps.

        Raises:
            ScriptFinished: It has not so many left; nothing is played then.
        """
        if self._step + steps > len(self._script.steps):
            raise ScriptFinished(self._step, len(self._script.steps))
        for _ in range(steps):
            self._go_on()
        self.prepare()

    def reset(self) -> None:
        """Set up the start again; light, camera and hand as they were."""
        self._step = self._stills = 0
        self._pose, self._light, self._hand = Pose(), Light(), None
        self.prepare()

    def show_hand(self, present: bool) -> None:
        """Reach over the board, or take the hand away."""
        if not present:
            self._hand = None
        elif self._hand is None:
            self._hand = self._reach()
        self.prepare()

    def bump(self, bump: Bump) -> None:
        """Knock the camera; knocks add up."""
        self._pose = self._pose.bumped(bump.shift, bump.rotation_deg)
        self.prepare()

    def set_light(self, light: Light) -> None:
        """Change the room's light, from now on."""
        self._light = light

    def describe(self) -> dict[str, Any]:
        """Return the script and how far it has been played, for JSON."""
        script = self._script.model_dump(mode="json", by_alias=True, exclude={"shapes"})
        corners = self._running_scene().corners(self._pose) / (WIDTH, HEIGHT)
        return {
            **script,
            "script": self._name,
            "layout": self._script.layout.model_dump(mode="json", exclude_none=True),
            "step": self._step,
            "corners": [[round(float(x), 6), round(float(y), 6)] for x, y in corners],
            "hand": self._hand is not None,
            "light": self._light.model_dump(),
            "pose": asdict(self._pose),
        }

    def _go_on(self) -> None:
        step = self._script.steps[self._step]
        self._step += 1
        if step.bump is not None:
            self._pose = self._pose.bumped(step.bump.shift, step.bump.rotation_deg)
        if step.light is not None:
            self._light = step.light

    def _position(self) -> tuple[Standing, ...]:
        return self._positions[self._step]

    def _ideal(self) -> Photo:
        """Return the picture before light and noise, with the hand if there is one."""
        picture = self._running_scene().compose(self._position(), self._pose)
        if self._hand is None:
            return picture
        if self._with_hand is None or self._with_hand[0] is not picture:
            self._with_hand = (picture, self._hand.over(picture))
        return self._with_hand[1]

    def _reach(self) -> Hand:
        """Make a hand that reaches for what the next step touches, or for the middle."""
        rng = np.random.default_rng([self._seed, 4, self._step])
        scene = self._running_scene()
        width, depth = scene.board.size
        spot = (width / 2, depth / 2)
        now = {piece.piece: piece for piece in self._position()}
        later = self._positions[min(self._step + 1, len(self._positions) - 1)]
        moved = [one for one in later if now[one.piece] != one and 0 <= one.x <= width]
        if moved:
            spot = (moved[0].x, moved[0].y)
        target = self._pose.apply(scene.optics.project([(*spot, 0)]))[0] / (WIDTH, HEIGHT)
        self._with_hand = None
        return Hand((float(target[0]), float(target[1])), bool(target[1] > 0.35), rng)

    def _drift(self, still: int) -> tuple[LightNow, float]:
        """Return light and lens position of a still: the room's light, and what wavers."""
        rng = np.random.default_rng([self._seed, 3, still])
        steady, warm, near = rng.uniform(-1, 1, 3)
        exposure = 1 + (0.025 if self._locks.exposure else 0.08) * steady
        if self._locks.exposure:
            exposure *= self._light.exposure
        kelvin = (60 if self._locks.white_balance else 250) * warm
        if self._locks.white_balance:
            kelvin += self._light.white_balance_k
        lens = _LENS_POSITION + (0 if self._locks.focus else 0.12 * near)
        shadows = tuple(
            (x, y, rng.uniform(0.12, 0.26), rng.uniform(0.03, 0.13))
            for x, y in (
                (rng.uniform(0.15, 0.5), rng.uniform(0.7, 1.1)),
                (rng.uniform(0.5, 0.85), rng.uniform(-0.1, 0.3)),
            )
        )
        return LightNow(float(exposure), float(kelvin), shadows), float(lens)

    def _running_scene(self) -> Scene:
        if self._scene is None:
            raise RuntimeError("the simulated camera has not been started")
        return self._scene

    def _running_sensor(self) -> Sensor:
        if self._sensor is None:
            raise RuntimeError("the simulated camera has not been started")
        return self._sensor


def _shrink(picture: Photo, size: tuple[int, int]) -> Photo:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
