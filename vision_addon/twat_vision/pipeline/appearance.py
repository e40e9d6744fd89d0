"""What cells look like: empty, or with a piece of one player.

The table itself is the training data: the accepted state says what stood where in the before photo, so every class is
a Gaussian over a few robust numbers per cell with one shared covariance (linear discriminant analysis, Fisher 1936),
shrunk towards fixed spreads where few cells are known. Without a state, the quietest cells of each shade pass for empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cells import centre_weight, tiles
from .geometry import FloatImage, Frame

Features = NDArray[np.float64]
"""``(rows, columns, 4)``: weighted mean L, a, b of the cell's centre, and the contrast (deviation of L)."""

FLOOR = np.array([6.0, 3.0, 4.0, 3.0])
"""Spread that is always allowed for, in the units of `Features`."""
QUIET_SHARE = 0.35
EMPTY = 0
"""The class of an empty cell; players' classes are their positions (from 1)."""
MAX_COST = 5.0
TEMPERATURE = 0.5
USUAL = 9.5
"""95th percentile of chi squared with four degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Class centres ``{class: (4,)}`` relative to the empty look, and the shared inverse covariance ``(4, 4)``."""

    centres: Mapping[int, NDArray[np.float64]]
    precision: NDArray[np.float64]

    def costs(self, features: Features) -> dict[int, NDArray[np.float64]]:
        """How little each class explains each cell: negative log posterior of linear discriminants (Fisher 1936), all classes alike.

        Args:
            features: less the empty look, ``(rows, columns, 4)``.

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
            features: less the empty look, ``(rows, columns, 4)``.

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
        float64 ``(rows, columns, 4)``, see `Features`.
    """
    weight = centre_weight(frame.scale, 0.22)
    planes = [tiles(np.ascontiguousarray(lab[..., i]), frame) for i in range(3)]
    means = [np.einsum("rcyx,yx->rc", p, weight) for p in planes]
    square = np.einsum("rcyx,yx->rc", planes[0] ** 2, weight)
    contrast = np.sqrt(np.maximum(square - means[0] ** 2, 0))
    return np.stack([*means, contrast], axis=-1).astype(np.float64)


def shade_groups(features: Features, empty: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Tell the two shades of a checkered board.

    Args:
        features: ``(rows, columns, 4)``.
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
        features: ``(rows, columns, 4)``.
        empty: cells that pass for empty, bool ``(rows, columns)``.

    Returns:
        float64 ``(rows, columns, 4)``.
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
        features: ``(rows, columns, 4)``.

    Returns:
        bool ``(rows, columns)``.
    """
    everything = np.ones(features.shape[:2], np.bool_)
    groups = shade_groups(features, everything)
    quiet = np.zeros_like(everything)
    for g in np.unique(groups):
        inside = groups == g
        limit = np.quantile(features[..., 3][inside], QUIET_SHARE)
        quiet |= inside & (features[..., 3] <= limit)
    return quiet


def learn(
    features: Features, labels: NDArray[np.int64], nominal: Mapping[int, NDArray[np.float64]]
) -> Appearance:
    """Learn the classes from cells whose content is known.

    Args:
        features: of the photo the labels belong to, less its empty look.
        labels: class of each cell, -1 where it is not known; ``(rows, columns)``.
        nominal: for players without a piece on the board, what their colour should look like, ``(4,)``, also less the
            empty look.
    """
    centres: dict[int, NDArray[np.float64]] = {}
    scatter = np.zeros((4, 4))
    count = 0
    for label in np.unique(labels[labels >= 0]):
        samples = features[labels == label]
        centres[int(label)] = np.median(samples, axis=0)
        d = np.clip(samples - centres[int(label)], -5 * FLOOR, 5 * FLOOR)
        scatter += d.T @ d
        count += len(samples)
    for label, centre in nominal.items():
        centres.setdefault(label, centre)
    covariance = (scatter + 8 * np.diag(FLOOR**2)) / (count + 8) + 0.25 * np.diag(FLOOR**2)
    return Appearance(centres, np.linalg.inv(covariance))


def emptiness_distance(
    features: Features, look: Features, quiet: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How far a cell is from the empty look.

    Args:
        features: ``(rows, columns, 4)``.
        look: the empty look of each cell, ``(rows, columns, 4)``.
        quiet: cells that pass for empty, bool ``(rows, columns)``; their spread (median absolute deviation) is the measure.

    Returns:
        ``log1p`` of the number of spreads, float64 ``(rows, columns)``, from 0.
    """
    d = features - look
    spread = 1.48 * np.median(np.abs(d[quiet]), axis=0) + FLOOR / 3 if quiet.any() else FLOOR
    return np.asarray(np.log1p(np.sqrt(((d / spread) ** 2).sum(axis=-1))), np.float64)
