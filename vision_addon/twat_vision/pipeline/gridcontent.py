"""What the cells of a grid hold: judged by the accepted state, or by the two photos alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .appearance import (
    CONTRAST,
    EMPTY,
    Features,
    emptiness_distance,
    empty_look,
    learn,
    quiet_cells,
    shade_groups,
)
from .spaces import Cell
from .state import Names
from .types import Piece

CONFLICT = 4.4
"""Nats by which a cell looks unlike what is said to stand there, in both photos, from which on the state is doubted. Right states
reach 3.9 where one piece looks unlike its army, wrong ones begin at 4.4; more than `appearance.MAX_COST` is not possible."""

COLOUR_MOST = 3.5
"""Nats that the colour of one piece is worth at most: now and then a glare or a shadow gives any piece any colour (3 % of anything
are mixed into the classes, cf. Tukey's contaminated normal, 1960). Whether something stands there is surer than whose it is."""
UNCLEAR = 2.0
"""The same for cells that are merely hard to tell."""


@dataclass(frozen=True, slots=True)
class Content:
    """What it costs, in nats from 0, to believe things of one cell.

    ``occupied`` and ``vacant`` are about the before photo, ``empty`` and ``players`` (by position) about the after photo.
    ``unlike`` is how much better something else explains the after photo than what is said to have stood there, ``doubt`` how
    much better it explained the before photo.
    """

    occupied: float
    vacant: float
    empty: float
    players: Mapping[int, float]
    unlike: float = 0.0
    doubt: float = 0.0

    def seen(self, share: float) -> "Content":
        """The same where the after photo's look of the cell counts less.

        Args:
            share: of it that is the cell's own and undisturbed, 0…1.
        """
        players = {player: share * cost for player, cost in self.players.items()}
        return replace(self, empty=share * self.empty, players=players, unlike=share * self.unlike)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that looks unlike the accepted state in both photos, and whose piece seems to stand there (None: nobody's)."""

    cell: Cell
    player: int | None


class Known:
    """Contents where the accepted state is known: it says what the looks of the before photo belong to.

    Args:
        before: features of the before photo, ``(rows, columns, 5)``.
        after: features of the after photo in the before photo's light.
        standing: the accepted pieces by cell.
        names: the players; their colours stand in for players without a piece on the board.
    """

    def __init__(
        self, before: Features, after: Features, standing: Mapping[Cell, Piece], names: Names
    ) -> None:
        labels = np.zeros(before.shape[:2], np.int64)
        for (column, row), piece in standing.items():
            labels[row, column] = -1 if piece.player is None else piece.player
        look = empty_look(before, labels == EMPTY)
        nominal = {}
        for player, lab in names.nominal().items():
            middle = np.median(look.reshape(-1, look.shape[-1]), axis=0)
            nominal[player] = np.r_[0.6 * (lab - middle[:3]), 8.0, 8.0]
        model = learn(before - look, labels, shade_groups(before, labels == EMPTY), nominal)
        self._labels = labels
        self._before = model.costs(before - look)
        self._costs = model.costs(after - look)
        self._changed_look = self._unlike(self._costs)
        self._doubt = self._unlike(self._before)
        # A piece unlike every army, the one queen among pawns, contradicts nothing.
        self._usual = model.usual(before - look) & model.usual(after - look)

    def of(self, cell: Cell) -> Content:
        """What is known of a cell.

        Args:
            cell: column and row.

        Returns:
            Costs in nats from 0.
        """
        column, row = cell
        costs = {k: float(c[row, column]) for k, c in self._costs.items()}
        empty = costs.pop(EMPTY, 0.0)
        most = min(costs.values(), default=0.0) + COLOUR_MOST
        players = {player: min(cost, most) for player, cost in costs.items()}
        unlike, doubt = float(self._changed_look[row, column]), float(self._doubt[row, column])
        return Content(0.0, 0.0, empty, players, unlike, doubt)

    def conflicts(self, hidden: NDArray[np.bool_]) -> tuple[Conflict, ...]:
        """Cells that look unlike the accepted state before and after.

        Args:
            hidden: cells under a hand, which are left out, bool ``(rows, columns)``.

        Returns:
            The cells, and whose pieces they look like.
        """
        unlike = np.where(hidden, 0, np.minimum(self._doubt, self._changed_look))
        wrong = (unlike > CONFLICT) & self._usual
        if (unlike[~wrong] > UNCLEAR).any():
            # Where other cells are half in doubt, too, the armies' looks are too much alike to contradict anybody.
            return ()
        found = []
        for row, column in np.argwhere(wrong):
            seen = min(self._costs, key=lambda label: float(self._costs[label][row, column]))
            found.append(Conflict((int(column), int(row)), None if seen == EMPTY else seen))
        return tuple(found)

    def _unlike(self, costs: Mapping[int, NDArray[np.float64]]) -> NDArray[np.float64]:
        """How much worse what is said to stand on each cell explains its look than the best class, 0 where that is open."""
        unlike = np.zeros(self._labels.shape)
        if not costs:
            return unlike
        best = np.stack(list(costs.values())).min(axis=0)
        for label, cost in costs.items():
            said = self._labels == label
            unlike[said] = (cost - best)[said]
        return unlike


class Unknown:
    """Contents without a state: how far each cell is from the empty look, before and after.

    Args:
        before: features of the before photo, ``(rows, columns, 5)``.
        after: features of the after photo in the before photo's light.
    """

    def __init__(self, before: Features, after: Features) -> None:
        quiet = quiet_cells(before)
        look = empty_look(before, quiet)
        distance_b = emptiness_distance(before, look, quiet)
        distance_a = emptiness_distance(after, look, quiet)
        # A piece adds contrast to its cell; its colour is far from the empty look unless the print is too.
        self._rise = np.clip((after[..., CONTRAST] - before[..., CONTRAST]) / 4, -2.5, 2.5)
        self._rise += np.clip(2 * (distance_a - distance_b), -1.5, 1.5)

    def of(self, cell: Cell) -> Content:
        """What the photos say of a cell.

        Args:
            cell: column and row.

        Returns:
            Costs in nats from 0.
        """
        column, row = cell
        rise = float(self._rise[row, column])
        return Content(_softplus(rise), _softplus(-rise), 0.0, {})


def _softplus(x: float) -> float:
    return float(np.logaddexp(0, x))
