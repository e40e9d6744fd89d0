"""Which way pieces lean, where a camera that looks from the side shows their bodies over the cells behind them.

What stands on a cell is told by its foot. How far a body reaches depends on the camera, and photos are often cut to the
board before anybody sees them, so the corners do not say where the camera was; the pieces do: their look crosses the
border of their cell on one side and not on the opposite one.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import BASE_THRESHOLD, cell_scores
from .geometry import FloatImage, Frame, Mask
from .maps import ChangeMaps

Lean = tuple[float, float]
"""Unit vector from the foot of a piece to its top: to the right and down on the canvas."""

DETAIL = 12
"""Pixels a cell that looks are compared at."""
STANDS, CLEAREST = 10.0, 30.0
"""Colour distance from the empty look from which on something stands in a place, and beyond which it is no clearer."""
LEAST_BORDERS = 3
"""Borders between a piece and an empty cell that are needed on every side."""
LEAST_LEAN = 0.2
"""Share of a piece's clearness by which its look crosses the one border rather than the opposite one. Tiles, and pieces under an
overhead camera, stay below 0.17 but for a few photos; cameras from the side begin at 0.25."""
CHANGED = 0.3
CAME = 8.0
"""Colour distance by which a place is more unlike an empty one in one photo than in the other where something came or went."""
NECK = 0.15
"""Cells by which the parts of a piece may be apart."""
FOOT, TALLEST = 0.65, 2.2
"""Cells from where a changed piece begins to where its foot surely ends, and to where the tallest ends."""


def bodies(maps: ChangeMaps, frame: Frame) -> Mask:
    """Where a change is the body of a piece that has its foot elsewhere.

    Changed pixels are followed against the lean, to where the piece begins; what is further from there than a foot is body,
    unless the whole is longer than the tallest piece: then it is several. What came and what went are two pieces. And there must
    be a foot on one of the cells in front.

    Args:
        maps: of the pair.
        frame: its canvas.

    Returns:
        bool ``(H, W)``; nowhere where pieces do not lean.
    """
    before, after = (unlike_empty(lab, frame) for lab in (maps.lab_before, maps.lab_after))
    lean = find_lean(before, frame)
    changed = maps.change > CHANGED
    if lean is None or not changed.any():
        return np.zeros(maps.change.shape, np.bool_)
    came = np.zeros_like(maps.change)
    size = (frame.columns * frame.scale, frame.rows * frame.scale)
    frame.board(came)[:] = cv2.resize(after - before, size, interpolation=cv2.INTER_LINEAR)
    found = (_beyond_feet(changed & side, frame, lean) for side in (came > -CAME, came < CAME))
    body = np.logical_or(*found)
    feet = cell_scores(np.where(body, np.float32(0), maps.change), frame) >= BASE_THRESHOLD
    behind = np.zeros_like(body)
    frame.board(behind)[:] = _behind(feet, lean).repeat(frame.scale, 0).repeat(frame.scale, 1)
    return np.asarray(body & behind, np.bool_)


def find_lean(unlike: FloatImage, frame: Frame) -> Lean | None:
    """Tell which way the pieces of a photo lean, from the borders between occupied and empty cells.

    Args:
        unlike: how unlike an empty one every place of the board is (`unlike_empty`).
        frame: the canvas.

    Returns:
        The direction; None where they do not lean by much, or too few borders tell.
    """
    # An even window lies evenly about a border; every other of these places is the middle of a cell.
    smooth = np.asarray(cv2.blur(unlike, (4, 4)), np.float32)
    places = smooth[:: DETAIL // 2, :: DETAIL // 2]
    right = _crossing(places[1::2, 1::2], places[1::2, 2::2])
    down = _crossing(places[1::2, 1::2].T, places[2::2, 1::2].T)
    strength = float(np.hypot(right, down))
    return None if strength < LEAST_LEAN else (right / strength, down / strength)


def unlike_empty(lab: FloatImage, frame: Frame) -> FloatImage:
    """How far every place of a board is from the usual look of that place in the cells of its shade, their median.

    Args:
        lab: the canvas in CIELAB, float32 ``(H, W, 3)``.
        frame: the canvas.

    Returns:
        float32 ``(rows * DETAIL, columns * DETAIL)``, 0…`CLEAREST`.
    """
    rows, columns = frame.rows, frame.columns
    size = (columns * DETAIL, rows * DETAIL)
    board = cv2.resize(frame.board(lab), size, interpolation=cv2.INTER_AREA)
    cells = board.reshape(rows, DETAIL, columns, DETAIL, 3).transpose(0, 2, 1, 3, 4)
    shade = np.add.outer(np.arange(rows), np.arange(columns)) % 2
    apart = np.empty(cells.shape[:4], np.float32)
    for mine in (shade == 0, shade == 1):
        if mine.any():
            d = cells[mine] - np.median(cells[mine], axis=0)
            apart[mine] = np.sqrt(0.5 * d[..., 0] ** 2 + d[..., 1] ** 2 + d[..., 2] ** 2)
    whole = apart.transpose(0, 2, 1, 3).reshape(rows * DETAIL, columns * DETAIL)
    return np.minimum(whole, np.float32(CLEAREST))


def _beyond_feet(changed: Mask, frame: Frame, lean: Lean) -> Mask:
    back = (-lean[0], -lean[1])
    neck = _segment(frame, lean, NECK) | _segment(frame, back, NECK)
    whole = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, neck)
    foot = _segment(frame, back, FOOT)
    beyond = cv2.erode(whole, foot, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    _, found = cv2.connectedComponents(whole)
    parts = np.asarray(found, np.int32)
    return np.asarray((beyond > 0) & _short(parts, TALLEST * frame.scale, lean)[parts], np.bool_)


def _behind(feet: NDArray[np.bool_], lean: Lean) -> NDArray[np.bool_]:
    """The cells over which something leans that stands on one of the given cells, bool ``(rows, columns)``."""
    rows, columns = feet.shape
    padded = np.pad(feet, 1)
    behind = np.zeros_like(feet)
    for down, right in ((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)):
        if right * lean[0] + down * lean[1] > 0.5 * float(np.hypot(right, down)):
            behind |= padded[1 - down : 1 - down + rows, 1 - right : 1 - right + columns]
    return behind


def _short(parts: NDArray[np.int32], length: float, lean: Lean) -> NDArray[np.bool_]:
    """Which parts, by their labels, extend over at most some length along the lean, in pixels."""
    ys, xs = np.nonzero(parts)
    labels, along = parts[ys, xs], xs * lean[0] + ys * lean[1]
    first, last = np.full(parts.max() + 1, np.inf), np.full(parts.max() + 1, -np.inf)
    np.minimum.at(first, labels, along)
    np.maximum.at(last, labels, along)
    return np.asarray(last - first <= length, np.bool_)


def _crossing(middles: FloatImage, borders: FloatImage) -> float:
    """By how much more pieces show on the border to their right than on the one to their left, -1…1; 0 where too few tell."""
    stands = middles > STANDS
    from_left, from_right = stands[:, :-1] & ~stands[:, 1:], ~stands[:, :-1] & stands[:, 1:]
    on_right = borders[from_left] / middles[:, :-1][from_left]
    on_left = borders[from_right] / middles[:, 1:][from_right]
    if min(len(on_right), len(on_left)) < LEAST_BORDERS:
        return 0.0
    return float(on_right.mean() - on_left.mean())


def _segment(frame: Frame, direction: Lean, length: float) -> NDArray[np.uint8]:
    """A structuring element: a line of some length, in cells, from the middle in a direction."""
    reach = max(1, round(length * frame.scale))
    element = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    end = (reach + round(direction[0] * reach), reach + round(direction[1] * reach))
    return np.asarray(cv2.line(element, (reach, reach), end, 1), np.uint8)
