"""Plausible next moves, complete and cheap."""

from collections.abc import Callable
from dataclasses import replace
import json

from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.candidates import Candidate, candidates
from custom_components.twat.games.model import GameState, Move, MoveKind
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord

type MakeRecord = Callable[..., GameRecord]
type Profiles = Callable[[str], GameProfile]


def _pieces(*pieces: str) -> list[dict[str, object]]:
    """Write pieces as ``1 king E1``."""
    parts = [piece.split() for piece in pieces]
    return [{"player": int(p), "type": kind, "space": space} for p, kind, space in parts]


def _ends(found: tuple[Candidate, ...]) -> set[tuple[tuple[str | None, str | None], ...]]:
    return {tuple((m.from_space, m.to_space) for m in c.moves) for c in found}


def test_chess_begins_with_twenty_moves(record: MakeRecord, profile: Profiles) -> None:
    begun = record("chess")

    found = candidates(profile("chess"), begun.game, begun.head)

    assert len(found) == 20
    assert (("E2", "E4"),) in _ends(found)
    assert {c.weight for c in found} == {1.0}
    assert json.loads(json.dumps(found[0].to_json())) == {
        "moves": [
            {
                "kind": "move",
                "piece": found[0].moves[0].piece,
                "type": found[0].moves[0].type,
                "player": 1,
                "from": found[0].moves[0].from_space,
                "to": found[0].moves[0].to_space,
            }
        ],
        "weight": 1.0,
        "returns_to": None,
    }


def test_what_was_played_last_may_be_taken_back(record: MakeRecord, profile: Profiles) -> None:
    begun = record("chess", pieces=_pieces("1 king E1", "1 pawn E4", "2 king E8", "2 pawn D5"))
    chess, layout = profile("chess"), profile("chess").layout_for(begun.game.settings)
    pawn = next(p for p in begun.head.board.pieces if p.space == "E4")
    takes = Move(MoveKind.MOVE, pawn.id, "pawn", 1, from_space="E4", to_space="D5")
    played = replace(
        begun.head,
        id="next",
        parent_id=begun.head.id,
        active_player=2,
        board=apply_moves(begun.head.board, layout, (takes,)).board,
    )

    way_back, *others = candidates(chess, begun.game, played, begun.head)

    assert way_back.returns_to == begun.head.id
    assert {(m.kind, m.piece, m.player, m.from_space, m.to_space) for m in way_back.moves} == {
        (MoveKind.MOVE, pawn.id, 1, "D5", "E4"),
        (MoveKind.PLACE, None, 2, None, "D5"),
    }
    assert way_back.weight < min(c.weight for c in others)
    assert tuple(others) == candidates(chess, begun.game, played)


def test_there_is_no_way_back_to_a_board_of_which_little_is_known(
    record: MakeRecord, profile: Profiles
) -> None:
    begun = record("chess")
    vague = replace(begun.head, id="vague", board=replace(begun.head.board, complete=False))

    found = candidates(profile("chess"), begun.game, begun.head, vague)

    assert all(c.returns_to is None for c in found)


def test_castling_moves_king_and_rook(record: MakeRecord, profile: Profiles) -> None:
    begun = record("chess", pieces=_pieces("1 king E1", "1 rook H1", "1 rook A1", "2 king E8"))

    ends = _ends(candidates(profile("chess"), begun.game, begun.head))

    assert (("E1", "G1"), ("H1", "F1")) in ends
    assert (("E1", "C1"), ("A1", "D1")) in ends


def test_every_promotion_is_there_and_a_queen_is_likely(
    record: MakeRecord, profile: Profiles
) -> None:
    begun = record("chess", pieces=_pieces("1 king E1", "1 pawn A7", "2 king E8", "2 rook B8"))

    found = candidates(profile("chess"), begun.game, begun.head)

    becoming = {c.moves[0].type: c for c in found if c.moves[0].to_space == "B8"}
    assert becoming.keys() == {"queen", "rook", "bishop", "knight"}
    assert becoming["queen"].weight > becoming["rook"].weight
    assert becoming["queen"].moves[0].kind is MoveKind.CAPTURE
    assert becoming["queen"].moves[0].captured_type == "rook"


