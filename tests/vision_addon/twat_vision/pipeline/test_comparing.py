"""Registration, light, the change map and the gate, on drawn photos."""

from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.cells import read_cells, threshold_of
from twat_vision.pipeline.gate import too_dark
from twat_vision.pipeline.geometry import Frame, project, units_to_image
from twat_vision.pipeline.localshift import Matches, fit_homography, smooth_shifts
from twat_vision.pipeline.maps import structure_similarity
from twat_vision.pipeline.pair import Pair, compare
from twat_vision.pipeline.photo import Photo
from twat_vision.pipeline.photometry import colour_matrix, true_colours
from twat_vision.pipeline.registration import (
    Registration,
    cell_correlation,
    local_normalise,
    register,
)

SIZE = (640, 480)
START = {(c, r): "red" if r == 7 else "blue" for c in range(8) for r in (0, 7)}
CORNERS = np.array([[0, 0], [8, 0], [8, 8], [0, 8]], float)


def find(scene: Any, before: np.ndarray, after: np.ndarray) -> tuple[Registration, np.ndarray]:
    to_before = units_to_image(8, 8, scene.corners, SIZE)
    return register(Photo(before), Photo(after), to_before, 8, 8), to_before


def paired(scene: Any, before: np.ndarray, after: np.ndarray) -> Pair:
    registration, to_before = find(scene, before, after)
    return compare(Photo(before), Photo(after), to_before, registration, Frame(8, 8, 40, 1.0), {})


def changes(pair: Pair) -> tuple[np.ndarray, np.ndarray, Frame]:
    return pair.maps.change, pair.maps.coarse, pair.frame


class TestRegistration:
    def test_a_still_camera_is_recognised_at_once(self, scene: Any) -> None:
        found, to_before = find(scene, scene.photo(START), scene.photo(START, noise=1, light=0.8))
        assert found.method == "identity"
        assert np.array_equal(found.to_image, to_before)

    @pytest.mark.parametrize(
        ("shift", "turn"), [((3, -2), 0.4), ((25, 14), 3.0), ((-30, 10), -15.0)]
    )
    def test_a_moved_camera_is_followed(
        self, scene: Any, shift: tuple[float, float], turn: float
    ) -> None:
        after = scene.photo(START, noise=1, shift=shift, turn=turn)
        found, to_before = find(scene, scene.photo(START), after)
        matrix = np.vstack([cv2.getRotationMatrix2D((320, 240), turn, 1.0), [0, 0, 1]])
        matrix[:2, 2] += shift
        true = project(matrix @ to_before, CORNERS)
        assert np.abs(project(found.to_image, CORNERS) - true).max() < 1.5
        assert not found.lost

    def test_photos_of_different_size_are_no_obstacle(self, scene: Any) -> None:
        after = scene.photo(START, size=(960, 720))
        found, to_before = find(scene, scene.photo(START), after)
        assert (
            np.abs(project(found.to_image, CORNERS) / 1.5 - project(to_before, CORNERS)).max() < 1
        )

    @pytest.mark.parametrize("shift", [(0, 0), (7, -5)])
    def test_a_bare_table_is_known_by_what_stands_on_it(self, shift: tuple[int, int]) -> None:
        # One shade and the camera's noise, and a dozen figures.
        def photo(seed: int, by: tuple[int, int]) -> np.ndarray:
            rng = np.random.default_rng(seed)
            table = 70 + rng.normal(0, 2.5, (480, 640, 3))
            for n in range(12):
                x, y = 130 + n % 4 * 120 + 13 * n % 40, 120 + n // 4 * 110 + 17 * n % 30
                cv2.circle(table, (x + by[0], y + by[1]), 9, (40, 60 + 10 * n, 190), -1)
                cv2.circle(table, (x + by[0] - 3, y + by[1] - 3), 3, (220, 220, 220), -1)
            return np.clip(table, 0, 255).astype(np.uint8)

        corners = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
        to_before = units_to_image(16, 12, corners, SIZE)
        found = register(Photo(photo(1, (0, 0))), Photo(photo(2, shift)), to_before, 16, 12)
        assert not found.lost
        ends = np.array([[0, 0], [16, 0], [16, 12], [0, 12]], float)
        moved = project(found.to_image, ends) - project(to_before, ends)
        # Beyond the outermost figures nothing tells: an eighth of a unit.
        assert np.abs(moved - shift).max() < 4

    def test_another_table_is_a_lost_board(self, scene: Any) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)
        found, _ = find(scene, scene.photo(START), noise)
        assert found.lost

    def test_a_black_photo_is_a_lost_board(self, scene: Any) -> None:
        found, _ = find(scene, scene.photo(START), np.zeros((480, 640, 3), np.uint8))
        assert found.lost

    def test_too_little_in_view_is_no_match(self) -> None:
        frame = Frame(4, 4, 24, 0.0)
        board = local_normalise(
            np.random.default_rng(0).integers(0, 255, (96, 96)).astype(np.uint8)
        )
        nowhere = np.zeros((96, 96), np.bool_)
        assert cell_correlation(board, board, nowhere, frame) == (-1.0, -1.0)
        assert cell_correlation(board, board, ~nowhere, frame)[0] > 0.99


