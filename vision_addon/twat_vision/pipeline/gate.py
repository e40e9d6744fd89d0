"""What stands between camera and board: hands and arms, darkness, blur."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask
from .maps import ChangeMaps

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
    s = frame.scale
    blob = (maps.delta > 18) | ((maps.delta > 10) & (maps.coarse > 0.25))
    blob &= valid
    soft = np.asarray(blob, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(soft)
    mask = np.zeros(valid.shape, np.bool_)
    if count < 2:
        return Obstruction(mask, False)
    ring, inside, edge = _regions(valid, frame)
    ring_area = np.bincount(labels[ring], minlength=count) / s**2
    inside_area = np.bincount(labels[inside], minlength=count) / s**2
    edge_length = np.bincount(labels[edge], minlength=count) / s
    area = stats[:, cv2.CC_STAT_AREA] / s**2
    by_ring = (ring_area > 0.25) & (inside_area > 0.25)
    by_edge = (edge_length > 0.8) & (area > 2.2)
    if _ring_visible(valid, frame):
        by_edge &= False
    hand = np.flatnonzero(by_ring | by_edge)
    hand = hand[hand != 0]
    if not hand.size:
        return Obstruction(mask, False)
    mask = np.isin(labels, hand)
    reach = max(1, s // 4)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return Obstruction(np.asarray(grown > 0, np.bool_), True)


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
    return ring & valid, inside, edge


def _ring_visible(valid: Mask, frame: Frame) -> bool:
    near = max(0, frame.offset - round(0.35 * frame.scale))
    ring = np.ones(valid.shape, np.bool_)
    ring[near : valid.shape[0] - near or None, near : valid.shape[1] - near or None] = False
    return float(valid[ring].mean()) > 0.6


def coverage(mask: FloatImage) -> float:
    """Share of a mask that is set, 0…1."""
    return float(mask.mean())
