"""What stands between camera and board: hands and arms, darkness, blur."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask
from .maps import ChangeMaps

STRONG, CLEAR = 18.0, 10.0
"""Colour distances: alone, and together with a change of structure."""
GAP = 0.2
LEAST_AREA = 0.3
"""Square units an obstruction covers at least of the board."""
LEAST_RADIUS = 0.45
"""Radius, in units, of the largest circle inside an obstruction, from which on it is no slim one."""
HALVES_WEIGHT, MOST_HALVES, ARM_LIKE = 0.1, 2.0, 0.66
"""Where nothing beside the board is seen, an arm is told by its radius with what the picture's edge cuts off continued beyond it,
and by how much of it lies in half-covered cells: pieces at the rim are slimmer, tiles keep to their cells. Of hands cut from
photos and laid over others, 40 of 50 that reach 0.8 units in are found, 92 of 100 that reach 1.2 to 1.8; of 320 real and rendered
steps without a hand, cut to the board, 2 are taken for one."""
LEAST_DEPTH = 0.5
"""Units that an arm reaches in at least where nothing beside the board is seen; what is flatter lies along the edge."""
LEAST_CHANGE, SLIM_CHANGE = 0.45, 0.5
"""Mean change of an obstruction, and of one no wider than `LEAST_RADIUS`. A shadow or a patch of sun is as large, but leaves the
board's pattern; the edge of one is slim."""
LEAST_ENTRY = 0.5
"""Units along the rim of what is seen by which an arm comes in."""
SECOND_ENTRY = 2.0
"""The same for what comes in beside an arm that was found, however slim: no piece and no two tiles are that long."""
RING_AREA = 0.25
"""Square units an arm covers at least beside the board, where that is seen."""
RING_SHOWN = 0.6
TILED = 0.8
"""Where less of an obstruction than this lies in half-covered cells, tiles explain it: at the rim if it is no wider than
`WIDE`, elsewhere always."""
WIDE = 0.75
THING_RADIUS, THING_AREA = 0.8, 4.0
"""Radius and area on the board of a thing that came from nowhere: a cup, a head that is seen whole, a hand whose arm is as bright as
the table. Two tiles side by side and their hard shadow are as wide, but cover no more than 3.7."""
DARK_LEVEL, DARK_SHARE = 12, 0.95
BLUR_RATIO = 0.25


@dataclass(frozen=True, slots=True)
class Obstruction:
    """Hands and other large things over the board.

    ``mask`` is where they are on the canvas, bool ``(H, W)``, ``parts`` the same for each of them.
    """

    mask: Mask
    parts: tuple[Mask, ...] = ()

    @property
    def found(self) -> bool:
        """Whether anything hides a part of the board."""
        return bool(self.parts)


def find_hand(maps: ChangeMaps, valid: Mask, frame: Frame) -> Obstruction:
    """Find things that reach over the board from outside, or stand on it and are far larger than pieces.

    Pieces stay within their cells and on the board; an arm comes in over the rim of what is seen and is wide. Neither its
    colour nor its texture is used.

    Args:
        maps: colour distance and change of the pair.
        valid: pixels inside both photos.
        frame: the canvas, with a margin of about one unit.
    """
    blob = (maps.delta > STRONG) | ((maps.delta > CLEAR) & (maps.coarse > 0.25))
    blob &= valid
    nothing = Obstruction(np.zeros(valid.shape, np.bool_))
    if not blob.any():
        return nothing
    # Where an arm is as bright as what it hides it falls into pieces; closing small gaps mends it.
    reach = max(1, round(GAP * frame.scale))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    soft = np.asarray(cv2.morphologyEx(blob.astype(np.uint8), cv2.MORPH_CLOSE, kernel), np.uint8)
    count, labels = cv2.connectedComponents(soft)
    ring, inside, rim = _regions(valid, frame)
    unit = frame.scale**2
    on_board = np.bincount(labels[inside], minlength=count) / unit
    on_board[0] = 0
    large = np.flatnonzero(on_board > LEAST_AREA)
    if not large.size:
        return nothing
    radius = cv2.distanceTransform(np.pad(soft, 1), cv2.DIST_L2, 5)[1:-1, 1:-1] / frame.scale
    beside = np.bincount(labels[ring & valid], minlength=count) / unit
    entry = np.bincount(labels[rim], minlength=count) / frame.scale
    ring_shown = float(valid[ring].mean()) > RING_SHOWN
    continued = radius if ring_shown else _continued_radius(soft, valid, frame)
    mean = {k: float(maps.coarse[labels == k].mean()) for k in large.tolist()}
    changed = [k for k in mean if mean[k] >= LEAST_CHANGE]
    arms = []
    for label in changed:
        part = labels == label
        widest = float(radius[part].max())
        halves = _half_covered(part, frame)
        whole = halves < TILED
        tiled = whole and widest < WIDE
        if entry[label] < LEAST_ENTRY:
            arm = widest > THING_RADIUS and on_board[label] > THING_AREA and not whole
        elif ring_shown:
            # However slim: of an arm as bright as the board only the outline may be seen.
            clear = widest >= LEAST_RADIUS or mean[label] >= SLIM_CHANGE
            arm = bool(beside[label] > RING_AREA) and clear and not tiled
        else:
            likeness = float(continued[part].max()) + HALVES_WEIGHT * min(halves, MOST_HALVES)
            arm = likeness > ARM_LIKE and 2 * widest >= LEAST_DEPTH and not tiled
        if arm:
            arms.append(label)
    if not arms:
        return nothing
    # Who reaches in with one arm often has the other, or a sleeve, at the rim.
    found = [labels == k for k in changed if k in arms or entry[k] > SECOND_ENTRY]
    return Obstruction(np.logical_or.reduce(found), tuple(found))


