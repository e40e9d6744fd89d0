"""Chess and draughts moves that cannot be are told, and those that can are not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

import pytest
from tests.custom_components.twat.games.table import Table

from custom_components.twat.games.board import make_board
from custom_components.twat.games.model import Piece, Position
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.rules import RuleWarning

type Play = Callable[..., tuple[RuleWarning, ...]]

REALDATA = Path(__file__).parents[6] / "shared/realdata"


def _go(table: Table, text: str) -> tuple[RuleWarning, ...]:
    """Play moves such as ``e2e4 e7e5``, one a photo; return the last one's warnings."""
    said: tuple[RuleWarning, ...] = ()
    for move in text.split():
        said = table.play(_said(move))
    return said


def _said(move: str) -> dict[str, Any]:
    return {"from": move[:2].upper(), "to": move[2:].upper() or None}


def _castle(king: str, rook: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return _said(king), _said(rook)


@pytest.fixture
def chess(record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]) -> Table:
    return Table(record("chess"), profile("chess"))


@pytest.fixture
def draughts(record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]) -> Table:
    return Table(record("draughts"), profile("draughts"))


def test_legal_moves_are_no_matter(chess: Table) -> None:
    assert _go(chess, "e2e4 e7e5 g1f3 b8c6 f1b5 a7a6") == ()
    assert chess.play(*_castle("e1g1", "h1f1")) == ()


def test_an_illegal_move_is_told_with_its_reason(chess: Table) -> None:
    (warning,) = _go(chess, "b1b3")

    assert (warning.rule, warning.severity) == ("chess_moves", "error")
    assert warning.text == "White knight: B1 → B3: not a legal move"
    assert (warning.players, warning.spaces) == ((1,), ("B1", "B3"))
    assert warning.to_json()["players"] == [1]


def test_a_king_left_in_check_is_told(chess: Table) -> None:
    (warning,) = _go(chess, "e2e4 e7e5 d1h5 f7f6")

    assert warning.text == "Black pawn: F7 → F6: leaves the king in check"


def test_a_move_out_of_turn_may_be_legal_in_itself(chess: Table) -> None:
    (warning,) = _go(chess, "e7e5")

    assert warning.rule == "color_out_of_turn"
    assert warning.text == "Bob moved, but it is Alice's turn"


def test_two_moves_in_one_photo_may_both_be_legal(chess: Table) -> None:
    assert chess.play(_said("e2e4"), _said("e7e5")) == ()
    (warning,) = chess.play(_said("g1f3"), _said("b8b6"))
    assert warning.players == (1, 2)


def test_en_passant_is_legal_once(chess: Table) -> None:
    _go(chess, "e2e4 a7a6 e4e5 d7d5")
    assert chess.play(_said("e5d6"), {"from": "D5", "to": None}) == ()


def test_en_passant_comes_too_late_after_another_move(chess: Table) -> None:
    _go(chess, "e2e4 a7a6 e4e5 d7d5 h2h3 h7h6")
    assert len(chess.play(_said("e5d6"), {"from": "D5", "to": None})) == 1


def test_a_king_that_has_moved_may_not_castle(chess: Table) -> None:
    _go(chess, "e2e4 e7e5 g1f3 g8f6 f1c4 f8c5 e1e2 a7a6 e2e1 a6a5")
    assert len(chess.play(*_castle("e1g1", "h1f1"))) == 1


def test_a_pawn_at_the_end_is_a_queen_said_or_not(chess: Table) -> None:
    _go(chess, "a2a4 b7b5 a4b5 a7a6 b5a6 h7h6 a6a7 h6h5")
    assert chess.play({"from": "A7", "to": "B8"}) == ()


def test_only_what_is_known_is_judged(chess: Table) -> None:
    head = chess.record.head
    strange = (*head.board.pieces, Piece("x", "piece", None, Position(4, 4), "E4"))
    board = make_board(chess.profile.layout, strange)
    chess.record = replace(chess.record, states={head.id: replace(head, board=board)})
    chess.line = [chess.record.head]

    assert _go(chess, "b1b3") == ()


def test_nothing_but_pieces_taken_off_is_no_move(chess: Table, draughts: Table) -> None:
    assert chess.play({"from": "A2", "to": None}) == ()
    assert draughts.play({"from": "A1", "to": None}) == ()


def test_draughts_men_must_take(draughts: Table) -> None:
    assert _go(draughts, "c3d4 f6e5") == ()
    (warning,) = _go(draughts, "a3b4")
    assert (warning.rule, warning.severity) == ("draughts_moves", "error")
    assert warning.text == "White man: A3 → B4: not a legal move"


def test_a_capture_takes_two_pieces_off_their_cells(draughts: Table) -> None:
    _go(draughts, "c3d4 f6e5")
    assert draughts.play(_said("d4f6"), {"from": "E5", "to": None}) == ()
    assert draughts.play(_said("g7e5"), {"from": "F6", "to": None}) == ()


def test_two_draughts_moves_in_one_photo(draughts: Table) -> None:
    assert draughts.play(_said("c3d4"), _said("f6g5")) == ()
    assert [w.rule for w in _go(draughts, "b6b5")] == ["color_out_of_turn", "draughts_moves"]


def test_draughts_out_of_turn(draughts: Table) -> None:
    assert [w.rule for w in _go(draughts, "b6a5")] == ["color_out_of_turn"]


def test_other_boards_are_not_judged(draughts: Table, chess: Table) -> None:
    surface = replace(chess.profile, rules=("draughts_moves",))
    chess.profile = surface
    assert _go(chess, "b1b3") == ()
    draughts.profile = replace(draughts.profile, rules=("chess_moves",))
    assert _go(draughts, "a3a4") == ()


# What was really played


def _sequences() -> Iterator[Any]:
    for name in ("chess_bgu_g2", "chess_pcwawc"):
        path = REALDATA / name / "truth.json"
        missing = pytest.mark.skipif(not path.exists(), reason="the photo sequences are not here")
        yield pytest.param(path, id=name, marks=[pytest.mark.realdata, missing])


@pytest.mark.parametrize("path", _sequences())
def test_moves_of_real_games_raise_no_warning(
    path: Path, record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    table = Table(record("chess"), profile("chess"))
    last = ""
    played = 0
    for step in json.loads(path.read_text())["steps"]:
        # Steps over several photos tell moves again that single ones told.
        if step["kind"] not in ("move", "multi") or step["before"] < last:
            continue
        last = step["after"]
        moves = [_said(move["from"] + move["to"]) for move in step["moves"]]

        assert table.play(*moves) == (), step["after"]
        played += 1

    assert played >= 6
