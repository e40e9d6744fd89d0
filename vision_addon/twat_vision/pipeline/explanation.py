"""What explains the changes of a board without cells, what else may have happened, and the reading that this comes to."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from .assign import Action, Problem, Solution, margins, only_links, rivals, solve
from .calibration import Grounds, calibrated
from .evidence import HAND_COST, UNSEEN
from .naming import certainty, questions_of
from .pair import Pair
from .reading import Reading, disturbances
from .state import Names
from .types import AnalysisRequest, ChangedRegion, DetectedPiece, Move


@dataclass(frozen=True, slots=True)
class Explanation:
    """The likeliest explanation, by how many nats each of its actions is, and the others that come to something else."""

    best: Solution
    margin: Mapping[Action, float]
    others: tuple[Solution, ...]

    def sure(self, owned: Sequence[float]) -> float:
        """How sure it is, 0…1; never more than that nothing came or went unseen.

        Args:
            owned: by how many nats each piece is its player's.
        """
        rival = min((other.cost - self.best.cost for other in self.others), default=UNSEEN)
        return certainty(min([rival, UNSEEN, *owned]))


def explain(
    problem: Problem, outcome: Callable[[Solution], Hashable], *, hand: bool
) -> Explanation:
    """Find what explains the changes best.

    Args:
        problem: what explanations cost.
        outcome: what an explanation comes to.
        hand: whether a hand is in view: then only moves that are wholly visible are read.
    """
    if hand:
        problem = only_links(replace(problem, link=problem.link + HAND_COST))
    best = solve(problem)
    margin, second = margins(problem, best, outcome)
    return Explanation(best, margin, rivals(problem, best, second, outcome))


def conclude(
    pair: Pair,
    request: AnalysisRequest,
    names: Names,
    grounds: Grounds,
    moves: tuple[Move, ...],
    alternatives: Sequence[tuple[Move, ...]],
    regions: tuple[ChangedRegion, ...],
    pieces: tuple[DetectedPiece, ...],
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> Reading:
    """Say what was read, how sure it is, and what to ask.

    Args:
        pair: the compared photos.
        request: the analysis.
        names: the request's players and vocabulary.
        grounds: what the confidence rests on.
        moves: what was read.
        alternatives: what else may have happened, the likeliest first.
        regions: what changed.
        pieces: those that stand now.
        counts: the same by zone and colour.
    """
    warnings, doubt = disturbances(pair, disturbed=False)
    likely = calibrated(grounds)
    # With a hand in view another photo is asked for.
    sure = 1.0 if pair.hand.found else likely
    asked_below = request.thresholds.confidence
    return Reading(
        moves=moves,
        regions=regions,
        pieces=pieces,
        confidence=likely * doubt,
        grounds=grounds,
        warnings=warnings,
        questions=questions_of(moves, names, asked_below, alternatives, sure=sure),
        counts=counts,
    )
