"""What many finished games say about players, games, and what was played.

A player is known by name, in whatever case it was written; seats and colours change from game to
game. Every figure is counted from `GameResult` values alone; a figure with nothing to count is
None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby
from statistics import fmean

from .model import GameResult, JsonObject, PlayerResult


@dataclass(frozen=True, slots=True)
class Filter:
    """Which games count.

    Attributes:
        since: Those that ended at this time or later.
        until: Those that ended before this time.
        game_type: Those of this profile.
        player: Those in which a player of this name took part.
    """

    since: datetime | None = None
    until: datetime | None = None
    game_type: str | None = None
    player: str | None = None

    def accepts(self, result: GameResult) -> bool:
        """Whether a game counts."""
        names = {_known_as(player) for player in result.players}
        return (
            (self.since is None or result.finished_at >= self.since)
            and (self.until is None or result.finished_at < self.until)
            and self.game_type in (None, result.game_type)
            and (self.player is None or self.player.strip().casefold() in names)
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How somebody (or something that was played) fared.

    Attributes:
        games: Games that ended.
        wins: Games won, shared victories included.
        average_score: Of the games that have points.
        seconds_per_turn: Time on the clock over turns taken.
    """

    games: int
    wins: int
    average_score: float | None
    seconds_per_turn: float | None

    def to_json(self) -> JsonObject:
        """Return the tally as JSON."""
        return {
            "games": self.games,
            "wins": self.wins,
            "win_rate": round(self.wins / self.games, 3),
            "average_score": _rounded(self.average_score),
            "seconds_per_turn": _rounded(self.seconds_per_turn),
        }


@dataclass(frozen=True, slots=True)
class PlayerStatistics:
    """A player over all counted games.

    Attributes:
        name: As it was written in the latest game.
        tally: Wins and averages.
        streak: Games won in a row up to the latest one.
        longest_streak: Most games won in a row.
        by_game: Wins and averages by id of the profile.
    """

    name: str
    tally: Tally
    streak: int
    longest_streak: int
    by_game: Mapping[str, Tally]

    def to_json(self) -> JsonObject:
        """Return the figures as JSON."""
        return {
            "name": self.name,
            **self.tally.to_json(),
            "streak": self.streak,
            "longest_streak": self.longest_streak,
            "by_game": {game: tally.to_json() for game, tally in self.by_game.items()},
        }


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """Two players against each other: games both took part in.

    Attributes:
        players: Their names, in alphabetical order.
        games: How many.
        wins: Games that the first won and the second did not, and the other way round. What is
            left was won by both or by neither.
    """

    players: tuple[str, str]
    games: int
    wins: tuple[int, int]

    def to_json(self) -> JsonObject:
        """Return the figures as JSON."""
        return {"players": list(self.players), "games": self.games, "wins": list(self.wins)}


