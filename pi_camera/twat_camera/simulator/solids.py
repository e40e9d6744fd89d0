"""Pieces made of blocks: upright prisms on convex outlines, beside and on top of each other.

Cubes, cards and tiles are one block. A meeple is legs, body, arms and head; a tray of soldiers a slab with a few blocks on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
import string
from typing import Any, Literal
import zlib

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage, ImageDraw, ImageFont

from .colors import Rgb
from .lamp import Lamp
from .optics import Optics
from .play import Standing
from .sprite import Floats, Sprite

_SUPERSAMPLE = 4
_PAGE = 96
"""Side of what is printed on a top, pixels."""
_INK = 0.82
"""Light that full ink takes."""


@dataclass(frozen=True, slots=True)
class Block:
    """An upright prism; lengths are piece units, from the middle of the piece's foot.

    Attributes:
        outline: Its convex outline, clockwise as seen from above with y down.
        low: Height of its lower face.
        high: Height of its upper face.
        paint: Its own colour; None takes the player's.
        print: What is printed on its top, a letter or a picture; the piece's id says which.
    """

    outline: tuple[tuple[float, float], ...]
    low: float
    high: float
    paint: Rgb | None = None
    print: Literal["letter", "picture"] | None = None

    def ring(self, piece: Standing, unit: float) -> npt.NDArray[np.float64]:
        """The outline where a piece stands: N×2, board units."""
        return _stood(np.array(self.outline), piece, unit)

    def page(self, piece: Standing, unit: float) -> npt.NDArray[np.float64]:
        """The rectangle around the outline, which the print fills: 4×2, board units, from its upper left corner on."""
        (left, upper), (right, lower) = np.min(self.outline, axis=0), np.max(self.outline, axis=0)
        corners = np.array([(left, upper), (right, upper), (right, lower), (left, lower)])
        return _stood(corners, piece, unit)


def _stood(
    outline: npt.NDArray[np.float64], piece: Standing, unit: float
) -> npt.NDArray[np.float64]:
    cos, sin = math.cos(piece.turn), math.sin(piece.turn)
    turned = outline * unit @ np.array([[cos, sin], [-sin, cos]])
    return np.asarray(turned + np.array([piece.x, piece.y]))


Solid = tuple[Block, ...]
Solids = Mapping[str, Solid]


def box(half_x: float, half_y: float, tall: float, **more: Any) -> Solid:
    """One block on a rectangle, standing on the table."""
    return (
        Block(
            ((-half_x, -half_y), (half_x, -half_y), (half_x, half_y), (-half_x, half_y)),
            0.0,
            tall,
            **more,
        ),
    )


def reach(solid: Solid) -> float:
    """Radius of what a solid covers, in piece units."""
    return max(math.hypot(x, y) for block in solid for x, y in block.outline)


def top(solid: Solid) -> float:
    """How tall a solid is, in piece units."""
    return max(block.high for block in solid)


def draw_solid(piece: Standing, solid: Solid, unit: float, optics: Optics, lamp: Lamp) -> Sprite:
    """Draw a piece made of blocks; what `pieces.draw` takes."""
    rings = [block.ring(piece, unit) for block in solid]
    feet = [
        _lifted(optics, ring, block.low * unit) for ring, block in zip(rings, solid, strict=True)
    ]
    tops = [
        _lifted(optics, ring, block.high * unit) for ring, block in zip(rings, solid, strict=True)
    ]
    every = np.concatenate([*feet, *tops])
    left, above = np.floor(every.min(axis=0)).astype(int) - 2
    right, below = np.ceil(every.max(axis=0)).astype(int) + 3
    size = ((below - above) * _SUPERSAMPLE, (right - left) * _SUPERSAMPLE)
    color = np.zeros((*size, 3), np.float32)
    alpha = np.zeros(size, np.float32)
    for n in _back_to_front(solid, rings, optics):
        paint = np.array(solid[n].paint or piece.color, np.float32)
        canvas = _Canvas(color, alpha, np.array([left, above]))
        _block(canvas, rings[n], feet[n], tops[n], paint, lamp)
        if solid[n].print is not None:
            page = _lifted(optics, solid[n].page(piece, unit), solid[n].high * unit)
            _print(color, canvas.at(page), solid[n], piece)
    small = (int(right - left), int(below - above))
    cover = np.asarray(cv2.resize(alpha, small, interpolation=cv2.INTER_AREA), np.float32)
    # Premultiplied while it shrinks, or black would bleed in at the edges.
    inked = cv2.resize(color * alpha[..., None], small, interpolation=cv2.INTER_AREA)
    plain = np.asarray(inked / np.maximum(cover, 1e-3)[..., None], np.float32)
    return Sprite(int(left), int(above), plain, cover)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Where a piece is painted, `_SUPERSAMPLE` times too large."""

    color: Floats
    alpha: Floats
    corner: npt.NDArray[Any]

    def at(self, pixels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Pixels of the photo on the canvas."""
        return np.asarray((pixels - self.corner) * _SUPERSAMPLE)

    def fill(self, corners: npt.NDArray[np.float64], paint: Floats) -> None:
        """Paint a convex face."""
        outline = np.round(self.at(corners)).astype(np.int32)
        cv2.fillConvexPoly(self.color, outline, [float(c) for c in np.clip(paint, 0, 255)])
        cv2.fillConvexPoly(self.alpha, outline, 1.0)


def _block(
    canvas: _Canvas,
    ring: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    paint: Floats,
    lamp: Lamp,
) -> None:
    # Sides turned away from the camera are painted first and then covered.
    sides = []
    for i in range(len(ring)):
        j = (i + 1) % len(ring)
        outward = np.array([ring[j][1] - ring[i][1], ring[i][0] - ring[j][0]])
        outward /= np.linalg.norm(outward)
        lambert = max(0.0, float(outward @ lamp.direction[:2]))
        corners = np.array([low[i], low[j], high[j], high[i]])
        seen = cv2.contourArea(corners.astype(np.float32), True)
        sides.append((seen, corners, 0.62 * lamp.ambient + lamp.direct * lambert))
    for _, corners, light in sorted(sides, key=lambda side: side[0]):
        canvas.fill(corners, paint * np.float32(light))
    canvas.fill(high, paint * np.float32(lamp.ambient + lamp.direct * lamp.toward[2] + 0.02))
    # A worn edge catches the light; it is what tells one wooden cube from its neighbour.
    edge = np.round(canvas.at(high)).astype(np.int32)
    bright = [float(c) for c in np.clip(paint * 1.12 + 14, 0, 255)]
    cv2.polylines(canvas.color, [edge], True, bright, _SUPERSAMPLE)


def _back_to_front(
    solid: Solid, rings: Sequence[npt.NDArray[np.float64]], optics: Optics
) -> list[int]:
    """The order to paint blocks in: lower ones first, of those side by side the one farther out.

    Seen from above, a block leans away from the camera's foot and so over what stands farther out.
    """
    foot = optics.foot
    far = [float(np.linalg.norm(ring.mean(axis=0) - foot)) for ring in rings]
    return sorted(range(len(solid)), key=lambda n: (solid[n].low, -far[n]))


def _lifted(optics: Optics, ring: npt.NDArray[np.float64], z: float) -> npt.NDArray[np.float64]:
    return optics.project(np.column_stack([ring, np.full(len(ring), z)]))


def _print(color: Floats, corners: npt.NDArray[np.float64], block: Block, piece: Standing) -> None:
    """Print on a top (4×2 canvas pixels, from its upper left corner on); the piece's id says what."""
    number = zlib.crc32(piece.piece.encode())
    page = _letter(number) if block.print == "letter" else _picture(number)
    flat = np.array([[0, 0], [_PAGE, 0], [_PAGE, _PAGE], [0, _PAGE]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    ink = cv2.warpPerspective(page, matrix, color.shape[1::-1], flags=cv2.INTER_AREA)
    color *= 1 - np.float32(_INK / 255) * (ink if ink.ndim == 3 else ink[..., None])


def _letter(number: int) -> npt.NDArray[np.uint8]:
    """A letter: how much light its ink takes, 0…255."""
    page = PilImage.new("L", (_PAGE, _PAGE))
    font = ImageFont.load_default(0.72 * _PAGE)
    letter = string.ascii_uppercase[number % 26]
    ImageDraw.Draw(page).text((_PAGE / 2, _PAGE / 2), letter, 255, font, anchor="mm")
    return np.asarray(page)


def _picture(number: int) -> npt.NDArray[np.uint8]:
    """A little landscape with a sun, in inks of its own."""
    rng = np.random.default_rng(number)
    sky, land, sun = ((int(a), int(b), int(c)) for a, b, c in rng.integers(10, 245, (3, 3)))
    page = PilImage.new("RGB", (_PAGE, _PAGE))
    draw = ImageDraw.Draw(page)
    draw.rectangle((9, 9, _PAGE - 10, _PAGE - 10), sky)
    hills = [(x, int(rng.integers(34, 74))) for x in range(9, _PAGE - 9, 13)]
    draw.polygon([(9, _PAGE - 10), *hills, (_PAGE - 10, _PAGE - 10)], land)
    x, y, size = (int(v) for v in rng.integers((20, 18, 6), (76, 40, 15)))
    draw.ellipse((x - size, y - size, x + size, y + size), sun)
    return np.asarray(page)
