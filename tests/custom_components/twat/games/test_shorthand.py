"""Moves in the short notation of their game."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.model import GameState, Move
from custom_components.twat.games.profile import GameProfile, Notation
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.shorthand import shorthand

type Play = Callable[..., tuple[str, ...]]


@pytest.fixture
def write(
    record: Callable[..., GameRecord],
    profile: Callable[[str], GameProfile],
    move: Callable[..., Move],
) -> Play:
    """Do moves such as ``E2E4``, ``+E4`` or ``E4-`` in a new game, and write them down."""

    def make(game_type: str, *moves: str, notation: Notation | None = None, **begin: Any) -> Any:
        begun = record(game_type, **begin)
        rules = profile(game_type)
        if notation is not None:
            rules = replace(rules, notation=notation)
        done = [
            move(None, text[1:], type="piece", player=1)
            if text.startswith("+")
            else move(text[:2], None if text.endswith("-") else text[2:])
            for text in moves
        ]
        applied = apply_moves(begun.head.board, rules.layout, done)
        after: GameState = replace(
            begun.head,
            board=applied.board,
            detected_changes=applied.moves,
            active_player=2,
        )
        return shorthand(rules, begun.game, begun.head, after)

    return make


def test_chess_is_written_in_san(write: Play) -> None:
    assert write("chess", "G1F3") == ("Nf3",)
    assert write("chess", "E2E4", "E7E5") == ("e4", "e5")
    assert write("chess") == ()


def test_castling_and_promotion(write: Play) -> None:
    castle = [
        {"type": "king", "player": 1, "space": "E1"},
        {"type": "rook", "player": 1, "space": "H1"},
        {"type": "king", "player": 2, "space": "E8"},
    ]
    assert write("chess", "E1G1", "H1F1", pieces=castle) == ("O-O",)
    pawn = [
        {"type": "king", "player": 1, "space": "E1"},
        {"type": "pawn", "player": 1, "space": "A7"},
        {"type": "king", "player": 2, "space": "H7"},
    ]
    assert write("chess", "A7A8", pieces=pawn) == ("a8=Q",)


def test_what_is_not_legal_is_written_by_cells(write: Play) -> None:
    assert write("chess", "B1B4") == ("B1-B4",)
    assert write("draughts", "C3C4") == ("C3-C4",)
    assert write("draughts", "C3C5") == ("C3-C5",)
    assert write("chess", "D2-") == ("-D2",)
    assert write("chess", "+E4") == ("+E4",)


def test_draughts_is_written_in_numbers(write: Play) -> None:
    assert write("draughts", "C3D4") == ("11-15",)
    assert write("draughts", "C3D4", "F6G5") == ("11-15", "22-17")
    taking = [
        {"type": "man", "player": 1, "space": "C3"},
        {"type": "man", "player": 2, "space": "D4"},
    ]
    assert write("draughts", "C3E5", "D4-", pieces=taking) == ("11x18",)


def test_other_games_have_coordinates_or_words(write: Play) -> None:
    pieces = [
        {"type": "pawn", "player": 1, "space": "E4"},
        {"type": "pawn", "player": 2, "space": "F5"},
    ]
    assert write("generic_grid", "E4F5", pieces=pieces) == ("E4xF5",)
    assert write("generic_grid", "E4E5", pieces=pieces, notation=Notation.WORDS) == (
        "White pawn: E4 → E5",
    )
