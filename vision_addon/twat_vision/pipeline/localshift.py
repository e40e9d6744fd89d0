"""What one homography leaves over: small shifts that differ from place to place.

A hand-held camera, a board that is not flat and a lens that bends straight lines leave residues of a tenth of a unit.
They are measured per unit by template matching (normalised correlation over a window of `WINDOW` units, Lewis 1995, with
a parabola through its peak) and smoothed: a piece that moved away says nothing about the board, so its unit is outvoted
by the neighbours.
"""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask, Matrix

Shifts = NDArray[np.float32]
"""``(rows, columns, 2)``: how much further right and down, in units, what belongs in each unit's middle is seen."""

REACH = 3
"""Canvas pixels that are searched in each direction."""
WINDOW = 1.6
TRUSTED = 0.6
"""Correlation from which on a unit's own shift counts."""
LEAST_TRUSTED = 0.25
"""Share of the units that must be trusted, or nothing is said at all."""
LEAST_MATCHES = 12
AGREEMENT = 0.05
"""Units by which a shift may differ from the homography it belongs to."""
NEAR, FAR = 0.8, 3.0
"""Units over which shifts are averaged; the further ones count where no near one is trusted."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Where every unit's middle is seen: ``shifts`` and which of them are trusted, bool ``(rows, columns)``."""

    shifts: Shifts
    trusted: NDArray[np.bool_]


def match_units(fixed: FloatImage, moved: FloatImage, valid: Mask, frame: Frame) -> Matches:
    """Measure the shift of every unit by itself.

    Args:
        fixed: canvas of the fixed photo, locally normalised, float32 ``(H, W)``.
        moved: the same of the moved photo, brought onto the canvas by one homography.
        valid: where both show something.
        frame: their canvas; about 12 pixels a unit suffice, 6 reach twice as far.

    Returns:
        The shifts, within ±`REACH` pixels of the canvas.
    """
    correlation = _correlations(fixed, moved, valid, frame)
    span = 2 * REACH + 1
    row, column = np.indices((frame.rows, frame.columns))
    y, x = np.divmod(
        correlation.reshape(span * span, frame.rows, frame.columns).argmax(axis=0), span
    )
    inside = (y > 0) & (y < span - 1) & (x > 0) & (x < span - 1)
    y, x = np.clip(y, 1, span - 2), np.clip(x, 1, span - 2)
    peak = correlation[y, x, row, column]

    def vertex(dy: int, dx: int) -> NDArray[np.float32]:
        low = correlation[y - dy, x - dx, row, column]
        high = correlation[y + dy, x + dx, row, column]
        bend = np.minimum(low - 2 * peak + high, -1e-6)
        return np.asarray(np.clip(0.5 * (low - high) / bend, -0.5, 0.5), np.float32)

    found = np.stack([x - REACH + vertex(0, 1), y - REACH + vertex(1, 0)], axis=-1)
    return Matches(np.asarray(found / frame.scale, np.float32), (peak > TRUSTED) & inside)


def fit_homography(matches: Matches) -> Matrix | None:
    """The homography that most trusted shifts agree with (MAGSAC++, Barath 2020, OpenCV's ``USAC_MAGSAC``).

    Args:
        matches: the shifts of the units.

    Returns:
        unit → unit, float64 ``(3, 3)``; None where too few are trusted or none fits.
    """
    row, column = np.nonzero(matches.trusted)
    if len(row) < max(LEAST_MATCHES, LEAST_TRUSTED * matches.trusted.size):
        return None
    middles = np.stack([column, row], axis=1).astype(np.float32) + np.float32(0.5)
    seen = middles + matches.shifts[row, column]
    found, _ = cv2.findHomography(middles, seen, cv2.USAC_MAGSAC, AGREEMENT)
    # None where no homography fits, whatever the stubs say.
    matrix = cast("Matrix | None", found)
    return None if matrix is None else np.asarray(matrix, np.float64)


def smooth_shifts(matches: Matches) -> Shifts | None:
    """A field of shifts without the units that say something of their own.

    It is the median of the trusted among three by three units, averaged over `NEAR` and, faintly, over `FAR` units
    (normalised convolution, Knutsson & Westin 1993).

    Args:
        matches: the shifts of the units.

    Returns:
        float32 ``(rows, columns, 2)`` in units; None where too few are trusted.
    """
    trusted = matches.trusted
    if trusted.mean() < LEAST_TRUSTED:
        return None
    rows, columns = trusted.shape
    known = np.where(trusted[..., None], matches.shifts, np.float32(np.nan))
    padded = np.pad(known, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    views = np.stack([padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3)])
    weight = np.isfinite(views[..., 0]).sum(axis=0).astype(np.float32)
    middle = np.zeros_like(matches.shifts)
    middle[weight > 0] = np.nanmedian(views[:, weight > 0], axis=0)

    def spread(values: NDArray[np.float32]) -> NDArray[np.float32]:
        near = cv2.GaussianBlur(values, (0, 0), NEAR, borderType=cv2.BORDER_REPLICATE)
        far = cv2.GaussianBlur(values, (0, 0), FAR, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(near + np.float32(0.05) * far, np.float32)

    total = np.maximum(spread(weight), np.float32(1e-6))
    return np.asarray(spread(middle * weight[..., None]) / total[..., None], np.float32)


def _correlations(
    fixed: FloatImage, moved: FloatImage, valid: Mask, frame: Frame
) -> NDArray[np.float32]:
    """Correlation -1…1 of every unit's window at every shift, ``(dy, dx, rows, columns)``."""
    window = (round(frame.scale * WINDOW) // 2 * 2 + 1,) * 2
    first = frame.offset + frame.scale // 2
    ys = slice(first, first + frame.rows * frame.scale, frame.scale)
    xs = slice(first, first + frame.columns * frame.scale, frame.scale)

    def mean(values: FloatImage) -> FloatImage:
        blurred = cv2.boxFilter(values, cv2.CV_32F, window, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(blurred, np.float32)

    a = np.where(valid, fixed, np.float32(0))
    b = np.pad(np.where(valid, moved, np.float32(0)), REACH)
    power_a, power_b = mean(a * a)[ys, xs], mean(b * b)
    height, width = a.shape
    span = range(2 * REACH + 1)
    found = np.zeros((len(span), len(span), frame.rows, frame.columns), np.float32)
    for dy in span:
        for dx in span:
            there = (slice(dy, dy + height), slice(dx, dx + width))
            power = power_a * power_b[there][ys, xs]
            found[dy, dx] = mean(a * b[there])[ys, xs] / np.sqrt(np.maximum(power, 1e-6))
    return found
