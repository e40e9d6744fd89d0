"""Legal moves do to the pieces on a board what they do to the position."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st

from custom_components.twat.games import chess, draughts
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.chess import table as chess_table
from custom_components.twat.games.chess.position import EMPTY, square_name
from custom_components.twat.games.crowning import crowned
from custom_components.twat.games.draughts import table as draughts_table
from custom_components.twat.games.layout import Grid
from custom_components.twat.games.model import Game, GameState, Move
from custom_components.twat.games.new_game import NewGame, new_game
from custom_components.twat.games.profiles import load_profiles

CHESS, DRAUGHTS = (load_profiles().get(name) for name in ("chess", "draughts"))
FENS = (
    "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq -",
    "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1K1R w kq -",
    "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - -",
)
_TYPES = {letter: type_id for type_id, letter in chess_table.LETTERS.items()}
_CHOICES = st.lists(st.integers(0, 500), min_size=1, max_size=3)


def _begin(profile: Any, pieces: list[dict[str, Any]] | None) -> NewGame:
    players = [{"name": "Alice", "color": "white"}, {"name": "Bob", "color": "black"}]
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return new_game(profile, name="Friday", players=players, pieces=pieces, at=at)


def _chess_game(fen: str) -> NewGame:
    board = chess.ChessPosition.from_fen(fen).board
    pieces = [
        {
            "type": _TYPES[letter.upper()],
            "player": 1 if letter.isupper() else 2,
            "space": square_name(at).upper(),
        }
        for at, letter in enumerate(board)
        if letter != EMPTY
    ]
    return _begin(CHESS, pieces)


_CHESS_GAMES = {fen: _chess_game(fen) for fen in FENS}
_DRAUGHTS_GAME = _begin(DRAUGHTS, None)


def _done(profile: Any, game: Game, state: GameState, moves: Sequence[Move]) -> GameState:
    applied = apply_moves(state.board, profile.layout, moves)
    assert applied.problems == ()
    applied = crowned(profile, game, applied)
    return replace(
        state,
        board=applied.board,
        detected_changes=applied.moves,
        active_player=3 - (state.active_player or 1),
    )


@given(st.sampled_from(FENS), _CHOICES)
def test_chess_on_the_table_is_chess(fen: str, choices: list[int]) -> None:
    game, state = _CHESS_GAMES[fen].game, _CHESS_GAMES[fen].state
    grid = CHESS.layout
    assert isinstance(grid, Grid)
    line = [state]
    for choice in choices:
        position = chess_table.chess_position(game, grid, line[-1], line[:-1])
        assert position is not None
        legal = chess.legal_moves(position)
        if not legal:
            break
        move = legal[choice % len(legal)]
        moves = chess_table.as_moves(move, line[-1].board, grid)
        after = _done(CHESS, game, line[-1], moves)

        reached = chess_table.chess_position(game, grid, after, line)

        assert reached == chess.play(position, move)
        line.append(after)


@given(_CHOICES)
def test_draughts_on_the_table_is_draughts(choices: list[int]) -> None:
    game, state = _DRAUGHTS_GAME.game, _DRAUGHTS_GAME.state
    grid = DRAUGHTS.layout
    assert isinstance(grid, Grid)
    for choice in choices:
        position = draughts_table.draughts_position(game, grid, state)
        assert position is not None
        legal = draughts.legal_moves(position)
        move = legal[choice % len(legal)]
        state = _done(DRAUGHTS, game, state, draughts_table.as_moves(move, state.board, grid))

        assert draughts_table.draughts_position(game, grid, state) == draughts.play(position, move)
