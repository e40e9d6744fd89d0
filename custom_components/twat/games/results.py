"""How a game ended, taken down when its players say that it is over."""

from collections.abc import Collection
from datetime import datetime

from .clocks import Clock
from .errors import GameError
from .model import Game, GameResult, GameState, JsonObject, PlayerResult
from .profile import GameProfile
from .scoring import score_of, standings


def leaders(profile: GameProfile, game: Game, head: GameState) -> tuple[int, ...]:
    """Return the positions of those who win as the game stands; none where it is not scored."""
    return tuple(s.player for s in standings(profile, game, head) if s.rank == 1)


def result_of(
    profile: GameProfile,
    game: Game,
    head: GameState,
    clock: Clock,
    winners: Collection[int],
    at: datetime,
) -> GameResult:
    """Return a game's result.

    Args:
        profile: The game's.
        game: With its players and what the host wrote about them.
        head: The state it ended with.
        clock: As it stood then.
        winners: Positions.
        at: When it ended, UTC.
    """
    scored = profile.victory is not None
    return GameResult(
        game_id=game.id,
        name=game.name,
        game_type=game.game_type,
        started_at=game.created_at,
        finished_at=at,
        seconds=round(clock.game, 3),
        turns=head.turn,
        rounds=head.round,
        players=tuple(
            PlayerResult(
                name=player.name,
                position=player.position,
                color=player.color,
                won=player.position in winners,
                score=score_of(profile, head, player.position) if scored else None,
                seconds=round(clock.players.get(player.position, 0.0), 3),
                turns=sum(turn.player == player.position for turn in clock.turns),
                tags=game.metadata.get("players", {}).get(str(player.position), {}),
            )
            for player in game.players
        ),
    )


def checked_metadata(game: Game, metadata: JsonObject) -> JsonObject:
    """Return the host's remarks, of which only ``players`` has a form.

    Raises:
        GameError: ``invalid_field``, ``unknown_player``.
    """
    players = metadata.get("players", {})
    if not isinstance(players, dict):
        raise GameError("invalid_field", field="metadata.players", reason="must be an object")
    positions = {str(player.position) for player in game.players}
    for position, tags in players.items():
        if position not in positions:
            raise GameError("unknown_player", player=position)
        if not isinstance(tags, dict) or not all(
            isinstance(value, str) and 1 <= len(value) <= 255 for value in tags.values()
        ):
            reason = "must be an object of texts of 1 to 255 characters"
            raise GameError("invalid_field", field=f"metadata.players.{position}", reason=reason)
    return metadata
