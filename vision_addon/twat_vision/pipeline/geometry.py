"""Corners, homographies and the rectified canvas.

Three planes are used. *Image* pixels of a photo (centres at whole numbers). *Units* of the board: cells of a grid; a
board without cells is divided into about sixteen virtual cells, so that every length below means the same on it.
*Canvas* pixels: the rectified board, ``scale`` pixels a unit, with a margin of some units around.
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image
from .types import Corners, Grid, Layout, Surface

Matrix = NDArray[np.float64]
"""A 3×3 homography acting on column vectors ``(x, y, 1)``."""

Mask = NDArray[np.bool_]
FloatImage = NDArray[np.float32]
_Scalar = TypeVar("_Scalar", bound=np.generic)

FOCAL = 0.8
"""Usual focal length of phones and camera modules, in longer sides of the photo (64° across)."""
VIRTUAL_CELLS = 16
"""Units along the longer side of a board that has no cells."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectified canvas: board of ``columns`` × ``rows`` units, ``scale`` px a unit, ``margin`` units around."""

    columns: int
    rows: int
    scale: int
    margin: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas in pixels."""
        edge = round(2 * self.margin * self.scale)
        return self.columns * self.scale + edge, self.rows * self.scale + edge

    @property
    def offset(self) -> int:
        """Canvas pixels from the canvas's edge to the board's edge."""
        return round(self.margin * self.scale)

    @property
    def to_units(self) -> Matrix:
        """Homography canvas pixel → unit."""
        shift = self.offset - 0.5
        return np.array(
            [
                [1 / self.scale, 0, -shift / self.scale],
                [0, 1 / self.scale, -shift / self.scale],
                [0, 0, 1],
            ]
        )

    def board(self, canvas: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """The part of a canvas array inside the board's border.

        Args:
            canvas: ``(H, W)`` or ``(H, W, channels)`` of any dtype, of the frame's `size`.

        Returns:
            A view, ``(rows * scale, columns * scale, …)``.
        """
        o = self.offset
        return canvas[o : o + self.rows * self.scale, o : o + self.columns * self.scale]


def canvas_to_units(point: tuple[float, float], frame: Frame) -> tuple[float, float]:
    """A canvas pixel in units.

    Args:
        point: x and y in canvas pixels.
        frame: the canvas.

    Returns:
        x and y in units from the board's top left.
    """
    x, y = point
    return (x - frame.offset + 0.5) / frame.scale, (y - frame.offset + 0.5) / frame.scale


def board_units(layout: Layout, corners: Corners, size: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows of the units of a board.

    Args:
        layout: the board's layout.
        corners: the board's corners in a photo, 0…1.
        size: that photo's width and height in pixels; with the corners it gives the shape of boards of zones.

    Returns:
        The grid's own size, or about ``VIRTUAL_CELLS`` along the longer side.
    """
    if isinstance(layout, Grid):
        return layout.columns, layout.rows
    if isinstance(layout, Surface):
        ratio = layout.width / layout.height
    else:
        p = corners_px(corners, size)
        edges = np.linalg.norm(p - np.roll(p, -1, axis=0), axis=1)
        ratio = float((edges[0] + edges[2]) / max(edges[1] + edges[3], 1e-6))
        if 0.8 < ratio < 1.25:
            ratio = 1.0
    if ratio >= 1:
        return VIRTUAL_CELLS, max(4, round(VIRTUAL_CELLS / ratio))
    return max(4, round(VIRTUAL_CELLS * ratio)), VIRTUAL_CELLS


def corners_px(corners: Corners, size: tuple[int, int]) -> NDArray[np.float64]:
    """Bring corners to pixels.

    Args:
        corners: four points clockwise from the board's top left, 0…1 of the photo.
        size: width and height of the image in pixels.

    Returns:
        float64 ``(4, 2)`` pixels (x, y), a pixel's centre at whole numbers.
    """
    return np.asarray(corners, np.float64) * np.array(size, np.float64) - 0.5


