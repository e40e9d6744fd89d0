"""Changed blobs by colour: pieces that appeared or vanished where there are no cells.

A changed pixel is read by what it is like: one of the players' colours before, after, both (a piece replaced by
another) or neither (a shadow). Connected pixels of equal reading are pieces, or several that touch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import HUELESS, Lab
from .geometry import FloatImage, Frame, Mask
from .pair import Pair
from .segments import FAR, Segment, likeness, segments, vividness

CHANGED = 0.3
MARGIN = 6.0
"""By how much a pixel must be more like a colour than it was."""
NEAR = 5
"""Pixels within which blobs touch."""
AROUND = 7
"""Pixels around a blob that are looked at for its colour running on."""
ALIKE = 8.0
"""How much less like its colour the surroundings of a blob may be and still count as running on."""
LIGHTNESS = 0.7
"""Weight of lightness in the contrast of a blob."""
WIDEST = 1 << 16
HAND_REACH = 1.0
"""Units around a hand that are not read: its shadow, and the rest of the hand where it looks like the board."""
REPAINTED, LIKE = 20.0, 18.0
"""Colour distance between the photos, and to the colours before and after, from which a change of colour counts alone."""
RIVAL = 10.0
"""How much worse than the other photo's a likeness may be and still count."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A changed blob: colour, whether it appeared, its canvas pixels, their centre (x, y), the area in square units.

    ``strength`` is the mean change 0…1, ``margin`` how much closer its colour is to the named one than to the next
    (like ΔE), ``contrast`` how far it is from the colour of its unchanged surroundings, and ``other_contrast`` the same of the
    same place in the other photo (like ΔE): a piece stands out where it stands; print that a piece hid or freed, and light, do not.
    ``runs_on`` is the share 0…1 of its unchanged surroundings that has its colour too: such print runs on beyond the
    piece's outline.
    """

    color: str
    appeared: bool
    ys: NDArray[np.intp]
    xs: NDArray[np.intp]
    centre: tuple[float, float]
    area: float
    strength: float
    margin: float
    contrast: float
    other_contrast: float
    runs_on: float

    def touches(self, other: "Blob") -> bool:
        """Whether the blobs meet or lie within a few pixels of each other.

        Args:
            other: of the same canvas.
        """
        y0, x0 = int(self.ys.min()) - NEAR, int(self.xs.min()) - NEAR
        y1, x1 = int(self.ys.max()) + NEAR, int(self.xs.max()) + NEAR
        box = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
        box[self.ys - y0, self.xs - x0] = 1
        grown = cv2.dilate(box, np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8))
        inside = (other.ys >= y0) & (other.ys <= y1) & (other.xs >= x0) & (other.xs <= x1)
        return bool(grown[other.ys[inside] - y0, other.xs[inside] - x0].any())

    def overlap(self, other: "Blob") -> float:
        """Shared area as a share of the smaller blob.

        Args:
            other: of the same canvas.

        Returns:
            0…1.
        """
        mine, theirs = self.ys * WIDEST + self.xs, other.ys * WIDEST + other.xs
        shared = np.intersect1d(mine, theirs, assume_unique=True).size
        return float(shared / max(1, min(mine.size, theirs.size)))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in canvas pixels (half open)."""
        return (
            int(self.xs.min()),
            int(self.ys.min()),
            int(self.xs.max()) + 1,
            int(self.ys.max()) + 1,
        )


