"""Pieces look like what they are: their colour, their size, their lean."""

import numpy as np
import pytest

from twat_camera.simulator.colors import PAINTS
from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.optics import Optics
from twat_camera.simulator.pieces import draw, foot, height
from twat_camera.simulator.play import Standing
from twat_camera.simulator.script import SHAPES
from twat_camera.simulator.spaces import GridBoard

OPTICS = Optics.over(GridBoard(8, 8), np.random.default_rng(0))
LAMP = Lamp()
UNIT = 0.125


def _sprite(shape, color="red", x=0.5, y=0.5):
    return draw(Standing("p", shape, PAINTS[color], x, y, 0.3), UNIT, OPTICS, LAMP)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("color", ["red", "green", "blue", "yellow", "white", "black"])
def test_a_piece_has_its_players_colour(shape, color):
    sprite = _sprite(shape, color)
    seen = np.median(sprite.color[sprite.alpha > 0.99], axis=0)
    paint = np.array(PAINTS[color], float)

    nearest = min(
        PAINTS,
        key=lambda name: np.linalg.norm(seen / seen.max() - PAINTS[name] / np.max(PAINTS[name])),
    )
    assert abs(seen.mean() - paint.mean()) < 0.45 * paint.mean() + 12
    if color in {"red", "green", "blue", "yellow"}:
        assert nearest == color


@pytest.mark.parametrize("shape", SHAPES)
def test_a_piece_covers_its_foot(shape):
    sprite = _sprite(shape)
    x, y = np.round(OPTICS.project([(0.5, 0.5, 0)])[0]).astype(int)

    assert sprite.alpha[y - sprite.top, x - sprite.left] > 0.9
    across = (sprite.alpha > 0.5).any(axis=0).sum()
    assert 0.6 < across / (2 * foot(shape) * UNIT * OPTICS.scale(0.5, 0.5, 0)) < 1.4


@pytest.mark.parametrize("shape", SHAPES)
def test_a_piece_leans_away_from_the_middle_by_its_height(shape):
    left, right = _sprite(shape, x=0.05), _sprite(shape, x=0.95)

    def middle(sprite):
        columns = np.nonzero((sprite.alpha > 0.5).any(axis=0))[0]
        return sprite.left + columns.mean()

    foot_left, foot_right = OPTICS.project([(0.05, 0.5, 0), (0.95, 0.5, 0)])[:, 0]
    lean = (foot_left - middle(left)) + (middle(right) - foot_right)
    assert lean > (10 if height(shape) > 0.3 else 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_piece_is_shaded(shape):
    sprite = _sprite(shape, x=0.9, y=0.9)

    assert sprite.color[sprite.alpha > 0.99].mean(axis=1).std() > 3


def test_tiles_have_letters():
    one, other, again = (
        draw(Standing(piece, "tile", PAINTS["white"], 0.5, 0.5, 0.0), UNIT, OPTICS, LAMP).color
        for piece in ("a", "b", "a")
    )
    assert (one == again).all()
    assert np.abs(one - other).max() > 80
