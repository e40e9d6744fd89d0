"""Lenses that bend lines: told from the lines, taken out before reading, and put back into what is said."""

from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import PhotoCache, analyse
from twat_vision.pipeline.detect import SURE, detect_board
from twat_vision.pipeline.lattice import grid_lens
from twat_vision.pipeline.lens import PLAIN, Lens, plumb_lens
from twat_vision.pipeline.scene import decode
from twat_vision.pipeline.straighten import lens_of
from twat_vision.pipeline.types import AnalysisRequest, Grid

SIZE = (900, 600)
GRID = Grid(8, 8)
START = {(c, 7): "red" for c in range(8)} | {(c, 0): "blue" for c in range(8)}
MOVED = {p: s for p, s in START.items() if p != (6, 7)} | {(5, 4): "red"}


def bent(image: np.ndarray, lens: Lens) -> np.ndarray:
    """What a lens makes of a straight picture, at the same size: its edges are left out."""
    h, w = image.shape[:2]
    points = np.indices((h, w))[::-1].reshape(2, -1).T.astype(np.float64)
    x, y = (straight(points, lens, (w, h))).astype(np.float32).T.reshape(2, h, w)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def straight(points: np.ndarray, lens: Lens, size: tuple[int, int]) -> np.ndarray:
    """From pixels of the bent photo to those of the picture it was made of."""
    return lens.straight(points, size) - (np.array(lens.straight_size(size)) - size) / 2


def bend_points(points: np.ndarray, lens: Lens, size: tuple[int, int]) -> np.ndarray:
    """The other way round."""
    return lens.bent(points + (np.array(lens.straight_size(size)) - size) / 2, size)


