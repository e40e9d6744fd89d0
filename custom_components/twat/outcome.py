"""What became of a capture."""

from dataclasses import dataclass
from typing import Any

from .const import GameEvent
from .games.model import Capture, Move, Question

PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture.

    Attributes:
        event: what the game tells; None while the photo waits for the vision service.
        accepted: whether the reading counts already.
        confidence: 0…1 as measured; None without a reading.
    """

    capture: Capture
    event: GameEvent | None = None
    accepted: bool = False
    moves: tuple[Move, ...] = ()
    summary: str = ""
    confidence: float | None = None
    warnings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The outcome as actions return it and events carry it."""
        return {
            "capture_id": self.capture.id,
            "sequence": self.capture.sequence,
            "status": self.capture.analysis_status.value,
            "outcome": PENDING if self.event is None else self.event.value,
            "accepted": self.accepted,
            "moves": [move.to_json() for move in self.moves],
            "summary": self.summary,
            "confidence": self.confidence,
            "warnings": list(self.warnings),
            "questions": [question.to_json() for question in self.questions],
            "error": None if self.capture.error is None else self.capture.error.to_json(),
        }
