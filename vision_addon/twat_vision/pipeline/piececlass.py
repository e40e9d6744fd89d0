"""Which painted segments are pieces: evidence from shape, shadow, size and colour, added up.

Nobody says what the pieces of this table look like; the segments themselves do. Those with a clear shadow stand for pieces
at first, and the size and the colours of the others are judged by theirs, in a few rounds of expectation and maximisation
(Dempster, Laird & Rubin 1977): pieces are of one size, and every player's are of one colour as the light shows it here; what
is printed is anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .standing import Look

ROUNDS = 4
BIAS = 2.0
"""Evidence, in nats, that a segment must bring along to be a piece."""
CLEAR_SHADOW, SHADOW_WEIGHT = 0.32, 12.0
CLEAR_SHAPE, SHAPE_WEIGHT = 0.8, 10.0
CLEAR_CONTRAST, CONTRAST_WEIGHT = 9.0, 0.4
VIVID = 15.0
"""Chroma by which a segment that surely stands out differs from the ground."""
SIZE_SPREAD = 0.26
"""Usual spread of a piece's area, in octaves, when the usual area is looked for."""
PIECE_SPREAD, PRINT_SPREAD = 7.0, 14.0
"""Spread of colours that is always allowed for (CIELAB, chroma compressed)."""
ONE_COLOUR = 14.0
"""Distance between the colours of one player's pieces."""
COMPRESSION = 0.8
"""Exponent of chroma: of two colours of one hue, twice as vivid is not twice as different."""
TYPICAL = 0.1
"""Area in square units where nothing can be learnt."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probability 0…1 of being a piece for every look, and a piece's usual area in square units."""

    probabilities: Array
    unit: float


def judge(looks: Sequence[Look]) -> Verdict:
    """Tell pieces from print.

    Args:
        looks: candidates of all colours.
    """
    shadow = np.array([look.shadow for look in looks])
    solid = np.array([look.solid for look in looks])
    octaves = np.log2([look.segment.area for look in looks])
    contrast = np.array([look.contrast for look in looks])
    chroma = np.array([np.hypot(look.colour[1], look.colour[2]) for look in looks])
    start = np.maximum(shadow - 0.2, 0) * (solid > CLEAR_SHAPE)
    start *= np.minimum(contrast / VIVID, 1) ** 2
    if (start > 0).sum() < 3:
        return Verdict(np.zeros(len(looks)), TYPICAL)
    own = (
        np.clip((solid - CLEAR_SHAPE) * SHAPE_WEIGHT, -4, 1)
        + np.clip((shadow - CLEAR_SHADOW) * SHADOW_WEIGHT, -3, 4)
        + np.clip((np.minimum(contrast, chroma) - CLEAR_CONTRAST) * CONTRAST_WEIGHT, -2, 0.5)
        - BIAS
    )
    players = _players(looks)
    alike = _kernel((octaves[:, None] - octaves) ** 2, SIZE_SPREAD)
    likely = start / start.max()
    usual = _mode(octaves, likely, alike)
    for _ in range(ROUNDS):
        score = own + _size(octaves - usual) + _colour(players, likely, octaves - usual)
        likely = 1 / (1 + np.exp(-score))
        sure = np.flatnonzero((likely > 0.5) & (solid > CLEAR_SHAPE))
        if sure.size >= 3:
            usual = _mode(octaves[sure], likely[sure], alike[np.ix_(sure, sure)])
    return Verdict(likely, float(2**usual))


def _size(octaves: Array) -> Array:
    """Evidence from the size: smaller than the usual one is unlikely, larger may be another kind or several."""
    away = np.abs(octaves)
    small = 1 - 4.5 * np.maximum(away - 0.5, 0)
    large = 1 - 1.2 * np.maximum(away - 1.3, 0)
    return np.clip(np.where(octaves < 0, small, large), -4, 1)


@dataclass(frozen=True, slots=True)
class _Player:
    """One player's candidates: which of all they are, their colours ``(n, 3)``, how much alike each two are, 0…1 ``(n, n)``."""

    mine: NDArray[np.intp]
    colours: Array
    alike: Array


def _players(looks: Sequence[Look]) -> list[_Player]:
    colours = _compressed(np.array([look.colour for look in looks]))
    names = np.array([look.color for look in looks])
    found = []
    for name in np.unique(names):
        mine = np.flatnonzero(names == name)
        x = colours[mine]
        found.append(_Player(mine, x, _kernel(((x[:, None] - x) ** 2).sum(axis=-1), 8.0)))
    return found


def _colour(players: Sequence[_Player], likely: Array, octaves: Array) -> Array:
    """Evidence from the colour: how much better the player's pieces explain it than that player's print does."""
    found = np.zeros(len(likely))
    weights = likely * np.exp(-0.5 * (octaves / 0.6) ** 2)
    for player in players:
        mine, x = player.mine, player.colours
        weight = weights[mine]
        if weight.sum() < 0.3:
            found[mine] = -2
            continue
        middle = x[(player.alike @ weight).argmax()]
        weight = weight * _kernel(((x - middle) ** 2).sum(axis=1), ONE_COLOUR)
        piece = _gaussian(x, weight, PIECE_SPREAD, 4.0)
        printed = _gaussian(x, 1.05 - likely[mine], PRINT_SPREAD, 3.0)
        found[mine] = np.clip(piece - printed, -5, 4)
    return found


def _kernel(squares: Array, spread: float) -> Array:
    """A Gaussian of squared distances, 1 at none."""
    return np.asarray(np.exp(squares * (-0.5 / spread**2)), np.float64)


def _gaussian(x: Array, weight: Array, spread: float, count: float) -> Array:
    """Log density of a Gaussian fitted to weighted points, its covariance shrunk by ``count`` points of ``spread``."""
    total = float(weight.sum())
    mean = weight @ x / max(total, 1e-6)
    d = x - mean
    covariance = (d.T * weight) @ d + count * spread**2 * np.eye(x.shape[1])
    covariance /= total + count
    squared = ((d @ np.linalg.inv(covariance)) * d).sum(axis=1)
    return np.asarray(-0.5 * squared - 0.5 * np.log(np.linalg.det(covariance)), np.float64)


def _compressed(colours: Array) -> Array:
    """CIELAB with lightness halved (light changes it most) and chroma compressed, ``(n, 3)``."""
    chroma = np.maximum(np.hypot(colours[:, 1], colours[:, 2]), 1e-3)
    factor = 20 * (chroma / 20) ** COMPRESSION / chroma
    return np.stack([0.5 * colours[:, 0], colours[:, 1] * factor, colours[:, 2] * factor], axis=1)


def _mode(values: Array, weights: Array, alike: Array) -> float:
    """The value around which most weight lies; ``alike`` is how near each two are, 0…1."""
    best = values[(alike @ weights).argmax()]
    near = np.abs(values - best) < 0.5
    return float(values[near] @ weights[near] / weights[near].sum())
