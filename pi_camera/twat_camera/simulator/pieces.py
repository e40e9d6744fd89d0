"""Pieces as a camera overhead sees them: lit, leaning away from the middle of the picture.

Turned pieces (pawn, disc, agent) are stacks of thin slices. Each slice lies where perspective puts
it, so a piece leans as a real one does, and its rim has the slope's normal, so it is shaded as a
real one is. Others are `solids`: cubes, flags, tiles, and what an art brings of its own.
"""

import math
from typing import Final

import numpy as np

from .lamp import Lamp
from .optics import Optics
from .play import FOOT, Standing
from .solids import Solids, box, draw_solid, top
from .sprite import Floats, Sprite

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
_SOLIDS: Final[Solids] = {
    "cube": box(0.17, 0.17, 0.34),
    "flag": box(0.25, 0.18, 0.10),
    "tile": box(0.42, 0.42, 0.12, print="letter"),
}


def height(shape: str) -> float:
    """Return how tall a shape is, in piece units."""
    return top(_SOLIDS[shape]) if shape in _SOLIDS else _PROFILES[shape][0][-1][0]


def foot(shape: str) -> float:
    """Return the radius of a shape's foot, in piece units."""
    return FOOT[shape]


def draw(piece: Standing, unit: float, optics: Optics, lamp: Lamp) -> Sprite:
    """Draw a piece.

    Args:
        piece: What to draw, and where it stands.
        unit: The board's piece unit in board units.
        optics: Who looks.
        lamp: What lights it.
    """
    if piece.shape in _SOLIDS:
        return draw_solid(piece, _SOLIDS[piece.shape], unit, optics, lamp)
    return _turned(piece, unit, optics, lamp)


def _turned(piece: Standing, unit: float, optics: Optics, lamp: Lamp) -> Sprite:
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
    return Sprite(left, top, _shade(piece.color, normals, rise, gloss, lamp), alpha)


def _shade(
    color: tuple[int, int, int], normals: Floats, rise: Floats, gloss: float, lamp: Lamp
) -> Floats:
    """Light a surface: lamp, room, a highlight, and less of the room's light near the table."""
    length = np.sqrt((normals**2).sum(axis=2, keepdims=True))
    unit = normals / np.maximum(length, 1e-3)
    lambert = np.clip(unit @ lamp.direction, 0, 1)
    near_table = 0.55 + 0.45 * np.sqrt(np.clip(rise, 0, 1))
    room = lamp.ambient * (0.62 + 0.38 * unit[..., 2]) * near_table
    half = lamp.direction + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    shine = gloss * np.clip(unit @ half, 0, 1) ** 28
    paint = np.array(color, np.float32)
    lit = paint * (room + lamp.direct * lambert)[..., None] + 255 * shine[..., None]
    return np.asarray(np.clip(lit, 0, 255), np.float32)