def _half_covered(part: Mask, frame: Frame) -> float:
    """How much of a part lies in half-covered cells: 0 where cells are covered wholly or not at all, about 2 for pieces."""
    s = frame.scale
    cover = frame.board(part).reshape(frame.rows, s, frame.columns, s).mean(axis=(1, 3))
    return float((cover * (1 - cover)).sum() * 4 / max(float(cover.sum()), 1e-6))


def _continued_radius(soft: NDArray[np.uint8], valid: Mask, frame: Frame) -> FloatImage:
    """How far every pixel is from what did not change, in units, where all that reaches the edge of the photos goes on beyond it."""
    hidden = (~valid).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        hidden, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seen = np.zeros(int(nearest.max()) + 1, np.uint8)
    seen[nearest[valid]] = soft[valid]
    goes_on = np.pad(seen[nearest], frame.scale, mode="edge")
    inner = (slice(frame.scale, -frame.scale),) * 2
    return np.asarray(
        cv2.distanceTransform(goes_on, cv2.DIST_L2, 5)[inner] / frame.scale, np.float32
    )


def too_dark(board: NDArray[np.uint8]) -> bool:
    """Whether a board is so dark that nothing can be told apart.

    Args:
        board: rectified, BGR uint8 ``(H, W, 3)``.
    """
    return float((board < DARK_LEVEL).mean()) > DARK_SHARE


def sharpness(board: NDArray[np.uint8]) -> float:
    """A measure of sharpness that exposure does not change: variance of the Laplacian (Pech-Pacheco, ICPR 2000) over that of brightness.

    Args:
        board: rectified, BGR uint8 ``(H, W, 3)``.

    Returns:
        From 0 (plain or out of focus).
    """
    grey = np.asarray(cv2.cvtColor(board, cv2.COLOR_BGR2GRAY), np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var() / (grey.var() + 1))


def blurred(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether the after board is much softer than the before board.

    Args:
        before: rectified, BGR uint8 ``(H, W, 3)``.
        after: rectified, BGR uint8 ``(H, W, 3)``.
    """
    return sharpness(after) < BLUR_RATIO * sharpness(before)


def _regions(valid: Mask, frame: Frame) -> tuple[Mask, Mask, Mask]:
    """Ring beyond 0.35 unit outside the board, the board itself, and the rim of what the photos show."""
    h, w = valid.shape
    o = frame.offset
    inside = np.zeros((h, w), np.bool_)
    inside[o : h - o or None, o : w - o or None] = True
    near = max(0, o - round(0.35 * frame.scale))
    ring = np.ones((h, w), np.bool_)
    ring[near : h - near or None, near : w - near or None] = False
    padded = np.pad(valid.astype(np.uint8), 1)
    eroded = cv2.erode(padded, np.ones((5, 5), np.uint8))[1:-1, 1:-1]
    edge = valid & (eroded == 0)
    return ring, inside, edge
