"""What reaches over the board is told from what stands on it."""

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.gate import find_hand
from twat_vision.pipeline.geometry import Frame
from twat_vision.pipeline.maps import ChangeMaps

FRAME = Frame(8, 8, 40, 1.0)
SIDE = 400


def maps(changed: np.ndarray) -> ChangeMaps:
    """Maps of a pair in which exactly these pixels differ."""
    change = changed.astype(np.float32)
    nothing = np.zeros((SIDE, SIDE, 3), np.float32)
    return ChangeMaps(40 * change, change, change, nothing, nothing)


def seen(changed: np.ndarray, valid: np.ndarray | None = None) -> bool:
    shown = np.ones((SIDE, SIDE), np.bool_) if valid is None else valid
    return find_hand(maps(changed > 0), shown, FRAME).found


def canvas() -> np.ndarray:
    return np.zeros((SIDE, SIDE), np.uint8)


def test_of_an_arm_as_bright_as_the_board_its_outline_is_enough() -> None:
    outline = cv2.ellipse(canvas(), (200, 20), (40, 90), 0, 0, 360, 1, 14)
    assert seen(outline)


@pytest.mark.parametrize("cells", [1, 3])
def test_pieces_at_the_edge_are_none(cells: int) -> None:
    row = canvas()
    for n in range(cells):
        cv2.circle(row, (60 + 40 * n, 60), 17, 1, -1)
        cv2.line(row, (60 + 40 * n, 60), (60 + 40 * n, 36), 1, 12)
    assert not seen(row)


def test_a_captured_piece_put_down_beside_the_board_is_none() -> None:
    assert not seen(cv2.rectangle(canvas(), (60, 8), (84, 70), 1, -1))


def cut_to_the_board() -> np.ndarray:
    """The valid pixels of photos that end where the board does."""
    valid = np.zeros((SIDE, SIDE), np.bool_)
    valid[40:360, 40:360] = True
    return valid


def test_where_nothing_beside_the_board_is_seen_an_arm_must_be_wide() -> None:
    slim = cv2.rectangle(canvas(), (200, 0), (218, 150), 1, -1)
    wide = cv2.rectangle(canvas(), (180, 0), (260, 230), 1, -1)
    assert not seen(slim, cut_to_the_board())
    assert seen(wide, cut_to_the_board())


@pytest.mark.parametrize("centre", [(200, 40), (360, 190), (190, 360), (40, 210)])
def test_the_edge_of_the_picture_makes_no_hand_slim(centre: tuple[int, int]) -> None:
    fingers = cv2.ellipse(canvas(), centre, (32, 32), 0, 0, 360, 1, -1)
    assert seen(fingers * cut_to_the_board(), cut_to_the_board())


def test_a_tile_or_a_piece_at_the_edge_of_the_picture_is_no_hand() -> None:
    tile = cv2.rectangle(canvas(), (202, 40), (238, 78), 1, -1)
    piece = cv2.line(cv2.circle(canvas(), (60, 62), 15, 1, -1), (60, 62), (60, 20), 1, 16)
    assert not seen(tile * cut_to_the_board(), cut_to_the_board())
    assert not seen(piece * cut_to_the_board(), cut_to_the_board())


def test_two_tiles_and_their_hard_shadow_are_no_cup() -> None:
    domino = cv2.rectangle(canvas(), (175, 175), (253, 213), 1, -1)
    shadowed = cv2.rectangle(domino, (167, 214), (245, 248), 1, -1)
    assert not seen(shadowed)
    assert seen(cv2.circle(canvas(), (205, 195), 50, 1, -1))
