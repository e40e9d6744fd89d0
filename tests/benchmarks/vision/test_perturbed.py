"""A perturbed photo shows the same table, taken again; nothing but its after photo differs."""

import cv2
import numpy as np

from benchmarks.vision.perturbed import KNOCK, perturbed, perturbed_request
from twat_vision.pipeline import decode_image
from twat_vision.pipeline.types import AnalysisRequest, Grid


def photo(seed: int = 0) -> bytes:
    """A checkered table, 400 × 300."""
    squares = np.random.default_rng(seed).integers(60, 200, (6, 8, 3)).astype(np.uint8)
    image = cv2.resize(squares, (400, 300), interpolation=cv2.INTER_NEAREST)
    return cv2.imencode(".png", image)[1].tobytes()


def test_only_the_after_photo_differs_and_the_same_seed_gives_the_same() -> None:
    request = AnalysisRequest(before=photo(), after=photo(1), layout=Grid(8, 6))
    once, again = perturbed_request(request, 1), perturbed_request(request, 1)
    other = perturbed_request(request, 2)
    assert once == again
    assert once.before == request.before
    assert len({request.after, once.after, other.after}) == 3


def test_the_picture_shows_the_same_table_elsewhere_and_in_another_light() -> None:
    original = decode_image(photo())
    for seed in range(5):
        image = decode_image(perturbed(photo(), np.random.default_rng(seed)))
        height, width = image.shape[:2]
        assert abs(width / 400 - 1) <= 2 * KNOCK + 0.01
        assert abs(height / 300 - 1) <= 2 * KNOCK + 0.01
        fitted = cv2.resize(image, (400, 300))
        likeness = cv2.matchTemplate(fitted[20:-20, 20:-20], original[20:-20, 20:-20], 5)
        assert 0.8 < likeness.max() < 0.999
