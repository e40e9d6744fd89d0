"""The vocabulary of a followed board game: immutable values that every layer shares.

Nothing here knows files, databases, networks or Home Assistant. Values that leave the process
(rows, REST answers, jobs) have ``to_json``; values that come back have ``from_json``, which trusts
what this package wrote itself. Foreign data is parsed by the module at that edge.

Coordinates are *board units*: column and row counted from 0 at the photo's top-left cell for a
grid, inches or millimetres from the top-left corner for a surface, 0…1 of the board's width and
height for zones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

type JsonObject = dict[str, Any]
"""A JSON object: string keys; values are what ``json.loads`` makes."""

type Resources = Mapping[str, Mapping[str, int]]
"""``{"player_1": {"spice": 5}, …}``: what each player owns; ``common`` holds shared ones."""

DEFAULT_CONFIDENCE_THRESHOLD: Final = 0.9
"""A reading at least this sure is accepted by itself, unless the game says otherwise."""


def new_id() -> str:
    """Return a new identifier: a random UUID as 32 hexadecimal digits."""
    return uuid4().hex


class GameStatus(StrEnum):
    """Where a game is in its life."""

    SETUP = "setup"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class AnalysisStatus(StrEnum):
    """How far the reading of a capture has come."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class StateSource(StrEnum):
    """Who said that a state is so."""

    MANUAL = "manual"
    VISION_ANALYSIS = "vision_analysis"
    ROLLBACK = "rollback"


class MoveKind(StrEnum):
    """What happened to a piece."""

    MOVE = "move"
    PLACE = "place"
    REMOVE = "remove"
    CAPTURE = "capture"


class JournalKind(StrEnum):
    """What a line of a game's journal records."""

    CREATED = "created"
    CAPTURED = "captured"
    PROPOSED = "proposed"
    NOTHING_CHANGED = "nothing_changed"
    UNREADABLE = "unreadable"
    ANALYSIS_FAILED = "analysis_failed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    UNDONE = "undone"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Player:
    """Someone at the table.

    Attributes:
        id: Identifier, see `new_id`.
        position: Seat, counted from 1; also the order of play.
        name: As the players wrote it.
        color: Colour of the pieces: one of `games.new_game.COLORS` or ``#rrggbb``.
    """

    id: str
    position: int
    name: str
    color: str

    @property
    def key(self) -> str:
        """Key of this player in `GameState.resources`."""
        return player_key(self.position)

    def to_json(self) -> JsonObject:
        """Return the player as JSON."""
        return {
            "id": self.id,
            "position": self.position,
            "name": self.name,
            "color": self.color,
        }


