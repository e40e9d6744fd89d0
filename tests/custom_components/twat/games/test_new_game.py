"""A new game is right from the start, or there is none."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import GameStatus, JournalKind
from custom_components.twat.games.new_game import NewGame, new_game
from custom_components.twat.games.profile import GameProfile

type Profiles = Callable[[str], GameProfile]

ALICE = {"name": "Alice", "position": 1, "color": "white"}
BOB = {"name": "Bob", "position": 2, "color": "blue"}


@pytest.fixture
def begin(profile: Profiles, at: datetime) -> Callable[..., NewGame]:
    def make(game_type: str = "generic_grid", **fields: Any) -> NewGame:
        fields = {"name": "Friday", "players": [ALICE, BOB], **fields}
        return new_game(profile(game_type), at=at, **fields)

    return make


@pytest.fixture
def refused(begin: Callable[..., NewGame]) -> Callable[..., GameError]:
    def make(*args: str, **fields: Any) -> GameError:
        with pytest.raises(GameError) as err:
            begin(*args, **fields)
        return err.value

    return make


def test_a_game_begins_in_setup_with_its_first_player(
    begin: Callable[..., NewGame], at: datetime
) -> None:
    new = begin(table="kitchen", settings={"confidence_threshold": 0.8}, by="user")

    game, state = new.game, new.state
    assert (game.name, game.game_type, game.status) == ("Friday", "generic_grid", GameStatus.SETUP)
    assert (game.table, game.confidence_threshold) == ("kitchen", 0.8)
    assert game.settings["columns"] == 8
    assert (game.head_id, game.current_turn, game.current_phase) == (state.id, 1, "play")
    assert game.active_player == state.active_player == 1
    assert (state.parent_id, state.game_id, state.created_at) == (None, game.id, at)
    assert (new.journal.kind, new.journal.by) == (JournalKind.CREATED, "user")
    assert begin().game.id != game.id


def test_players_sit_in_order_of_their_positions(begin: Callable[..., NewGame]) -> None:
    players = begin(players=[{**BOB, "position": 2.0}, ALICE]).game.players

    assert [(p.position, p.name, p.color) for p in players] == [
        (1, "Alice", "white"),
        (2, "Bob", "blue"),
    ]


def test_position_and_colour_may_be_left_out(begin: Callable[..., NewGame]) -> None:
    players = begin("dune_imperium", players=[{"name": "A"}, {"name": "B", "color": "Red"}])

    assert [(p.position, p.color) for p in players.game.players] == [(1, "blue"), (2, "red")]


def test_colours_are_written_as_people_do(begin: Callable[..., NewGame]) -> None:
    players = begin(players=[{**ALICE, "color": " GRAY"}, {**BOB, "color": "#FFcc00"}]).game.players

    assert [player.color for player in players] == ["grey", "#ffcc00"]


def test_white_begins_in_chess_wherever_white_sits(begin: Callable[..., NewGame]) -> None:
    new = begin("chess", players=[{**ALICE, "color": "black"}, {**BOB, "color": "white"}])

    assert new.state.active_player == 2
    king = next(piece for piece in new.state.board.at("E1"))
    assert (king.type, king.player) == ("king", 2)
    assert len(new.state.board.pieces) == 32


def test_pieces_of_players_who_are_not_there_stay_in_the_box(
    begin: Callable[..., NewGame],
) -> None:
    new = begin(
        "dune_imperium", players=[{"name": "A", "color": "green"}, {"name": "B", "color": "red"}]
    )

    spaces = Counter((piece.space, piece.player) for piece in new.state.board.pieces)
    assert spaces["garrison_green", 1] == 3
    assert spaces["garrison_red", 2] == 3
    assert spaces["influence_fremen", 1] == spaces["influence_fremen", 2] == 1
    assert not new.state.board.at("garrison_blue")
    assert (new.state.phase, new.state.resources["player_2"]["water"]) == ("player_turns", 1)


def test_the_pieces_may_be_given(begin: Callable[..., NewGame]) -> None:
    board = begin(
        pieces=[
            {"type": "king", "player": 1, "space": "e1"},
            {"player": 2.0, "space": "E8", "id": "black king"},
            {"space": "D4"},
        ]
    ).state.board

    assert [(p.id, p.type, p.player, p.space) for p in board.pieces] == [
        ("p1", "king", 1, "E1"),
        ("black king", "piece", 2, "E8"),
        ("p2", "piece", None, "D4"),
    ]
    assert board.grid[0][4] == "p1"


def test_pieces_on_a_table_have_points(begin: Callable[..., NewGame]) -> None:
    new = begin(
        "generic_table", pieces=[{"type": "unit", "player": 1, "position": {"x": 3.5, "y": 2}}]
    )

    assert (new.state.board.pieces[0].position.x, new.state.board.pieces[0].space) == (3.5, None)


def test_several_pieces_share_a_zone_but_not_a_cell(
    begin: Callable[..., NewGame], refused: Callable[..., GameError]
) -> None:
    troop = {"type": "troop", "player": 1, "space": "conflict"}
    players = [{"name": "A"}, {"name": "B"}]

    assert len(begin("dune_imperium", players=players, pieces=[troop] * 3).state.board.pieces) == 3
    assert refused(pieces=[{"space": "A1"}] * 2).key == "two_on_one_space"


@pytest.mark.parametrize("name", ["Dünen 🏜️", "👨‍👩‍👧", "../../etc/passwd", "x" * 100, "<b>", "é"])
def test_names_are_the_hosts_own(begin: Callable[..., NewGame], name: str) -> None:
    new = begin(name=f"  {name} ", players=[{**ALICE, "name": name}, BOB])

    assert new.game.name == name
    assert new.game.players[0].name == name
    assert "/" not in new.game.id


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 300, "a\0b", "a\nb", "\u200b", "\ud800", None, 7, "a\u2028b"]
)
def test_names_that_are_none_are_refused(refused: Callable[..., GameError], name: object) -> None:
    of_game, of_player = refused(name=name), refused(players=[ALICE, {**BOB, "name": name}])

    assert (of_game.key, of_game.placeholders["field"]) == ("invalid_name", "name")
    assert of_player.placeholders["field"] == "players[1].name"


@pytest.mark.parametrize(
    ("players", "key", "words"),
    [
        ([], "player_count", {"count": "0"}),
        ([ALICE] * 9, "player_count", {"maximum": "8"}),
        ([ALICE, {**BOB, "position": 1}], "duplicate_position", {"position": "1"}),
        ([ALICE, {**BOB, "color": "White "}], "duplicate_color", {"color": "white"}),
        ([ALICE, {**BOB, "position": 0}], "invalid_position", {"position": "0"}),
        ([ALICE, {**BOB, "position": 13}], "invalid_position", {"maximum": "12"}),
        ([ALICE, {**BOB, "position": "2"}], "invalid_position", {}),
        ([ALICE, {**BOB, "position": True}], "invalid_position", {}),
        ([ALICE, {**BOB, "position": 1.5}], "invalid_position", {}),
        ([ALICE, {**BOB, "color": "beige"}], "unknown_color", {"color": "beige"}),
        ([ALICE, {**BOB, "color": 7}], "unknown_color", {}),
        ([ALICE, {**BOB, "age": 7}], "invalid_field", {"field": "players[1].age"}),
        ([ALICE, "Bob"], "invalid_field", {"field": "players[1]"}),
    ],
)
def test_players_that_cannot_be_are_refused(
    refused: Callable[..., GameError], players: list[Any], key: str, words: dict[str, str]
) -> None:
    err = refused(players=players)

    assert err.key == key
    assert words.items() <= err.placeholders.items()


def test_a_colour_that_the_game_does_not_have_is_refused(refused: Callable[..., GameError]) -> None:
    err = refused("chess")

    assert err.key == "unknown_color"
    assert err.placeholders["allowed"] == "white, black"


@pytest.mark.parametrize(
    ("pieces", "key"),
    [
        ([{"type": "jester", "space": "A1"}], "unknown_piece_type"),
        ([{"space": "Z9"}], "unknown_space"),
        ([{"space": "A1\0"}], "invalid_field"),
        ([{"space": "x" * 300}], "invalid_field"),
        ([{"space": 4}], "invalid_field"),
        ([{}], "invalid_field"),
        (["A1"], "invalid_field"),
        ([{"space": "A1", "colour": "red"}], "invalid_field"),
        ([{"space": "A1", "player": 3}], "unknown_player"),
        ([{"space": "A1", "player": "1"}], "invalid_field"),
        ([{"space": "A1", "id": "a"}, {"space": "A2", "id": "a"}], "duplicate_piece"),
        ([{"space": "A1"}] * 2501, "invalid_field"),
    ],
)
def test_pieces_that_cannot_be_are_refused(
    refused: Callable[..., GameError], pieces: list[Any], key: str
) -> None:
    assert refused(pieces=pieces).key == key


@pytest.mark.parametrize(
    "piece",
    [
        {"space": "A1"},
        {"position": {"x": 1}},
        {"position": [1, 2]},
        {"position": {"x": 1, "y": "2"}},
        {"position": {"x": 1, "y": float("nan")}},
        {"position": {"x": 1, "y": 99}},
        {},
    ],
)
def test_points_that_cannot_be_are_refused(
    refused: Callable[..., GameError], piece: dict[str, Any]
) -> None:
    err = refused("generic_table", pieces=[piece])

    assert err.key in ("invalid_field", "not_a_surface_point")


def test_a_piece_may_not_start_where_it_cannot_stand(refused: Callable[..., GameError]) -> None:
    err = refused(
        "dune_imperium",
        players=[{"name": "A"}],
        pieces=[{"type": "agent", "player": 1, "space": "garrison_red"}],
    )

    assert err.key == "space_not_allowed"
    assert err.placeholders == {"type": "agent", "space": "garrison_red"}


def test_settings_are_checked(refused: Callable[..., GameError]) -> None:
    assert refused(settings={"columns": 99}).key == "invalid_setting"
    assert refused(settings={"cols": 8}).key == "unknown_setting"
