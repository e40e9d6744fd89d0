"""What stands between camera and board: hands and arms, darkness, blur."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Frame, Mask
from .maps import ChangeMaps

STRONG, CLEAR = 18.0, 10.0
"""Colour distances: alone, and together with a change of structure."""
GAP = 0.2
RING_AREA, BOARD_AREA = 0.25, 0.4
"""Square units an arm covers at least beside the board and on it."""
EDGE_LENGTH, EDGE_AREA = 0.8, 2.5
"""Where nothing beside the board is seen: units along the picture's edge, and square units on the board."""
RING_SHOWN = 0.6
DARK_LEVEL = 12.0
BLUR_RATIO = 0.25


@dataclass(frozen=True, slots=True)
class Obstruction:
    """A hand or another large thing over the board: canvas pixels (bool ``(H, W)``) and whether there is one."""

    mask: Mask
    found: bool


def find_hand(maps: ChangeMaps, valid: Mask, frame: Frame) -> Obstruction:
    """Find a thing that reaches over the board from outside.

    Pieces stay on the board; an arm comes from beyond its edge. Where the photo shows a ring around the board, a
    changed blob that covers both ring and board is a hand; where it does not, one that lies along the picture's edge
    and is far larger than a piece.

    Args:
        maps: colour distance and change of the pair.
        valid: pixels inside both photos.
        frame: the canvas, with a margin of about one unit.
    """
    blob = (maps.delta > STRONG) | ((maps.delta > CLEAR) & (maps.coarse > 0.25))
    blob &= valid
    mask = np.zeros(valid.shape, np.bool_)
    if not blob.any():
        return Obstruction(mask, False)
    # Where an arm is as bright as what it hides it falls into pieces; closing small gaps mends it.
    reach = max(1, round(GAP * frame.scale))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    soft = cv2.morphologyEx(blob.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    count, labels, _, _ = cv2.connectedComponentsWithStats(soft)
    ring, inside, edge = _regions(valid, frame)
    shown = float(valid[ring].mean())
    ring &= valid
    unit = frame.scale**2
    in_ring = np.bincount(labels[ring], minlength=count) / unit
    on_board = np.bincount(labels[inside], minlength=count) / unit
    on_edge = np.bincount(labels[edge], minlength=count) / frame.scale
    if shown > RING_SHOWN:
        hand = (in_ring > RING_AREA) & (on_board > BOARD_AREA)
    else:
        hand = (on_edge > EDGE_LENGTH) & (on_board > EDGE_AREA)
    hand[0] = False
    if not hand.any():
        return Obstruction(mask, False)
    return Obstruction(np.asarray(hand[labels], np.bool_), True)


def too_dark(board: NDArray[np.uint8]) -> bool:
    """Whether a rectified board (BGR) is so dark that nothing can be told apart."""
    return float(np.percentile(board, 95)) < DARK_LEVEL


def sharpness(board: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian over the variance of brightness: a measure that exposure does not change."""
    grey = np.asarray(cv2.cvtColor(board, cv2.COLOR_BGR2GRAY), np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var() / (grey.var() + 1))


def blurred(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether the after board is much softer than the before board."""
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
