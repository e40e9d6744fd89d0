"""Legal moves of chess, counted as others count them."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.twat.games.chess import (
    ChessMove,
    ChessPosition,
    in_check,
    legal_moves,
    play,
    san,
)
from custom_components.twat.games.chess.position import square, square_name

START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq -"
FENS = (
    START,
    "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq -",
    "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - -",
    "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq -",
    "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ -",
)
KIWIPETE = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq -"


def _perft(position: ChessPosition, depth: int) -> int:
    moves = legal_moves(position)
    if depth == 1:
        return len(moves)
    return sum(_perft(play(position, move), depth - 1) for move in moves)


# Chess Programming Wiki, "Perft Results": initial position, positions 2 (Kiwipete), 3, 4 and 5.
@pytest.mark.parametrize(
    ("fen", "counts"),
    [
        (START, [20, 400, 8902, 197281]),
        (KIWIPETE, [48, 2039, 97862]),
        ("8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - -", [14, 191, 2812, 43238]),
        ("r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq -", [6, 264, 9467]),
        ("rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ -", [44, 1486, 62379]),
    ],
)
def test_as_many_moves_as_published(fen: str, counts: list[int]) -> None:
    position = ChessPosition.from_fen(fen)

    assert [_perft(position, depth) for depth in range(1, len(counts) + 1)] == counts


def test_positions_are_written_as_they_are_read() -> None:
    for fen in (START, KIWIPETE, "8/8/8/8/4Pp2/8/8/K1k5 b - e3"):
        assert ChessPosition.from_fen(fen).fen() == fen
    assert [square_name(square(name)) for name in ("a8", "h1", "e4")] == ["a8", "h1", "e4"]


@pytest.mark.parametrize(
    ("fen", "move", "text"),
    [
        (START, ("e2", "e4"), "e4"),
        (START, ("g1", "f3"), "Nf3"),
        (KIWIPETE, ("e1", "g1"), "O-O"),
        (KIWIPETE, ("e1", "c1"), "O-O-O"),
        (KIWIPETE, ("d5", "e6"), "dxe6"),
        ("8/8/8/2k5/4Pp2/8/8/K7 b - e3", ("f4", "e3"), "fxe3"),
        ("k7/4P3/8/8/8/8/8/K7 w - -", ("e7", "e8", "q"), "e8=Q+"),
        ("6k1/5ppp/8/8/8/8/8/K3R3 w - -", ("e1", "e8"), "Re8#"),
        ("k7/8/8/8/8/8/K7/R6R w - -", ("a1", "d1"), "Rad1"),
        ("k7/R7/8/8/8/8/K7/R7 b - -", ("a8", "a7"), "Kxa7"),
        ("3k4/8/8/R7/8/8/8/R1K5 w - -", ("a1", "a3"), "R1a3"),
        ("3k4/8/8/Q3Q3/8/8/8/Q1K5 w - -", ("a5", "c3"), "Qa5c3"),
    ],
)
def test_moves_are_written_as_everywhere(fen: str, move: tuple[str, ...], text: str) -> None:
    position = ChessPosition.from_fen(fen)
    start, end, promotion = square(move[0]), square(move[1]), "".join(move[2:])
    (legal,) = (
        m for m in legal_moves(position) if (m.start, m.end, m.promotion) == (start, end, promotion)
    )

    assert san(position, legal) == text


def test_what_cannot_be_does_no_harm() -> None:
    nobody = ChessPosition("." * 64)
    assert legal_moves(nobody) == []
    assert not in_check(nobody)
    pawn_at_the_end = ChessPosition("P" + "." * 63)
    assert legal_moves(pawn_at_the_end) == []
    without_kings = ChessPosition.from_fen("8/8/8/8/8/8/P7/8 w - -")
    assert len(legal_moves(without_kings)) == 2


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(FENS), st.lists(st.integers(0, 1000), max_size=5))
def test_no_legal_move_gives_the_king_away_or_loses_a_king(fen: str, choices: list[int]) -> None:
    position = ChessPosition.from_fen(fen)
    for choice in choices:
        moves = legal_moves(position)
        if not moves:
            break
        assert len(set(moves)) == len(moves)
        move: ChessMove = moves[choice % len(moves)]
        after = play(position, move)
        assert sorted(after.board.count(king) for king in "Kk") == [1, 1]
        assert not in_check(ChessPosition(after.board, position.white))
        pieces = [64 - p.board.count(".") for p in (position, after)]
        assert pieces[0] - pieces[1] == (move.taken is not None)
        assert set(after.castling) <= set(position.castling)
        position = after