def units_to_image(columns: int, rows: int, corners: Corners, size: tuple[int, int]) -> Matrix:
    """Homography unit → pixel of a photo in which the board has these corners.

    Args:
        columns: units along the board's upper edge.
        rows: units along its left edge.
        corners: the board's corners, 0…1 of the photo.
        size: width and height of the photo in pixels.

    Returns:
        float64 ``(3, 3)``, see `Matrix`.
    """
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    target = corners_px(corners, size).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def image_corners(columns: int, rows: int, to_image: Matrix, size: tuple[int, int]) -> Corners:
    """The board's corners in a photo, the inverse of `units_to_image`.

    Args:
        columns: units along the board's upper edge.
        rows: units along its left edge.
        to_image: unit → pixel, float64 ``(3, 3)``.
        size: width and height of the photo in pixels.

    Returns:
        Four points clockwise from the top left, 0…1 of the photo (beyond it where the board is cut off).
    """
    units = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    p = (project(to_image, units) + 0.5) / np.array(size, np.float64)
    a, b, c, d = ((float(x), float(y)) for x, y in p)
    return a, b, c, d


def project(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a homography.

    Args:
        matrix: float64 ``(3, 3)``.
        points: ``(n, 2)`` points (x, y).

    Returns:
        float64 ``(n, 2)``, in the plane that the matrix leads to.
    """
    q = np.c_[points, np.ones(len(points))] @ matrix.T
    return np.asarray(q[:, :2] / q[:, 2:], np.float64)


def photo_box(
    to_image: Matrix, units: NDArray[np.float64], factor: float
) -> tuple[int, int, int, int]:
    """Bounding box of board points in a photo.

    Args:
        to_image: unit → pixel of the decoded photo.
        units: points, float64 ``(n, 2)``.
        factor: full-size pixels per pixel of the decoded photo, from 1.

    Returns:
        x, y, width, height in full-size pixels.
    """
    p = (project(to_image, units) + 0.5) * factor
    low, high = np.floor(p.min(axis=0)), np.ceil(p.max(axis=0))
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def is_convex(corners: NDArray[np.float64]) -> bool:
    """Whether four points are the corners of a convex quadrilateral.

    Args:
        corners: ``(4, 2)`` points (x, y), y downward.

    Returns:
        True when every corner turns the same way, clockwise as seen.
    """
    a = np.roll(corners, -1, axis=0) - corners
    b = np.roll(a, -1, axis=0)
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return bool((cross > 0).all())


def below_camera(to_image: Matrix, size: tuple[int, int]) -> tuple[float, float]:
    """The point of the board's plane below the camera; tall things lean away from it.

    From the vanishing point of the board's normal (Hartley & Zisserman, Multiple View Geometry, 8.6), with the principal
    point in the middle of the photo and a focal length of `FOCAL` of its longer side.

    Args:
        to_image: unit → pixel, float64 ``(3, 3)``.
        size: width and height of the photo in pixels.

    Returns:
        x and y in units; it may lie far outside the board.
    """
    focal = FOCAL * max(size)
    camera = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    axes = np.linalg.inv(camera) @ to_image
    scale = float(np.linalg.norm(axes[:, 0])) / float(np.linalg.norm(axes[:, 1]))
    normal = np.cross(axes[:, 0], axes[:, 1] * scale)
    x, y, w = np.linalg.inv(to_image) @ camera @ normal
    return float(x / w), float(y / w)


def fineness(to_image: Matrix, frame: Frame) -> float:
    """Pixels of a photo a canvas pixel, along the edge of the board that is seen smallest.

    Args:
        to_image: unit → pixel of the photo.
        frame: the canvas.
    """
    units = np.array(
        [[0, 0], [frame.columns, 0], [frame.columns, frame.rows], [0, frame.rows]], np.float64
    )
    p = project(to_image, units)
    step = np.linalg.norm(p - np.roll(p, -1, axis=0), axis=1)
    length = np.array([frame.columns, frame.rows, frame.columns, frame.rows]) * frame.scale
    return float(np.min(step / length))


def rectify(
    image: NDArray[np.uint8],
    to_image: Matrix,
    frame: Frame,
    shifts: NDArray[np.float32] | None = None,
) -> tuple[Image, Mask]:
    """Bring the board of a photo onto a canvas.

    Args:
        image: uint8, ``(h, w)`` or ``(h, w, 3)``.
        to_image: unit → pixel.
        frame: the canvas.
        shifts: what is to be added to units before ``to_image``, in units, ``(n rows, n columns, 2)`` over the
            board (`localshift`); between the middles of its fields it is interpolated.

    Returns:
        The canvas (same channels) and where it shows the photo (bool ``(H, W)``). A photo finer than the canvas is
        reduced by area first, so that nothing aliases.
    """
    h, w = image.shape[:2]
    matrix = to_image @ frame.to_units
    inside = _inside(matrix, frame.size, (w, h))
    reduction = fineness(to_image, frame)
    if reduction > 1.5:
        image, to_small = _reduced(image, matrix, frame, reduction)
        to_image = to_small @ to_image
        matrix = to_image @ frame.to_units
    if shifts is None:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        canvas = cv2.warpPerspective(
            image, matrix, frame.size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
    else:
        x, y = cv2.split(_shifted_pixels(to_image, frame, shifts))
        canvas = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(canvas, np.uint8), inside


def _reduced(
    image: NDArray[np.uint8], matrix: Matrix, frame: Frame, reduction: float
) -> tuple[NDArray[np.uint8], Matrix]:
    """The part of a photo that a canvas shows, and a little more, reduced by area, and photo pixel → its pixel."""
    h, w = image.shape[:2]
    left, top, right, bottom = 0, 0, w, h
    width, height = frame.size
    rim = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    if (np.c_[rim, np.ones(4)] @ matrix[2] > 0).all():
        shown = project(matrix, rim)
        more = 0.05 * np.ptp(shown, axis=0)
        low, high = np.floor(shown.min(axis=0) - more), np.ceil(shown.max(axis=0) + more)
        left, top = (int(n) for n in np.clip(low, 0, (w - 1, h - 1)))
        right, bottom = (int(n) for n in np.clip(high, (left + 1, top + 1), (w, h)))
    part = image[top:bottom, left:right]
    size = (right - left, bottom - top)
    small = (max(1, round(size[0] / reduction)), max(1, round(size[1] / reduction)))
    to_part = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    reduced = np.asarray(cv2.resize(part, small, interpolation=cv2.INTER_AREA), np.uint8)
    return reduced, resize_matrix(size, small) @ to_part


def _shifted_pixels(to_image: Matrix, frame: Frame, shifts: NDArray[np.float32]) -> FloatImage:
    """The image pixel of every canvas pixel, float32 ``(H, W, 2)``, by a homography after local shifts."""
    width, height = frame.size
    first = np.float32(frame.to_units[0, 2])
    x = np.arange(width, dtype=np.float32) / np.float32(frame.scale) + first
    y = np.arange(height, dtype=np.float32) / np.float32(frame.scale) + first
    units = np.dstack(np.meshgrid(x, y))
    # A field's middle is half a field from its edge; beyond the outermost middles the shift stays what it is there.
    at = units * np.float32(shifts.shape[1] / frame.columns) - np.float32(0.5)
    u, v = cv2.split(at)
    local = cv2.remap(shifts, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.perspectiveTransform(units + local, to_image), np.float32)


def resize_matrix(source: tuple[int, int], target: tuple[int, int]) -> Matrix:
    """Pixel → pixel when an image is resized, with centres at whole numbers as OpenCV's ``resize`` has them.

    Args:
        source: width and height before, in pixels.
        target: width and height after.

    Returns:
        float64 ``(3, 3)``.
    """
    sx, sy = target[0] / source[0], target[1] / source[1]
    return np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5], [0, 0, 1]])


def _inside(matrix: Matrix, canvas: tuple[int, int], photo: tuple[int, int]) -> Mask:
    """Which canvas pixels a photo of this size covers: the photo's outline painted onto the canvas."""
    corners = np.array(
        [[0, 0], [photo[0] - 1, 0], [photo[0] - 1, photo[1] - 1], [0, photo[1] - 1]], np.float64
    )
    inverse = np.linalg.inv(matrix)
    depth = np.c_[corners, np.ones(4)] @ inverse[2]
    if depth.min() > 1e-6 * depth.max() > 0 or depth.max() < 1e-6 * depth.min() < 0:
        painted = np.zeros((canvas[1], canvas[0]), np.uint8)
        outline = np.clip(project(np.asarray(inverse), corners), -(1 << 14), 1 << 14)
        cv2.fillConvexPoly(painted, np.round(outline * 16).astype(np.int32), 1, shift=4)
        return np.asarray(painted > 0, np.bool_)
    # The photo reaches behind the board's horizon: its outline is no polygon on the canvas.
    x, y = np.meshgrid(np.arange(canvas[0]), np.arange(canvas[1]))
    points = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    u, v, d = matrix @ points
    inside = (d * d[0] > 0) if d[0] else np.ones(d.shape, np.bool_)
    safe = np.where(np.abs(d) < 1e-9, 1e-9, d)
    inside &= (u / safe > -0.5) & (v / safe > -0.5)
    inside &= (u / safe < photo[0] - 0.5) & (v / safe < photo[1] - 0.5)
    return np.asarray(inside.reshape(canvas[1], canvas[0]), np.bool_)
