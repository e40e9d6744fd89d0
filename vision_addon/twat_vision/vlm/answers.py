"""Reading a model's answer, and how sure it is of each part."""

from collections.abc import Sequence
from dataclasses import dataclass
import json
import math
import re
from typing import Any

from .questions import EMPTY, UNSURE, Kind, Question, Subject

Value = str | int | None


class BadAnswer(Exception):
    """The answer is none; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer with the logarithm of its probability, and of what else might have come there."""

    text: str
    logprob: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered about one subject; ``confidence`` 0…1, None where the server told no probabilities."""

    subject: Subject
    value: Value
    confidence: float | None


def read_answer(question: Question, text: str, tokens: Sequence[Token]) -> tuple[Answer, ...]:
    """Read an answer strictly.

    Args:
        question: What was asked.
        text: What the model said; thoughts in front of the answer are passed over.
        tokens: Its tokens, none where the server does not tell.

    Raises:
        BadAnswer: It is empty, no JSON, or not what the schema allows.
    """
    start, values = _json(text)
    sure = _Probabilities.of(text, tokens)
    found = []
    for number, subject in enumerate(question.subjects, start=1):
        if str(number) not in values:
            raise BadAnswer(f"number {number} is missing")
        value = values[str(number)]
        allowed = _check(question.kind, subject, value)
        confidence = None
        if sure is not None and (span := _span(text, start, str(number))) is not None:
            confidence = sure.of_span(*span, [json.dumps(a, ensure_ascii=False) for a in allowed])
        found.append(Answer(subject, value, confidence))
    return tuple(found)


def agreement(asked: Sequence[Sequence[Answer]]) -> tuple[Answer, ...]:
    """Join the answers to a question that was asked several times: the most frequent one counts.

    Its confidence is Laplace's rule of succession, (agreeing + 1) / (asked + 2): one answer alone is worth 2/3, two alike 3/4,
    two that differ 1/2.
    """
    joined = []
    for answers in zip(*asked, strict=True):
        values = [answer.value for answer in answers]
        value = max(values, key=values.count)
        confidence = (values.count(value) + 1) / (len(values) + 2)
        joined.append(Answer(answers[0].subject, value, confidence))
    return tuple(joined)


def _json(text: str) -> tuple[int, dict[str, Any]]:
    """The JSON object at the end of a text, and where it begins."""
    if not text.strip():
        raise BadAnswer("it was empty")
    start = text.find("{", text.rfind("</think>") + 1)
    try:
        values = json.loads(text[start:] if start >= 0 else text)
    except ValueError as err:
        raise BadAnswer(f"it was not valid JSON ({err})") from err
    if not isinstance(values, dict):
        raise BadAnswer("it was no JSON object")
    return start, values


def _check(kind: Kind, subject: Subject, value: Any) -> list[Value]:
    """Refuse what the schema does not allow; returns what it does (for open answers, this one)."""
    allowed: list[Value]
    if kind is Kind.NUMBER:
        allowed = [*range(subject.least, subject.most + 1), None]
        fits = value is None or (type(value) is int and subject.least <= value <= subject.most)
    elif kind is Kind.DESCRIBE:
        allowed = [value]
        fits = isinstance(value, str) and 0 < len(value.strip()) <= 40
    else:
        allowed = [*(choice.text for choice in subject.choices), EMPTY, UNSURE]
        fits = value in allowed
    if not fits:
        raise BadAnswer(f"{json.dumps(value)} is none of the possible answers")
    return allowed


def _span(text: str, start: int, key: str) -> tuple[int, int] | None:
    """Where in the text a key's value stands."""
    found = re.compile(rf"{re.escape(json.dumps(key))}\s*:\s*").search(text, start)
    if found is None:
        return None
    _, end = json.JSONDecoder().raw_decode(text, found.end())
    return found.end(), end


@dataclass(frozen=True, slots=True)
class _Probabilities:
    """Tokens, each with the place of its first character in the text."""

    tokens: tuple[tuple[int, Token], ...]

    @classmethod
    def of(cls, text: str, tokens: Sequence[Token]) -> "_Probabilities | None":
        """None unless the tokens are those of the text, thoughts in front of it aside."""
        spoken = "".join(token.text for token in tokens)
        at = len(spoken) - len(text)
        if not tokens or not spoken.endswith(text):
            return None
        placed = []
        place = -at
        for token in tokens:
            placed.append((place, token))
            place += len(token.text)
        return cls(tuple(placed))

    def of_span(self, start: int, end: int, allowed: Sequence[str]) -> float:
        """Probability of a value among the allowed ones.

        The probability of a text is the product of those of its tokens. Servers tell a token's probability among all there are;
        what could not have led to an allowed answer is left out of the account.
        """
        total = 1.0
        written = ""
        for place, token in self.tokens:
            if place + len(token.text) <= start or place >= end:
                continue
            before = max(0, start - place)
            piece = token.text[before:]
            chosen = math.exp(token.logprob)
            rivals = sum(
                math.exp(logprob)
                for text, logprob in token.others
                if text != token.text
                and text[:before] == token.text[:before]
                and _leads(written + text[before:], allowed)
            )
            total *= chosen / max(chosen + rivals, chosen) if token.others else chosen
            written += piece
        return min(1.0, max(0.0, total))


def _leads(written: str, allowed: Sequence[str]) -> bool:
    """Whether a text is the beginning of an allowed answer, or an allowed answer with more behind it."""
    return any(answer.startswith(written) or written.startswith(answer) for answer in allowed)
