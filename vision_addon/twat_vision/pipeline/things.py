"""Things that came or went, whatever their colour: where the picture changed, and in which photo something stands out there.

A piece is unlike the board around it. So of a place that changed the photo is looked for in which it stands out from the
unchanged board beside it: there the piece stood. What is printed does not stand out where it shows, and what was pushed, or
lies in another light, stands out in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Mask
from .pair import Pair

CHANGED, RECOLOURED = 0.3, 20.0
"""Change 0…1, and colour distance between the photos, from which a pixel has changed."""
HAND_REACH = 1.0
"""Units around a hand that are not read: its shadow, and the rest of the hand where it looks like the board."""
JOINED = 0.08
"""Units between parts of one thing; a thing of several colours is changed in parts where some are like the board."""
LEAST, MOST = 0.015, 8.0
"""Area in square units between which something can be a piece, or several."""
BESIDE = 0.3
"""Units around a place that are looked at for what the board is like there."""
STANDS_OUT, DIFFERS = 4.0, 3.0
"""Colour distance from the board beside it (like ΔE) from which a pixel stands out."""
COMMON = 0.1
"""Share of the board beside a place that must be like a pixel for it not to stand out."""
SAMPLES = 40
"""Pixels that stand for the board beside a place."""
LIGHTNESS = 0.7
"""Weight of lightness, which light changes most, in the distance of colours."""
_WIDEST = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something that came or went: its canvas pixels, their centre (x, y), the area in square units.

    Things of one ``place`` hang together by what changed: a piece, its shadow, print that it hid or freed, or several pieces.
    ``strength`` is the mean change 0…1. ``contrast`` is how far its pixels are from the board beside it on average (like
    ΔE) in the photo in which it stands, ``other_contrast`` the same of the same pixels in the other photo.
    """

    appeared: bool
    place: int
    ys: NDArray[np.intp]
    xs: NDArray[np.intp]
    centre: tuple[float, float]
    area: float
    strength: float
    contrast: float
    other_contrast: float
    compact: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in canvas pixels (half open)."""
        return (
            int(self.xs.min()),
            int(self.ys.min()),
            int(self.xs.max()) + 1,
            int(self.ys.max()) + 1,
        )

    def overlap(self, other: "Thing") -> float:
        """Shared area as a share of the smaller one.

        Args:
            other: of the same canvas.

        Returns:
            0…1.
        """
        if self.place != other.place:
            return 0.0
        mine, theirs = self.ys * _WIDEST + self.xs, other.ys * _WIDEST + other.xs
        shared = np.intersect1d(mine, theirs, assume_unique=True).size
        return float(shared / min(mine.size, theirs.size))


@dataclass(frozen=True, slots=True)
class _Place:
    """A connected change: the window it lies in, and there its pixels and those of the unchanged board beside it."""

    number: int
    window: tuple[slice, slice]
    changed: Mask
    beside: Mask


def changed_things(pair: Pair, stood: Mask | None = None) -> tuple[Thing, ...]:
    """All that came or went between two photos, and light and pushed pieces that look like it.

    Args:
        pair: the compared photos; what a hand hides, and what is beside it, is left out.
        stood: where pieces are known to stand, bool ``(H, W)`` of the pair's canvas: a piece among like ones does not stand out
            from them, but from the board.

    Returns:
        Things that appeared and that vanished; at a place where one replaced another there are both.
    """
    return tuple(thing for place in _places(pair, stood) for thing in _things(pair, place))


def _places(pair: Pair, stood: Mask | None) -> Iterator[_Place]:
    scale = pair.frame.scale
    changed = (pair.maps.change > CHANGED) | (pair.maps.delta > RECOLOURED)
    changed &= pair.valid
    if pair.hand.found:
        changed &= ~_grown(pair.hand.mask, round(HAND_REACH * scale))
    joined = _cleaned(changed, max(1, round(JOINED * scale)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    height, width = changed.shape
    reach = round(BESIDE * scale)
    near = _grown(joined > 0, 1)
    for n in range(1, count):
        x, y, w, h, area = stats[n].tolist()
        if not LEAST <= area / scale**2 <= MOST:
            continue
        window = (
            slice(max(0, y - reach), min(height, y + h + reach)),
            slice(max(0, x - reach), min(width, x + w + reach)),
        )
        mine = labels[window] == n
        around = _grown(mine, reach) & ~mine
        beside = around & ~near[window] & pair.valid[window]
        bare = beside if stood is None else beside & ~stood[window]
        # Where nothing of the board is bare, the pieces that stand there are better than nothing.
        first = next((area for area in (bare, beside) if area.any()), around)
        yield _Place(n, window, mine, first)


def _things(pair: Pair, place: _Place) -> Iterator[Thing]:
    scale, maps = pair.frame.scale, pair.maps
    out = {
        appeared: _distance(lab[place.window], place)
        for appeared, lab in ((True, maps.lab_after), (False, maps.lab_before))
    }
    delta = maps.delta[place.window]
    top, left = place.window[0].start, place.window[1].start
    for appeared in (True, False):
        stands = (out[appeared] > STANDS_OUT) & (delta > DIFFERS)
        parts = _cleaned(stands, max(1, round(JOINED * scale)))
        count, labels, stats, centres = cv2.connectedComponentsWithStats(parts)
        for n in range(1, count):
            area = float(stats[n, cv2.CC_STAT_AREA]) / scale**2
            if area < LEAST:
                continue
            ys, xs = np.nonzero(labels == n)
            yield Thing(
                appeared,
                place.number,
                ys + top,
                xs + left,
                (float(centres[n][0]) + left, float(centres[n][1]) + top),
                area,
                _strength(pair, ys + top, xs + left),
                float(out[appeared][ys, xs].mean()),
                float(out[not appeared][ys, xs].mean()),
                _compact(labels[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] == n),
            )


def _distance(lab: FloatImage, place: _Place) -> FloatImage:
    """How far the colours of a place are from those of the board beside it, ``(h, w)``; 0 elsewhere.

    The board may be of many colours: it counts how far the nearest ones are, of which `COMMON` of it has.
    """
    weights = np.array([LIGHTNESS, 1, 1], np.float32)
    beside = lab[place.beside] * weights
    some = beside[np.linspace(0, len(beside) - 1, min(SAMPLES, len(beside))).astype(int)]
    pixels = lab[place.changed] * weights
    squares = np.stack([((pixels - colour) ** 2).sum(axis=1) for colour in some])
    rank = int(COMMON * len(some))
    found = np.zeros(lab.shape[:2], np.float32)
    found[place.changed] = np.sqrt(np.partition(squares, rank, axis=0)[rank])
    return found


def _strength(pair: Pair, ys: NDArray[np.intp], xs: NDArray[np.intp]) -> float:
    """Mean change 0…1, of pattern and colour or of colour alone where that is stronger."""
    colour = float(np.minimum(pair.maps.delta[ys, xs] / (2 * RECOLOURED), 1).mean())
    return max(float(pair.maps.change[ys, xs].mean()), colour)


def _compact(mask: Mask) -> float:
    """Share 0…1 of a shape that the largest circle within it fills."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)
    return min(1.0, float(np.pi * depth.max() ** 2 / mask.sum()))


def _cleaned(mask: Mask, gap: int) -> NDArray[np.uint8]:
    """Without gaps up to twice as many pixels wide, and without specks."""
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * gap + 1,) * 2)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, ball)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _grown(mask: Mask, reach: int) -> Mask:
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0, np.bool_)
