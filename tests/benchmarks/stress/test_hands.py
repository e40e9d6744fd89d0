"""Hands and arms come over the board where they are told to."""

import cv2
import numpy as np
import pytest

from benchmarks.stress import LOOKS
from benchmarks.stress.hands import Grasp, hand_over
from benchmarks.stress.look import Look
from twat_camera.simulator.optics import Array, Optics
from twat_camera.simulator.spaces import GridBoard

FOOTAGE = [look for looks in LOOKS.values() for look in looks if look.crop is not None]


def over(look: Look) -> Optics:
    return Optics.over(
        look.board, np.random.default_rng(1), look.tilt_deg, look.pan_deg, look.roll_deg
    )


def covered(look: Look, grasp: Grasp, seed: int) -> Array:
    """How much of each cell a hand covers, rows × columns."""
    assert isinstance(look.board, GridBoard)
    optics, columns, rows = over(look), look.board.columns, look.board.rows
    hand = hand_over(look, optics, grasp, np.random.default_rng(seed))
    cells = np.diag([20 / look.board.cell, 20 / look.board.cell, 1.0])
    flat = cv2.warpPerspective(
        hand.cover,
        cells @ np.linalg.inv(optics.plane(0.0)) @ np.diag([4.0, 4.0, 1.0]),
        (20 * columns, 20 * rows),
    )
    return np.asarray(flat.reshape(rows, 20, columns, 20).mean(axis=(1, 3)), np.float64)


@pytest.mark.parametrize("look", FOOTAGE, ids=lambda look: look.name)
class TestFootage:
    @pytest.mark.parametrize("reach", ["border", "beside"])
    def test_a_few_cells_are_covered_and_the_middle_is_not(self, look: Look, reach: str) -> None:
        for seed in range(6):
            place = np.random.default_rng(seed).uniform(0.1, 0.9, 2)
            cells = covered(look, Grasp((place[0], place[1]), reach), seed)
            assert cells.max() > 0.05
            assert (cells > 0.5).sum() <= 6

    def test_an_arm_comes_from_a_players_side_in_the_picture(self, look: Look) -> None:
        for seed in range(4):
            cells = covered(look, Grasp((0.5, 0.5), "border"), seed)
            # Turned by a right angle, the picture's lower and upper borders are the board's sides.
            turned = abs(look.roll_deg[0]) > 45
            ends = cells[:, [0, -1]] if turned else cells[[0, -1]]
            assert ends.max() == pytest.approx(cells.max(), abs=0.2)

    def test_an_arm_past_the_board_shows_its_sleeve(self, look: Look) -> None:
        optics = over(look)
        paints = np.array(look.sleeves.paints, np.float64)
        hand = hand_over(look, optics, Grasp((0.9, 0.5), "beside"), np.random.default_rng(3))
        bare = np.full((2592, 4608, 3), 255, np.uint8)
        seen = hand.over(bare)[::4, ::4, ::-1][hand.cover > 0.99].astype(np.float64)
        tones = seen / seen.sum(axis=1, keepdims=True)
        known = paints / paints.sum(axis=1, keepdims=True)
        like = np.abs(tones[:, None] - known).max(axis=2).min(axis=1) < 0.02
        assert like.mean() > 0.2


def test_a_hand_that_reaches_for_a_piece_has_its_fingertips_there() -> None:
    look = FOOTAGE[0]
    cells = covered(look, Grasp((0.5625, 0.4375), "piece"), 2)
    assert cells[3, 4] > 0.2
