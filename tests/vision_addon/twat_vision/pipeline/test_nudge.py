"""A piece that was pushed within its cell has not come, gone or moved."""

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.cells import CellReading, read_cells
from twat_vision.pipeline.geometry import FloatImage, Frame
from twat_vision.pipeline.maps import ChangeMaps, change_maps, to_lab
from twat_vision.pipeline.nudge import NEW, PUSHED, new_share, without_nudges

FRAME = Frame(8, 8, 40, 1.0)
SIDE = 400
WOOD = (120, 170, 200)
BLACK, WHITE = (40, 35, 30), (230, 240, 240)
Stone = tuple[float, float, tuple[int, int, int]]


def board(*stones: Stone) -> np.ndarray:
    """A ruled wooden board with glossy stones; places in cells."""
    photo = np.full((SIDE, SIDE, 3), WOOD, np.uint8)
    for line in range(40, SIDE, 40):
        photo[line, 40:-40] = photo[40:-40, line] = (40, 60, 80)
    for column, row, colour in stones:
        x, y = round(60 + 40 * column), round(60 + 40 * row)
        cv2.circle(photo, (x, y), 15, colour, -1, cv2.LINE_AA)
        cv2.circle(photo, (x + 4, y - 4), 3, (250, 250, 250), -1, cv2.LINE_AA)
    return photo


def letter(text: str) -> np.ndarray:
    """A board with a tile that has a letter on it."""
    photo = board()
    photo[162:198, 162:198] = WHITE
    cv2.putText(photo, text, (168, 192), cv2.FONT_HERSHEY_SIMPLEX, 1, BLACK, 3, cv2.LINE_AA)
    return photo


def lab(photo: np.ndarray) -> FloatImage:
    return to_lab(photo.astype(np.float32))


def compared(before: np.ndarray, after: np.ndarray) -> ChangeMaps:
    shown = np.ones((SIDE, SIDE), np.bool_)
    return change_maps(before, lab(before), after.astype(np.float32), shown, FRAME)


def readings(before: np.ndarray, after: np.ndarray) -> tuple[CellReading, CellReading]:
    """The reading as it is, and without nudges."""
    maps = compared(before, after)
    reading = read_cells(maps.change, maps.coarse, FRAME)
    return reading, without_nudges(reading, maps, FRAME)


@pytest.mark.parametrize("push", [(0.2, 0.0), (-0.15, 0.15), (0.0, -0.2)])
def test_a_pushed_stone_seems_to_change_and_is_known_for_what_it_is(
    push: tuple[float, float],
) -> None:
    before, after = board((3, 3, BLACK)), board((3 + push[0], 3 + push[1], BLACK))
    seeming, true = readings(before, after)
    assert seeming.changed[3, 3]
    assert not true.changed.any()
    assert new_share(lab(before), lab(after), FRAME, (3, 3)) < PUSHED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (board(), board((3, 3, BLACK))),
        (board((3, 3, WHITE)), board()),
        (board((3, 3, BLACK)), board((3.1, 3, WHITE))),
    ],
    ids=["came", "went", "replaced"],
)
def test_what_is_new_stays_a_change(before: np.ndarray, after: np.ndarray) -> None:
    seeming, true = readings(before, after)
    assert true.changed.tolist() == seeming.changed.tolist()
    assert true.changed[3, 3]
    assert new_share(lab(before), lab(after), FRAME, (3, 3)) > NEW


def test_another_tile_of_the_same_colours_is_no_nudge() -> None:
    assert new_share(lab(letter("A")), lab(letter("Z")), FRAME, (3, 3)) > NEW


def test_a_move_is_read_beside_a_pushed_stone() -> None:
    before = board((1, 1, BLACK), (3, 3, WHITE))
    after = board((6, 5, BLACK), (3.2, 3, WHITE))
    _, true = readings(before, after)
    assert {(int(c), int(r)) for r, c in np.argwhere(true.changed)} == {(1, 1), (6, 5)}


def test_nothing_is_new_where_nothing_changed() -> None:
    photo = lab(board((3, 3, BLACK)))
    assert new_share(photo, photo, FRAME, (3, 3)) == 0
    assert new_share(photo, photo, FRAME, (0, 7)) == 0
