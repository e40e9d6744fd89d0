"""From an ideal picture to what a camera delivers: light of the moment, noise, JPEG.

Everything here runs for every still, so it works in strips that fit the cache, in 8 bits, on as
many threads as there are cores.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import math
import os
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from .optics import HEIGHT, WIDTH
from .scene import Photo
from .texture import blur

JPEG_QUALITY: Final = 90
_STRIP = 162
_FIELD_SCALE = 128
"""What stands for 1 in a light field, so that it can brighten up to twofold in 8 bits."""
_FIELD_SIZE: Final = (144, 81)


@dataclass(frozen=True, slots=True)
class LightNow:
    """The light one still is taken in.

    Attributes:
        exposure: Brightness as a factor.
        white_balance_k: Warmth; positive is warmer, in kelvin off the camera's setting.
        shadows: Centre (0…1 of width and height), radius (of the width) and depth (0…1) of soft
            shadows that people at the table cast.
    """

    exposure: float = 1.0
    white_balance_k: float = 0.0
    shadows: tuple[tuple[float, float, float, float], ...] = ()


class Sensor:
    """Adds what is different in every still.

    Args:
        seed: Of the noise.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 2])
        self._noise = _noise_tile(rng)
        self._pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1), "sensor")

    def expose(self, picture: Photo, light: LightNow, still: int) -> Photo:
        """Return a picture in the light of the moment, with noise.

        Args:
            picture: H×W×3 BGR, 16:9, of any size up to the sensor's.
            light: The light.
            still: Number of the still; two numbers have different noise.
        """
        height, width = picture.shape[:2]
        field = light_field(light)
        rng = np.random.default_rng(still)
        starts = range(0, height, _STRIP)
        out = np.empty_like(picture)
        full = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)
        offsets = rng.integers(0, [_STRIP, WIDTH - width + 1], (len(starts), 2))

        def strip(top: int, offset: npt.NDArray[np.int64]) -> None:
            rows = slice(top, min(top + _STRIP, height))
            depth = rows.stop - top
            lit = cv2.multiply(picture[rows], full[rows], scale=1 / _FIELD_SCALE)
            y, x = int(offset[0]), int(offset[1])
            more, less = (tile[y : y + depth, x : x + width] for tile in self._noise)
            cv2.subtract(cv2.add(lit, more), less, out[rows])

        list(self._pool.map(strip, starts, offsets))
        return out

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()


def light_field(light: LightNow) -> Photo:
    """Return the light over the picture, 81×144×3 BGR; 128 leaves a pixel as it is."""
    columns, rows = np.meshgrid(
        (np.arange(_FIELD_SIZE[0]) + 0.5) / _FIELD_SIZE[0],
        (np.arange(_FIELD_SIZE[1]) + 0.5) / _FIELD_SIZE[1],
    )
    level = np.full(columns.shape, light.exposure)
    for x, y, radius, depth in light.shadows:
        distance = np.hypot(columns - x, (rows - y) * HEIGHT / WIDTH) / radius
        level *= 1 - depth / (1 + np.exp(7 * (distance - 1)))
    warm = light.white_balance_k / 1000
    gains = np.array([math.exp(-0.10 * warm), 1.0, math.exp(0.075 * warm)])
    field = _FIELD_SCALE * level[..., None] * gains
    return np.asarray(np.clip(np.round(field), 0, 255), np.uint8)


def encode(picture: Photo) -> bytes:
    """Return a picture as JPEG."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


def sharpness(picture: Photo) -> float:
    """Return the variance of the Laplacian of the picture's middle, at full resolution.

    Pertuz et al. 2013, "Analysis of focus measure operators for shape-from-focus", LAPV.
    """
    height, width = picture.shape[:2]
    middle = picture[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3]
    grey = cv2.cvtColor(middle, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _noise_tile(rng: np.random.Generator) -> tuple[Photo, Photo]:
    """Return noise to add and noise to subtract, each 8 bits, two strips high.

    Brightness noise is fine, colour noise coarser, as demosaicing leaves them.
    """
    shape = (2 * _STRIP, WIDTH)
    fine = blur(rng.standard_normal(shape, np.float32), 0.6)
    color = blur(rng.standard_normal((*shape, 3), np.float32), 1.4)
    noise = 2.2 * fine[..., None] / fine.std() + 1.3 * color / color.std()
    rounded = np.round(noise)
    return (
        np.asarray(np.clip(rounded, 0, 255), np.uint8),
        np.asarray(np.clip(-rounded, 0, 255), np.uint8),
    )
