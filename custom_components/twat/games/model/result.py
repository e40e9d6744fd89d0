"""How a game ended, with all that statistics ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .common import JsonObject


@dataclass(frozen=True, slots=True)
class PlayerResult:
    """A player's share of a game that is over.

    Attributes:
        name: As it was written in that game.
        position: Seat.
        color: Colour of the pieces.
        won: Whether the players named this one a winner.
        score: At the end; None in a game without points.
        seconds: Time on the clock.
        turns: Turns that the clock counted.
        tags: What the host wrote about this player, such as ``{"leader": "Rabban"}``.
    """

    name: str
    position: int
    color: str
    won: bool
    score: int | None
    seconds: float
    turns: int
    tags: Mapping[str, str]

    def to_json(self) -> JsonObject:
        """Return the result as JSON."""
        return {
            "name": self.name,
            "position": self.position,
            "color": self.color,
            "won": self.won,
            "score": self.score,
            "seconds": self.seconds,
            "turns": self.turns,
            "tags": dict(self.tags),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PlayerResult:
        """Read what `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class GameResult:
    """A game that was played to its end.

    Attributes:
        game_id: The game.
        name: What it was called.
        game_type: Id of its profile.
        started_at: When the game was created, UTC.
        finished_at: When the players said that it was over, UTC.
        seconds: Time on the clock.
        turns: Turn of the last state.
        rounds: Round of the last state.
        players: In order of position.
    """

    game_id: str
    name: str
    game_type: str
    started_at: datetime
    finished_at: datetime
    seconds: float
    turns: int
    rounds: int
    players: tuple[PlayerResult, ...]

    def to_json(self) -> JsonObject:
        """Return the result as JSON."""
        return {
            "game_id": self.game_id,
            "name": self.name,
            "game_type": self.game_type,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "seconds": self.seconds,
            "turns": self.turns,
            "rounds": self.rounds,
            "players": [player.to_json() for player in self.players],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GameResult:
        """Read what `to_json` wrote."""
        return cls(
            game_id=data["game_id"],
            name=data["name"],
            game_type=data["game_type"],
            started_at=datetime.fromisoformat(data["started_at"]),
            finished_at=datetime.fromisoformat(data["finished_at"]),
            seconds=data["seconds"],
            turns=data["turns"],
            rounds=data["rounds"],
            players=tuple(PlayerResult.from_json(player) for player in data["players"]),
        )
