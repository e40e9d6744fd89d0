"""The change map: where structure AND colour differ.

Light changes colour without structure; noise and moiré change structure without colour. Only what changes both counts.
The structure term is the contrast-structure part of SSIM (Wang 2004) without its luminance term.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask
from .photometry import FINE_SIGMA, light_field

_WEIGHTS = np.array([[0.5, 1, 1]], np.float32)
_CODE = np.array([[2, 0, 0, 0.5], [0, 1.5, 0, 128.5], [0, 0, 1.5, 128.5]], np.float32)
QUIET = 0.04
"""Mean change over a cell below which light needs no second look."""

Window = tuple[slice, slice]
"""Rows and columns of a part of a canvas."""


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


@dataclass(frozen=True, slots=True)
class Halves:
    """Two canvases in CIELAB at half their resolution, float32.

    ``apart`` is how far their smoothed a and b are from each other, ``chroma`` the lesser of the two smoothed chromas.
    """

    before: FloatImage
    after: FloatImage
    apart: FloatImage
    chroma: FloatImage

    @classmethod
    def of(cls, lab_before: FloatImage, lab_after: FloatImage, scale: int) -> Self:
        """Reduce two canvases.

        Args:
            lab_before: before, CIELAB float32 ``(H, W, 3)``.
            lab_after: after.
            scale: pixels a unit.
        """
        before, after = _half_size(lab_before), _half_size(lab_after)
        (a_b, b_b), (a_a, b_a) = (
            cv2.split(cv2.GaussianBlur(lab[..., 1:], (0, 0), scale / 16)) for lab in (before, after)
        )
        apart = cv2.magnitude(a_a - a_b, b_a - b_b)
        chroma = cv2.min(cv2.magnitude(a_b, b_b), cv2.magnitude(a_a, b_a))
        return cls(before, after, np.asarray(apart, np.float32), np.asarray(chroma, np.float32))


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
    halves = Halves.of(lab_before, lab_after, frame.scale)
    usual = usual_recolour(halves, frame)
    delta, coarse = difference(lab_before, lab_after, halves, usual, frame.scale)
    coarse[~valid] = 0
    delta[~valid] = 0
    change = coarse.copy()
    windows = _restless(coarse, frame)
    if windows:
        field = light_field(before, after, valid, frame.scale, FINE_SIGMA)
        for outer, inner in windows:
            closer = to_lab(np.clip(after[outer] * field[outer], 0, 255))
            halves = Halves.of(lab_before[outer], closer, frame.scale)
            _, fine = difference(lab_before[outer], closer, halves, usual, frame.scale)
            part = change[outer]
            part[inner] = np.minimum(part[inner], fine[inner])
    return ChangeMaps(delta, coarse, change, lab_before, lab_after)


def _restless(coarse: FloatImage, frame: Frame) -> list[tuple[Window, Window]]:
    """Where light deserves a second look: windows with some surroundings, and within each the part that is looked at."""
    mean = cv2.blur(coarse, (frame.scale, frame.scale))
    reach = 2 * frame.scale + 1
    near = cv2.dilate((mean > QUIET).astype(np.uint8), np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(near)
    height, width = coarse.shape
    found = []
    for x, y, w, h in stats[1:count, :4].tolist():
        top, left = max(0, y - frame.scale // 2), max(0, x - frame.scale // 2)
        bottom, right = y + h + frame.scale // 2, x + w + frame.scale // 2
        outer = (slice(top, min(bottom, height)), slice(left, min(right, width)))
        inner = (slice(y - top, y - top + h), slice(x - left, x - left + w))
        found.append((outer, inner))
    return found


def difference(
    lab_b: FloatImage, lab_a: FloatImage, halves: Halves, usual: float, scale: int
) -> tuple[FloatImage, FloatImage]:
    """Compare two canvases, or the same window of both.

    Args:
        lab_b: before, CIELAB float32 ``(H, W, 3)``.
        lab_a: after.
        halves: both at half the resolution.
        usual: how far chroma differs all over the board (`usual_recolour`).
        scale: pixels a unit.

    Returns:
        Colour distance and change 0…1, float32 ``(H, W)``.
    """
    radius = max(1, round(scale * 2 / 48))
    d = shift_tolerant(_coded(lab_b), _coded(lab_a), radius)
    squares = cv2.multiply(d, d, dtype=cv2.CV_32F)
    delta = np.sqrt(cv2.transform(squares, _WEIGHTS / np.diag(_CODE) ** 2))
    magnitude = 1 - cv2.exp(delta * delta * np.float32(-1 / 36))
    # What follows is smoothed anyway: half the resolution says the same at a quarter of the cost.
    structure = 1 - structure_similarity(halves.before[..., 0], halves.after[..., 0], scale / 24)
    pattern = np.maximum(np.clip(structure, 0, 1), flat_recolour(halves, usual))
    size = (delta.shape[1], delta.shape[0])
    change = magnitude * cv2.resize(pattern, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(delta, np.float32), np.asarray(change, np.float32)


def to_lab(bgr: FloatImage) -> FloatImage:
    """BGR → CIELAB after a small blur that evens out sensor noise.

    Args:
        bgr: float32 ``(H, W, 3)``, 0…255.

    Returns:
        float32 ``(H, W, 3)``: L 0…100, a and b about -110…110 (CIE 1976, OpenCV's conversion).
    """
    soft = cv2.GaussianBlur(bgr, (0, 0), 0.8) / np.float32(255)
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_BGR2LAB), np.float32)


def _coded(lab: FloatImage) -> NDArray[np.uint8]:
    """CIELAB in 8 bits: half a unit of lightness, two thirds of one of a and b (-85…85) a step."""
    coded = cv2.transform(lab, _CODE)
    return np.asarray(np.clip(coded, 0, 255, out=coded), np.uint8)


def shift_tolerant(a: NDArray[np.uint8], b: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """How far each value of one image lies outside the other's range nearby (and the reverse).

    In 8 bits: it is a dozen passes over the pictures, and subtracting saturates at 0 as it should. Grey-level erosion and
    dilation (Serra 1982) give the range.

    Args:
        a: uint8 ``(H, W)`` or ``(H, W, channels)``.
        b: the same of the other photo.
        radius: pixels that one may be shifted against the other without a difference, from 0.

    Returns:
        uint8, shaped as ``a``; 0 where each lies within the other's range.
    """
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    over_b = cv2.subtract(a, cv2.dilate(b, kernel))
    under_b = cv2.subtract(cv2.erode(b, kernel), a)
    over_a = cv2.subtract(b, cv2.dilate(a, kernel))
    under_a = cv2.subtract(cv2.erode(a, kernel), b)
    furthest = cv2.max(cv2.max(over_b, under_b), cv2.max(over_a, under_a))
    return np.asarray(furthest, np.uint8)


def structure_similarity(a: FloatImage, b: FloatImage, sigma: float) -> FloatImage:
    """Contrast-structure term of SSIM on lightness (Wang et al., IEEE TIP 13, 2004, eq. 13, without luminance).

    Args:
        a: lightness L 0…100, float32 ``(H, W)``.
        b: the same of the other photo.
        sigma: of the Gaussian window, in pixels.

    Returns:
        float32 ``(H, W)``, -1…1; 1 where the pattern is the same.
    """
    # The study's constants are those of 8-bit lightness.
    a = a * np.float32(2.55)
    b = b * np.float32(2.55)

    def blur(x: FloatImage) -> FloatImage:
        return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)

    ma, mb = blur(a), blur(b)
    va, vb = blur(a * a) - ma * ma, blur(b * b) - mb * mb
    cov = blur(a * b) - ma * mb
    return np.asarray((2 * cov + 6) / (va + vb + 6), np.float32)


def flat_recolour(halves: Halves, usual: float) -> FloatImage:
    """Where a plain patch took another hue: a blank tile on a coloured square has colour but no structure.

    Args:
        halves: both canvases.
        usual: what counts as nothing (`usual_recolour`), so that a white balance that shifts all coloured squares does not count.

    Returns:
        float32 ``(h, w)``, half the canvas's size, 0…1.
    """
    q = np.clip(halves.apart / (2 * usual + 8) - 1, 0, 1)
    return np.asarray(q / (1 + (halves.chroma / 25) ** 2), np.float32)


def usual_recolour(halves: Halves, frame: Frame) -> float:
    """How far chroma differs all over the board: a white balance that moved, no piece.

    Args:
        halves: both canvases.
        frame: their canvas.

    Returns:
        The 95th percentile over the units' middles of the distance in (a, b), from 0.
    """
    step, half = frame.scale / 2, (frame.offset + frame.scale // 2) / 2
    ys = np.round(half + step * np.arange(frame.rows)).astype(int)
    xs = np.round(half + step * np.arange(frame.columns)).astype(int)
    return float(np.percentile(halves.apart[np.ix_(ys, xs)], 95))


def _half_size(lab: FloatImage) -> FloatImage:
    """A canvas at half the resolution, by area."""
    size = ((lab.shape[1] + 1) // 2, (lab.shape[0] + 1) // 2)
    return np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)
