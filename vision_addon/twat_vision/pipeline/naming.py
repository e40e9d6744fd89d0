"""From an explanation of changed cells to moves, regions, questions and a sentence."""

from collections.abc import Sequence

import numpy as np

from .assign import Action, Solution
from .calibration import Grounds, calibrated
from .geometry import photo_box
from .grid import UNKNOWN, CellEvidence, GridEvidence, colour_name, owners
from .pair import Pair
from .spaces import Cell, cell_name
from .state import Names
from .summary import describe
from .types import ChangedRegion, Grid, Move, MoveKind, Question, RegionKind


def certainty(margin: float) -> float:
    """Probability that an explanation is right, from how much the next best is worse.

    Args:
        margin: nats, from 0.

    Returns:
        0.5…1.
    """
    return float(1 / (1 + np.exp(-1.3 * margin)))


def moves_of(
    solution: Solution,
    margins: dict[Action, float],
    evidence: GridEvidence,
    names: Names,
    grid: Grid,
) -> tuple[Move, ...]:
    """The moves of an explanation.

    Args:
        solution: the explanation.
        margins: nats by which every action's absence is worse.
        evidence: what it explains.
        names: players and vocabulary.
        grid: the layout.

    Returns:
        The most certain first, confidence 0…1.
    """
    found = [
        _move(
            action,
            margins.get(action, 0.0),
            evidence,
            names,
            grid,
            vacated=action[2] in solution.sources,
        )
        for action in solution.actions
    ]
    return tuple(sorted(found, key=lambda m: (-m.confidence, m.to_space or m.from_space or "")))


def _move(
    action: Action,
    margin: float,
    evidence: GridEvidence,
    names: Names,
    grid: Grid,
    *,
    vacated: bool,
) -> Move:
    """One action as a move; ``vacated`` says that what stood where it arrived went elsewhere and was not taken."""
    kind, i, j = action
    source = evidence.cells[i] if i >= 0 else None
    target = evidence.cells[j] if j >= 0 else None
    mover = source.piece if source else None
    taken = target.piece if target and kind != "leave" and not vacated else None
    color = _color(source, target, mover.player if mover else None, names, known=evidence.known)
    player = mover.player if mover else names.player_of(color)
    start = cell_name(source.cell, grid) if source else None
    end = cell_name(target.cell, grid) if target else None
    if kind == "leave":
        move_kind = MoveKind.REMOVE
    elif taken is not None or (target and not evidence.known and _was_occupied(target)):
        move_kind = MoveKind.CAPTURE
    else:
        move_kind = MoveKind.PLACE if kind == "arrive" else MoveKind.MOVE
    return Move(
        kind=move_kind,
        piece=(mover.id or None) if mover else None,
        type=mover.type if mover else names.type_for(end or start, color),
        player=player,
        from_space=start,
        to_space=end,
        confidence=calibrated(Grounds(evidence.basis, certainty(margin))),
        color=color,
        captured=(taken.id or None) if taken else None,
        from_position=_position(source),
        to_position=_position(target),
    )


def _was_occupied(target: CellEvidence) -> bool:
    return target.held.vacant > target.held.occupied


def _position(cell: CellEvidence | None) -> tuple[float, float] | None:
    return None if cell is None else (float(cell.cell[0]), float(cell.cell[1]))


def _color(
    source: CellEvidence | None,
    target: CellEvidence | None,
    player: int | None,
    names: Names,
    *,
    known: bool,
) -> str | None:
    """The mover's colour: the player's if it is known, else what is seen where it arrived (or stood)."""
    color = names.color(player)
    if color is not None:
        return color
    if target is not None and known and target.held.players:
        return names.color(owners(target, names.request.active_player)[0][1])
    if target is not None:
        return colour_name(target.colour_after, names)
    return colour_name(source.colour_before, names) if source else None


def regions_of(
    moves: Sequence[Move], evidence: GridEvidence, pair: Pair, grid: Grid, scale: float
) -> tuple[ChangedRegion, ...]:
    """One region for every cell a move left or reached.

    Args:
        moves: the moves.
        evidence: the pair's evidence.
        pair: the pair.
        grid: the layout.
        scale: full-size pixels of the after photo per pixel of the decoded one.
    """
    by_name = {cell_name(c.cell, grid): c for c in evidence.cells}
    kinds: dict[str, tuple[RegionKind, str | None]] = {}
    for move in moves:
        if move.from_space is not None:
            kinds.setdefault(move.from_space, (RegionKind.VANISHED, move.color))
    for move in moves:
        if move.to_space is not None:
            left = move.to_space in kinds or move.kind is MoveKind.CAPTURE
            kind = RegionKind.REPLACED if left else RegionKind.APPEARED
            kinds[move.to_space] = (kind, move.color)
    found = []
    for space, (kind, color) in kinds.items():
        column, row = by_name[space].cell
        score = float(evidence.reading.raw[row, column])
        found.append(
            ChangedRegion(cell_box(pair, (column, row), scale), (space,), kind, color, score)
        )
    return tuple(found)


