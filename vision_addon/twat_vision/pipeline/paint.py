"""Painted segments: where a board shows one of the players' colours, whatever it is that shows it.

Light turns the hue of a paint by tens of degrees from one end of a table to the other, and glare takes most of its chroma.
So a pixel belongs to the player whose nominal hue (in CIELAB, CIE 1976) is nearest, and it counts where it is clearly
more colourful than its surroundings are. A connected region is trimmed to the pixels at least about half as colourful as
its most colourful ones: that parts a piece from the print it stands on. What is a piece among them is for `piececlass`.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import HUELESS, Lab
from .geometry import FloatImage, Mask
from .segments import Segment, surroundings

FURTHEST_HUE = np.radians(75)
"""How far a hue may be from the nominal one."""
LEAST_CHROMA = 5.0
"""Chroma, and difference in chroma from the surroundings, from which a pixel is coloured at all."""
FAINT = 7.0
"""Strength below which the strongest part of a region is too faint for a piece."""
MOST_GREY = 14.0
"""Chroma up to which a pixel can be white, black or grey."""
GREY_REACH = 25.0
"""How far in lightness from the nominal one."""
CORE = 0.45
"""Part of a region's own strength that its pixels have at least."""
SMALLEST, LARGEST = 0.12, 2.0
"""Sides in units (a board without cells is sixteen units wide) between which a region can be a piece, or several."""
THINNEST = 0.13
"""Width in units of the narrowest piece; printed rings and lines are thinner."""
LARGEST_HOLE = 0.2
"""Square units of the picture on a tile, which is painted around it."""


def painted(
    lab: FloatImage,
    around: FloatImage,
    nominal: Mapping[str, Lab],
    scale: int,
) -> tuple[tuple[str, Segment], ...]:
    """Find the segments of every colour.

    Args:
        lab: canvas in CIELAB, float32 ``(H, W, 3)``.
        around: what it looks like between the pieces (`ground`), same shape.
        nominal: name → CIELAB of the players' colours.
        scale: canvas pixels a unit.

    Returns:
        Pairs of colour and segment.
    """
    owner, strength = _owners(lab, around, nominal)
    found: list[tuple[str, Segment]] = []
    for i, name in enumerate(nominal):
        mask = (owner == i) & (strength > LEAST_CHROMA)
        opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
        for n in range(1, count):
            x, y, w, h, area = stats[n].tolist()
            if not SMALLEST**2 <= area / scale**2 <= LARGEST**2:
                continue
            window = (slice(y, y + h), slice(x, x + w))
            inside = labels[window] == n
            values = strength[window]
            own = values[inside]
            rank = int(0.95 * (own.size - 1))
            strongest = float(np.partition(own, rank)[rank])
            if strongest < FAINT:
                continue
            core = inside & (values > CORE * strongest)
            found.extend((name, part) for part in _solid(core, scale, x, y))
    return tuple(found)


def ground(lab: FloatImage, scale: int, offset: int) -> FloatImage:
    """What the board looks like between the pieces: the median colour around every pixel, of the board alone.

    Args:
        lab: canvas in CIELAB, float32 ``(H, W, 3)``.
        scale: canvas pixels a unit.
        offset: canvas pixels of table around the board; there, the board's border is continued.
    """
    h, w = lab.shape[:2]
    board = np.ascontiguousarray(lab[offset : h - offset, offset : w - offset])
    size = (w - 2 * offset, h - 2 * offset)
    smooth = cv2.resize(surroundings(board, scale), size, interpolation=cv2.INTER_LINEAR)
    edge = (offset,) * 4
    return np.asarray(cv2.copyMakeBorder(smooth, *edge, cv2.BORDER_REPLICATE), np.float32)


def _owners(
    lab: FloatImage, around: FloatImage, nominal: Mapping[str, Lab]
) -> tuple[NDArray[np.int8], FloatImage]:
    """Whose colour each pixel has (index into ``nominal``, -1 nobody's), and how strongly."""
    light, a, b = cv2.split(lab)
    ground_light, ground_a, ground_b = cv2.split(around)
    chroma = cv2.magnitude(a, b)
    distinct = np.minimum(chroma, cv2.magnitude(a - ground_a, b - ground_b))
    # Of two hues, the nearer one is that along which the pixel has more chroma.
    best = chroma * np.float32(np.cos(FURTHEST_HUE))
    owner = np.full(chroma.shape, -1, np.int8)
    for i, color in enumerate(nominal.values()):
        if (own := np.hypot(color[1], color[2])) < HUELESS:
            continue
        along = a * np.float32(color[1] / own) + b * np.float32(color[2] / own)
        nearer = along > best
        owner[nearer] = i
        best = np.maximum(best, along)
    strength = np.where(owner >= 0, distinct, 0)
    for i, color in enumerate(nominal.values()):
        if np.hypot(color[1], color[2]) >= HUELESS:
            continue
        # A grey one is told by lightness: much nearer to its own than the ground is.
        away = np.abs(light - color[0])
        nearness = np.abs(ground_light - color[0]) - away
        mine = (chroma < MOST_GREY) & (away < GREY_REACH)
        grey = np.where(mine, 0.5 * nearness, 0)
        stronger = grey > strength
        owner[stronger] = i
        strength = np.where(stronger, grey, strength)
    return owner, np.asarray(strength, np.float32)


def _solid(core: Mask, scale: int, x: int, y: int) -> list[Segment]:
    """The connected parts of a mask without thin bits, holes as large as a tile's picture filled; moved by (x, y)."""
    # Room around it, or closing would join the mask to the rim.
    padded = np.pad(core.astype(np.uint8), 3)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    hole = np.zeros(count, np.uint8)
    # The first pixel belongs to the outside.
    outside = int(labels[0, 0])
    for n in range(1, count):
        hole[n] = n != outside and stats[n, cv2.CC_STAT_AREA] < LARGEST_HOLE * scale**2
    radius = max(1, round(THINNEST * scale / 2))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    solid = cv2.morphologyEx(closed | hole[labels], cv2.MORPH_OPEN, kernel)[3:-3, 3:-3]
    count, labels, stats, centres = cv2.connectedComponentsWithStats(solid, connectivity=4)
    found = []
    for n in range(1, count):
        area = float(stats[n, cv2.CC_STAT_AREA])
        if area < (SMALLEST * scale) ** 2:
            continue
        ys, xs = np.nonzero(labels == n)
        centre = (float(centres[n][0]) + x, float(centres[n][1]) + y)
        found.append(Segment(ys + y, xs + x, centre, area / scale**2))
    return found
