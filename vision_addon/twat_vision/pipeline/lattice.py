"""The playing grid inside an outline: equally spaced lines, found in the rectified picture.

A checkered or ruled board shows edges along its grid lines. Where the lines lie is first searched along each axis by itself
(spacing and offset that gather most gradient), then every crossing is moved onto the edges nearby and a homography is fitted
to all of them with RANSAC, so that pieces which hide some lines do no harm. The share of the grid's segments that show an edge
where the fitted grid says is the measure of belief.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image
from .geometry import Matrix, project
from .outline import Quad

CELL = 24
"""Pixels a cell of the rectified picture."""
_PAD = 2.0
"""Cells of surroundings kept around the outline."""
_SMALLEST_SHARE = 0.62
"""The grid fills at least this share of an outline's width and height."""
_REACH = 0.18
"""How far from its place (in cells) a grid line's edge is looked for."""

Profile = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GridFit:
    """The grid's outer corners in the photo (pixels) and the share 0…1 of its segments that show an edge."""

    corners: Quad
    support: float


def fit_grid(image: Image, outline: Quad, columns: int, rows: int) -> GridFit | None:
    """Find a grid of ``columns`` × ``rows`` cells within an outline.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        outline: the board's outline, or that of the grid itself.
        columns: cells across.
        rows: cells down.

    Returns:
        The grid, or None where no equally spaced lines are to be seen.
    """
    pad = round(_PAD * CELL)
    width, height = columns * CELL, rows * CELL
    box = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + pad
    to_canvas = cv2.getPerspectiveTransform(outline.astype(np.float32), box)
    size = (width + 2 * pad, height + 2 * pad)
    canvas = cv2.warpPerspective(image, to_canvas, size, flags=cv2.INTER_AREA)
    across, down = _gradients(np.asarray(canvas, np.uint8))
    inside = slice(pad + CELL // 2, -pad - CELL // 2)
    xs = _lines(across[inside].mean(axis=0), columns, pad, width)
    ys = _lines(down[:, inside].mean(axis=1), rows, pad, height)
    if xs is None or ys is None:
        return None
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float64)
    ideal = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1)
    matrix, support = _settle(nodes, ideal.astype(np.float64), across, down)
    if matrix is None:
        return None
    corner = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    back = np.linalg.inv(to_canvas)
    return GridFit(project(back, project(matrix, corner)), support)


def _gradients(canvas: Image) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return gradients across and down, the largest of the LAB channels, with the strongest held back."""
    lab = cv2.GaussianBlur(cv2.cvtColor(canvas, cv2.COLOR_BGR2LAB), (0, 0), 1.0)
    found = []
    for dx, dy in ((1, 0), (0, 1)):
        size = np.max([np.abs(cv2.Sobel(c, cv2.CV_32F, dx, dy)) for c in cv2.split(lab)], axis=0)
        cap = max(float(np.percentile(size, 92)), 1.0)
        found.append(np.minimum(size, cap).astype(np.float32) / np.float32(cap))
    return found[0], found[1]


def _lines(profile: Profile, cells: int, pad: int, length: int) -> NDArray[np.float64] | None:
    """Return the places of the grid's lines along one axis, in canvas pixels.

    All lines must be there (the weakest count most), and between them there should be less.
    """
    smooth = np.maximum.reduce([np.roll(profile, k) for k in (-1, 0, 1)])
    places = np.arange(len(profile))
    best, lines = 0.0, None
    for spacing in np.arange(_SMALLEST_SHARE * CELL, 1.05 * CELL, 0.1):
        free = length * 1.03 - spacing * cells
        for offset in np.arange(pad - 0.02 * length, pad - 0.02 * length + max(free, 0) + 1, 1.0):
            at = offset + spacing * np.arange(cells + 1)
            values = np.interp(at, places, smooth)
            between = np.interp(at[:-1] + spacing / 2, places, profile)
            score = float(np.sqrt(values).mean() ** 2 + values.min() - 1.5 * between.mean())
            if score > best:
                best, lines = score, at
    return lines


def _settle(
    nodes: NDArray[np.float64],
    ideal: NDArray[np.float64],
    across: NDArray[np.float32],
    down: NDArray[np.float32],
) -> tuple[Matrix | None, float]:
    """Move the crossings onto the edges and fit cell → canvas; also the share of segments with an edge."""
    matrix: Matrix | None = None
    support = 0.0
    flat = ideal.reshape(-1, 2)
    for _ in range(3):
        shift_x, strong_x = _segment_shifts(nodes, across, axis=0)
        shift_y, strong_y = _segment_shifts(nodes, down, axis=1)
        moved = nodes + np.stack([_at_nodes(shift_x, 0), _at_nodes(shift_y, 1)], axis=-1)
        good = np.isfinite(moved).all(axis=-1).ravel()
        support = float(np.concatenate([strong_x.ravel(), strong_y.ravel()]).mean())
        if good.sum() < 6:
            return None, 0.0
        found, _ = cv2.findHomography(flat[good], moved.reshape(-1, 2)[good], cv2.RANSAC, 1.5)
        if found is None:
            return None, 0.0
        matrix = np.asarray(found, np.float64)
        nodes = project(matrix, flat).reshape(nodes.shape)
    return matrix, support


def _segment_shifts(
    nodes: NDArray[np.float64], gradient: NDArray[np.float32], axis: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return, for every line segment between neighbouring crossings, how far off its edge is.

    Args:
        nodes: ``(rows + 1, columns + 1, 2)`` canvas pixels.
        gradient: across (axis 0, for vertical lines) or down (axis 1).
        axis: 0 for vertical lines' segments, 1 for horizontal ones.

    Returns:
        Shifts in pixels along the axis (nan where no edge stands out) and whether one does near by.
    """
    start, end = (nodes[:-1], nodes[1:]) if axis == 0 else (nodes[:, :-1], nodes[:, 1:])
    reach = round(_REACH * CELL)
    offsets = np.arange(-reach, reach + 1)
    along = np.linspace(0.12, 0.88, 9)[:, None, None, None]
    line = start + along * (end - start)
    x = line[..., 0][..., None] + (offsets if axis == 0 else 0 * offsets)
    y = line[..., 1][..., None] + (offsets if axis == 1 else 0 * offsets)
    shape = x.shape
    values = cv2.remap(
        gradient,
        x.reshape(shape[0], -1).astype(np.float32),
        y.reshape(shape[0], -1).astype(np.float32),
        cv2.INTER_LINEAR,
    ).reshape(shape)
    profile = np.median(values, axis=0)
    best = profile.argmax(axis=-1)
    peak = np.take_along_axis(profile, best[..., None], axis=-1)[..., 0]
    stands_out = peak > np.maximum(0.15, 1.8 * np.median(profile, axis=-1))
    shift = np.where(stands_out, offsets[best], np.nan).astype(np.float64)
    return shift, np.asarray(stands_out & (np.abs(shift) <= 0.1 * CELL), np.bool_)


def _at_nodes(shift: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return the mean shift of the one or two segments that meet at each crossing; nan for none."""
    pad = [(0, 0), (0, 0)]
    pad[axis] = (1, 0)
    before = np.pad(shift, pad, constant_values=np.nan)
    pad[axis] = (0, 1)
    after = np.pad(shift, pad, constant_values=np.nan)
    both = np.stack([before, after])
    count = np.isfinite(both).sum(axis=0)
    total = np.nansum(both, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
