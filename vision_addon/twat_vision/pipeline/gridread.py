"""Reading a grid from a pair of photos, or from one."""

import numpy as np

from .assign import Action, Solution, margins, only_links, solve, solve_one_way
from .calibration import calibrated
from .candidates import Scored, score
from .grid import GridEvidence, gather, outcome, problem
from .naming import certainty, moves_of, questions_of, regions_of
from .pair import Pair
from .reading import DISTURBED_CONFIDENCE, Reading, disturbances
from .spaces import cell_name, piece_cell
from .state import Names
from .types import AnalysisRequest, DetectedPiece, Grid, Move, MoveKind, WarningCode

MIXED_CONFIDENCE = 0.6
"""Share of a reading's raw confidence that is left where, without a state, something moved and something else came or went."""


def read_grid(
    pair: Pair, request: AnalysisRequest, grid: Grid, names: Names, factor: float
) -> Reading:
    """Say what changed on a grid and which moves explain it.

    Args:
        pair: the compared photos.
        request: the analysis; its accepted state decides how freely the pixels are read.
        grid: the layout.
        names: the request's players and vocabulary.
        factor: full-size pixels of the after photo per decoded pixel.
    """
    evidence = gather(pair, request, grid)
    task = problem(evidence, request)
    if pair.hand.found and evidence.known:
        task = only_links(task)
    if evidence.known:
        best = solve(task)
    else:
        task, best = solve_one_way(task)
    margin, second = margins(task, best, lambda s: outcome(s, evidence))
    expected = score(
        list(evidence.shortlisted), task, {c.cell: i for i, c in enumerate(evidence.cells)}, grid
    )
    unexpected = False
    if expected:
        best, second, margin, unexpected = _weigh(expected, best, second, margin, evidence)
        # Ways back alone are no list of what may be played next.
        unexpected &= any(c.returns_to is None for c in request.candidates)
    moves = moves_of(best, margin, evidence, names, grid)
    warnings, doubt = disturbances(pair, disturbed=False)
    raw = _confidence(best, second, evidence)
    if evidence.reading.disturbed:
        warnings = (*warnings, WarningCode.DISTURBED)
        raw *= DISTURBED_CONFIDENCE
    # Restless pairs were calibrated; hands, darkness and blur were not: their doubt comes on top.
    sure = calibrated(raw, known=evidence.known) * doubt
    alternative = _doubtful(best, second, moves, evidence, names, grid)
    questions = questions_of(
        moves,
        names,
        request.thresholds.confidence,
        alternative,
        sure=1.0 if pair.hand.found else sure,
        unexpected=unexpected,
    )
    if evidence.conflicts:
        warnings = (*warnings, WarningCode.STATE_CONFLICT)
    return Reading(
        moves=moves,
        regions=regions_of(moves, evidence, pair, grid, factor),
        pieces=pieces_after(request, moves, grid),
        confidence=sure,
        warnings=warnings,
        questions=questions,
        taken_back=_taken_back(best, expected, evidence),
    )


def _taken_back(best: Solution, expected: list[Scored], evidence: GridEvidence) -> str | None:
    """The earlier state that what was read leads back to, None where it is a new position."""
    reached = outcome(best, evidence)
    ways = (s for s in expected if s.candidate.returns_to is not None)
    back = (s.candidate.returns_to for s in ways if outcome(s.solution, evidence) == reached)
    return next(back, None)


def _weigh(
    expected: list[Scored],
    free: Solution,
    second: Solution | None,
    margin: dict[Action, float],
    evidence: GridEvidence,
) -> tuple[Solution, Solution | None, dict[Action, float], bool]:
    """Choose between the free reading and the expected moves.

    Returns:
        The better explanation, the next best one that comes to something else, the margins of its actions, and whether
        something was read that nobody expected.
    """
    nothing = Solution((), 0.0)
    first = expected[0].solution
    if first.cost > free.cost and outcome(first, evidence) != outcome(free, evidence):
        rivals = [first] if second is None else [first, second]
        rival = min(rivals, key=lambda s: s.cost)
        gap = rival.cost - free.cost
        return free, rival, {a: min(m, gap) for a, m in margin.items()}, bool(free.actions)
    same = outcome(first, evidence)
    rivals = [s.solution for s in expected[1:]] + [free, nothing]
    rivals += [] if second is None else [second]
    others = [s for s in rivals if outcome(s, evidence) != same]
    rival = min(others, key=lambda s: s.cost)
    gap = max(0.0, rival.cost - first.cost)
    return first, rival, dict.fromkeys(first.actions, gap), False


