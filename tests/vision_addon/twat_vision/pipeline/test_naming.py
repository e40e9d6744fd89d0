"""What is asked, and in which words; what a confidence means."""

import pytest

from twat_vision.pipeline.naming import questions_of
from twat_vision.pipeline.state import Names
from twat_vision.pipeline.types import AnalysisRequest, Grid, Move, MoveKind, Player

NAMES = Names.of(AnalysisRequest(after=b"", layout=Grid(8, 8), players=(Player(1, "Ann", "blue"),)))


def move(start: str | None, end: str | None, confidence: float = 0.6) -> Move:
    kind = MoveKind.REMOVE if end is None else MoveKind.MOVE if start else MoveKind.PLACE
    return Move(kind, None, "unknown", 1, start, end, confidence, color="blue")


class TestQuestions:
    @pytest.mark.parametrize(
        ("read", "other", "text"),
        [
            (move("E2", "E4"), move("E2", "E5"), "Did the blue piece go to E4 or E5?"),
            (move(None, "E4"), move(None, "E5"), "Did the blue piece come to E4 or E5?"),
            (move("D3", "E4"), move("D5", "E4"), "Did the blue piece on E4 come from D3 or D5?"),
            (move("E2", None), move("E2", "E5"), "Is this right: blue piece removed from E2?"),
        ],
    )
    def test_it_is_asked_in_plain_words(self, read: Move, other: Move, text: str) -> None:
        (question,) = questions_of((read,), NAMES, 0.9, ((other,),))
        assert question.text == text
        assert question.outcomes == ((read,), (other,), ())
        assert len(question.options) == 3

    def test_what_is_sure_is_not_asked(self) -> None:
        sure = move("E2", "E4", 0.97)
        assert questions_of((sure,), NAMES, 0.9, ((move("E2", "E5"),),), sure=0.95) == ()

    def test_a_doubtful_whole_of_sure_moves_is_asked(self) -> None:
        sure = move("E2", "E4", 0.97)
        (question,) = questions_of((sure,), NAMES, 0.9, ((),), sure=0.6)
        assert question.options == ("blue piece: E2 → E4", "nothing changed")
        assert question.outcomes == ((sure,), ())

    def test_nothing_may_be_doubtful_too(self) -> None:
        other = (move(None, "E5"),)
        (question,) = questions_of((), NAMES, 0.9, (other,), sure=0.6)
        assert question.text == "Which is right: nothing changed, or blue piece placed on E5?"
        assert question.outcomes == ((), other)
        assert question.spaces == ("E5",)

    def test_several_other_readings_are_offered(self) -> None:
        read, first, second = (move(None, cell, 0.97) for cell in ("E4", "E5", "E6"))
        (question,) = questions_of((read,), NAMES, 0.9, ((first,), (second,)), sure=0.6)
        assert question.text == "Which of these is right?"
        assert question.outcomes == ((read,), (first,), (second,))
        assert question.spaces == ("E4", "E5", "E6")

    def test_readings_in_the_same_words_are_offered_once(self) -> None:
        read, other = move("E2", "E4"), move("E2", "E5")
        (question,) = questions_of((read,), NAMES, 0.9, ((other,), (other,), (read,)))
        assert question.outcomes == ((read,), (other,), ())
