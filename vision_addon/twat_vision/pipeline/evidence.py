"""How surely a changed blob is a piece that came or went.

A piece is as large as the others, of a clear colour, changed the picture strongly, and stands out from what is around it more
than the same place does in the other photo. Print that a piece hid or freed does not stand out where it shows; light changes
little, and lets a piece stand out in both photos.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from .blobs import Blob
from .pair import Pair
from .pieces import Table

CLEAR_MARGIN, CLEAR_CONTRAST = 30.0, 25.0
"""Margin and contrast beyond which a blob is no clearer."""
SIZE_WEIGHT, STRENGTH_WEIGHT, MARGIN_WEIGHT, CONTRAST_WEIGHT, BIAS = 3.2, 4.7, 1.6, 3.1, 8.6
"""Logistic regression of whether a blob is a piece that came or went, fitted by maximum likelihood to the blobs of rendered
games of four looks, and of a real board. With each look left out of the fit in turn, the weights hardly change and the
blobs of that look are told apart all the same."""
MOVE_COST, PLACE_COST, REMOVE_COST = -1.25, 0.75, 0.75
"""What an explanation costs beside its evidence, in nats: a piece that went and a like one that came speak for each other."""
OTHER_PLAYER_COST = 2.0
"""What it costs more to move a piece of somebody whose turn it is not."""
PLAIN, LEAST_AREA = 1.0, 0.03
"""Evidence, in nats, and area in square units from which a blob is plainly a piece."""
RUNS_ON = 0.3
"""Share of its surroundings that has a blob's colour from which it may be print."""
STRONG, PIECE_LIKE, REACH = 0.6, (0.5, 2.0), 0.5
"""A change of that strength, of the areas of so many pieces, at that many units from all blobs, is not accounted for; larger
ones are light."""
IN_DOUBT = 0.4
"""Share of readings of rendered games that were right although something was not accounted for."""


def evidence(blob: Blob, unit: float) -> float:
    """Log odds that a blob is a piece that came or went, from its size, strength, margin and contrast.

    Args:
        blob: the blob.
        unit: a piece's area in square units.
    """
    size = min(1.0, blob.area / unit)
    clear = min(1.0, blob.margin / CLEAR_MARGIN)
    more = blob.contrast - blob.other_contrast
    stands_out = max(-0.4, min(1.0, more / CLEAR_CONTRAST))
    return (
        SIZE_WEIGHT * size
        + STRENGTH_WEIGHT * blob.strength
        + MARGIN_WEIGHT * clear
        + CONTRAST_WEIGHT * stands_out
        - BIAS
    )


def usual_area(found: Table, blobs: Sequence[Blob]) -> float:
    """The usual piece's area in square units: of the pieces found, where there are none of the blobs that are plainly some.

    Args:
        found: the pieces found on a photo.
        blobs: the changed blobs.
    """
    if found.pieces:
        return found.unit
    plain = [b.area for b in blobs if plainly_a_piece(b)]
    return float(np.median(plain)) if plain else found.unit


def plainly_a_piece(blob: Blob) -> bool:
    """Whether a blob is a piece that came or went, whatever pieces of this table look like.

    Args:
        blob: the blob.
    """
    clear = evidence(blob, blob.area) >= PLAIN
    return clear and blob.area >= LEAST_AREA and blob.runs_on < RUNS_ON


def accounted(pair: Pair, blobs: Sequence[Blob], unit: float) -> float:
    """Factor on the confidence of a reading: lower where as much as a piece changed strongly and no blob says what it was.

    Args:
        pair: the compared photos; what a hand hides is not asked for.
        blobs: the blobs that were taken for pieces.
        unit: a piece's area in square units.

    Returns:
        1, or `IN_DOUBT`.
    """
    frame = pair.frame
    rest = (pair.maps.change > STRONG) & ~pair.hand.mask
    reach = round(REACH * frame.scale)
    for blob in blobs:
        x0, y0, x1, y1 = blob.box
        rest[max(0, y0 - reach) : y1 + reach, max(0, x0 - reach) : x1 + reach] = False
    board = np.ascontiguousarray(frame.board(rest), np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(board)
    pieces = stats[1:count, cv2.CC_STAT_AREA] / (unit * frame.scale**2)
    least, most = PIECE_LIKE
    return IN_DOUBT if ((pieces >= least) & (pieces <= most)).any() else 1.0
