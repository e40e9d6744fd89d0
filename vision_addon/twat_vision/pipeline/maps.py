"""The change map: where structure AND colour differ.

Light changes colour without structure; noise and moiré change structure without colour. Only what changes both counts.
The structure term is the contrast-structure part of SSIM (Wang 2004) without its luminance term.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask
from .photometry import FINE_SIGMA, follow_light

QUIET = 0.04
"""Mean change over a cell below which light needs no second look."""


@dataclass(frozen=True, slots=True)
class ChangeMaps:
    """Maps over the canvas, float32 ``(H, W)`` or ``(H, W, 3)``.

    ``delta`` is the colour distance (like ΔE, from 0), ``coarse`` the change 0…1 with only slow light taken out,
    ``change`` with faster light taken out too (never more than ``coarse``).
    """

    delta: FloatImage
    coarse: FloatImage
    change: FloatImage
    lab_before: FloatImage
    lab_after: FloatImage


def change_maps(
    before: NDArray[np.uint8], after: FloatImage, valid: Mask, frame: Frame
) -> ChangeMaps:
    """Compare two rectified boards pixel by pixel.

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``.
        after: canvas in the before photo's light (`photometry.match_light`), float32 0…255.
        valid: pixels inside both photos; elsewhere nothing changed.
        frame: the canvas.
    """
    lab_b = to_lab(before.astype(np.float32))
    lab_a = to_lab(after)
    delta, coarse = difference(lab_b, lab_a, valid, frame)
    change = coarse
    if float(cv2.blur(coarse, (frame.scale, frame.scale)).max()) > QUIET:
        closer = follow_light(before, after, valid, frame.scale, FINE_SIGMA)
        _, fine = difference(lab_b, to_lab(closer), valid, frame)
        change = np.asarray(np.minimum(coarse, fine), np.float32)
    return ChangeMaps(delta, coarse, change, lab_b, lab_a)


def difference(
    lab_b: FloatImage, lab_a: FloatImage, valid: Mask, frame: Frame
) -> tuple[FloatImage, FloatImage]:
    """Colour distance and change 0…1 of two canvases in CIELAB, 0 outside ``valid``."""
    radius = max(1, round(frame.scale * 2 / 48))
    d = np.stack(
        [shift_tolerant(lab_b[..., i], lab_a[..., i], radius) for i in range(3)],
        axis=-1,
    )
    delta = np.sqrt(0.5 * d[..., 0] ** 2 + d[..., 1] ** 2 + d[..., 2] ** 2)
    magnitude = 1 - np.exp(-((delta / 6) ** 2))
    structure = 1 - structure_similarity(lab_b[..., 0], lab_a[..., 0], frame.scale / 12)
    recolour = flat_recolour(lab_b, lab_a, frame)
    change = magnitude * np.maximum(np.clip(structure, 0, 1), recolour)
    change[~valid] = 0
    delta[~valid] = 0
    return np.asarray(delta, np.float32), np.asarray(change, np.float32)


def to_lab(bgr: FloatImage) -> FloatImage:
    """BGR 0…255 → CIELAB (L 0…100) after a small blur that evens out sensor noise."""
    soft = cv2.GaussianBlur(bgr, (0, 0), 0.8)
    return np.asarray(cv2.cvtColor(soft / np.float32(255), cv2.COLOR_BGR2LAB), np.float32)


def shift_tolerant(a: FloatImage, b: FloatImage, radius: int) -> FloatImage:
    """How far each value of one image lies outside the other's range within ``radius`` pixels (and the reverse)."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)

    def outside(x: FloatImage, y: FloatImage) -> FloatImage:
        over = x - cv2.dilate(y, kernel)
        under = cv2.erode(y, kernel) - x
        return np.asarray(np.maximum(np.maximum(over, under), 0), np.float32)

    return np.asarray(np.maximum(outside(a, b), outside(b, a)), np.float32)


def structure_similarity(a: FloatImage, b: FloatImage, sigma: float) -> FloatImage:
    """Contrast-structure term of SSIM on lightness, 1 where the pattern is the same."""
    # The study's constants are those of 8-bit lightness.
    a = a * np.float32(2.55)
    b = b * np.float32(2.55)

    def blur(x: FloatImage) -> FloatImage:
        return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)

    ma, mb = blur(a), blur(b)
    va, vb = blur(a * a) - ma * ma, blur(b * b) - mb * mb
    cov = blur(a * b) - ma * mb
    return np.asarray((2 * cov + 6) / (va + vb + 6), np.float32)


def flat_recolour(before: FloatImage, after: FloatImage, frame: Frame) -> FloatImage:
    """0…1 where a plain patch took another hue (a blank tile on a coloured square has colour but no structure).

    The scale comes from this very pair: twice the 95th percentile over the cells of the chroma difference, so that a
    white balance that shifts all coloured squares does not count.
    """
    sigma = frame.scale / 8
    ab_b = cv2.GaussianBlur(before[..., 1:], (0, 0), sigma)
    ab_a = cv2.GaussianBlur(after[..., 1:], (0, 0), sigma)
    distance = np.linalg.norm(ab_a - ab_b, axis=2)
    half = frame.offset + frame.scale // 2
    cells = distance[
        half : half + frame.rows * frame.scale : frame.scale,
        half : half + frame.columns * frame.scale : frame.scale,
    ]
    q = np.clip(distance / (2 * float(np.percentile(cells, 95)) + 8) - 1, 0, 1)
    both = np.minimum(np.linalg.norm(ab_b, axis=2), np.linalg.norm(ab_a, axis=2))
    damp = 1 / (1 + (both / 25) ** 2)
    return np.asarray(q * damp, np.float32)
