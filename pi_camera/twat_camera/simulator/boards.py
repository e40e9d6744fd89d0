"""The flat things: table top and boards, drawn as seen from straight above.

Boards come as RGB float32 in 0…1; their drawing covers playing area and frame.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage, ImageDraw, ImageFont

from .spaces import GridBoard, column_name
from .texture import Image, mottle, planks, wood

BOARD_PIXELS: Final = 2200
"""Pixels of a drawing along a board unit."""
TABLE_PIXELS: Final = 1100

_OAK = ((186, 146, 104), (132, 92, 58))
_MAPLE = ((222, 194, 148), (196, 158, 108))
_WALNUT = ((116, 78, 52), (78, 48, 32))
_FRAME = ((88, 56, 38), (56, 34, 24))


def table_top(width: float, height: float, rng: np.random.Generator) -> Image:
    """Draw an oak table of a size in board units."""
    shape = (round(height * TABLE_PIXELS), round(width * TABLE_PIXELS))
    return planks(shape, *_OAK, rng, count=7)


def grid_board(board: GridBoard, rng: np.random.Generator) -> Image:
    """Draw a wooden board of light and dark cells in a frame with coordinates."""
    cell = round(board.cell * BOARD_PIXELS)
    border = round(board.frame * BOARD_PIXELS)
    inner = (board.rows * cell, board.columns * cell)
    shape = (inner[0] + 2 * border, inner[1] + 2 * border)
    # Only its border shows, so half the resolution does.
    half = wood((shape[0] // 2, shape[1] // 2), *_FRAME, rng, grain=0.4)
    drawing = np.asarray(cv2.resize(half, shape[::-1]), np.float32)
    sheet = (3 * cell, 5 * cell)
    light = wood(sheet, *_MAPLE, rng, grain=0.8)
    dark = wood(sheet, *_WALNUT, rng, grain=0.8)
    for row in range(board.rows):
        for column in range(board.columns):
            source = light if (row + column) % 2 == 0 else dark
            # Every cell is its own piece of veneer, cut from a sheet.
            y, x = (int(rng.integers(0, side - cell)) for side in sheet)
            veneer = source[y : y + cell, x : x + cell] * np.float32(1 + rng.uniform(-0.05, 0.05))
            top, left = border + row * cell, border + column * cell
            drawing[top : top + cell, left : left + cell] = veneer
    _inlay(drawing, border, inner)
    drawing = _letter_frame(drawing, board, cell, border)
    return mottle(np.clip(drawing, 0, 1), 260, 0.02, rng)


def _inlay(drawing: Image, border: int, inner: tuple[int, int]) -> None:
    """Draw the thin light line between frame and cells."""
    cv2.rectangle(
        drawing,
        (border - 7, border - 7),
        (border + inner[1] + 6, border + inner[0] + 6),
        (0.72, 0.6, 0.42),
        4,
        cv2.LINE_AA,
    )


def _letter_frame(drawing: Image, board: GridBoard, cell: int, border: int) -> Image:
    picture = to_pil(drawing)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(border * 0.48)
    ink = (206, 176, 130)
    for column in range(board.columns):
        x = border + (column + 0.5) * cell
        for y in (border * 0.46, drawing.shape[0] - border * 0.46):
            draw.text((x, y), column_name(column), ink, font, anchor="mm")
    for row in range(board.rows):
        y = border + (row + 0.5) * cell
        number = row + 1 if board.origin == "top_left" else board.rows - row
        for x in (border * 0.46, drawing.shape[1] - border * 0.46):
            draw.text((x, y), str(number), ink, font, anchor="mm")
    return from_pil(picture)


def to_pil(drawing: Image) -> PilImage.Image:
    """Return a drawing as a Pillow picture, for text and shapes."""
    return PilImage.fromarray((np.clip(drawing, 0, 1) * 255).astype(np.uint8))


def from_pil(picture: PilImage.Image) -> Image:
    """Return a Pillow picture as a drawing."""
    pixels: npt.NDArray[np.uint8] = np.asarray(picture.convert("RGB"), np.uint8)
    return np.asarray(pixels.astype(np.float32) / 255, np.float32)
