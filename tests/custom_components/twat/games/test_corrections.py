"""What players write is understood, or refused by name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from custom_components.twat.games import log
from custom_components.twat.games.corrections import parse_moves, parse_pieces
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import Move, MoveKind, Position
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord, apply

type MakeRecord = Callable[..., GameRecord]

START = [
    {"id": "w1", "type": "pawn", "player": 1, "space": "E4"},
    {"id": "b1", "type": "pawn", "player": 2, "space": "F5"},
]


@pytest.fixture
def parse(
    record: MakeRecord, profile: Callable[[str], GameProfile]
) -> Callable[[dict[str, Any]], Move]:
    """Parse one move of a game on a grid."""
    begun, grid = record(pieces=START), profile("generic_grid")

    def make(data: dict[str, Any]) -> Move:
        (found,) = parse_moves(begun, grid, [data])
        return found

    return make


@pytest.mark.parametrize(
    ("data", "kind", "origin", "target"),
    [
        ({"from": "E4", "to": "F5"}, "move", "E4", "F5"),
        ({"from": "e4", "to": " f5"}, "move", "E4", "F5"),
        ({"from": "E4", "to": "F5", "kind": "capture"}, "capture", "E4", "F5"),
        ({"from": "E4", "to": "F5", "captured": "b1"}, "capture", "E4", "F5"),
        ({"from": "E4", "to": None}, "remove", "E4", None),
        ({"from": "E4"}, "remove", "E4", None),
        ({"to": "A1"}, "place", None, "A1"),
        ({"to": "F5", "kind": "capture"}, "capture", None, "F5"),
        ({"piece": "w1", "to": "A1"}, "move", "E4", "A1"),
        ({"piece": "w1"}, "remove", "E4", None),
        ({"piece": "new", "to": "A1"}, "place", None, "A1"),
    ],
)
def test_what_is_plain_may_be_left_out(
    parse: Callable[[dict[str, Any]], Move],
    data: dict[str, Any],
    kind: str,
    origin: str | None,
    target: str | None,
) -> None:
    move = parse(data)

    assert (move.kind, move.from_space, move.to_space) == (MoveKind(kind), origin, target)


def test_a_new_piece_belongs_to_the_player_to_move_unless_said_otherwise(
    parse: Callable[[dict[str, Any]], Move],
) -> None:
    assert parse({"to": "A1"}).player == 1
    assert parse({"to": "A1", "player": 2}).player == 2
    assert parse({"to": "A1", "player": None}).player is None
    assert parse({"to": "A1"}).type == "piece"
    assert parse({"to": "A1", "type": "king"}).type == "king"


def test_the_moves_of_a_reading_can_be_given_back(
    record: MakeRecord, profile: Callable[[str], GameProfile], at: datetime
) -> None:
    begun, grid = record(pieces=START), profile("generic_grid")
    head = log.correct(
        begun,
        grid,
        capture_id="c1",
        moves=parse_moves(begun, grid, [{"from": "E4", "to": "F5"}]),
        by=None,
        at=at,
    ).head

    again = parse_moves(begun, grid, [move.to_json() for move in head.detected_changes])

    after = log.correct(begun, grid, capture_id="c1", moves=again, by=None, at=at).head
    assert after.detected_changes == head.detected_changes
    assert after.board == head.board


def test_zones_may_be_called_by_their_names(
    record: MakeRecord, profile: Callable[[str], GameProfile]
) -> None:
    dune = record("dune_imperium", players=4)

    (move,) = parse_moves(dune, profile("dune_imperium"), [{"to": "The Great Flat", "player": 2}])

    assert (move.to_space, move.type) == ("the_great_flat", "agent")


def test_on_a_table_places_are_points(
    record: MakeRecord, profile: Callable[[str], GameProfile]
) -> None:
    table = record(
        "generic_table", pieces=[{"id": "a", "player": 1, "position": {"x": 10, "y": 10}}]
    )
    parse = profile("generic_table")

    shift, gone, new = parse_moves(
        table,
        parse,
        [
            {"piece": "a", "to_position": {"x": 12, "y": 10}},
            {"from_position": {"x": 1, "y": 2}},
            {"to_position": {"x": 3, "y": 4}},
        ],
    )
    (turn,) = parse_moves(
        table, parse, [{"piece": "a", "to_position": {"x": 10, "y": 10}, "rotation_deg": 90}]
    )

    assert (shift.from_position, shift.to_position) == (Position(10, 10), Position(12, 10))
    assert (gone.kind, new.kind) == (MoveKind.REMOVE, MoveKind.PLACE)
    assert (turn.distance, turn.rotation_deg, shift.rotation_deg) == (0, 90, None)
    with pytest.raises(GameError, match="no spaces"):
        parse_moves(table, parse, [{"from": "A1"}])


@pytest.mark.parametrize(
    ("data", "key", "field"),
    [
        ("E4", "invalid_field", "moves[0]"),
        ({}, "invalid_field", "moves[0].from"),
        ({"from": None, "to": None}, "invalid_field", "moves[0].from"),
        ({"form": "E4"}, "invalid_field", "moves[0].form"),
        ({"from": 4, "to": "E5"}, "invalid_field", "moves[0].from"),
        ({"from": "", "to": "E5"}, "invalid_field", "moves[0].from"),
        ({"from": "E4", "to": "E5", "kind": "jump"}, "invalid_field", "moves[0].kind"),
        ({"from": "E4", "to": "E5", "kind": "place"}, "invalid_field", "moves[0].from"),
        ({"from": "E4", "to": "E5", "kind": "remove"}, "invalid_field", "moves[0].to"),
        ({"from": "E4", "kind": "move"}, "invalid_field", "moves[0].to"),
        ({"to": "E4", "kind": "move"}, "invalid_field", "moves[0].from"),
        ({"from": "E4", "to": "E5", "rotation_deg": 270}, "invalid_field", "moves[0].rotation_deg"),
        ({"from": "E4", "to": "E5", "rotation_deg": "E"}, "invalid_field", "moves[0].rotation_deg"),
        ({"from": "E4", "to": "E5", "player": "Bob"}, "invalid_field", "moves[0].player"),
        ({"from": "E4", "to": "E5", "player": 3}, "unknown_player", None),
        ({"from": "E4", "to": "E5", "type": "jester"}, "unknown_piece_type", None),
        ({"from": "E4", "to": "../../etc"}, "unknown_space", None),
        ({"from": "E4", "to": "E5\0"}, "invalid_field", "moves[0].to"),
        ({"from": "E4", "to": "x" * 300}, "invalid_field", "moves[0].to"),
        ({"from": "E4", "to": "🎲"}, "unknown_space", None),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    parse: Callable[[Any], Move], data: Any, key: str, field: str | None
) -> None:
    with pytest.raises(GameError) as err:
        parse(data)

    assert err.value.key == key
    if field is not None:
        assert err.value.placeholders["field"] == field


def test_too_much_is_refused(record: MakeRecord, profile: Callable[[str], GameProfile]) -> None:
    begun, grid = record(), profile("generic_grid")

    with pytest.raises(GameError, match="moves: at most"):
        parse_moves(begun, grid, [{"from": "A1"}] * 2501)
    with pytest.raises(GameError, match="pieces: at most"):
        parse_pieces(begun, grid, [{"space": "A1"}] * 2501)


def test_pieces_are_what_stands_on_the_board(
    record: MakeRecord, profile: Callable[[str], GameProfile]
) -> None:
    found = parse_pieces(
        record(), profile("generic_grid"), [{"type": "king", "player": 2, "space": "b1"}]
    )

    assert [(p.id, p.type, p.player, p.space, p.position) for p in found] == [
        ("", "king", 2, "B1", Position(1, 0))
    ]


def test_a_piece_of_the_corrected_move_is_known(
    record: MakeRecord, profile: Callable[[str], GameProfile], at: datetime
) -> None:
    begun, grid = record(pieces=START), profile("generic_grid")
    moves = parse_moves(begun, grid, [{"from": "E4", "to": "F5"}])
    change = log.correct(begun, grid, capture_id="c1", moves=moves, by=None, at=at)
    taken = apply(begun, change)

    # b1 was taken by the move that is being corrected; before it, it stood on F5.
    (move,) = parse_moves(taken, grid, [{"piece": "b1", "to": "A1"}])
    head = log.correct(taken, grid, moves=[move], by=None, at=at).head

    assert (move.from_space, head.board.piece("b1").space) == ("F5", "A1")
    assert head.board.piece("w1").space == "E4"
