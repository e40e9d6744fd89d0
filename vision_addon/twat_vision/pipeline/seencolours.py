"""The players' colours as this table shows them.

The accepted state says how many pieces of each colour a zone holds, and the photo before a move shows them. Which painted
segment is whose piece, and what each player's pieces look like in this light, is found by expectation and maximisation
(Dempster, Laird & Rubin 1977), from where the colours' names leave no doubt. A colour none of whose pieces is seen stays what
its name says.
"""

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import Lab
from .geometry import below_camera
from .paint import ground, painted
from .pair import Pair
from .photo import Board
from .segments import Segment, solidity
from .types import Zones
from .zonemap import foot_of, zone_map, zone_of

LOOK_PIXELS = 16
"""Canvas pixels a unit: enough for a colour."""
SOLID = 0.8
"""Share of its hull that a segment fills at least to be a piece (`segments.solidity`)."""
SIZES = (0.5, 3.0)
"""Areas, in those of the usual piece, between which a segment may be one or a few."""
LIGHTNESS = 0.5
"""Weight of lightness, which light changes most, in the distance of colours."""
SPREAD = 5.0
"""Spread of the colours of one player's pieces (like ΔE)."""
MISNAMED = 0.3
"""Likelihood, beside that of having its own name's hue, that a piece has another name's."""
DOUBTLESS = 0.6
"""Probability from which a segment tells what its owner's pieces look like at first."""
NAME_COUNTS = 1.0
"""Pieces that what a colour's name says counts for."""
STRANGE = 2.0
"""Nats that a segment may be from all colours of its zone, beyond which it is print."""
ROUNDS = 4
RARE = 1e-9
"""Pieces of a colour that may stand in a zone in which none should."""

Array = NDArray[np.float64]


def colours_seen(
    pair: Pair,
    before: Board,
    layout: Zones,
    nominal: Mapping[str, Lab],
    standing: Mapping[tuple[int, str], int],
    unit: float,
) -> dict[str, Lab]:
    """What the pieces of every colour look like on the photo before.

    Args:
        pair: the compared photos.
        before: the photo before, and where its board is.
        layout: the zones.
        nominal: CIELAB ``(3,)`` of the players' colours by name.
        standing: how many pieces of a colour the accepted state has in a zone (index).
        unit: the usual piece's area in square units.

    Returns:
        CIELAB ``(3,)`` in the order of ``nominal``.
    """
    frame = replace(pair.frame, scale=LOOK_PIXELS)
    small = cv2.resize(pair.maps.lab_before, frame.size, interpolation=cv2.INTER_AREA)
    lab = np.asarray(small, np.float32)
    zones = zone_map(layout, frame)
    below = below_camera(before.to_image, before.photo.size)
    colours, held, named = [], [], []
    for name, segment in painted(lab, ground(lab, frame.scale, frame.offset), nominal, frame.scale):
        if not _may_be_pieces(segment, unit):
            continue
        zone = zone_of(*foot_of(segment.ys, segment.xs, below, frame), zones, frame)
        here = [standing.get((zone, color), 0) for color in nominal]
        if any(here):
            colours.append(np.median(lab[segment.ys, segment.xs], axis=0))
            held.append(here)
            named.append([color == name for color in nominal])
    if not colours:
        return dict(nominal)
    weights = np.array([LIGHTNESS, 1, 1])
    means = _means(
        np.array(colours) * weights,
        np.array(held, np.float64),
        np.array(named),
        np.array(list(nominal.values())) * weights,
    )
    return dict(zip(nominal, means / weights, strict=True))


def _may_be_pieces(segment: Segment, unit: float) -> bool:
    least, most = SIZES
    return least * unit <= segment.area <= most * unit and solidity(segment) >= SOLID


def _means(colours: Array, held: Array, named: NDArray[np.bool_], nominal: Array) -> Array:
    """The mean of every player's colours, ``(n, 3)``.

    Segments' ``colours`` are ``(m, 3)``, the pieces ``held`` by their zones and whose hue they have (``named``) ``(m, n)``.
    """
    prior = np.log(np.maximum(held, RARE) / held.sum(axis=1, keepdims=True))
    own = held * np.where(named, 1.0, MISNAMED)
    own /= own.sum(axis=1, keepdims=True)
    own[own.max(axis=1) < DOUBTLESS] = 0.0
    for _ in range(ROUNDS):
        weight = NAME_COUNTS + own.sum(axis=0)
        means: Array = (NAME_COUNTS * nominal + own.T @ colours) / weight[:, None]
        away = ((colours[:, None] - means) ** 2).sum(axis=2) / (2 * SPREAD**2)
        own = np.exp(prior - away - (prior - away).max(axis=1, keepdims=True))
        own /= own.sum(axis=1, keepdims=True)
        nearest = np.where(held > 0, away, np.inf).min(axis=1)
        own *= np.exp(-np.maximum(0, nearest - STRANGE))[:, None]
    return means
