"""How tables and boards of cells are made: everything is RGB float32 in 0…1, seen from straight above."""

from collections.abc import Callable
from typing import Final, Literal

import cv2
import numpy as np

from twat_camera.simulator.boards import BOARD_PIXELS, TABLE_PIXELS
from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.spaces import Board, GridBoard
from twat_camera.simulator.texture import Image, blur, mottle, planks, value_noise, wood

Table = Callable[[float, float, np.random.Generator], Image]
Drawing = Callable[[Board, np.random.Generator], Image]
Stuff = Literal["wood", "paper", "marble", "lacquer"]

_PREMIUM: Final = ((178, 60, 58), (206, 138, 140), (62, 96, 156), (138, 172, 198))


def wooden_table(light: Rgb, dark: Rgb) -> Table:
    """A table of planks."""

    def draw(width: float, height: float, rng: np.random.Generator) -> Image:
        return planks(_table_shape(width, height), light, dark, rng, count=6)

    return draw


def cloth(color: Rgb) -> Table:
    """A table under a woven cloth, or a felt mat."""

    def draw(width: float, height: float, rng: np.random.Generator) -> Image:
        shape = _table_shape(width, height)
        weave = 0.04 * value_noise(shape, (2, 5), rng) + 0.04 * value_noise(shape, (5, 2), rng)
        folds = 0.05 * value_noise(shape, (500, 300), rng)
        return _tinted(1 + weave + folds, color)

    return draw


def laminate(color: Rgb) -> Table:
    """A smooth table with a faint speckle."""

    def draw(width: float, height: float, rng: np.random.Generator) -> Image:
        shape = _table_shape(width, height)
        return _tinted(1 + 0.015 * value_noise(shape, (3, 3), rng), color)

    return draw


def terrain(color: Rgb, other: Rgb) -> Table:
    """A gaming mat printed with ground: patches of two colours, pebbles, tracks."""

    def draw(width: float, height: float, rng: np.random.Generator) -> Image:
        shape = _table_shape(width, height)
        patches = value_noise(shape, (260, 340), rng) + 0.5 * value_noise(shape, (60, 80), rng)
        share = 1 / (1 + np.exp(-2.2 * patches))[..., None]
        grain = (
            1 + 0.07 * value_noise(shape, (4, 4), rng) + 0.05 * value_noise(shape, (14, 14), rng)
        )
        mixed = np.array(color) * share + np.array(other) * (1 - share)
        return np.asarray(np.clip(mixed / 255 * grain[..., None], 0, 1), np.float32)

    return draw


def matting(color: Rgb) -> Table:
    """A woven straw mat: fine ribs, every hand's breadth a seam."""

    def draw(width: float, height: float, rng: np.random.Generator) -> Image:
        shape = _table_shape(width, height)
        rows = np.arange(shape[0], dtype=np.float32)[:, None]
        ribs = 0.05 * np.sin(rows * (2 * np.pi / 7)) - 0.16 * (rows % 420 < 6)
        straw = 0.06 * value_noise(shape, (2, 60), rng) + 0.03 * value_noise(shape, (300, 40), rng)
        return _tinted(1 + ribs + straw, color)

    return draw


def pavement(slab: Rgb, joint: Rgb, line: Rgb) -> Drawing:
    """A gaming mat printed with a town: slabs in rows, a road with a dashed line, oil and dirt."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        height, width = (round(side * BOARD_PIXELS) for side in board.size[::-1])
        drawing = sheet_of((height, width), slab, "paper", rng)
        pitch = 96
        for row, top in enumerate(range(0, height, pitch)):
            for left in range(-(row % 2) * pitch // 2, width, pitch):
                shade = np.float32(1 + rng.uniform(-0.09, 0.09))
                drawing[top : top + pitch, max(0, left) : max(0, left + pitch)] *= shade
                drawing[top : top + pitch, max(0, left) : max(0, left + 4)] = np.array(joint) / 255
            drawing[top : top + 4] = np.array(joint) / 255
        road = slice(round(0.40 * height), round(0.62 * height))
        drawing[road] = sheet_of((road.stop - road.start, width), joint, "paper", rng)
        middle = (road.start + road.stop) // 2
        for left in range(40, width, 220):
            drawing[middle - 7 : middle + 7, left : left + 120] = np.array(line) / 255
        dirt = value_noise((height, width), (120, 150), rng) + value_noise(
            (height, width), (9, 9), rng
        )
        return np.asarray(np.clip(drawing * (1 + 0.04 * dirt[..., None]), 0, 1), np.float32)

    return draw


def checkered(light: Rgb, dark: Rgb, frame: Rgb, stuff: Stuff) -> Drawing:
    """A board of cells in two colours."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        columns, rows, cell, border = _grid_of(board)
        shape = (rows * cell + 2 * border, columns * cell + 2 * border)
        drawing = sheet_of(shape, frame, stuff, rng)
        sheets = [sheet_of((3 * cell, 4 * cell), color, stuff, rng) for color in (light, dark)]
        for row in range(rows):
            for column in range(columns):
                sheet = sheets[(row + column) % 2]
                y, x = (int(rng.integers(0, side - cell)) for side in sheet.shape[:2])
                top, left = border + row * cell, border + column * cell
                drawing[top : top + cell, left : left + cell] = sheet[y : y + cell, x : x + cell]
        return drawing

    return draw


