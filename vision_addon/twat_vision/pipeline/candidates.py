"""Plausible next moves as a prior: each is scored against the same pixels as the free reading."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .assign import FORBIDDEN, Action, Problem, Solution
from .spaces import Cell, cell_of
from .types import Candidate, CandidateMove, Grid, MoveKind

PRIOR = 5.0
"""Nats by which a listed move is the likelier one than a move nobody listed (150 : 1). It is a prior, not a filter: two clearly
seen moves outweigh it."""
TRIED = 10
"""Candidates, best first by their cells' change alone, that are scored in full."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate as an explanation of the evidence; its cost contains the prior."""

    candidate: Candidate
    solution: Solution


def candidate_cells(candidate: Candidate, grid: Grid) -> list[Cell] | None:
    """The cells a candidate touches.

    Args:
        candidate: a plausible next move.
        grid: the layout.

    Returns:
        Each cell once; None when it names a space that is not on this grid.
    """
    cells = []
    for move in candidate.moves:
        for space in (move.from_space, move.to_space):
            if space is None:
                continue
            cell = cell_of(space, grid)
            if cell is None:
                return None
            cells.append(cell)
    return list(dict.fromkeys(cells))


def shortlist(
    candidates: tuple[Candidate, ...], grid: Grid, raw: NDArray[np.float64]
) -> list[tuple[Candidate, list[Cell]]]:
    """The candidates whose cells changed most.

    Args:
        candidates: all of them.
        grid: the layout.
        raw: change of every cell, ``(rows, columns)``, 0…1.
    """
    found = []
    for candidate in candidates:
        cells = candidate_cells(candidate, grid)
        if cells:
            gain = sum(float(np.clip((raw[r, c] - 0.22) / 0.08, -6, 5)) for c, r in cells)
            found.append((gain, candidate, cells))
    found.sort(key=lambda entry: -entry[0])
    return [(candidate, cells) for _, candidate, cells in found[:TRIED]]


def score(
    shortlisted: list[tuple[Candidate, list[Cell]]],
    problem: Problem,
    index: dict[Cell, int],
    grid: Grid,
) -> list[Scored]:
    """Candidates as explanations, cheapest first; those that contradict the accepted state are left out.

    Args:
        shortlisted: candidates and their cells.
        problem: the costs of the pair.
        index: the problem's index of every cell.
        grid: the layout.
    """
    if not shortlisted:
        return []
    mean = float(np.mean([c.weight for c, _ in shortlisted]))
    found = []
    for candidate, _ in shortlisted:
        actions = [_action(move, index, grid) for move in candidate.moves]
        costs = [FORBIDDEN if a is None else _cost(a, problem) for a in actions]
        if not actions or max(costs) >= FORBIDDEN / 2:
            continue
        kept = tuple(a for a in actions if a is not None)
        solution = Solution(kept, 0.0)
        double = solution.sources & solution.targets
        total = sum(costs) + float(problem.gain[list(double)].sum())
        total -= PRIOR + float(np.log(max(candidate.weight, 1e-6) / mean))
        found.append(Scored(candidate, Solution(kept, total)))
    return sorted(found, key=lambda s: s.solution.cost)


def _action(move: CandidateMove, index: dict[Cell, int], grid: Grid) -> Action | None:
    start = cell_of(move.from_space, grid) if move.from_space else None
    end = cell_of(move.to_space, grid) if move.to_space else None
    if start is not None and end is not None:
        return "link", index[start], index[end]
    if end is not None:
        return "arrive", -1, index[end]
    return ("leave", index[start], -1) if start is not None else None


def _cost(action: Action, problem: Problem) -> float:
    kind, i, j = action
    if kind == "link":
        return float(problem.link[i, j])
    return float(problem.leave[i] if kind == "leave" else problem.arrive[j])


def expected_type(
    candidates: tuple[Candidate, ...], space: str | None, player: int | None
) -> str | None:
    """The one type that the candidates would place on a space for a player.

    Args:
        candidates: plausible next moves.
        space: where something arrived, None for a place without a name.
        player: whose it is, by position from 1, None where that is unknown.

    Returns:
        The type's id, None when they name none or do not agree.
    """
    types = {
        m.type
        for c in candidates
        for m in c.moves
        if m.kind in (MoveKind.PLACE, MoveKind.CAPTURE)
        and m.from_space is None
        and m.to_space == space
        and m.player == player
        and m.type is not None
    }
    return types.pop() if len(types) == 1 else None
