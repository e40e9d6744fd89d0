"""Real photos taken again: the same tables as a camera that was knocked, in another light, would have shown them.

A check between rendered and real: pieces, boards and moves are real, what differs between two photos is drawn. It tells how
much a reading hangs on the one photo that happens to exist. Photometric and geometric distortions as in Hendrycks and
Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations".
"""

from dataclasses import replace
import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from twat_vision.pipeline import decode_image
from twat_vision.pipeline.types import AnalysisRequest

Photo = NDArray[np.uint8]

KNOCK = 0.03
"""How far each corner of the picture moves at most, in its sides."""
GAMMA, GAIN, GRADIENT = 0.2, 0.1, 0.2
"""Largest exponent (of e), largest gain or loss of a channel, of the light from one side of the picture to the other."""
BLUR, NOISE = 1.0, 4.0
"""Largest sigma in pixels of photos 1,000 pixels wide, largest sigma in grey levels."""
QUALITY = (60, 95)


def perturbed_request(request: AnalysisRequest, seed: int) -> AnalysisRequest:
    """The same request with its after photo perturbed; the same photo and seed give the same bytes."""
    digest = hashlib.sha256(request.after).digest()
    rng = np.random.default_rng([seed, int.from_bytes(digest[:8])])
    return replace(request, after=perturbed(request.after, rng))


def perturbed(photo: bytes, rng: np.random.Generator) -> bytes:
    """One photo as a JPEG: moved, lit otherwise, out of focus and noisy, each by a random share of what is allowed.

    The picture grows so that nothing is cut off; what no camera saw continues the picture's edge.
    """
    image = _lit(_knocked(decode_image(photo), rng), rng)
    sigma = rng.uniform(0, BLUR) * image.shape[1] / 1000
    if sigma > 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    image += rng.normal(0, rng.uniform(0, NOISE), image.shape).astype(np.float32)
    quality = int(rng.integers(*QUALITY, endpoint=True))
    pixels = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return data.tobytes()


def _knocked(image: Photo, rng: np.random.Generator) -> Photo:
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    moved = corners + rng.uniform(-KNOCK, KNOCK, corners.shape)
    size = np.array([width, height])
    least = moved.min(axis=0)
    to = ((moved - least) * size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform((corners * size).astype(np.float32), to)
    wide, high = (int(n) for n in np.ceil(to.max(axis=0)))
    warped = cv2.warpPerspective(image, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _lit(image: Photo, rng: np.random.Generator) -> NDArray[np.float32]:
    """The picture with another tone curve, white balance, and light that falls off to one side; float32 0…255."""
    height, width = image.shape[:2]
    lit = np.power(image.astype(np.float32) / 255, np.exp(rng.uniform(-GAMMA, GAMMA)))
    lit *= 1 + rng.uniform(-GAIN, GAIN, 3)
    angle, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, GRADIENT)
    x, y = np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height)
    across = np.cos(angle) * x[None, :] + np.sin(angle) * y[:, None]
    return np.asarray(255 * lit * (1 + slope * across)[..., None], np.float32)
