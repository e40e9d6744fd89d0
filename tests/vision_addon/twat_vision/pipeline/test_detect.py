"""Boards are found by markers, by their grid or by their outline; nothing is not a board."""

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.detect import SURE, detect_board, find_corners
from twat_vision.pipeline.types import Grid, PipelineError, Zone, Zones

SIZE = (960, 640)
CORNERS = np.array([[250, 90], [690, 105], [720, 560], [225, 545]], np.float64)
GRID = Grid(8, 8)
ZONES = Zones((Zone("north", "North", ((0.1, 0.1), (0.9, 0.1), (0.9, 0.4))),))


def table(seed: int = 1) -> np.ndarray:
    """A wooden table: brown with streaks and noise."""
    rng = np.random.default_rng(seed)
    streaks = cv2.GaussianBlur(rng.normal(0, 40, (SIZE[1], SIZE[0])), (0, 0), 25, sigmaY=1)
    noise = rng.normal(0, 3, (SIZE[1], SIZE[0]))
    base = np.array([70, 110, 160], float)
    return np.clip(base + (3 * streaks + noise)[..., None], 0, 255).astype(np.uint8)


def warp(size: int) -> np.ndarray:
    """The homography from a flat square picture to the photo."""
    source = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    return cv2.getPerspectiveTransform(source, CORNERS.astype(np.float32))


