"""The lens: how it bends straight lines, and how that is seen from lines that are straight on the table.

One parameter suffices for the lenses of phones and camera modules, wide ones included: the division model (Fitzgibbon,
"Simultaneous linear estimation of multiple view geometry and lens distortion", CVPR 2001), which has a closed form both ways.
It is found as the one under which the points of every line lie on a line (the plumb-line method: Brown 1971; Devernay and
Faugeras, "Straight lines have to be straight", 2001).
"""

from dataclasses import dataclass
from functools import cache, lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image

Points = NDArray[np.float64]
"""``(n, 2)`` pixels (x, y), a pixel's centre at whole numbers."""

STEP = 0.01
"""Distortions are told apart by this much: what is left bends no line by a pixel, and photos of one camera share one value."""
_MOST, _LEAST = 15, -60
"""Steps of pincushion and of barrel distortion; the latter is that of a lens of 120°."""
_FAR, _NEAR = (16, 8, 4, 2, 1), (2, 1)
"""Steps of the search, look by look: from the best so far both ways, as long as it gets better."""
_LEAST_POINTS = 40
_EVIDENCE = 0.1
"""Nats a point by which straightened lines must be the better explanation: points of one line share their errors."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens whose picture is straightened by ``p / (1 + distortion * |p|²)``.

    ``p`` is a point from the middle of the photo, in half diagonals. ``distortion`` is negative where straight lines bulge
    outwards (barrel, wide-angle lenses), positive where they bulge inwards, 0 for none.
    """

    distortion: float = 0.0

    def straight_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the straightened picture, which shows all that the photo does.

        Args:
            size: width and height of the photo in pixels.
        """
        scale = 1 / (1 + self.distortion)
        return round(size[0] * scale), round(size[1] * scale)

    def straight(self, points: Points, size: tuple[int, int]) -> Points:
        """Where points of the photo lie in the straightened picture.

        Args:
            points: pixels of the photo, float64 ``(n, 2)``.
            size: width and height of the photo.

        Returns:
            Pixels of the straightened picture, float64 ``(n, 2)``.
        """
        rays = (points - _middle(size)) / _half(size)
        square = (rays**2).sum(axis=-1, keepdims=True)
        straight = rays / np.maximum(1 + self.distortion * square, 0.1)
        return np.asarray(straight * _half(size) + _middle(self.straight_size(size)))

    def bent(self, points: Points, size: tuple[int, int]) -> Points:
        """Where points of the straightened picture lie in the photo; the inverse of `straight`.

        Args:
            points: pixels of the straightened picture, float64 ``(n, 2)``.
            size: width and height of the photo.

        Returns:
            Pixels of the photo, float64 ``(n, 2)``.
        """
        rays = (points - _middle(self.straight_size(size))) / _half(size)
        square = (rays**2).sum(axis=-1, keepdims=True)
        return np.asarray(rays * _back(self.distortion, square) * _half(size) + _middle(size))

    def picture(self, image: Image) -> Image:
        """Straighten a photo.

        Args:
            image: BGR uint8 ``(h, w, 3)``.

        Returns:
            BGR uint8 of the `straight_size`; what the photo does not show repeats its border. The photo itself without
            distortion.
        """
        if not self.distortion:
            return image
        h, w = image.shape[:2]
        coarse, fine = _maps(self, (w, h))
        straight = cv2.remap(image, coarse, fine, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(straight, np.uint8)


PLAIN = Lens()
"""No distortion."""
WIDE = Lens(-0.2), Lens(-0.4)
"""Lenses to start from where lines are bent too much to be told from their neighbours: wide angle, fish eye."""


def plumb_lens(
    points: Points, lines: NDArray[np.intp], size: tuple[int, int]
) -> tuple[Lens, float]:
    """The lens under which points lie on straight lines.

    Args:
        points: pixels of a photo, float64 ``(n, 2)``; some of them may be quite wrong.
        lines: which line each belongs to, ``(n,)``, from 0.
        size: width and height of the photo.

    Returns:
        The lens, its distortion a multiple of `STEP`, and how far off their lines the straightened points are on average, pixels;
        `PLAIN` where straightening explains the points no better.
    """
    if len(points) < _LEAST_POINTS:
        return PLAIN, np.inf
    rays = (points - _middle(size)) / _half(size)
    spread = _spread(_off_line(rays, lines, 0.0, np.inf))
    best = 0
    # How far off good points are is known once lines are straight: the second look measures by the first one's result.
    for steps in (_FAR, _NEAR):
        cost = cache(partial(_cost, rays, lines, spread=spread))
        for step in steps:
            near = [k for k in (best - step, best, best + step) if _LEAST <= k <= _MOST]
            while (better := min(near, key=cost)) != best:
                best = better
                near = [k for k in (best - step, best, best + step) if _LEAST <= k <= _MOST]
        spread = _spread(_off_line(rays, lines, best * STEP, spread))
    gain = _cost(rays, lines, 0, spread) - _cost(rays, lines, best, spread)
    if gain < _EVIDENCE:
        best = 0
    off = float(np.abs(_off_line(rays, lines, best * STEP, spread)).mean())
    return Lens(round(best * STEP, 2)), off * _half(size)


def _cost(rays: Points, lines: NDArray[np.intp], number: int, spread: float) -> float:
    """Nats a point of a distortion of a number of steps: Cauchy's, for points that may be quite wrong."""
    off = _off_line(rays, lines, number * STEP, spread)
    return float(np.log1p((off / spread) ** 2).mean())


