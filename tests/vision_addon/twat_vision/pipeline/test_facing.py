"""How far a piece turned, seen in two rectified pictures of it."""

import cv2
import numpy as np
from numpy.typing import NDArray
import pytest

from twat_vision.pipeline.facing import HALF, SCALE, Turn, patch, turn_between
from twat_vision.pipeline.maps import to_lab
from twat_vision.pipeline.photo import Board, Photo

SIDE = 2 * HALF + 1
ENLARGED = 2
RED, STEEL, EARTH = (40.0, 34.0, 178.0), (46.0, 42.0, 40.0), (60.0, 84.0, 104.0)

Shape = tuple[tuple[tuple[float, float, float], list[tuple[float, float]]], ...]
"""Parts in their colours, outlines in half pixels of a patch from the foot, y downward."""

DART: Shape = (
    (RED, [(0, -14), (7, 2), (8, 10), (-8, 10), (-7, 2)]),
    (STEEL, [(-3, 2), (3, 2), (3, 7), (-3, 7)]),
)
GUNNER: Shape = (
    (EARTH, [(10 * np.cos(a), 10 * np.sin(a)) for a in np.linspace(0, 6, 24)]),
    (RED, [(-6, -3), (6, -3), (6, 4), (-6, 4)]),
    (STEEL, [(3, -13), (5, -13), (5, 0), (3, 0)]),
)
DISC: Shape = ((RED, [(9 * np.cos(a), 9 * np.sin(a)) for a in np.linspace(0, 6, 40)]),)
TRAY: Shape = (
    (EARTH, [(-12, -8), (12, -8), (12, 8), (-12, 8)]),
    (RED, [(-9, -5), (-3, -5), (-3, 5), (-9, 5)]),
    (RED, [(3, -5), (9, -5), (9, 5), (3, 5)]),
)


def shown(
    shape: Shape | None,
    degrees: float = 0,
    beside: tuple[float, float] = (0, 0),
    *,
    seed: int = 0,
    shade: float = 0,
) -> NDArray[np.float32]:
    """A shape turned clockwise on grainy ground, as a patch; ``beside`` its middle, with a shadow of depth ``shade`` to its right."""
    rng = np.random.default_rng(seed)
    at = np.array(beside) + HALF
    grain = cv2.GaussianBlur(rng.normal(0, 60, (SIDE, SIDE)), (0, 0), 3)
    picture = np.array([92.0, 124.0, 128.0]) + grain[..., None]
    if shade:
        spot = np.zeros((SIDE, SIDE))
        x, y = np.round(at + np.array([18, 10])).astype(int).tolist()
        cv2.ellipse(spot, (x, y), (26, 18), 0, 0, 360, 1.0, -1)
        picture *= (1 - shade * cv2.GaussianBlur(spot, (0, 0), 4))[..., None]
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    for color, outline in shape or ():
        points = ENLARGED * np.array(outline) @ matrix.T + at
        cv2.fillPoly(picture, [np.round(points * 16).astype(np.int32)], color, cv2.LINE_AA, 4)
    noisy = picture + rng.normal(0, 2, picture.shape)
    return to_lab(noisy.astype(np.float32))


def turned(shape: Shape, degrees: float, *, first: float = 25.0, shade: float = 0) -> Turn:
    """What is read of a shape that stood ``first`` degrees round, moved, and turned."""
    now = shown(shape, first + degrees, seed=1, shade=shade)
    found = turn_between(shown(shape, first), now)
    assert found is not None
    return found


def off(degrees: float, true: float) -> float:
    return abs((degrees - true + 180) % 360 - 180)


@pytest.mark.parametrize("shape", [DART, GUNNER], ids=["dart", "gunner"])
@pytest.mark.parametrize("degrees", [-150, -90, -47, 62, 120, 180])
def test_a_turn_is_read_in_degrees_clockwise(shape: Shape, degrees: float) -> None:
    found = turned(shape, degrees)
    assert off(found.degrees, degrees) <= 4
    assert -180 < found.degrees <= 180
    assert found.confidence > 0.9


def test_a_piece_that_only_moved_is_read_as_not_turned() -> None:
    found = turned(DART, 0)
    assert off(found.degrees, 0) <= 4
    assert found.moved_on < 0.01


def test_what_no_longer_looks_as_it_did_has_moved_on() -> None:
    assert turned(DART, 90).moved_on > 0.1 > turned(DART, 8).moved_on


@pytest.mark.parametrize("degrees", [0, 35, 140])
def test_nothing_is_sure_of_what_looks_the_same_all_round(degrees: float) -> None:
    assert turned(DISC, degrees).confidence < 0.5


@pytest.mark.parametrize("degrees", [20, 110, 170])
def test_nothing_is_sure_of_what_looks_alike_after_half_a_turn(degrees: float) -> None:
    found = turned(TRAY, degrees)
    assert min(off(found.degrees, degrees), off(found.degrees, degrees + 180)) <= 4
    assert found.confidence < 0.7


def test_a_shadow_does_not_turn_with_the_piece() -> None:
    found = turned(GUNNER, 100, shade=0.35)
    assert off(found.degrees, 100) <= 5 and found.confidence > 0.9


def test_its_foot_need_not_be_known_to_the_pixel() -> None:
    found = turn_between(shown(DART, 10, (5, -4)), shown(DART, 85, (-6, 0), seed=1))
    assert found is not None and off(found.degrees, 75) <= 4
    assert found.shift * SCALE == pytest.approx(12, abs=3)
    assert found.middle[0] * SCALE == pytest.approx(-6, abs=3)
    assert found.reach * SCALE == pytest.approx(28, abs=4)


def test_nothing_is_said_of_bare_ground_and_of_what_is_too_small() -> None:
    dot: Shape = ((RED, [(-1, -1), (1, -1), (1, 1), (-1, 1)]),)
    assert turn_between(shown(DART), shown(None, seed=1)) is None
    assert turn_between(shown(dot), shown(dot, 45, seed=1)) is None


def test_nothing_is_said_of_what_does_not_end_nearby() -> None:
    wall: Shape = ((STEEL, [(-60, -4), (60, -4), (60, 4), (-60, 4)]),)
    assert turn_between(shown(wall), shown(wall, seed=1)) is None


def test_a_patch_shows_a_place_from_above_at_its_scale() -> None:
    picture = np.zeros((400, 600, 3), np.uint8)
    picture[180:220, 270:330] = (30, 60, 120)  # Two units across and two deep, about 10, 10.
    board = Board(Photo(picture), np.diag([30.0, 20.0, 1.0]), 20, 20)
    assert patch(board, (10.0, 10.0)).shape == (SIDE, SIDE, 3)
    assert patch(board, (10.0, 10.0))[..., 0].min() > 20
    edge = patch(board, (11.0, 10.0))[HALF, :, 0]
    assert edge[: HALF - 4].min() > 20 and edge[HALF + 4 :].max() < 5
    lit = patch(board, (10.0, 10.0), gains=2.0)
    assert lit[HALF, HALF, 0] > 1.5 * patch(board, (10.0, 10.0))[HALF, HALF, 0]
