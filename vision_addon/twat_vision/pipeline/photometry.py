"""Taking the light out of a pair: exposure, white balance, slow gradients and soft shadows.

A robust affine colour map (3×4, iteratively reweighted least squares with Cauchy-like weights) carries the after photo
to the before photo's exposure and white balance; a smooth multiplicative field per channel then carries its lighting.
Pixels that changed because a piece moved are outliers of both fits.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Mask

ROUNDS = 6
DARK, BRIGHT = 6, 249
FIELD_SCALE, FIELD_SIGMA = 8, 6.0
"""Pixels a unit at which the field is computed, at most, and pixels of its smoothness that suffice."""
SAMPLES = 10_000
"""Pixels from which the colour matrix is learnt, about."""
COARSE_SIGMA = 1.5
"""Smoothness of the first field in units: slow gradients, and soft shadows as far as they are wider than pieces."""
FINE_SIGMA = 0.6
"""Smoothness of the second one: edges of sun patches. It also swallows parts of hands, so it may only acquit."""


def match_light(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    valid: Mask,
    scale: int,
) -> FloatImage:
    """Show the after board in the before board's light.

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``.
        after: canvas of the same size.
        valid: pixels inside both photos.
        scale: canvas pixels a unit.

    Returns:
        float32 ``(H, W, 3)``, 0…255.
    """
    step = max(1, round((valid.size / SAMPLES) ** 0.5))
    some = (slice(None, None, step),) * 2
    matrix = colour_matrix(before[some], after[some], valid[some])
    mapped = np.clip(cv2.transform(after.astype(np.float32), matrix), 0, 255)
    return follow_light(before, np.asarray(mapped, np.float32), valid, scale, COARSE_SIGMA)


def true_colours(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    valid: Mask,
    scale: int,
    sigma: float = COARSE_SIGMA,
) -> FloatImage:
    """Show the after board in the before board's light with all its contrast.

    To the regression of `match_light` a shadow in one photo is error in what it regresses on, so it flattens contrast and
    colour (regression dilution, Fuller 1987). That hides no change for what it is, and some light that is none; but what
    stands on a space can then no longer be told. Here slow light is taken out of what the matrix is learnt from.

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``.
        after: canvas of the same size.
        valid: pixels inside both photos, bool ``(H, W)``.
        scale: canvas pixels a unit.
        sigma: smoothness of the field of light in units.

    Returns:
        float32 ``(H, W, 3)``, 0…255.
    """
    step = max(1, round((valid.size / SAMPLES) ** 0.5))
    some = (slice(None, None, step),) * 2
    lit = follow_light(before, after.astype(np.float32), valid, scale, sigma)
    matrix = colour_matrix(before[some], lit[some], valid[some], near=True)
    return np.asarray(np.clip(cv2.transform(lit, matrix), 0, 255), np.float32)


def follow_light(
    before: NDArray[np.uint8], after: FloatImage, valid: Mask, scale: int, sigma: float
) -> FloatImage:
    """Multiply a canvas by the smooth field that carries it to another one (`light_field`).

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``.
        after: canvas of the same size, float32, 0…255.
        valid: pixels inside both photos, bool ``(H, W)``.
        scale: canvas pixels a unit.
        sigma: smoothness of the field in units.

    Returns:
        float32 ``(H, W, 3)``, 0…255.
    """
    field = light_field(before, after, valid, scale, sigma)
    return np.asarray(np.clip(after * field, 0, 255), np.float32)


def colour_matrix(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8] | FloatImage,
    valid: Mask,
    *,
    near: bool = False,
) -> NDArray[np.float32]:
    """The affine colour map that carries one photo to another's exposure and white balance.

    Robust least squares with Cauchy weights, iteratively reweighted (Holland & Welsch 1977), drawn to the identity by a small
    ridge; clipped pixels do not count.

    Args:
        before: pixels, BGR, any shape that ends in 3, 0…255.
        after: the same pixels of the other photo.
        valid: which of them count, bool, without the last dimension.
        near: whether the map is near the identity. Then what is far off counts little from the first round on: a hand has so
            much leverage that a fit which begins with it never lets go of it.

    Returns:
        float32 ``(3, 4)``: matrix and offset; identity where fewer than 50 pixels tell.
    """
    # Channels first: NumPy is several times as fast along the last axis when that is long.
    b = np.ascontiguousarray(before.reshape(-1, 3).T, np.float32)
    a = np.ascontiguousarray(after.reshape(-1, 3).T, np.float32)
    keep = valid.reshape(-1) & (a.min(axis=0) >= DARK) & (a.max(axis=0) <= BRIGHT)
    keep &= (b.min(axis=0) >= DARK) & (b.max(axis=0) <= BRIGHT)
    identity = np.eye(3, 4)
    if keep.sum() < 50:
        keep = valid.reshape(-1)
        if keep.sum() < 50:
            return identity.astype(np.float32)
    # Offsets in the same magnitude as colours keep the normal equations well conditioned.
    x = np.vstack([a[:, keep].astype(np.float64) / 128, np.ones(int(keep.sum()))])
    target = b[:, keep].astype(np.float64) / 128
    matrix = identity.copy()
    weight = _weights(matrix, x, target) if near else np.ones(x.shape[1])
    for _ in range(ROUNDS):
        xw = x * weight
        ridge = 1e-3 * weight.sum() * np.eye(4)
        matrix = np.linalg.solve(xw @ x.T + ridge, xw @ target.T + ridge @ identity.T).T
        weight = _weights(matrix, x, target)
    matrix[:, 3] *= 128
    return matrix.astype(np.float32)


def _weights(
    matrix: NDArray[np.float64], x: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cauchy weights of pixels by how far a colour map misses them."""
    residual = matrix @ x - target
    distance = 128 * np.sqrt(np.einsum("cn,cn->n", residual, residual))
    s = 1.48 * float(np.median(distance)) + 1
    return np.asarray(1 / (1 + (distance / (2 * s)) ** 2), np.float64)


