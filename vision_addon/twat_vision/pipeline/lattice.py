"""The playing grid inside an outline: equally spaced lines, found in the rectified picture.

A checkered or ruled board shows edges along its grid lines. Where the lines lie is first searched along each axis by itself
(spacing and offset that gather most gradient), then every crossing is moved onto the edges nearby and a homography is fitted
to all of them with RANSAC, so that pieces which hide some lines do no harm. The share of the grid's segments that show an edge
where the fitted grid says is the measure of belief.
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image
from .geometry import Frame, Matrix, is_convex, project, rectify
from .lens import PLAIN, WIDE, Lens, Points, plumb_lens
from .outline import Quad

CELL = 24
"""Pixels a cell of the rectified picture."""
_PAD = 2.0
"""Cells of surroundings kept around the outline."""
_SMALLEST_SHARE = 0.62
"""The grid fills at least this share of an outline's width and height."""
_AGAIN = (0.97, 1.03)
"""The same of a grid that was found before."""
_REACHES = (0.22, 0.16, 0.12, 0.12)
"""How far from its place (in cells) a grid line's edge is looked for, look by look."""
_SURROUNDINGS = 0.3
"""How far (in cells) the surroundings reach against which an edge has to stand out."""
_LOOKS = 3
_STANDS_OUT = 0.25
"""How much stronger (compressed gradient, 0…1) a line's edge is than its surroundings."""

_ROUNDS = 4
"""Looks at the lens: straightened, more of the lines are where they are looked for."""
_STRAIGHT = 0.06
"""Mean distance (in cells) of points from their lines, below which no point was taken for one of the next line."""
_STRAIGHTER = 0.7
"""How much straighter another lens makes the lines that is believed instead."""

_BEYOND = 0.5
"""Share of the lines that go on to a side, from which the grid goes on there."""

Profile = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GridFit:
    """The grid's outer corners in the photo (pixels) and the share 0…1 of its segments that show an edge.

    ``residual`` is how far those edges are off the fitted lines, in cells (root mean square): bent lines, by a lens or
    because the grid is another one, leave some.
    """

    corners: Quad
    support: float
    residual: float


def find_grid(image: Image, outline: Quad, columns: int, rows: int) -> GridFit | None:
    """Find a grid of ``columns`` × ``rows`` cells within an outline.

    What is found is looked at again in its own frame, where the lines are straight and evenly spaced.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        outline: the board's outline, or that of the grid itself.
        columns: cells across.
        rows: cells down.

    Returns:
        The grid, or None where no equally spaced lines are to be seen.
    """
    fit = _fit(image, outline, columns, rows, (_SMALLEST_SHARE, 1.03))
    return fit and _settled(image, fit, columns, rows)


def find_points(image: Image, outline: Quad, columns: int, rows: int) -> GridFit | None:
    """Find a board whose lines run through the middles of its cells, as of go: pieces stand on the crossings.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        outline: the board's outline, or that of its lines.
        columns: lines across, from 3.
        rows: lines down, from 3.

    Returns:
        The cells around all crossings, half a cell wider than the lines; None where the lines are not to be seen, or go on
        beyond so many: any part of a larger grid is a grid.
    """
    across, down = columns - 1, rows - 1
    fit = find_grid(image, outline, across, down)
    if fit is None:
        return None
    # The board's rim may have been taken for a line, and the lines be found one off.
    boxes = [
        _cells(fit.corners, across, down, (dx, dy, across + dx, down + dy))
        for dx, dy in product((-1, 0, 1), repeat=2)
    ]
    best = max(boxes, key=lambda box: _ends(image, box, across, down))
    fit = _fit(image, best, across, down, _AGAIN)
    fit = fit and _settled(image, fit, across, down)
    if fit is None or not _ends(image, fit.corners, across, down):
        return None
    wider = _cells(fit.corners, across, down, (-0.5, -0.5, across + 0.5, down + 0.5))
    return GridFit(wider, fit.support, fit.residual)


