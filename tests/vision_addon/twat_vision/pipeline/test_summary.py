"""Moves in words: short beside an arrow, whole in a sentence."""

import pytest

from twat_vision.pipeline.state import Names
from twat_vision.pipeline.summary import describe, way
from twat_vision.pipeline.types import AnalysisRequest, Grid, Move, MoveKind, Player

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
