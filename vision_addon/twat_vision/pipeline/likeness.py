"""How alike the pieces of a pair's changed cells look: what left one may be what reached another."""

import numpy as np
from numpy.typing import NDArray

from .cells import WEAKEST, CellReading
from .pair import Pair
from .spaces import Cell


def alike(pair: Pair, chosen: list[Cell], reading: CellReading) -> NDArray[np.float64]:
    """How alike the piece that left one cell and the one that reached another look.

    Correlation of lightness over the pixels that changed in both cells, best of a few small shifts (normalised, Lewis 1995); 0
    for a cell with itself, and where next to nothing changed.

    Args:
        pair: the compared photos.
        chosen: ``n`` cells.
        reading: the scores they were chosen by.

    Returns:
        0…1, float64 ``(n, n)``: left, reached.
    """
    n, s, o = len(chosen), pair.frame.scale, pair.frame.offset
    reach = max(1, s // 12)
    change, lab_b, lab_a = pair.maps.change, pair.maps.lab_before, pair.maps.lab_after
    # Lightness around its middle keeps the sums of squares exact enough.
    here = _patches(lab_b[..., 0] - 50, chosen, s, o, (0, 0))
    changed = _patches((change > 0.3).astype(np.float32), chosen, s, o, (0, 0))
    best = np.zeros((n, n))
    steps = (-reach, 0, reach)
    for shift in ((down, right) for down in steps for right in steps):
        there = _patches(lab_a[..., 0] - 50, chosen, s, o, shift)
        mask = _patches((change > 0.3).astype(np.float32), chosen, s, o, shift)
        best = np.maximum(best, _masked_correlation(here, changed, there, mask))
    weak = np.array([reading.raw[row, column] < WEAKEST for column, row in chosen], np.bool_)
    best[weak, :] = best[:, weak] = 0
    np.fill_diagonal(best, 0)
    return best


def _patches(
    values: NDArray[np.float32], cells: list[Cell], scale: int, offset: int, shift: tuple[int, int]
) -> NDArray[np.float64]:
    """A canvas map over each cell, shifted by (down, right) pixels, one cell a row: ``(n, scale * scale)``."""
    found = np.zeros((len(cells), scale * scale))
    for i, (column, row) in enumerate(cells):
        y, x = offset + row * scale + shift[0], offset + column * scale + shift[1]
        found[i] = values[y : y + scale, x : x + scale].ravel()
    return found


def _masked_correlation(
    a: NDArray[np.float64],
    mask_a: NDArray[np.float64],
    b: NDArray[np.float64],
    mask_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Correlation of every row of a with every row of b where both masks are 1, ``(n, n)``; 0 on less than 5 % of them."""
    count = mask_a @ mask_b.T
    shared = np.maximum(count, 1)
    am, bm = a * mask_a, b * mask_b
    mean_a, mean_b = am @ mask_b.T / shared, mask_a @ bm.T / shared
    covariance = am @ bm.T / shared - mean_a * mean_b
    power_a = (am * a) @ mask_b.T / shared - mean_a**2
    power_b = mask_a @ (bm * b).T / shared - mean_b**2
    spread = np.sqrt(np.maximum(power_a, 0) * np.maximum(power_b, 0))
    enough = (count >= 0.05 * a.shape[1]) & (spread > 1e-3)
    return np.where(enough, covariance / np.maximum(spread, 1e-3), 0)