class TestLocalShifts:
    def bent(self, photo: np.ndarray, amplitude: float = 5.0) -> np.ndarray:
        """As a curled board is seen: shifted a few pixels, one way here and the other way there."""
        h, w = photo.shape[:2]
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        wave = np.float32(amplitude) * np.sin(x / 60) * np.cos(y / 70)
        return cv2.remap(photo, x + wave, y - wave, cv2.INTER_LINEAR)

    def test_a_curled_board_is_followed(self, scene: Any) -> None:
        before, after = scene.photo(START), self.bent(scene.photo(START, noise=1))
        found, _ = find(scene, before, after)
        assert found.shifts is not None
        assert found.score > 0.9 and found.low_score > 0.85
        reading = read_cells(*changes(paired(scene, before, after)))
        assert not reading.changed.any()

    def test_a_move_on_a_curled_board_is_no_part_of_its_shape(self, scene: Any) -> None:
        moved = {k: v for k, v in START.items() if k != (2, 7)} | {(3, 5): "red"}
        pair = paired(scene, scene.photo(START), self.bent(scene.photo(moved, noise=1)))
        reading = read_cells(*changes(pair))
        assert {tuple(map(int, c)) for c in np.argwhere(reading.changed)} == {(7, 2), (5, 3)}

    def test_a_flat_board_has_none(self, scene: Any) -> None:
        found, _ = find(scene, scene.photo(START), scene.photo(START, noise=1, shift=(6, -4)))
        assert found.shifts is None or np.abs(found.shifts).max() < 0.03

    def test_few_trusted_units_say_nothing(self) -> None:
        shifts = np.full((8, 8, 2), 0.1, np.float32)
        trusted = np.zeros((8, 8), np.bool_)
        trusted[0, :8] = True
        assert smooth_shifts(Matches(shifts, trusted)) is None
        assert fit_homography(Matches(shifts, trusted)) is None

    def test_units_with_a_shift_of_their_own_are_outvoted(self) -> None:
        shifts = np.full((8, 8, 2), 0.05, np.float32)
        shifts[3, 4] = -0.2
        trusted = np.ones((8, 8), np.bool_)
        trusted[6:, 6:] = False
        field = smooth_shifts(Matches(shifts, trusted))
        assert field is not None
        assert np.allclose(field, 0.05, atol=1e-3)
        matrix = fit_homography(Matches(shifts, trusted))
        assert matrix is not None
        assert project(matrix, CORNERS) == pytest.approx(CORNERS + 0.05, abs=0.02)


class TestLight:
    @pytest.mark.parametrize(
        "effects",
        [{}, {"light": 0.7}, {"light": 1.25, "warm": 0.8}, {"slope": 0.4}, {"warm": -0.8}],
    )
    def test_light_alone_changes_no_cell(self, scene: Any, effects: dict[str, float]) -> None:
        pair = paired(scene, scene.photo(START), scene.photo(START, noise=2, **effects))
        reading = read_cells(pair.maps.change, pair.maps.coarse, pair.frame)
        assert not reading.changed.any()
        assert not reading.disturbed
        assert not pair.hand.found

    def test_the_colour_map_is_recovered(self) -> None:
        rng = np.random.default_rng(0)
        after = rng.integers(20, 230, (40, 40, 3)).astype(np.uint8)
        before = np.clip(after * (0.8, 0.9, 1.0) + 6, 0, 255).astype(np.uint8)
        matrix = colour_matrix(before, after, np.ones((40, 40), np.bool_))
        assert np.allclose(np.diag(matrix[:, :3]), (0.8, 0.9, 1.0), atol=0.03)

    def test_a_soft_shadow_leaves_contrast_and_colour_as_they_are(self) -> None:
        rng = np.random.default_rng(0)
        squares = rng.integers(90, 200, (10, 10, 3)).astype(np.uint8)
        before = cv2.resize(squares, (200, 200), interpolation=cv2.INTER_NEAREST)
        shade = np.tile(np.linspace(1.0, 0.45, 200), (200, 1))[..., None]
        after = (before * shade).astype(np.uint8)
        seen = true_colours(before, after, np.ones((200, 200), np.bool_), 20)
        middle = (slice(40, 160), slice(40, 160))
        for channel in range(3):
            there, here = before[middle][..., channel], seen[middle][..., channel]
            gain = float(np.polyfit(there.ravel(), here.ravel(), 1)[0])
            assert gain == pytest.approx(1, abs=0.1)

    def test_too_few_pixels_change_nothing(self) -> None:
        black = np.zeros((20, 20, 3), np.uint8)
        nothing = np.zeros((20, 20), np.bool_)
        assert np.allclose(colour_matrix(black, black, nothing), np.eye(3, 4))

    def test_dark_boards_are_noticed(self) -> None:
        assert too_dark(np.full((50, 50, 3), 5, np.uint8))
        assert not too_dark(np.full((50, 50, 3), 90, np.uint8))


