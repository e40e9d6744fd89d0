"""Pieces as a camera overhead sees them: lit, leaning away from the middle of the picture.

Turned pieces (pawn, disc, agent) are stacks of thin slices. Each slice lies where perspective puts
it, so a piece leans as a real one does, and its rim has the slope's normal, so it is shaded as a
real one is. Cubes, flags and tiles are boxes.
"""

from dataclasses import dataclass
import math
import string
from typing import Any, Final
import zlib

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage, ImageDraw, ImageFont

from .optics import Optics
from .play import FOOT, Standing

Floats = npt.NDArray[np.float32]

LIGHT: Final = np.array([-0.50, -0.42, 0.76], np.float32)
"""Direction to the lamp, world axes, unit length."""
_AMBIENT = 0.48
_DIRECT = 0.72
_SUPERSAMPLE = 4

# Height and radius of the outline from foot to top, in piece units (pawn, agent) and the strength
# of the gloss.
_PROFILES: Final[dict[str, tuple[tuple[tuple[float, float], ...], float]]] = {
    "pawn": (
        (
            (0.00, 0.29), (0.05, 0.30), (0.10, 0.285), (0.13, 0.235), (0.17, 0.225), (0.28, 0.150),
            (0.40, 0.115), (0.47, 0.110), (0.48, 0.165), (0.51, 0.175), (0.54, 0.150),
            (0.56, 0.130), (0.59, 0.157), (0.62, 0.176), (0.65, 0.186), (0.68, 0.189),
            (0.71, 0.185), (0.74, 0.175), (0.77, 0.158), (0.80, 0.132), (0.82, 0.109),
            (0.84, 0.078), (0.85, 0.056), (0.857, 0.032), (0.86, 0.0),
        ),
        0.35,
    ),
    "disc": (((0.00, 0.335), (0.02, 0.34), (0.17, 0.34), (0.20, 0.32), (0.205, 0.0)), 0.22),
    "stone": (
        ((0.00, 0.20), (0.03, 0.30), (0.08, 0.37), (0.13, 0.40), (0.18, 0.38), (0.22, 0.33),
         (0.25, 0.24), (0.27, 0.12), (0.275, 0.0)),
        0.45,
    ),
    "rook": (
        (
            (0.00, 0.30), (0.06, 0.31), (0.12, 0.29), (0.18, 0.22), (0.30, 0.185), (0.70, 0.165),
            (0.76, 0.20), (0.80, 0.225), (0.98, 0.225), (1.00, 0.215), (1.005, 0.0),
        ),
        0.35,
    ),
    "king": (
        (
            (0.00, 0.32), (0.06, 0.33), (0.12, 0.31), (0.17, 0.25), (0.24, 0.215), (0.45, 0.145),
            (0.80, 0.115), (1.05, 0.125), (1.12, 0.18), (1.17, 0.185), (1.21, 0.15), (1.26, 0.155),
            (1.42, 0.20), (1.46, 0.19), (1.52, 0.10), (1.56, 0.055), (1.66, 0.055), (1.68, 0.0),
        ),
        0.35,
    ),
    "figure": (
        (
            (0.00, 0.31), (0.015, 0.32), (0.055, 0.32), (0.07, 0.30), (0.08, 0.13), (0.30, 0.115),
            (0.46, 0.19), (0.62, 0.235), (0.72, 0.20), (0.75, 0.09), (0.80, 0.115), (0.87, 0.125),
            (0.94, 0.105), (0.98, 0.06), (1.00, 0.0),
        ),
        0.10,
    ),
    "token": (((0.00, 0.235), (0.03, 0.245), (0.40, 0.245), (0.44, 0.22), (0.445, 0.0)), 0.22),
    "agent": (
        (
            (0.00, 0.235), (0.06, 0.24), (0.22, 0.215), (0.40, 0.185), (0.48, 0.150),
            (0.52, 0.085), (0.55, 0.105), (0.58, 0.120), (0.62, 0.128), (0.66, 0.122),
            (0.69, 0.108), (0.72, 0.084), (0.74, 0.055), (0.75, 0.030), (0.755, 0.0),
        ),
        0.30,
    ),
}  # fmt: skip
# Half width, half depth and height of boxes, in piece units.
_BOXES: Final[dict[str, tuple[float, float, float]]] = {
    "cube": (0.17, 0.17, 0.34),
    "flag": (0.25, 0.18, 0.10),
    "tile": (0.42, 0.42, 0.12),
}


