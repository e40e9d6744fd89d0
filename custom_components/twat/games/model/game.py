"""Games, their players, their states and their journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from .board import Board, Move
from .common import JsonObject

type Resources = Mapping[str, Mapping[str, int]]
"""``{"player_1": {"spice": 5}, …}``: what each player owns; ``common`` holds shared ones."""

DEFAULT_CONFIDENCE_THRESHOLD: Final = 0.9
"""A reading at least this sure is accepted by itself, unless the game says otherwise."""


class GameStatus(StrEnum):
    """Where a game is in its life."""

    SETUP = "setup"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class StateSource(StrEnum):
    """Who said that a state is so."""

    MANUAL = "manual"
    VISION_ANALYSIS = "vision_analysis"
    ROLLBACK = "rollback"


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
    REDONE = "redone"
    WENT_TO = "went_to"
    TAKEN_BACK = "taken_back"
    UPDATED = "updated"
    CLOCK_PAUSED = "clock_paused"
    CLOCK_RESUMED = "clock_resumed"
    CLOCK_CORRECTED = "clock_corrected"
    FINISHED = "finished"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"


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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Player:
        """Read what `to_json` wrote."""
        return cls(data["id"], data["position"], data["name"], data["color"])


def player_key(position: int) -> str:
    """Return the key under which the player at a position is found in resources."""
    return f"player_{position}"


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
        round: Rounds of all players, counted from 1.
        first_player: Position of the player who begins the round (has priority); None when nobody
            has said.
        passed: Positions of the players who take no more turns in this phase, in that order.
        eliminated: Positions of the players who are out of the game, in that order.
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
    round: int = 1
    first_player: int | None = None
    passed: tuple[int, ...] = ()
    eliminated: tuple[int, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the state as JSON; the board is called ``board_state`` there."""
        return {
            "id": self.id,
            "game_id": self.game_id,
            "parent_id": self.parent_id,
            "capture_id": self.capture_id,
            "turn": self.turn,
            "round": self.round,
            "phase": self.phase,
            "active_player": self.active_player,
            "first_player": self.first_player,
            "passed": list(self.passed),
            "eliminated": list(self.eliminated),
            "board_state": self.board.to_json(),
            "resources": {key: dict(values) for key, values in self.resources.items()},
            "detected_changes": [move.to_json() for move in self.detected_changes],
            "validation_notes": list(self.validation_notes),
            "source": self.source.value,
            "created_at": self.created_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GameState:
        """Read what `to_json` wrote."""
        return cls(
            id=data["id"],
            game_id=data["game_id"],
            parent_id=data["parent_id"],
            capture_id=data["capture_id"],
            turn=data["turn"],
            phase=data["phase"],
            active_player=data["active_player"],
            board=Board.from_json(data["board_state"]),
            resources=data["resources"],
            detected_changes=tuple(Move.from_json(move) for move in data["detected_changes"]),
            validation_notes=tuple(data["validation_notes"]),
            source=StateSource(data["source"]),
            created_at=datetime.fromisoformat(data["created_at"]),
            round=data["round"],
            first_player=data["first_player"],
            passed=tuple(data["passed"]),
            eliminated=tuple(data["eliminated"]),
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
        tip_id: The end of the line that is played: the head, or the descendant of it that redoing
            leads to. None means the head.
        current_turn: Of the head.
        current_phase: Of the head.
        active_player: Of the head.
        pinned: Its photos are kept, whatever rule the host made for others.
        table: Id of the table (a config subentry), or None.
        settings: Parameters of the profile, and ``confidence_threshold``.
        metadata: The host's own remarks. Of these TWAT reads only ``players``, for statistics:
            ``{"players": {"1": {"leader": "Rabban"}}}``.
    """

    id: str
    name: str
    game_type: str
    status: GameStatus
    created_at: datetime
    updated_at: datetime
    players: tuple[Player, ...]
    head_id: str | None = None
    tip_id: str | None = None
    current_turn: int = 1
    current_phase: str = ""
    active_player: int | None = None
    pinned: bool = False
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
            "tip_id": self.tip_id,
            "pinned": self.pinned,
            "table": self.table,
            "settings": self.settings,
            "metadata": self.metadata,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Game:
        """Read what `to_json` wrote."""
        return cls(
            id=data["id"],
            name=data["name"],
            game_type=data["game_type"],
            status=GameStatus(data["status"]),
            created_at=datetime.fromisoformat(data["created_at"]),
            updated_at=datetime.fromisoformat(data["updated_at"]),
            players=tuple(Player.from_json(player) for player in data["players"]),
            head_id=data["head_id"],
            tip_id=data["tip_id"],
            current_turn=data["current_turn"],
            current_phase=data["current_phase"],
            active_player=data["active_player"],
            pinned=data["pinned"],
            table=data["table"],
            settings=data["settings"],
            metadata=data["metadata"],
        )


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

    @classmethod
    def from_json(cls, data: Mapping[str, Any], game_id: str) -> JournalEntry:
        """Read what `to_json` wrote of a game's journal."""
        return cls(
            game_id=game_id,
            at=datetime.fromisoformat(data["at"]),
            kind=JournalKind(data["kind"]),
            by=data["by"],
            capture_id=data["capture_id"],
            state_id=data["state_id"],
            details=data["details"],
        )
