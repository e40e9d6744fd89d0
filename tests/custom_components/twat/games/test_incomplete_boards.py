"""Games that begin on a board of which nobody has said what stands on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.history import line_to, taken_back_to
from custom_components.twat.games.layout import Grid
from custom_components.twat.games.log import accept, correct, propose
from custom_components.twat.games.model import Board, Move, MoveKind, Piece, Position, Proposal
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord, apply

GRID = Grid(8, 8)
UNKNOWN = Board(complete=False)


def test_only_a_start_position_makes_a_new_board_complete(
    record: Callable[..., GameRecord],
) -> None:
    assert record("chess").head.board.complete
    assert record("generic_grid", pieces=[]).head.board.complete
    assert not record("generic_grid").head.board.complete


def test_a_piece_that_leaves_a_space_is_believed_to_have_stood_there(
    move: Callable[..., Move],
) -> None:
    applied = apply_moves(UNKNOWN, GRID, [move("E4", None), move("A1", "A2", player=1)])

    assert applied.problems == ()
    assert [done.kind for done in applied.moves] == [MoveKind.REMOVE, MoveKind.MOVE]
    assert [piece.space for piece in applied.board.pieces] == ["A2"]
    assert not applied.board.complete


def test_a_piece_that_was_seen_to_move_is_known_from_then_on(move: Callable[..., Move]) -> None:
    once = apply_moves(UNKNOWN, GRID, [move("A1", "A2", player=1)])
    twice = apply_moves(once.board, GRID, [move("A2", "A3")])

    assert twice.moves[0].piece == once.moves[0].piece
    assert twice.moves[0].player == 1


def test_what_is_taken_may_be_a_piece_nobody_spoke_of(move: Callable[..., Move]) -> None:
    taking = move(None, "E4", kind=MoveKind.CAPTURE, player=2)

    applied = apply_moves(UNKNOWN, GRID, [taking])

    assert applied.problems == ()
    assert [(piece.player, piece.space) for piece in applied.board.pieces] == [(2, "E4")]


def test_boards_of_which_little_is_known_are_not_taken_for_one_another(
    record: Callable[..., GameRecord],
    profile: Callable[[str], GameProfile],
    at: datetime,
    move: Callable[..., Move],
    read: Callable[..., Proposal],
) -> None:
    grid, begun = profile("generic_grid"), record()
    proposal = read(begun, grid, move(None, "E4", player=1), capture="c1")
    placed = apply(begun, propose(begun, proposal, by=None, at=at))
    placed = apply(placed, accept(placed, grid, by=None, at=at))
    shown = read(placed, grid, move("E4", None, player=1), capture="c2")
    line = line_to(placed.states, placed.head.id)
    layout = grid.layout_for(placed.game.settings)

    assert shown.board.pieces == line[0].board.pieces == ()
    assert taken_back_to(grid, layout, shown.board, shown.moves, line[::-1]) is None


def test_players_who_say_what_stands_there_complete_the_board(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], at: datetime
) -> None:
    grid = profile("generic_grid")
    begun = record()
    pieces = [Piece("", "piece", 1, Position(0, 0), "A1")]

    by_moves = apply(begun, correct(begun, grid, capture_id="c0", moves=[], by=None, at=at))
    by_pieces = apply(begun, correct(begun, grid, capture_id="c0", pieces=pieces, by=None, at=at))

    assert not by_moves.head.board.complete
    assert by_pieces.head.board.complete


def test_accepting_a_start_position_that_was_read_completes_the_board(
    record: Callable[..., GameRecord],
    profile: Callable[[str], GameProfile],
    move: Callable[..., Move],
    at: datetime,
) -> None:
    begun = record()
    applied = apply_moves(begun.head.board, GRID, [move(None, "A1", type="piece", player=1)])
    reading = Proposal(
        game_id=begun.game.id,
        capture_id="c0",
        base_state_id=begun.head.id,
        moves=applied.moves,
        board=applied.board,
        confidence=0.8,
        warnings=(),
        questions=(),
        summary="",
        regions=(),
        acceptable=False,
        setup=True,
        created_at=at,
    )
    grid = profile("generic_grid")

    def accepted(proposal: Proposal) -> GameRecord:
        waiting = apply(begun, propose(begun, proposal, by=None, at=at))
        return apply(waiting, accept(waiting, grid, by=None, at=at))

    assert accepted(reading).head.board.complete
    nothing = replace(reading, moves=(), board=begun.head.board)
    assert not accepted(nothing).head.board.complete
