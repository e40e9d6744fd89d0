"""Reading a grid: evidence of every cell, and the assignment problem made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .appearance import (
    EMPTY,
    Features,
    cell_features,
    emptiness_distance,
    empty_look,
    learn,
    quiet_cells,
)
from .assign import FORBIDDEN, Problem
from .cells import CellReading, read_cells
from .colours import Lab, median_colour, name_colour, palette
from .pair import Pair
from .spaces import Cell, piece_cell
from .state import Names
from .types import AnalysisRequest, Grid, Piece

MOVE_COST = 0.5
PLACE_COST = 1.4
REMOVE_COST = 1.6
OTHER_PLAYER_COST = 2.0
OWN_PIECE_COST = 3.0
"""A piece landing on one of its own player's."""
FAR_COST = 0.1
"""Per cell: of two like pieces that both moved, the shorter ways are the likelier ones."""
SAME_COST = 4.0
"""A changed cell whose content is still the same: nudged, or shaded by a neighbour."""
CONSIDERED = 14
"""Cells, strongest change first, that an explanation may use."""
WEAKEST = 0.06


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What is known about one candidate cell.

    ``gain`` is what explaining its change is worth in nats (negative where it hardly changed). ``empty_cost`` and
    ``player_cost`` are what it costs to believe that the cell is now empty, or holds a piece of that player.
    """

    cell: Cell
    gain: float
    piece: Piece | None
    occupied_cost: float
    vacant_cost: float
    empty_cost: float
    player_cost: Mapping[int, float]
    colour_before: Lab | None
    colour_after: Lab | None


@dataclass(frozen=True, slots=True)
class GridEvidence:
    """All of a pair's evidence: the cells' reading, the candidate cells, and whether the state is known."""

    reading: CellReading
    cells: tuple[CellEvidence, ...]
    known: bool


def gather(pair: Pair, request: AnalysisRequest, grid: Grid) -> GridEvidence:
    """Collect the evidence of a pair on a grid."""
    covered = pair.hand.mask if pair.hand.found else None
    reading = read_cells(pair.maps.change, pair.maps.coarse, pair.frame, covered)
    before = cell_features(pair.maps.lab_before, pair.frame)
    after = cell_features(pair.maps.lab_after, pair.frame)
    standing: dict[Cell, Piece] = {}
    for piece in request.pieces or ():
        cell = piece_cell(piece, grid)
        if cell is not None:
            standing[cell] = piece
    order = np.argsort(-reading.raw, axis=None)[:CONSIDERED]
    chosen = [
        (int(i % grid.columns), int(i // grid.columns))
        for i in order
        if reading.raw.ravel()[i] > WEAKEST
    ]
    content: _Known | _Unknown
    if request.pieces is None:
        # Without a state the threshold alone says what changed; the rest only explains it.
        chosen = [(c, r) for c, r in chosen if reading.changed[r, c]]
        content = _Unknown(before, after)
    else:
        content = _Known(before, after, reading, standing, Names.of(request))
    cells = tuple(_evidence(cell, pair, reading, standing.get(cell), content) for cell in chosen)
    return GridEvidence(reading, cells, request.pieces is not None)


def problem(evidence: GridEvidence, request: AnalysisRequest) -> Problem:
    """The assignment problem: every candidate cell is a source and a target, as far as what stood there allows."""
    cells = evidence.cells
    n = len(cells)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    arrive = np.full(n, FORBIDDEN)
    active = request.active_player
    for i, source in enumerate(cells):
        if evidence.known and source.piece is None:
            continue
        owner = source.piece.player if source.piece else None
        foreign = 0.0
        if active is not None and owner is not None and owner != active:
            foreign = OTHER_PLAYER_COST
        gone = source.occupied_cost + source.empty_cost - source.gain
        leave[i] = REMOVE_COST + gone
        for j, target in enumerate(cells):
            if i == j:
                continue
            cost = MOVE_COST + foreign + gone - target.gain
            cost += _arrival_cost(target, source, owner)
            cost += FAR_COST * float(np.hypot(*np.subtract(source.cell, target.cell)))
            link[i, j] = cost
    for j, target in enumerate(cells):
        arrive[j] = PLACE_COST - target.gain + min(target.player_cost.values(), default=0.0)
        if target.piece is not None:
            # Something new on an occupied space without a piece that moved there is rare.
            arrive[j] += PLACE_COST + _same_look(target)
        else:
            arrive[j] += target.vacant_cost
    gain = np.array([c.gain for c in cells])
    return Problem(link, leave, arrive, gain)


def _arrival_cost(target: CellEvidence, source: CellEvidence, owner: int | None) -> float:
    cost = 0.0
    if owner is not None:
        cost += target.player_cost.get(owner, 0.0)
    elif source.colour_before is not None and target.colour_after is not None:
        d = source.colour_before - target.colour_after
        cost += min(3.0, float(np.sqrt((0.5 * d[0]) ** 2 + d[1] ** 2 + d[2] ** 2)) / 12)
    if target.piece is not None and owner is not None and target.piece.player == owner:
        cost += OWN_PIECE_COST
    return cost


def _same_look(target: CellEvidence) -> float:
    """Extra cost of a new piece of the same player where one stood: a nudge looks just like that."""
    best = min(target.player_cost, key=lambda p: target.player_cost[p], default=None)
    same = target.piece is not None and best is not None and best == target.piece.player
    return OWN_PIECE_COST if same else 0.0


class _Known:
    """Contents of cells where the accepted state is known."""

    def __init__(
        self,
        before: Features,
        after: Features,
        reading: CellReading,
        standing: Mapping[Cell, Piece],
        names: Names,
    ) -> None:
        rows, columns = before.shape[:2]
        labels = np.zeros((rows, columns), np.int64)
        for (column, row), piece in standing.items():
            labels[row, column] = -1 if piece.player is None else piece.player
        empty = labels == EMPTY
        look = empty_look(before, empty)
        nominal = {}
        for player, lab in names.nominal().items():
            middle = np.median(look.reshape(-1, 4), axis=0)
            nominal[player] = np.r_[0.6 * (lab - middle[:3]), 8.0]
        model = learn(before - look, labels, nominal)
        self._costs = model.costs(after - look)

    def of(self, cell: Cell) -> tuple[float, float, float, dict[int, float]]:
        column, row = cell
        empty = float(self._costs[EMPTY][row, column]) if EMPTY in self._costs else 0.0
        players = {k: float(c[row, column]) for k, c in self._costs.items() if k != EMPTY}
        return 0.0, 0.0, empty, players


class _Unknown:
    """Contents of cells without a state: how far each is from the empty look, before and after."""

    def __init__(self, before: Features, after: Features) -> None:
        quiet = quiet_cells(before)
        look = empty_look(before, quiet)
        self._before = emptiness_distance(before, look, quiet)
        self._after = emptiness_distance(after, look, quiet)

    def of(self, cell: Cell) -> tuple[float, float, float, dict[int, float]]:
        column, row = cell
        rise = float(self._after[row, column] - self._before[row, column])
        was = float(self._before[row, column])
        # Below about 2 a cell looks like the quiet ones; a bigger drop speaks for "from".
        occupied = _softplus(2.5 * (1.6 - was)) + _softplus(3 * rise)
        vacant = _softplus(2.5 * (was - 2.2)) + _softplus(-3 * rise)
        return min(occupied, 4.0), min(vacant, 4.0), 0.0, {}


def _evidence(
    cell: Cell, pair: Pair, reading: CellReading, piece: Piece | None, content: _Known | _Unknown
) -> CellEvidence:
    column, row = cell
    raw, score = float(reading.raw[row, column]), float(reading.scores[row, column])
    # How likely the cell changed (0 where that is even), plus what leaving it unexplained would cost.
    # A restless pair needs stronger changes.
    even = 0.22 + max(0.0, reading.threshold - 0.34)
    gain = float(np.clip((raw - even) / 0.08, -6, 5))
    gain += float(np.clip((score - reading.threshold) / 0.08, 0, 3))
    if score < 0.6 * raw:
        gain = min(gain, float(np.clip((score - even) / 0.08, -6, 5)))
    if reading.covered[row, column]:
        gain = -6.0
    if isinstance(content, _Unknown):
        gain += 12.0
    occupied, vacant, empty, players = content.of(cell)
    if not isinstance(content, _Unknown):
        # A changed cell may still hold what it held: a nudged piece, a neighbour's shadow.
        same = empty if piece is None else players.get(piece.player or -1, 0.0)
        gain = min(gain, SAME_COST + same)
    before, after = changed_colours(pair, cell)
    return CellEvidence(cell, gain, piece, occupied, vacant, empty, players, before, after)


def changed_colours(pair: Pair, cell: Cell) -> tuple[Lab | None, Lab | None]:
    """Median CIELAB of a cell's changed pixels, before and after (both in the before photo's light)."""
    s, o = pair.frame.scale, pair.frame.offset
    y, x = o + cell[1] * s, o + cell[0] * s
    change = pair.maps.change[y : y + s, x : x + s]
    limit = max(0.3, 0.5 * float(change.max(initial=0)))
    mask = change >= limit
    if not mask.any():
        return None, None
    lab_b = pair.maps.lab_before[y : y + s, x : x + s]
    lab_a = pair.maps.lab_after[y : y + s, x : x + s]
    return median_colour(lab_b, mask), median_colour(lab_a, mask)


def colour_name(seen: Lab | None, names: Names) -> str | None:
    """The players' colour (any named one without players) that a seen colour is most like."""
    if seen is None:
        return None
    colors = [p.color for p in names.players.values()]
    return name_colour(seen, palette(colors))


def _softplus(x: float) -> float:
    return float(np.logaddexp(0, x))