def ruled(paper: Rgb, ink: Rgb, stuff: Stuff, *, through_centres: bool) -> Drawing:
    """A board of lines: around the cells, or through their centres as in Go."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        columns, rows, cell, border = _grid_of(board)
        drawing = sheet_of(
            (rows * cell + 2 * border, columns * cell + 2 * border), paper, stuff, rng
        )
        color = tuple(c / 255 for c in ink)
        half = cell // 2 if through_centres else 0
        right, bottom = border + columns * cell - half, border + rows * cell - half
        width = max(3, cell // 40)
        for n in range(columns + (not through_centres)):
            x = border + half + n * cell
            cv2.line(drawing, (x, border + half), (x, bottom), color, width, cv2.LINE_AA)
        for n in range(rows + (not through_centres)):
            y = border + half + n * cell
            cv2.line(drawing, (border + half, y), (right, y), color, width, cv2.LINE_AA)
        return drawing

    return draw


def hollowed(plate: Rgb, hollow: Rgb) -> Drawing:
    """A plastic plate with a wide shallow hollow in every cell, its far rim catching the light."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        columns, rows, cell, border = _grid_of(board)
        shape = (rows * cell + 2 * border, columns * cell + 2 * border)
        drawing = sheet_of(shape, plate, "lacquer", rng)
        floor = [float(c) / 255 for c in hollow]
        for row in range(rows):
            for column in range(columns):
                middle = (border + round((column + 0.5) * cell), border + round((row + 0.5) * cell))
                cv2.circle(drawing, middle, round(0.38 * cell), floor, -1, cv2.LINE_AA)
                rim = [min(1.0, 1.5 * tone) for tone in floor]
                size = (round(0.38 * cell), round(0.38 * cell))
                cv2.ellipse(drawing, middle, size, 0, 20, 130, rim, 7, cv2.LINE_AA)
        return mottle(drawing, 5, 0.01, rng)

    return draw


def worn(drawing: Drawing) -> Drawing:
    """A board that has been in use for decades: rubbed patches, scratches, the ring of a glass."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        old = drawing(board, rng)
        height, width = old.shape[:2]
        rubbed = np.clip(value_noise((height, width), (170, 190), rng) - 0.4, 0, 1)[..., None]
        old += np.float32(0.22) * rubbed * (np.float32(0.72) - old)
        for x, y, turn, far in rng.uniform((0, 0, 0, 60), (width, height, 2 * np.pi, 420), (60, 4)):
            end = (round(x + far * np.cos(turn)), round(y + far * np.sin(turn)))
            tone = float(rng.choice((0.16, 0.82)))
            start = (round(x), round(y))
            cv2.line(old, start, end, (tone, tone, tone), int(rng.integers(1, 4)), cv2.LINE_AA)
        glass = np.zeros((height, width), np.float32)
        cv2.circle(glass, (width // 3, 2 * height // 3), 190, 0.3, 16)
        return np.asarray(np.clip(old * (1 - blur(glass, 4)[..., None]), 0, 1), np.float32)

    return draw


def premium_squares(paper: Rgb, share: float) -> Drawing:
    """A word game's board: ruled cells, a ``share`` of them coloured, in a symmetric pattern."""
    lines = ruled(paper, (236, 228, 212), "paper", through_centres=False)

    def draw(board: Board, rng: np.random.Generator) -> Image:
        columns, rows, cell, border = _grid_of(board)
        drawing = lines(board, rng)
        for row in range((rows + 1) // 2):
            for column in range((columns + 1) // 2):
                if rng.random() > share:
                    continue
                color = np.array(_PREMIUM[int(rng.integers(len(_PREMIUM)))], np.float32) / 255
                for y in {row, rows - 1 - row}:
                    for x in {column, columns - 1 - column}:
                        top, left = border + y * cell + 4, border + x * cell + 4
                        drawing[top : top + cell - 8, left : left + cell - 8] = color
        return mottle(drawing, 4, 0.012, rng)

    return draw


def _table_shape(width: float, height: float) -> tuple[int, int]:
    return round(height * TABLE_PIXELS), round(width * TABLE_PIXELS)


def _grid_of(board: Board) -> tuple[int, int, int, int]:
    """Columns, rows, and pixels of a cell and of the frame."""
    if not isinstance(board, GridBoard):
        raise TypeError("cells need a grid")
    return (
        board.columns,
        board.rows,
        round(board.cell * BOARD_PIXELS),
        round(board.frame * BOARD_PIXELS),
    )


def sheet_of(shape: tuple[int, int], color: Rgb, stuff: Stuff, rng: np.random.Generator) -> Image:
    """A sheet of a material of about a colour."""
    if stuff == "wood":
        dark = (round(color[0] * 0.78), round(color[1] * 0.74), round(color[2] * 0.68))
        return wood(shape, color, dark, rng, grain=0.8)
    if stuff == "marble":
        cloud = value_noise(shape, (110, 150), rng)
        vein = np.abs(value_noise(shape, (60, 90), rng) + 0.4 * value_noise(shape, (17, 23), rng))
        return _tinted(1 + 0.03 * cloud - 0.13 * np.exp(-9 * vein), color)
    if stuff == "lacquer":
        return _tinted(1 + 0.015 * value_noise(shape, (400, 400), rng), color)
    fibre = 0.012 * value_noise(shape, (2, 2), rng) + 0.02 * value_noise(shape, (260, 260), rng)
    return _tinted(1 + fibre, color)


def _tinted(shade: Image, color: Rgb) -> Image:
    tone = np.array(color, np.float32) / 255
    return np.asarray(np.clip(shade[..., None] * tone, 0, 1), np.float32)
