"""Questions that somebody else puts to a model of theirs: how they are to be asked, and what the replies say.

What is known of such a model is nothing: how it sees, and how likely its answers are. So its pictures are made for the dearest
patches, and how sure it is follows from how often it says the same when the possible answers come in another order.
"""

from collections.abc import Sequence
import json
from typing import Any, Final

from .answers import Answer, agreement, read_answer
from .namer import REPEATS, allowance
from .questions import Question, Wording, word
from .tokens import MOVE_TOKENS, patches_of

PATCHES: Final = patches_of("", ())
"""How a model of which nothing is known may cut pictures up."""
BUDGET: Final = MOVE_TOKENS // REPEATS
"""Tokens a sheet may cost, for it is shown several times."""


def askings(question: Question) -> tuple[Wording, ...]:
    """Word a question for each time it is to be put, each time to a model that does not know of the others.

    The schemas are plain: no references, no limits of numbers and texts, which some makers' servers refuse. The prompt has them,
    and `read_reply` keeps to them.
    """
    times = min(REPEATS, allowance(question) // question.image_tokens)
    wordings = (word(question, turn) for turn in range(times))
    return tuple(Wording(one.prompt, _plain(one.schema)) for one in wordings)


def read_reply(question: Question, reply: object) -> tuple[Answer, ...]:
    """Read strictly what was said when a question was put once.

    Args:
        question: The question.
        reply: JSON: the object that the schema describes, or a text with it.

    Raises:
        BadAnswer: It is not what the schema allows.
    """
    text = reply if isinstance(reply, str) else json.dumps(reply)
    return read_answer(question, text, ())


def read_replies(question: Question, replies: Sequence[object]) -> tuple[Answer, ...]:
    """Join what was said each time that a question was put (see `agreement`).

    Raises:
        BadAnswer: One of them is not what the schema allows.
    """
    return agreement([read_reply(question, reply) for reply in replies])


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions where they are referred to, and of them what every server knows."""
    rules = {
        f"#/$defs/{name}": {key: rule[key] for key in ("type", "enum") if key in rule}
        for name, rule in schema["$defs"].items()
    }
    properties = {number: rules[rule["$ref"]] for number, rule in schema["properties"].items()}
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    return rest | {"properties": properties}
