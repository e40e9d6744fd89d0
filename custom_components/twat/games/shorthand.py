"""Moves as short as players write them: SAN for chess, numbers for draughts, coordinates else."""

from collections.abc import Sequence

from .chess.moves import play as chess_play
from .chess.san import san
from .chess.table import chess_position, line_between as chess_line
from .draughts.moves import legal_moves as draughts_moves, notation, play as draughts_play
from .draughts.table import draughts_position, line_between as draughts_line
from .layout import Grid
from .model import Game, GameState, Move, MoveKind
from .notation import describe_moves
from .profile import GameProfile, Notation


def shorthand(
    profile: GameProfile,
    game: Game,
    before: GameState,
    after: GameState,
    line: Sequence[GameState] = (),
) -> tuple[str, ...]:
    """Return the moves that lead from a state to the next, each in the game's short notation.

    Args:
        profile: The game's.
        game: With its players and settings.
        before: The state that the moves begin with.
        after: The state they lead to.
        line: The states from the first one up to `before`, that one not included; whether a king may
            castle depends on them.

    Returns:
        One text a move, several where a photo was forgotten; empty when nothing moved. Moves that
        are not legal in their game are written by coordinates.
    """
    moves = after.detected_changes
    if not moves:
        return ()
    grid = profile.layout_for(game.settings)
    if isinstance(grid, Grid):
        if profile.notation is Notation.SAN and (text := _san(game, grid, before, after, line)):
            return text
        if profile.notation is Notation.DRAUGHTS and (text := _numbers(game, grid, before, after)):
            return text
        if profile.notation is not Notation.WORDS:
            return tuple(_coordinates(move) for move in moves)
    return (describe_moves(moves, game, profile),)


def _coordinates(move: Move) -> str:
    """Return ``E4-F5``, ``E4xF5``, ``+F5`` for a piece that came, ``-F5`` for one that left."""
    if move.from_space is None:
        return f"+{move.to_space}"
    if move.to_space is None:
        return f"-{move.from_space}"
    between = "x" if move.kind is MoveKind.CAPTURE else "-"
    return f"{move.from_space}{between}{move.to_space}"


def _plies(moves: Sequence[Move]) -> int:
    return len({move.player for move in moves if move.to_space is not None})


def _san(
    game: Game, grid: Grid, before: GameState, after: GameState, line: Sequence[GameState]
) -> tuple[str, ...]:
    position = chess_position(game, grid, before, line)
    reached = chess_position(game, grid, after)
    plies = _plies(after.detected_changes)
    if position is None or reached is None or plies not in (1, 2):
        return ()
    texts: list[str] = []
    for move in chess_line(position, reached, plies) or ():
        texts.append(san(position, move))
        position = chess_play(position, move)
    return tuple(texts)


def _numbers(game: Game, grid: Grid, before: GameState, after: GameState) -> tuple[str, ...]:
    position = draughts_position(game, grid, before)
    reached = draughts_position(game, grid, after)
    plies = _plies(after.detected_changes)
    if position is None or reached is None or plies not in (1, 2):
        return ()
    texts: list[str] = []
    for move in draughts_line(position, reached, plies) or ():
        texts.append(notation(move, draughts_moves(position)))
        position = draughts_play(position, move)
    return tuple(texts)
