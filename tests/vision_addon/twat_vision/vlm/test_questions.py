"""Prompts and schemas, word for word: a change of them is a change of what the product says."""

import json
from pathlib import Path

import pytest

from twat_vision.vlm.questions import Choice, Kind, Question, Subject, Wording, repair, word

SNAPSHOTS = Path(__file__).with_name("snapshots")

CHOICES = (
    Choice("red troop", "troop", 1, "ein kleiner Würfel"),
    Choice("blue troop", "troop", 2, "ein kleiner Würfel"),
)
AGENTS = (*CHOICES, Choice("red agent", "agent", 1))

QUESTIONS = {
    Kind.SETUP: (Subject("piece:0", "Arrakeen", AGENTS), Subject("piece:1", "Conflict", CHOICES)),
    Kind.CHANGE: (Subject("to:0", "Arrakeen", AGENTS),),
    Kind.NUMBER: (
        Subject("area:spice", "Spice: how many things lie there (orange hexagons)", (), 0, 12),
        Subject("area:score", "Score: the number shown", (), -5, 20),
    ),
    Kind.DESCRIBE: (Subject("piece:0", "E4"), Subject("piece:1", "F5")),
}


def question(kind: Kind) -> Question:
    return Question(kind, b"jpeg", (640, 480), 300, QUESTIONS[kind])


def said(wording: Wording) -> str:
    schema = json.dumps(wording.schema, indent=1, ensure_ascii=False)
    return f"{wording.prompt}\n--- format\n{schema}\n"


@pytest.mark.parametrize("kind", Kind)
def test_words_of_a_question(kind: Kind) -> None:
    """Edit the file in `snapshots/` when the words are meant to change."""
    wording = word(question(kind))

    assert said(wording) == (SNAPSHOTS / f"{kind}.txt").read_text("utf-8")


def test_the_prompt_holds_the_schema() -> None:
    wording = word(question(Kind.SETUP))

    assert json.loads(wording.prompt[wording.prompt.rindex("\n{") :]) == wording.schema


def test_asked_again_the_answers_come_in_another_order() -> None:
    first, second = (word(question(Kind.CHANGE), turn) for turn in (0, 1))

    def answers(wording: object) -> list[str]:
        return wording.schema["$defs"]["answer1"]["enum"]  # type: ignore[attr-defined]

    assert answers(first) == ["red troop", "blue troop", "red agent", "empty", "unsure"]
    assert answers(second) == ["red agent", "blue troop", "red troop", "empty", "unsure"]


@pytest.mark.parametrize("kind", [Kind.CHANGE, Kind.NUMBER])
def test_words_that_put_an_answer_into_form(kind: Kind) -> None:
    wording = repair(question(kind), '{"1": "red tr', "it was not valid JSON")

    assert said(wording) == (SNAPSHOTS / f"repair_{kind}.txt").read_text("utf-8")
    assert wording.schema == word(question(kind)).schema


def test_of_a_long_answer_its_end_is_quoted() -> None:
    wording = repair(question(Kind.CHANGE), "Hmm. " * 4000 + "a red troop", "it was not valid JSON")

    assert "a red troop\n" in wording.prompt
    assert len(wording.prompt) < 4000
