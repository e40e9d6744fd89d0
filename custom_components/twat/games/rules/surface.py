"""Rules of skirmish games on a free table: distances, units, objectives.

A unit is its leader and the figures that are called after it: ``a.2`` and ``a.3`` belong to ``a``.
Only pieces of a type with a speed are units.
"""

from collections import Counter
from collections.abc import Iterator
import math
from typing import Final

from ..layout import Surface
from ..model import GameState, Piece, Position
from ..numbers import decimal
from ..scoring import resource_of
from ..words import words
from .situation import RuleWarning, Severity, Situation

_READING: Final = {"in": 0.25, "mm": 6.0}
"""How exactly a position is read from a photo; distances this little over a limit are no matter."""

_OBJECTIVE: Final = "objective"
_UNITS: Final = "units"


def moved_too_far(step: Situation) -> Iterator[RuleWarning]:
    """A unit went farther in one turn than its speed and actions allow."""
    layout, measures = step.layout, step.profile.measures
    if not isinstance(layout, Surface) or measures.speeds is None or not _activating(step):
        return
    for leader in _leaders(step, step.after):
        speed = min(_speed(step, leader), max(measures.speeds))
        reach = measures.speeds[speed]
        limit = reach * measures.actions
        gone = _distance_this_turn(step, leader.id)
        if gone > limit + _READING[layout.unit]:
            text = words(step.profile.language).too_far.format(
                piece=_called(step, leader),
                distance=decimal(gone, step.profile.language),
                limit=decimal(limit, step.profile.language),
                unit=layout.unit,
            )
            yield RuleWarning("moved_too_far", Severity.WARNING, text, _owner(leader))


def activated_twice(step: Situation) -> Iterator[RuleWarning]:
    """A unit moved that had moved in an earlier turn of this round already."""
    if not _activating(step):
        return
    earlier = {
        _unit(move.piece)
        for before, state in zip(step.history, step.history[1:], strict=False)
        if state.round == before.round == step.before.round
        and before.phase == step.before.phase
        and before.turn < step.before.turn
        for move in state.detected_changes
        if move.piece is not None and move.to_position is not None
    }
    now = {
        _unit(m.piece) for m in step.moves if m.piece is not None and m.from_position is not None
    }
    for leader in _leaders(step, step.after):
        if leader.id in earlier & now:
            text = words(step.profile.language).activated_twice.format(piece=_called(step, leader))
            yield RuleWarning("activated_twice", Severity.WARNING, text, _owner(leader))


def off_the_table(step: Situation) -> Iterator[RuleWarning]:
    """A piece hangs over the edge of the table."""
    layout = step.layout
    if not isinstance(layout, Surface):
        return
    moved = {move.piece for move in step.moves}
    for piece in step.after.board.pieces:
        kind = step.profile.known_type(piece.type)
        footprint = None if kind is None else kind.footprint
        if footprint is None or piece.id not in moved:
            continue
        at, slack = piece.position, _READING[layout.unit]
        across, along = footprint.width / 2 - slack, footprint.height / 2 - slack
        inside = across <= at.x <= layout.width - across and along <= at.y <= layout.height - along
        if not inside:
            text = words(step.profile.language).off_table.format(piece=_called(step, piece))
            yield RuleWarning("off_the_table", Severity.WARNING, text, _owner(piece))


def out_of_cohesion(step: Situation) -> Iterator[RuleWarning]:
    """A figure stands too far from its unit's leader."""
    layout, cohesion = step.layout, step.profile.measures.cohesion
    if not isinstance(layout, Surface) or cohesion is None:
        return
    leaders = {leader.id: leader for leader in _leaders(step, step.after)}
    moved = {_unit(move.piece) for move in step.moves if move.piece is not None}
    for piece in step.after.board.pieces:
        leader = leaders.get(_unit(piece.id))
        if leader is None or leader.id not in moved:
            continue
        away = _distance(piece.position, leader.position)
        if away > cohesion + _READING[layout.unit]:
            text = words(step.profile.language).out_of_cohesion.format(
                piece=_called(step, piece),
                distance=decimal(away, step.profile.language),
                unit=layout.unit,
            )
            yield RuleWarning("out_of_cohesion", Severity.WARNING, text, _owner(piece))


def unit_count(step: Situation) -> Iterator[RuleWarning]:
    """At the end of a phase: other units stand on the table than a player says to have."""
    if step.before.phase == step.after.phase:
        return
    standing = Counter(leader.player for leader in _leaders(step, step.after))
    for player in step.game.players:
        said = resource_of(step.after, player.position, _UNITS)
        if said and said != standing[player.position]:
            text = words(step.profile.language).unit_count.format(
                player=player.name, count=standing[player.position], said=said
            )
            yield RuleWarning("unit_count", Severity.WARNING, text, (player.position,))


def objective_secured(step: Situation) -> Iterator[RuleWarning]:
    """An objective has changed hands: more of a player's units than of others' are near it."""
    if not step.profile.measures.bands:
        return
    for piece in step.after.board.pieces:
        if piece.type != _OBJECTIVE:
            continue
        was, now = (_holder(step, state, piece.position) for state in (step.before, step.after))
        if was != now:
            say = words(step.profile.language)
            language = step.profile.language
            text = (say.objective_lost if now is None else say.objective_secured).format(
                player=step.name(was if now is None else now),
                x=decimal(piece.position.x, language),
                y=decimal(piece.position.y, language),
            )
            players = tuple(p for p in (now, was) if p is not None)
            yield RuleWarning("objective_secured", Severity.INFO, text, players)


def _holder(step: Situation, state: GameState, at: Position) -> int | None:
    near = step.profile.measures.bands[0][1]
    counts = Counter(
        leader.player for leader in _leaders(step, state) if _distance(leader.position, at) <= near
    )
    first, *rest = counts.most_common(2) or [(None, 0)]
    return first[0] if not rest or rest[0][1] < first[1] else None


def _activating(step: Situation) -> bool:
    return step.profile.turn.ends_with_move(step.before.phase)


def _leaders(step: Situation, state: GameState) -> Iterator[Piece]:
    for piece in state.board.pieces:
        if piece.id == _unit(piece.id) and _speed(step, piece):
            yield piece


def _speed(step: Situation, piece: Piece) -> int:
    """Return the speed of a unit; 0 for what is none."""
    kind = step.profile.known_type(piece.type)
    return 0 if kind is None or kind.speed is None else kind.speed.of(step.game.settings)


def _unit(piece_id: str) -> str:
    return piece_id.partition(".")[0]


def _distance_this_turn(step: Situation, piece_id: str) -> float:
    """Return how far a piece has gone since its player's turn began, along its ways."""
    states = [s for s in step.history if s.turn == step.before.turn]
    # The state that begins a turn has the moves of the turn before.
    moves = [m for state in states[1:] for m in state.detected_changes]
    return sum(
        _distance(move.from_position, move.to_position)
        for move in (*moves, *step.moves)
        if move.piece == piece_id and move.from_position and move.to_position
    )


def _distance(one: Position, other: Position) -> float:
    return math.dist((one.x, one.y), (other.x, other.y))


def _called(step: Situation, piece: Piece) -> str:
    kind = step.profile.known_type(piece.type)
    return f"{step.name(piece.player)}: {'' if kind is None else kind.name} {piece.id}"


def _owner(piece: Piece) -> tuple[int, ...]:
    return () if piece.player is None else (piece.player,)
