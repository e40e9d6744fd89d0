"""Questions for a model of somebody else's: how they are to be asked, and what counts as a reply."""

from dataclasses import replace
import json

import pytest

from twat_vision.vlm.answers import BadAnswer
from twat_vision.vlm.questions import Choice, Kind, Question, Subject, word
from twat_vision.vlm.relay import BUDGET, PATCHES, askings, read_replies, read_reply
from twat_vision.vlm.tokens import MOVE_TOKENS

CHOICES = (Choice("red pawn", "pawn", 1), Choice("red disc", "disc", 1))
QUESTION = Question(
    Kind.CHANGE,
    b"jpeg",
    (640, 480),
    BUDGET,
    (Subject("to:0", "E4", CHOICES), Subject("from:0", "E2", CHOICES)),
    ordinary=True,
)
NUMBERS = Question(
    Kind.NUMBER, b"jpeg", (640, 480), BUDGET, (Subject("area:a", "Spice", (), 0, 12),)
)


def test_a_question_is_put_twice_with_the_answers_in_another_order() -> None:
    first, second = askings(QUESTION)

    enums = [asking.schema["properties"]["1"]["enum"] for asking in (first, second)]
    assert enums == [
        ["red pawn", "red disc", "empty", "unsure"],
        ["red disc", "red pawn", "empty", "unsure"],
    ]
    assert first.prompt == word(QUESTION).prompt


def test_an_ordinary_move_stays_within_its_tokens() -> None:
    dear = replace(QUESTION, image_tokens=MOVE_TOKENS - 1)

    assert len(askings(QUESTION)) * QUESTION.image_tokens <= MOVE_TOKENS
    assert len(askings(dear)) == 1
    assert PATCHES.tokens(28 * 10, 28 * 10) == 100


@pytest.mark.parametrize("question", [QUESTION, NUMBERS])
def test_schemas_can_be_followed_without_references(question: Question) -> None:
    """Many servers do not know `$ref`."""
    for asking in askings(question):
        assert "$" not in json.dumps(asking.schema)
        assert asking.schema["required"] == list(asking.schema["properties"])
        assert asking.schema["additionalProperties"] is False


def test_how_sure_follows_from_whether_both_replies_agree() -> None:
    alike, different = read_replies(
        QUESTION,
        [{"1": "red pawn", "2": "empty"}, '{"1": "red pawn", "2": "unsure"}'],
    )

    assert (alike.value, alike.confidence) == ("red pawn", 3 / 4)
    assert different.confidence == 1 / 2


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (None, "not valid JSON|no JSON object"),
        ([], "no JSON object"),
        ("I see a pawn.", "not valid JSON"),
        ({"1": "red pawn"}, "number 2 is missing"),
        ({"1": "a spaceship", "2": "empty"}, "none of the possible answers"),
        ({"1": True, "2": "empty"}, "none of the possible answers"),
    ],
)
def test_what_is_none_of_the_possible_answers_is_refused(reply: object, fault: str) -> None:
    with pytest.raises(BadAnswer, match=fault):
        read_reply(QUESTION, reply)
