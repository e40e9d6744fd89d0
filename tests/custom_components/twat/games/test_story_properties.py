"""Whatever players do: no state is lost, the head is in the tree, and the log tells the truth."""

from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.twat.games import history, log
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import Board, JournalKind, Move, MoveKind, Piece
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import Change, GameRecord, apply

from .conftest import reading_of

PROFILE = load_profiles().get("generic_grid")
AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SETTINGS = {"columns": 2, "rows": 2}
LAYOUT = PROFILE.layout_for(SETTINGS)
SPACES = st.sampled_from(["A1", "A2", "B1", "B2"])
ENDS = st.none() | SPACES


def _moves(origin: str | None, target: str | None) -> list[Move]:
    if origin is None and target is None:
        return []
    kind = MoveKind.REMOVE if target is None else MoveKind.MOVE
    kind = MoveKind.PLACE if origin is None else kind
    return [Move(kind, None, None, None, origin, target)]


class GameStory(RuleBasedStateMachine):
    """Players do whatever comes to their minds."""

    def __init__(self) -> None:
        super().__init__()
        new = new_game(
            PROFILE,
            name="Story",
            players=[{"name": "Alice"}, {"name": "Bob"}],
            settings=SETTINGS,
            pieces=[{"space": "A1", "player": 1}, {"space": "B2", "player": 2}],
            at=AT,
        )
        self.record = GameRecord(new.game, {new.state.id: new.state})
        self.journal = [new.journal]
        self.boards: dict[str, Board] = {new.state.id: new.state.board}
        self.numbers = count(1)

    def now(self) -> datetime:
        return AT + timedelta(minutes=next(self.numbers))

    def do(self, change: Change) -> None:
        before = self.record
        after = apply(before, change)
        # Nothing is lost, nothing is rewritten, and everything leaves a trace.
        grown = list(after.states.values())
        assert grown[: len(before.states)] == list(before.states.values())
        assert grown[len(before.states) :] == list(change.append)
        assert change.journal
        self.record = after
        self.journal.extend(change.journal)
        for state in change.append:
            base = self.boards[state.parent_id or ""]
            self.boards[state.id] = apply_moves(base, LAYOUT, state.detected_changes).board

    @rule(come=ENDS, go=ENDS)
    def photograph(self, come: str | None, go: str | None) -> None:
        reading = reading_of(
            self.record, PROFILE, *_moves(come, go), capture=f"c{next(self.numbers)}"
        )
        self.do(log.propose(self.record, reading, by=None, at=self.now()))

    @precondition(lambda self: self.record.proposal is not None)
    @rule()
    def accept(self) -> None:
        proposal = self.record.proposal
        assert proposal is not None
        self.do(log.accept(self.record, PROFILE, by="alice", at=self.now()))
        assert self.record.head.board == proposal.board
        assert self.record.proposal is None

    @precondition(lambda self: self.record.proposal is not None)
    @rule()
    def reject(self) -> None:
        head = self.record.head
        self.do(log.reject(self.record, by="bob", at=self.now()))
        assert self.record.head == head

    @precondition(lambda self: self.record.head.parent_id is not None)
    @rule()
    def undo_and_redo(self) -> None:
        before = self.record
        self.do(history.undo(self.record, by="bob", at=self.now()))
        assert self.record.head.id == before.head.parent_id
        self.do(history.redo(self.record, by="bob", at=self.now()))
        assert (self.record.head, self.record.game.tip_id) == (before.head, before.game.tip_id)

    @precondition(lambda self: self.record.head.parent_id is not None)
    @rule()
    def undo(self) -> None:
        self.do(history.undo(self.record, by="bob", at=self.now()))

    @precondition(lambda self: self.record.head.id != self.record.game.tip_id)
    @rule()
    def redo_and_undo(self) -> None:
        before = self.record
        self.do(history.redo(self.record, by="bob", at=self.now()))
        self.do(history.undo(self.record, by="bob", at=self.now()))
        assert (self.record.head, self.record.game.tip_id) == (before.head, before.game.tip_id)
        self.do(history.redo(self.record, by="bob", at=self.now()))

    @rule(pick=st.integers(0, 1000))
    def go_to(self, pick: int) -> None:
        state = list(self.record.states.values())[pick % len(self.record.states)]
        if state == self.record.head:
            with pytest.raises(GameError):
                history.go_to(self.record, state.id, by="bob", at=self.now())
            return
        self.do(history.go_to(self.record, state.id, by="bob", at=self.now()))
        assert self.record.head == state

    @rule(come=ENDS, go=ENDS, older=st.booleans())
    def correct(self, come: str | None, go: str | None, older: bool) -> None:
        before = self.record
        capture = next(
            (state.capture_id for state in before.states.values() if older and state.capture_id),
            None,
        )
        try:
            change = log.correct(
                before,
                PROFILE,
                capture_id=capture,
                moves=_moves(come, go),
                by="alice",
                at=self.now(),
            )
        except GameError:
            assert self.record == before
            return
        self.do(change)

    @precondition(lambda self: self.record.proposal or self.record.head.capture_id)
    @rule(spaces=st.lists(SPACES, unique=True))
    def correct_pieces(self, spaces: list[str]) -> None:
        pieces = [Piece("", "piece", 1, LAYOUT.position(space), space) for space in spaces]
        self.do(log.correct(self.record, PROFILE, pieces=pieces, by="alice", at=self.now()))
        assert sorted(p.space or "" for p in self.record.head.board.pieces) == sorted(spaces)

    @invariant()
    def the_head_is_on_the_line_from_the_beginning_to_the_tip(self) -> None:
        game = self.record.game
        line = history.line_to(self.record.states, game.tip_id or "")
        assert self.record.head in line
        assert line[0].parent_id is None

    @invariant()
    def the_game_shows_its_head(self) -> None:
        game, head = self.record.game, self.record.head
        assert (game.current_turn, game.current_phase) == (head.turn, head.phase)
        assert game.active_player == head.active_player

    @invariant()
    def a_waiting_reading_speaks_of_the_head(self) -> None:
        if self.record.proposal is not None:
            assert self.record.proposal.base_state_id == self.record.head.id

    @invariant()
    def replaying_the_moves_gives_the_head(self) -> None:
        head = self.record.head
        assert set(self.boards[head.id].pieces) == set(head.board.pieces)

    @invariant()
    def the_journal_knows_the_head(self) -> None:
        told = [entry.state_id for entry in self.journal if entry.state_id is not None]
        assert told[-1] == self.record.head.id
        assert self.journal[0].kind is JournalKind.CREATED


TestGameStory = GameStory.TestCase
TestGameStory.settings = settings(stateful_step_count=12)
