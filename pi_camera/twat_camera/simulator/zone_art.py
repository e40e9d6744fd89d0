"""A printed board of named zones: sand and dunes, cards, tracks, rings. Our own drawing."""

import math
from typing import Final

import cv2
import numpy as np
from PIL import ImageDraw, ImageFilter, ImageFont

from .boards import BOARD_PIXELS, from_pil, to_pil
from .colors import PAINTS, Rgb
from .spaces import Zone, ZoneBoard
from .texture import Image, mottle, value_noise

_PAPER: Final = (222, 196, 150)
_INK: Final = (58, 40, 28)
_LINE: Final = (232, 214, 172)
_SKIES: Final = (
    ((236, 178, 112), (150, 82, 52)),
    ((196, 204, 196), (110, 112, 104)),
    ((226, 146, 92), (104, 58, 62)),
    ((150, 176, 190), (86, 78, 84)),
    ((232, 200, 132), (128, 96, 56)),
)

Box = tuple[float, float, float, float]


def zone_board(board: ZoneBoard, rng: np.random.Generator) -> Image:
    """Draw a board; each zone by its form.

    Large ones become panels, long ones tracks, round ones rings in the colour their id ends with,
    tiny ones shields, and the others cards with a small landscape and their name.
    """
    picture = to_pil(_desert(BOARD_PIXELS, rng))
    draw = ImageDraw.Draw(picture, "RGBA")
    for zone in sorted(board.zones, key=lambda one: -one.area):
        left, top, right, bottom = (side * BOARD_PIXELS for side in zone.box)
        box = (left, top, right, bottom)
        long = max(right - left, bottom - top) / min(right - left, bottom - top)
        if len(zone.polygon) > 6:
            _ring(draw, zone, box)
        elif long >= 1.9 and zone.area > 0.01:
            _track(draw, zone, box, rng)
        elif long >= 1.9:
            _strip(draw, zone, box)
        elif zone.area > 0.03:
            _panel(draw, zone, box)
        elif zone.area < 0.0025:
            _shield(draw, box)
        else:
            _card(draw, zone, box, rng)
    _border(draw)
    drawing = from_pil(picture.filter(ImageFilter.GaussianBlur(0.8)))
    return mottle(mottle(drawing, 3.0, 0.015, rng), 300, 0.02, rng)


def _desert(size: int, rng: np.random.Generator) -> Image:
    """Return dunes seen from high above: ridges lit from one side."""
    broad = value_noise((size, size), (size / 4, size / 3), rng)
    middle = value_noise((size, size), (size / 14, size / 8), rng)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / np.float32(size)
    ripple = np.sin(2 * np.pi * (18 * rows + 5 * columns + 0.9 * broad + 0.22 * middle))
    height = 0.5 * broad + 0.22 * middle + 0.05 * ripple
    slope = cv2.Sobel(height.astype(np.float32), cv2.CV_32F, 1, 1, ksize=5)
    slope = cv2.GaussianBlur(slope, (0, 0), 3)
    light = np.clip(0.84 + 0.06 * height + 0.035 * slope / (slope.std() + 1e-6), 0.35, 1.0)
    tone = np.array(_PAPER, np.float32) / 255
    return np.asarray(np.clip(light[..., None] * tone, 0, 1), np.float32)


def _card(draw: ImageDraw.ImageDraw, zone: Zone, box: Box, rng: np.random.Generator) -> None:
    left, top, right, bottom = box
    bright, dark = _SKIES[int(rng.integers(len(_SKIES)))]
    plate = (left - 6, top - 44, right + 6, bottom + 6)
    draw.rounded_rectangle(plate, 14, (*_INK, 170), (*_LINE, 200), 3)
    for row in range(int(top), int(bottom)):
        share = (row - top) / (bottom - top)
        tone = tuple(round(b * (1 - share) + d * share) for b, d in zip(bright, dark, strict=True))
        draw.line((left, row, right, row), tone)
    for layer in range(3):
        _hills(draw, box, 0.45 + 0.18 * layer, 0.75 - 0.22 * layer, dark, rng)
    sun_x = left + (right - left) * rng.uniform(0.2, 0.8)
    radius = (bottom - top) * 0.09
    sun_y = top + (bottom - top) * 0.24
    draw.ellipse(
        (sun_x - radius, sun_y - radius, sun_x + radius, sun_y + radius), (252, 232, 190, 230)
    )
    draw.rectangle(box, None, (*_LINE, 255), 4)
    _label(draw, zone.name, ((left + right) / 2, top - 21), 26, right - left)


def _hills(
    draw: ImageDraw.ImageDraw,
    box: Box,
    base: float,
    shade: float,
    tone: Rgb,
    rng: np.random.Generator,
) -> None:
    left, top, right, bottom = box
    phase, waves = rng.uniform(0, 6.3), rng.uniform(0.8, 2.2)
    points = [(left, bottom)]
    for step in range(33):
        share = step / 32
        swell = 0.09 * math.sin(phase + 2 * math.pi * waves * share)
        points.append((left + (right - left) * share, top + (bottom - top) * (base + swell)))
    points.append((right, bottom))
    draw.polygon(points, tuple(round(c * shade) for c in tone))