class TestCells:
    def test_a_changed_cell_stands_out(self, scene: Any) -> None:
        after = {k: v for k, v in START.items() if k != (3, 7)} | {(3, 5): "red"}
        pair = paired(scene, scene.photo(START), scene.photo(after, noise=1, light=0.9))
        reading = read_cells(pair.maps.change, pair.maps.coarse, pair.frame)
        assert {(int(c), int(r)) for r, c in np.argwhere(reading.changed)} == {(3, 7), (3, 5)}

    def test_small_boards_look_for_pieces_off_the_centre(self) -> None:
        frame = Frame(3, 3, 96, 0.0)
        change = np.zeros((288, 288), np.float32)
        change[110:135, 112:140] = 1
        reading = read_cells(change, change, frame)
        assert reading.changed[1, 1]
        assert reading.changed.sum() == 1

    def test_a_restless_pair_needs_more(self) -> None:
        scores = np.full((8, 8), 0.18)
        assert threshold_of(scores) > 0.5
        assert threshold_of(np.zeros((8, 8))) == pytest.approx(0.33)

    def test_many_plain_changes_are_no_restlessness(self) -> None:
        # A photo was missed: five moves at once, one of them faint.
        scores = np.zeros((8, 8))
        scores[:2, :5] = [[0.7, 0.65, 0.66, 0.6, 0.58], [0.62, 0.55, 0.54, 0.52, 0.36]]
        assert threshold_of(scores) < 0.36

    def test_hidden_cells_are_not_read(self) -> None:
        frame = Frame(8, 8, 40, 0.0)
        change = np.zeros((320, 320), np.float32)
        change[:40, :40] = 1
        reading = read_cells(change, change, frame, change > 0)
        assert reading.covered[0, 0]
        assert not reading.changed.any()

    def test_structure_ignores_lightness(self) -> None:
        rng = np.random.default_rng(0)
        a = rng.uniform(20, 60, (60, 60)).astype(np.float32)
        assert structure_similarity(a, a + 10, 4).mean() > 0.99
        assert structure_similarity(a, a[::-1].copy(), 4).mean() < 0.6


class TestGate:
    @pytest.mark.parametrize("tip", [(330, 300), (250, 200), (450, 380)])
    def test_a_hand_is_found(self, scene: Any, tip: tuple[int, int]) -> None:
        pair = paired(scene, scene.photo(START), scene.photo(START, hand=tip, noise=1))
        assert pair.hand.found
        assert 0.02 < pair.hand.mask.mean() < 0.6

    def test_a_hand_in_the_first_photo_counts_too(self, scene: Any) -> None:
        pair = paired(scene, scene.photo(START, hand=(330, 300)), scene.photo(START, noise=1))
        assert pair.hand.found

    def test_where_only_the_board_is_seen_a_hand_comes_from_its_edge(self, scene: Any) -> None:
        x, y, side = 150, 60, 360
        full = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        crop = (slice(y, y + side), slice(x, x + side))
        before, after = scene.photo(START)[crop], scene.photo(START, hand=(330, 260))[crop]
        to_before = units_to_image(8, 8, full, (side, side))
        registration = register(Photo(before), Photo(after), to_before, 8, 8)
        pair = compare(
            Photo(before), Photo(after), to_before, registration, Frame(8, 8, 40, 1.0), {}
        )
        assert pair.hand.found

    @pytest.mark.parametrize(("hand", "parts"), [((330, 260), 2), (None, 0)])
    def test_what_is_too_slim_for_an_arm_is_one_beside_an_arm(
        self, scene: Any, hand: tuple[int, int] | None, parts: int
    ) -> None:
        x, y, side = 150, 60, 360
        full = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        crop = (slice(y, y + side), slice(x, x + side))
        before, after = scene.photo(START)[crop], scene.photo(START, hand=hand)[crop]
        after[:20, 60:220] = (150, 175, 225)
        to_before = units_to_image(8, 8, full, (side, side))
        registration = register(Photo(before), Photo(after), to_before, 8, 8)
        pair = compare(
            Photo(before), Photo(after), to_before, registration, Frame(8, 8, 40, 1.0), {}
        )
        assert len(pair.hand.parts) == parts

    def test_moved_pieces_are_no_hand(self, scene: Any) -> None:
        after = {k: v for k, v in START.items() if k != (0, 7)} | {(0, 5): "red"}
        pair = paired(scene, scene.photo(START), scene.photo(after, noise=1))
        assert not pair.hand.found