def grid_lens(image: Image, corners: Quad, columns: int, rows: int) -> Lens:
    """The lens that a photo was taken with, from how the lines of a grid in it are bent.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        corners: the grid's outer corners in pixels of the photo, good to a quarter of a cell.
        columns: cells across.
        rows: cells down.

    Returns:
        The lens; `PLAIN` where too few lines are seen or they are straight.
    """
    size = (image.shape[1], image.shape[0])
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    cell = float((sides / (columns, rows, columns, rows)).min())
    best, least = PLAIN, np.inf
    for start in (PLAIN, *WIDE):
        lens = start
        off = np.inf
        for _ in range(_ROUNDS):
            straight = lens.straight(corners, size)
            points, lines = _line_points(lens.picture(image), straight, columns, rows)
            found, off = plumb_lens(lens.bent(points, size), lines, size)
            if found == lens:
                break
            lens = found
        if off < _STRAIGHTER * least:
            best, least = lens, off
        if least < _STRAIGHT * cell or np.isinf(off):
            break
    return best


def _line_points(
    image: Image, corners: Quad, columns: int, rows: int
) -> tuple[Points, NDArray[np.intp]]:
    """Where the grid's lines are seen in a picture, pixels ``(n, 2)``, and on which line ``(n,)`` each point is."""
    frame, across, down = _rectified(image, corners, columns, rows)
    nodes = _nodes(frame)
    right, _ = _segment_shifts(nodes, across, 0, _SURROUNDINGS)
    lower, _ = _segment_shifts(nodes, down, 1, _SURROUNDINGS)
    upright = (nodes[:-1] + nodes[1:]) / 2 + right[..., None] * (1, 0)
    level = (nodes[:, :-1] + nodes[:, 1:]) / 2 + lower[..., None] * (0, 1)
    numbers = np.arange(columns + 1), np.arange(rows + 1)[:, None] + columns + 1
    lines = [
        np.broadcast_to(n, shift.shape) for n, shift in zip(numbers, (right, lower), strict=True)
    ]
    points = np.concatenate([upright.reshape(-1, 2), level.reshape(-1, 2)])
    seen = np.isfinite(points).all(axis=1)
    found_at = project(_to_image(corners, columns, rows) @ frame.to_units, points[seen])
    return found_at, np.concatenate([line.ravel() for line in lines])[seen]


def _settled(image: Image, fit: GridFit, columns: int, rows: int) -> GridFit:
    """Look again in the found grid's own frame, as long as that shows more of its lines."""
    for _ in range(_LOOKS):
        again = _fit(image, fit.corners, columns, rows, _AGAIN)
        if again is None or again.support < fit.support:
            break
        fit = again
    return fit


def _to_image(corners: Quad, columns: int, rows: int) -> Matrix:
    """Cells of a grid → pixels of the picture in which its outer corners are known."""
    units = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(units, corners.astype(np.float32)), np.float64)


def _cells(corners: Quad, columns: int, rows: int, span: tuple[float, float, float, float]) -> Quad:
    """The outer corners of the cells left, top, right, bottom of a grid; those beyond it, too."""
    left, top, right, bottom = span
    box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    return project(_to_image(corners, columns, rows), box)


def _ends(image: Image, corners: Quad, columns: int, rows: int) -> float:
    """The share of a grid's segments that show an edge; 0 where its lines go on beyond it."""
    frame, across, down = _rectified(
        image,
        _cells(corners, columns, rows, (-1, -1, columns + 1, rows + 1)),
        columns + 2,
        rows + 2,
    )
    nodes = _nodes(frame)
    _, upright = _segment_shifts(nodes, across, 0, _SURROUNDINGS)
    _, level = _segment_shifts(nodes, down, 1, _SURROUNDINGS)
    inner = slice(1, -1)
    beyond = (upright[0, inner], upright[-1, inner], level[inner, 0], level[inner, -1])
    if max(float(side.mean()) for side in beyond) >= _BEYOND:
        return 0.0
    return _support(upright[inner, inner], level[inner, inner])


