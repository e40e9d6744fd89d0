"""The camera is a pinhole: what is drawn and what is said about it agree."""

import numpy as np
import pytest

from twat_camera.simulator.optics import HEIGHT, WIDTH, Optics, Pose
from twat_camera.simulator.spaces import GridBoard, ZoneBoard

BOARDS = [
    GridBoard(8, 8),
    GridBoard(10, 10),
    GridBoard(3, 3),
    GridBoard(12, 5),
    GridBoard(5, 12),
    ZoneBoard(()),
]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("seed", range(3))
def test_at_least_a_cell_of_table_is_in_view_all_around(board, seed):
    optics = Optics.over(board, np.random.default_rng(seed))
    (width, depth), edge = board.size, board.frame + max(0.12, board.cell)
    corners = optics.project(
        [(x, y, 0) for x in (-edge, width + edge) for y in (-edge, depth + edge)]
    )

    assert (corners >= 0).all()
    assert (corners <= (WIDTH, HEIGHT)).all()


def test_the_plane_and_the_points_agree():
    optics = Optics.over(GridBoard(8, 8), np.random.default_rng(0))
    for z in (0.0, -0.01, 0.1):
        matrix = optics.plane(z)
        for x, y in ((0, 0), (1, 0.3), (-0.5, 1.4)):
            seen = matrix @ (x, y, 1)
            assert np.allclose(seen[:2] / seen[2], optics.project([(x, y, z)])[0])


def test_tall_things_lean_outwards_and_look_bigger_on_top():
    optics = Optics.over(GridBoard(8, 8), np.random.default_rng(0))
    foot, top = optics.project([(0.95, 0.5, 0), (0.95, 0.5, 0.1)])

    assert top[0] > foot[0] + 20
    assert optics.scale(0.5, 0.5, 0.1) > optics.scale(0.5, 0.5, 0)


def test_the_camera_does_not_hang_quite_level():
    optics = Optics.over(GridBoard(8, 8), np.random.default_rng(0))
    corners = optics.project([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
    top, bottom = (np.linalg.norm(corners[i] - corners[j]) for i, j in ((0, 1), (3, 2)))

    assert 1.01 < max(top / bottom, bottom / top) < 1.15


def test_knocks_add_up():
    pose = Pose().bumped((0.01, 0), 1.0).bumped((0.01, -0.02), -1.0)

    assert np.allclose(
        pose.apply(np.array([[100.0, 200.0]])), [[100 + 0.02 * WIDTH, 200 - 0.02 * HEIGHT]]
    )


def test_a_turn_is_clockwise_about_the_middle():
    pose = Pose().bumped((0, 0), 90)

    middle = np.array([[WIDTH / 2, HEIGHT / 2]])
    assert np.allclose(pose.apply(middle), middle)
    right, below = middle + np.array([100, 0]), middle + np.array([0, 100])
    assert np.allclose(pose.apply(right), below)