def _track(draw: ImageDraw.ImageDraw, zone: Zone, box: Box, rng: np.random.Generator) -> None:
    left, top, right, bottom = box
    tint = _SKIES[int(rng.integers(len(_SKIES)))][1]
    draw.rectangle(box, (*tint, 120), (*_LINE, 220), 4)
    pitch = BOARD_PIXELS * 0.041
    upright = bottom - top > right - left
    columns = 1 if upright else round((right - left) / pitch)
    rows = max(1, round((bottom - top) / (pitch * (1.0 if upright else 0.9))))
    for row in range(rows):
        for column in range(columns):
            x0 = left + (right - left) * column / columns
            x1 = left + (right - left) * (column + 1) / columns
            y0 = top + (bottom - top) * row / rows
            y1 = top + (bottom - top) * (row + 1) / rows
            fill = (*_PAPER, 70 if (row + column) % 2 else 25)
            draw.rectangle((x0 + 4, y0 + 4, x1 - 4, y1 - 4), fill, (*_LINE, 150), 2)
            number = rows - row if upright else row * columns + column + 1
            _label(draw, str(number), (x0 + 24, (y0 + y1) / 2), 24, 60)
    if upright and right - left > 0.08 * BOARD_PIXELS:
        words = zone.name.split()
        for index, word in enumerate(words):
            y = top + 30 + 34 * index
            _label(draw, word, ((left + right) / 2 + 20, y), 30, right - left)


def _panel(draw: ImageDraw.ImageDraw, zone: Zone, box: Box) -> None:
    left, top, right, bottom = box
    draw.rounded_rectangle(box, 24, (96, 62, 44, 150), (*_LINE, 230), 5)
    center = ((left + right) / 2, (top + bottom) / 2)
    radius = min(right - left, bottom - top) * 0.34
    for index in range(12):
        angle = math.pi * index / 6
        x, y = math.cos(angle), math.sin(angle)
        inner, outer = radius * 0.35, radius * (1.0 if index % 2 else 0.75)
        draw.line(
            (
                center[0] + inner * x, center[1] + inner * y,
                center[0] + outer * x, center[1] + outer * y,
            ),
            (*_LINE, 90),
            5,
        )  # fmt: skip
    draw.ellipse(
        (center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius),
        None,
        (*_LINE, 110),
        4,
    )
    _label(draw, zone.name, (center[0], top + 34), 40, right - left)


def _strip(draw: ImageDraw.ImageDraw, zone: Zone, box: Box) -> None:
    left, top, right, bottom = box
    draw.rounded_rectangle(box, 12, (96, 62, 44, 150), (*_LINE, 230), 4)
    size = bottom - top
    for index in range(4):
        x = left + (right - left) * (index + 0.5) / 4
        seat = (x - 0.3 * size, top + 0.2 * size, x + 0.3 * size, bottom - 0.2 * size)
        draw.ellipse(seat, (*_INK, 70), (*_LINE, 140), 3)
    _label(draw, zone.name, ((left + right) / 2, bottom - 14), 20, right - left)


def _ring(draw: ImageDraw.ImageDraw, zone: Zone, box: Box) -> None:
    paint = PAINTS.get(zone.id.rsplit("_", 1)[-1], _PAPER)
    draw.ellipse(box, (70, 50, 38, 255), (*_LINE, 255), 4)
    left, top, right, bottom = box
    draw.ellipse((left + 10, top + 10, right - 10, bottom - 10), None, (*paint, 230), 10)
    draw.ellipse((left + 26, top + 26, right - 26, bottom - 26), (*paint, 28), (*_LINE, 90), 2)


def _shield(draw: ImageDraw.ImageDraw, box: Box) -> None:
    left, top, right, bottom = box
    middle = (left + right) / 2
    shoulder = top + (bottom - top) * 0.62
    outline = [
        (left + 5, top + 5), (right - 5, top + 5), (right - 5, shoulder), (middle, bottom - 5),
        (left + 5, shoulder),
    ]  # fmt: skip
    draw.polygon(outline, (*_INK, 130), (*_LINE, 230))
    draw.line([*outline, outline[0]], (*_LINE, 230), 4)


def _border(draw: ImageDraw.ImageDraw) -> None:
    edge = BOARD_PIXELS - 1
    draw.rectangle((0, 0, edge, edge), None, _INK, 14)
    draw.rectangle((14, 14, edge - 14, edge - 14), None, (*_LINE, 200), 3)


def _label(
    draw: ImageDraw.ImageDraw, text: str, center: tuple[float, float], size: int, width: float
) -> None:
    font = ImageFont.load_default(size)
    wide = font.getlength(text)
    if wide > width:
        font = ImageFont.load_default(size * width / wide)
    draw.text((center[0] + 2, center[1] + 2), text, (20, 12, 8, 150), font, anchor="mm")
    draw.text(center, text, (244, 230, 196, 255), font, anchor="mm")
