"""The log only grows, the head is always in it, and the players have the last word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from custom_components.twat.games import history, log
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import (
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    Piece,
    Position,
    Proposal,
    StateSource,
)
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import Change, GameRecord, apply

type MakeRecord = Callable[..., GameRecord]
type MakeMove = Callable[..., Move]
type Read = Callable[..., Proposal]


def _only(change: Change) -> JournalEntry:
    (entry,) = change.journal
    return entry


def test_a_reading_waits_without_changing_the_head(begun: GameRecord, waiting: GameRecord) -> None:
    assert waiting.head == begun.head
    assert waiting.game.status is GameStatus.SETUP
    assert waiting.proposal is not None


def test_a_new_reading_takes_the_place_of_the_old_one_and_leaves_a_trace(
    read: Read, waiting: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    newer = read(waiting, grid, move("E4", "D4"), capture="c2")

    change = log.propose(waiting, newer, by=None, at=at)

    assert apply(waiting, change).proposal == newer
    assert _only(change).details["replaces"]["capture_id"] == "c1"


def test_accepting_makes_the_reading_the_head(
    waiting: GameRecord, begun: GameRecord, moved: GameRecord
) -> None:
    head = moved.head

    assert head.parent_id == begun.head.id
    assert (head.capture_id, head.source) == ("c1", StateSource.VISION_ANALYSIS)
    assert head.board.piece("w1").space == "E5"
    assert (head.turn, head.active_player) == (2, 2)
    assert head.validation_notes == ("blurred",)
    assert [m.to_space for m in head.detected_changes] == ["E5"]
    assert head.resources == begun.head.resources
    assert moved.proposal is None
    assert moved.game.status is GameStatus.IN_PROGRESS
    assert (moved.game.head_id, moved.game.current_turn, moved.game.active_player) == (
        head.id,
        2,
        2,
    )


def test_accepting_is_written_down(waiting: GameRecord, grid: GameProfile, at: datetime) -> None:
    change = log.accept(waiting, grid, by="alice", at=at)

    entry = _only(change)
    assert (entry.kind, entry.by, entry.capture_id) == (JournalKind.ACCEPTED, "alice", "c1")
    assert entry.state_id == change.head.id
    assert change.append == (change.head,)
    assert change.base_head_id == waiting.head.id


def test_a_start_position_passes_no_turn(
    read: Read, begun: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    setup = replace(read(begun, grid, move(None, "A1"), capture="c0"), setup=True)
    waiting = apply(begun, log.propose(begun, setup, by=None, at=at))

    head = log.accept(waiting, grid, by=None, at=at).head

    assert (head.turn, head.active_player) == (1, 1)


def test_nothing_waits_nothing_can_be_accepted(
    begun: GameRecord, grid: GameProfile, at: datetime
) -> None:
    for call in (
        lambda: log.accept(begun, grid, by=None, at=at),
        lambda: log.reject(begun, by=None, at=at),
    ):
        with pytest.raises(GameError) as err:
            call()
        assert err.value.key == "no_proposal"


def test_a_reading_against_an_old_head_cannot_be_accepted(
    waiting: GameRecord, moved: GameRecord, grid: GameProfile, at: datetime
) -> None:
    late = replace(moved, proposal=waiting.proposal)

    with pytest.raises(GameError) as err:
        log.accept(late, grid, by=None, at=at)

    assert err.value.key == "stale_proposal"


def test_a_second_reading_of_the_heads_photo_becomes_its_sibling(
    read: Read,
    begun: GameRecord,
    moved: GameRecord,
    grid: GameProfile,
    move: MakeMove,
    at: datetime,
) -> None:
    later = at + timedelta(minutes=1)
    again = read(begun, grid, move("E4", "E6"), capture="c1", created_at=later)
    waiting = apply(moved, log.propose(moved, again, by=None, at=at))

    change = log.accept(waiting, grid, by="alice", at=at)
    corrected = log.correct(waiting, grid, moves=[move("E4", "D4")], by="alice", at=at)

    assert change.head.parent_id == corrected.head.parent_id == moved.head.parent_id
    assert change.head.board.piece("w1").space == "E6"
    assert corrected.head.board.piece("w1").space == "D4"
    assert (change.head.turn, change.head.active_player) == (moved.head.turn, 2)
    assert moved.head.id in apply(waiting, change).states


def test_only_the_heads_own_photo_is_compared_with_the_state_before_it(
    read: Read,
    begun: GameRecord,
    moved: GameRecord,
    grid: GameProfile,
    move: MakeMove,
    at: datetime,
) -> None:
    later = at + timedelta(minutes=1)
    other = read(begun, grid, move("E4", "E6"), capture="c2", created_at=later)
    waiting = apply(moved, log.propose(moved, other, by=None, at=at))

    for decide in (log.accept, partial(log.correct, moves=[move("E4", "D4")])):
        with pytest.raises(GameError) as err:
            decide(waiting, grid, by="alice", at=at)
        assert err.value.key == "stale_proposal"


def test_rejecting_leaves_a_trace_and_the_head(waiting: GameRecord, at: datetime) -> None:
    change = log.reject(waiting, by="bob", at=at)
    after = apply(waiting, change)

    assert after.proposal is None
    assert after.head == waiting.head
    assert change.append == ()
    entry = _only(change)
    assert (entry.kind, entry.by, entry.capture_id) == (JournalKind.REJECTED, "bob", "c1")
    assert entry.details["moves"][0]["to"] == "E5"
    assert entry.details["summary"] == "White pawn: E4 → E5"


def test_a_waiting_reading_can_be_corrected(
    waiting: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    change = log.correct(waiting, grid, moves=[move("E4", "F5")], by="alice", at=at)
    after = apply(waiting, change)

    assert after.proposal is None
    assert after.head.parent_id == waiting.head.id
    assert (after.head.capture_id, after.head.source) == ("c1", StateSource.MANUAL)
    assert after.head.detected_changes[0].captured == "b1"
    assert (after.head.turn, after.head.active_player) == (2, 2)
    entry = _only(change)
    assert entry.kind is JournalKind.CORRECTED
    assert entry.details["moves"][0]["to"] == "F5"
    assert entry.details["instead_of"]["moves"][0]["to"] == "E5"


def test_a_correction_may_be_that_nothing_happened(
    waiting: GameRecord, grid: GameProfile, at: datetime
) -> None:
    head = log.correct(waiting, grid, moves=[], by=None, at=at).head

    assert head.board == waiting.head.board
    assert (head.turn, head.active_player) == (1, 1)


def test_an_accepted_move_is_corrected_beside_itself(
    moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    change = log.correct(moved, grid, moves=[move("E4", "D4")], by=None, at=at)
    after = apply(moved, change)

    assert after.head.parent_id == moved.head.parent_id
    assert after.head.board.piece("w1").space == "D4"
    assert (after.head.turn, after.head.capture_id) == (2, "c1")
    assert moved.head.id in after.states
    assert _only(change).details["instead_of"] == {"state_id": moved.head.id}


def test_a_corrected_start_position_passes_no_turn(
    read: Read, begun: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    setup = replace(read(begun, grid, move(None, "A1"), capture="c0"), setup=True)
    waiting = apply(begun, log.propose(begun, setup, by=None, at=at))
    accepted = apply(waiting, log.accept(waiting, grid, by=None, at=at))

    before = log.correct(waiting, grid, moves=[move(None, "A2")], by=None, at=at).head
    after = log.correct(accepted, grid, moves=[move(None, "A2")], by=None, at=at).head

    assert (before.turn, before.active_player) == (after.turn, after.active_player) == (1, 1)
    assert after.parent_id == begun.head.id


def test_the_pieces_may_be_given_instead_of_moves(
    waiting: GameRecord, grid: GameProfile, at: datetime
) -> None:
    pieces = [
        Piece("", "pawn", 1, Position(5, 4), "F5"),
        Piece("", "king", 2, Position(0, 0), "A1"),
    ]

    head = log.correct(waiting, grid, pieces=pieces, by=None, at=at).head

    assert {p.id: p.space for p in head.board.pieces} == {"w1": "F5", "p1": "A1"}
    assert [(m.kind, m.piece) for m in head.detected_changes] == [
        ("capture", "w1"),
        ("place", "p1"),
    ]


def test_a_photo_that_changed_nothing_can_be_corrected(
    moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    head = log.correct(moved, grid, capture_id="c9", moves=[move("F5", "F4")], by=None, at=at).head

    assert (head.parent_id, head.capture_id) == (moved.head.id, "c9")
    assert (head.turn, head.active_player) == (3, 1)


def test_an_undone_photo_can_be_corrected(
    moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    undone = apply(moved, history.undo(moved, by=None, at=at))

    change = log.correct(undone, grid, capture_id="c1", moves=[move("E4", "D4")], by=None, at=at)

    assert change.head.parent_id == undone.head.id


def test_an_older_photo_is_corrected_by_pieces_only(
    read: Read, moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    proposal = read(moved, grid, move("F5", "F4"), capture="c2")
    record = apply(moved, log.propose(moved, proposal, by=None, at=at))
    record = apply(record, log.accept(record, grid, by=None, at=at))
    pieces = list(record.head.board.pieces)[:1]

    with pytest.raises(GameError) as err:
        log.correct(record, grid, capture_id="c1", moves=[move("E5", "E6")], by=None, at=at)
    head = log.correct(record, grid, capture_id="c1", pieces=pieces, by=None, at=at).head

    assert err.value.key == "correct_not_latest"
    assert (head.parent_id, head.capture_id) == (record.head.id, "c2")
    assert len(head.board.pieces) == 1


@pytest.mark.parametrize(
    ("origin", "target", "key"),
    [("A1", "A2", "no_piece_there"), ("E4", "Z9", "unknown_space")],
)
def test_a_correction_that_cannot_be_is_refused(
    waiting: GameRecord,
    grid: GameProfile,
    move: MakeMove,
    at: datetime,
    origin: str,
    target: str,
    key: str,
) -> None:
    with pytest.raises(GameError) as err:
        log.correct(waiting, grid, moves=[move(origin, target)], by=None, at=at)

    assert err.value.key == key


def test_without_a_photo_there_is_nothing_to_correct(
    begun: GameRecord, waiting: GameRecord, grid: GameProfile, at: datetime
) -> None:
    with pytest.raises(GameError) as err:
        log.correct(begun, grid, moves=[], by=None, at=at)
    assert err.value.key == "nothing_to_correct"

    for both in ({}, {"moves": [], "pieces": []}):
        with pytest.raises(GameError, match="either moves or pieces"):
            log.correct(waiting, grid, **both, by=None, at=at)
