"""Moves in words: short beside an arrow, whole in a sentence."""

import pytest

from twat_vision.pipeline.state import Names
from twat_vision.pipeline.summary import describe, way
from twat_vision.pipeline.types import AnalysisRequest, Grid, Move, MoveKind, Player, Surface

NAMES = Names.of(
    AnalysisRequest(
        after=b"", layout=Grid(8, 8), players=(Player(1, "Ada", "red"),), active_player=1
    )
)


@pytest.mark.parametrize(
    ("kind", "start", "end", "short", "sentence"),
    [
        (MoveKind.MOVE, "A2", "A4", "A2 → A4", "red pawn: A2 → A4"),
        (MoveKind.CAPTURE, "A2", "B3", "A2 × B3", "red pawn: A2 × B3"),
        (MoveKind.CAPTURE, None, "B3", "× B3", "red pawn replaces the piece on B3"),
        (MoveKind.PLACE, None, "B3", "+ B3", "red pawn placed on B3"),
        (MoveKind.REMOVE, "B3", None, "− B3", "red pawn removed from B3"),
    ],
)
def test_a_move_in_words(
    kind: MoveKind, start: str | None, end: str | None, short: str, sentence: str
) -> None:
    move = Move(kind, None, "pawn", 1, start, end, 1.0, "red")
    assert way(move, NAMES) == short
    assert describe(move, NAMES) == sentence


TABLE = Names.of(
    AnalysisRequest(after=b"", layout=Surface(36, 24), players=(Player(1, "Ada", "blue"),))
)


def on_table(end: tuple[float, float], distance: float, turn: float | None) -> Move:
    start = (12.0, 7.5)
    return Move(
        MoveKind.MOVE, None, "trooper", 1, None, None, 1.0, "blue", None, "tracking", start, end,
        distance, turn,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (45, ", turned 45° clockwise"),
        (-90, ", turned 90° counterclockwise"),
        (180, ", turned 180° clockwise"),
        (3, ""),
        (None, ""),
    ],
)
def test_on_a_table_moves_have_a_distance_and_a_turn(turn: float | None, told: str) -> None:
    move = on_table((16.1, 9.0), 4.366, turn)
    assert describe(move, TABLE) == f"blue trooper: (12.0, 7.5) → (16.1, 9.0), 4.4 in{told}"
    assert way(move, TABLE) == "(12.0, 7.5) → (16.1, 9.0)"


def test_a_turn_where_it_stands_in_words() -> None:
    move = on_table((12.0, 7.5), 0, -130)
    assert describe(move, TABLE) == "blue trooper on (12.0, 7.5): turned 130° counterclockwise"
    assert way(move, TABLE) == "turned 130° counterclockwise"
    assert describe(on_table((12.0, 7.5), 0, None), TABLE) == "blue trooper on (12.0, 7.5): turned"
