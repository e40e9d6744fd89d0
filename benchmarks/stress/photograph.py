"""From a position and conditions to the file a camera delivers."""

import cv2
import numpy as np

from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.hand import Hand
from twat_camera.simulator.optics import HEIGHT, WIDTH, Array, Optics, Pose
from twat_camera.simulator.play import Standing
from twat_camera.simulator.scene import Photo, Scene
from twat_camera.simulator.sensor import LightNow, light_field
from twat_camera.simulator.texture import Image, blur

from .conditions import Conditions
from .look import Look
from .viewpoint import seen_under

_SKINS: tuple[Rgb, ...] = ((196, 138, 108), (226, 178, 150), (120, 80, 58), (168, 112, 82))
_SLEEVES: tuple[Rgb, ...] = (
    (62, 70, 92),
    (150, 40, 44),
    (214, 208, 198),
    (44, 44, 46),
    (88, 110, 78),
)


class Photographer:
    """Takes photos of one look's table."""

    def __init__(self, look: Look) -> None:
        rng = np.random.default_rng([look.seed, 1])
        self._look = look
        self._lens = look.lens
        self._first = Optics.over(
            look.board, rng, look.tilt_deg, look.pan_deg, look.roll_deg, look.lens.focal
        )
        self._scene = Scene(look.board, look.seed, look.art, self._first)
        self._left = look.lens.shade(*look.size)

    def photo(
        self, pieces: tuple[Standing, ...], conditions: Conditions, number: int, reach: Array | None
    ) -> bytes:
        """Take a photo.

        Args:
            pieces: What stands where.
            conditions: What is difficult.
            number: Of the photo; noise and hand follow from it.
            reach: Board point (x, y) a hand reaches for, None without one.

        Returns:
            A JPEG file.
        """
        rng = np.random.default_rng([self._look.seed, 2, number])
        optics = seen_under(conditions, self._first)
        if not np.array_equal(optics.plane(0), self._scene.optics.plane(0)):
            self._scene.move_camera(optics)
        picture = self._scene.compose((*self._look.scenery, *pieces), Pose())
        bare = np.ones(self._look.size[::-1], np.float32)
        if reach is not None:
            hand = self._hand(optics, reach, rng)
            picture = hand.over(picture)
            bare -= cv2.resize(hand.cover, self._look.size)
        small = cv2.resize(picture, self._look.size, interpolation=cv2.INTER_AREA)
        seen = self._lens.through(np.asarray(small, np.float32))
        exposed = self._expose(seen, self._lens.through(bare), conditions, rng)
        _, data = cv2.imencode(".jpg", exposed, [cv2.IMWRITE_JPEG_QUALITY, conditions.quality])
        return data.tobytes()

    def corners(self, conditions: Conditions) -> list[list[float]]:
        """Pixels of the board's corners in a photo: top-left, top-right, bottom-right, bottom-left."""
        width, depth = self._look.board.size
        world = [(0, 0, 0), (width, 0, 0), (width, depth, 0), (0, depth, 0)]
        pixels = self._lens.bend(seen_under(conditions, self._first).project(world))
        scaled = pixels * (self._look.size[0] / WIDTH, self._look.size[1] / HEIGHT)
        return [[round(float(x), 2), round(float(y), 2)] for x, y in scaled]

    def _hand(self, optics: Optics, reach: Array, rng: np.random.Generator) -> Hand:
        x, y = optics.project([(reach[0], reach[1], 0.0)])[0] / (WIDTH, HEIGHT)
        target = (float(np.clip(x, 0.1, 0.9)), float(np.clip(y, 0.1, 0.9)))
        skin = _SKINS[int(rng.integers(len(_SKINS)))]
        sleeve = _SLEEVES[int(rng.integers(len(_SLEEVES)))]
        return Hand(target, bool(rng.random() < 0.5), rng, skin, sleeve)

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
