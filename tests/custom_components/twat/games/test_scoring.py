"""Who leads, and what breaks ties."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.twat.games.profile import GameProfile, Wins
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.scoring import score_of, score_table, standings

type Ranks = list[tuple[int, int, int]]


@pytest.fixture
def dune(profile: Callable[[str], GameProfile]) -> GameProfile:
    return profile("dune_imperium")


@pytest.fixture
def ranks(record: Callable[..., GameRecord], dune: GameProfile) -> Callable[..., Ranks]:
    """Rank four players by what they own: `ranks({1: {"spice": 2}}, out=(3,))`."""

    def rank(owned: dict[int, dict[str, int]], **options: object) -> Ranks:
        begun = record("dune_imperium", players=4)
        resources = {f"player_{player}": values for player, values in owned.items()}
        state = replace(begun.head, resources=resources, eliminated=options.get("out", ()))
        profile = options.get("profile", dune)
        return [(s.player, s.rank, s.score) for s in standings(profile, begun.game, state)]

    return rank


def test_the_highest_score_leads(ranks: Callable[..., Ranks]) -> None:
    scores = {1: 3, 2: 9, 3: 5, 4: 0}
    owned = {player: {"victory_points": score} for player, score in scores.items()}

    assert ranks(owned) == [(2, 1, 9), (3, 2, 5), (1, 3, 3), (4, 4, 0)]


def test_ties_are_broken_in_order_and_equals_share_a_rank(ranks: Callable[..., Ranks]) -> None:
    owned = {
        1: {"victory_points": 9, "spice": 1, "solari": 9},
        2: {"victory_points": 9, "spice": 2},
        3: {"victory_points": 9, "spice": 1, "solari": 9},
    }

    assert ranks(owned) == [(2, 1, 9), (1, 2, 9), (3, 2, 9), (4, 4, 0)]


def test_who_is_out_comes_last(ranks: Callable[..., Ranks]) -> None:
    assert ranks({1: {"victory_points": 9}}, out=(1,))[-1] == (1, 4, 9)


def test_the_lowest_may_lead(ranks: Callable[..., Ranks], dune: GameProfile) -> None:
    assert dune.victory is not None
    golf = replace(dune, victory=replace(dune.victory, wins=Wins.LOWEST))
    owned = {player: {"victory_points": player} for player in (1, 2, 3, 4)}

    assert [player for player, _, _ in ranks(owned, profile=golf)] == [1, 2, 3, 4]


def test_troops_in_the_garrison_break_ties(
    record: Callable[..., GameRecord], dune: GameProfile
) -> None:
    begun = record("dune_imperium", players=2)
    fewer = [p for p in begun.head.board.pieces if (p.type, p.player) != ("troop", 1)]
    state = replace(begun.head, board=replace(begun.head.board, pieces=tuple(fewer)))

    first, second = standings(dune, begun.game, state)
    assert (first.player, second.player) == (2, 1)
    assert (first.tie_breaks[-1], second.tie_breaks[-1]) == (3, 0)


def test_a_game_without_a_score_has_none(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    chess, begun = profile("chess"), record("chess")

    assert standings(chess, begun.game, begun.head) == ()
    assert score_table(chess, begun.game, [begun.head]) == ()
    assert score_of(chess, begun.head, 1) == 0


def test_a_round_is_worth_what_it_ended_with(
    record: Callable[..., GameRecord], dune: GameProfile
) -> None:
    begun = record("dune_imperium", players=2)
    line = [
        replace(begun.head, round=number, resources={"player_1": {"victory_points": points}})
        for number, points in ((1, 0), (1, 2), (2, 2), (2, 5))
    ]

    table = score_table(dune, begun.game, line)

    assert [(entry.round, entry.scores) for entry in table] == [
        (1, {1: 2, 2: 0}),
        (2, {1: 5, 2: 0}),
    ]
