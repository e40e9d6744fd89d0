"""Blocks stand on one another, hide what is behind them, and keep the lamp's light from the table."""

import numpy as np
import pytest

from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.optics import Optics, Pose
from twat_camera.simulator.play import Standing
from twat_camera.simulator.scene import Art, Scene
from twat_camera.simulator.solids import Block, box, draw_solid, reach, top
from twat_camera.simulator.spaces import GridBoard

BOARD = GridBoard(8, 8)
OPTICS = Optics.over(BOARD, np.random.default_rng(0))
UNIT = BOARD.piece_unit
RED, BLUE = (200, 30, 30), (30, 30, 200)
SQUARE = ((-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3))


def _piece(x=0.5, y=0.5, turn=0.0, piece="p"):
    return Standing(piece, "solid", RED, x, y, turn)


def test_a_solid_is_as_wide_and_tall_as_its_blocks():
    solid = (*box(0.3, 0.4, 0.2), Block(SQUARE, 0.2, 0.9))
    assert reach(solid) == pytest.approx(0.5)
    assert top(solid) == 0.9


def test_what_stands_on_top_is_seen_on_top():
    solid = (Block(SQUARE, 0.1, 0.2, BLUE), Block(SQUARE, 0.0, 0.1))
    sprite = draw_solid(_piece(), solid, UNIT, OPTICS, Lamp())
    x, y = np.round(OPTICS.project([(0.5, 0.5, 0.2 * UNIT)])[0]).astype(int)
    red, _, blue = sprite.color[y - sprite.top, x - sprite.left]
    assert blue > 2 * red


def test_of_two_side_by_side_the_one_nearer_to_the_camera_hides_the_other():
    def tower(x, paint=None):
        return Block(tuple((a / 3 + x, b / 3) for a, b in SQUARE), 0.0, 2.0, paint)

    # The piece stands far out to the right: the left one leans over the foot of the right one.
    near, far = tower(-0.15), tower(0.15, BLUE)
    one, other = (
        draw_solid(_piece(x=0.97), solid, UNIT, OPTICS, Lamp())
        for solid in ((near, far), (far, near))
    )
    assert (one.color == other.color).all()
    x, y = np.round(OPTICS.project([(0.97 - 0.08 * UNIT, 0.5, 1.99 * UNIT)])[0]).astype(int)
    red, _, blue = one.color[y - one.top, x - one.left]
    assert red > blue


@pytest.mark.parametrize("kind", ["letter", "picture"])
def test_the_piece_says_what_is_printed_on_it(kind):
    solid = box(0.4, 0.4, 0.1, print=kind)
    one, other, again = (
        draw_solid(_piece(piece=name), solid, UNIT, OPTICS, Lamp()).color for name in "aba"
    )
    assert (one == again).all()
    assert np.abs(one - other).max() > 80


@pytest.mark.parametrize("toward", [(-0.5, -0.42, 0.76), (0.6, -0.3, 0.74), (0.5, 0.5, 0.7)])
def test_a_shadow_falls_away_from_the_lamp(toward):
    art = Art(lamp=Lamp(toward, blur=0.5), solids={"solid": box(0.1, 0.1, 1.0)})
    scene = Scene(BOARD, 1, art)
    plain = scene.compose((), Pose()).astype(int)
    shaded = scene.compose((_piece(),), Pose()).astype(int)

    def darkened(sign):
        spot = np.array([0.5, 0.5]) + sign * np.array(art.lamp.away) * 0.8 * UNIT
        x, y = np.round(scene.optics.project([(*spot, 0.0)])[0]).astype(int)
        return (plain[y, x] - shaded[y, x]).mean()

    assert darkened(1) > 10
    assert abs(darkened(-1)) < 5
