"""From a reading's raw confidence to how often such readings are right.

Platt scaling (Platt 1999) with a second term for what was left unexplained: ``logit p = a + b * logit raw - c * unexplained``. The
constants are those that ``scripts/bench calibration`` prints: fitted by maximum likelihood to readings without a
hand of real photos, the same perturbed, and the rendered looks that are tuned on. It also prints how well they hold for games
that were left out of the fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np


class Basis(StrEnum):
    """What a reading rests on; each has its own constants."""

    PHOTOS = "grid, two photos"
    STATE = "grid, accepted state"
    ZONES = "zones"
    SURFACE = "free table"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the confidence of a reading is worked out from.

    ``raw`` is the confidence 0…1 from margins and scores, ``unexplained`` the nats (from 0) by which the strongest change that the
    reading leaves unexplained seems to be one.
    """

    basis: Basis
    raw: float
    unexplained: float = 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """``logit p = constant + certainty * logit raw - unexplained * nats``."""

    constant: float
    certainty: float
    unexplained: float = 0.0


CURVES: Final[Mapping[Basis, Curve]] = {
    Basis.PHOTOS: Curve(1.6, 1.0),
    Basis.STATE: Curve(-1.6, 2.6, 0.6),
    Basis.ZONES: Curve(0.7, 1.1, 2.5),
    Basis.SURFACE: Curve(-0.1, 1.1, 0.7),
}
LEAST = 1e-3


def log_odds(raw: float) -> float:
    """The logit of a raw confidence, which is kept within `LEAST` of sure.

    Args:
        raw: 0…1.
    """
    held = min(max(raw, LEAST), 1 - LEAST)
    return float(np.log(held / (1 - held)))


def calibrated(grounds: Grounds, curve: Curve | None = None) -> float:
    """Probability 0…1 that a reading on such grounds is right.

    Args:
        grounds: what it rests on.
        curve: the constants to go by; None for those of its basis.
    """
    curve = CURVES[grounds.basis] if curve is None else curve
    logit = curve.constant + curve.certainty * log_odds(grounds.raw)
    logit -= curve.unexplained * grounds.unexplained
    return float(1 / (1 + np.exp(-logit)))