@dataclass(frozen=True, slots=True)
class GameTypeStatistics:
    """A kind of game over all counted games; averages of seconds, turns, rounds and points."""

    games: int
    average_seconds: float
    average_turns: float
    average_rounds: float
    average_score: float | None

    def to_json(self) -> JsonObject:
        """Return the figures as JSON."""
        return {
            "games": self.games,
            "average_seconds": _rounded(self.average_seconds),
            "average_turns": _rounded(self.average_turns),
            "average_rounds": _rounded(self.average_rounds),
            "average_score": _rounded(self.average_score),
        }


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything there is to say about some games.

    Attributes:
        games: How many there are.
        players: Most wins first, then fewest games.
        pairs: In alphabetical order.
        game_types: By id of the profile.
        tags: How players fared with what they played: ``{"leader": {"Rabban": …}}``.
    """

    games: int
    players: tuple[PlayerStatistics, ...]
    pairs: tuple[HeadToHead, ...]
    game_types: Mapping[str, GameTypeStatistics]
    tags: Mapping[str, Mapping[str, Tally]]

    def to_json(self) -> JsonObject:
        """Return the figures as JSON."""
        return {
            "games": self.games,
            "players": [player.to_json() for player in self.players],
            "head_to_head": [pair.to_json() for pair in self.pairs],
            "game_types": {key: value.to_json() for key, value in self.game_types.items()},
            "tags": {
                tag: {value: tally.to_json() for value, tally in values.items()}
                for tag, values in self.tags.items()
            },
        }


def summarise(results: Iterable[GameResult], wanted: Filter | None = None) -> Statistics:
    """Return the statistics of the games that a filter accepts, in any order; without one, of all.

    What is not counted: games that were abandoned, and players who left no result.
    """
    wanted = wanted or Filter()
    games = sorted(
        filter(wanted.accepts, results), key=lambda game: (game.finished_at, game.game_id)
    )
    shares: dict[str, list[tuple[GameResult, PlayerResult]]] = {}
    tags: dict[str, dict[str, list[PlayerResult]]] = {}
    for game in games:
        for player in game.players:
            shares.setdefault(_known_as(player), []).append((game, player))
            for tag, value in player.tags.items():
                tags.setdefault(tag, {}).setdefault(value, []).append(player)
    players = [_player(share) for share in shares.values()]
    return Statistics(
        games=len(games),
        players=tuple(sorted(players, key=lambda p: (-p.tally.wins, p.tally.games, p.name))),
        pairs=_pairs(games, {key: share[-1][1].name for key, share in shares.items()}),
        game_types={
            game_type: _game_type(list(group))
            for game_type, group in groupby(
                sorted(games, key=lambda game: game.game_type), key=lambda game: game.game_type
            )
        },
        tags={
            tag: {value: _tally(played) for value, played in sorted(values.items())}
            for tag, values in sorted(tags.items())
        },
    )


def _known_as(player: PlayerResult) -> str:
    return player.name.strip().casefold()


def _player(share: Sequence[tuple[GameResult, PlayerResult]]) -> PlayerStatistics:
    """Return the figures of a player from all games, oldest first."""
    runs = [(won, len(list(run))) for won, run in groupby(share, key=lambda pair: pair[1].won)]
    won_last, length = runs[-1]
    by_game: dict[str, list[PlayerResult]] = {}
    for game, player in share:
        by_game.setdefault(game.game_type, []).append(player)
    return PlayerStatistics(
        name=share[-1][1].name,
        tally=_tally([player for _, player in share]),
        streak=length if won_last else 0,
        longest_streak=max((length for won, length in runs if won), default=0),
        by_game={game_type: _tally(played) for game_type, played in sorted(by_game.items())},
    )


def _tally(played: Sequence[PlayerResult]) -> Tally:
    scores = [player.score for player in played if player.score is not None]
    turns = sum(player.turns for player in played)
    return Tally(
        games=len(played),
        wins=sum(player.won for player in played),
        average_score=fmean(scores) if scores else None,
        seconds_per_turn=sum(player.seconds for player in played) / turns if turns else None,
    )


def _pairs(games: Sequence[GameResult], names: Mapping[str, str]) -> tuple[HeadToHead, ...]:
    met: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for game in games:
        won = {_known_as(player): player.won for player in game.players}
        for one, other in combinations(sorted(won), 2):
            met.setdefault((one, other), []).append((won[one], won[other]))
    return tuple(
        HeadToHead(
            players=(names[one], names[other]),
            games=len(outcomes),
            wins=(
                sum(a and not b for a, b in outcomes),
                sum(b and not a for a, b in outcomes),
            ),
        )
        for (one, other), outcomes in sorted(met.items())
    )


def _game_type(games: Sequence[GameResult]) -> GameTypeStatistics:
    scores = [p.score for game in games for p in game.players if p.score is not None]
    return GameTypeStatistics(
        games=len(games),
        average_seconds=fmean(game.seconds for game in games),
        average_turns=fmean(game.turns for game in games),
        average_rounds=fmean(game.rounds for game in games),
        average_score=fmean(scores) if scores else None,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
