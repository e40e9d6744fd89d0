"""What tells a thing that stands on a board from what is printed on it: its shape, its colour, and its shadow.

A piece darkens the board beside it, on the side away from the light, and that side is the same all over the board. So the
direction is measured first, from all candidates together; a candidate's shadow is then how dark its surroundings are on
that side. Only pixels that are nearest to the candidate itself count, and they are compared with what lies further out as
well as with the ground: a dark panel is dark there too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import Lab
from .geometry import FloatImage
from .segments import Segment, solidity

NEAR = (0.02, 0.15)
"""Units beside a candidate in which its shadow is looked for."""
FAR = (0.28, 0.5)
"""Units beside a candidate of what the shadow is compared with."""
SIDE = 0.3
"""Cosine from which a direction is on the side of the shadow."""
FULL = 0.5
"""Loss of lightness that is a full shadow."""


@dataclass(frozen=True, slots=True)
class Look:
    """A candidate as it looks.

    ``colour`` is the median CIELAB of its more colourful half, ``contrast`` how far its chroma is from the ground's,
    ``solid`` the share of its convex hull it fills (0…1), ``shadow`` how dark it makes the board beside it (0…1).
    """

    color: str
    segment: Segment
    colour: Lab
    contrast: float
    solid: float
    shadow: float


@dataclass(frozen=True, slots=True)
class _Ring:
    """Pixels beside a candidate: where they are seen from its centre, their lightness, the ground's there; the same further out.

    ``towards`` and ``far_towards`` are unit vectors ``(n, 2)``, the others ``(n,)``.
    """

    towards: NDArray[np.float32]
    lightness: NDArray[np.float32]
    ground: NDArray[np.float32]
    far_towards: NDArray[np.float32]
    far: NDArray[np.float32]


def looks(
    parts: Sequence[tuple[str, Segment]],
    lab: FloatImage,
    around: FloatImage,
    scale: int,
    direction: float | None = None,
) -> tuple[tuple[Look, ...], float]:
    """Describe all candidates.

    Args:
        parts: colour and segment of each.
        lab: canvas in CIELAB, float32 ``(H, W, 3)``.
        around: the ground (`paint.ground`), same shape.
        scale: canvas pixels a unit.
        direction: where shadows fall, in radians from the x axis, clockwise as seen; None measures it.

    Returns:
        The looks, in the same order, and the direction.
    """
    rings = _rings(parts, lab, around, scale)
    if direction is None:
        direction = _direction(rings)
    found = []
    for (color, segment), ring in zip(parts, rings, strict=True):
        colour = _colourful(lab[segment.ys, segment.xs])
        ground = around[round(segment.centre[1]), round(segment.centre[0])]
        contrast = float(np.hypot(*(colour - ground)[1:]))
        shadow = _shadow(ring, direction)
        found.append(Look(color, segment, colour, contrast, solidity(segment), shadow))
    return tuple(found), direction


def _colourful(pixels: NDArray[np.float32]) -> Lab:
    chroma = np.hypot(pixels[:, 1], pixels[:, 2])
    vivid = pixels[chroma >= _median(chroma)]
    return np.array([_median(vivid[:, i]) for i in range(3)], np.float64)


def _median(values: NDArray[np.float32]) -> float:
    """The upper median; a tenth of the cost of `numpy.median` on the few pixels of a piece."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _rings(
    parts: Sequence[tuple[str, Segment]], lab: FloatImage, around: FloatImage, scale: int
) -> list[_Ring]:
    lightness, ground = (np.ascontiguousarray(x[..., 0]) for x in (lab, around))
    labels = np.zeros(lightness.shape, np.int32)
    for n, (_, segment) in enumerate(parts, 1):
        labels[segment.ys, segment.xs] = n
    start, near = max(1, round(NEAR[0] * scale)), round(NEAR[1] * scale)
    beyond, far = round(FAR[0] * scale), round(FAR[1] * scale)
    found = []
    for n, (_, segment) in enumerate(parts, 1):
        y0, x0 = max(0, int(segment.ys.min()) - far - 1), max(0, int(segment.xs.min()) - far - 1)
        window = (
            slice(y0, int(segment.ys.max()) + far + 2),
            slice(x0, int(segment.xs.max()) + far + 2),
        )
        mine = labels[window]
        free = mine == 0
        distance = _distance(mine == n)
        beside = free & (distance > start) & (distance <= max(near, start + 2))
        others = ~free & (mine != n)
        if others.any():
            beside &= distance <= _distance(others)
        outside = free & (distance > beyond) & (distance <= far)
        centre = (segment.centre[0] - x0, segment.centre[1] - y0)
        light = lightness[window]
        ys, xs = np.nonzero(beside)
        far_ys, far_xs = np.nonzero(outside)
        found.append(
            _Ring(
                _towards(ys, xs, centre),
                light[ys, xs],
                ground[window][ys, xs],
                _towards(far_ys, far_xs, centre),
                light[far_ys, far_xs],
            )
        )
    return found


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Pixels from every pixel to the nearest one of a mask that is not empty."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away, np.float32)


def _towards(
    ys: NDArray[np.intp], xs: NDArray[np.intp], centre: tuple[float, float]
) -> NDArray[np.float32]:
    """Unit vectors ``(n, 2)`` from a centre (x, y) to pixels."""
    x = xs.astype(np.float32) - np.float32(centre[0])
    y = ys.astype(np.float32) - np.float32(centre[1])
    length = np.maximum(np.sqrt(x * x + y * y), np.float32(1e-6))
    return np.stack([x / length, y / length], axis=1)


def _direction(rings: Sequence[_Ring]) -> float:
    total = np.zeros(2)
    for ring in rings:
        if ring.lightness.size:
            dark = _darkness(ring.lightness, ring.ground, ring.far)
            total += (dark @ ring.towards) / dark.size
    return float(np.arctan2(total[1], total[0]))


def _shadow(ring: _Ring, direction: float) -> float:
    away = np.array([np.cos(direction), np.sin(direction)], np.float32)
    side = ring.towards @ away > SIDE
    if side.sum() < 4:
        return 0.0
    far = ring.far[ring.far_towards @ away > SIDE]
    return float(_darkness(ring.lightness[side], ring.ground[side], far).mean())


def _darkness(
    light: NDArray[np.float32], ground: NDArray[np.float32], far: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How much darker than both the ground and what lies further out, 0…1."""
    usual = np.minimum(ground, _median(far)) if far.size > 9 else ground
    return np.asarray(np.clip(1 - light / np.maximum(usual, 5), 0, FULL) / FULL, np.float32)