def _confidence(best: Solution, second: Solution | None, evidence: GridEvidence) -> float:
    """Probability that the whole reading is right."""
    sure = certainty(second.cost - best.cost) if second is not None else 1.0
    if not evidence.known:
        sure *= _cells_certainty(evidence)
        if _lone(best):
            sure *= MIXED_CONFIDENCE
    return sure


def _doubtful(
    best: Solution,
    second: Solution | None,
    moves: tuple[Move, ...],
    evidence: GridEvidence,
    names: Names,
    grid: Grid,
) -> tuple[Move, ...] | None:
    """What else may have happened, None where nothing is in doubt.

    Without a state, a piece that came or went by itself beside a move is the first thing to doubt: it may have been pushed.
    Else it is the next best explanation, and where there is none, the change of the cell nearest to the threshold.
    """
    lone = _lone(best)
    if lone and not evidence.known:
        kept = tuple(a for a in best.actions if a not in lone)
        return moves_of(Solution(kept, best.cost), {}, evidence, names, grid)
    if second is not None:
        return moves_of(second, {}, evidence, names, grid)
    reading = evidence.reading
    doubts = [
        (abs(float(reading.scores[c.cell[1], c.cell[0]]) - reading.threshold), i)
        for i, c in enumerate(evidence.cells)
    ]
    if evidence.known or not doubts:
        return None
    _, i = min(doubts)
    cell = evidence.cells[i]
    if not cell.faint:
        name = cell_name(cell.cell, grid)
        return tuple(m for m in moves if name not in (m.from_space, m.to_space))
    leaves = cell.held.occupied < cell.held.vacant
    action: Action = ("leave", i, -1) if leaves else ("arrive", -1, i)
    return moves_of(Solution((*best.actions, action), best.cost), {}, evidence, names, grid)


def _lone(solution: Solution) -> tuple[Action, ...]:
    """What came or went by itself while something else moved."""
    lone = tuple(a for a in solution.actions if a[0] != "link")
    return lone if len(lone) < len(solution.actions) else ()


def _cells_certainty(evidence: GridEvidence) -> float:
    """Probability that the set of changed cells is right, without a state.

    Each cell's ``logit p = 20 (v - T) - 0.5`` was fitted and calibrated in the reading study; cells far below the
    threshold never changed there, so they do not add up.
    """
    reading = evidence.reading
    p = 1 / (1 + np.exp(-(20 * (reading.scores - reading.threshold) - 0.5)))
    wrong = np.where(reading.changed, 1 - p, np.where(p < 0.02, 0, p))
    return float(np.prod(1 - wrong[~reading.covered]))


def pieces_after(
    request: AnalysisRequest, moves: tuple[Move, ...], grid: Grid
) -> tuple[DetectedPiece, ...]:
    """The accepted pieces after the moves.

    Args:
        request: the analysis.
        moves: what was read.
        grid: the layout.

    Returns:
        The pieces with confidence 0…1; empty where no state is known.
    """
    if request.pieces is None:
        return ()
    gone = {m.captured for m in moves} | {m.piece for m in moves if m.kind is MoveKind.REMOVE}
    moved = {m.piece: m for m in moves if m.piece is not None and m.to_space is not None}
    found = []
    for piece in request.pieces:
        if piece.id in gone and piece.id not in moved:
            continue
        move = moved.get(piece.id)
        if move is not None and move.to_position is not None:
            place, space, sure = move.to_position, move.to_space, move.confidence
        else:
            cell = piece_cell(piece, grid)
            place, space, sure = piece.position, piece.space, 1.0
            if cell is not None:
                place, space = (float(cell[0]), float(cell[1])), cell_name(cell, grid)
        found.append(DetectedPiece(piece.type, piece.player, place, space, sure, piece.id))
    found.extend(
        DetectedPiece(m.type, m.player, m.to_position, m.to_space, m.confidence, color=m.color)
        for m in moves
        if m.piece is None and m.to_position is not None
    )
    return tuple(found)
