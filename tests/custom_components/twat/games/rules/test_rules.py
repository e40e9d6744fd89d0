"""Each rule by itself: what it says, and when it keeps quiet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.custom_components.twat.games.table import Table, texts

from custom_components.twat.games.board import make_board
from custom_components.twat.games.model import GameState, Move, MoveKind, Piece, Position
from custom_components.twat.games.profile import GameProfile, Number, Victory, Wins
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.rules import (
    DEFAULT_RULES,
    RULES,
    RuleWarning,
    Severity,
    Situation,
    check,
)
from custom_components.twat.games.words import words

type Begin = Callable[..., Table]


@pytest.fixture
def begin(record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]) -> Begin:
    """Begin a game with the profile changed: `begin("chess", rules=(), language="de")`."""

    def make(game_type: str, *, language: str = "en", rules: Any = None, **options: Any) -> Table:
        found = profile(game_type).in_language(language)
        found = found if rules is None else replace(found, rules=rules)
        return Table(record(game_type, **options), found)

    return make


def _go_on(table: Table, **changes: Any) -> list[str]:
    """Return what the rules say when the state changes so, without a move."""
    after = replace(table.head, detected_changes=(), **changes)
    return texts(
        check(Situation(table.profile, table.record.game, table.head, after, tuple(table.line)))
    )


def _own(state: GameState, **resources: dict[str, int]) -> dict[str, dict[str, int]]:
    return {key: {**values, **resources.get(key, {})} for key, values in state.resources.items()}


# The registry


def test_every_rule_is_known_by_its_name_and_explains_itself() -> None:
    assert set(DEFAULT_RULES) <= set(RULES)
    for name, rule in RULES.items():
        assert rule.__name__ == name
        assert rule.__doc__


def test_shipped_profiles_name_known_rules_and_none_can_be_named(begin: Begin) -> None:
    for profile in load_profiles().profiles.values():
        assert set(profile.rules) <= set(RULES)
    silent = begin("chess", rules=())
    assert silent.play({"from": "B1", "to": "B5"}) == ()


def test_warnings_survive_json() -> None:
    warning = RuleWarning("chess_moves", Severity.ERROR, "No.", (1,), ("E4",))

    assert RuleWarning.from_json(warning.to_json()) == warning


def test_texts_are_in_the_profiles_language_or_in_english() -> None:
    english, german = words("en"), words("de-AT")
    assert german.out_of_turn != english.out_of_turn
    assert words("fr") == english


# Any game


def test_more_pieces_than_there_are(begin: Begin) -> None:
    table = begin("chess", rules=("more_than_exist",))

    assert texts(table.play({"to": "E4", "type": "king", "player": 1})) == [
        "more_than_exist: Alice has 2 × king on the board, but there are only 1"
    ]
    # It is told when it happens, not ever after.
    assert table.play({"from": "A2", "to": "A3"}) == ()


def test_more_pieces_of_nobody_than_there_are(begin: Begin) -> None:
    table = begin("dune_imperium", rules=("more_than_exist",), players=4, language="de")
    place = {"to": "council_seats", "type": "councilor", "player": None}

    assert table.play(place) == ()
    assert texts(table.play(place)) == [
        "more_than_exist: 2 × Ratsmitglied auf dem Brett, es gibt aber nur 1"
    ]


def test_a_cell_holds_one(begin: Begin) -> None:
    table = begin("generic_grid")
    pieces = [Piece(name, "pawn", 1, Position(0, 0), "A1") for name in ("a", "b")]
    move = Move(MoveKind.PLACE, "b", "pawn", 1, to_space="A1")
    board = make_board(table.profile.layout, pieces)
    after = replace(table.head, board=board, detected_changes=(move,))
    step = Situation(table.profile, table.record.game, table.head, after)

    (warning,) = check(step)

    assert warning.text == "A1 holds 1, but 2 stand there"
    assert (warning.players, warning.spaces) == ((1,), ("A1",))


def test_a_cell_holds_as_many_as_the_game_says(begin: Begin) -> None:
    table = begin("generic_grid", settings={"holds": 2})
    place = {"to": "C3", "type": "cube", "player": 1}

    assert table.play(place) == ()
    assert table.play({**place, "player": 2}) == ()
    assert {piece.player for piece in table.head.board.at("C3")} == {1, 2}
    assert texts(table.play(place)) == ["space_over_capacity: C3 holds 2, but 3 stand there"]


def test_a_surface_has_no_spaces_to_be_full(begin: Begin) -> None:
    table = begin("generic_table")

    assert table.play({"to_position": {"x": 1, "y": 1}, "type": "unit", "player": 2}) == ()


# The course


def test_the_first_player_should_pass_on(begin: Begin) -> None:
    table = begin("dune_imperium", players=4)
    passed_on = {"round": 2, "first_player": 2}

    assert _go_on(table, round=2) == [
        "first_player_passed: Alice begins again; the first player should pass on"
    ]
    assert _go_on(table, **passed_on) == []
    assert _go_on(begin("dune_imperium", players=1), round=2) == []


def test_a_goal_is_told_once(begin: Begin) -> None:
    table = begin("dune_imperium", players=2)
    table.say(player_1={"victory_points": 9})

    assert texts(table.say(player_1={"victory_points": 11})) == [
        "victory_reached: Alice has 11 victory points: the goal is reached"
    ]
    assert table.say(player_1={"victory_points": 12}) == ()


def test_a_low_goal(begin: Begin) -> None:
    table = begin("star_wars_legion", rules=("victory_reached",))
    goal = Victory("victory_points", Number(3), Wins.LOWEST, ())
    table.profile = replace(table.profile, victory=goal)
    assert table.say(player_1={"victory_points": 5}) == ()
    assert len(table.say(player_1={"victory_points": 3})) == 1
    endless = replace(table.profile, victory=replace(goal, ends_at=None))
    table.profile = endless
    assert table.say(player_1={"victory_points": 1}) == ()


# Named zones


@pytest.mark.parametrize(
    "rule",
    ["cannot_afford", "visited_twice", "agents_owned", "deployment_limit", "makers_filled"],
)
def test_rules_of_zones_say_nothing_on_other_boards(begin: Begin, rule: str) -> None:
    table = begin("chess", rules=(rule,))

    assert table.play({"from": "A2", "to": "A3"}) == ()


def test_what_was_paid_before_the_photo_was_there(begin: Begin) -> None:
    table = begin("dune_imperium", players=2)
    table.say(player_1={"solari": 4})
    table.say(player_1={"solari": 0})

    assert table.play({"to": "rally_troops", "type": "agent", "player": 1}) == ()


# Dune: Imperium


def test_an_alliance_needs_influence(begin: Begin) -> None:
    table = begin("dune_imperium", players=2)
    table.say(player_2={"alliance_guild": 1, "influence_guild": 3, "victory_points": 2})

    assert _go_on(table, phase="combat") == [
        "alliances: Bob holds the alliance with the Spacing Guild with 3 influence only"
    ]


def test_an_alliance_goes_to_whom_has_more(begin: Begin) -> None:
    table = begin("dune_imperium", players=2)
    table.say(
        player_1={"influence_fremen": 5, "victory_points": 1},
        player_2={"alliance_fremen": 1, "influence_fremen": 4, "victory_points": 2},
    )

    assert _go_on(table, phase="combat") == [
        "alliances: Alice has the most influence and should hold the alliance with the Fremen"
    ]
    table.say(player_1={"influence_fremen": 4})
    assert _go_on(table, phase="combat") == []


def test_influence_gives_points(begin: Begin) -> None:
    table = begin("dune_imperium", players=4)
    table.say(player_3={"influence_emperor": 2, "influence_fremen": 3})

    assert _go_on(table, phase="combat") == [
        "influence_points: Carol has 1 victory points; influence and alliances alone give 3"
    ]
    table.say(player_3={"victory_points": 3})
    assert _go_on(table, phase="combat") == []
    unscored = replace(table.profile, victory=None)
    table.profile = unscored
    assert _go_on(table, phase="combat") == []


def test_a_maker_with_an_agent_or_without_a_stock_needs_nothing(begin: Begin) -> None:
    table = begin("dune_imperium", players=2, rules=("makers_filled",))
    for space in ("imperial_basin", "hagga_basin"):
        table.play({"to": space, "type": "agent", "player": 1})
    for _ in range(2):
        table.step("next_phase")  # combat, makers

    assert texts(table.step("next_phase")) == [
        "makers_filled: The Great Flat has no agent, but got no bonus spice"
    ]
    layout = table.profile.layout
    bare = replace(layout, zones=tuple(replace(zone, stock=None) for zone in layout.zones))
    table.profile = replace(table.profile, layout=bare)
    table.line.append(replace(table.head, phase="makers"))
    assert _go_on(table, phase="recall") == []


# Free tables


def test_a_reading_may_be_a_little_off(begin: Begin) -> None:
    table = begin("star_wars_legion", pieces=[_unit("b1", 1, 10, 10)], settings={"speed": 1})

    assert texts(_walk(table, "b1", 18.1, 10)) == []  # 8.2 and what a reading may be off
    table.step("next_turn")
    assert texts(_walk(table, "b1", 9.6, 10))[0].startswith("moved_too_far")


def _unit(name: str, player: int, x: float, y: float, kind: str = "corps") -> dict[str, Any]:
    return {"id": name, "type": kind, "player": player, "position": {"x": x, "y": y}}


def _walk(table: Table, name: str, x: float, y: float) -> tuple[RuleWarning, ...]:
    return table.play({"piece": name, "to_position": {"x": x, "y": y}})


def test_several_photos_of_one_turn_are_one_way(begin: Begin) -> None:
    table = begin("star_wars_legion", pieces=[_unit("b1", 1, 10, 10)])
    by_hand = replace(table.profile.turn, phases=("activation",))
    table.profile = replace(table.profile, turn=by_hand)
    _walk(table, "b1", 20, 10)
    back = replace(table.head, turn=1, active_player=1)
    table.line[-1] = back
    table.record = GameRecord(table.record.game, {**table.record.states, back.id: back})

    assert texts(_walk(table, "b1", 24, 10)) == [
        "moved_too_far: Alice: corps unit b1 went 14.0 in, but 12.4 in is the most"
    ]


def test_deployment_is_not_activation(begin: Begin) -> None:
    table = begin("star_wars_legion", pieces=[_unit("b1", 1, 10, 10)])
    table.step("next_phase")

    assert _walk(table, "b1", 60, 30) == ()


@pytest.mark.parametrize(("x", "y", "hangs"), [(0.2, 9, True), (9, 35.8, True), (0.5, 0.5, False)])
def test_a_base_over_the_edge(begin: Begin, x: float, y: float, hangs: bool) -> None:
    table = begin("star_wars_legion", rules=("off_the_table",), pieces=[_unit("b1", 1, 10, 10)])

    assert bool(_walk(table, "b1", x, y)) == hangs


@pytest.mark.parametrize(
    "rule",
    ["moved_too_far", "off_the_table", "out_of_cohesion", "objective_secured", "activated_twice"],
)
def test_rules_of_tables_say_nothing_on_other_boards(begin: Begin, rule: str) -> None:
    table = begin("chess", rules=(rule,))

    assert table.play({"from": "A2", "to": "A3"}) == ()


def test_an_objective_between_equals_is_nobodys(begin: Begin) -> None:
    pieces = [
        _unit("b1", 1, 10, 10),
        _unit("r1", 2, 30, 10),
        {"id": "poi", "type": "objective", "position": {"x": 20, "y": 10}},
    ]
    table = begin("star_wars_legion", rules=("objective_secured",), pieces=pieces)

    assert texts(_walk(table, "b1", 18, 10)) == [
        "objective_secured: Alice secures the objective at 20.0, 10.0"
    ]
    assert texts(_walk(table, "r1", 22, 10)) == [
        "objective_secured: Alice no longer secures the objective at 20.0, 10.0"
    ]
    (nobodys,) = {p.player for p in table.head.board.pieces if p.type == "objective"}
    assert nobodys is None


@pytest.mark.parametrize("name", ["off_the_table", "out_of_cohesion", "moved_too_far"])
def test_pieces_that_a_profile_has_lost_are_no_matter(begin: Begin, name: str) -> None:
    table = begin("star_wars_legion", rules=(name,), pieces=[_unit("b1", 1, 10, 10)])
    kinds = tuple(kind for kind in table.profile.piece_types if kind.id != "corps")
    table.profile = replace(table.profile, piece_types=kinds)

    assert _walk(table, "b1", 60, 10) == ()


def test_spaces_that_a_profile_has_lost_are_no_matter(begin: Begin) -> None:
    table = begin("dune_imperium", players=2)
    table.play({"to": "conspire", "type": "agent", "player": 1})
    layout = table.profile.layout
    fewer = tuple(zone for zone in layout.zones if zone.id != "conspire")
    table.profile = replace(table.profile, layout=replace(layout, zones=fewer))
    step = Situation(table.profile, table.record.game, *table.line, table.line[:1])

    assert check(step) == ()