def jpeg(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


class TestLens:
    @pytest.mark.parametrize("distortion", [-0.45, -0.1, 0.0, 0.1])
    def test_bending_is_the_inverse_of_straightening(self, distortion: float) -> None:
        points = np.array([[0.0, 0.0], [450.0, 10.0], [899.0, 599.0], [449.5, 299.5]])
        lens = Lens(distortion)
        assert lens.bent(lens.straight(points, SIZE), SIZE) == pytest.approx(points, abs=1e-6)

    @pytest.mark.parametrize("distortion", [-0.3, 0.08])
    def test_the_picture_is_straightened_as_its_points_are(self, distortion: float) -> None:
        lens = Lens(distortion)
        photo = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        spots = np.array([[120.0, 80.0], [450.0, 300.0], [700.0, 520.0]])
        for x, y in spots:
            cv2.circle(photo, (int(x), int(y)), 5, (255, 255, 255), -1)
        picture = lens.picture(photo)
        assert picture.shape[1::-1] == lens.straight_size(SIZE)
        _, _, _, found = cv2.connectedComponentsWithStats((picture[..., 0] > 127).astype(np.uint8))
        assert found[1:] == pytest.approx(lens.straight(spots, SIZE), abs=0.6)

    def test_without_distortion_the_photo_is_not_touched(self) -> None:
        photo = np.zeros((60, 90, 3), np.uint8)
        assert PLAIN.picture(photo) is photo


class TestPlumbLines:
    @staticmethod
    def lines(lens: Lens, noise: float) -> tuple[np.ndarray, np.ndarray]:
        """Points of nine lines across and nine down, a tenth of them quite wrong."""
        rng = np.random.default_rng(4)
        steps = np.linspace(0, 1, 9)
        ends = [((150 + 75 * n, 40), (130 + 80 * n, 560)) for n in range(9)]
        ends += [((120, 50 + 60 * n), (780, 40 + 62 * n)) for n in range(9)]
        points = np.concatenate([np.outer(1 - steps, a) + np.outer(steps, b) for a, b in ends])
        points = bend_points(points, lens, SIZE) + rng.normal(0, noise, points.shape)
        points[rng.choice(len(points), len(points) // 10, replace=False)] += 12
        return points, np.repeat(np.arange(18), 9)

    @pytest.mark.parametrize("distortion", [-0.4, -0.15, -0.05, 0.05])
    def test_the_lens_is_the_one_under_which_lines_are_straight(self, distortion: float) -> None:
        found, off = plumb_lens(*self.lines(Lens(distortion), 0.5), SIZE)
        assert found.distortion == pytest.approx(distortion, abs=0.021)
        assert off < 3

    def test_straight_lines_need_no_lens(self) -> None:
        assert plumb_lens(*self.lines(PLAIN, 0.5), SIZE)[0] == PLAIN

    def test_what_noise_may_be_is_not_taken_for_a_lens(self) -> None:
        assert plumb_lens(*self.lines(Lens(-0.02), 3.0), SIZE)[0] == PLAIN

    def test_a_few_points_tell_nothing(self) -> None:
        points, lines = self.lines(Lens(-0.3), 0.2)
        assert plumb_lens(points[:20], lines[:20], SIZE)[0] == PLAIN


class TestBoardsThroughALens:
    """The table of other tests as a wide-angle lens shows it."""

    LENS = Lens(-0.25)

    def taken(self, scene: Any, pieces: Any, **effects: Any) -> np.ndarray:
        return bent(scene.photo(pieces, **effects), self.LENS)

    def corners(self, scene: Any) -> np.ndarray:
        size = scene.photo({}).shape[1::-1]
        return bend_points(np.array(scene.corners) * size - 0.5, self.LENS, size)

    def test_the_grid_tells_the_lens(self, scene: Any) -> None:
        found = grid_lens(self.taken(scene, START), self.corners(scene), 8, 8)
        assert found.distortion == pytest.approx(-0.25, abs=0.03)
        plain = scene.photo(START)
        quad = np.array(scene.corners) * plain.shape[1::-1] - 0.5
        assert grid_lens(plain, quad, 8, 8) == PLAIN

    def test_the_board_is_found_as_well_as_through_a_plain_lens(self, scene: Any) -> None:
        photo = self.taken(scene, START)
        found = detect_board(photo, GRID)
        assert found.corners is not None and found.confidence > SURE
        assert found.distortion == pytest.approx(-0.25, abs=0.05)
        off = np.array(found.corners) * photo.shape[1::-1] - 0.5 - self.corners(scene)
        cell = np.linalg.norm(self.corners(scene)[1] - self.corners(scene)[0]) / 8
        assert np.abs(off).max() < 0.06 * cell

    def test_moves_and_places_are_those_of_the_photo_as_taken(self, scene: Any) -> None:
        before, after = self.taken(scene, START), self.taken(scene, MOVED, noise=2)
        size = np.array(before.shape[1::-1])
        a, b, c, d = map(tuple, ((self.corners(scene) + 0.5) / size).tolist())
        result = analyse(
            AnalysisRequest(jpeg(after), GRID, before=jpeg(before), corners=(a, b, c, d))
        )
        spaces = {space for region in result.changed_regions for space in region.spaces}
        assert spaces == {"G8", "F5"}
        assert result.alignment.corners == pytest.approx(np.array([a, b, c, d]), abs=0.002)
        changed = (cv2.absdiff(before, after).max(axis=2) > 60).astype(np.uint8)
        for region in result.changed_regions:
            x, y, w, h = region.box_px
            assert changed[y : y + h, x : x + w].mean() > 0.1

    def test_the_lens_is_looked_for_once(self, scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from twat_vision.pipeline import straighten

        looks: list[int] = []
        found = straighten.grid_lens
        monkeypatch.setattr(straighten, "grid_lens", lambda *args: looks.append(1) or found(*args))
        cache = PhotoCache()
        files = [scene.file(START, noise=n) for n in range(3)]
        for reference, after in ((files[0], files[1]), (files[0], files[2]), (files[2], files[1])):
            photos = decode(
                AnalysisRequest(after, GRID, before=reference, corners=scene.corners), cache
            )
            assert lens_of(photos, scene.corners, GRID) == PLAIN
        assert len(looks) == 1