def _support(upright: NDArray[np.bool_], level: NDArray[np.bool_]) -> float:
    """Share of segments with an edge; one line without any, and the grid is likely a cell off: the weakest counts as much as all."""
    lines = np.concatenate([upright.mean(axis=0), level.mean(axis=1)])
    return float(lines.mean() + lines.min()) / 2


def _rectified(
    image: Image, corners: Quad, columns: int, rows: int
) -> tuple[Frame, NDArray[np.float32], NDArray[np.float32]]:
    """A grid's own canvas, and the gradients across and down on it."""
    frame = Frame(columns, rows, CELL, 1.0)
    return frame, *_gradients(rectify(image, _to_image(corners, columns, rows), frame)[0])


def _nodes(frame: Frame) -> NDArray[np.float64]:
    """The crossings of a canvas's grid in its pixels, ``(rows + 1, columns + 1, 2)``."""
    ends = (np.arange(n + 1) * CELL + frame.offset - 0.5 for n in (frame.columns, frame.rows))
    return np.stack(np.meshgrid(*ends), axis=-1)


def _fit(
    image: Image, outline: Quad, columns: int, rows: int, shares: tuple[float, float]
) -> GridFit | None:
    pad = round(_PAD * CELL)
    width, height = columns * CELL, rows * CELL
    box = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + pad
    to_canvas = cv2.getPerspectiveTransform(outline.astype(np.float32), box)
    size = (width + 2 * pad, height + 2 * pad)
    # Continued beyond the photo, whose own border is no line of the board.
    canvas = cv2.warpPerspective(
        image, to_canvas, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    across, down = _gradients(np.asarray(canvas, np.uint8))
    inside = slice(pad + CELL // 2, -pad - CELL // 2)
    xs = _lines(across[inside].mean(axis=0), columns, pad, width, shares)
    ys = _lines(down[:, inside].mean(axis=1), rows, pad, height, shares)
    if xs is None or ys is None:
        return None
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float64)
    ideal = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1)
    matrix, support, residual = _settle(nodes, ideal.astype(np.float64), across, down)
    if matrix is None:
        return None
    corner = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    back = np.asarray(np.linalg.inv(to_canvas), np.float64)
    corners = project(back, project(matrix, corner))
    return GridFit(corners, support, residual) if is_convex(corners) else None


