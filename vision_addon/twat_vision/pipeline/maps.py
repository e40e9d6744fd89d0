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
    before: NDArray[np.uint8],
    lab_before: FloatImage,
    after: FloatImage,
    valid: Mask,
    frame: Frame,
) -> ChangeMaps:
    """Compare two rectified boards pixel by pixel.

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``.
        lab_before: the same in CIELAB (`to_lab`).
        after: canvas in the before photo's light (`photometry.match_light`), float32 0…255.
        valid: pixels inside both photos; elsewhere nothing changed.
        frame: the canvas.
    """
    lab_after = to_lab(after)
    delta, coarse = difference(lab_before, lab_after, valid, frame)
    change = coarse
    if float(cv2.blur(coarse, (frame.scale, frame.scale)).max()) > QUIET:
        closer = follow_light(before, after, valid, frame.scale, FINE_SIGMA)
        _, fine = difference(lab_before, to_lab(closer), valid, frame)
        change = np.asarray(np.minimum(coarse, fine), np.float32)
    return ChangeMaps(delta, coarse, change, lab_before, lab_after)


def difference(
    lab_b: FloatImage, lab_a: FloatImage, valid: Mask, frame: Frame
) -> tuple[FloatImage, FloatImage]:
    """Colour distance and change 0…1 of two canvases in CIELAB, 0 outside ``valid``."""
    radius = max(1, round(frame.scale * 2 / 48))
    d = shift_tolerant(lab_b, lab_a, radius)
    delta = np.sqrt(cv2.transform(cv2.multiply(d, d), np.array([[0.5, 1, 1]], np.float32)))
    magnitude = 1 - np.exp(delta * delta * np.float32(-1 / 36))
    # What follows is smoothed anyway: half the resolution says the same at a quarter of the cost.
    half_b, half_a = half_size(lab_b), half_size(lab_a)
    structure = 1 - structure_similarity(half_b[..., 0], half_a[..., 0], frame.scale / 24)
    pattern = np.maximum(np.clip(structure, 0, 1), flat_recolour(half_b, half_a, frame))
    size = (delta.shape[1], delta.shape[0])
    change = magnitude * cv2.resize(pattern, size, interpolation=cv2.INTER_LINEAR)
    change[~valid] = 0
    delta[~valid] = 0
    return np.asarray(delta, np.float32), np.asarray(change, np.float32)


def half_size(lab: FloatImage) -> FloatImage:
    """A canvas at half the resolution, by area."""
    size = ((lab.shape[1] + 1) // 2, (lab.shape[0] + 1) // 2)
    return np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)


def to_lab(bgr: FloatImage) -> FloatImage:
    """BGR 0…255 → CIELAB (L 0…100) after a small blur that evens out sensor noise."""
    soft = cv2.GaussianBlur(bgr, (0, 0), 0.8)
    return np.asarray(cv2.cvtColor(soft / np.float32(255), cv2.COLOR_BGR2LAB), np.float32)


def shift_tolerant(a: FloatImage, b: FloatImage, radius: int) -> FloatImage:
    """How far each value of one image lies outside the other's range within ``radius`` pixels (and the reverse)."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    over_b = cv2.subtract(a, cv2.dilate(b, kernel))
    under_b = cv2.subtract(cv2.erode(b, kernel), a)
    over_a = cv2.subtract(b, cv2.dilate(a, kernel))
    under_a = cv2.subtract(cv2.erode(a, kernel), b)
    furthest = cv2.max(cv2.max(over_b, under_b), cv2.max(over_a, under_a))
    return np.asarray(cv2.max(furthest, np.zeros_like(a)), np.float32)


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
    """0…1 where, at half the canvas's resolution, a plain patch took another hue (a blank tile on a coloured square has colour but no structure).

    The scale comes from this very pair: twice the 95th percentile over the cells of the chroma difference, so that a
    white balance that shifts all coloured squares does not count.
    """
    sigma = frame.scale / 16
    ab_b = cv2.GaussianBlur(before[..., 1:], (0, 0), sigma)
    ab_a = cv2.GaussianBlur(after[..., 1:], (0, 0), sigma)
    d = ab_a - ab_b
    distance = cv2.magnitude(d[..., 0], d[..., 1])
    step, half = frame.scale / 2, (frame.offset + frame.scale // 2) / 2
    ys = np.round(half + step * np.arange(frame.rows)).astype(int)
    xs = np.round(half + step * np.arange(frame.columns)).astype(int)
    usual = float(np.percentile(distance[np.ix_(ys, xs)], 95))
    q = np.clip(distance / (2 * usual + 8) - 1, 0, 1)
    colourful = cv2.min(
        cv2.magnitude(ab_b[..., 0], ab_b[..., 1]), cv2.magnitude(ab_a[..., 0], ab_a[..., 1])
    )
    return np.asarray(q / (1 + (colourful / 25) ** 2), np.float32)