@dataclass(frozen=True, slots=True)
class Sprite:
    """A piece cut out of its picture.

    Attributes:
        left: Pixel column of its left edge.
        top: Pixel row of its top edge.
        color: H×W×3 sRGB in 0…255, float32.
        alpha: H×W in 0…1, float32.
    """

    left: int
    top: int
    color: Floats
    alpha: Floats


def height(shape: str) -> float:
    """Return how tall a shape is, in piece units."""
    return _BOXES[shape][2] if shape in _BOXES else _PROFILES[shape][0][-1][0]


def foot(shape: str) -> float:
    """Return the radius of a shape's foot, in piece units."""
    return FOOT[shape]


def draw(piece: Standing, unit: float, optics: Optics) -> Sprite:
    """Draw a piece.

    Args:
        piece: What to draw, and where it stands.
        unit: The board's piece unit in board units.
        optics: Who looks.
    """
    if piece.shape in _BOXES:
        return _box(piece, unit, optics)
    return _turned(piece, unit, optics)


def _turned(piece: Standing, unit: float, optics: Optics) -> Sprite:
    profile, gloss = _PROFILES[piece.shape]
    heights, radii = (np.array(values) * unit for values in zip(*profile, strict=True))
    steps = np.unique(np.concatenate([heights, np.linspace(0, heights[-1], 56)]))
    widths = np.interp(steps, heights, radii)
    # A cap that is flat in the outline still has a finite slope, or its normal would vanish.
    slopes = np.clip(np.gradient(widths, steps), -30, 30)
    centers = optics.project([(piece.x, piece.y, z) for z in steps])
    scales = np.array([optics.scale(piece.x, piece.y, z) for z in steps])
    sizes = widths * scales

    left, top = np.floor((centers - sizes[:, None]).min(axis=0)).astype(int) - 2
    right, bottom = np.ceil((centers + sizes[:, None]).max(axis=0)).astype(int) + 3
    shape = (bottom - top, right - left)
    normals = np.zeros((*shape, 3), np.float32)
    rise = np.zeros(shape, np.float32)
    alpha = np.zeros(shape, np.float32)
    for (x, y), size, slope, z in zip(centers, sizes, slopes, steps, strict=True):
        if size < 0.5:
            continue
        # Only the slice's own square: most of the cutout is not it.
        x0, x1 = max(0, int(x - size) - left - 1), min(shape[1], int(x + size) - left + 3)
        y0, y1 = max(0, int(y - size) - top - 1), min(shape[0], int(y + size) - top + 3)
        columns = np.arange(x0, x1, dtype=np.float32)[None, :] + np.float32(left + 0.5 - x)
        rows = np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(top + 0.5 - y)
        distance = np.sqrt(columns**2 + rows**2)
        cover = np.clip(np.float32(size) - distance + 0.5, 0, 1)
        steep = np.float32(1 / math.hypot(1.0, slope))
        out = np.maximum(distance, 1e-3)
        window = (slice(y0, y1), slice(x0, x1))
        for axis, value in enumerate((columns / out * steep, rows / out * steep)):
            normals[(*window, axis)] += cover * (value - normals[(*window, axis)])
        normals[(*window, 2)] += cover * (np.float32(-slope) * steep - normals[(*window, 2)])
        rise[window] += cover * (np.float32(z / steps[-1]) - rise[window])
        alpha[window] = np.maximum(alpha[window], cover)
    return Sprite(left, top, _shade(piece.color, normals, rise, gloss), alpha)


def _shade(color: tuple[int, int, int], normals: Floats, rise: Floats, gloss: float) -> Floats:
    """Light a surface: lamp, room, a highlight, and less of the room's light near the table."""
    length = np.sqrt((normals**2).sum(axis=2, keepdims=True))
    unit = normals / np.maximum(length, 1e-3)
    lambert = np.clip(unit @ LIGHT, 0, 1)
    room = _AMBIENT * (0.62 + 0.38 * unit[..., 2]) * (0.55 + 0.45 * np.sqrt(np.clip(rise, 0, 1)))
    half = LIGHT + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    shine = gloss * np.clip(unit @ half, 0, 1) ** 28
    paint = np.array(color, np.float32)
    lit = paint * (room + _DIRECT * lambert)[..., None] + 255 * shine[..., None]
    return np.asarray(np.clip(lit, 0, 255), np.float32)


