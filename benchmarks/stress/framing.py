"""What of the camera's picture becomes the photo: all of it, or what footage of a game keeps, which is the board."""

from dataclasses import dataclass

import cv2
import numpy as np

from twat_camera.simulator.optics import HEIGHT, WIDTH, Array, Optics
from twat_camera.simulator.scene import Photo
from twat_camera.simulator.spaces import Board
from twat_camera.simulator.texture import Image

from .lens import Lens

Size = tuple[int, int]

_COARSE = 3
"""How much smaller a picture is made before the board is cut out of it: about what footage keeps."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A cut at the board's edge.

    Attributes:
        border: What is kept around the playing area, in piece units.
        straightened: Whether the board has been pulled straight and fills the photo; else it is cut out as the camera sees it.
    """

    border: float
    straightened: bool


class Frame:
    """Where the photo lies in the camera's picture.

    Args:
        board: What is photographed.
        optics: The camera as it hung at first; knocked later, it still cuts there.
        lens: Before its sensor.
        size: Of the photo, width and height in pixels.
        crop: None keeps all of the picture.
    """

    def __init__(
        self, board: Board, optics: Optics, lens: Lens, size: Size, crop: Crop | None
    ) -> None:
        self._lens, self._size, self._whole = lens, size, crop is None
        if crop is None:
            self._matrix = np.diag([size[0] / WIDTH, size[1] / HEIGHT, 1.0])
            return
        seen = lens.bend(optics.project(_outline(board, crop.border * board.piece_unit)))
        if not crop.straightened:
            seen = _rectangle_around(seen, size[0] / size[1])
        self._matrix = cv2.getPerspectiveTransform(
            seen.astype(np.float32),
            np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32),
        )

    def of(self, picture: Photo | Image) -> Image:
        """The photo of a straight picture of the camera (H×W or H×W×3, of any size)."""
        if self._whole:
            small = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
            return self._lens.through(np.asarray(small, np.float32))
        coarse = (WIDTH // _COARSE, HEIGHT // _COARSE)
        small = cv2.resize(picture, coarse, interpolation=cv2.INTER_AREA)
        seen = self._lens.through(np.asarray(small, np.float32))
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        matrix = np.linalg.inv(half) @ self._matrix @ np.diag([_COARSE, _COARSE, 1.0]) @ half
        cut = cv2.warpPerspective(seen, matrix, self._size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.float32)

    def pixels(self, points: Array) -> Array:
        """Where points of the straight picture (N×2 full-size pixels) are in the photo."""
        bent = self._lens.bend(points)[:, None]
        return np.asarray(cv2.perspectiveTransform(bent, self._matrix)[:, 0], np.float64)


def _outline(board: Board, border: float) -> list[tuple[float, float, float]]:
    """World points of the playing area's corners, moved outwards: TL, TR, BR, BL."""
    right, bottom = board.size[0] + border, board.size[1] + border
    return [(-border, -border, 0), (right, -border, 0), (right, bottom, 0), (-border, bottom, 0)]


def _rectangle_around(points: Array, aspect: float) -> Array:
    """The corners of the smallest upright rectangle of an aspect (width by height) around points, about their middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, (width, height) = (low + high) / 2, high - low
    half = np.array([max(width, height * aspect), max(height, width / aspect)]) / 2
    return np.asarray(middle + half * [[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
