"""A photo that shows another board is told from one that does not show the board."""

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import AnalysisRequest, Grid, WarningCode

SIZE = (960, 640)
CORNERS = np.array([[260, 90], [700, 105], [720, 560], [235, 545]], np.float32)
GRID = Grid(8, 8)


def table() -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.clip(rng.normal((88, 120, 150), 3, (SIZE[1], SIZE[0], 3)), 0, 255).astype(np.uint8)


def lay(board: np.ndarray, corners: np.ndarray = CORNERS) -> np.ndarray:
    """A photo of a board on the table."""
    side = board.shape[0]
    source = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    mask = cv2.warpPerspective(np.full((side, side), 255, np.uint8), matrix, SIZE)
    photo = table()
    photo[mask > 127] = cv2.warpPerspective(board, matrix, SIZE)[mask > 127]
    return cv2.GaussianBlur(photo, (0, 0), 0.8)


def printed(fields: int) -> np.ndarray:
    """A dark board with a print of its own: so many fields along a side, each in some colour."""
    patches = np.random.default_rng(fields).integers(20, 235, (fields, fields, 3)).astype(np.uint8)
    print_ = cv2.resize(patches, (420, 420), interpolation=cv2.INTER_NEAREST)
    return cv2.copyMakeBorder(print_, *(30,) * 4, cv2.BORDER_CONSTANT, value=(30, 34, 40))


def said(before: np.ndarray, after: np.ndarray) -> tuple[WarningCode, ...]:
    a, b, c, d = map(tuple, ((CORNERS + 0.5) / SIZE).tolist())
    files = (cv2.imencode(".png", photo)[1].tobytes() for photo in (after, before))
    return analyse(
        AnalysisRequest(next(files), GRID, before=next(files), corners=(a, b, c, d))
    ).warnings


@pytest.mark.parametrize("corners", [CORNERS, CORNERS * 0.8 + 60, np.roll(CORNERS, 1, axis=0)])
def test_another_print_is_another_board(corners: np.ndarray) -> None:
    assert said(lay(printed(9)), lay(printed(13), corners)) == (WarningCode.DIFFERENT_BOARD,)


def test_a_bare_table_shows_no_other_board() -> None:
    assert said(lay(printed(9)), table()) == (WarningCode.BOARD_LOST,)


def test_a_covered_board_is_no_other_one() -> None:
    photo = lay(printed(9))
    cv2.ellipse(photo, (480, 420), (330, 300), 20, 0, 360, (200, 190, 180), -1)
    assert WarningCode.DIFFERENT_BOARD not in said(lay(printed(9)), photo)


def test_the_same_board_somewhere_else_is_no_other_one() -> None:
    photo = lay(printed(9), (CORNERS - 480) * 0.62 + 420)
    assert WarningCode.DIFFERENT_BOARD not in said(lay(printed(9)), photo)
