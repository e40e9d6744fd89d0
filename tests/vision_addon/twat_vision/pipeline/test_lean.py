"""Pieces seen from the side are read where their feet are, not where their bodies hide other cells."""

from collections.abc import Iterable

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.cells import read_cells
from twat_vision.pipeline.geometry import Frame
from twat_vision.pipeline.lean import Lean, bodies, find_lean, unlike_empty
from twat_vision.pipeline.maps import ChangeMaps, change_maps, to_lab

Cell = tuple[int, int]

FRAME = Frame(8, 8, 40, 1.0)
SIDE = 400
UP, ABOVE = (0.0, -1.0), (0.0, 0.0)
STANDING = frozenset({(1, 1), (4, 1), (6, 2), (1, 4), (5, 5), (2, 6), (6, 7)})


def board(pieces: Iterable[Cell], lean: Lean, tall: Iterable[Cell] = ()) -> np.ndarray:
    """A checkered board with round pieces that reach half a cell from the middle of their foot, tall ones a cell further."""
    photo = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for row in range(8):
        for column in range(8):
            y, x = 40 * (row + 1), 40 * (column + 1)
            photo[y : y + 40, x : x + 40] = (120, 190, 200) if (row + column) % 2 else (60, 100, 60)
    heights = dict.fromkeys(pieces, 0.5) | dict.fromkeys(tall, 1.4)
    for (column, row), height in heights.items():
        foot = np.array([60 + 40 * column, 60 + 40 * row])
        top = foot + np.round(40 * height * np.array(lean)).astype(int)
        cv2.line(photo, foot.tolist(), top.tolist(), (30, 30, 40), 18)
        cv2.circle(photo, foot.tolist(), 13, (30, 30, 40), -1)
    return photo


def compared(before: np.ndarray, after: np.ndarray) -> ChangeMaps:
    shown = np.ones((SIDE, SIDE), np.bool_)
    same_light = after.astype(np.float32)
    return change_maps(before, to_lab(before.astype(np.float32)), same_light, shown, FRAME)


def read(maps: ChangeMaps, hidden: np.ndarray) -> set[Cell]:
    change = np.where(hidden, np.float32(0), maps.change)
    return {(int(c), int(r)) for r, c in np.argwhere(read_cells(change, change, FRAME).changed)}


@pytest.mark.parametrize("lean", [(1.0, 0.0), (-1.0, 0.0), UP, (0.8, 0.6)])
def test_the_pieces_tell_which_way_they_lean(lean: Lean) -> None:
    photo = to_lab(board(STANDING, lean).astype(np.float32))
    found = find_lean(unlike_empty(photo, FRAME), FRAME)
    assert found is not None
    assert np.dot(found, lean) > 0.9


@pytest.mark.parametrize("pieces", [STANDING, {(3, 3), (5, 5)}, set()])
def test_flat_pieces_lean_nowhere(pieces: set[Cell]) -> None:
    photo = to_lab(board(pieces, ABOVE).astype(np.float32))
    assert find_lean(unlike_empty(photo, FRAME), FRAME) is None


def test_two_pieces_are_too_few_to_tell() -> None:
    photo = to_lab(board({(3, 3), (5, 5)}, UP).astype(np.float32))
    assert find_lean(unlike_empty(photo, FRAME), FRAME) is None


def test_a_body_over_the_cell_behind_is_no_change_of_that_cell() -> None:
    maps = compared(board(STANDING, UP), board(STANDING, UP, tall={(3, 4)}))
    assert read(maps, np.zeros((SIDE, SIDE), np.bool_)) == {(3, 4), (3, 3)}
    assert read(maps, bodies(maps, FRAME)) == {(3, 4)}


def test_a_piece_that_went_to_the_cell_behind_is_read_on_both() -> None:
    maps = compared(board(STANDING | {(3, 4)}, UP), board(STANDING | {(3, 3)}, UP))
    assert read(maps, bodies(maps, FRAME)) == {(3, 4), (3, 3)}


def test_seen_from_above_nothing_is_a_body() -> None:
    maps = compared(board(STANDING, ABOVE), board(STANDING | {(3, 4), (3, 3)}, ABOVE))
    assert not bodies(maps, FRAME).any()


def with_change(*boxes: tuple[int, int, int, int]) -> ChangeMaps:
    """Maps of a board with leaning pieces on which exactly these boxes (x, y, width, height) differ, all of them cleared."""
    photo = to_lab(board(STANDING, UP).astype(np.float32))
    change = np.zeros((SIDE, SIDE), np.float32)
    for x, y, width, height in boxes:
        change[y : y + height, x : x + width] = 1
    return ChangeMaps(40 * change, change, change, photo, photo)


def test_a_line_that_more_than_one_piece_must_have_made_is_left_whole() -> None:
    assert bodies(with_change((168, 150, 24, 80)), FRAME).any()
    assert not bodies(with_change((168, 120, 24, 110)), FRAME).any()


def test_a_body_needs_a_foot_in_front_of_it() -> None:
    assert not bodies(with_change((168, 165, 24, 35), (178, 165, 3, 70)), FRAME).any()
