"""What footage keeps of the camera's picture."""

import cv2
import numpy as np
import pytest

from benchmarks.stress.framing import Crop, Frame
from benchmarks.stress.lens import Lens
from twat_camera.simulator.optics import HEIGHT, WIDTH, Optics
from twat_camera.simulator.spaces import GridBoard

BOARD = GridBoard(8, 8)
OPTICS = Optics.over(BOARD, np.random.default_rng(2), tilt_deg=(22.0, 24.0), roll_deg=(3.0, 4.0))
CORNERS = OPTICS.project([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])


def frame(crop: Crop | None, size: tuple[int, int] = (576, 480)) -> Frame:
    return Frame(BOARD, OPTICS, Lens(), size, crop)


class TestFrame:
    def test_without_a_crop_all_of_the_picture_is_kept(self) -> None:
        whole = frame(None, (1920, 1080))
        seen = whole.pixels(np.array([[0.0, 0.0], [WIDTH, HEIGHT]]))
        assert seen == pytest.approx(np.array([[0, 0], [1920, 1080]]))

    def test_a_straightened_board_fills_the_photo(self) -> None:
        seen = frame(Crop(0.0, straightened=True), (480, 480)).pixels(CORNERS)
        assert seen == pytest.approx(np.array([[0, 0], [480, 0], [480, 480], [0, 480]]), abs=0.01)

    def test_a_border_is_kept_in_cells(self) -> None:
        seen = frame(Crop(0.5, straightened=True), (480, 480)).pixels(CORNERS)
        edge = 480 * 0.5 / 9
        assert seen[[0, 2]] == pytest.approx(np.array([[edge] * 2, [480 - edge] * 2]), abs=0.5)

    @pytest.mark.parametrize("size", [(576, 480), (480, 480), (640, 400)])
    def test_a_board_cut_out_touches_the_photos_edges_in_its_own_shape(
        self, size: tuple[int, int]
    ) -> None:
        seen = frame(Crop(0.0, straightened=False), size).pixels(CORNERS)
        low, high = seen.min(axis=0), seen.max(axis=0)
        assert (low >= -0.01).all() and (high <= np.array(size) + 0.01).all()
        assert np.isclose(high - low, size, atol=0.1).any()
        was = CORNERS - CORNERS[0]
        assert (seen - seen[0]) / seen[2, 0] == pytest.approx(
            was / was[2, 0] * (1 - seen[0, 0] / seen[2, 0]), abs=1e-3
        )

    @pytest.mark.parametrize("crop", [Crop(0.2, straightened=True), Crop(0.2, straightened=False)])
    def test_the_photo_shows_a_point_where_it_is_said_to_be(self, crop: Crop) -> None:
        # A lens that bends lines is passed before the cut.
        framed = Frame(BOARD, OPTICS, Lens(k1=-0.1), (576, 480), crop)
        point = OPTICS.project([(0.7, 0.3, 0.0)])
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        center = (round(point[0, 0]), round(point[0, 1]))
        cv2.circle(picture, center, 40, (255, 255, 255), -1)
        shown = framed.of(picture)[..., 0] > 128
        found = np.argwhere(shown).mean(axis=0)[::-1] + 0.5
        assert found == pytest.approx(framed.pixels(point)[0], abs=0.6)
        assert framed.of(picture).shape == (480, 576, 3)
