"""Photos, and what was read from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .board import Board, Move
from .common import JsonObject


class AnalysisStatus(StrEnum):
    """How far the reading of a capture has come."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CaptureFailure:
    """Why a capture or its analysis did not work out.

    Attributes:
        hop: ``camera``, ``storage``, ``vision`` or ``ollama``: the part that failed.
        code: Machine-readable reason.
        message: The same for a person, with what to do.
    """

    hop: str
    code: str
    message: str

    def to_json(self) -> JsonObject:
        """Return the failure as JSON."""
        return {"hop": self.hop, "code": self.code, "message": self.message}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CaptureFailure:
        """Read what `to_json` wrote."""
        return cls(data["hop"], data["code"], data["message"])


@dataclass(frozen=True, slots=True)
class Capture:
    """One press of the button and what came of it.

    Attributes:
        id: Identifier, see `new_id`.
        game_id: The game.
        sequence: Counted from 0, the setup photo.
        captured_at: When the photo was taken (until there is one: when it was asked for), UTC.
        triggered_by: Id of the user, or what triggered it.
        image: Path below the media folder; None until there is a photo.
        thumbnail: The same for the small picture.
        overlay: The same for the annotated picture.
        image_sha256: Hash of the stored photo's bytes, lower-case hexadecimal.
        analysis_status: How far its reading is.
        analysis_results: The vision service's result as received, or None.
        job_id: Job at the vision service, once there is one.
        notes: The players' words.
        bookmark: Marked by a player.
        error: What went wrong, when something did.
    """

    id: str
    game_id: str
    sequence: int
    captured_at: datetime
    triggered_by: str | None = None
    image: str | None = None
    thumbnail: str | None = None
    overlay: str | None = None
    image_sha256: str | None = None
    analysis_status: AnalysisStatus = AnalysisStatus.PENDING
    analysis_results: JsonObject | None = None
    job_id: str | None = None
    notes: str | None = None
    bookmark: bool = False
    error: CaptureFailure | None = None

    def to_json(self) -> JsonObject:
        """Return the capture as JSON."""
        return {
            "id": self.id,
            "game_id": self.game_id,
            "sequence": self.sequence,
            "captured_at": self.captured_at.isoformat(),
            "triggered_by": self.triggered_by,
            "image": self.image,
            "thumbnail": self.thumbnail,
            "overlay": self.overlay,
            "image_sha256": self.image_sha256,
            "analysis_status": self.analysis_status.value,
            "analysis_results": self.analysis_results,
            "job_id": self.job_id,
            "notes": self.notes,
            "bookmark": self.bookmark,
            "error": None if self.error is None else self.error.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Capture:
        """Read what `to_json` wrote."""
        error = data["error"]
        return cls(
            id=data["id"],
            game_id=data["game_id"],
            sequence=data["sequence"],
            captured_at=datetime.fromisoformat(data["captured_at"]),
            triggered_by=data["triggered_by"],
            image=data["image"],
            thumbnail=data["thumbnail"],
            overlay=data["overlay"],
            image_sha256=data["image_sha256"],
            analysis_status=AnalysisStatus(data["analysis_status"]),
            analysis_results=data["analysis_results"],
            job_id=data["job_id"],
            notes=data["notes"],
            bookmark=data["bookmark"],
            error=None if error is None else CaptureFailure.from_json(error),
        )


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the photo that looks different from before.

    Attributes:
        box: Left, top, width, height in pixels of the photo.
        spaces: Spaces it covers.
        kind: ``appeared``, ``vanished``, ``replaced`` or ``moved_within``.
        color: Colour name, or None.
        score: 0…1 as measured.
    """

    box: tuple[float, float, float, float]
    spaces: tuple[str, ...]
    kind: str
    color: str | None
    score: float

    def to_json(self) -> JsonObject:
        """Return the region as JSON."""
        return {
            "box": list(self.box),
            "spaces": list(self.spaces),
            "kind": self.kind,
            "color": self.color,
            "score": self.score,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Region:
        """Read what `to_json` wrote."""
        left, top, width, height = data["box"]
        return cls(
            (left, top, width, height),
            tuple(data["spaces"]),
            data["kind"],
            data["color"],
            data["score"],
        )


@dataclass(frozen=True, slots=True)
class Question:
    """Something a reading could not decide, for the players.

    Attributes:
        text: In plain words.
        spaces: Spaces it speaks of.
        options: Possible answers, as the vision service words them (strings or objects).
    """

    text: str
    spaces: tuple[str, ...] = ()
    options: tuple[Any, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the question as JSON."""
        return {"text": self.text, "spaces": list(self.spaces), "options": list(self.options)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Question:
        """Read what `to_json` wrote."""
        return cls(data["text"], tuple(data["spaces"]), tuple(data["options"]))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reading that has not been accepted: the board it would lead to, and how sure it is.

    Attributes:
        game_id: The game; it has at most one waiting proposal.
        capture_id: The photo it was read from.
        base_state_id: The accepted state it was computed against.
        moves: Every move names its piece (new pieces already have their id).
        board: The board after the moves.
        confidence: 0…1 as measured.
        warnings: Codes, of the vision service and of `games.proposals`.
        questions: What the players must decide.
        summary: One line in the game's own words.
        regions: Changed parts of the photo.
        acceptable: Sure enough to be accepted without a player.
        setup: It describes the start position, not a move; accepting it advances no turn.
        created_at: When it was made, UTC.
        returns_to: The earlier state whose position it shows: the players took moves back on the
            table. Accepting it goes back there.
    """

    game_id: str
    capture_id: str
    base_state_id: str
    moves: tuple[Move, ...]
    board: Board
    confidence: float
    warnings: tuple[str, ...]
    questions: tuple[Question, ...]
    summary: str
    regions: tuple[Region, ...]
    acceptable: bool
    setup: bool
    created_at: datetime
    returns_to: str | None = None

    def to_json(self) -> JsonObject:
        """Return the proposal as JSON."""
        return {
            "game_id": self.game_id,
            "capture_id": self.capture_id,
            "base_state_id": self.base_state_id,
            "moves": [move.to_json() for move in self.moves],
            "board_state": self.board.to_json(),
            "confidence": self.confidence,
            "warnings": list(self.warnings),
            "questions": [question.to_json() for question in self.questions],
            "summary": self.summary,
            "changed_regions": [region.to_json() for region in self.regions],
            "acceptable": self.acceptable,
            "setup": self.setup,
            "created_at": self.created_at.isoformat(),
            "returns_to": self.returns_to,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proposal:
        """Read what `to_json` wrote."""
        return cls(
            game_id=data["game_id"],
            capture_id=data["capture_id"],
            base_state_id=data["base_state_id"],
            moves=tuple(Move.from_json(move) for move in data["moves"]),
            board=Board.from_json(data["board_state"]),
            confidence=data["confidence"],
            warnings=tuple(data["warnings"]),
            questions=tuple(Question.from_json(question) for question in data["questions"]),
            summary=data["summary"],
            regions=tuple(Region.from_json(region) for region in data["changed_regions"]),
            acceptable=data["acceptable"],
            setup=data["setup"],
            created_at=datetime.fromisoformat(data["created_at"]),
            returns_to=data.get("returns_to"),
        )
