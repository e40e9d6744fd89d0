"""A hand that reaches over the board: sleeve, wrist, fingers, and the shadow under them."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from .colors import Rgb
from .optics import HEIGHT, WIDTH
from .scene import Photo
from .texture import Image, blur, value_noise

_SCALE: Final = 4
_SIZE: Final = (HEIGHT // _SCALE, WIDTH // _SCALE)
_SKIN: Final[Rgb] = (196, 138, 108)
_SLEEVE: Final[Rgb] = (62, 70, 92)
_LIGHT: Final = np.array([-0.42, -0.36, 0.83], np.float32)

# Fingers from knuckle to tip in hand lengths: across the palm, along the arm, thickness. The
# index finger and thumb come together, as they do around a piece.
_FINGERS: Final = (
    (((-0.36, 0.10), (-0.40, 0.55), (-0.10, 0.98)), 0.115),
    (((-0.20, 0.55), (-0.20, 0.90), (-0.06, 1.10)), 0.105),
    (((0.02, 0.60), (0.06, 1.00), (0.06, 1.22)), 0.110),
    (((0.20, 0.56), (0.27, 0.90), (0.24, 1.12)), 0.105),
    (((0.35, 0.46), (0.45, 0.70), (0.44, 0.88)), 0.092),
)
_PALM: Final = ((-0.34, 0.0), (-0.36, 0.3), (-0.28, 0.56), (0.0, 0.64), (0.26, 0.58), (0.42, 0.46),
                (0.38, 0.1), (0.26, -0.2), (-0.24, -0.2))  # fmt: skip


class Hand:
    """An arm that comes in from an edge of the picture.

    Args:
        target: What it reaches for, 0…1 of width and height.
        from_below: Whether it belongs to somebody at the lower edge, or else the upper one.
        rng: Source of chance.
        skin: Its paint.
        sleeve: That of the sleeve.
        cuff: How far behind the palm the sleeve ends, in hand lengths.
    """

    def __init__(
        self,
        target: tuple[float, float],
        from_below: bool,
        rng: np.random.Generator,
        skin: Rgb = _SKIN,
        sleeve: Rgb = _SLEEVE,
        cuff: float = 0.63,
    ) -> None:
        self._skin, self._sleeve, self._cuff = skin, sleeve, cuff
        self._target = np.array(target) * (_SIZE[1], _SIZE[0])
        lean = rng.uniform(-0.35, 0.35)
        along = np.array([lean, -1.0 if from_below else 1.0])
        self._along = along / np.linalg.norm(along)
        self._across = np.array([-self._along[1], self._along[0]])
        self._length = 0.155 * _SIZE[0] * rng.uniform(0.95, 1.1) * 1.15
        self._color, self._alpha = self._draw(rng)
        fall = np.array([[1, 0, 26], [0, 1, 22]], np.float32)
        shadow = cv2.warpAffine(self._alpha, fall, (_SIZE[1], _SIZE[0]))
        self._shadow = blur(np.asarray(shadow, np.float32), 9)

    @property
    def cover(self) -> Image:
        """How much of each pixel the hand covers, 0…1, at a quarter of the picture's size."""
        return self._alpha

    def over(self, picture: Photo) -> Photo:
        """Return a full-size picture with the hand in it."""
        dark = np.asarray(np.round(255 * (1 - 0.5 * self._shadow * (1 - self._alpha))), np.uint8)
        full = cv2.resize(cv2.merge([dark, dark, dark]), (WIDTH, HEIGHT))
        out = cv2.multiply(picture, full, scale=1 / 255)
        rows, columns = np.nonzero(self._alpha > 0.002)
        top, bottom = int(rows.min()), int(rows.max()) + 1
        left, right = int(columns.min()), int(columns.max()) + 1
        size = ((right - left) * _SCALE, (bottom - top) * _SCALE)
        cut = (slice(top, bottom), slice(left, right))
        alpha = cv2.resize(self._alpha[cut], size, interpolation=cv2.INTER_CUBIC)[..., None]
        alpha = np.clip(alpha, 0, 1)
        color = cv2.resize(self._color[cut], size, interpolation=cv2.INTER_CUBIC)
        window = out[top * _SCALE : bottom * _SCALE, left * _SCALE : right * _SCALE]
        window[:] = np.clip(window * (1 - alpha) + color[..., ::-1] * alpha, 0, 255)
        return np.asarray(out, np.uint8)

    def _draw(self, rng: np.random.Generator) -> tuple[Image, Image]:
        """Return the hand in RGB 0…255 and how much of each pixel it covers, at a quarter size."""
        # One skin over all parts: where two meet, the higher one shows, and a crease remains.
        flesh = [
            self._swell(self._limb([(0.0, 0.3), (0.06, -1.3)], 0.27)),
            0.8 * self._swell(self._polygon(_PALM)),
            *(self._swell(self._limb(list(joints), thick)) for joints, thick in _FINGERS),
        ]
        skin = np.max(flesh, axis=0)
        reach = -3.2 * max(_SIZE) / self._length
        cloth = self._swell(self._limb([(0.05, -self._cuff - 0.42), (0.15, reach)], 0.42))
        color = self._lit(skin, self._skin)
        sleeve = blur(np.asarray(cloth > 0, np.float32), 0.9)
        color = color * (1 - sleeve[..., None]) + self._lit(cloth, self._sleeve) * sleeve[..., None]
        blotch = 0.035 * value_noise(_SIZE, (18, 18), rng) + 0.02 * value_noise(_SIZE, (3, 3), rng)
        color *= 1 + blotch[..., None]
        cover = np.asarray((skin > 0) | (cloth > 0), np.float32)
        return blur(np.asarray(color, np.float32), 0.8), blur(cover, 1.0)

    def _place(self, points: list[tuple[float, float]]) -> npt.NDArray[np.float64]:
        """Turn hand lengths (across, along; the fingertips at 1.1) into pixels."""
        local = np.array(points, np.float64) * self._length
        tip = 1.1 * self._length
        return np.asarray(
            self._target + local[:, :1] * self._across + (local[:, 1:] - tip) * self._along
        )

    def _polygon(self, points: tuple[tuple[float, float], ...]) -> Image:
        mask = np.zeros(_SIZE, np.float32)
        cv2.fillPoly(mask, [np.round(self._place(list(points))).astype(np.int32)], 1.0)
        return np.asarray(blur(mask, 0.08 * self._length) > 0.5, np.float32)

    def _limb(self, joints: list[tuple[float, float]], thick: float) -> Image:
        mask = np.zeros(_SIZE, np.float32)
        points = np.round(self._place(joints)).astype(np.int32)
        cv2.polylines(mask, [points], False, 1.0, max(2, round(2 * thick * self._length)))
        for x, y in points:
            cv2.circle(mask, (int(x), int(y)), round(thick * self._length), 1.0, -1)
        return mask

    def _swell(self, mask: Image) -> Image:
        """Return heights in pixels: round in section, as limbs are; 0 outside of the mask."""
        distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
        most = max(float(distance.max()), 1.0)
        inside = np.clip(distance / most, 0, 1)
        return np.asarray(most * np.sqrt(np.clip(1 - (1 - inside) ** 2, 0, 1)), np.float32)

    def _lit(self, height: Image, paint: tuple[int, int, int]) -> Image:
        """Return a surface's colour under the lamp, RGB 0…255."""
        smooth = blur(height, 0.02 * self._length + 1)
        slope_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
        slope_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
        normals: Image = np.dstack([-slope_x, -slope_y, np.ones_like(slope_x)]).astype(np.float32)
        normals /= np.sqrt((normals**2).sum(axis=2, keepdims=True))
        light = 0.42 + 0.66 * np.clip(normals @ _LIGHT, 0, 1)
        return np.asarray(np.clip(np.array(paint) * light[..., None], 0, 255), np.float32)
