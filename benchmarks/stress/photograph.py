"""From a position and conditions to the file a camera delivers."""

import cv2
import numpy as np

from twat_camera.simulator.optics import Optics, Pose
from twat_camera.simulator.play import Standing
from twat_camera.simulator.scene import Photo, Scene
from twat_camera.simulator.sensor import LightNow, light_field
from twat_camera.simulator.texture import Image, blur

from .conditions import Conditions
from .framing import Frame
from .hands import Grasp, hand_over
from .look import Look
from .viewpoint import seen_under


class Photographer:
    """Takes photos of one look's table."""

    def __init__(self, look: Look) -> None:
        rng = np.random.default_rng([look.seed, 1])
        self._look = look
        self._first = Optics.over(
            look.board, rng, look.tilt_deg, look.pan_deg, look.roll_deg, look.lens.focal
        )
        self._scene = Scene(look.board, look.seed, look.art, self._first)
        self._frame = Frame(look.board, self._first, look.lens, look.size, look.crop)
        self._left = look.lens.shade(*look.size)

    def photo(
        self, pieces: tuple[Standing, ...], conditions: Conditions, number: int, grasp: Grasp | None
    ) -> bytes:
        """Take a photo.

        Args:
            pieces: What stands where.
            conditions: What is difficult.
            number: Of the photo; noise and hand follow from it.
            grasp: The hand over the board, None without one.

        Returns:
            A JPEG file.
        """
        rng = np.random.default_rng([self._look.seed, 2, number])
        optics = seen_under(conditions, self._first)
        if not np.array_equal(optics.plane(0), self._scene.optics.plane(0)):
            self._scene.move_camera(optics)
        picture = self._scene.compose((*self._look.scenery, *pieces), Pose())
        bare = np.ones(self._look.size[::-1], np.float32)
        if grasp is not None:
            hand = hand_over(self._look, optics, grasp, rng)
            picture = hand.over(picture)
            bare -= self._frame.of(hand.cover)
        exposed = self._expose(self._frame.of(picture), bare, conditions, rng)
        _, data = cv2.imencode(".jpg", exposed, [cv2.IMWRITE_JPEG_QUALITY, conditions.quality])
        return data.tobytes()

    def corners(self, conditions: Conditions) -> list[list[float]]:
        """Pixels of the board's corners in a photo: top-left, top-right, bottom-right, bottom-left."""
        width, depth = self._look.board.size
        world = [(0, 0, 0), (width, 0, 0), (width, depth, 0), (0, depth, 0)]
        pixels = self._frame.pixels(seen_under(conditions, self._first).project(world))
        return [[round(float(x), 2), round(float(y), 2)] for x, y in pixels]

    def _expose(
        self, picture: Image, mirror: Image, conditions: Conditions, rng: np.random.Generator
    ) -> Photo:
        width, height = self._look.size
        field = light_field(
            LightNow(conditions.exposure, conditions.white_balance_k, conditions.soft)
        ).astype(np.float32)
        lit = picture * cv2.resize(field / 128, (width, height)) * self._left[..., None]
        for edge in conditions.hard:
            lit *= 1 - _hard_shadow(edge, width, height)[..., None]
        glare = np.zeros((height, width), np.float32)
        for one in conditions.glare:
            glare += _reflection(one, width, height)
        if self._look.gloss:
            glare += _reflection((0.42, 0.36, 0.09, 0.4, self._look.gloss), width, height)
        # Only table and board mirror a lamp, not a hand above them.
        glare *= mirror
        # What is mirrored covers the board's colour, it does not only brighten it.
        lit += glare[..., None] * (1 - lit / 255 * 0.5)
        if conditions.defocus:
            lit = blur(np.asarray(lit, np.float32), conditions.defocus)
        lit += conditions.noise * _noise((height, width), rng)
        return np.asarray(np.clip(np.round(lit), 0, 255), np.uint8)


def _noise(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Sensor noise of about 2.5 grey levels: fine in brightness, coarser in colour, as demosaicing leaves it."""
    # One stretch of random numbers, rolled: a new million for every photo would be most of the work.
    tile = rng.standard_normal((256, 640, 4), np.float32)
    fine = blur(np.ascontiguousarray(tile[..., :1]), 0.6)
    colour = blur(np.ascontiguousarray(tile[..., 1:]), 1.4)
    grain = 2.0 * fine[..., None] / fine.std() + 1.2 * colour / colour.std()
    repeats = (-(-shape[0] // 256), -(-shape[1] // 640), 1)
    return np.asarray(np.tile(grain, repeats)[: shape[0], : shape[1]], np.float32)


def _hard_shadow(edge: tuple[float, float, float, float, float], width: int, height: int) -> Image:
    """How much light is missing, 0…1, to the right of an edge."""
    x0, y0, x1, y1, depth = edge
    columns = (np.arange(width, dtype=np.float32) / width - x0)[None, :]
    rows = (np.arange(height, dtype=np.float32) / height - y0)[:, None]
    length = np.hypot(x1 - x0, y1 - y0)
    distance = (columns * (y1 - y0) - rows * (x1 - x0)) / length
    return np.asarray(depth / (1 + np.exp(np.clip(-700 * distance, -50, 50))), np.float32)


def _reflection(one: tuple[float, float, float, float, float], width: int, height: int) -> Image:
    """Brightness (0…255) that a mirrored window adds."""
    x, y, size, turn, bright = one
    across = (np.arange(width, dtype=np.float32) / width - x)[None, :]
    down = ((np.arange(height, dtype=np.float32) / height - y) * height / width)[:, None]
    u = (across * np.cos(turn) + down * np.sin(turn)) / size
    v = (down * np.cos(turn) - across * np.sin(turn)) / (0.6 * size)
    # A window's corners are rounded by the board's unevenness.
    return np.asarray(bright * np.exp(-((u**2) ** 2) - (v**2) ** 2), np.float32)
