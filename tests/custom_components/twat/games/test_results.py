"""How a game ended is taken down with all that statistics ask for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.twat.games.clocks import Clock, TurnTime
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.results import checked_metadata, leaders, result_of

type MakeRecord = Callable[..., GameRecord]
type Profiles = Callable[[str], GameProfile]


def _scored(record: GameRecord, *points: int) -> GameRecord:
    resources = {f"player_{n}": {"victory_points": p} for n, p in enumerate(points, start=1)}
    head = replace(record.head, resources=resources)
    return replace(record, states={head.id: head})


@pytest.mark.parametrize(
    ("points", "first"), [((3, 9, 5), (2,)), ((9, 4, 9), (1, 3)), ((0, 0, 0), (1, 2, 3))]
)
def test_those_win_who_lead(
    record: MakeRecord, profile: Profiles, points: tuple[int, ...], first: tuple[int, ...]
) -> None:
    game = _scored(record("dune_imperium", players=3), *points)
    found = leaders(profile("dune_imperium"), game.game, game.head)
    assert tuple(sorted(found)) == first


def test_a_game_without_points_has_no_leader(record: MakeRecord, profile: Profiles) -> None:
    game = record("chess")
    assert leaders(profile("chess"), game.game, game.head) == ()


def test_a_result(record: MakeRecord, profile: Profiles, at: datetime) -> None:
    game = _scored(record("dune_imperium", players=2), 10, 7)
    tags = {"players": {"1": {"leader": "Paul"}}, "place": "attic"}
    turns = (TurnTime(1, 1, 40.0), TurnTime(2, 2, 60.0), TurnTime(3, 1, 20.0))
    clock = Clock(True, at, 3, 1, 120.0, {1: 60.0, 2: 60.0}, turns)

    result = result_of(
        profile("dune_imperium"), replace(game.game, metadata=tags), game.head, clock, [1], at
    )

    alice, bob = result.players
    assert (alice.won, alice.score, alice.turns, alice.tags) == (True, 10, 2, {"leader": "Paul"})
    assert (bob.won, bob.score, bob.seconds, bob.tags) == (False, 7, 60.0, {})
    assert (result.seconds, result.started_at) == (120.0, game.game.created_at)


def test_a_game_without_points_has_no_scores(
    record: MakeRecord, profile: Profiles, at: datetime
) -> None:
    game = record("chess")
    result = result_of(profile("chess"), game.game, game.head, Clock(), [], at)
    assert [player.score for player in result.players] == [None, None]


@pytest.mark.parametrize(
    ("metadata", "key"),
    [
        ({"players": []}, "invalid_field"),
        ({"players": {"9": {}}}, "unknown_player"),
        ({"players": {"1": "Paul"}}, "invalid_field"),
        ({"players": {"1": {"leader": 3}}}, "invalid_field"),
        ({"players": {"1": {"leader": ""}}}, "invalid_field"),
    ],
)
def test_remarks_that_cannot_be_counted(
    begun: GameRecord, metadata: dict[str, Any], key: str
) -> None:
    with pytest.raises(GameError) as err:
        checked_metadata(begun.game, metadata)
    assert err.value.key == key


def test_other_remarks_are_the_hosts_own(begun: GameRecord) -> None:
    assert checked_metadata(begun.game, {"club": [1, 2]}) == {"club": [1, 2]}
