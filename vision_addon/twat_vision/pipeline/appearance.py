"""What cells look like: empty, or with a piece of one player.

The table itself is the training data: the accepted state says what stood where in the before photo, so every class is
a Gaussian over a few robust numbers per cell with one shared covariance (linear discriminant analysis, Fisher 1936),
shrunk towards fixed spreads where few cells are known. Without a state, the quietest cells of each shade pass for empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import centre_weight, tiles
from .geometry import FloatImage, Frame

Features = NDArray[np.float64]
"""``(rows, columns, 5)`` of the cell's centre, weighted: mean L, a, b, the contrast (deviation of L) and the texture (root mean
square of L's gradient, `TEXTURE_UNIT` a pixel)."""

CONTRAST, TEXTURE = 3, 4
TEXTURE_UNIT = 0.25
FLOOR = np.array([6.0, 3.0, 4.0, 3.0, 3.0])
"""Spread that is always allowed for, in the units of `Features`."""
QUIET_SHARE = 0.35
EMPTY = 0
"""The class of an empty cell; players' classes are their positions (from 1)."""
MAX_COST = 5.0
TEMPERATURE = 0.5
USUAL = 11.1
"""95th percentile of chi squared with five degrees of freedom."""
POOLED = 1.0
"""How many pieces of a shade the look of the player's pieces on all shades counts for."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How each class would look on every cell, and how much that varies.

    ``centres`` are relative to the empty look, ``{class: (rows, columns, 5)}``, ``precision`` is the shared inverse covariance
    ``(5, 5)``.
    """

    centres: Mapping[int, NDArray[np.float64]]
    precision: NDArray[np.float64]

    def costs(self, features: Features) -> dict[int, NDArray[np.float64]]:
        """How little each class explains each cell: negative log posterior of linear discriminants (Fisher 1936), all classes alike.

        Args:
            features: less the empty look, ``(rows, columns, 5)``.

        Returns:
            0…`MAX_COST` nats, ``(rows, columns)`` per class; empty with less than two classes.
        """
        if len(self.centres) < 2:
            return {}
        squared = {k: 0.5 * TEMPERATURE * d for k, d in self._squared(features).items()}
        stacked = np.stack(list(squared.values()))
        low = stacked.min(axis=0)
        norm = low - np.log(np.exp(low - stacked).sum(axis=0))
        return {k: np.minimum(v - norm, MAX_COST) for k, v in squared.items()}

    def usual(self, features: Features) -> NDArray[np.bool_]:
        """Which cells look like some class at all: 95 % of a class's own cells do (chi squared, `USUAL`).

        Args:
            features: less the empty look, ``(rows, columns, 5)``.

        Returns:
            bool ``(rows, columns)``.
        """
        nearest = np.stack(list(self._squared(features).values())).min(axis=0)
        return np.asarray(nearest < USUAL, np.bool_)

    def _squared(self, features: Features) -> dict[int, NDArray[np.float64]]:
        """Squared Mahalanobis distance of every cell to every class."""
        found = {}
        for label, centre in self.centres.items():
            d = features - centre
            found[label] = np.einsum("rci,ij,rcj->rc", d, self.precision, d)
        return found


def cell_features(lab: FloatImage, frame: Frame) -> Features:
    """Describe every cell of a canvas.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        frame: the canvas.

    Returns:
        float64 ``(rows, columns, 5)``, see `Features`.
    """
    weight = centre_weight(frame.scale, 0.22)
    planes = [tiles(np.ascontiguousarray(lab[..., i]), frame) for i in range(3)]
    means = [np.einsum("rcyx,yx->rc", p, weight) for p in planes]
    square = np.einsum("rcyx,yx->rc", planes[0] ** 2, weight)
    contrast = np.sqrt(np.maximum(square - means[0] ** 2, 0))
    light = np.ascontiguousarray(lab[..., 0])
    gx, gy = (cv2.Sobel(light, cv2.CV_32F, x, 1 - x, scale=0.125) for x in (1, 0))
    slope = np.einsum(
        "rcyx,yx->rc", tiles(np.asarray(gx * gx + gy * gy, np.float32), frame), weight
    )
    texture = np.sqrt(slope) / TEXTURE_UNIT
    return np.stack([*means, contrast, texture], axis=-1).astype(np.float64)


def equally_sharp(features: Features, like: Features) -> Features:
    """Take out of the texture that one photo is sharper than the other: most cells hold what they held.

    Args:
        features: ``(rows, columns, 5)``.
        like: the same of the other photo.

    Returns:
        The features with the other photo's median texture.
    """
    ratio = np.median(like[..., TEXTURE]) / max(float(np.median(features[..., TEXTURE])), 1e-6)
    sharp = features.copy()
    sharp[..., TEXTURE] *= ratio
    return sharp


