"""The log only grows, the head is always in it, and the players have the last word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.twat.games import log
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.log import Change, GameRecord
from custom_components.twat.games.model import (
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    MoveKind,
    Piece,
    Position,
    Proposal,
    StateSource,
)
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profiles import load_profiles

type MakeRecord = Callable[..., GameRecord]
type MakeMove = Callable[..., Move]

START = [
    {"id": "w1", "type": "pawn", "player": 1, "space": "E4"},
    {"id": "b1", "type": "pawn", "player": 2, "space": "F5"},
]


def _proposal(record: GameRecord, profile: GameProfile, *moves: Move, capture: str) -> Proposal:
    layout = profile.layout_for(record.game.settings)
    applied = apply_moves(record.head.board, layout, moves)
    return Proposal(
        game_id=record.game.id,
        capture_id=capture,
        base_state_id=record.head.id,
        moves=applied.moves,
        board=applied.board,
        confidence=0.7,
        warnings=("blurred",),
        questions=(),
        summary="White pawn: E4 → E5",
        regions=(),
        acceptable=False,
        setup=False,
        created_at=record.head.created_at,
    )


@pytest.fixture
def grid(profile: Callable[[str], GameProfile]) -> GameProfile:
    return profile("generic_grid")


@pytest.fixture
def begun(record: MakeRecord) -> GameRecord:
    return record(pieces=START)


@pytest.fixture
def waiting(begun: GameRecord, grid: GameProfile, move: MakeMove, at: datetime) -> GameRecord:
    """A game with a reading that waits."""
    proposal = _proposal(begun, grid, move("E4", "E5"), capture="c1")
    return log.apply(begun, log.propose(begun, proposal, by=None, at=at))


@pytest.fixture
def moved(waiting: GameRecord, grid: GameProfile, at: datetime) -> GameRecord:
    """A game with one accepted move."""
    return log.apply(waiting, log.accept(waiting, grid, by="alice", at=at))


def _only(change: Change) -> JournalEntry:
    (entry,) = change.journal
    return entry


def test_a_reading_waits_without_changing_the_head(begun: GameRecord, waiting: GameRecord) -> None:
    assert waiting.head == begun.head
    assert waiting.game.status is GameStatus.SETUP
    assert waiting.proposal is not None


def test_a_new_reading_takes_the_place_of_the_old_one_and_leaves_a_trace(
    waiting: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    newer = _proposal(waiting, grid, move("E4", "D4"), capture="c2")

    change = log.propose(waiting, newer, by=None, at=at)

    assert log.apply(waiting, change).proposal == newer
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
    begun: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    setup = replace(_proposal(begun, grid, move(None, "A1"), capture="c0"), setup=True)
    waiting = log.apply(begun, log.propose(begun, setup, by=None, at=at))

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


def test_rejecting_leaves_a_trace_and_the_head(waiting: GameRecord, at: datetime) -> None:
    change = log.reject(waiting, by="bob", at=at)
    after = log.apply(waiting, change)

    assert after.proposal is None
    assert after.head == waiting.head
    assert change.append == ()
    entry = _only(change)
    assert (entry.kind, entry.by, entry.capture_id) == (JournalKind.REJECTED, "bob", "c1")
    assert entry.details["moves"][0]["to"] == "E5"
    assert entry.details["summary"] == "White pawn: E4 → E5"


def test_undo_goes_back_and_keeps_what_was_undone(moved: GameRecord, at: datetime) -> None:
    change = log.undo(moved, by="bob", at=at)
    after = log.apply(moved, change)

    assert after.head.id == moved.head.parent_id
    assert moved.head.id in after.states
    assert (after.game.current_turn, after.game.active_player) == (1, 1)
    assert change.append == ()
    entry = _only(change)
    assert (entry.kind, entry.details) == (
        JournalKind.UNDONE,
        {"undone_state_id": moved.head.id},
    )


def test_undo_drops_a_reading_of_the_undone_state_with_a_trace(
    moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    proposal = _proposal(moved, grid, move("F5", "F4"), capture="c2")
    waiting = log.apply(moved, log.propose(moved, proposal, by=None, at=at))

    change = log.undo(waiting, by=None, at=at)

    assert change.proposal is None
    assert _only(change).details["dropped"]["capture_id"] == "c2"


def test_the_beginning_cannot_be_undone(begun: GameRecord, at: datetime) -> None:
    with pytest.raises(GameError) as err:
        log.undo(begun, by=None, at=at)

    assert err.value.key == "nothing_to_undo"


def test_a_waiting_reading_can_be_corrected(
    waiting: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    change = log.correct(waiting, grid, moves=[move("E4", "F5")], by="alice", at=at)
    after = log.apply(waiting, change)

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
    after = log.apply(moved, change)

    assert after.head.parent_id == moved.head.parent_id
    assert after.head.board.piece("w1").space == "D4"
    assert (after.head.turn, after.head.capture_id) == (2, "c1")
    assert moved.head.id in after.states
    assert _only(change).details["instead_of"] == {"state_id": moved.head.id}


def test_a_corrected_start_position_passes_no_turn(
    begun: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    setup = replace(_proposal(begun, grid, move(None, "A1"), capture="c0"), setup=True)
    waiting = log.apply(begun, log.propose(begun, setup, by=None, at=at))
    accepted = log.apply(waiting, log.accept(waiting, grid, by=None, at=at))

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
    undone = log.apply(moved, log.undo(moved, by=None, at=at))

    change = log.correct(undone, grid, capture_id="c1", moves=[move("E4", "D4")], by=None, at=at)

    assert change.head.parent_id == undone.head.id


def test_an_older_photo_is_corrected_by_pieces_only(
    moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    proposal = _proposal(moved, grid, move("F5", "F4"), capture="c2")
    record = log.apply(moved, log.propose(moved, proposal, by=None, at=at))
    record = log.apply(record, log.accept(record, grid, by=None, at=at))
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


class GameStory(RuleBasedStateMachine):
    """Players do whatever comes to their minds; the log must stay whole."""

    spaces = st.sampled_from(["A1", "A2", "B1", "B2"])

    def __init__(self) -> None:
        super().__init__()
        self.profile = load_profiles().get("generic_grid")
        self.at = datetime.fromisoformat("2026-11-22T14:00:00+00:00")
        new = new_game(
            self.profile,
            name="Story",
            players=[{"name": "Alice"}, {"name": "Bob"}],
            settings={"columns": 2, "rows": 2},
            pieces=[{"space": "A1", "player": 1}, {"space": "B2", "player": 2}],
            at=self.at,
        )
        self.record = GameRecord(new.game, {new.state.id: new.state})
        self.root = new.state
        self.journal = [new.journal]
        self.numbers = count()
        self.grown = 1

    def do(self, change: Change) -> None:
        before = self.record
        after = log.apply(before, change)
        assert before.states.items() <= after.states.items()  # nothing lost, nothing rewritten
        assert set(after.states) == {*before.states, *(state.id for state in change.append)}
        assert change.journal  # everything leaves a trace
        self.record = after
        self.journal.extend(change.journal)
        self.grown += len(change.append)

    def read(self, origin: str | None, target: str | None) -> list[Move]:
        if origin is None and target is None:
            return []
        kind = MoveKind.REMOVE if target is None else MoveKind.MOVE
        kind = MoveKind.PLACE if origin is None else kind
        return [Move(kind, None, None, None, origin, target)]

    @rule(come=st.none() | spaces, go=st.none() | spaces)
    def photograph(self, come: str | None, go: str | None) -> None:
        capture = f"c{next(self.numbers)}"
        proposal = _proposal(self.record, self.profile, *self.read(come, go), capture=capture)
        self.do(log.propose(self.record, proposal, by=None, at=self.at))

    @precondition(lambda self: self.record.proposal is not None)
    @rule()
    def accept(self) -> None:
        proposal = self.record.proposal
        self.do(log.accept(self.record, self.profile, by="alice", at=self.at))
        assert self.record.head.board == proposal.board

    @precondition(lambda self: self.record.proposal is not None)
    @rule()
    def reject(self) -> None:
        head = self.record.head
        self.do(log.reject(self.record, by="bob", at=self.at))
        assert self.record.head == head

    @rule()
    def undo(self) -> None:
        head = self.record.head
        if head.parent_id is None:
            with pytest.raises(GameError):
                log.undo(self.record, by="bob", at=self.at)
            return
        self.do(log.undo(self.record, by="bob", at=self.at))
        assert self.record.head == self.record.states[head.parent_id]

    @rule(come=st.none() | spaces, go=st.none() | spaces, older=st.booleans())
    def correct(self, come: str | None, go: str | None, older: bool) -> None:
        capture = "c0" if older else None
        moves = self.read(come, go)
        before = self.record
        try:
            change = log.correct(
                before, self.profile, capture_id=capture, moves=moves, by="alice", at=self.at
            )
        except GameError:
            assert self.record == before
            return
        self.do(change)

    @rule(spaces=st.lists(spaces, unique=True))
    def correct_pieces(self, spaces: list[str]) -> None:
        if self.record.proposal is None and self.record.head.capture_id is None:
            return
        layout = self.profile.layout_for(self.record.game.settings)
        pieces = [Piece("", "piece", 1, layout.position(space), space) for space in spaces]
        self.do(log.correct(self.record, self.profile, pieces=pieces, by="alice", at=self.at))
        assert sorted(p.space for p in self.record.head.board.pieces) == sorted(spaces)

    @invariant()
    def no_state_is_lost(self) -> None:
        assert len(self.record.states) == self.grown

    @invariant()
    def every_state_reaches_the_beginning(self) -> None:
        for leaf in self.record.states.values():
            seen, state = set(), leaf
            while state.parent_id is not None:
                assert state.id not in seen
                seen.add(state.id)
                state = self.record.states[state.parent_id]
            assert state == self.root

    @invariant()
    def the_game_shows_its_head(self) -> None:
        game, head = self.record.game, self.record.head
        assert game.head_id == head.id
        assert (game.current_turn, game.current_phase) == (head.turn, head.phase)
        assert game.active_player == head.active_player

    @invariant()
    def a_waiting_reading_speaks_of_the_head(self) -> None:
        if self.record.proposal is not None:
            assert self.record.proposal.base_state_id == self.record.head.id

    @invariant()
    def replaying_the_moves_gives_the_head(self) -> None:
        line = []
        state = self.record.head
        while state.parent_id is not None:
            line.append(state)
            state = self.record.states[state.parent_id]
        layout = self.profile.layout_for(self.record.game.settings)
        board = self.root.board
        for state in reversed(line):
            board = apply_moves(board, layout, state.detected_changes).board
        assert set(board.pieces) == set(self.record.head.board.pieces)


TestGameStory = GameStory.TestCase
TestGameStory.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
