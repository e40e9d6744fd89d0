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

WORDS = Question(Kind.DESCRIBE, b"jpeg", (640, 480), BUDGET, (Subject("piece:0", "E4"),))


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


@pytest.mark.parametrize("question", [QUESTION, NUMBERS, WORDS])
def test_schemas_are_such_as_every_server_takes(question: Question) -> None:
    """Many do not know `$ref`; some refuse limits of numbers and texts."""
    for asking in askings(question):
        written = json.dumps(asking.schema)
        assert not [
            w for w in ("$", "minimum", "maximum", "minLength", "maxLength") if w in written
        ]
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


def test_limits_that_the_schema_does_not_tell_are_kept_all_the_same() -> None:
    with pytest.raises(BadAnswer, match="none of the possible answers"):
        read_reply(NUMBERS, {"1": 13})
    with pytest.raises(BadAnswer, match="none of the possible answers"):
        read_reply(WORDS, {"1": "a" * 41})
    assert read_reply(NUMBERS, {"1": None})[0].value is None
