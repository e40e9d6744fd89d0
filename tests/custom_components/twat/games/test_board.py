"""Moves change the board as they would change the table."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.twat.games.board import (
    apply_moves,
    difference,
    make_board,
    piece_ids,
    reconcile,
)
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.layout import Grid, Layout, Surface, Zone, Zones
from custom_components.twat.games.model import Board, Move, MoveKind, Piece, Position

type MakeMove = Callable[..., Move]

GRID = Grid(8, 8)
ZONES = Zones(
    tuple(
        Zone(name, name, ((x, 0.0), (x + 0.1, 0.0), (x + 0.1, 0.1), (x, 0.1)))
        for name, x in (("garrison", 0.1), ("conflict", 0.3), ("arrakeen", 0.5))
    )
)
TABLE = Surface(72, 36)


def _board(layout: Layout, **pieces: tuple[str, int | None, str]) -> Board:
    """Make a board: `w1=("pawn", 1, "E4")`."""
    return make_board(
        layout,
        [
            Piece(name, kind, player, layout.position(space), space)
            for name, (kind, player, space) in pieces.items()
        ],
    )


def _on_table(**pieces: tuple[int, float, float]) -> Board:
    return make_board(
        TABLE,
        [
            Piece(name, "unit", player, Position(x, y), None)
            for name, (player, x, y) in pieces.items()
        ],
    )


def _where(board: Board) -> dict[str, str | None]:
    return {piece.id: piece.space for piece in board.pieces}


def test_the_grid_shows_who_stands_where() -> None:
    board = _board(Grid(2, 2), a=("pawn", 1, "A1"), b=("pawn", 2, "B2"), c=("pawn", 2, "B2"))

    assert board.grid == (("a", None), (None, "b"))
    assert [piece.id for piece in board.at("B2")] == ["b", "c"]
    assert board.piece("c") is not None
    assert board.piece("d") is None
    assert _board(ZONES, a=("troop", 1, "garrison")).grid is None


def test_onto_a_cell_that_holds_several_a_piece_goes_beside_the_others(
    move: MakeMove,
) -> None:
    crowded = Grid(4, 4, holds=6)
    board = _board(crowded, a=("cube", 1, "A1"), b=("cube", 2, "B2"))

    done = apply_moves(board, crowded, [move("A1", "B2")])

    assert _where(done.board) == {"a": "B2", "b": "B2"}
    assert [m.kind for m in done.moves] == [MoveKind.MOVE]
    assert done.problems == ()
    assert done.board.grid is None
    assert difference(board, done.board)[0].captured is None


def test_two_pieces_with_one_name_are_refused() -> None:
    piece = Piece("a", "pawn", 1, Position(0, 0), "A1")

    with pytest.raises(GameError, match="Two pieces are called a"):
        make_board(GRID, [piece, piece])


def test_a_piece_without_a_cell_is_refused() -> None:
    with pytest.raises(GameError, match="no space"):
        make_board(GRID, [Piece("a", "pawn", 1, Position(0, 0), None)])


def test_new_names_follow_the_highest_number() -> None:
    ids = piece_ids(["p3", "w9", "p", "p07"])

    assert [next(ids), next(ids)] == ["p4", "p5"]


def test_a_move(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"))

    after = apply_moves(board, GRID, [move("E4", "F5")])

    assert after.problems == ()
    assert after.board == _board(GRID, w1=("pawn", 1, "F5"))
    assert after.moves == (Move(MoveKind.MOVE, "w1", "pawn", 1, "E4", "F5"),)


def test_placing_and_removing(move: MakeMove) -> None:
    board = _board(GRID, p7=("pawn", 1, "E4"))

    after = apply_moves(
        board, GRID, [move("E4", None), move(None, "A1", type="king", player=2), move(None, "B1")]
    )

    assert _where(after.board) == {"p8": "A1", "p9": "B1"}
    assert [(m.kind, m.piece, m.type, m.player) for m in after.moves] == [
        ("remove", "p7", "pawn", 1),
        ("place", "p8", "king", 2),
        ("place", "p9", "piece", None),
    ]


def test_a_placed_piece_keeps_a_name_that_is_free(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"))

    after = apply_moves(board, GRID, [move(None, "A1", piece="w2"), move(None, "A2", piece="w1")])

    assert _where(after.board) == {"w1": "E4", "w2": "A1", "p1": "A2"}


def test_a_capture_takes_the_piece_that_stands_there(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"), b1=("king", 2, "F5"))

    after = apply_moves(board, GRID, [move("E4", "F5", kind=MoveKind.CAPTURE)])

    assert _where(after.board) == {"w1": "F5"}
    assert after.problems == ()
    taken = after.moves[0]
    assert (taken.kind, taken.captured, taken.captured_type, taken.captured_player) == (
        "capture",
        "b1",
        "king",
        2,
    )


def test_a_capture_need_not_be_called_one(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"), b1=("king", 2, "F5"))

    after = apply_moves(board, GRID, [move("E4", "F5")])

    assert after.moves[0].kind is MoveKind.CAPTURE
    assert after.moves[0].captured == "b1"


def test_a_piece_from_outside_may_take_one(move: MakeMove) -> None:
    board = _board(GRID, b1=("king", 2, "F5"))

    after = apply_moves(board, GRID, [move(None, "F5", kind=MoveKind.CAPTURE, player=1)])

    assert _where(after.board) == {"p1": "F5"}
    assert (after.moves[0].kind, after.moves[0].captured) == ("capture", "b1")
    assert after.moves[0].from_space is None
    assert after.problems == ()
    named = move(None, "F5", kind=MoveKind.CAPTURE, player=1, piece="w7")
    assert apply_moves(board, GRID, [named]).board.piece("w7") is not None


def test_a_piece_may_be_taken_on_another_space(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E5"), b1=("pawn", 2, "D5"))

    after = apply_moves(board, GRID, [move("E5", "D6", captured="b1")])

    assert _where(after.board) == {"w1": "D6"}
    assert after.moves[0].kind is MoveKind.CAPTURE


def test_the_removal_of_a_taken_piece_may_be_a_move_of_its_own(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"), b1=("pawn", 2, "F5"))

    after = apply_moves(board, GRID, [move("E4", "F5", captured="b1"), move("F5", None)])

    assert _where(after.board) == {"w1": "F5"}
    assert [m.kind for m in after.moves] == ["capture", "remove"]
    assert after.problems == ()


def test_chains_and_swaps_need_no_order(move: MakeMove) -> None:
    board = _board(GRID, a=("pawn", 1, "A1"), b=("pawn", 1, "B1"), c=("rook", 1, "C1"))

    after = apply_moves(board, GRID, [move("A1", "B1"), move("B1", "C1"), move("C1", "A1")])

    assert _where(after.board) == {"a": "B1", "b": "C1", "c": "A1"}
    assert after.problems == ()


def test_a_piece_may_change_its_kind(move: MakeMove) -> None:
    board = _board(GRID, a=("pawn", 1, "A7"))

    queen = apply_moves(board, GRID, [move("A7", "A8", type="queen")]).board
    still = apply_moves(board, GRID, [move("A7", "A8", type="piece")]).board

    assert queen.pieces[0].type == "queen"
    assert still.pieces[0].type == "pawn"


def test_the_piece_is_found_by_owner_and_kind(move: MakeMove) -> None:
    board = _board(
        ZONES,
        a=("troop", 1, "garrison"),
        b=("troop", 2, "garrison"),
        c=("agent", 2, "garrison"),
        d=("troop", 2, "garrison"),
    )

    after = apply_moves(
        board,
        ZONES,
        [
            move("garrison", "conflict", player=2, type="troop"),
            move("garrison", "conflict", player=2, type="troop"),
            move("garrison", "conflict", player=2, type="troop"),
        ],
    )

    assert [m.piece for m in after.moves] == ["b", "d", "c"]
    assert _where(after.board)["a"] == "garrison"
    assert after.problems == ()


def test_zones_hold_pieces_of_both_sides(move: MakeMove) -> None:
    board = _board(ZONES, a=("troop", 1, "garrison"), b=("troop", 2, "conflict"))

    after = apply_moves(board, ZONES, [move("garrison", "conflict")])

    assert _where(after.board) == {"b": "conflict", "a": "conflict"}
    assert after.moves[0].kind is MoveKind.MOVE
    assert after.board.piece("a").position == ZONES.position("conflict")


@pytest.mark.parametrize(
    ("fields", "key", "after"),
    [
        ({"origin": "B2", "target": "C3"}, "no_piece_there", {"w1": "E4", "p1": "C3"}),
        ({"origin": "B2", "target": None}, "no_piece_there", {"w1": "E4"}),
        ({"origin": None, "target": None, "kind": "remove"}, "no_piece_there", {"w1": "E4"}),
        ({"origin": "E4", "target": "A1", "player": 2}, "no_piece_there", {"w1": "E4", "p1": "A1"}),
        ({"origin": None, "target": "A1", "kind": "move", "piece": "x"}, "no_piece_there", None),
        ({"origin": None, "target": "E4", "player": 1}, "space_taken", None),
        ({"origin": "E4", "target": "A1", "kind": "capture"}, "nothing_to_take", {"w1": "A1"}),
    ],
)
def test_what_does_not_fit_is_said_and_done_as_far_as_it_makes_sense(
    move: MakeMove, fields: dict[str, object], key: str, after: dict[str, str] | None
) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"))
    if "kind" in fields:
        fields = {**fields, "kind": MoveKind(fields["kind"])}

    applied = apply_moves(board, GRID, [move(**fields)])

    assert [problem.key for problem in applied.problems] == [key]
    if after is not None:
        assert _where(applied.board) == after


@pytest.mark.parametrize("space", ["I1", "../../etc", ""])
def test_a_place_that_is_not_there_is_refused(move: MakeMove, space: str) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"))

    for one in (move("E4", space), move(space, "E5")):
        with pytest.raises(GameError, match="no space"):
            apply_moves(board, GRID, [one])


def test_a_grid_piece_cannot_stand_on_a_point(move: MakeMove) -> None:
    board = _board(GRID, w1=("pawn", 1, "E4"))

    with pytest.raises(GameError, match="no space"):
        apply_moves(board, GRID, [move("E4", None, kind="move", to_position=Position(1, 1))])


def test_on_a_table_the_nearest_piece_moves(move: MakeMove) -> None:
    board = _on_table(a=(1, 10, 10), b=(1, 20, 10), c=(2, 11, 10))
    wanted = move(
        None,
        None,
        kind=MoveKind.MOVE,
        player=1,
        from_position=Position(11.2, 10),
        to_position=Position(14, 12),
    )

    after = apply_moves(board, TABLE, [wanted])

    assert after.board.piece("a").position == Position(14, 12)
    assert after.moves[0].piece == "a"
    assert after.moves[0].from_position == Position(10, 10)
    assert after.problems == ()


def test_on_a_table_pieces_come_and_go(move: MakeMove) -> None:
    board = _on_table(a=(1, 10, 10))
    gone = move(None, None, kind=MoveKind.REMOVE, from_position=Position(10, 10))
    new = move(None, None, kind=MoveKind.PLACE, player=2, to_position=Position(5, 5))

    after = apply_moves(board, TABLE, [gone, new])

    assert [(p.id, p.player, p.position) for p in after.board.pieces] == [("p1", 2, Position(5, 5))]
    assert after.moves[0].from_position == Position(10, 10)
    with pytest.raises(GameError, match="not on the table"):
        apply_moves(board, TABLE, [replace(new, to_position=Position(99, 5))])
    empty = apply_moves(Board(), TABLE, [gone])
    assert [problem.key for problem in empty.problems] == ["no_piece_there"]


def test_pieces_that_are_the_same_keep_their_names() -> None:
    before = _board(
        GRID,
        a=("pawn", 1, "A2"),
        b=("pawn", 1, "B2"),
        c=("pawn", 2, "C7"),
        d=("pawn", 1, "D7"),
    )
    wanted = [
        Piece("", kind, player, GRID.position(space), space)
        for kind, player, space in (
            ("pawn", 1, "B2"),  # stays
            ("pawn", 1, "A4"),  # the nearest that is left
            ("queen", 1, "D7"),  # another kind in its place
            ("king", 2, "H8"),  # new
        )
    ]

    after = reconcile(before, GRID, wanted)

    assert _where(after) == {"b": "B2", "a": "A4", "d": "D7", "p1": "H8"}
    assert after.piece("d").type == "queen"


def test_named_pieces_are_the_ones_that_are_meant() -> None:
    before = _board(GRID, a=("pawn", 1, "A2"), b=("pawn", 1, "B2"))

    after = reconcile(before, GRID, [Piece("b", "pawn", 1, GRID.position("A2"), "A2")])

    assert _where(after) == {"b": "A2"}
    with pytest.raises(GameError, match="called b"):
        reconcile(before, GRID, [*after.pieces, *after.pieces])


def test_the_difference_of_two_boards_are_the_moves_between_them() -> None:
    before = _board(
        GRID,
        a=("pawn", 1, "A2"),
        b=("pawn", 2, "B3"),
        c=("pawn", 2, "C7"),
        d=("rook", 1, "H1"),
    )
    after = _board(
        GRID, a=("pawn", 1, "B3"), d=("rook", 1, "H1"), e=("king", 1, "C7"), f=("cube", None, "F1")
    )

    moves = {m.piece: m for m in difference(before, after)}

    assert {name: m.kind for name, m in moves.items()} == {
        "a": "capture",
        "e": "capture",
        "f": "place",
    }
    assert (moves["a"].captured, moves["e"].captured) == ("b", "c")
    assert apply_moves(before, GRID, list(moves.values())).board.grid == after.grid
    (removal,) = difference(_board(GRID, a=("pawn", 1, "A2")), Board())
    assert (removal.kind, removal.from_space, removal.piece) == ("remove", "A2", "a")


def test_the_difference_on_a_table_is_in_points() -> None:
    before = _on_table(a=(1, 10, 10), b=(2, 20, 10))
    after = _on_table(a=(1, 12, 10))

    shift, removal = difference(before, after)

    assert (shift.from_position, shift.to_position) == (Position(10, 10), Position(12, 10))
    assert (shift.from_space, shift.to_space) == (None, None)
    assert removal.from_position == Position(20, 10)
