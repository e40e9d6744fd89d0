"""Boards found in a photo without being told where they are: how sure, and how far off."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from twat_vision.evaluation import Sequence, load_sequence
from twat_vision.pipeline import decode_image, detect_board
from twat_vision.pipeline.detect import SURE
from twat_vision.pipeline.geometry import board_units, corners_px
from twat_vision.pipeline.types import Corners

RIGHT = 0.25
"""Mean distance of the corners from the true ones, in cells (or sixteenths of the board), up to which a board was found."""


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """A sequence's board as found in its first photo.

    Attributes:
        sequence: Its name.
        method: How: ``markers``, ``grid``, ``outline`` or ``none``.
        confidence: 0…1; from `SURE` it is used without asking.
        error: Mean distance of the corners from the true ones, in cells or sixteenths of the board; None where none was found.
    """

    sequence: str
    method: str
    confidence: float
    error: float | None

    @property
    def right(self) -> bool:
        """Whether it is the board."""
        return self.error is not None and self.error <= RIGHT

    @property
    def used(self) -> bool:
        """Whether it would be used without asking."""
        return self.confidence >= SURE


def find_board(folder: Path) -> FoundBoard:
    """Look for the board in the first photo of a sequence.

    Args:
        folder: The sequence.
    """
    sequence = load_sequence(folder)
    photo = min(step.before for step in sequence.steps)
    image = decode_image(sequence.read(photo))
    found = detect_board(image, sequence.layout)
    if found.corners is None:
        return FoundBoard(sequence.name, found.method, found.confidence, None)
    size = (image.shape[1], image.shape[0])
    error = _off(sequence, sequence.corners_of(photo, size), found.corners, size)
    return FoundBoard(sequence.name, found.method, found.confidence, error)


def _off(sequence: Sequence, true: Corners, found: Corners, size: tuple[int, int]) -> float:
    """Mean distance of corners in board units; whichever of them comes first."""
    columns, rows = board_units(sequence.layout, true, size)
    units = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    to_units = cv2.getPerspectiveTransform(corners_px(true, size).astype(np.float32), units)
    seen = corners_px(found, size).astype(np.float32)[:, None]
    placed = cv2.perspectiveTransform(seen, to_units)[:, 0]
    turns = (np.roll(placed, turn, axis=0) for turn in range(4))
    return min(float(np.linalg.norm(turned - units, axis=1).mean()) for turned in turns)
