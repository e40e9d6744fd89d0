"""What is printed on boards of zones: everything is RGB float32 in 0…1, seen from straight above."""

import cv2
import numpy as np
from PIL import ImageDraw, ImageFont

from twat_camera.simulator.boards import BOARD_PIXELS, from_pil, to_pil
from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.spaces import Board, ZoneBoard
from twat_camera.simulator.texture import Image, blur, mottle, value_noise
from twat_camera.simulator.zone_art import zone_board

from .materials import Drawing, sheet_of

_DOT = 15
"""Radius of a printed town, pixels."""


def quilt(colors: tuple[Rgb, ...]) -> Drawing:
    """A map of many-cornered regions, each in a colour with its own speckle, between dark borders."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("a quilt is a board of zones")
        drawing = sheet_of((BOARD_PIXELS, BOARD_PIXELS), (92, 112, 128), "paper", rng)
        for number, zone in enumerate(board.zones):
            outline = np.round(np.array(zone.polygon) * BOARD_PIXELS).astype(np.int32)
            tone = np.array(colors[number % len(colors)], np.float32) / 255
            cv2.fillPoly(drawing, [outline], [float(c) for c in tone])
            cv2.polylines(drawing, [outline], True, (0.16, 0.14, 0.12), 9, cv2.LINE_AA)
        relief = value_noise(drawing.shape[:2], (50, 70), rng)
        relief += 0.6 * value_noise(drawing.shape[:2], (14, 16), rng)
        shaded = drawing * (1 + 0.06 * relief[..., None])
        return np.asarray(np.clip(blur(shaded.astype(np.float32), 0.8), 0, 1), np.float32)

    return draw


def printed_zones(tint: tuple[float, float, float] = (1, 1, 1)) -> Drawing:
    """The simulator's board of named zones, its print tinted."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("named zones need a board of zones")
        return np.asarray(zone_board(board, rng) * np.array(tint, np.float32), np.float32)

    return draw


def atlas(tones: tuple[Rgb, ...], ink: Rgb) -> Drawing:
    """A muted print of provinces: washes of tones, hachures of relief, names, towns, dashed borders."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("a map is a board of zones")
        shape = tuple(round(side * BOARD_PIXELS) for side in board.size[::-1])
        drawing = np.ones((shape[0], shape[1], 3), np.float32)
        line = [float(c) / 255 for c in ink]
        outlines = [
            np.round(np.array(z.polygon) * BOARD_PIXELS).astype(np.int32) for z in board.zones
        ]
        for number, outline in enumerate(outlines):
            tone = np.array(tones[number % len(tones)]) / 255
            cv2.fillPoly(drawing, [outline], [float(c) for c in tone])
        relief = value_noise((shape[0], shape[1]), (90, 120), rng)
        hachures = value_noise((shape[0], shape[1]), (26, 5), rng) * np.clip(relief, 0, 1)
        wash = value_noise((shape[0], shape[1]), (300, 260), rng)
        drawing *= (1 + 0.05 * wash + 0.06 * hachures)[..., None]
        for outline in outlines:
            cv2.polylines(drawing, [outline], True, line, 5, cv2.LINE_AA)
        drawing = _lettered(blur(drawing, 0.8), board, ink, rng)
        return mottle(drawing, 3, 0.012, rng)

    return draw


def parchment(paper: Rgb, ink: Rgb, washes: tuple[Rgb, ...]) -> Drawing:
    """An old map: stained paper, thin outlines in one ink, a wash of colour along them, trees and hills drawn by pen."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("a map is a board of zones")
        height, width = (round(side * BOARD_PIXELS) for side in board.size[::-1])
        drawing = sheet_of((height, width), paper, "paper", rng)
        stains = value_noise((height, width), (210, 240), rng)
        drawing *= (1 + 0.05 * stains - 0.05 * np.clip(stains - 1, 0, 1))[..., None]
        for number, zone in enumerate(board.zones):
            outline = np.round(np.array(zone.polygon) * BOARD_PIXELS).astype(np.int32)
            wash = np.zeros((height, width), np.float32)
            cv2.polylines(wash, [outline], True, 1.0, 34)
            inside = cv2.fillPoly(np.zeros_like(wash), [outline], 1.0)
            share = 0.4 * blur(wash * inside, 7)[..., None]
            drawing += share * (np.array(washes[number % len(washes)], np.float32) / 255 - drawing)
        picture = to_pil(drawing)
        pen = ImageDraw.Draw(picture)
        font = ImageFont.load_default(34)
        for zone in board.zones:
            corners = [(x * BOARD_PIXELS, y * BOARD_PIXELS) for x, y in zone.polygon]
            pen.line([*corners, corners[0]], ink, 4)
            x, y = (side * BOARD_PIXELS for side in zone.center)
            pen.text((x, y - 96), zone.name, ink, font, anchor="mm")
            for dx, dy in rng.uniform(-105, 105, (3, 2)):
                _hill(pen, x + dx, y + dy, ink)
        return mottle(from_pil(picture), 4, 0.015, rng)

    return draw


