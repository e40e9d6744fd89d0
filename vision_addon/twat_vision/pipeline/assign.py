"""Joint assignment of vanished to appeared: the cheapest explanation of all changed spaces at once.

Costs are in nats (negative log likelihoods), relative to "nothing happened": every changed space brings a gain for
being explained, every move, placement and removal has a price. The cheapest set is a linear assignment problem (Kuhn
1955; scipy ``linear_sum_assignment``). One thing does not fit into it: a space explains its change once, even if a
piece left it and another arrived. Such double uses are resolved by branching.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cache
import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

FORBIDDEN = 1e6
MAX_BRANCHES = 6
MATCHED = 10
MIXED_COST = 4.0
CERTAIN = 12.0
"""The margin of what has no alternative."""
DEPTH = 2
"""How many like explanations are passed over in the search for another one."""

LOOKED_AT = 40
"""How many explanations are tried in the search for several that come to different things."""

Action = tuple[str, int, int]
"""``("link", i, j)`` space i → space j, ``("leave", i, -1)``, ``("arrive", -1, j)``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``n`` spaces, each of which something may have left or reached.

    ``link[i, j]`` is the cost of a piece having gone from i to j, ``leave[i]`` of one having left the board,
    ``arrive[j]`` of one having come from off the board; ``gain[i]`` is what is contained in them for explaining i.
    ``once`` forbids that a piece left a space and another one reached it.
    """

    link: NDArray[np.float64]
    leave: NDArray[np.float64]
    arrive: NDArray[np.float64]
    gain: NDArray[np.float64]
    once: bool = False


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
    """The same problem without removals and placements: with a hand in view half of a move may be hidden.

    Args:
        problem: costs in nats.

    Returns:
        A problem in which only moves from space to space are allowed.
    """
    nothing = np.full_like(problem.leave, FORBIDDEN)
    return replace(problem, leave=nothing, arrive=nothing)


def solve(problem: Problem, banned: frozenset[Action] = frozenset()) -> Solution:
    """The cheapest explanation: a linear assignment (Kuhn 1955), branched where a space would explain its change twice.

    Args:
        problem: costs in nats.
        banned: actions it must not use.

    Returns:
        The actions, and their cost in nats: 0 for doing nothing, negative where explaining pays.
    """
    link, leave, arrive = problem.link.copy(), problem.leave.copy(), problem.arrive.copy()
    for kind, i, j in banned:
        if kind == "link":
            link[i, j] = FORBIDDEN
        elif kind == "leave":
            leave[i] = FORBIDDEN
        else:
            arrive[j] = FORBIDDEN
    left = replace(problem, link=link, leave=leave, arrive=arrive)
    return _match(left) if problem.once else _branch(left, frozenset(), 0)


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
    only_target = replace(problem, link=link, leave=leave)
    link, arrive = problem.link.copy(), problem.arrive.copy()
    link[:, space] = FORBIDDEN
    arrive[space] = FORBIDDEN
    only_source = replace(problem, link=link, arrive=arrive)
    options = (
        _branch(only_target, settled, depth + 1),
        _branch(only_source, settled, depth + 1),
        _branch(problem, settled | {space}, depth + 1),
    )
    return min(options, key=lambda s: s.cost)


def _match(problem: Problem) -> Solution:
    """The cheapest explanation in which every space is left or reached at most once.

    That is a matching of spaces with one another; exact by dynamic programming over the set of spaces still open. Above
    `MATCHED` spaces only the cheapest ones are matched, the others came or went by themselves.
    """
    alone: list[tuple[float, Action | None]] = []
    for i in range(len(problem.leave)):
        options: list[tuple[float, Action | None]] = [(0.0, None)]
        options.append((float(problem.leave[i]), ("leave", i, -1)))
        options.append((float(problem.arrive[i]), ("arrive", -1, i)))
        alone.append(min(options, key=lambda o: o[0]))
    order = np.argsort([cost for cost, _ in alone])
    core = tuple(int(i) for i in order[:MATCHED])

    @cache
    def best(still: tuple[int, ...]) -> tuple[float, tuple[Action, ...]]:
        if not still:
            return 0.0, ()
        i, rest = still[0], still[1:]
        cost, actions = best(rest)
        single, action = alone[i]
        found = (cost + single, actions if action is None else (*actions, action))
        for at, j in enumerate(rest):
            link = min((float(problem.link[i, j]), i, j), (float(problem.link[j, i]), j, i))
            if link[0] >= FORBIDDEN / 2:
                continue
            cost, actions = best(rest[:at] + rest[at + 1 :])
            if cost + link[0] < found[0]:
                found = (cost + link[0], (*actions, ("link", link[1], link[2])))
        return found

    cost, actions = best(core)
    for i in order[MATCHED:]:
        single, action = alone[int(i)]
        cost += single
        actions = actions if action is None else (*actions, action)
    return Solution(actions, cost)


def margins(
    problem: Problem, best: Solution, outcome: Callable[[Solution], Hashable]
) -> tuple[dict[Action, float], Solution | None]:
    """How much worse it gets without each action of the best explanation.

    Args:
        problem: the problem.
        best: its solution.
        outcome: what an explanation comes to; explanations that come to the same (which of two like pieces went where)
            are no alternatives to each other.

    Returns:
        The margin >= 0 of each action, and the best explanation that comes to something else, None when there is none.
    """
    same = outcome(best)
    found: dict[Action, float] = {}
    others: list[Solution] = []
    for action in best.actions:
        other = _other(problem, same, outcome, frozenset({action}), DEPTH)
        found[action] = CERTAIN if other is None else max(0.0, other.cost - best.cost)
        if other is not None:
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


def rivals(
    problem: Problem,
    best: Solution,
    second: Solution | None,
    outcome: Callable[[Solution], Hashable],
) -> tuple[Solution, ...]:
    """What else may have happened: the second best explanation, and the best one with a move of what it leaves out.

    Args:
        problem: the problem.
        best: its solution.
        second: of `margins`.
        outcome: what an explanation comes to.

    Returns:
        Cheapest first; nothing that comes to the same as the best explanation or as each other.
    """
    used = best.sources | best.targets
    free = [i for i in range(len(problem.leave)) if i not in used]
    links = sorted((float(problem.link[i, j]), i, j) for i in free for j in free)
    more = (
        Solution((*best.actions, ("link", i, j)), best.cost + max(0.0, cost))
        for cost, i, j in links
        if cost < FORBIDDEN / 2
    )
    moved = next((other for other in more if outcome(other) != outcome(best)), None)
    found = sorted((s for s in (second, moved) if s is not None), key=lambda s: s.cost)
    different = {outcome(other): other for other in reversed(found)}
    return tuple(sorted(different.values(), key=lambda s: s.cost))


def ranked(
    problem: Problem, outcome: Callable[[Solution], Hashable], most: int
) -> tuple[Solution, ...]:
    """The best explanations that come to different things (Lawler 1972: without each action of those found so far).

    Args:
        problem: costs in nats.
        outcome: what an explanation comes to.
        most: how many at most.

    Returns:
        Cheapest first, no two with the same outcome; the very best among them.
    """
    found: dict[Hashable, Solution] = {}
    best = solve(problem)
    waiting = [(best.cost, 0, best, frozenset[Action]())]
    seen = {frozenset[Action]()}
    while waiting and len(found) < most and len(seen) < LOOKED_AT:
        _, _, solution, banned = heapq.heappop(waiting)
        found.setdefault(outcome(solution), solution)
        for action in solution.actions:
            without = banned | {action}
            if without not in seen:
                seen.add(without)
                other = solve(problem, without)
                heapq.heappush(waiting, (other.cost, len(seen), other, without))
    return tuple(found.values())


def _other(
    problem: Problem,
    same: Hashable,
    outcome: Callable[[Solution], Hashable],
    banned: frozenset[Action],
    depth: int,
) -> Solution | None:
    """The cheapest explanation without the banned actions that comes to something else."""
    found = solve(problem, banned)
    if outcome(found) != same:
        return found
    if depth == 0:
        return None
    options = [
        _other(problem, same, outcome, banned | {action}, depth - 1) for action in found.actions
    ]
    return min((s for s in options if s is not None), key=lambda s: s.cost, default=None)


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


def solve_one_way(problem: Problem) -> tuple[Problem, Solution]:
    """The cheapest explanation, where removals and placements do not mix for free.

    Without a state the direction of a single space is uncertain, but players seldom take some pieces off the board and
    put others on in one go: mixing costs `MIXED_COST`.

    Args:
        problem: costs in nats.

    Returns:
        The problem of the chosen way (only placements, only removals, or anything) and its solution.
    """
    nothing = np.full_like(problem.leave, FORBIDDEN)
    ways = (
        (replace(problem, leave=nothing), 0.0),
        (replace(problem, arrive=nothing), 0.0),
        (problem, MIXED_COST),
    )
    solved = [(way, solve(way), extra) for way, extra in ways]
    way, best, _ = min(solved, key=lambda s: s[1].cost + s[2])
    return way, best
