"""Reading a grid from a pair of photos, or from one."""

from dataclasses import replace

import numpy as np

from .assign import (
    CERTAIN,
    Action,
    Problem,
    Solution,
    margins,
    only_links,
    ranked,
    solve,
    solve_one_way,
)
from .calibration import Grounds, calibrated
from .candidates import Scored, score
from .grid import GridEvidence, gather, outcome, owners, problem
from .naming import certainty, moves_of, questions_of, regions_of
from .pair import Pair
from .reading import Reading, disturbances
from .spaces import cell_name, piece_cell
from .state import Names
from .types import AnalysisRequest, DetectedPiece, Grid, Move, MoveKind, WarningCode

CHANGED = (-2.4, 17.0, 0.95)
"""Logistic regression of whether a cell changed: constant, by its score above the threshold, by how many nats it looks more or
less occupied than before."""
MOST_UNEXPLAINED = 5.0
"""Nats that a change which is left out counts at most: more than this is sure to be one."""
OFFERED = 4
"""Other readings that a question offers at most."""
WORTH_OFFERING = 7.0
"""Nats by which another reading may be the less likely one and still be offered (1,000 : 1)."""
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
    owned = _ownership(best, evidence, request)
    margin = {a: min(m, owned.get(a, m)) for a, m in margin.items()}
    moves = moves_of(best, margin, evidence, names, grid)
    warnings, doubt = disturbances(pair, disturbed=False)
    raw = _confidence(best, second, min(owned.values(), default=CERTAIN), evidence)
    if evidence.reading.disturbed:
        warnings = (*warnings, WarningCode.DISTURBED)
    grounds = Grounds(evidence.basis, raw, _unexplained(best, evidence) if evidence.known else 0.0)
    # Restless pairs were calibrated; hands, darkness and blur were not: their doubt comes on top.
    sure = calibrated(grounds) * doubt
    sure_enough = 1.0 if pair.hand.found else sure
    least = min([sure_enough, *(m.confidence for m in moves)])
    alternatives: tuple[tuple[Move, ...], ...] = ()
    if unexpected or least < request.thresholds.confidence:
        others = _others(task, best, second, expected, evidence)
        alternatives = _alternatives(best, others, moves, evidence, names, grid)
    questions = questions_of(
        moves,
        names,
        request.thresholds.confidence,
        alternatives,
        sure=sure_enough,
        unexpected=unexpected,
    )
    if evidence.conflicts:
        warnings = (*warnings, WarningCode.STATE_CONFLICT)
    return Reading(
        moves=moves,
        regions=regions_of(moves, evidence, pair, grid, factor),
        pieces=pieces_after(request, moves, grid),
        confidence=sure,
        grounds=grounds,
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
        unexpected = bool(free.actions) and not _answers(free, expected, evidence)
        return free, rival, {a: min(m, gap) for a, m in margin.items()}, unexpected
    same = outcome(first, evidence)
    rivals = [s.solution for s in expected[1:]] + [free, nothing]
    rivals += [] if second is None else [second]
    others = [s for s in rivals if outcome(s, evidence) != same]
    rival = min(others, key=lambda s: s.cost)
    gap = max(0.0, rival.cost - first.cost)
    return first, rival, dict.fromkeys(first.actions, gap), False


def _answers(free: Solution, expected: list[Scored], evidence: GridEvidence) -> bool:
    """Whether a reading is an expected move and others' answers to it: of a missed photo nobody listed more."""

    def player(action: Action) -> int | None:
        piece = evidence.cells[action[1]].piece if action[1] >= 0 else None
        return piece.player if piece is not None else None

    for scored in expected:
        listed = set(scored.solution.actions)
        movers = {player(action) for action in listed}
        answers = {player(action) for action in free.actions if action not in listed}
        if listed <= set(free.actions) and None not in answers and not movers & answers:
            return True
    return False


def _ownership(
    best: Solution, evidence: GridEvidence, request: AnalysisRequest
) -> dict[Action, float]:
    """By how many nats each new piece is its player's rather than another's."""
    found: dict[Action, float] = {}
    for action in best.actions:
        if action[0] == "arrive":
            whose = owners(evidence.cells[action[2]], request.active_player)
            found[action] = whose[1][0] - whose[0][0] if len(whose) > 1 else CERTAIN
    return found


def _confidence(
    best: Solution, second: Solution | None, owned: float, evidence: GridEvidence
) -> float:
    """Probability that the whole reading is right; ``owned`` is how sure the new pieces' players are, in nats."""
    sure = certainty(second.cost - best.cost) if second is not None else 1.0
    sure *= certainty(owned)
    if not evidence.known:
        sure *= _cells_certainty(evidence)
        if _lone(best):
            sure *= MIXED_CONFIDENCE
    return sure


def _unexplained(best: Solution, evidence: GridEvidence) -> float:
    """Nats by which the strongest change that an explanation leaves out seems to be one; at least 0."""
    touched = best.sources | best.targets
    left = (cell.gain for i, cell in enumerate(evidence.cells) if i not in touched)
    return min(max(0.0, max(left, default=0.0)), MOST_UNEXPLAINED)


def _others(
    task: Problem,
    best: Solution,
    second: Solution | None,
    expected: list[Scored],
    evidence: GridEvidence,
) -> tuple[Solution, ...]:
    """What else may have happened, the likeliest first: at most `OFFERED` explanations that come to different things."""
    free = ranked(task, lambda s: outcome(s, evidence), OFFERED + 1)
    rivals = [*free, *(s.solution for s in expected), *([] if second is None else [second])]
    found = {outcome(best, evidence): best}
    for rival in sorted(rivals, key=lambda s: s.cost):
        if rival.cost < best.cost + WORTH_OFFERING:
            found.setdefault(outcome(rival, evidence), rival)
    return tuple(found.values())[1 : OFFERED + 1]


def _alternatives(
    best: Solution,
    others: tuple[Solution, ...],
    moves: tuple[Move, ...],
    evidence: GridEvidence,
    names: Names,
    grid: Grid,
) -> tuple[tuple[Move, ...], ...]:
    """The other readings to offer a player; none where nothing is in doubt.

    Without a state, a piece that came or went by itself beside a move is the first thing to doubt: it may have been pushed.
    Then come the next best explanations, and where there are none, the change of the cell nearest to the threshold.
    """

    def reading(solution: Solution) -> tuple[Move, ...]:
        return moves_of(solution, {}, evidence, names, grid)

    found = _recoloured(moves, evidence, names, grid)
    found += [(other.cost - best.cost, reading(other)) for other in others]
    ranking = [moves for _, moves in sorted(found, key=lambda f: f[0])[:OFFERED]]
    lone = _lone(best)
    if lone and not evidence.known:
        kept = tuple(a for a in best.actions if a not in lone)
        return (reading(Solution(kept, best.cost)), *ranking)
    doubts = [
        (abs(float(evidence.reading.scores[c.cell[1], c.cell[0]]) - evidence.reading.threshold), i)
        for i, c in enumerate(evidence.cells)
    ]
    if ranking or evidence.known or not doubts:
        return tuple(ranking)
    _, i = min(doubts)
    cell = evidence.cells[i]
    if not cell.faint:
        name = cell_name(cell.cell, grid)
        return (tuple(m for m in moves if name not in (m.from_space, m.to_space)),)
    leaves = cell.held.occupied < cell.held.vacant
    action: Action = ("leave", i, -1) if leaves else ("arrive", -1, i)
    return (reading(Solution((*best.actions, action), best.cost)),)


def _recoloured(
    moves: tuple[Move, ...], evidence: GridEvidence, names: Names, grid: Grid
) -> list[tuple[float, tuple[Move, ...]]]:
    """The reading with one new piece being the next likely player's, and by how many nats each is the less likely."""
    by_name = {cell_name(c.cell, grid): c for c in evidence.cells}
    found = []
    for move in moves:
        if move.from_space is None and move.to_space is not None:
            whose = owners(by_name[move.to_space], names.request.active_player)
            for cost, player in whose[1:2]:
                color = names.color(player)
                other = replace(
                    move, player=player, color=color, type=names.type_for(move.to_space, color)
                )
                found.append((cost - whose[0][0], tuple(other if m is move else m for m in moves)))
    return found


def _lone(solution: Solution) -> tuple[Action, ...]:
    """What came or went by itself while something else moved."""
    lone = tuple(a for a in solution.actions if a[0] != "link")
    return lone if len(lone) < len(solution.actions) else ()


def _cells_certainty(evidence: GridEvidence) -> float:
    """Probability that the set of changed cells is right, without a state.

    How likely each cell changed follows from its score and from how much more or less like an empty cell it looks
    (`CHANGED`); cells far below the threshold never changed, so they do not add up.
    """
    reading = evidence.reading
    bias, by_score, by_look = CHANGED
    right = 1.0
    for cell in evidence.cells:
        column, row = cell.cell
        above = float(reading.scores[row, column]) - reading.threshold
        look = abs(cell.held.occupied - cell.held.vacant)
        p = 1 / (1 + np.exp(-(bias + by_score * above + by_look * look)))
        right *= p if not cell.faint else 1 - p
    return right


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