def changed_blobs(pair: Pair, nominal: Mapping[str, Lab]) -> tuple[Blob, ...]:
    """All blobs of a pair that changed from or to one of the given colours.

    Args:
        pair: the compared photos.
        nominal: CIELAB ``(3,)`` of the colours, by name.

    Returns:
        Blobs that appeared and that vanished.
    """
    changed = pair.maps.change > CHANGED
    vivid = pair.maps.delta > REPAINTED
    if pair.hand.found:
        reach = round(HAND_REACH * pair.frame.scale)
        kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
        clear = cv2.dilate(pair.hand.mask.astype(np.uint8), kernel) == 0
        changed &= clear
        vivid &= clear
    y0, y1, x0, x1 = bounds(changed | vivid)
    if y0 == y1 or not nominal:
        return ()
    pad = pair.frame.scale // 3
    y0, x0 = max(0, y0 - pad), max(0, x0 - pad)
    window = (slice(y0, y1 + pad), slice(x0, x1 + pad))
    lab = {True: pair.maps.lab_after[window], False: pair.maps.lab_before[window]}
    near = {k: _Likeness.of(likeness(v, nominal)) for k, v in lab.items()}
    # A piece in the very place of a like one of another colour leaves the pattern as it was.
    other = near[True].nearest != near[False].nearest
    like = (near[True].best < LIKE) & (near[False].best < LIKE)
    repainted = np.asarray(vivid[window] & other & like, np.bool_)
    found: list[Blob] = []
    for i, (name, color) in enumerate(nominal.items()):
        hueless = float(np.hypot(color[1], color[2])) < HUELESS
        for appeared in (True, False):
            turned = _turned(i, near[appeared], near[not appeared])
            turned &= changed[window] | repainted
            strong = vividness(lab[appeared], color)
            for part in segments(turned, strong, pair.frame.scale, hueless=hueless):
                ys, xs = part.ys + y0, part.xs + x0
                beside = _beside(part, changed[window])
                found.append(
                    Blob(
                        name,
                        appeared,
                        ys,
                        xs,
                        (part.centre[0] + x0, part.centre[1] + y0),
                        part.area,
                        _strength(pair, ys, xs),
                        _margin(near[appeared].distances[:, part.ys, part.xs], i),
                        _contrast(lab[appeared], part, beside),
                        _contrast(lab[not appeared], part, beside),
                        _runs_on(near[appeared].distances, part, beside, i),
                    )
                )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Colour distances of a photo's pixels: ``distances`` to every colour ``(n, H, W)``, ``nearest`` of them, its distance."""

    distances: NDArray[np.float32]
    nearest: NDArray[np.int8]
    best: NDArray[np.float32]

    @classmethod
    def of(cls, distances: NDArray[np.float32]) -> Self:
        best = distances[0].copy()
        nearest = np.zeros(best.shape, np.int8)
        for i, distance in enumerate(distances[1:], 1):
            nearer = distance < best
            nearest[nearer] = i
            np.minimum(best, distance, out=best)
        return cls(distances, nearest, best)


def _turned(i: int, now: _Likeness, then: _Likeness) -> Mask:
    """Pixels that are like colour ``i`` in one photo and were not in the other."""
    like = (now.nearest == i) & (now.best < FAR)
    other = (then.nearest != i) | (then.distances[i] > now.distances[i] + MARGIN)
    return np.asarray(like & other & (now.best <= then.best + RIVAL), np.bool_)


def _strength(pair: Pair, ys: NDArray[np.intp], xs: NDArray[np.intp]) -> float:
    """Mean change 0…1, of pattern and colour or of colour alone where that is stronger."""
    colour = float(np.minimum(pair.maps.delta[ys, xs] / (2 * REPAINTED), 1).mean())
    return max(float(pair.maps.change[ys, xs].mean()), colour)


def _beside(part: Segment, changed: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The unchanged pixels around a segment, the changed ones too where there are no others."""
    h, w = changed.shape
    y0, x0 = max(0, int(part.ys.min()) - AROUND), max(0, int(part.xs.min()) - AROUND)
    y1, x1 = min(h, int(part.ys.max()) + AROUND + 1), min(w, int(part.xs.max()) + AROUND + 1)
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    mask[part.ys - y0, part.xs - x0] = 1
    around = cv2.dilate(mask, np.ones((2 * AROUND + 1, 2 * AROUND + 1), np.uint8)) > mask
    free = around & ~changed[y0:y1, x0:x1]
    ys, xs = np.nonzero(free if free.any() else around)
    return ys + y0, xs + x0


def _contrast(
    lab: FloatImage, part: Segment, beside: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> float:
    """How far a segment's usual colour is from that of its surroundings."""
    away = np.median(lab[part.ys, part.xs], axis=0) - np.median(lab[beside], axis=0)
    return float(np.linalg.norm(away * (LIGHTNESS, 1, 1)))


def _runs_on(
    distances: NDArray[np.float32],
    part: Segment,
    beside: tuple[NDArray[np.intp], NDArray[np.intp]],
    i: int,
) -> float:
    here = distances[:, *beside]
    own = float(np.median(distances[i, part.ys, part.xs]))
    return float(((here.argmin(axis=0) == i) & (here[i] < min(FAR, own + ALIKE))).mean())


def _margin(distances: NDArray[np.float32], i: int) -> float:
    medians = np.median(distances, axis=1)
    rivals = np.delete(medians, i)
    nearest = float(rivals.min()) if rivals.size else FAR
    return min(nearest, 2 * FAR) - float(medians[i])


def bounds(mask: Mask) -> tuple[int, int, int, int]:
    """The bounding box of a mask.

    Args:
        mask: bool ``(H, W)``.

    Returns:
        Top, bottom, left, right in pixels, half open; all 0 of an empty mask.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def canvas_to_units(point: tuple[float, float], frame: Frame) -> tuple[float, float]:
    """A canvas pixel in units.

    Args:
        point: x and y in canvas pixels.
        frame: the canvas.

    Returns:
        x and y in units from the board's top left.
    """
    x, y = point
    return (x - frame.offset + 0.5) / frame.scale, (y - frame.offset + 0.5) / frame.scale