def cell_box(pair: Pair, cell: Cell, scale: float) -> tuple[int, int, int, int]:
    """Bounding box of a cell in the after photo.

    Args:
        pair: the compared photos.
        cell: column and row.
        scale: full-size pixels per pixel of the decoded photo, from 1.

    Returns:
        x, y, width, height in full-size pixels.
    """
    x, y = cell
    units = np.array([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]], np.float64)
    return photo_box(pair.to_after, units, scale)


def questions_of(
    moves: Sequence[Move],
    names: Names,
    threshold: float,
    alternatives: Sequence[tuple[Move, ...]],
    *,
    sure: float = 1.0,
    unexpected: bool = False,
) -> tuple[Question, ...]:
    """What to ask: unsure or unexpected moves, and new pieces whose type the vocabulary leaves open.

    Args:
        moves: what was read.
        names: the request's players and vocabulary.
        threshold: confidence below which something is asked.
        alternatives: other readings, the likeliest first.
        sure: confidence that the reading as a whole is right; below the threshold the others are asked about even where
            every single move is sure.
        unexpected: whether nobody expected what was read.
    """
    found: list[Question] = []
    for move in moves:
        if unexpected or move.confidence < threshold:
            found.append(_unsure(move, tuple(moves), names, alternatives))
        space = move.to_space
        if move.kind is MoveKind.PLACE or (move.kind is MoveKind.CAPTURE and move.piece is None):
            types = names.types_for(space, move.color)
            if len(types) > 1 and move.type == UNKNOWN:
                who = f"{move.color} piece" if move.color else "piece"
                text = f"Which {who} is new on {names.place(space or '')}?"
                found.append(Question(text, (space,) if space else (), types))
    if sure < threshold and alternatives and not any(q.outcomes for q in found):
        found.append(_which((tuple(moves), *alternatives), names))
    return tuple(found)


def _which(readings: tuple[tuple[Move, ...], ...], names: Names) -> Question:
    """Ask which of several readings is right; the first one is what was read."""
    by_text = {_sentence(moves, names): moves for moves in reversed(readings)}
    texts = tuple(dict.fromkeys(_sentence(moves, names) for moves in readings))
    spaces = [s for moves in readings for m in moves for s in (m.from_space, m.to_space) if s]
    return Question(
        f"Which is right: {texts[0]}, or {texts[1]}?"
        if len(texts) == 2
        else "Which of these is right?",
        tuple(dict.fromkeys(spaces)),
        texts,
        tuple(by_text[text] for text in texts),
    )


def _sentence(moves: Sequence[Move], names: Names) -> str:
    return "; ".join(describe(m, names) for m in moves) or "nothing changed"


def _unsure(
    move: Move,
    moves: tuple[Move, ...],
    names: Names,
    alternatives: Sequence[tuple[Move, ...]],
) -> Question:
    """Ask about one move; the other options are other readings as a whole."""
    says = describe(move, names)
    readings = {says: moves}
    for other in alternatives:
        readings.setdefault(_sentence(other, names), other)
    only = alternatives[0] if len(readings) == 2 else ()
    readings["Nothing of this"] = tuple(m for m in moves if m is not move)
    spaces = tuple(s for s in (move.from_space, move.to_space) if s)
    text = _where_to(move, only, names) or f"Is this right: {says}?"
    return Question(text, spaces, tuple(readings), tuple(readings.values()))


def _where_to(move: Move, alternative: tuple[Move, ...], names: Names) -> str | None:
    """E.g. "Did the blue piece go to E4 or E5?", where that is all the two readings differ in."""
    if len(alternative) != 1:
        return None
    (other,) = alternative
    who = names.who(move.player, move.color, move.type)
    if move.to_space and other.to_space and move.from_space == other.from_space:
        verb = "go to" if move.from_space else "come to"
        if move.to_space != other.to_space:
            ends = f"{names.place(move.to_space)} or {names.place(other.to_space)}"
            return f"Did the {who} {verb} {ends}?"
    if move.from_space and other.from_space and move.to_space == other.to_space is not None:
        starts = f"{names.place(move.from_space)} or {names.place(other.from_space)}"
        return f"Did the {who} on {names.place(other.to_space)} come from {starts}?"
    return None
