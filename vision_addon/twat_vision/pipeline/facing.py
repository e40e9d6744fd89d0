"""How far a piece turned between two photos of a free table, from nothing but what it looks like.

The piece is cut out of both rectified photos by how it stands out from the ground around it, unrolled about its foot, and
the two are correlated over all turns at once with a Fourier transform along the angle (polar correlation, Reddy & Chatterji,
IEEE TIP 5, 1996, for a known scale; what is not the piece counts for nothing, as in masked correlation, Padfield, IEEE TIP
21, 2012). Tall things lean away from the camera: of the foot's place in the after photo some are tried, and the best counts.

Light and lean do not turn with a piece. They make whatever looks the same all round seem not to have turned, which is why a
small turn must stand out more than a large one. What looks alike after a half or a quarter of a turn has rivals that are as
good: nothing is said of it.
"""

from dataclasses import dataclass
import math
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage
from .types import Point

STEP_DEG = 2
"""Between the turns that are tried; the best one is refined by a parabola."""
WINDOW, GROUND = 0.94, 0.62
"""Units around a foot that are looked at, and from which on they count as ground."""
NEAR = 0.15
"""Units from its place within which a piece must stand out."""
LEAST_REACH, LEAST_PIXELS = 5.0, 12.0
"""Pixels that a piece must reach from its middle, and cover, for a turn to show."""
SHADE, SHADE_CHROMA = 0.45, 7.0
"""Ground that is darker, but not below this share of its lightness, and hardly of another hue lies in a shadow."""
OUTLINE = 25.0
"""What a piece's outline counts beside its colours, in units of CIELAB."""
LIGHTNESS = 0.7
"""Weight of lightness beside a and b."""
SHIFTS = (-2.0, 0.0, 2.0)
"""Pixels by which the foot may be off."""
PEAK_DEG, STILL_DEG = 30.0, 14.0
"""Turns nearer to the best one are the same; nearer to none they are none."""
BIAS, MARGIN_WEIGHT, STILL_BIAS = -0.42, 30.9, -2.6
"""Logistic regression of whether a turn is right within 15 degrees: by how much more alike the looks are after the best turn than
after any other, and whether the best is hardly any. Fitted by maximum likelihood to 319 rendered pieces of ten shapes that
moved; with each shape left out of the fit in turn, 95 % of what it is surer of than 0.9 is right all the same."""

