"""Chess and draughts: only legal moves lead from one position to the next."""

from collections.abc import Iterator
from dataclasses import replace

from ..chess.moves import in_check
from ..chess.table import chess_position, line_between as chess_line, white_player
from ..draughts.table import draughts_position, line_between as draughts_line
from ..layout import Grid
from ..notation import describe_moves
from ..words import words
from .situation import RuleWarning, Severity, Situation

_PLIES = 2
"""Longest line that is looked for: one move, and one of which the photo was forgotten."""


def chess_moves(step: Situation) -> Iterator[RuleWarning]:
    """A legal move of chess, or two where a photo was forgotten."""
    grid, plies = step.layout, _plies(step)
    if not isinstance(grid, Grid) or not plies:
        return
    before = chess_position(step.game, grid, step.before, step.history[:-1])
    after = chess_position(step.game, grid, step.after)
    if before is None:
        return
    if (mover := _only_mover(step)) is not None:
        before = replace(before, white=mover == white_player(step.game))
    if after is None or chess_line(before, after, plies) is None:
        left = plies == 1 and after is not None and in_check(replace(after, white=before.white))
        yield _illegal("chess_moves", step, check=left)


def draughts_moves(step: Situation) -> Iterator[RuleWarning]:
    """A legal move of draughts, or two where a photo was forgotten."""
    grid, plies = step.layout, _plies(step)
    if not isinstance(grid, Grid) or not plies:
        return
    before = draughts_position(step.game, grid, step.before)
    after = draughts_position(step.game, grid, step.after)
    if before is None:
        return
    if (mover := _only_mover(step)) is not None:
        before = replace(before, first=mover == step.game.players[0].position)
    if after is None or draughts_line(before, after, plies) is None:
        yield _illegal("draughts_moves", step)


def _plies(step: Situation) -> int:
    """Return how many moves a step is; 0 for none, or for too many to say anything."""
    movers = {move.player for move in step.moves if move.to_space is not None}
    return len(movers) if len(movers) <= _PLIES else 0


def _only_mover(step: Situation) -> int | None:
    movers = {move.player for move in step.moves if move.to_space is not None}
    return movers.pop() if len(movers) == 1 else None


def _illegal(rule: str, step: Situation, *, check: bool = False) -> RuleWarning:
    say = words(step.profile.language)
    template = say.king_in_check if check else say.illegal_move
    move = describe_moves(step.moves, step.game, step.profile)
    players = {m.player for m in step.moves if m.player is not None and m.to_space is not None}
    spaces = dict.fromkeys(s for m in step.moves for s in (m.from_space, m.to_space) if s)
    return RuleWarning(
        rule, Severity.ERROR, template.format(move=move), tuple(sorted(players)), tuple(spaces)
    )
