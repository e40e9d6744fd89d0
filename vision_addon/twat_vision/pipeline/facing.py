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
from .maps import to_lab
from .photo import Board
from .types import Point

STEP_DEG = 2
"""Between the turns that are tried; the best one is refined by a parabola."""
RING = 2
"""Pixels between the rings that a piece is unrolled into."""
SCALE = 64
"""Pixels a unit at which pieces are compared."""
HALF, GROUND = 60, 40
"""Pixels around a foot that are looked at, and from which on they count as ground."""
SAMPLED = 3
"""Of the ground's pixels one in so many tells its colours."""
NEAR = 9
"""Pixels from its place within which a piece must stand out."""
LEAST_REACH, LEAST_PIXELS = 6.0, 30.0
"""Pixels that a piece must reach from its middle, and cover, for a turn to show."""
SHADE, SHADE_CHROMA = 0.45, 7.0
"""Ground that is darker, but not below this share of its lightness, and hardly of another hue lies in a shadow."""
OUTLINE = 25.0
"""What a piece's outline counts beside its colours, in units of CIELAB."""
LIGHTNESS = 0.7
"""Weight of lightness beside a and b."""
SHIFTS = (-4.0, 0.0, 4.0)
"""Pixels by which the foot may be off."""
PEAK_DEG, STILL_DEG = 30.0, 14.0
"""Turns nearer to the best one are the same; nearer to none they are none."""
BIAS, MARGIN_WEIGHT, STILL_BIAS = -0.34, 28.5, -2.85
"""Logistic regression of whether a turn is right within 15 degrees: by how much more alike the looks are after the best turn than
after any other, and whether the best is hardly any. Fitted by maximum likelihood to 342 rendered pieces of thirteen shapes that
moved; with each shape left out of the fit in turn, 80 of the 82 turns that it is surer of than 0.9 are right."""

_ANGLES = np.arange(0, 360, STEP_DEG)


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a piece turned.

    ``degrees`` clockwise as seen from above, whole, above -180 up to 180; ``confidence`` 0…1 that it is right within 15 degrees.
    ``alike`` is how alike the two looks are after that turn (correlation, -1…1), ``moved_on`` by how much less alike had it not
    turned at all. In units, ``middle`` is where the piece is now, seen from its foot, ``shift`` how far that is from where it
    was, and ``reach`` how far it stretches from there.
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
    """A piece cut out: ``looks`` float32 ``(side, side, 4)``, 0 off the piece; its middle (x, y) there, and its reach, in pixels."""

    looks: FloatImage
    middle: Point
    reach: float

    @classmethod
    def on(cls, patch: FloatImage) -> Self | None:
        """Cut out what stands in the middle of a patch; None where nothing stands out, or it does not end within the patch."""
        side = len(patch)
        away = np.hypot(*(np.mgrid[:side, :side] - HALF))
        mask = _own(_standing_out(patch, away > GROUND), away)
        weight = float(mask.sum())
        if weight < LEAST_PIXELS or (mask[away > HALF - 1] > 0).any():
            return None
        ys, xs = np.nonzero(mask)
        shares = mask[ys, xs] / weight
        middle = float(xs @ shares), float(ys @ shares)
        colour = patch - np.tensordot(mask, patch, 2) / weight
        colour[..., 0] *= LIGHTNESS
        looks = np.dstack([colour, np.full_like(mask, OUTLINE)]) * mask[..., None]
        return cls(looks, middle, float(np.hypot(xs - middle[0], ys - middle[1]).max()))


def patch(board: Board, foot: Point, gains: NDArray[np.float32] | float = 1.0) -> FloatImage:
    """The surroundings of a place as seen from above.

    Args:
        board: the photo, and where its board is.
        foot: the place, x and y in units.
        gains: what blue, green and red are multiplied by.

    Returns:
        CIELAB, float32 ``(2 * HALF + 1, 2 * HALF + 1, 3)``, the place in its middle, `SCALE` pixels a unit.
    """
    side = 2 * HALF + 1
    left, top = (v - HALF / SCALE for v in foot)
    to_units = np.array([[1 / SCALE, 0, left], [0, 1 / SCALE, top], [0, 0, 1]])
    seen = cv2.warpPerspective(
        board.photo.image,
        board.to_image @ to_units,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return to_lab(np.asarray(np.clip(seen * np.float32(gains), 0, 255), np.float32))


def turn_between(before: FloatImage, after: FloatImage) -> Turn | None:
    """Say how far a piece turned.

    Args:
        before: where the piece stood, CIELAB float32, a `patch`.
        after: where it stands now, in the light of ``before``.

    Returns:
        The likeliest turn, None where the piece does not stand out in both. That it is likely says its confidence.
    """
    was, now = _Seen.on(before), _Seen.on(after)
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
        middle=((now.middle[0] - HALF) / SCALE, (now.middle[1] - HALF) / SCALE),
        shift=math.dist(was.middle, now.middle) / SCALE,
        reach=now.reach / SCALE,
    )


def _standing_out(patch: FloatImage, ground: NDArray[np.bool_]) -> FloatImage:
    """How surely pixels are not the ground, 0…1: their Mahalanobis distance from its colours; its shadows are ground."""
    around = patch[ground][::SAMPLED]
    for _ in range(2):  # The second time without what else stands there.
        mean = np.median(around, axis=0)
        spread = np.cov((around - mean).T) + 2 * np.eye(3)
        whiten = np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)
        around = around[np.linalg.norm((around - mean) @ whiten, axis=1) < 2.5]
    away = patch - mean
    distance = np.linalg.norm(away @ whiten, axis=2)
    dark = (away[..., 0] < 0) & (patch[..., 0] > SHADE * mean[0])
    shadow = dark & (np.hypot(away[..., 1], away[..., 2]) < SHADE_CHROMA)
    return np.asarray(np.where(shadow, 0, np.clip(distance / 3 - 1, 0, 1)), np.float32)


def _own(mask: FloatImage, away: NDArray[np.float64]) -> FloatImage:
    """Of a mask the connected parts that come near its middle."""
    count, labels = cv2.connectedComponents((mask > 0.3).astype(np.uint8))
    own = np.unique(labels[away <= NEAR])
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
    radii = np.arange(0, reach, RING) + RING / 2
    turns = np.deg2rad(_ANGLES)
    x, y = radii[:, None] * np.cos(turns), radii[:, None] * np.sin(turns)
    maps = (np.concatenate([m[i] + r for m in middles]) for i, r in enumerate((x, y)))
    across, down = (np.asarray(m, np.float32) for m in maps)
    rings = cv2.remap(looks, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    shaped = rings.reshape(len(middles), len(radii), len(_ANGLES), -1)
    return np.asarray(shaped * np.sqrt(radii)[None, :, None, None], np.float32)


def _vertex(three: NDArray[np.float32]) -> float:
    """Where the parabola through three values is highest, -0.5…0.5 from the middle one, which is the largest."""
    left, middle, right = (float(v) for v in three)
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else (left - right) / (2 * bend)


def _apart(a: NDArray[np.int_] | float, b: float) -> NDArray[np.float64]:
    """Degrees between directions, 0…180."""
    return np.abs((np.asarray(a, np.float64) - b + 180) % 360 - 180)