def light_field(
    before: NDArray[np.uint8], after: FloatImage, valid: Mask, scale: int, sigma: float
) -> FloatImage:
    """Smooth factor per channel by which ``after`` reaches ``before``: a robust, Gaussian-weighted mean of the log ratio.

    That light is smooth and reflectance is not is Retinex's assumption (Land & McCann 1971).

    Args:
        before: canvas, BGR uint8 ``(H, W, 3)``, 0…255.
        after: the other one, float32.
        valid: pixels inside both photos, bool ``(H, W)``.
        scale: canvas pixels a unit.
        sigma: smoothness in units.

    Returns:
        float32 ``(H, W, 3)``, 1/3…3.
    """
    h, w = before.shape[:2]
    fine = min(FIELD_SCALE, FIELD_SIGMA / sigma)
    size = (max(4, round(w * fine / scale)), max(4, round(h * fine / scale)))

    def small(values: NDArray[np.uint8] | FloatImage) -> FloatImage:
        return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)

    shown = small(valid.astype(np.float32)) > 0.9
    ratio = np.log((small(before.astype(np.float32)) + 8) / (small(after) + 8))
    field = np.zeros_like(ratio)
    weight = shown.astype(np.float32)
    for _ in range(3):
        # The weights are smoothed beside the weighted ratios, in one pass.
        weighed = np.dstack([ratio * weight[..., None], weight])
        smooth = cv2.GaussianBlur(weighed, (0, 0), sigma * fine)
        field = smooth[..., :3] / (smooth[..., 3:] + np.float32(1e-3))
        residual = np.abs(ratio - field).max(axis=2)
        s = 1.48 * float(np.median(residual[shown])) + 0.02 if shown.any() else 1.0
        weight = shown / (1 + (residual / np.float32(2 * s)) ** 2)
    factor = np.exp(np.clip(field, -1.1, 1.1))
    return np.asarray(cv2.resize(factor, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
