"""Segments of a player's colour: what could be a piece, or several that touch."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import HUELESS, Lab
from .geometry import FloatImage, Mask

FAR = 30.0
"""Colour distance from which a pixel is like no player's colour."""
CORE_SHARE = 0.6
"""Share of the segment's own vividness that a pixel of the same piece has at least; shadows have less."""
CORE_LIGHTNESS = 22.0
"""The same for white, black and grey: how far in lightness."""
SMALLEST = 0.12
"""Side, in units, of the smallest segment that can be a piece (a board of zones is sixteen units wide)."""
COARSE, AROUND = 6, 2.5
"""Resolution (pixels a unit) and width (units) of what counts as surroundings."""
COMMON_COLORS = ("red", "green", "blue", "yellow")
"""The colours looked for when nobody says which ones are played."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Connected pixels of one colour: their indices ``ys``, ``xs``, the centre (x, y) in pixels, the area in square units."""

    ys: NDArray[np.intp]
    xs: NDArray[np.intp]
    centre: tuple[float, float]
    area: float


def likeness(lab: FloatImage, nominal: Mapping[str, Lab]) -> NDArray[np.float32]:
    """Distance of every pixel's colour to every colour, see `colours.distance`.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        nominal: CIELAB ``(3,)`` of ``n`` colours, by name.

    Returns:
        ΔE-like units from 0, float32 ``(n, H, W)`` in the order of ``nominal``.
    """
    light, a, b = cv2.split(lab)
    stack = []
    for color in nominal.values():
        chroma = float(np.hypot(color[1], color[2]))
        dl = light - np.float32(color[0])
        if chroma < HUELESS:
            colourful = np.maximum(cv2.magnitude(a, b) - 12, 0)
            stack.append(cv2.magnitude(0.6 * dl, 1.2 * colourful))
            continue
        u, v = (np.float32(c / chroma) for c in color[1:])
        along = a * u + b * v
        across = a * v - b * u
        beyond = np.maximum(np.maximum(0.5 * chroma - along, along - 1.5 * chroma), 0)
        stack.append(np.sqrt(beyond**2 + (1.3 * across) ** 2 + (0.35 * dl) ** 2))
    return np.asarray(np.stack(stack), np.float32)


def vividness(lab: FloatImage, color: Lab) -> FloatImage:
    """Chroma along a colour's hue; for a colour without hue, lightness.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        color: CIELAB ``(3,)``.

    Returns:
        float32 ``(H, W)``.
    """
    chroma = float(np.hypot(color[1], color[2]))
    if chroma < HUELESS:
        return np.asarray(lab[..., 0], np.float32)
    u, v = (np.float32(c / chroma) for c in color[1:])
    return np.asarray(lab[..., 1] * u + lab[..., 2] * v, np.float32)


def segments(mask: Mask, vivid: FloatImage, scale: int, *, hueless: bool) -> tuple[Segment, ...]:
    """Split a mask of like pixels into segments, each trimmed to the pixels as vivid as its core.

    Args:
        mask: pixels like the colour, bool ``(H, W)``.
        vivid: `vividness` of every pixel.
        scale: pixels a unit.
        hueless: whether the colour is white, black or grey.

    Returns:
        The segments, without those too small to be a piece.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_clean(mask))
    core = np.zeros(mask.shape, np.bool_)
    least = (SMALLEST * scale) ** 2
    for n in range(1, count):
        if stats[n, cv2.CC_STAT_AREA] < least:
            continue
        x, y, w, h = stats[n, :4]
        inside = labels[y : y + h, x : x + w] == n
        values = vivid[y : y + h, x : x + w]
        if hueless:
            keep = np.abs(values - np.median(values[inside])) < CORE_LIGHTNESS
        else:
            keep = values >= CORE_SHARE * np.percentile(values[inside], 80)
        core[y : y + h, x : x + w] |= inside & keep
    count, labels, stats, centres = cv2.connectedComponentsWithStats(_clean(core))
    found = []
    for n in range(1, count):
        area = float(stats[n, cv2.CC_STAT_AREA])
        if area < least:
            continue
        x, y, w, h = stats[n, :4]
        ys, xs = np.nonzero(labels[y : y + h, x : x + w] == n)
        centre = (float(centres[n][0]), float(centres[n][1]))
        found.append(Segment(ys + int(y), xs + int(x), centre, area / scale**2))
    return tuple(found)


def _clean(mask: Mask) -> NDArray[np.uint8]:
    kernel = np.ones((3, 3), np.uint8)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel), np.uint8)


def surroundings(lab: FloatImage, scale: int) -> FloatImage:
    """Median colour around every pixel, at `COARSE` pixels a unit: what the board looks like between the pieces.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        scale: pixels a unit.

    Returns:
        CIELAB float32 ``(H, W, 3)``.
    """
    factor = COARSE / scale
    size = (max(8, round(lab.shape[1] * factor)), max(8, round(lab.shape[0] * factor)))
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    offset = np.array([0, 128, 128], np.float32)
    coded = np.clip(small * np.array([2.55, 1, 1], np.float32) + offset, 0, 255).astype(np.uint8)
    middle = cv2.medianBlur(coded, round(AROUND * COARSE) // 2 * 2 + 1).astype(np.float32)
    return np.asarray((middle - offset) / np.array([2.55, 1, 1], np.float32), np.float32)


def solidity(segment: Segment) -> float:
    """Share of its convex hull that a segment fills; outlines of printed things fill little.

    Args:
        segment: pixels of one colour that hang together.

    Returns:
        0…1.
    """
    points = np.stack([segment.xs, segment.ys], axis=1).astype(np.int32)
    hull = cv2.convexHull(points)
    # The hull runs through pixel centres: half a pixel all round belongs to it.
    area = cv2.contourArea(hull) + 0.5 * cv2.arcLength(hull, True) + 1
    return float(len(points) / area)