def shade_groups(features: Features, empty: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Tell the two shades of a checkered board.

    Args:
        features: ``(rows, columns, 5)``.
        empty: cells to judge by, bool ``(rows, columns)``.

    Returns:
        0 or 1 per cell, int64 ``(rows, columns)``; all 0 where the board is not checkered.
    """
    rows, columns = features.shape[:2]
    parity = np.add.outer(np.arange(rows), np.arange(columns)) % 2
    light = features[..., 0]
    groups = [light[(parity == p) & empty] for p in (0, 1)]
    if min(len(g) for g in groups) < 2:
        return np.zeros((rows, columns), np.int64)
    gap = abs(float(np.median(groups[0])) - float(np.median(groups[1])))
    spread = max(float(np.median(np.abs(g - np.median(g)))) for g in groups)
    return parity if gap > 2 * spread + 2 else np.zeros((rows, columns), np.int64)


def empty_look(features: Features, empty: NDArray[np.bool_]) -> Features:
    """How each cell would look empty: the median of the empty cells of its shade.

    Args:
        features: ``(rows, columns, 5)``.
        empty: cells that pass for empty, bool ``(rows, columns)``.

    Returns:
        float64 ``(rows, columns, 5)``.
    """
    groups = shade_groups(features, empty)
    look = np.zeros_like(features)
    for g in np.unique(groups):
        chosen = empty & (groups == g)
        if not chosen.any():
            chosen = groups == g
        look[groups == g] = np.median(features[chosen], axis=0)
    return look


def quiet_cells(features: Features) -> NDArray[np.bool_]:
    """The cells that pass for empty when nothing is known: the third of each shade with the least contrast.

    Args:
        features: ``(rows, columns, 5)``.

    Returns:
        bool ``(rows, columns)``.
    """
    everything = np.ones(features.shape[:2], np.bool_)
    groups = shade_groups(features, everything)
    quiet = np.zeros_like(everything)
    for g in np.unique(groups):
        inside = groups == g
        limit = np.quantile(features[..., CONTRAST][inside], QUIET_SHARE)
        quiet |= inside & (features[..., CONTRAST] <= limit)
    return quiet


def learn(
    features: Features,
    labels: NDArray[np.int64],
    shades: NDArray[np.int64],
    nominal: Mapping[int, NDArray[np.float64]],
) -> Appearance:
    """Learn the classes from cells whose content is known.

    Relative to an empty dark cell a white piece is bright, relative to a light one it is hardly anything: every class has a
    centre for each shade, drawn towards its centre over all of them by as much as `POOLED` pieces weigh.

    Args:
        features: of the photo the labels belong to, less its empty look.
        labels: class of each cell, -1 where it is not known; ``(rows, columns)``.
        shades: shade of each cell (`shade_groups`), ``(rows, columns)``.
        nominal: for players without a piece on the board, what their colour should look like, ``(5,)``, also less the
            empty look.
    """
    centres: dict[int, NDArray[np.float64]] = {}
    scatter = np.zeros((len(FLOOR), len(FLOOR)))
    count = 0
    for label in np.unique(labels[labels >= 0]):
        mine = labels == label
        pooled = np.median(features[mine], axis=0)
        centre = np.broadcast_to(pooled, features.shape).copy()
        for shade in np.unique(shades[mine]):
            samples = features[mine & (shades == shade)]
            own = len(samples) * np.median(samples, axis=0) + POOLED * pooled
            own /= len(samples) + POOLED
            centre[shades == shade] = own
            d = np.clip(samples - own, -5 * FLOOR, 5 * FLOOR)
            scatter += d.T @ d
            count += len(samples)
        centres[int(label)] = centre
    for label, look in nominal.items():
        centres.setdefault(label, np.broadcast_to(look, features.shape))
    covariance = (scatter + 8 * np.diag(FLOOR**2)) / (count + 8) + 0.25 * np.diag(FLOOR**2)
    return Appearance(centres, np.linalg.inv(covariance))


def emptiness_distance(
    features: Features, look: Features, quiet: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How far a cell is from the empty look.

    Args:
        features: ``(rows, columns, 5)``.
        look: the empty look of each cell, ``(rows, columns, 5)``.
        quiet: cells that pass for empty, bool ``(rows, columns)``; their spread (median absolute deviation) is the measure.

    Returns:
        ``log1p`` of the number of spreads, float64 ``(rows, columns)``, from 0.
    """
    d = features - look
    spread = 1.48 * np.median(np.abs(d[quiet]), axis=0) + FLOOR / 3 if quiet.any() else FLOOR
    return np.asarray(np.log1p(np.sqrt(((d / spread) ** 2).sum(axis=-1))), np.float64)
