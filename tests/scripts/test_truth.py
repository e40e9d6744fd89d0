"""How the demo compares a reading with what happened."""

from scripts.stage.truth import Move, compare

STEP = Move("move", 1, "E2", "E4")
PLACED = Move("place", 2, None, "A1")


def test_the_order_of_moves_is_of_no_account() -> None:
    assert compare([PLACED, STEP], [STEP, PLACED]).exact


def test_a_missed_and_a_false_move_are_counted_apart() -> None:
    score = compare([STEP], [PLACED])

    assert (score.right, score.missed, score.false) == (0, 1, 1)


def test_like_pieces_are_counted_one_by_one() -> None:
    score = compare([PLACED], [PLACED, PLACED])

    assert (score.right, score.missed, score.false) == (1, 1, 0)


def test_nothing_read_where_nothing_happened_is_right() -> None:
    assert compare([], []).exact
