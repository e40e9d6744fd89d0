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
    """Pixels beside a candidate: their directions and lightness, the ground's there, and the usual one further out."""

    angles: NDArray[np.float64]
    lightness: NDArray[np.float32]
    ground: NDArray[np.float32]
    far_angles: NDArray[np.float64]
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
    nearest = _nearest(labels)
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
        distance = cv2.distanceTransform((mine != n).astype(np.uint8), cv2.DIST_L2, 5)
        free = mine == 0
        beside = free & (distance > start) & (distance <= max(near, start + 2))
        beside &= nearest[window] == n
        outside = free & (distance > beyond) & (distance <= far)
        light = lightness[window]
        centre = (segment.centre[0] - x0, segment.centre[1] - y0)
        found.append(
            _Ring(
                _angles(beside, centre),
                light[beside],
                ground[window][beside],
                _angles(outside, centre),
                light[outside],
            )
        )
    return found


def _nearest(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """The label nearest to every pixel."""
    free = (labels == 0).astype(np.uint8)
    _, index = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    owner = np.zeros(int(index.max()) + 1, np.int32)
    owner[index[labels > 0]] = labels[labels > 0]
    return np.asarray(owner[index], np.int32)


def _angles(mask: NDArray[np.bool_], centre: tuple[float, float]) -> NDArray[np.float64]:
    ys, xs = np.nonzero(mask)
    return np.asarray(np.arctan2(ys - centre[1], xs - centre[0]), np.float64)


def _direction(rings: Sequence[_Ring]) -> float:
    x = y = 0.0
    for ring in rings:
        if ring.angles.size:
            dark = _darkness(ring.lightness, ring.ground, ring.far)
            x += float((dark * np.cos(ring.angles)).mean())
            y += float((dark * np.sin(ring.angles)).mean())
    return float(np.arctan2(y, x))


def _shadow(ring: _Ring, direction: float) -> float:
    side = np.cos(ring.angles - direction) > SIDE
    if side.sum() < 4:
        return 0.0
    far = ring.far[np.cos(ring.far_angles - direction) > SIDE]
    return float(_darkness(ring.lightness[side], ring.ground[side], far).mean())


def _darkness(
    light: NDArray[np.float32], ground: NDArray[np.float32], far: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How much darker than both the ground and what lies further out, 0…1."""
    usual = np.minimum(ground, _median(far)) if far.size > 9 else ground
    return np.asarray(np.clip(1 - light / np.maximum(usual, 5), 0, FULL) / FULL, np.float32)
