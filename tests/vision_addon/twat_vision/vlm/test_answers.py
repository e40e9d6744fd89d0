"""Reading answers, and how sure they are."""

import json
import math

import pytest

from twat_vision.vlm.answers import Answer, BadAnswer, Token, agreement, read_answer
from twat_vision.vlm.questions import Choice, Kind, Question, Subject

CHOICES = (
    Choice("red pawn", "pawn", 1),
    Choice("red disc", "disc", 1),
    Choice("disc", "disc", None),
)


def question(kind: Kind = Kind.SETUP, count: int = 1) -> Question:
    choices = CHOICES if kind in (Kind.SETUP, Kind.CHANGE) else ()
    subjects = tuple(Subject(f"piece:{i}", f"E{i}", choices, 0, 12) for i in range(count))
    return Question(kind, b"", (1, 1), 1, subjects)


def tokens(*spoken: tuple[str, float] | tuple[str, float, dict[str, float]]) -> list[Token]:
    found = []
    for text, probability, *others in spoken:
        alternatives = {text: probability, **(others[0] if others else {})}
        logs = tuple((t, math.log(p)) for t, p in alternatives.items())
        found.append(Token(text, math.log(probability), logs if others else ()))
    return found


def test_an_answer_is_read() -> None:
    (answer,) = read_answer(question(), '{"1": "red pawn"}', ())

    assert (answer.value, answer.confidence) == ("red pawn", None)


def test_thoughts_in_front_are_passed_over() -> None:
    text = '<think>{"1": "red disc"}? No.</think>\n{"1": "red pawn"}'

    assert read_answer(question(), text, ())[0].value == "red pawn"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ('{"1": "red pa', "not valid JSON"),
        ("The pawn.", "not valid JSON"),
        ("[1]", "no JSON object"),
        ('{"2": "red pawn"}', "number 1 is missing"),
        ('{"1": "a spaceship"}', "none of the possible answers"),
        ('{"1": 7}', "none of the possible answers"),
    ],
)
def test_what_is_no_answer_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        read_answer(question(), text, ())


@pytest.mark.parametrize(("value", "good"), [(7, True), (None, True), (13, False), (True, False)])
def test_numbers_are_within_their_limits(value: object, good: bool) -> None:
    text = json.dumps({"1": value})
    if good:
        assert read_answer(question(Kind.NUMBER), text, ())[0].value == value
    else:
        with pytest.raises(BadAnswer):
            read_answer(question(Kind.NUMBER), text, ())


@pytest.mark.parametrize(("text", "good"), [("red cube", True), ("", False), ("x" * 41, False)])
def test_descriptions_are_short(text: str, good: bool) -> None:
    said = json.dumps({"1": text})
    if good:
        assert read_answer(question(Kind.DESCRIBE), said, ())[0].value == text
    else:
        with pytest.raises(BadAnswer):
            read_answer(question(Kind.DESCRIBE), said, ())


def test_confidence_is_the_probability_of_the_answers_tokens() -> None:
    spoken = tokens(('{"', 0.9), ("1", 1.0), ('": "', 0.9), ("red", 0.8), (" pawn", 0.5), ('"}', 1))

    (answer,) = read_answer(question(), '{"1": "red pawn"}', spoken)

    assert answer.confidence == pytest.approx(0.9 * 0.8 * 0.5)


def test_each_number_has_a_confidence_of_its_own() -> None:
    text = '{"1": "red pawn", "2": "red disc"}'
    spoken = tokens(
        ('{"1": ', 1.0), ('"red pawn"', 0.9), (', "2": ', 1.0), ('"red disc"', 0.6), ("}", 1.0)
    )

    answers = read_answer(question(count=2), text, spoken)

    assert [answer.confidence for answer in answers] == pytest.approx([0.9, 0.6])


def test_what_could_not_have_been_answered_does_not_count() -> None:
    """A line break instead of the answer is no rival of it; another answer is."""
    spoken = tokens(
        ('{"1": "', 1.0),
        ("red", 0.5, {"\n": 0.4, "disc": 0.1}),
        (" pawn", 0.6, {" disc": 0.2, " ship": 0.2}),
        ('"}', 1.0),
    )

    (answer,) = read_answer(question(), '{"1": "red pawn"}', spoken)

    assert answer.confidence == pytest.approx((0.5 / 0.6) * (0.6 / 0.8))


def test_a_quote_that_belongs_to_the_answers_first_token_counts_with_it() -> None:
    spoken = tokens(('{"1":', 1.0), (' "red', 0.7, {' "disc': 0.3}), (' pawn"}', 1.0))

    (answer,) = read_answer(question(), '{"1": "red pawn"}', spoken)

    assert answer.confidence == pytest.approx(0.7)


def test_tokens_of_something_else_are_no_measure() -> None:
    spoken = tokens(("Hello", 0.9))

    assert read_answer(question(), '{"1": "red pawn"}', spoken)[0].confidence is None


def test_thinking_tokens_in_front_are_left_out() -> None:
    spoken = tokens(("Hmm. ", 0.1), ('{"1": ', 1.0), ('"red pawn"', 0.9), ("}", 1.0))

    (answer,) = read_answer(question(), '{"1": "red pawn"}', spoken)

    assert answer.confidence == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("values", "value", "confidence"),
    [
        (["red pawn"], "red pawn", 2 / 3),
        (["red pawn", "red pawn"], "red pawn", 3 / 4),
        (["red pawn", "red disc"], "red pawn", 1 / 2),
        (["disc", "red pawn", "red pawn"], "red pawn", 3 / 5),
    ],
)
def test_without_probabilities_agreement_is_what_counts(
    values: list[str], value: str, confidence: float
) -> None:
    subject = question().subjects[0]

    (joined,) = agreement([[Answer(subject, v, None)] for v in values])

    assert (joined.value, joined.confidence) == (value, pytest.approx(confidence))