def _after_double_step(begun: GameRecord) -> GameState:
    move = Move(MoveKind.MOVE, None, "pawn", 2, from_space="D7", to_space="D5")
    return replace(begun.head, detected_changes=(move,))


def test_en_passant_takes_beside(record: MakeRecord, profile: Profiles) -> None:
    begun = record("chess", pieces=_pieces("1 king E1", "1 pawn E5", "2 king E8", "2 pawn D5"))
    state = _after_double_step(begun)

    found = candidates(profile("chess"), begun.game, state)

    (taking,) = (c for c in found if len(c.moves) == 2)
    assert _ends((taking,)) == {(("E5", "D6"), ("D5", None))}
    applied = apply_moves(state.board, profile("chess").layout, taking.moves)
    assert applied.problems == ()
    assert applied.board.at("D5") == ()


def test_a_pawn_that_is_not_there_cannot_be_taken(record: MakeRecord, profile: Profiles) -> None:
    begun = record("chess", pieces=_pieces("1 king E1", "1 pawn E5", "2 king E8"))

    found = candidates(profile("chess"), begun.game, _after_double_step(begun))

    assert all(len(candidate.moves) == 1 for candidate in found)


def test_every_candidate_can_be_done(record: MakeRecord, profile: Profiles) -> None:
    for game_type in ("chess", "draughts", "dune_imperium"):
        begun = record(game_type, players=4 if game_type == "dune_imperium" else 2)
        layout = profile(game_type).layout
        for candidate in candidates(profile(game_type), begun.game, begun.head):
            assert apply_moves(begun.head.board, layout, candidate.moves).problems == ()


def test_draughts_offers_captures_only_where_there_are_some(
    record: MakeRecord, profile: Profiles
) -> None:
    begun = record("draughts", pieces=_pieces("1 man C3", "1 man A1", "2 man D4"))

    found = candidates(profile("draughts"), begun.game, begun.head)

    assert _ends(found) == {(("C3", "E5"), ("D4", None))}


def test_a_man_arrives_as_a_king(record: MakeRecord, profile: Profiles) -> None:
    begun = record("draughts", pieces=_pieces("1 man A7"))

    (crowning,) = candidates(profile("draughts"), begun.game, begun.head)

    assert crowning.moves[0].type == "king"


def test_a_king_that_comes_back_only_takes(record: MakeRecord, profile: Profiles) -> None:
    ring = _pieces("1 king D6", "2 man E5", "2 man E7", "2 man G5", "2 man G7")
    begun = record("draughts", pieces=ring)

    found = candidates(profile("draughts"), begun.game, begun.head)

    assert any(all(m.kind is MoveKind.REMOVE for m in c.moves) for c in found)


def test_dune_offers_the_active_player_every_free_space(
    record: MakeRecord, profile: Profiles
) -> None:
    dune = profile("dune_imperium")
    begun = record("dune_imperium", players=4)
    move = Move(MoveKind.PLACE, None, "agent", 2, to_space="arrakeen")
    board = apply_moves(begun.head.board, dune.layout, [move]).board

    found = candidates(dune, begun.game, replace(begun.head, board=board, active_player=3))

    assert len(found) == 21
    assert {(m.kind, m.type, m.player) for c in found for m in c.moves} == {
        (MoveKind.PLACE, "agent", 3)
    }
    assert candidates(dune, begun.game, replace(begun.head, active_player=None)) == ()


def test_without_rules_there_are_none(record: MakeRecord, profile: Profiles) -> None:
    grid, chess = record(), record("chess")

    assert candidates(profile("generic_grid"), grid.game, grid.head) == ()
    unruled = replace(profile("chess"), rules=())
    assert candidates(unruled, chess.game, chess.head) == ()


def test_a_board_that_is_no_game_of_chess_has_none(record: MakeRecord, profile: Profiles) -> None:
    for rules in (("chess_moves",), ("draughts_moves",)):
        grid = replace(profile("generic_grid"), rules=rules)
        small = record(settings={"columns": 5}, pieces=_pieces("1 king A1"))
        assert candidates(grid, small.game, small.head) == ()
        table = replace(profile("generic_table"), rules=(*rules, "agents_owned"))
        free = record("generic_table")
        assert candidates(table, free.game, free.head) == ()