def lay(board: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Put a flat square picture of a board into a photo."""
    size = board.shape[0]
    warped = cv2.warpPerspective(board, warp(size), SIZE)
    mask = cv2.warpPerspective(np.full((size, size), 255, np.uint8), warp(size), SIZE)
    result = photo.copy()
    result[mask > 127] = warped[mask > 127]
    return cv2.GaussianBlur(result, (0, 0), 0.8)


def within(size: int, border: int) -> np.ndarray:
    """Where the inner square of a picture lies in the photo."""
    far = size - border
    square = np.array(
        [[[border, border]], [[far, border]], [[far, far]], [[border, far]]], np.float32
    )
    return cv2.perspectiveTransform(square, warp(size)).reshape(4, 2)


def checkered() -> np.ndarray:
    """Eight by eight cells of sixty pixels, with discs on the outer rows."""
    squares = np.indices((8, 8)).sum(axis=0) % 2
    board = np.where(squares[..., None], (60, 80, 110), (200, 220, 235)).astype(np.uint8)
    board = cv2.resize(board, (480, 480), interpolation=cv2.INTER_NEAREST)
    for column in range(8):
        for row, colour in ((0, (30, 30, 30)), (1, (40, 40, 40)), (7, (230, 230, 230))):
            cv2.circle(board, (column * 60 + 30, row * 60 + 30), 22, colour, -1)
    return board


def marked() -> np.ndarray:
    """A blank sheet with the four printed markers around a board of 460 pixels."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    sheet = np.full((700, 700), 255, np.uint8)
    for number, (x, y) in enumerate(((20, 20), (580, 20), (580, 580), (20, 580))):
        sheet[y : y + 100, x : x + 100] = cv2.aruco.generateImageMarker(dictionary, number, 100)
    return cv2.cvtColor(sheet, cv2.COLOR_GRAY2BGR)


def worst(found: object, truth: np.ndarray = CORNERS) -> float:
    """The largest corner error as a share of the board's diagonal."""
    pixels = np.array(found) * SIZE - 0.5
    return float(np.linalg.norm(pixels - truth, axis=1).max() / np.linalg.norm(truth[2] - truth[0]))


def test_a_checkered_board_with_pieces_is_found_to_half_a_percent() -> None:
    suggestion = detect_board(lay(checkered(), table()), GRID)

    assert suggestion.method == "grid"
    assert suggestion.confidence >= SURE
    assert worst(suggestion.corners) < 0.005


def test_the_playing_grid_is_found_within_a_frame() -> None:
    framed = cv2.copyMakeBorder(
        checkered(), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(30, 50, 80)
    )

    suggestion = detect_board(lay(framed, table()), GRID)

    assert suggestion.confidence >= SURE
    assert worst(suggestion.corners, within(560, 40)) < 0.006


def test_a_ruled_board_is_found() -> None:
    board = np.full((480, 480, 3), (120, 190, 220), np.uint8)
    for k in range(10):
        at = min(k * 480 // 9, 479)
        cv2.line(board, (at, 0), (at, 479), (30, 40, 50), 2)
        cv2.line(board, (0, at), (479, at), (30, 40, 50), 2)

    suggestion = detect_board(lay(board, table()), Grid(9, 9))

    assert suggestion.confidence >= SURE
    assert worst(suggestion.corners) < 0.008


@pytest.mark.parametrize("rim", [0.55, 1.0])
def test_lines_through_the_middles_of_cells_are_found_half_a_cell_within_it(rim: float) -> None:
    # Nine by nine lines; the board's rim may lie where another line would.
    cell = 60
    border = round(rim * cell)
    size = 8 * cell + 2 * border
    board = np.full((size, size, 3), (130, 180, 220), np.uint8)
    for k in range(9):
        at, end = border + k * cell, border + 8 * cell
        cv2.line(board, (at, border), (at, end), (40, 50, 60), 2)
        cv2.line(board, (border, at), (end, at), (40, 50, 60), 2)
    for column, row, shade in ((2, 2, 30), (6, 3, 235), (4, 8, 30), (0, 5, 235)):
        centre = (border + column * cell, border + row * cell)
        cv2.circle(board, centre, 26, (shade, shade, shade), -1)
    found = detect_board(lay(board, table()), Grid(9, 9))
    assert found.method == "grid" and found.confidence >= SURE
    assert worst(found.corners, within(size, border - cell // 2)) < 0.006


def test_a_board_of_zones_is_found_by_its_outline() -> None:
    board = np.full((480, 480, 3), (150, 190, 205), np.uint8)
    cv2.circle(board, (200, 200), 60, (40, 60, 160), -1)

    suggestion = detect_board(lay(board, table()), ZONES)

    assert suggestion.method == "outline"
    assert suggestion.confidence >= SURE
    assert worst(suggestion.corners) < 0.005


@pytest.mark.parametrize("half_turns", [0, 1])
def test_markers_tell_place_and_orientation(half_turns: int) -> None:
    sheet = np.ascontiguousarray(np.rot90(marked(), 2 * half_turns))

    suggestion = detect_board(lay(sheet, table()), ZONES)

    assert suggestion.method == "markers"
    assert suggestion.marker_ids == (0, 1, 2, 3)
    truth = np.roll(within(700, 120), 2 * half_turns, axis=0)
    assert worst(suggestion.corners, truth) < 0.005


def test_other_marker_ids_can_be_asked_for() -> None:
    photo = lay(marked(), table())

    assert find_corners(photo, ZONES, (4, 5, 6, 7)) is None
    assert find_corners(photo, ZONES, (0, 1, 2, 3)) is not None


def test_markers_in_an_order_that_crosses_are_refused() -> None:
    assert find_corners(lay(marked(), table()), ZONES, (0, 2, 1, 3)) is None


@pytest.mark.parametrize("layout", [GRID, ZONES])
def test_a_bare_table_is_no_board(layout: Grid | Zones) -> None:
    assert find_corners(table(), layout, None) is None


def test_a_uniform_picture_is_no_board() -> None:
    assert detect_board(np.full((300, 400, 3), 90, np.uint8), GRID).method == "none"


def test_bytes_that_are_no_image_are_refused() -> None:
    with pytest.raises(PipelineError, match="not an image"):
        detect_board(b"nonsense", GRID)


def test_a_grid_of_few_lines_is_never_sure() -> None:
    rng = np.random.default_rng(3)
    photo = np.clip(rng.normal(190, 3, (480, 640, 3)), 0, 255).astype(np.uint8)
    for at in (0.4, 0.6):
        x, y = round(at * 640), round(at * 480)
        cv2.line(photo, (x, 60), (x, 420), (30, 30, 30), 14)
        cv2.line(photo, (120, y), (520, y), (30, 30, 30), 14)
    assert detect_board(photo, Grid(3, 3)).confidence < SURE
    assert find_corners(photo, Grid(3, 3), None) is None
