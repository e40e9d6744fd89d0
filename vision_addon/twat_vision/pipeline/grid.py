"""Reading a grid: evidence of every cell, and the assignment problem made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .appearance import cell_features, equally_sharp
from .assign import FORBIDDEN, Problem, Solution
from .calibration import Basis
from .candidates import shortlist
from .cells import BASE_THRESHOLD, FAINT, WEAKEST, CellReading, read_cells
from .colours import Lab, median_colour, name_colour, palette
from .gridcontent import Conflict, Content, Known, Unknown
from .lean import bodies
from .likeness import alike
from .maps import to_lab
from .nudge import without_nudges
from .pair import Pair
from .photometry import true_colours
from .spaces import Cell, piece_cell
from .state import Names
from .types import AnalysisRequest, Candidate, Grid, Piece

MOVE_COST = 0.5
PLACE_COST = 1.4
REMOVE_COST = 1.6
REPLACE_COST = 3.0
"""What stands on a space makes way for a piece that came from nowhere."""
OTHER_PLAYER_COST = 2.0
OWN_PIECE_COST = 4.5
"""A piece landing on one of its own player's."""
FAR_COST = 0.1
"""Per cell: of two like pieces that both moved, the shorter ways are the likelier ones."""
UNLIKE_COST = 1.0
"""For a piece that looks altogether different where it arrived."""
USUAL_COLOUR, OTHER_COLOUR_COST = 6.0, 5.0
"""Colour distance by which a piece may look different where it arrived for a nat, and the most that costs. Of 237 moves on real and
rendered photos nineteen in twenty stay below a distance of 12; pieces that came in one turn and cells without them begin at 13."""
SAME_COST = 4.0
"""A changed cell whose content is still the same: nudged, or shaded by a neighbour."""
VISIBLE, CONTENT_WEIGHT = 0.15, 0.8
"""From which change on, and how much, the look of what is there now speaks for a change."""
CONSIDERED = 14
"""Cells, strongest change first, that an explanation may use."""
UNKNOWN = "unknown"
"""Type of a piece nobody has named."""
CERTAIN_GAIN = 12.0
"""What explaining a cell above the threshold is worth without a state: it is never left out."""


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What is known about one candidate cell.

    ``gain`` is what explaining its change is worth in nats (negative where it hardly changed), ``held`` what it costs to
    believe things of its content. A ``faint`` cell changed too little to count by itself, but enough to be where a piece went to or came from.
    """

    cell: Cell
    gain: float
    piece: Piece | None
    held: Content
    colour_before: Lab | None
    colour_after: Lab | None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class GridEvidence:
    """All of a pair's evidence: the cells' reading, the candidate cells, whether the state is known and where it is wrong."""

    reading: CellReading
    cells: tuple[CellEvidence, ...]
    alike: NDArray[np.float64]
    shortlisted: tuple[tuple[Candidate, list[Cell]], ...]
    known: bool
    conflicts: tuple[Conflict, ...] = ()

    @property
    def basis(self) -> Basis:
        """What a reading of this evidence rests on."""
        return Basis.STATE if self.known else Basis.PHOTOS


def gather(pair: Pair, request: AnalysisRequest, grid: Grid) -> GridEvidence:
    """Collect the evidence of a pair on a grid.

    Args:
        pair: the compared photos.
        request: the analysis: players, accepted pieces, candidates.
        grid: the layout.

    Returns:
        What is known of every cell that may have changed.
    """
    covered = pair.hand.mask if pair.hand.found else None
    leaning, maps = bodies(pair.maps, pair.frame), pair.maps
    change, coarse = (np.where(leaning, np.float32(0), m) for m in (maps.change, maps.coarse))
    reading = read_cells(change, coarse, pair.frame, covered)
    reading = without_nudges(reading, pair.maps, pair.frame)
    before = cell_features(pair.maps.lab_before, pair.frame)
    shown = true_colours(pair.before, pair.after, pair.valid, pair.frame.scale)
    after = equally_sharp(cell_features(to_lab(shown), pair.frame), before)
    standing = standing_pieces(request, grid)
    order = np.argsort(-reading.raw, axis=None)[:CONSIDERED]
    chosen = [
        (int(i % grid.columns), int(i // grid.columns))
        for i in order
        if reading.raw.ravel()[i] > WEAKEST
    ]
    content: Known | Unknown
    shortlisted = []
    conflicts: tuple[Conflict, ...] = ()
    if request.pieces is not None:
        shortlisted = shortlist(request.candidates, grid, reading.raw)
        chosen = list(dict.fromkeys(chosen + [c for _, cells in shortlisted for c in cells]))
    if request.pieces is None:
        # Without a state the threshold says what changed; fainter cells are only the other end of a move.
        chosen = [(c, r) for c, r in chosen if reading.changed[r, c] or reading.raw[r, c] > FAINT]
        content = Unknown(before, after)
    else:
        content = Known(before, after, standing, Names.of(request))
        conflicts = content.conflicts(reading.covered)
        standing = amended(standing, conflicts)
    cells = tuple(_evidence(cell, pair, reading, standing.get(cell), content) for cell in chosen)
    return GridEvidence(
        reading,
        cells,
        alike(pair, chosen, reading),
        tuple(shortlisted),
        request.pieces is not None,
        conflicts,
    )


def standing_pieces(request: AnalysisRequest, grid: Grid) -> dict[Cell, Piece]:
    """The accepted pieces that stand on the grid.

    Args:
        request: the analysis.
        grid: the layout.

    Returns:
        Pieces by (column, row); empty where no state is known.
    """
    at = ((piece_cell(piece, grid), piece) for piece in request.pieces or ())
    return {cell: piece for cell, piece in at if cell is not None}


def amended(standing: Mapping[Cell, Piece], conflicts: tuple[Conflict, ...]) -> dict[Cell, Piece]:
    """The accepted pieces as the photos show them.

    Args:
        standing: the accepted pieces by cell.
        conflicts: cells whose look contradicts them in both photos.

    Returns:
        The same with a nameless piece, or none, where the photos contradict.
    """
    seen = dict(standing)
    for conflict in conflicts:
        seen.pop(conflict.cell, None)
        if conflict.player is not None:
            place = (float(conflict.cell[0]), float(conflict.cell[1]))
            seen[conflict.cell] = Piece("", UNKNOWN, conflict.player, place, None)
    return seen


def problem(evidence: GridEvidence, request: AnalysisRequest) -> Problem:
    """The assignment problem: every candidate cell is a source and a target, as far as what stood there allows.

    Args:
        evidence: of the pair.
        request: the analysis; its active player's moves are the likelier ones.

    Returns:
        Costs in nats over the evidence's cells, in their order.
    """
    cells = evidence.cells
    n = len(cells)
    link = np.full((n, n), FORBIDDEN)
    leave = np.full(n, FORBIDDEN)
    active = request.active_player
    arrive = np.array([_appearance_cost(c, active) for c in cells])
    for i, source in enumerate(cells):
        if evidence.known and source.piece is None:
            continue
        owner = source.piece.player if source.piece else None
        foreign = 0.0
        if active is not None and owner is not None and owner != active:
            foreign = OTHER_PLAYER_COST
        gone = source.held.occupied + source.held.empty - source.gain
        if not source.faint:
            leave[i] = REMOVE_COST + gone
        for j, target in enumerate(cells):
            if i == j or (source.faint and target.faint):
                continue
            cost = MOVE_COST + foreign + gone - target.gain
            cost += _arrival_cost(target, source, owner)
            cost += UNLIKE_COST * (1 - evidence.alike[i, j])
            if _has_twin(source, cells):
                cost += FAR_COST * float(np.hypot(*np.subtract(source.cell, target.cell)))
            link[i, j] = cost
    gain = np.array([c.gain for c in cells])
    return Problem(link, leave, arrive, gain, once=not evidence.known)


def _appearance_cost(target: CellEvidence, active: int | None) -> float:
    """What it costs to believe that a piece came onto a cell from off the board."""
    if target.faint:
        return FORBIDDEN
    whose = owners(target, active)
    cost = PLACE_COST - target.gain + (whose[0][0] if whose else 0.0)
    if target.piece is not None:
        # Something new on an occupied space without a piece that moved there is rare.
        return cost + REPLACE_COST + _same_look(target)
    return cost + target.held.vacant


def owners(target: CellEvidence, active: int | None) -> list[tuple[float, int]]:
    """Whose a piece that came from off the board may be.

    Args:
        target: where it arrived.
        active: the player to move, by position from 1.

    Returns:
        Costs in nats and players, the likeliest first; empty where no player is known.
    """
    return sorted(
        (cost + (OTHER_PLAYER_COST if active not in (None, player) else 0.0), player)
        for player, cost in target.held.players.items()
    )


def outcome(solution: Solution, evidence: GridEvidence) -> frozenset[tuple[Cell, str]]:
    """What stands on the touched cells after an explanation; like pieces are alike.

    Without a state every piece is its own kind.

    Args:
        solution: the explanation.
        evidence: what it explains.

    Returns:
        Cells, each with a word for what is there; equal for explanations that come to the same.
    """
    after: dict[Cell, str] = {evidence.cells[i].cell: "" for i in solution.sources}
    for kind, i, j in solution.actions:
        if kind == "leave":
            continue
        piece = evidence.cells[i].piece if i >= 0 else None
        like = f"{piece.type} {piece.player}" if piece is not None else f"from {i}"
        after[evidence.cells[j].cell] = like
    return frozenset(after.items())


def _has_twin(source: CellEvidence, cells: tuple[CellEvidence, ...]) -> bool:
    """Whether another candidate cell held a piece of the same type and player."""
    piece = source.piece
    return piece is not None and any(
        c.piece is not None
        and c is not source
        and (c.piece.type, c.piece.player) == (piece.type, piece.player)
        for c in cells
    )


def _arrival_cost(target: CellEvidence, source: CellEvidence, owner: int | None) -> float:
    cost = 0.0
    if owner is not None:
        cost += target.held.players.get(owner, 0.0)
    elif source.colour_before is not None and target.colour_after is not None:
        d = source.colour_before - target.colour_after
        apart = float(np.sqrt((0.5 * d[0]) ** 2 + d[1] ** 2 + d[2] ** 2))
        cost += min(OTHER_COLOUR_COST, apart / USUAL_COLOUR)
    if target.piece is not None and owner is not None and target.piece.player == owner:
        cost += OWN_PIECE_COST
    return cost


def _same_look(target: CellEvidence) -> float:
    """Extra cost of a new piece of the same player where one stood: a nudge looks just like that."""
    best = min(target.held.players, key=lambda p: target.held.players[p], default=None)
    same = target.piece is not None and best is not None and best == target.piece.player
    return OWN_PIECE_COST if same else 0.0


def _evidence(
    cell: Cell, pair: Pair, reading: CellReading, piece: Piece | None, content: Known | Unknown
) -> CellEvidence:
    column, row = cell
    raw, score = float(reading.raw[row, column]), float(reading.scores[row, column])
    # How likely the cell changed (0 where that is even), plus what leaving it unexplained would cost.
    # A restless pair needs stronger changes.
    even = 0.22 + max(0.0, reading.threshold - 0.34)
    gain = float(np.clip((raw - even) / 0.08, -6, 5))
    gain += float(np.clip((score - reading.threshold) / 0.08, 0, 3))
    if score < 0.6 * raw:
        gain = min(gain, float(np.clip((0.5 * (score + raw) - even) / 0.08, -6, 5)))
    if reading.covered[row, column]:
        gain = -6.0
    faint = isinstance(content, Unknown) and not bool(reading.changed[row, column])
    if isinstance(content, Unknown) and not faint:
        gain += CERTAIN_GAIN
    # What leans in from a neighbour hides what the cell holds, and in a restless pair its look says less: as its noise's variance does.
    own = score / raw if raw >= VISIBLE else 1.0
    held = content.of(cell).seen(own * (BASE_THRESHOLD / reading.threshold) ** 2)
    if not isinstance(content, Unknown):
        if raw >= VISIBLE:
            # One of another colour in the very place of a like one changes little but its colour. What looked wrong before is
            # no news.
            gain += CONTENT_WEIGHT * max(0.0, held.unlike - held.doubt)
        # And a changed cell may still hold what it held: a nudged piece, a neighbour's shadow.
        gain = min(gain, SAME_COST + held.unlike)
    before, after = changed_colours(pair, cell)
    return CellEvidence(cell, gain, piece, held, before, after, faint)


def changed_colours(pair: Pair, cell: Cell) -> tuple[Lab | None, Lab | None]:
    """Median CIELAB of a cell's changed pixels.

    Args:
        pair: the compared photos.
        cell: column and row.

    Returns:
        Before and after, ``(3,)`` each, both in the before photo's light; None where too little changed.
    """
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
    """The players' colour (any named one without players) that a seen colour is most like.

    Args:
        seen: CIELAB ``(3,)``, or None.
        names: the players.

    Returns:
        The colour as the player has it, None where none was seen.
    """
    if seen is None:
        return None
    colors = [p.color for p in names.players.values()]
    return name_colour(seen, palette(colors))
