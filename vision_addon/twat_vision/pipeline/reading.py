"""What a layout's reader hands back, whatever the layout."""

from collections.abc import Mapping
from dataclasses import dataclass

from .calibration import Grounds
from .pair import Pair
from .types import ChangedRegion, DetectedPiece, Move, Question, WarningCode

HAND_CONFIDENCE = 0.5
DISTURBED_CONFIDENCE = 0.6
DARK_CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Reading:
    """Moves and all that goes with them; see `types.AnalysisResult` for the fields."""

    moves: tuple[Move, ...]
    regions: tuple[ChangedRegion, ...]
    pieces: tuple[DetectedPiece, ...]
    confidence: float
    warnings: tuple[WarningCode, ...] = ()
    questions: tuple[Question, ...] = ()
    counts: Mapping[str, Mapping[str, int]] | None = None
    taken_back: str | None = None
    grounds: Grounds | None = None


def disturbances(pair: Pair, *, disturbed: bool) -> tuple[tuple[WarningCode, ...], float]:
    """What disturbed a pair.

    Args:
        pair: the compared photos.
        disturbed: whether so much of the board differs that a reading would be a guess.

    Returns:
        Warnings, and the factor 0…1 by which they lower the confidence of what was read all the same.
    """
    found: list[WarningCode] = []
    factor = 1.0
    if pair.hand.found:
        found.append(WarningCode.HAND_IN_VIEW)
        factor *= HAND_CONFIDENCE
    if disturbed:
        found.append(WarningCode.DISTURBED)
        factor *= DISTURBED_CONFIDENCE
    if pair.dark:
        found.append(WarningCode.TOO_DARK)
        factor *= DARK_CONFIDENCE
    if pair.soft:
        found.append(WarningCode.BLURRED)
        factor *= DISTURBED_CONFIDENCE
    return tuple(found), factor
