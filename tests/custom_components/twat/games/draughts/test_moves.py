"""Legal moves of English draughts, counted as others count them."""

from hypothesis import given, settings, strategies as st

from custom_components.twat.games.draughts import DraughtsMove, DraughtsPosition, legal_moves, play
from custom_components.twat.games.draughts.moves import notation
from custom_components.twat.games.draughts.position import cell_at, column_row, number


def _perft(position: DraughtsPosition, depth: int) -> int:
    moves = legal_moves(position)
    if depth == 1:
        return len(moves)
    return sum(_perft(play(position, move), depth - 1) for move in moves)


def _position(**cells: str) -> DraughtsPosition:
    """Place pieces by number: `_position(b="9 10", W="14")`."""
    board = ["."] * 32
    for letter, numbers in cells.items():
        for text in numbers.split():
            board[32 - int(text)] = letter
    return DraughtsPosition("".join(board))


def test_as_many_moves_as_published() -> None:
    counts = [_perft(DraughtsPosition(), depth) for depth in range(1, 8)]

    assert counts == [7, 49, 302, 1469, 7361, 36768, 179740]  # Aart Bik, "Perft for checkers"


def test_cells_are_numbered_from_the_side_that_begins() -> None:
    corners = [cell_at(column, row) for column, row in ((0, 7), (6, 7), (1, 0), (7, 0))]
    assert [number(cell) for cell in corners if cell is not None] == [4, 1, 32, 29]
    assert cell_at(0, 0) is None
    assert cell_at(8, 1) is None
    assert all(cell_at(*column_row(cell)) == cell for cell in range(32))


def test_who_can_take_must_and_goes_on_taking() -> None:
    (move,) = legal_moves(_position(b="1 9", w="14 23"))

    assert notation(move, [move]) == "9x27"
    assert [number(cell) for cell in move.path] == [9, 18, 27]
    assert play(_position(b="1 9", w="14 23"), move).board.count("w") == 0


def test_a_man_that_is_crowned_stops_there() -> None:
    crowned = legal_moves(_position(b="22", w="26 27"))

    assert [(notation(move, crowned), move.crowned) for move in crowned] == [("22x31", True)]
    assert play(_position(b="22", w="26 27"), crowned[0]).board[32 - 31] == "B"
    king = legal_moves(_position(B="22", w="26 27"))
    assert [notation(move, king) for move in king] == ["22x24"]


def test_a_king_may_come_back_to_where_it_was() -> None:
    ring = _position(B="14", w="10 11 18 19")

    around = [move for move in legal_moves(ring) if move.path[0] == move.path[-1]]

    assert len(around) == 2  # one way round and the other
    assert notation(around[0], around).count("x") == 4
    assert play(ring, around[0]).board.count("w") == 0


def test_plain_moves_are_written_with_a_dash() -> None:
    moves = legal_moves(DraughtsPosition())

    assert sorted(notation(move, moves) for move in moves) == sorted(
        ["9-13", "9-14", "10-14", "10-15", "11-15", "11-16", "12-16"]
    )


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=15))
def test_pieces_only_vanish_by_being_taken(choices: list[int]) -> None:
    position = DraughtsPosition()
    for choice in choices:
        moves = legal_moves(position)
        if not moves:
            break
        assert len({bool(move.taken) for move in moves}) == 1
        move: DraughtsMove = moves[choice % len(moves)]
        after = play(position, move)
        assert after.board.count(".") - position.board.count(".") == len(move.taken)
        assert after.first != position.first
        position = after
