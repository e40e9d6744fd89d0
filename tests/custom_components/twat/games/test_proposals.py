"""The vision service's answer becomes a question to the players, or is refused as a whole."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.twat.games.errors import ResultError
from custom_components.twat.games.model import Move, MoveKind, Position, Proposal, Question, Region
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.proposals import (
    STATE_CONFLICT,
    UNEXPLAINED_CHANGE,
    Reading,
    ReadingKind,
    read_result,
)
from custom_components.twat.games.record import GameRecord

type Read = Callable[..., Reading]

START = [
    {"id": "w1", "type": "pawn", "player": 1, "space": "E4"},
    {"id": "b1", "type": "king", "player": 2, "space": "F5"},
]


def _result(**fields: Any) -> dict[str, Any]:
    return {
        "alignment": {"status": "aligned", "shift": 0.004, "rotation_deg": 0.1, "inliers": 412},
        "changed_regions": [],
        "moves": [],
        "detected_pieces": [],
        "confidence": 0.96,
        "summary": "what the service says",
        "warnings": [],
        "questions": [],
        "counts": None,
        "vlm": None,
        "timings_ms": {"total": 96},
        **fields,
    }


def _move(origin: str | None, target: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "move" if target else "remove",
        "piece": None,
        "type": "pawn",
        "player": 1,
        "from": origin,
        "to": target,
        "from_position": None,
        "to_position": None,
        "captured": None,
        "color": "white",
        "confidence": 0.96,
        "source": "tracking",
        **fields,
    }


def _region(kind: str = "appeared", **fields: Any) -> dict[str, Any]:
    box = [10, 20, 30, 40]
    return {"box": box, "spaces": ["E4"], "kind": kind, "color": None, "score": 0.97, **fields}


def _seen(space: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "id": None,
        "type": "pawn",
        "player": None,
        "position": {"x": 1, "y": 2},
        "space": space,
        "color": "blue",
        "confidence": 0.93,
        **fields,
    }


@pytest.fixture
def read(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], at: datetime
) -> Read:
    """Read an answer for a game with two pieces."""

    def make(
        game_type: str = "generic_grid",
        *,
        pieces: list[dict[str, Any]] | None = None,
        settings: dict[str, Any] | None = None,
        setup: bool = False,
        doubts: tuple[str, ...] = (),
        raw: Any = None,
        **fields: Any,
    ) -> Reading:
        if pieces is None and game_type == "generic_grid":
            pieces = START
        begun = record(game_type, pieces=pieces, settings=settings)
        return read_result(
            _result(**fields) if raw is None else raw,
            game=begun.game,
            profile=profile(game_type),
            state=begun.head,
            capture_id="c1",
            setup=setup,
            at=at,
            warnings=doubts,
        )

    return make


def _of(reading: Reading) -> Proposal:
    assert reading.kind is ReadingKind.PROPOSAL
    assert reading.proposal is not None
    return reading.proposal


def test_a_sure_move_may_be_accepted_by_itself(read: Read) -> None:
    reading = read(moves=[_move("E4", "E5", piece="w1")], changed_regions=[_region()])

    proposal = _of(reading)
    assert proposal.acceptable
    assert proposal.summary == "White pawn: E4 → E5"
    assert proposal.board.piece("w1").space == "E5"
    assert (proposal.capture_id, proposal.confidence, proposal.setup) == ("c1", 0.96, False)
    assert proposal.regions == (Region((10, 20, 30, 40), ("E4",), "appeared", None, 0.97),)
    move = proposal.moves[0]
    assert (move.kind, move.piece, move.confidence, move.source) == (
        MoveKind.MOVE,
        "w1",
        0.96,
        "tracking",
    )


def test_a_capture_is_understood(read: Read) -> None:
    proposal = _of(read(moves=[_move("E4", "F5", kind="capture", piece="w1", captured="b1")]))

    assert proposal.summary == "White pawn takes blue king: E4 → F5"
    assert [piece.id for piece in proposal.board.pieces] == ["w1"]


def test_new_pieces_get_a_name_that_the_move_carries(read: Read) -> None:
    placed = _move(None, "A1", kind="place", type="queen", player=None, color="blue")

    proposal = _of(read(moves=[placed]))

    move = proposal.moves[0]
    assert (move.piece, move.type, move.player) == ("p1", "piece", 2)
    assert proposal.board.piece("p1").space == "A1"


@pytest.mark.parametrize("seen", [None, "piece", "jester"])
def test_a_piece_that_was_not_recognized_stays_what_it_was(read: Read, seen: str | None) -> None:
    moved = _move("B1", "C3", type=seen, color=None)

    proposal = _of(read("chess", moves=[moved]))

    assert proposal.summary == "White knight: B1 → C3"
    assert proposal.board.at("C3")[0].type == "knight"
    promoted = _of(read("chess", moves=[{**moved, "type": "queen"}]))
    assert promoted.board.at("C3")[0].type == "queen"


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        ({"confidence": 0.89}, {}),
        ({"confidence": 0.96}, {"confidence_threshold": 0.97}),
        ({"questions": [{"text": "Pawn or king?", "spaces": ["E5"], "options": ["a"]}]}, {}),
        ({"warnings": ["hand_in_view"]}, {}),
        ({"warnings": ["something_new"]}, {}),
    ],
)
def test_a_doubtful_move_waits_for_the_players(
    read: Read, fields: dict[str, Any], settings: dict[str, Any]
) -> None:
    proposal = _of(read(moves=[_move("E4", "E5")], settings=settings, **fields))

    assert not proposal.acceptable
    assert proposal.board.piece("w1").space == "E5"


def test_the_callers_own_doubts_count_too(read: Read) -> None:
    proposal = _of(read(moves=[_move("E4", "E5")], doubts=("board_uncertain",)))

    assert not proposal.acceptable
    assert proposal.warnings == ("board_uncertain",)


def test_a_board_that_moved_is_no_doubt(read: Read) -> None:
    proposal = _of(read(moves=[_move("E4", "E5")], warnings=["board_moved"]))

    assert proposal.acceptable
    assert proposal.warnings == ("board_moved",)


@pytest.mark.parametrize("regions", [[], [_region("moved_within")]])
def test_nothing_changed_is_no_proposal(read: Read, regions: list[Any]) -> None:
    reading = read(changed_regions=regions, warnings=["board_moved"])

    assert reading.kind is ReadingKind.NOTHING_CHANGED
    assert reading.proposal is None
    assert reading.warnings == ("board_moved",)


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({"warnings": ["hand_in_view"]}, ("hand_in_view",)),
        ({"warnings": ["board_lost"], "confidence": 0}, ("board_lost",)),
        ({"changed_regions": [_region("vanished")]}, (UNEXPLAINED_CHANGE,)),
    ],
)
def test_a_photo_that_shows_too_little_is_not_read(
    read: Read, fields: dict[str, Any], warnings: tuple[str, ...]
) -> None:
    reading = read(**fields)

    assert reading.kind is ReadingKind.UNREADABLE
    assert (reading.proposal, reading.warnings) == (None, warnings)


def test_a_question_alone_waits_for_the_players(read: Read) -> None:
    question = {"text": "Did anything move on E4?", "spaces": ["E4"], "options": ["yes", "no"]}

    proposal = _of(read(questions=[question]))

    assert proposal.moves == ()
    assert not proposal.acceptable
    assert proposal.questions == (Question("Did anything move on E4?", ("E4",), ("yes", "no")),)


def test_a_move_that_the_state_does_not_allow_is_a_warning(read: Read) -> None:
    proposal = _of(read(moves=[_move("A1", "A2", piece="w9")]))

    assert proposal.warnings == (STATE_CONFLICT,)
    assert not proposal.acceptable
    assert proposal.board.piece("w9").space == "A2"


def test_a_removal_of_nothing_is_no_proposal(read: Read) -> None:
    reading = read(moves=[_move("A1", None)])

    assert reading.kind is ReadingKind.UNREADABLE
    assert reading.warnings == (STATE_CONFLICT,)


# The first photo


def test_the_first_photo_keeps_a_start_position_that_is_known(read: Read) -> None:
    proposal = _of(read(setup=True, confidence=0.2, detected_pieces=[_seen("A1")]))

    assert proposal.setup
    assert proposal.acceptable
    assert proposal.moves == ()
    assert len(proposal.board.pieces) == 2


def test_the_first_photo_shows_an_unknown_start_position(read: Read) -> None:
    proposal = _of(
        read(setup=True, pieces=[], detected_pieces=[_seen("A1"), _seen("B1", player=1)])
    )

    assert proposal.acceptable
    assert [(p.type, p.player, p.space) for p in proposal.board.pieces] == [
        ("pawn", 2, "A1"),
        ("pawn", 1, "B1"),
    ]
    assert proposal.summary == "Blue pawn: supply → A1; White pawn: supply → B1"


def test_the_first_photo_of_zones_shows_kinds_and_counts(read: Read) -> None:
    troop = _seen("conflict", type="troop", color="red")
    seen = [troop, troop, _seen("arrakeen", type="agent", color="red", source="vlm")]
    proposal = _of(read("dune_imperium", setup=True, pieces=[], detected_pieces=seen))

    standing = Counter((p.type, p.player, p.space) for p in proposal.board.pieces)
    assert standing == {("troop", 1, "conflict"): 2, ("agent", 1, "arrakeen"): 1}
    assert [move.source for move in proposal.moves] == ["tracking", "tracking", "vlm"]
    assert proposal.summary.count("Conflict") == 1


def test_an_unsure_start_position_waits(read: Read) -> None:
    seen = [_seen("A1")]

    assert not _of(read(setup=True, pieces=[], detected_pieces=seen, confidence=0.5)).acceptable
    assert not _of(read(setup=True, warnings=["hand_in_view"])).acceptable


def test_an_empty_board_is_a_start_position(read: Read) -> None:
    assert _of(read(setup=True, pieces=[])).board.pieces == ()


# Tables


def test_on_a_table_moves_have_points(read: Read) -> None:
    pieces = [{"id": "a", "type": "unit", "player": 1, "position": {"x": 10, "y": 10}}]
    moved = _move(
        None,
        None,
        kind="move",
        piece="a",
        type="unit",
        from_position={"x": 10.1, "y": 10},
        to_position={"x": 12.5, "y": 10},
    )

    proposal = _of(read("generic_table", pieces=pieces, moves=[moved]))

    assert proposal.board.piece("a").position == Position(12.5, 10)
    assert proposal.summary == "White unit moved 2.5 in"


def test_on_a_table_a_unit_may_turn_where_it_stands(read: Read) -> None:
    pieces = [{"id": "a", "type": "unit", "player": 1, "position": {"x": 10, "y": 10}}]
    here = {"x": 10, "y": 10}
    turn = _move(None, None, kind="move", piece="a", type="unit", from_position=here,
        to_position=here, distance=0, rotation_deg=-75)  # fmt: skip

    proposal = _of(read("generic_table", pieces=pieces, moves=[turn]))

    (move,) = proposal.moves
    assert move.rotation_deg == -75
    assert Move.from_json(move.to_json()) == move
    assert (move.to_json()["distance"], move.to_json()["rotation_deg"]) == (0, -75)
    assert proposal.summary == "White unit turned 75° counterclockwise"


def test_on_a_table_the_first_photo_shows_points(read: Read) -> None:
    proposal = _of(read("generic_table", setup=True, detected_pieces=[_seen(None)]))

    assert proposal.board.pieces[0].position == Position(1, 2)


# Answers that are none


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"confidence": None}, "results.confidence"),
        ({"confidence": 1.01}, "results.confidence"),
        ({"confidence": True}, "results.confidence"),
        ({"confidence": float("nan")}, "results.confidence"),
        ({"moves": None}, "results.moves"),
        ({"moves": {}}, "results.moves"),
        ({"moves": ["E4"]}, "results.moves[0]"),
        ({"warnings": [1]}, "results.warnings"),
        ({"warnings": "dark"}, "results.warnings"),
        ({"moves": [_move("E4", "E5", kind="jump")]}, "results.moves[0].kind"),
        ({"moves": [_move("E4", "E5", kind=None)]}, "results.moves[0].kind"),
        ({"moves": [_move("E4", 5)]}, "results.moves[0].to"),
        ({"moves": [_move("", "E5")]}, "results.moves[0].from"),
        ({"moves": [_move("E4", "E5", player=3)]}, "results.moves[0].player"),
        ({"moves": [_move("E4", "E5", player="1")]}, "results.moves[0].player"),
        ({"moves": [_move("E4", "E5", source="guess")]}, "results.moves[0].source"),
        ({"moves": [_move("E4", "E5", confidence="high")]}, "results.moves[0].confidence"),
        ({"moves": [_move("E4", "E5", rotation_deg=200)]}, "results.moves[0].rotation_deg"),
        ({"moves": [_move("E4", "E5", rotation_deg="E")]}, "results.moves[0].rotation_deg"),
        ({"moves": [_move("E4", "Z9")]}, "results.moves"),
        ({"moves": [_move("E4", "E5", kind="place")]}, "results.moves[0].from"),
        ({"moves": [_move("E4", "E5", kind="remove")]}, "results.moves[0].to"),
        ({"moves": [_move(None, "E5", kind="move")]}, "results.moves[0].from"),
        ({"moves": [_move("E4", None, kind="move")]}, "results.moves[0].to"),
        ({"moves": [_move(None, "E5", kind="remove")]}, "results.moves[0].to"),
        ({"moves": [_move(None, None)]}, "results.moves[0].from"),
        ({"changed_regions": [_region(box=[1, 2, 3])]}, "results.changed_regions[0].box"),
        ({"changed_regions": [_region(box=[1, 2, 3, "4"])]}, "results.changed_regions[0].box"),
        ({"changed_regions": [_region("exploded")]}, "results.changed_regions[0].kind"),
        ({"questions": [{"text": "?"}]}, "results.questions[0].spaces"),
        ({"detected_pieces": [_seen(None, position=3)]}, "results.detected_pieces[0].position"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name(
    read: Read, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(ResultError) as err:
        read(**fields)

    assert err.value.path == path
    assert err.value.key == "invalid_result"


def test_an_answer_must_be_an_object_and_may_say_more_than_we_know(read: Read) -> None:
    with pytest.raises(ResultError, match="must be an object"):
        read(raw=[])

    assert read(something_new=1).kind is ReadingKind.NOTHING_CHANGED


def test_a_reading_is_made_for_one_state(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], at: datetime
) -> None:
    begun = record(pieces=START)
    state = replace(begun.head, id="other")

    reading = read_result(
        _result(moves=[_move("E4", "E5")]),
        game=begun.game,
        profile=profile("generic_grid"),
        state=state,
        capture_id="c1",
        setup=False,
        at=at,
    )

    assert _of(reading).base_state_id == "other"
