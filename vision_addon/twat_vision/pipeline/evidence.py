"""How surely a thing is a piece that came or went, and what is left over of what changed.

A piece stands out where it stands and not in the other photo, changed the picture strongly, is as large as others, and no
sliver: those are left where a piece was pushed or is seen from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .thinglook import Histogram, unlike
from .things import Thing

CONTRAST_WEIGHT, STRENGTH_WEIGHT, SIZE_WEIGHT, SHAPE_WEIGHT = 3.0, 5.2, 3.1, 6.5
RESTLESS_WEIGHT, BIAS = 1.25, 11.6
"""Logistic regression of whether a thing is a piece that came or went, fitted by maximum likelihood to the things of rendered
games of six looks. With each look left out of the fit in turn, the weights hardly change and its things are told apart all
the same."""
NOISE = 2.0
"""Contrast that light and noise leave."""
LEAST_OCTAVES, MOST_OCTAVES = -1.0, 2.0
"""By how many octaves a thing's contrast exceeds that of the same place in the other photo; beyond, it is no clearer."""
COMPACT = 0.5
"""From which a shape is no more compact: twice as long as wide."""
PLAIN_OCTAVES, PLAIN_STRENGTH, PLAIN_AREA = 1.2, 0.5, 0.03
"""From which a thing is plainly a piece, whatever its size."""
TYPICAL = 0.1
"""Area of a piece in square units where nothing tells."""
MOVE_COST, PLACE_COST, REMOVE_COST = -1.5, 2.5, 2.5
"""What an explanation costs beside its evidence, in nats: a piece that went and a like one that came speak for each other."""
UNLIKE_COST, OCTAVE_COST, COLOUR_COST = 5.0, 1.5, 4.0
"""What it costs more that what came is of wholly other colours than what went, for every octave that it is larger or smaller,
and that it seems to be another player's."""
OTHER_PLAYER_COST = 2.0
"""What it costs more that somebody whose turn it is not moved a piece, and what tells against a new piece being theirs."""
HAND_COST = 4.0
"""What a move costs more with a hand in view: its shadow comes and goes, too."""
UNSEEN = 3.0
"""The most that a reading is the likelier by, in nats: what nothing is seen of may have come or gone."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the things of a pair are measured by: a piece's area in square units, and how many things there are."""

    area: float
    things: int


def yardstick(things: Sequence[Thing]) -> Yardstick:
    """Measure a pair by the things that are plainly pieces.

    Args:
        things: all that changed.
    """
    plain = [
        t.area
        for t in things
        if t.area >= PLAIN_AREA and t.strength >= PLAIN_STRENGTH and _octaves(t) >= PLAIN_OCTAVES
    ]
    return Yardstick(float(np.median(plain)) if plain else TYPICAL, len(things))


def evidence(thing: Thing, usual: Yardstick) -> float:
    """Log odds that a thing is a piece that came or went. Players move a piece or two, whatever else changes.

    Args:
        thing: what changed.
        usual: what it is measured by.
    """
    clear = max(LEAST_OCTAVES, min(MOST_OCTAVES, _octaves(thing)))
    return (
        CONTRAST_WEIGHT * clear
        + STRENGTH_WEIGHT * thing.strength
        + SIZE_WEIGHT * min(1.0, thing.area / usual.area)
        + SHAPE_WEIGHT * min(1.0, thing.compact / COMPACT)
        - RESTLESS_WEIGHT * float(np.log2(usual.things + 1))
        - BIAS
    )


def difference_cost(went: Thing, came: Thing, look: Histogram, other: Histogram) -> float:
    """What it costs, in nats, that one piece looks like both of two things.

    Args:
        went: where it stood.
        came: where it stands.
        look: the colours of what went.
        other: the colours of what came.
    """
    octaves = abs(float(np.log2(came.area / went.area)))
    return UNLIKE_COST * unlike(look, other) + OCTAVE_COST * octaves


def left_over(things: Sequence[Thing], used: Sequence[Thing], usual: Yardstick) -> float:
    """How unlikely it is that the strongest of what is left over is no piece, in nats.

    Args:
        things: all that changed.
        used: those that were taken for pieces.
        usual: what they are measured by.
    """
    places = {thing.place for thing in used}
    left = (evidence(thing, usual) for thing in things if thing.place not in places)
    return float(np.logaddexp(0, max(left, default=-np.inf)))


def _octaves(thing: Thing) -> float:
    return float(np.log2((thing.contrast + NOISE) / (thing.other_contrast + NOISE)))
