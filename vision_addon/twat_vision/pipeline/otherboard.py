"""Telling another board from one that is lost: where there is one in the photo, its print decides."""

from collections.abc import Iterator

import cv2
import numpy as np

from .decode import Image
from .detect import EDGE
from .geometry import Frame, Matrix, corners_px, image_corners, resize_matrix
from .outline import Outline, find_outlines
from .photo import Board, Photo
from .registration import SCALE, cell_correlation, normalised_board

CLEAR = 0.9
"""Share of its weakest side that lies on an edge, from which on an outline is a board's."""
ALIKE = 0.6
"""Correlation (see `registration`) from which on two prints are the same: laid on each other by their outlines only, those of
one board reach more, those of two with the same divisions a half."""
_TRIED = 3
"""Outlines of a photo that may be the board's: its rim, a frame, the playing area."""
_MISPLACED = 0.15
"""How far from the board's middle (in diagonals) the middle of its own outline may be."""


def shows_another_board(known: Board, photo: Photo) -> bool:
    """Whether a photo in which a board was not found shows another one.

    Both photos must show the outline of a board. Laid on the other, in each of its four orientations, the print differs.

    Args:
        known: the board that is looked for, where it is known.
        photo: the photo it was not found in.
    """
    corners = image_corners(known.columns, known.rows, known.to_image, known.photo.size)
    quad = corners_px(corners, known.photo.size)
    size = float(np.linalg.norm(quad[2] - quad[0]))
    own = [
        outline
        for outline in _outlines(known.photo)
        if np.linalg.norm(outline.corners.mean(axis=0) - quad.mean(axis=0)) < _MISPLACED * size
    ]
    others = _outlines(photo)
    if not own or not others:
        return False
    frame = Frame(known.columns, known.rows, SCALE, 0.0)
    board, seen = normalised_board(known.photo, known.to_image, frame)
    for matrix in _placements(own, others):
        other, shown = normalised_board(photo, matrix @ known.to_image, frame)
        if cell_correlation(board, other, seen & shown, frame)[0] >= ALIKE:
            return False
    return True


def _placements(own: list[Outline], others: list[Outline]) -> Iterator[Matrix]:
    """Homographies that lay an outline of the one photo on one of the other."""
    for one in own:
        for other in others:
            for turn in range(4):
                target = np.roll(other.corners, turn, axis=0).astype(np.float32)
                found = cv2.getPerspectiveTransform(one.corners.astype(np.float32), target)
                yield np.asarray(found, np.float64)


def _outlines(photo: Photo) -> list[Outline]:
    """The clear outlines of a photo, the likeliest first, in its pixels."""

    def work() -> list[Outline]:
        w, h = photo.size
        scale = min(1.0, EDGE / max(w, h))
        small = (round(w * scale), round(h * scale))
        image: Image = np.asarray(
            cv2.resize(photo.image, small, interpolation=cv2.INTER_AREA), np.uint8
        )
        back = resize_matrix(small, (w, h))
        return [
            Outline(one.corners @ back[:2, :2].T + back[:2, 2], one.support)
            for one in find_outlines(image)
            if one.support >= CLEAR
        ][:_TRIED]

    return photo.derive("outlines", work)
