"""Closed questions about crops, and their words: prompt and schema of each kind are files in `questions/`.

A kind's `.txt` is the prompt (placeholders as of `string.Template`), its `.json` the schema of one answer, into which
what may be answered is filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
import json
from string import Template
from typing import Any, Final

EMPTY: Final = "empty"
UNSURE: Final = "unsure"
_LONGEST_SAID: Final = 2000
"""Characters of an unusable answer that are quoted."""


class Kind(StrEnum):
    """What is asked; the names of the files."""

    SETUP = "setup"
    """What stands on a place."""
    CHANGE = "change"
    """What stands on a place after a move, with how it looked before."""
    NUMBER = "number"
    """Which number a marked area shows."""
    DESCRIBE = "describe"
    """What stands on a place of a game of which nobody knows the pieces."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be answered: the words for it, and what they mean."""

    text: str
    type: str
    player: int | None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One crop of a question.

    Attributes:
        key: What the answer is for: ``piece:<index>`` of the detected pieces, ``to:<index>`` and ``from:<index>`` of the
            moves, ``area:<id>``.
        place: How the place is called.
        choices: What may be answered; empty for numbers and descriptions.
        least: Smallest number, for numbers.
        most: Largest.
    """

    key: str
    place: str
    choices: tuple[Choice, ...] = ()
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One picture, and what is asked about its numbered parts.

    Attributes:
        kind: What is asked.
        picture: JPEG.
        size: Its width and height in pixels.
        image_tokens: What it costs the model it was made for.
        subjects: In the order of the numbers on the picture, from 1.
        ordinary: Whether it belongs to an ordinary move, whose pictures may not cost much.
    """

    kind: Kind
    picture: bytes
    size: tuple[int, int]
    image_tokens: int
    subjects: tuple[Subject, ...]
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in words: the prompt, and the JSON schema of its answer."""

    prompt: str
    schema: dict[str, Any]


def word(question: Question, turn: int = 0) -> Wording:
    """Put a question into words.

    Args:
        question: The question.
        turn: Which time it is asked; the possible answers come in another order each time, for a model that guesses
            prefers the first or the last.
    """
    schema = _schema(question, turn)
    prompt = Template(_file(f"{question.kind}.txt")).substitute(
        count=len(question.subjects),
        answers="\n".join(_answers(question, turn)),
        schema=json.dumps(schema, ensure_ascii=False),
    )
    return Wording(prompt, schema)


def repair(question: Question, said: str, fault: str) -> Wording:
    """The words that ask for what was said in the form that was asked for, without the picture.

    Args:
        question: What was asked.
        said: What was answered; of a long text its end.
        fault: What is wrong with it.
    """
    schema = _schema(question, 0)
    prompt = Template(_file("repair.txt")).substitute(
        count=len(question.subjects),
        fault=fault,
        said=said[-_LONGEST_SAID:],
        none=json.dumps(None if question.kind is Kind.NUMBER else UNSURE),
        schema=json.dumps(schema, ensure_ascii=False),
    )
    return Wording(prompt, schema)


@cache
def _file(name: str) -> str:
    return (files("twat_vision.vlm") / "questions" / name).read_text("utf-8")


def _schema(question: Question, turn: int) -> dict[str, Any]:
    """An object with one answer a number; answers that several numbers share are written once."""
    rules: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    properties = {}
    for number, subject in enumerate(question.subjects, start=1):
        rule = _rule(question.kind, subject, turn)
        written = json.dumps(rule)
        name = names.setdefault(written, f"answer{len(names) + 1}")
        rules[name] = rule
        properties[str(number)] = {"$ref": f"#/$defs/{name}"}
    return {
        "type": "object",
        "$defs": rules,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _rule(kind: Kind, subject: Subject, turn: int) -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(_file(f"{kind}.json"))
    if "enum" in rule:
        rule["enum"] = [*(c.text for c in _turned(subject.choices, turn)), EMPTY, UNSURE]
    if "maximum" in rule:
        rule |= {"minimum": subject.least, "maximum": subject.most}
    return rule


def _answers(question: Question, turn: int) -> list[str]:
    """One line for each answer, or for each number where every number has a value of its own."""
    if question.kind is Kind.NUMBER:
        return [
            f"{number}. {subject.place}, from {subject.least} to {subject.most}"
            for number, subject in enumerate(question.subjects, start=1)
        ]
    every = dict.fromkeys(choice for subject in question.subjects for choice in subject.choices)
    return [
        f'- "{choice.text}"' + (f": {choice.hint}" if choice.hint else "")
        for choice in _turned(tuple(every), turn)
    ]


def _turned(choices: Sequence[Choice], turn: int) -> Sequence[Choice]:
    return choices[::-1] if turn % 2 else choices
