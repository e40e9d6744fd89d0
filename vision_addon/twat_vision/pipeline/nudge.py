"""Which changed cells hold what they held, a little way off: pieces that were pushed, or seen from elsewhere.

What comes or goes changes the colours of its cell; what is pushed takes them along, and is found again next to where it was.
Neither is enough by itself: another tile of the same colours changes none of them, and a small piece that comes leaves a lot as it was.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import FAINT, CellReading
from .geometry import FloatImage, Frame
from .maps import ChangeMaps

REACH, INNER = 0.25, 0.8
"""Cells by which a piece may be pushed, and the middle part of its cell, a side, that is looked for again."""
PUSHED, NEW = 0.6, 0.9
"""New colours and what is not found again, as shares of the change: up to the one nothing but a push, from the other on
no push at all. Of 1,060 cells of real and rendered photos that something left or reached none is below 0.98; of 44 others that
seemed to have changed 14 are below 0.6."""
_WEIGHTS = np.array([0.5**0.5, 1, 1], np.float32)


def without_nudges(reading: CellReading, maps: ChangeMaps, frame: Frame) -> CellReading:
    """Take out of a reading what was only pushed.

    Args:
        reading: change of every cell.
        maps: of the pair.
        frame: its canvas.

    Returns:
        The reading with lower scores where a cell holds what it held.
    """
    kept = np.ones_like(reading.raw)
    for row, column in np.argwhere(reading.raw > FAINT):
        newness = new_share(maps.lab_before, maps.lab_after, frame, (int(column), int(row)))
        kept[row, column] = np.clip((newness - PUSHED) / (NEW - PUSHED), 0, 1)
    return reading.weakened(kept)


def new_share(before: FloatImage, after: FloatImage, frame: Frame, cell: tuple[int, int]) -> float:
    """How much of a cell's change is new: its colours, plus what is found nowhere near where it was.

    The colours are compared by the Wasserstein distance of their distributions, channel by channel; looking for what was
    there is template matching by squared differences (both over the pixelwise difference).

    Args:
        before: the canvas in CIELAB, float32 ``(H, W, 3)``.
        after: the same of the after photo, in the before photo's light.
        frame: the canvas.
        cell: column and row.

    Returns:
        0 for a piece that was pushed by less than `REACH`, up to 2.
    """
    was, now = _patch(before, frame, cell, 0.0), _patch(after, frame, cell, 0.0)
    apart = float(np.abs(was - now).mean())
    if apart == 0:
        return 0.0
    colours = (np.sort(lab.reshape(-1, 3), axis=0) for lab in (was, now))
    recoloured = float(np.abs(np.subtract(*colours)).mean()) / apart
    margin = (INNER - 1) / 2
    thing = _patch(before, frame, cell, margin)
    unmoved = float(np.square(thing - _patch(after, frame, cell, margin)).sum())
    around = _patch(after, frame, cell, margin + REACH)
    nearest = float(cv2.matchTemplate(around, thing, cv2.TM_SQDIFF).min())
    return recoloured + nearest / max(unmoved, 1e-6)


def _patch(
    lab: FloatImage, frame: Frame, cell: tuple[int, int], margin: float
) -> NDArray[np.float32]:
    """A cell with some margin (negative: without its rim), at half the resolution, as far as the canvas goes."""
    s, o = frame.scale, frame.offset
    y, x, m = o + cell[1] * s, o + cell[0] * s, round(margin * s / 2) * 2
    patch = lab[max(0, y - m) : y + s + m, max(0, x - m) : x + s + m] * _WEIGHTS
    size = (max(1, patch.shape[1] // 2), max(1, patch.shape[0] // 2))
    return np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.float32)
