"""What boards of the stress set look like."""

import cv2
import numpy as np
import pytest

from benchmarks.stress import materials, prints
from benchmarks.stress.maps import districts, hexagons
from twat_camera.simulator.boards import BOARD_PIXELS
from twat_camera.simulator.spaces import GridBoard, ZoneBoard

CELLS = materials.checkered((196, 166, 116), (94, 58, 42), (70, 46, 34), "wood")


def drawn(art: materials.Drawing, board: GridBoard | ZoneBoard) -> np.ndarray:
    picture = art(board, np.random.default_rng(1))
    assert picture.dtype == np.float32 and picture.min() >= 0 and picture.max() <= 1
    side = board.size[0] + 2 * board.frame, board.size[1] + 2 * board.frame
    assert picture.shape[1::-1] == pytest.approx([BOARD_PIXELS * s for s in side], abs=8)
    return picture


class TestGrids:
    def test_every_cell_has_a_hollow(self) -> None:
        board = GridBoard(6, 6)
        picture = drawn(materials.hollowed((112, 128, 146), (80, 94, 112)), board)
        dark = (picture.mean(axis=2) < 0.42).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.medianBlur(dark, 9))
        cell = BOARD_PIXELS / 6
        assert sum(s[cv2.CC_STAT_AREA] > 0.35 * cell**2 for s in stats[1:]) == 36

    def test_a_worn_board_has_its_cells_still(self) -> None:
        board = GridBoard(8, 8)
        new, old = drawn(CELLS, board), drawn(materials.worn(CELLS), board)
        changed = np.abs(new - old).max(axis=2) > 0.05
        assert 0.05 < changed.mean() < 0.6
        cell, border = round(board.cell * BOARD_PIXELS), round(board.frame * BOARD_PIXELS)
        inner = old[border : border + 8 * cell, border : border + 8 * cell].mean(axis=2)
        means = inner.reshape(8, cell, 8, cell).mean(axis=(1, 3))
        light = (np.indices((8, 8)).sum(axis=0) % 2) == 0
        assert means[light].min() > means[~light].max()


class TestZones:
    @pytest.mark.parametrize(
        ("art", "board"),
        [
            (
                prints.parchment((222, 204, 164), (96, 70, 46), ((176, 150, 90),)),
                hexagons(4, 3, 0.05),
            ),
            (
                prints.posters(((232, 196, 120), (126, 178, 206)), (60, 48, 44)),
                districts(6, (1.0, 0.7), 0.05, 1),
            ),
            (prints.atlas(((44, 52, 66),), (128, 122, 104)), districts(6, (1.0, 0.7), 0.05, 1)),
        ],
        ids=("parchment", "posters", "atlas"),
    )
    def test_borders_are_drawn_where_zones_end(
        self, art: materials.Drawing, board: ZoneBoard
    ) -> None:
        grey = drawn(art, board).mean(axis=2)
        line, near = np.zeros_like(grey, np.uint8), np.zeros_like(grey, np.uint8)
        for zone in board.zones:
            outline = np.round(np.array(zone.polygon) * BOARD_PIXELS).astype(np.int32)
            cv2.polylines(line, [outline], True, 1, 2)
            cv2.polylines(near, [outline], True, 1, 60)
        beside = (near > 0) & (cv2.dilate(line, np.ones((15, 15))) == 0)
        assert abs(np.median(grey[line > 0]) - np.median(grey[beside])) > 0.1

    @pytest.mark.parametrize(
        "art",
        [
            prints.parchment((222, 204, 164), (96, 70, 46), ()),
            prints.posters((), (60, 48, 44)),
            prints.atlas((), (60, 48, 44)),
            prints.quilt(()),
            prints.printed_zones(),
        ],
    )
    def test_a_board_of_cells_has_no_zones_to_print(self, art: materials.Drawing) -> None:
        with pytest.raises(TypeError, match="zones"):
            art(GridBoard(8, 8), np.random.default_rng(1))
