"""What cells look like is learnt from the board: by shade, and as sharp as the photo is."""

import numpy as np

from twat_vision.pipeline.appearance import (
    EMPTY,
    TEXTURE,
    cell_features,
    empty_look,
    equally_sharp,
    learn,
    shade_groups,
)
from twat_vision.pipeline.geometry import Frame

FRAME = Frame(8, 8, 16, 1.0)
LIGHT, DARK, PIECE = 80.0, 30.0, 78.0


def board(pieces: set[tuple[int, int]]) -> np.ndarray:
    """A checkered board with flat pieces as light as its light cells, CIELAB."""
    rng = np.random.default_rng(3)
    side = 10 * 16
    lab = np.zeros((side, side, 3), np.float32)
    lab[..., 0] = 50 + rng.normal(0, 1, (side, side))
    for row in range(8):
        for column in range(8):
            y, x = 16 * (row + 1), 16 * (column + 1)
            shade = LIGHT if (row + column) % 2 == 0 else DARK
            lab[y : y + 16, x : x + 16, 0] = shade + rng.normal(0, 1, (16, 16))
            if (column, row) in pieces:
                lab[y + 3 : y + 13, x + 3 : x + 13, 0] = PIECE + rng.normal(0, 1, (10, 10))
                lab[y + 3 : y + 13, x + 3 : x + 13, 1] = 6
    return lab


def test_a_piece_like_one_shade_is_known_on_both() -> None:
    pieces = {(c, r) for c in range(8) for r in (0, 1)}
    labels = np.zeros((8, 8), np.int64)
    labels[:2] = 1
    before = cell_features(board(pieces), FRAME)
    look = empty_look(before, labels == EMPTY)
    model = learn(before - look, labels, shade_groups(before, labels == EMPTY), {})
    went = cell_features(board((pieces - {(0, 0), (1, 0)}) | {(4, 4), (5, 4)}), FRAME)
    costs = model.costs(went - look)
    gone, come = ((0, 0), (0, 1)), ((4, 4), (4, 5))
    assert all(costs[EMPTY][cell] < 0.3 and costs[1][cell] > 1.5 for cell in gone)
    assert all(costs[1][cell] < 0.3 and costs[EMPTY][cell] > 1.5 for cell in come)


def test_a_softer_photo_has_no_less_texture() -> None:
    before = np.full((8, 8, 5), 10.0)
    before[0, 0, TEXTURE] = 30
    softer = before.copy()
    softer[..., TEXTURE] *= 0.6
    assert np.allclose(equally_sharp(softer, before), before)
    assert np.allclose(softer[1, 1, TEXTURE], 6)