def player_key(position: int) -> str:
    """Return the key under which the player at a position is found in resources."""
    return f"player_{position}"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in board units."""

    x: float
    y: float

    def to_json(self) -> JsonObject:
        """Return the point as JSON."""
        return {"x": self.x, "y": self.y}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Position:
        """Read what `to_json` wrote."""
        return cls(data["x"], data["y"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that stands on the board. A piece in the supply is simply not there.

    Attributes:
        id: Unique among the pieces on the board.
        type: Id of a piece type of the profile.
        player: Position of its owner; None for a piece of nobody.
        position: Where, in board units.
        space: Cell name or zone id; None on a surface.
    """

    id: str
    type: str
    player: int | None
    position: Position
    space: str | None

    def to_json(self) -> JsonObject:
        """Return the piece as JSON."""
        return {
            "id": self.id,
            "type": self.type,
            "player": self.player,
            "position": self.position.to_json(),
            "space": self.space,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Piece:
        """Read what `to_json` wrote."""
        return cls(
            data["id"],
            data["type"],
            data["player"],
            Position.from_json(data["position"]),
            data["space"],
        )


@dataclass(frozen=True, slots=True)
class Board:
    """What stands where.

    Attributes:
        pieces: Everything on the board, in no particular order.
        grid: For a grid, rows from the photo's top, each cell the id of the (first) piece there or
            None; None for other layouts. It is derived from the pieces by `games.board`.
    """

    pieces: tuple[Piece, ...] = ()
    grid: tuple[tuple[str | None, ...], ...] | None = None

    def piece(self, piece_id: str) -> Piece | None:
        """Return the piece with an id, or None when it is not on the board."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)

    def at(self, space: str) -> tuple[Piece, ...]:
        """Return the pieces on a space."""
        return tuple(piece for piece in self.pieces if piece.space == space)

    def to_json(self) -> JsonObject:
        """Return the board as ``board_state``."""
        return {
            "grid": None if self.grid is None else [list(row) for row in self.grid],
            "pieces": [piece.to_json() for piece in self.pieces],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Board:
        """Read what `to_json` wrote."""
        grid = data["grid"]
        return cls(
            tuple(Piece.from_json(piece) for piece in data["pieces"]),
            None if grid is None else tuple(tuple(row) for row in grid),
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One piece's change of place.

    Attributes:
        kind: What happened.
        piece: Id of the piece; None only in a reading that could not name it.
        type: Id of its type, or None when unknown.
        player: Position of its owner, or None.
        from_space: Space it left; None when it came from outside the board or from a surface.
        to_space: Space it reached; None when it left the board or stands on a surface.
        captured: Id of the piece that was taken, if one was.
        captured_type: Its type.
        captured_player: Position of its owner.
        color: Colour name as seen, where no player is known.
        confidence: 0…1 as measured; None when a player said so.
        source: ``tracking``, ``vlm``, ``both``; None when a player said so.
        from_position: Where it stood, board units; only on a surface.
        to_position: Where it stands now, board units; only on a surface.
    """

    kind: MoveKind
    piece: str | None
    type: str | None
    player: int | None
    from_space: str | None = None
    to_space: str | None = None
    captured: str | None = None
    captured_type: str | None = None
    captured_player: int | None = None
    color: str | None = None
    confidence: float | None = None
    source: str | None = None
    from_position: Position | None = None
    to_position: Position | None = None

    def to_json(self) -> JsonObject:
        """Return the move as JSON; spaces are called ``from`` and ``to`` there."""
        data: JsonObject = {
            "kind": self.kind.value,
            "piece": self.piece,
            "type": self.type,
            "player": self.player,
            "from": self.from_space,
            "to": self.to_space,
            "captured": self.captured,
            "captured_type": self.captured_type,
            "captured_player": self.captured_player,
            "color": self.color,
            "confidence": self.confidence,
            "source": self.source,
        }
        if self.from_position is not None:
            data["from_position"] = self.from_position.to_json()
        if self.to_position is not None:
            data["to_position"] = self.to_position.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Move:
        """Read what `to_json` wrote."""
        origin, target = data.get("from_position"), data.get("to_position")
        return cls(
            kind=MoveKind(data["kind"]),
            piece=data["piece"],
            type=data["type"],
            player=data["player"],
            from_space=data["from"],
            to_space=data["to"],
            captured=data["captured"],
            captured_type=data["captured_type"],
            captured_player=data["captured_player"],
            color=data["color"],
            confidence=data["confidence"],
            source=data["source"],
            from_position=None if origin is None else Position.from_json(origin),
            to_position=None if target is None else Position.from_json(target),
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
class GameState:
    """One accepted state of a game, a node of its state tree. It is never changed.

    Attributes:
        id: Identifier, see `new_id`.
        game_id: The game.
        parent_id: The state it followed; None for the first.
        capture_id: The photo it was read from; None when it was made by hand.
        turn: Turns of single players, counted from 1.
        phase: Id of a phase of the profile.
        active_player: Position of the player to move; None when nobody is.
        board: What stands where.
        resources: What everybody owns.
        detected_changes: The moves that led here from the parent.
        validation_notes: Remarks for the players.
        source: Who said so.
        created_at: When it was accepted, UTC.
    """

    id: str
    game_id: str
    parent_id: str | None
    capture_id: str | None
    turn: int
    phase: str
    active_player: int | None
    board: Board
    resources: Resources
    detected_changes: tuple[Move, ...]
    validation_notes: tuple[str, ...]
    source: StateSource
    created_at: datetime

    def to_json(self) -> JsonObject:
        """Return the state as JSON; the board is called ``board_state`` there."""
        return {
            "id": self.id,
            "game_id": self.game_id,
            "parent_id": self.parent_id,
            "capture_id": self.capture_id,
            "turn": self.turn,
            "phase": self.phase,
            "active_player": self.active_player,
            "board_state": self.board.to_json(),
            "resources": {key: dict(values) for key, values in self.resources.items()},
            "detected_changes": [move.to_json() for move in self.detected_changes],
            "validation_notes": list(self.validation_notes),
            "source": self.source.value,
            "created_at": self.created_at.isoformat(),
        }


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
        )


@dataclass(frozen=True, slots=True)
class Game:
    """A game that is followed.

    Attributes:
        id: Identifier, see `new_id`.
        name: As the players wrote it, 1…100 characters.
        game_type: Id of its profile.
        status: Where it is in its life.
        created_at: UTC.
        updated_at: Last change of anything in it, UTC.
        players: In order of position.
        head_id: The accepted state that counts now; None only before the first is stored.
        current_turn: Of the head.
        current_phase: Of the head.
        active_player: Of the head.
        table: Id of the table (a config subentry), or None.
        settings: Parameters of the profile, and ``confidence_threshold``.
        metadata: The host's own remarks; TWAT does not read them.
    """

    id: str
    name: str
    game_type: str
    status: GameStatus
    created_at: datetime
    updated_at: datetime
    players: tuple[Player, ...]
    head_id: str | None = None
    current_turn: int = 1
    current_phase: str = ""
    active_player: int | None = None
    table: str | None = None
    settings: JsonObject = field(default_factory=dict)
    metadata: JsonObject = field(default_factory=dict)

    @property
    def confidence_threshold(self) -> float:
        """A reading at least this sure (0…1) is accepted by itself."""
        return float(self.settings.get("confidence_threshold", DEFAULT_CONFIDENCE_THRESHOLD))

    def player(self, position: int | None) -> Player | None:
        """Return the player at a position, or None."""
        return next((player for player in self.players if player.position == position), None)

    def to_json(self) -> JsonObject:
        """Return the game as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "game_type": self.game_type,
            "status": self.status.value,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "players": [player.to_json() for player in self.players],
            "current_turn": self.current_turn,
            "current_phase": self.current_phase,
            "active_player": self.active_player,
            "head_id": self.head_id,
            "table": self.table,
            "settings": self.settings,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of a game's journal: what happened, when and by whom. Never changed.

    Attributes:
        game_id: The game.
        at: When, UTC.
        kind: What.
        by: Id of the user or what did it; None for TWAT itself.
        capture_id: The photo it is about, if any.
        state_id: The state that counts afterwards, if it changed.
        details: What else to know, such as the moves of a rejected proposal.
    """

    game_id: str
    at: datetime
    kind: JournalKind
    by: str | None = None
    capture_id: str | None = None
    state_id: str | None = None
    details: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the line as JSON."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind.value,
            "by": self.by,
            "capture_id": self.capture_id,
            "state_id": self.state_id,
            "details": self.details,
        }