def _gradients(canvas: Image) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return gradients across and down, the largest of the LAB channels, compressed to 0…1."""
    lab = cv2.GaussianBlur(cv2.cvtColor(canvas, cv2.COLOR_BGR2LAB), (0, 0), 1.0)
    found = []
    for dx, dy in ((1, 0), (0, 1)):
        size = np.max([np.abs(cv2.Sobel(c, cv2.CV_32F, dx, dy)) for c in cv2.split(lab)], axis=0)
        half = max(float(np.percentile(size, 80)), 1.0)
        found.append((size / (size + half)).astype(np.float32))
    return found[0], found[1]


def _lines(
    profile: Profile, cells: int, pad: int, length: int, shares: tuple[float, float]
) -> NDArray[np.float64] | None:
    """Return the places of the grid's lines along one axis, in canvas pixels.

    All lines must be there (the weakest count most), and between them there should be less.
    """
    smooth = np.maximum.reduce([np.roll(profile, k) for k in (-1, 0, 1)])
    places = np.arange(len(profile))
    numbers = np.arange(cells + 1)
    best, lines = 0.0, None
    for spacing in np.arange(shares[0] * CELL, shares[1] * CELL + 0.01, 0.15):
        free = max(length * 1.03 - spacing * cells, 0.0)
        offsets = pad - 0.02 * length + np.arange(0.0, free + 1.0, 1.0)
        at = offsets[:, None] + spacing * numbers
        values = np.interp(at, places, smooth)
        between = np.interp(at[:, :-1] + spacing / 2, places, profile)
        scores = np.sqrt(values).mean(axis=1) ** 2 + values.min(axis=1) - 1.5 * between.mean(axis=1)
        k = int(scores.argmax())
        if scores[k] > best:
            best, lines = float(scores[k]), at[k]
    return lines


def _settle(
    nodes: NDArray[np.float64],
    ideal: NDArray[np.float64],
    across: NDArray[np.float32],
    down: NDArray[np.float32],
) -> tuple[Matrix | None, float, float]:
    """Move the crossings onto the edges and fit cell → canvas; also the share of segments with an edge, and how far off they are."""
    matrix: Matrix | None = None
    support = residual = 0.0
    flat = ideal.reshape(-1, 2)
    for reach in _REACHES:
        shift_x, strong_x = _segment_shifts(nodes, across, 0, reach)
        shift_y, strong_y = _segment_shifts(nodes, down, 1, reach)
        moved = nodes + np.stack([_at_nodes(shift_x, 0), _at_nodes(shift_y, 1)], axis=-1)
        good = np.isfinite(moved).all(axis=-1).ravel()
        support = _support(strong_x, strong_y)
        off = np.concatenate([shift_x[strong_x], shift_y[strong_y]]) / CELL
        residual = float(np.sqrt(np.mean(off**2))) if off.size else 0.0
        if good.sum() < 6:
            return None, 0.0, 0.0
        found, _ = cv2.findHomography(flat[good], moved.reshape(-1, 2)[good], cv2.USAC_MAGSAC, 1.0)
        matrix = np.asarray(found, np.float64)
        if matrix.shape != (3, 3):
            return None, 0.0, 0.0
        nodes = project(matrix, flat).reshape(nodes.shape)
    return matrix, support, residual


def _segment_shifts(
    nodes: NDArray[np.float64], gradient: NDArray[np.float32], axis: int, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return, for every line segment between neighbouring crossings, how far off its edge is.

    Args:
        nodes: ``(rows + 1, columns + 1, 2)`` canvas pixels.
        gradient: across (axis 0, for vertical lines) or down (axis 1).
        axis: 0 for vertical lines' segments, 1 for horizontal ones.
        reach: how far off an edge is looked for, in cells.

    Returns:
        Shifts in pixels along the axis (nan where no edge stands out) and whether one does near by.
    """
    start, end = (nodes[:-1], nodes[1:]) if axis == 0 else (nodes[:, :-1], nodes[:, 1:])
    wide = round(_SURROUNDINGS * CELL)
    offsets = np.arange(-wide, wide + 1)
    near = np.abs(offsets) <= round(reach * CELL)
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
    peak = profile[..., near].max(axis=-1)
    stands_out = peak - profile.min(axis=-1) > _STANDS_OUT
    weights = np.maximum(profile - 0.7 * peak[..., None], 0.0) * near
    centre = (weights * offsets).sum(axis=-1) / np.maximum(weights.sum(axis=-1), 1e-6)
    shift = np.where(stands_out, centre, np.nan)
    return shift, np.asarray(stands_out & (np.abs(shift) <= 0.1 * CELL), np.bool_)


def _at_nodes(shift: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return how far off each crossing is: along each line a straight, robust fit of its segments' shifts.

    Theil–Sen's line (Sen, JASA 63, 1968), then least squares reweighted by Cauchy's function: a third of the segments may be
    the edges of pieces. nan for a line with fewer than three segments seen.
    """
    lines = shift.T if axis == 0 else shift
    nodes = np.full((lines.shape[0], lines.shape[1] + 1), np.nan)
    middle, ends = np.arange(lines.shape[1]) + 0.5, np.arange(lines.shape[1] + 1.0)
    for line, out in zip(lines, nodes, strict=True):
        seen = np.isfinite(line)
        if seen.sum() < 3:
            continue
        x, y = middle[seen], line[seen]
        i, j = np.triu_indices(len(x), 1)
        slope = float(np.median((y[j] - y[i]) / (x[j] - x[i])))
        level = float(np.median(y - slope * x))
        for _ in range(4):
            residual = y - (slope * x + level)
            spread = 1.4826 * float(np.median(np.abs(residual))) + 0.15
            weights = 1 / (1 + (residual / (2 * spread)) ** 2)
            slope, level = np.polyfit(x, y, 1, w=weights)
        out[:] = slope * ends + level
    return nodes.T if axis == 0 else nodes
