"""Figures over finished games are counted from what happened in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.model import GameResult, PlayerResult
from custom_components.twat.games.statistics import Filter, summarise

AT = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


def share(name: str, *, won: bool = False, score: int | None = None, **more: Any) -> PlayerResult:
    fields = {"position": 1, "color": "red", "seconds": 600.0, "turns": 10, "tags": {}, **more}
    return PlayerResult(name=name, won=won, score=score, **fields)


def game(day: int, *players: PlayerResult, game_type: str = "dune_imperium") -> GameResult:
    return GameResult(
        game_id=f"{day:032x}",
        name=f"Game {day}",
        game_type=game_type,
        started_at=AT + timedelta(days=day, hours=-2),
        finished_at=AT + timedelta(days=day),
        seconds=7200.0,
        turns=40,
        rounds=8,
        players=players,
    )


GAMES = [
    game(1, share("Alice", won=True, score=10), share("Bob", score=8)),
    game(2, share("alice ", won=True, score=11), share("Bob", score=7), share("Carol", score=9)),
    game(3, share("Bob", won=True, score=10), share("Alice", score=6)),
    game(4, share("Alice", won=True), share("Bob", won=True), game_type="chess"),
    game(5, share("Alice"), share("Bob"), game_type="chess"),
]


def test_wins_and_averages() -> None:
    alice, bob, carol = summarise(GAMES).players

    assert (alice.name, alice.tally.games, alice.tally.wins) == ("Alice", 5, 3)
    assert alice.tally.average_score == 9
    assert alice.tally.seconds_per_turn == 60
    assert (bob.tally.wins, carol.tally.wins) == (2, 0)
    assert alice.by_game["chess"].wins == 1
    assert alice.by_game["chess"].average_score is None


def test_streaks_go_by_the_order_in_which_games_ended() -> None:
    alice, bob, _ = summarise(reversed(GAMES[:4])).players
    assert (alice.longest_streak, alice.streak) == (2, 1)
    assert (bob.longest_streak, bob.streak) == (2, 2)
    assert summarise(GAMES).players[0].streak == 0


def test_head_to_head() -> None:
    (pair,) = [p for p in summarise(GAMES).pairs if p.players == ("Alice", "Bob")]
    # One game both won, one neither did.
    assert (pair.games, pair.wins) == (5, (2, 1))


def test_games_by_kind() -> None:
    kinds = summarise(GAMES).game_types
    assert list(kinds) == ["chess", "dune_imperium"]
    assert (kinds["chess"].games, kinds["chess"].average_score) == (2, None)
    assert kinds["dune_imperium"].average_seconds == 7200
    assert (kinds["dune_imperium"].average_turns, kinds["dune_imperium"].average_rounds) == (40, 8)


def test_what_was_played_has_figures_of_its_own() -> None:
    games = [
        game(1, share("Alice", won=True, score=10, tags={"leader": "Paul"})),
        game(2, share("Bob", score=6, tags={"leader": "Paul", "faction": "Atreides"})),
    ]
    tags = summarise(games).tags
    assert list(tags) == ["faction", "leader"]
    assert (tags["leader"]["Paul"].games, tags["leader"]["Paul"].wins) == (2, 1)
    assert tags["leader"]["Paul"].average_score == 8


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(), 5),
        (Filter(since=AT + timedelta(days=3)), 3),
        (Filter(until=AT + timedelta(days=3)), 2),
        (Filter(game_type="chess"), 2),
        (Filter(player=" CAROL"), 1),
        (Filter(player="Nobody"), 0),
    ],
)
def test_games_can_be_chosen(wanted: Filter, count: int) -> None:
    assert summarise(GAMES, wanted).games == count


def test_no_games_no_figures() -> None:
    assert summarise([]).to_json() == {
        "games": 0,
        "players": [],
        "head_to_head": [],
        "game_types": {},
        "tags": {},
    }


def test_what_is_told() -> None:
    told = summarise(GAMES, Filter(game_type="dune_imperium")).to_json()
    assert told["players"][0] == {
        "name": "Alice",
        "games": 3,
        "wins": 2,
        "win_rate": 0.667,
        "average_score": 9,
        "seconds_per_turn": 60,
        "streak": 0,
        "longest_streak": 2,
        "by_game": {
            "dune_imperium": {
                "games": 3,
                "wins": 2,
                "win_rate": 0.667,
                "average_score": 9,
                "seconds_per_turn": 60,
            }
        },
    }
    assert told["head_to_head"][0] == {"players": ["Alice", "Bob"], "games": 3, "wins": [2, 1]}
    assert told["game_types"]["dune_imperium"]["average_score"] == 8.71


def test_a_result_comes_back_as_it_was_kept() -> None:
    result = game(1, share("Alice", tags={"leader": "Paul"}), share("Bob"))
    assert GameResult.from_json(result.to_json()) == result


RESULTS = st.lists(
    st.builds(
        game,
        st.integers(1, 30),
        st.builds(share, st.just("Alice"), won=st.booleans(), score=st.integers(0, 12)),
        st.builds(share, st.just("Bob"), won=st.booleans(), score=st.none()),
    ),
    max_size=8,
)


@given(RESULTS)
def test_figures_add_up_in_any_order(results: list[GameResult]) -> None:
    results = [replace(result, game_id=f"{n:032x}") for n, result in enumerate(results)]
    statistics = summarise(results)

    assert statistics == summarise(results[::-1])
    for player in statistics.players:
        assert 0 <= player.streak <= player.longest_streak <= player.tally.wins
        assert player.tally.wins <= player.tally.games == len(results)
        assert sum(tally.games for tally in player.by_game.values()) == player.tally.games
    for pair in statistics.pairs:
        assert sum(pair.wins) <= pair.games == len(results)
    assert sum(kind.games for kind in statistics.game_types.values()) == statistics.games
