"""From the change map to changed cells: centre-weighted scores, leaning neighbours, the threshold."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask

BASE_THRESHOLD = 0.33
RELATIVE_THRESHOLD = 0.34
DISTURBED_THRESHOLD = 0.45
PLAIN = 0.5
"""Score from which a cell has changed, however restless the pair: without a move, few reach it under the hardest light."""
CENTRE_SIGMA = 0.22
WEAKEST = 0.06
"""Score below which a cell has no part in any explanation."""
FAINT = 0.2
"""Change from which on a cell may be the other end of a move without a state."""
HIDDEN = 0.02
"""Share of a space under a hand from which on it is not read."""

Scores = NDArray[np.float64]
"""``(rows, columns)``, 0…1."""


@dataclass(frozen=True, slots=True)
class CellReading:
    """Change of every cell: ``raw`` scores, ``scores`` less what leans in from neighbours, the threshold."""

    raw: Scores
    scores: Scores
    threshold: float
    covered: NDArray[np.bool_]

    @property
    def disturbed(self) -> bool:
        """Whether so much of the board differs a little that a reading would be a guess."""
        return self.threshold >= DISTURBED_THRESHOLD

    @property
    def changed(self) -> NDArray[np.bool_]:
        """The cells whose score reaches the threshold, bool ``(rows, columns)``."""
        return np.asarray((self.scores >= self.threshold) & ~self.covered, np.bool_)

    def weakened(self, kept: Scores) -> "CellReading":
        """The same with only a share of every cell's change.

        Args:
            kept: 0…1, float64 ``(rows, columns)``.
        """
        return replace(self, raw=self.raw * kept, scores=self.scores * kept)


def read_cells(
    change: FloatImage, coarse: FloatImage, frame: Frame, covered: Mask | None = None
) -> CellReading:
    """Score all cells of a grid.

    Args:
        change: the change map of the canvas, 0…1.
        coarse: the same with only slow light taken out; it tells how restless the pair is.
        frame: the canvas.
        covered: canvas pixels hidden by a hand; their cells are not read.
    """
    raw = cell_scores(change, frame)
    hidden = np.zeros(raw.shape, np.bool_)
    if covered is not None and covered.any():
        hidden = cell_share(covered.astype(np.float32), frame) > HIDDEN
    raw = np.where(hidden, 0, raw)
    scores = unlean(raw, change, frame)
    restless = np.where(hidden, 0, cell_scores(coarse, frame))
    threshold = threshold_of(np.maximum(scores, unlean(restless, coarse, frame)))
    if hidden.any():
        threshold = max(threshold, 0.5)
    return CellReading(raw, scores, threshold, hidden)


def tiles(canvas: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    """View a canvas map cell by cell.

    Args:
        canvas: float32 ``(H, W)``.
        frame: the canvas.

    Returns:
        float32 ``(rows, columns, scale, scale)``.
    """
    s = frame.scale
    board = frame.board(canvas)
    split = board.reshape(frame.rows, s, frame.columns, s)
    return np.asarray(split.transpose(0, 2, 1, 3), np.float32)


def cell_share(values: FloatImage, frame: Frame) -> Scores:
    """Mean of a map over each cell.

    Args:
        values: float32 ``(H, W)``.
        frame: the canvas.

    Returns:
        float64 ``(rows, columns)``, in the map's range.
    """
    return np.asarray(tiles(values, frame).mean(axis=(2, 3)), np.float64)


def cell_scores(change: FloatImage, frame: Frame) -> Scores:
    """Change of each cell weighted by a Gaussian around its centre.

    On boards of less than six cells a side pieces are small in their cell and off its centre: there the score is the
    largest of a narrower Gaussian's positions near the centre.

    Args:
        change: the change map, float32 ``(H, W)``, 0…1.
        frame: the canvas.

    Returns:
        float64 ``(rows, columns)``, 0…1.
    """
    if min(frame.columns, frame.rows) >= 6:
        weight = centre_weight(frame.scale, CENTRE_SIGMA)
        return np.asarray(np.einsum("rcyx,yx->rc", tiles(change, frame), weight), np.float64)
    blurred = np.asarray(cv2.GaussianBlur(change, (0, 0), 0.14 * frame.scale), np.float32)
    reach = round(0.22 * frame.scale)
    middle = frame.scale // 2
    window = tiles(blurred, frame)[
        ..., middle - reach : middle + reach, middle - reach : middle + reach
    ]
    return np.asarray(window.max(axis=(2, 3)), np.float64)


@lru_cache(maxsize=16)
def centre_weight(scale: int, sigma: float) -> NDArray[np.float32]:
    """A Gaussian around the middle of a cell.

    Args:
        scale: pixels a cell.
        sigma: its width in cells.

    Returns:
        float32 ``(scale, scale)``, summing to 1; kept, not to be written to.
    """
    x = (np.arange(scale) + 0.5) / scale - 0.5
    g = np.exp(-0.5 * (x / sigma) ** 2)
    w = np.outer(g, g)
    return np.asarray(w / w.sum(), np.float32)


def unlean(raw: Scores, change: FloatImage, frame: Frame) -> Scores:
    """Lower the score of cells into which a stronger neighbour's piece (or its shadow) leans.

    A cell counts less the less of its change lies in the half away from that neighbour, if one connected blob covers
    both.

    Args:
        raw: scores of the cells, float64 ``(rows, columns)``, 0…1.
        change: the change map they come from, float32 ``(H, W)``, 0…1.
        frame: the canvas.

    Returns:
        float64 ``(rows, columns)``, 0…1, nowhere above ``raw``.
    """
    scores = raw.copy()
    _, labels = cv2.connectedComponents((change > 0.3).astype(np.uint8))
    label_tiles = tiles(labels.astype(np.float32), frame).astype(np.int32)
    mass_tiles = tiles(change, frame)
    ramp = (np.arange(frame.scale) + 0.5) / frame.scale - 0.5
    yy, xx = np.meshgrid(ramp, ramp, indexing="ij")
    rows, columns = raw.shape
    for r, c in np.argwhere(raw > 0.1):
        mine = set(np.unique(label_tiles[r, c])) - {0}
        mass = mass_tiles[r, c]
        total = float(mass.sum())
        for dr, dc in ((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)):
            nr, nc = r + dr, c + dc
            if not (0 <= nr < rows and 0 <= nc < columns) or raw[nr, nc] <= 1.15 * raw[r, c]:
                continue
            if not mine & set(np.unique(label_tiles[nr, nc])):
                continue
            away = float(mass[(yy * dr + xx * dc) < 0].sum()) / max(total, 1e-6)
            scores[r, c] = min(
                scores[r, c], raw[r, c] * float(np.clip((away - 0.1) / 0.35, 0.1, 1))
            )
    return scores


def threshold_of(scores: Scores) -> float:
    """The threshold of this pair: a floor, a part of the strongest change, and three times the background.

    The background is the score of the cell after the ``3 + 6 %`` strongest ones, capped at 0.2. What plainly changed
    (`PLAIN`) is none of it: after a missed photo that may be more cells than these.

    Args:
        scores: float64 ``(rows, columns)``, 0…1.

    Returns:
        `BASE_THRESHOLD`…0.6; from `DISTURBED_THRESHOLD` on the pair is disturbed.
    """
    ordered = np.sort(scores.ravel())[::-1]
    plain = int((ordered >= PLAIN).sum())
    k = min(len(ordered) - 1, plain + round(3 + 0.06 * len(ordered)))
    background = min(float(ordered[k]), 0.2)
    return max(BASE_THRESHOLD, RELATIVE_THRESHOLD * float(ordered[0]), 3 * background)