def _hill(pen: ImageDraw.ImageDraw, x: float, y: float, ink: Rgb) -> None:
    """A hill as old maps have them: an arch with a shaded side."""
    pen.arc((x - 26, y - 20, x + 26, y + 30), 190, 350, ink, 3)
    for n in range(3):
        pen.line((x + 8 + 6 * n, y - 12 + 4 * n, x + 4 + 6 * n, y + 4), ink, 2)


def posters(colors: tuple[Rgb, ...], ink: Rgb) -> Drawing:
    """A busy board: every zone a bright picture with stripes, houses, suns and a title."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("posters hang in zones")
        height, width = (round(side * BOARD_PIXELS) for side in board.size[::-1])
        picture = to_pil(np.ones((height, width, 3), np.float32))
        pen = ImageDraw.Draw(picture)
        for number, zone in enumerate(board.zones):
            left, top, right, bottom = (side * BOARD_PIXELS for side in zone.box)
            ground = colors[number % len(colors)]
            pen.rectangle((left, top, right, bottom), ground, ink, 7)
            for _ in range(int((right - left) * (bottom - top) / 9000)):
                x, y = rng.uniform((left + 50, top + 50), (right - 50, bottom - 50))
                _ornament(pen, float(x), float(y), colors[int(rng.integers(len(colors)))], rng)
            pen.text((left + 16, top + 12), zone.name, ink, ImageFont.load_default(40))
        relief = value_noise((height, width), (160, 160), rng)
        return np.clip(blur(from_pil(picture), 1.2) * (1 + 0.04 * relief[..., None]), 0, 1)

    return draw


def _ornament(
    pen: ImageDraw.ImageDraw, x: float, y: float, color: Rgb, rng: np.random.Generator
) -> None:
    """A sun, a house or a patch of stripes, at most 40 pixels from its middle."""
    size = float(rng.uniform(16, 34))
    kind = int(rng.integers(3))
    if kind == 0:
        pen.ellipse((x - size, y - size, x + size, y + size), color)
    elif kind == 1:
        pen.rectangle((x - size, y - size / 3, x + size, y + size), color)
        pen.polygon([(x - size, y - size / 3), (x, y - size), (x + size, y - size / 3)], color)
    else:
        for n in range(-2, 3):
            pen.line((x - size, y + n * size / 2.4, x + size, y + n * size / 2.4 - 10), color, 5)


def _lettered(drawing: Image, board: ZoneBoard, ink: Rgb, rng: np.random.Generator) -> Image:
    picture = to_pil(drawing)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(44)
    for zone in board.zones:
        x, y = (side * BOARD_PIXELS for side in zone.center)
        draw.text((x, y + 70), zone.name, ink, font, anchor="mm")
        for _ in range(int(rng.integers(1, 4))):
            a, b = rng.uniform(-130, 130, 2)
            if zone.depth(((x + a) / BOARD_PIXELS, (y + b) / BOARD_PIXELS)) > 0.02:
                box = (x + a - _DOT, y + b - _DOT, x + a + _DOT, y + b + _DOT)
                draw.ellipse(box, (214, 206, 186), ink, 4)
    return from_pil(picture)
