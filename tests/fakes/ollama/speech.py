"""How the stand-in answers: from what it sees, in the words that the schema allows."""

import json
import math
import re
from typing import Any

from .eyes import Seen


def speak(schema: Any, seen: list[Seen], prompt: str = "") -> tuple[str, list[float]]:
    """What the model says about what it sees, within what the schema lets it say.

    Blind, it makes something up: the first that is allowed. Shown no picture at all, it goes by what the prompt tells.

    Returns:
        The answer, and how likely each of its values is.
    """
    if not isinstance(schema, dict):
        return "A board game.", []
    answer: dict[str, Any] = {}
    likely = []
    for number, (key, rule) in enumerate(schema.get("properties", {}).items()):
        one = seen[number] if number < len(seen) else None
        meant = _resolved(rule, schema)
        answer[key] = _told(meant, key, prompt) if prompt else _value(meant, one)
        likely.append(0.5 if one is None else one.certainty)
    return json.dumps(answer, ensure_ascii=False), likely


def _told(rule: dict[str, Any], key: str, prompt: str) -> Any:
    """What a text says about a number: the one allowed answer that it can mean, else that it is not clear."""
    found = re.search(rf'"{key}"\s*:\s*("?)([^"{{}},\n]+)', prompt)
    said = found[2].strip() if found else ""
    if "enum" in rule:
        meant = [c for c in rule["enum"] if said and str(c).startswith(said)]
        return meant[0] if len(meant) == 1 else "unsure"
    if "integer" in rule.get("type", "string"):
        return int(said) if said.isdigit() else None
    return said or "unsure"


def _resolved(rule: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to the schema's definitions."""
    name = rule.get("$ref", "").removeprefix("#/$defs/")
    return schema["$defs"][name] if name else rule


def _value(rule: dict[str, Any], seen: Seen | None) -> Any:
    kinds = rule.get("type", "string")
    if "enum" in rule:
        choices = rule["enum"]
        if seen is None:
            return choices[0]
        # The choice whose words are all seen, and of those the one that says most.
        fitting = [c for c in choices if set(str(c).lower().split()) <= seen.words]
        return max(fitting, key=len) if fitting else ("unsure" if "unsure" in choices else choices[0])  # fmt: skip
    if "integer" in kinds:
        if seen is None:
            return rule.get("minimum", 0)
        return seen.number if seen.number is not None else (None if "null" in kinds else 0)
    return "nothing" if seen is None else " ".join(sorted(seen.words))


def tokens(text: str) -> list[str]:
    """Divide a text into tokens: words with the space before them, and single signs."""
    return re.findall(r" ?\w+|[^\w]", text)


def logprobs(content: str, likely: list[float]) -> list[dict[str, Any]]:
    """Tokens with their log-probabilities: a value's doubt is in its first token."""
    spoken = []
    values = iter(likely)
    value = False
    for token in tokens(content):
        sure = 0.9999
        if value and re.search(r"\w", token):
            sure, value = next(values, 0.9999), False
        if token == ":":
            value = True
        other = {"token": "unsure", "logprob": math.log(max(1e-9, 1 - sure))}
        alternatives = [{"token": token, "logprob": math.log(sure)}, other]
        spoken.append({"token": token, "logprob": math.log(sure), "toplogprobs": alternatives})
    return spoken
