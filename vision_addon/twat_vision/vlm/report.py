"""How asking a model went, as it stands in a result under `vlm`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from .answers import Value
from .spent import Spent

VLM: Final = "vlm"
"""Source of names that the service's own model gave."""
AI_TASK: Final = "ai_task"
"""Source of names that a model of the caller's gave, an AI Task entity of Home Assistant's."""


class Status(StrEnum):
    """Where the names are.

    ``PENDING``: being asked for. ``WAITING``: the server is in trouble, they come later. ``DONE``. ``FAILED``: they will not come.
    ``CANCELLED``: nobody wants them any more.
    """

    PENDING = "pending"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Named:
    """What the model said about one place; ``agrees`` says whether tracking sees the same, None where it cannot tell."""

    place: str
    answer: Value
    confidence: float
    agrees: bool | None

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "place": self.place,
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "agrees": self.agrees,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """How it went; ``code`` and ``message`` say what is in the way, ``notes`` what else there is to know.

    ``source`` says who is asked, ``model`` which of theirs.
    """

    status: Status
    model: str | None = None
    code: str | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()
    spent: Spent = field(default_factory=Spent)
    answers: tuple[Named, ...] = ()
    source: str = VLM

    def to_json(self) -> Mapping[str, Any]:
        """The JSON form of the API."""
        return {
            "status": self.status.value,
            "source": self.source,
            "model": self.model,
            "code": self.code,
            "message": self.message,
            "notes": list(self.notes),
            "calls": self.spent.calls,
            "image_tokens": self.spent.image_tokens,
            "prompt_tokens": self.spent.prompt_tokens,
            "seconds": round(self.spent.seconds, 3),
            "answers": [answer.to_json() for answer in self.answers],
        }
