"""What is kept of photos from one analysis to the next."""

from dataclasses import replace
import itertools
from typing import Any

import numpy as np
import pytest

from twat_vision.pipeline import PhotoCache, analyse
from twat_vision.pipeline.geometry import Frame, units_to_image
from twat_vision.pipeline.lens import Lens
from twat_vision.pipeline.photo import MOST_DERIVED, Photo
from twat_vision.pipeline.registration import Registration
from twat_vision.pipeline.scene import MOST_MOVES, align, decode
from twat_vision.pipeline.types import AnalysisRequest, Grid

GRID = Grid(8, 8)
START = {(c, 7): "red" for c in range(8)}
MOVED = {(c, 7): "red" for c in range(7)} | {(7, 4): "red"}


def request(scene: Any, **photos: bytes) -> AnalysisRequest:
    return AnalysisRequest(layout=GRID, corners=scene.corners, **photos)


class TestPhoto:
    def test_everything_is_worked_out_once(self, scene: Any) -> None:
        photo = Photo(scene.photo(START))
        to_image = units_to_image(8, 8, scene.corners, photo.size)
        frame = Frame(8, 8, 20, 1.0)
        assert photo.grey is photo.grey
        assert photo.lab_canvas(to_image, frame) is photo.lab_canvas(to_image.copy(), frame)
        canvas, shown = photo.canvas(to_image, frame)
        assert canvas is photo.canvas(to_image, frame)[0]
        assert canvas is not photo.canvas(to_image, Frame(8, 8, 24, 1.0))[0]
        assert canvas.shape == (*shown.shape, 3) == (200, 200, 3)

    def test_what_was_not_used_for_long_goes_first(self) -> None:
        photo = Photo(np.zeros((8, 8, 3), np.uint8))
        photo.derive("first", lambda: 1)
        photo.derive("second", lambda: 2)
        for n in range(MOST_DERIVED - 2):
            photo.derive(n, lambda: 0)
        photo.derive("first", lambda: 0)
        photo.derive("one too many", lambda: 0)
        assert photo.derive("first", lambda: 3) == 1
        assert photo.derive("second", lambda: 3) == 3

    def test_it_knows_how_much_it_holds(self) -> None:
        photo = Photo(np.zeros((8, 8, 3), np.uint8))
        photo.derive("pair", lambda: (np.zeros(10, np.uint8), Frame(1, 1, 1, 0.0)))
        found = Registration(np.eye(3), 1.0, 1.0, 0, "identity")
        photo.derive("found", lambda: found)
        assert photo.nbytes == 8 * 8 * 3 + 10 + 9 * 8


class TestPhotoCache:
    def test_a_photo_is_straightened_once(self, scene: Any) -> None:
        cache = PhotoCache()
        photo = cache.photo(scene.file(START), 1)
        straight = cache.straight(photo, Lens(-0.2))
        assert straight is cache.straight(photo, Lens(-0.2))
        assert straight.size == Lens(-0.2).straight_size(photo.size)
        assert cache.photo(scene.file(START), 1) is photo

    def test_a_file_is_decoded_once_at_each_size(self, scene: Any) -> None:
        cache, file = PhotoCache(), scene.file(START)
        assert cache.photo(file, 1) is cache.photo(bytes(file), 1)
        assert cache.photo(file, 2) is not cache.photo(file, 1)

    def test_the_ones_used_last_stay_however_small_the_cache(self, scene: Any) -> None:
        cache = PhotoCache(most_bytes=0)
        files = [scene.file(START, noise=n) for n in range(4)]
        photos = [cache.photo(file, 1) for file in files]
        cache.trim()
        assert [cache.photo(f, 1) is p for f, p in zip(files[1:], photos[1:], strict=True)] == [
            True
        ] * 3
        assert cache.photo(files[0], 1) is not photos[0]

    def test_a_cache_with_room_keeps_all(self, scene: Any) -> None:
        cache = PhotoCache()
        files = [scene.file(START, noise=n) for n in range(5)]
        photos = [cache.photo(file, 1) for file in files]
        cache.trim()
        assert all(cache.photo(f, 1) is p for f, p in zip(files, photos, strict=True))


class TestFromOneAnalysisToTheNext:
    def test_the_reading_is_the_same_with_and_without(self, scene: Any) -> None:
        first, second, third = (
            scene.file(START),
            scene.file(START, noise=1, shift=(5, 3)),
            scene.file(MOVED, noise=2, shift=(5, 3)),
        )
        cache = PhotoCache()
        analyse(request(scene, after=second, before=first, reference=first), cache=cache)
        asked = request(scene, after=third, before=second, reference=first)
        cold, warm = analyse(asked), analyse(asked, cache=cache)
        assert replace(warm, timings_ms={}, confidence=0.0, changed_regions=()) == replace(
            cold,
            timings_ms={},
            confidence=0.0,
            changed_regions=(),
            alignment=warm.alignment,
        )
        assert [(m.from_space, m.to_space) for m in warm.moves] == [("H8", "H5")]
        assert np.array(warm.alignment.corners) == pytest.approx(
            np.array(cold.alignment.corners), abs=0.002
        )

    def test_a_photo_is_not_searched_for_the_board_a_second_time(
        self, scene: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from twat_vision.pipeline import scene as module

        searched: list[tuple[bytes, bytes]] = []
        register = module.register

        def spy(before: Photo, after: Photo, *rest: Any) -> Registration:
            searched.append((before.digest, after.digest))
            return register(before, after, *rest)

        monkeypatch.setattr(module, "register", spy)
        files = [scene.file(START, noise=n) for n in range(4)]
        cache = PhotoCache()
        digests = []
        for before, after in itertools.pairwise(files):
            asked = request(scene, after=after, before=before, reference=files[0])
            photos = decode(asked, cache)
            digests.append((photos.before.digest, photos.after.digest))
            align(GRID, scene.corners, photos)
        assert searched == digests

    def test_after_many_moves_of_the_camera_the_reference_is_looked_at_again(
        self, scene: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from twat_vision.pipeline import scene as module

        searched: list[bytes] = []
        register = module.register

        def spy(before: Photo, after: Photo, *rest: Any) -> Registration:
            searched.append(before.digest)
            return register(before, after, *rest)

        files = [
            scene.file(START, noise=n, shift=(6 * (n % 2), 4 * (n % 2)))
            for n in range(MOST_MOVES + 3)
        ]
        cache = PhotoCache()
        monkeypatch.setattr(module, "register", spy)
        for before, after in itertools.pairwise(files):
            asked = request(scene, after=after, before=before, reference=files[0])
            align(GRID, scene.corners, decode(asked, cache))
        reference = cache.photo(files[0], 1).digest
        assert searched[1:].count(reference) == 1
