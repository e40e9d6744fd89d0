"""Pawns become queens and men kings where they arrive, on the table or not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.custom_components.twat.games.table import Table

from custom_components.twat.games.profile import GameProfile, Notation
from custom_components.twat.games.record import GameRecord

type Begin = Callable[..., Table]


@pytest.fixture
def begin(record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]) -> Begin:
    """Begin a game with pieces written as ``1 pawn A7``."""

    def make(game_type: str, *pieces: str, **options: Any) -> Table:
        parts = [piece.split() for piece in pieces]
        placed = [{"player": int(p), "type": kind, "space": space} for p, kind, space in parts]
        return Table(record(game_type, pieces=placed, **options), profile(game_type))

    return make


def _kind(table: Table, space: str) -> str:
    (piece,) = table.head.board.at(space)
    return piece.type


KINGS = ("1 king C3", "2 king E5")


def test_a_pawn_at_the_end_is_a_queen(begin: Begin) -> None:
    table = begin("chess", *KINGS, "1 pawn A7", "2 pawn H2")

    assert table.play({"from": "A7", "to": "A8"}) == ()
    assert table.last_lines() == ("White queen: A7 → A8",)
    table.play({"from": "H2", "to": "H1"})
    assert (_kind(table, "A8"), _kind(table, "H1")) == ("queen", "queen")
    # It moves as one from now on, which is no slip.
    assert table.play({"from": "A8", "to": "A1"}) == ()


def test_another_piece_may_be_named(begin: Begin) -> None:
    table = begin("chess", *KINGS, "1 pawn A7")

    assert table.play({"from": "A7", "to": "A8", "type": "knight"}) == ()
    assert _kind(table, "A8") == "knight"


def test_only_the_last_row_counts_and_only_for_pawns(begin: Begin) -> None:
    table = begin("chess", *KINGS, "1 pawn A6", "1 rook B7", "2 pawn C7")

    table.play({"from": "A6", "to": "A7"})
    table.play({"from": "C7", "to": "C8"})  # backwards, and no rule of ours
    table.play({"from": "B7", "to": "B8"})
    assert [_kind(table, space) for space in ("A7", "B8", "C8")] == ["pawn", "rook", "pawn"]


def test_a_man_is_crowned(begin: Begin) -> None:
    table = begin("draughts", "1 man A7", "2 man G3", "2 man C3")

    table.play({"from": "A7", "to": "B8"})
    table.play({"from": "G3", "to": "H2"})
    assert (_kind(table, "B8"), _kind(table, "H2")) == ("king", "man")
    table.play({"from": "B8", "to": "A7"})
    table.play({"from": "H2", "to": "G1"})
    assert _kind(table, "G1") == "king"


def test_other_games_crown_nobody(begin: Begin) -> None:
    grid = begin("generic_grid", "1 pawn A2")
    grid.play({"from": "A2", "to": "A1"})
    assert _kind(grid, "A1") == "pawn"
    table = begin("dune_imperium", players=2)
    table.profile = replace(table.profile, notation=Notation.SAN)
    table.play({"to": "arrakeen", "type": "agent", "player": 1})
    assert _kind(table, "arrakeen") == "agent"
