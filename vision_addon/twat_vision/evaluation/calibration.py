"""Whether the confidence means what it says: the reliability table and the expected calibration error.

Method: Naeini, Cooper and Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"; Guo et al. 2017,
"On Calibration of Modern Neural Networks" (reliability diagrams, bins of equal width).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .run import StepReport

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose confidence is in ``low``…``high``: how many, how sure on average, and what share was right."""

    low: float
    high: float
    readings: int
    confidence: float
    right: float


def judged(steps: Iterable[StepReport]) -> list[tuple[float, bool]]:
    """Confidence and rightness of the readings somebody would rely on.

    A reading with a hand in view asks for another photo and is not relied on. Where nothing moved, reading nothing is right.
    """
    return [(s.confidence, s.exact) for s in steps if not s.hand]


def reliability(readings: Sequence[tuple[float, bool]]) -> list[Bin]:
    """The reliability table: bins of equal width, empty ones left out."""
    found: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in readings:
        found.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return [
        Bin(
            low=n / BINS,
            high=(n + 1) / BINS,
            readings=len(inside),
            confidence=sum(c for c, _ in inside) / len(inside),
            right=sum(r for _, r in inside) / len(inside),
        )
        for n, inside in sorted(found.items())
    ]


def calibration_error(readings: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error: mean gap between confidence and share right, weighted by readings. 0…1, None of none."""
    if not readings:
        return None
    bins = reliability(readings)
    return sum(b.readings * abs(b.confidence - b.right) for b in bins) / len(readings)
