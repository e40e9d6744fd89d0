"""Marked areas: which are read in a game, and what was read there."""

from collections.abc import Callable

import pytest
from tests.custom_components.twat.games.profile_documents import ZONES

from custom_components.twat.games.area_readings import area_readings
from custom_components.twat.games.errors import ProfileError
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import AreaKind
from custom_components.twat.games.profile_schema import parse_profile
from custom_components.twat.games.request import ImageHashes, analysis_request

PLAYERS = [
    {"name": "Alice", "position": 1, "color": "red"},
    {"name": "Bob", "position": 2, "color": "blue"},
]


@pytest.fixture
def profile():
    return parse_profile("every.yaml", ZONES.encode())


@pytest.fixture
def begun(profile, at) -> Callable:
    def begin(players=PLAYERS):
        return new_game(profile, name="Game", players=players, settings={}, pieces=None, at=at)

    return begin


def test_areas_are_read_from_the_profile(profile) -> None:
    coins, vault, dial = profile.areas

    assert (coins.kind, coins.resource, coins.player) == (AreaKind.COUNT, "coins", "red")
    assert (coins.minimum, coins.maximum, coins.look) == (0, 99, "gelbe Scheiben")
    assert coins.polygon == ((0.9, 0.1), (0.95, 0.1), (0.95, 0.2), (0.9, 0.2))
    assert (vault.kind, vault.player, vault.maximum) == (AreaKind.NUMBER, None, 50)
    assert (dial.resource, dial.minimum, dial.maximum) == (None, 1, 12)


@pytest.mark.parametrize(
    ("was", "is_", "reason"),
    [
        ("    player: red\n", "", "must name a player"),
        ("resource: bank, max: 50", "resource: bank, player: red", "must name a player"),
        ("resource: bank, max", "resource: gold, max", "must be one of"),
        ("kind: track", "kind: taste", "must be one of"),
        ("circle: [0.5, 0.9, 0.05]", "look: x", "must have exactly one of"),
        ("id: vault", "id: red_coins", "twice"),
    ],
)
def test_what_an_area_cannot_be(was: str, is_: str, reason: str) -> None:
    assert was in ZONES
    with pytest.raises(ProfileError, match=reason):
        parse_profile("every.yaml", ZONES.replace(was, is_).encode())


def test_a_request_marks_the_areas_of_those_who_play(profile, begun) -> None:
    def asked(new):
        return analysis_request(
            new.game,
            profile,
            new.state,
            capture_id="c",
            images=ImageHashes("a" * 64),
            corners=None,
        )["areas"]

    coins, _, _ = asked(begun())
    assert coins == {
        "id": "red_coins",
        "name": "red coins",
        "polygon": [[0.9, 0.1], [0.95, 0.1], [0.95, 0.2], [0.9, 0.2]],
        "kind": "count",
        "least": 0,
        "most": 99,
        "hint": "gelbe Scheiben",
    }
    others = [{**p, "color": c} for p, c in zip(PLAYERS, ("green", "blue"), strict=True)]
    assert [area["id"] for area in asked(begun(others))] == ["vault", "dial"]


def test_readings_say_what_taking_them_over_would_change(profile, begun) -> None:
    new = begun()
    results = {
        "readings": [
            {"area": "red_coins", "value": 9, "confidence": 0.93},
            {"area": "vault", "value": 7, "confidence": 0.8},
            {"area": "dial", "value": None, "confidence": 0.4},
            {"area": "unheard_of", "value": 1, "confidence": 1.0},
        ]
    }

    coins, vault, dial = area_readings(results, profile, new.game, new.state)

    assert (coins.key, coins.resource, coins.value, coins.current) == ("player_1", "coins", 9, 5)
    assert coins.news
    assert (vault.key, vault.current, vault.news) == ("common", 7, False)
    assert (dial.key, dial.value, dial.news) == (None, None, False)
    assert coins.to_json()["player"] == "player_1"
    assert area_readings(None, profile, new.game, new.state) == ()
    assert area_readings({}, profile, new.game, new.state) == ()