def _box(piece: Standing, unit: float, optics: Optics) -> Sprite:
    half_x, half_y, tall = (unit * size for size in _BOXES[piece.shape])
    cos, sin = math.cos(piece.turn), math.sin(piece.turn)
    ring = [
        (
            piece.x + cos * dx * half_x - sin * dy * half_y,
            piece.y + sin * dx * half_x + cos * dy * half_y,
        )
        for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    foot_points = optics.project([(x, y, 0) for x, y in ring])
    top_points = optics.project([(x, y, tall) for x, y in ring])
    both = np.concatenate([foot_points, top_points])
    left, top = np.floor(both.min(axis=0)).astype(int) - 2
    right, bottom = np.ceil(both.max(axis=0)).astype(int) + 3
    size = ((bottom - top) * _SUPERSAMPLE, (right - left) * _SUPERSAMPLE)
    color = np.zeros((*size, 3), np.float32)
    alpha = np.zeros(size, np.float32)
    paint = np.array(piece.color, np.float32)

    def fill(corners: npt.NDArray[np.float64], light: float) -> None:
        outline = np.round((corners - (left, top)) * _SUPERSAMPLE).astype(np.int32)
        cv2.fillConvexPoly(color, outline, [float(c) for c in np.clip(paint * light, 0, 255)])
        cv2.fillConvexPoly(alpha, outline, 1.0)

    # Sides turned away from the camera are painted first and then covered.
    sides = []
    for i in range(4):
        j = (i + 1) % 4
        outward = np.array([ring[j][1] - ring[i][1], ring[i][0] - ring[j][0]])
        outward /= np.linalg.norm(outward)
        lambert = max(0.0, float(outward @ LIGHT[:2]))
        corners = np.array([foot_points[i], foot_points[j], top_points[j], top_points[i]])
        seen = cv2.contourArea(corners.astype(np.float32), True)
        sides.append((seen, corners, 0.62 * _AMBIENT + _DIRECT * lambert))
    for _, corners, light in sorted(sides, key=lambda side: side[0]):
        fill(corners, light)
    fill(top_points, _AMBIENT + _DIRECT * float(LIGHT[2]) + 0.02)
    # A worn edge catches the light; it is what tells one wooden cube from its neighbour.
    edge = np.round((top_points - (left, top)) * _SUPERSAMPLE).astype(np.int32)
    bright = [float(c) for c in np.clip(paint * 1.12 + 14, 0, 255)]
    cv2.polylines(color, [edge], True, bright, _SUPERSAMPLE)
    if piece.shape == "tile":
        _print_letter(color, (top_points - (left, top)) * _SUPERSAMPLE, piece.piece)
    small = (int(right - left), int(bottom - top))
    return Sprite(
        int(left),
        int(top),
        # Premultiplied while it shrinks, or black would bleed in at the edges.
        _unmultiply(
            cv2.resize(color * alpha[..., None], small, interpolation=cv2.INTER_AREA),
            cv2.resize(alpha, small, interpolation=cv2.INTER_AREA),
        ),
        np.asarray(cv2.resize(alpha, small, interpolation=cv2.INTER_AREA), np.float32),
    )


def _print_letter(color: Floats, corners: npt.NDArray[np.float64], piece: str) -> None:
    """Print a tile's letter on its top (4×2 pixels, from its upper left corner on); the piece's id says which."""
    side = 96
    page = PilImage.new("L", (side, side))
    letter = string.ascii_uppercase[zlib.crc32(piece.encode()) % 26]
    font = ImageFont.load_default(0.72 * side)
    ImageDraw.Draw(page).text((side / 2, side / 2), letter, 255, font, anchor="mm")
    flat = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    ink = cv2.warpPerspective(np.asarray(page), matrix, color.shape[1::-1], flags=cv2.INTER_AREA)
    color *= 1 - np.float32(0.82 / 255) * ink[..., None]


def _unmultiply(color: npt.NDArray[Any], alpha: npt.NDArray[Any]) -> Floats:
    return np.asarray(color / np.maximum(alpha, 1e-3)[..., None], np.float32)