_ANGLES = np.arange(0, 360, STEP_DEG)


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a piece turned.

    ``degrees`` clockwise as seen from above, whole, above -180 up to 180; ``confidence`` 0…1 that it is right within 15 degrees.
    ``alike`` is how alike the two looks are after that turn (correlation, -1…1), ``moved_on`` by how much less alike had it not
    turned at all. ``middle`` is where the piece is now, ``shift`` by how much that is off where its foot went, ``reach`` how far
    it stretches from there, in pixels.
    """

    degrees: float
    confidence: float
    alike: float
    moved_on: float
    middle: Point
    shift: float
    reach: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """A piece cut out: ``looks`` float32 ``(h, h, 4)``, 0 off the piece; its middle there, that from its foot, and its reach."""

    looks: FloatImage
    middle: Point
    off: Point
    reach: float

    @classmethod
    def at(cls, lab: FloatImage, place: Point, scale: int) -> Self | None:
        """Cut out what stands at a place; None where nothing stands out, or it does not end within the window."""
        half = round(WINDOW * scale)
        side = 2 * half + 1
        patch = np.asarray(cv2.getRectSubPix(lab, (side, side), place), np.float32)
        away = np.hypot(*(np.mgrid[:side, :side] - half))
        mask = _own(_standing_out(patch, away > GROUND * scale), away, NEAR * scale)
        weight = float(mask.sum())
        if weight < LEAST_PIXELS or (mask[away > half - 1] > 0).any():
            return None
        ys, xs = np.nonzero(mask)
        shares = mask[ys, xs] / weight
        middle = float(xs @ shares), float(ys @ shares)
        colour = patch - np.tensordot(mask, patch, 2) / weight
        colour[..., 0] *= LIGHTNESS
        looks = np.dstack([colour, np.full_like(mask, OUTLINE)]) * mask[..., None]
        off = middle[0] - half, middle[1] - half
        return cls(looks, middle, off, float(np.hypot(xs - middle[0], ys - middle[1]).max()))


def turn_between(
    before: FloatImage, start: Point, after: FloatImage, end: Point, scale: int
) -> Turn | None:
    """Say how far a piece turned.

    Args:
        before: canvas in CIELAB, float32 ``(H, W, 3)``.
        start: where the piece's foot was, x and y in pixels of ``before``.
        after: canvas in CIELAB, in the light of ``before``.
        end: where the foot is now, in pixels of ``after``.
        scale: pixels a unit of both.

    Returns:
        The likeliest turn, None where the piece does not stand out in both. That it is likely says its confidence.
    """
    was, now = _Seen.at(before, start, scale), _Seen.at(after, end, scale)
    if was is None or now is None or min(was.reach, now.reach) < LEAST_REACH:
        return None
    profile = _profile(was, now)
    best = int(profile.argmax())
    peak = float(profile[best])
    from_best, from_none = _apart(_ANGLES, best * STEP_DEG), _apart(_ANGLES, 0)
    margin = peak - float(profile[from_best > PEAK_DEG].max())
    degrees = STEP_DEG * (best + _vertex(profile.take(range(best - 1, best + 2), mode="wrap")))
    still = _apart(degrees, 0) <= PEAK_DEG
    odds = BIAS + MARGIN_WEIGHT * margin + STILL_BIAS * still
    return Turn(
        degrees=float(180 - (180 - round(degrees)) % 360),
        confidence=1 / (1 + math.exp(-odds)),
        alike=peak,
        moved_on=peak - float(profile[from_none <= STILL_DEG].max()),
        middle=(end[0] + now.off[0], end[1] + now.off[1]),
        shift=math.dist(was.off, now.off),
        reach=now.reach,
    )


def _standing_out(patch: FloatImage, ground: NDArray[np.bool_]) -> FloatImage:
    """How surely pixels are not the ground, 0…1: their Mahalanobis distance from its colours; its shadows are ground."""
    around = patch[ground]
    for _ in range(2):  # The second time without what else stands there.
        mean = np.median(around, axis=0)
        inverse = np.linalg.inv(np.cov((around - mean).T) + 2 * np.eye(3))
        distance = np.sqrt(np.einsum("ij,jk,ik->i", around - mean, inverse, around - mean))
        around = around[distance < 2.5]
    away = patch - mean
    distance = np.sqrt(np.einsum("hwj,jk,hwk->hw", away, inverse, away))
    dark = (away[..., 0] < 0) & (patch[..., 0] > SHADE * mean[0])
    shadow = dark & (np.hypot(away[..., 1], away[..., 2]) < SHADE_CHROMA)
    return np.asarray(np.where(shadow, 0, np.clip(distance / 3 - 1, 0, 1)), np.float32)


def _own(mask: FloatImage, away: NDArray[np.float64], near: float) -> FloatImage:
    """Of a mask the connected parts that come near its middle."""
    count, labels = cv2.connectedComponents((mask > 0.3).astype(np.uint8))
    own = np.unique(labels[away <= near])
    keep = np.isin(np.arange(count), own[own > 0])[labels]
    return np.asarray(mask * keep, np.float32)


def _profile(was: _Seen, now: _Seen) -> NDArray[np.float32]:
    """How alike the two looks are (correlation, -1…1) for every turn of the first one, at the best of the feet tried."""
    reach = math.ceil(max(was.reach, now.reach))
    feet = [(now.middle[0] + dx, now.middle[1] + dy) for dx in SHIFTS for dy in SHIFTS]
    one, many = _unrolled(was.looks, [was.middle], reach), _unrolled(now.looks, feet, reach)
    waves = np.fft.rfft(many, axis=2) * np.conj(np.fft.rfft(one, axis=2))
    alike = np.fft.irfft(waves.sum(axis=(1, 3)), len(_ANGLES), axis=1)
    norms = np.sqrt((one**2).sum() * (many**2).sum(axis=(1, 2, 3)))
    return np.asarray((alike / norms[:, None]).max(axis=0), np.float32)


def _unrolled(looks: FloatImage, middles: list[Point], reach: int) -> FloatImage:
    """Rings about each middle, weighted by the square root of their length: ``(n, rings, angles, channels)``."""
    radii = np.arange(reach) + 0.5
    turns = np.deg2rad(_ANGLES)
    x, y = radii[:, None] * np.cos(turns), radii[:, None] * np.sin(turns)
    maps = (np.concatenate([m[i] + r for m in middles]) for i, r in enumerate((x, y)))
    across, down = (np.asarray(m, np.float32) for m in maps)
    rings = cv2.remap(looks, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    shaped = rings.reshape(len(middles), reach, len(_ANGLES), -1)
    return np.asarray(shaped * np.sqrt(radii)[None, :, None, None], np.float32)


def _vertex(three: NDArray[np.float32]) -> float:
    """Where the parabola through three values is highest, -0.5…0.5 from the middle one, which is the largest."""
    left, middle, right = (float(v) for v in three)
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else (left - right) / (2 * bend)


def _apart(a: NDArray[np.int_] | float, b: float) -> NDArray[np.float64]:
    """Degrees between directions, 0…180."""
    return np.abs((np.asarray(a, np.float64) - b + 180) % 360 - 180)
