"""Joint assignment of vanished to appeared: the cheapest explanation of all changed spaces at once.

Costs are in nats (negative log likelihoods), relative to "nothing happened": every changed space brings a gain for
being explained, every move, placement and removal has a price. The cheapest set is a linear assignment problem (Kuhn
1955; scipy ``linear_sum_assignment``). One thing does not fit into it: a space explains its change once, even if a
piece left it and another arrived. Such double uses are resolved by branching.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

FORBIDDEN = 1e6
MAX_BRANCHES = 6

Action = tuple[str, int, int]
"""``("link", i, j)`` space i → space j, ``("leave", i, -1)``, ``("arrive", -1, j)``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``n`` spaces, each of which something may have left or reached.

    ``link[i, j]`` is the cost of a piece having gone from i to j, ``leave[i]`` of one having left the board,
    ``arrive[j]`` of one having come from off the board; ``gain[i]`` is what is contained in them for explaining i.
    """

    link: NDArray[np.float64]
    leave: NDArray[np.float64]
    arrive: NDArray[np.float64]
    gain: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solution:
    """A set of actions and its cost."""

    actions: tuple[Action, ...]
    cost: float

    @property
    def sources(self) -> frozenset[int]:
        """Spaces something left."""
        return frozenset(i for kind, i, _ in self.actions if kind != "arrive")

    @property
    def targets(self) -> frozenset[int]:
        """Spaces something reached."""
        return frozenset(j for kind, _, j in self.actions if kind != "leave")


def only_links(problem: Problem) -> Problem:
    """The same problem without removals and placements: with a hand in view half of a move may be hidden."""
    nothing = np.full_like(problem.leave, FORBIDDEN)
    return Problem(problem.link, nothing, nothing, problem.gain)


def solve(problem: Problem, banned: frozenset[Action] = frozenset()) -> Solution:
    """The cheapest explanation that uses none of the banned actions."""
    link, leave, arrive = problem.link.copy(), problem.leave.copy(), problem.arrive.copy()
    for kind, i, j in banned:
        if kind == "link":
            link[i, j] = FORBIDDEN
        elif kind == "leave":
            leave[i] = FORBIDDEN
        else:
            arrive[j] = FORBIDDEN
    return _branch(Problem(link, leave, arrive, problem.gain), frozenset(), 0)


def _branch(problem: Problem, settled: frozenset[int], depth: int) -> Solution:
    found = _assign(problem)
    double = found.sources & found.targets
    # What both left and was reached brought its gain twice.
    true = Solution(found.actions, found.cost + float(problem.gain[list(double)].sum()))
    open_ = double - settled
    if not open_ or depth >= MAX_BRANCHES:
        return true
    space = max(open_, key=lambda i: float(problem.gain[i]))
    link, leave = problem.link.copy(), problem.leave.copy()
    link[space, :] = FORBIDDEN
    leave[space] = FORBIDDEN
    only_target = Problem(link, leave, problem.arrive, problem.gain)
    link, arrive = problem.link.copy(), problem.arrive.copy()
    link[:, space] = FORBIDDEN
    arrive[space] = FORBIDDEN
    only_source = Problem(link, problem.leave, arrive, problem.gain)
    options = (
        _branch(only_target, settled, depth + 1),
        _branch(only_source, settled, depth + 1),
        _branch(problem, settled | {space}, depth + 1),
    )
    return min(options, key=lambda s: s.cost)


def margins(problem: Problem, best: Solution) -> tuple[dict[Action, float], Solution | None]:
    """How much worse it gets without each action of the best explanation.

    Returns:
        The margin >= 0 of each action, and the best explanation that differs (by lacking one action or by having one
        more), None when there is no other.
    """
    found: dict[Action, float] = {}
    others: list[Solution] = []
    for action in best.actions:
        other = solve(problem, frozenset({action}))
        found[action] = max(0.0, other.cost - best.cost)
        others.append(other)
    used = best.sources | best.targets
    for i in range(len(problem.leave)):
        if i in used:
            continue
        for action, cost in (
            (("leave", i, -1), float(problem.leave[i])),
            (("arrive", -1, i), float(problem.arrive[i])),
        ):
            if cost < FORBIDDEN / 2:
                others.append(Solution((*best.actions, action), best.cost + max(0.0, cost)))
    return found, min(others, key=lambda s: s.cost, default=None)


def _assign(problem: Problem) -> Solution:
    n = len(problem.leave)
    if n == 0:
        return Solution((), 0.0)
    # Rows: spaces as sources, then "nobody" for each target; columns: targets, then "nowhere" for each source.
    cost = np.zeros((2 * n, 2 * n))
    cost[:n, :n] = problem.link
    cost[:n, n:] = FORBIDDEN
    cost[n:, :n] = FORBIDDEN
    index = np.arange(n)
    cost[index, n + index] = np.minimum(problem.leave, 0)
    cost[n + index, index] = np.minimum(problem.arrive, 0)
    rows, columns = linear_sum_assignment(cost)
    actions: list[Action] = []
    for r, c in zip(rows.tolist(), columns.tolist(), strict=True):
        if r < n and c < n:
            actions.append(("link", r, c))
        elif r < n and problem.leave[r] < 0:
            actions.append(("leave", r, -1))
        elif r >= n and c < n and problem.arrive[c] < 0:
            actions.append(("arrive", -1, c))
    return Solution(tuple(actions), float(cost[rows, columns].sum()))