def _off_line(rays: Points, lines: NDArray[np.intp], distortion: float, spread: float) -> Points:
    """How far off its line each straightened point is, in half diagonals of the photo as taken, ``(n,)``.

    Lines are fitted by total least squares, reweighted by Cauchy's function of the ``spread``.
    """
    bend = 1 + distortion * (rays**2).sum(axis=1)
    x, y = (rays / bend[:, None]).T
    weights = np.ones(len(x))
    off = np.zeros(len(x))
    for _ in range(1 if np.isinf(spread) else 3):
        total = np.maximum(np.bincount(lines, weights), 1e-9)
        dx = x - (np.bincount(lines, weights * x) / total)[lines]
        dy = y - (np.bincount(lines, weights * y) / total)[lines]
        xx, yy, xy = (np.bincount(lines, weights * v) for v in (dx * dx, dy * dy, dx * dy))
        angle = 0.5 * np.arctan2(2 * xy, xx - yy)[lines]
        off = (dy * np.cos(angle) - dx * np.sin(angle)) * bend
        weights = 1 / (1 + (off / spread) ** 2)
    return np.asarray(off)


def _spread(off: Points) -> float:
    """A robust standard deviation."""
    return max(1.4826 * float(np.median(np.abs(off))), 1e-5)


@lru_cache(maxsize=8)
def _maps(lens: Lens, size: tuple[int, int]) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where every pixel of the straightened picture comes from, as OpenCV's fixed-point maps; one camera needs one."""
    w, h = lens.straight_size(size)
    x = (np.arange(w, dtype=np.float32) - np.float32((w - 1) / 2))[None, :]
    y = (np.arange(h, dtype=np.float32) - np.float32((h - 1) / 2))[:, None]
    back = _back(lens.distortion, (x * x + y * y) / np.float32(_half(size) ** 2))
    middle = _middle(size).astype(np.float32)
    coarse, fine = cv2.convertMaps(x * back + middle[0], y * back + middle[1], cv2.CV_16SC2)
    return np.asarray(coarse, np.int16), np.asarray(fine, np.uint16)


def _back[Real: np.floating](distortion: float, square: NDArray[Real]) -> NDArray[Real]:
    """How much nearer to the middle than in the straightened picture a point of the photo is, by its squared distance there."""
    root = np.sqrt(np.maximum(1 - 4 * square.dtype.type(distortion) * square, 0))
    return np.asarray(2 / (1 + root), square.dtype)


def _middle(size: tuple[int, int]) -> Points:
    return (np.array(size, np.float64) - 1) / 2


def _half(size: tuple[int, int]) -> float:
    return float(np.hypot(*size)) / 2
