"""The score: who leads, what breaks ties, and how it grew round by round."""

from collections.abc import Sequence
from dataclasses import dataclass

from .model import Game, GameState, player_key
from .profile import GameProfile, PieceCount, Wins


@dataclass(frozen=True, slots=True)
class Standing:
    """How a player stands.

    Attributes:
        player: Position.
        rank: 1 for the best; players who are equal in everything share a rank.
        score: Value of the profile's score.
        tie_breaks: What decides among equal scores, in the profile's order; more is better.
        out: The player is out of the game, and ranks behind all who are not.
    """

    player: int
    rank: int
    score: int
    tie_breaks: tuple[int, ...]
    out: bool = False


def resource_of(state: GameState, position: int, resource: str) -> int:
    """Return what a player has of a resource; 0 where nothing is known of it."""
    return state.resources.get(player_key(position), {}).get(resource, 0)


def score_of(profile: GameProfile, state: GameState, position: int) -> int:
    """Return a player's score; 0 in a game without one."""
    return 0 if profile.victory is None else resource_of(state, position, profile.victory.score)


def standings(profile: GameProfile, game: Game, state: GameState) -> tuple[Standing, ...]:
    """Return the players from the first to the last; empty for a game that is not scored."""
    victory = profile.victory
    if victory is None:
        return ()
    sign = 1 if victory.wins is Wins.HIGHEST else -1
    found = []
    for player in game.players:
        breaks = tuple(_tie_break(kind, state, player.position) for kind in victory.tie_breaks)
        score = score_of(profile, state, player.position)
        out = player.position in state.eliminated
        found.append(((not out, sign * score, breaks), player.position, score, breaks, out))
    found.sort(key=lambda entry: (entry[0], -entry[1]), reverse=True)
    keys = [key for key, *_ in found]
    return tuple(
        Standing(position, keys.index(key) + 1, score, breaks, out)
        for key, position, score, breaks, out in found
    )


def _tie_break(kind: str | PieceCount, state: GameState, position: int) -> int:
    if isinstance(kind, str):
        return resource_of(state, position, kind)
    return sum(
        piece.player == position and piece.type == kind.type and piece.space in kind.spaces
        for piece in state.board.pieces
    )


@dataclass(frozen=True, slots=True)
class RoundScore:
    """The scores at the end of a round (of the last one: so far), by player's position."""

    round: int
    scores: dict[int, int]


def score_table(
    profile: GameProfile, game: Game, line: Sequence[GameState]
) -> tuple[RoundScore, ...]:
    """Return the scores round by round.

    Args:
        profile: The game's.
        game: For its players.
        line: The states from the first to the head.

    Returns:
        One entry for each round that was played; empty for a game that is not scored.
    """
    if profile.victory is None:
        return ()
    ends = {state.round: state for state in line}  # the last state of a round counts
    return tuple(
        RoundScore(number, {p.position: score_of(profile, state, p.position) for p in game.players})
        for number, state in sorted(ends.items())
    )
