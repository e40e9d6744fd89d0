"""A game's story as a tree of states that only ever grows.

Each function looks at a `GameRecord` and returns a `Change`: states to append, where the head
goes, what is written in the journal. Nothing is done here; `apply` gives the record after a change,
and the repository writes the same change in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .board import apply_moves, difference, reconcile
from .errors import GameError
from .model import (
    Board,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    Piece,
    Proposal,
    StateSource,
    new_id,
)
from .profile import GameProfile
from .turns import Moment, after_moves


@dataclass(frozen=True, slots=True)
class GameRecord:
    """What a change is decided on.

    Attributes:
        game: The game with its players and head.
        states: States by id; at least the head, its parent, and those read from the photo that a
            correction is about.
        proposal: The reading that waits for review, if any.
    """

    game: Game
    states: Mapping[str, GameState]
    proposal: Proposal | None = None

    @property
    def head(self) -> GameState:
        """The accepted state that counts now."""
        return self.states[self.game.head_id or ""]


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, all of it or nothing.

    Attributes:
        game_id: The game.
        base_head_id: The head this was decided on; when it has moved meanwhile, nothing is written.
        head: The head afterwards, one of ``append`` or a state that is there already.
        append: New states, parents first.
        proposal: The reading that waits afterwards, or None.
        journal: New lines.
        at: When, UTC.
        status: The game's status afterwards.
    """

    game_id: str
    base_head_id: str
    head: GameState
    append: tuple[GameState, ...]
    proposal: Proposal | None
    journal: tuple[JournalEntry, ...]
    at: datetime
    status: GameStatus


def propose(record: GameRecord, proposal: Proposal, *, by: str | None, at: datetime) -> Change:
    """Let a reading wait for review. One that waited already is replaced, and journalled so."""
    details = _reading(proposal)
    if record.proposal is not None:
        details["replaces"] = _reading(record.proposal)
    line = JournalEntry(
        record.game.id, at, JournalKind.PROPOSED, by, proposal.capture_id, None, details
    )
    return _change(record, record.head, line, at, proposal=proposal)


def accept(record: GameRecord, profile: GameProfile, *, by: str | None, at: datetime) -> Change:
    """Make the waiting reading the new head.

    Raises:
        GameError: ``no_proposal``; ``stale_proposal`` when the head has moved since.
    """
    proposal = _waiting(record)
    if proposal.base_state_id != record.game.head_id:
        raise GameError("stale_proposal")
    state = _child(
        record,
        profile,
        record.head,
        capture_id=proposal.capture_id,
        # Whoever accepts a start position that was read says that this is all of it.
        board=replace(
            proposal.board,
            complete=proposal.board.complete or (proposal.setup and bool(proposal.moves)),
        ),
        moves=proposal.moves,
        setup=proposal.setup,
        source=StateSource.VISION_ANALYSIS,
        notes=proposal.warnings,
        at=at,
    )
    line = JournalEntry(
        record.game.id,
        at,
        JournalKind.ACCEPTED,
        by,
        proposal.capture_id,
        state.id,
        {"summary": proposal.summary, "confidence": proposal.confidence},
    )
    return _change(record, state, line, at)


def reject(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Drop the waiting reading; the journal keeps its moves.

    Raises:
        GameError: ``no_proposal``.
    """
    proposal = _waiting(record)
    line = JournalEntry(
        record.game.id,
        at,
        JournalKind.REJECTED,
        by,
        proposal.capture_id,
        None,
        _reading(proposal),
    )
    return _change(record, record.head, line, at)


def correct(
    record: GameRecord,
    profile: GameProfile,
    *,
    capture_id: str | None = None,
    moves: Sequence[Move] | None = None,
    pieces: Sequence[Piece] | None = None,
    by: str | None,
    at: datetime,
) -> Change:
    """Put what the players say in the place of what was read.

    Exactly one of ``moves`` (what happened; see `corrections.parse_moves`) and ``pieces`` (all that
    stands on the board; see `corrections.parse_pieces`) is given.

    Without ``capture_id`` it is about the waiting reading, else about the photo of the head. When
    that photo already made the head, the correction becomes the head's sibling and the wrong state
    stays in the tree. For a photo that changed nothing so far it becomes the head's child. For an
    older photo only ``pieces`` make sense, as what stands there now; the next photo is still
    compared with the head's.

    Raises:
        GameError: ``nothing_to_correct``, ``correct_not_latest``, or what the moves violate.
    """
    if (moves is None) == (pieces is None):
        raise GameError("invalid_field", field="moves", reason="give either moves or pieces")
    about = _subject(record, capture_id, by_moves=moves is not None)
    base = about.base
    layout = profile.layout_for(record.game.settings)
    if pieces is not None:
        board = reconcile(base.board, layout, pieces)
        done = difference(base.board, board)
    else:
        applied = apply_moves(base.board, layout, moves or ())
        if applied.problems:
            raise applied.problems[0]
        board, done = applied.board, applied.moves
    state = _child(
        record,
        profile,
        base,
        capture_id=about.photo,
        board=board,
        moves=done,
        setup=about.setup,
        source=StateSource.MANUAL,
        notes=(),
        at=at,
    )
    details: dict[str, Any] = {"moves": [move.to_json() for move in done]}
    if about.reading is not None:
        details["instead_of"] = _reading(about.reading)
    elif base is not record.head:
        details["instead_of"] = {"state_id": record.head.id}
    line = JournalEntry(
        record.game.id, at, JournalKind.CORRECTED, by, about.capture_id, state.id, details
    )
    return _change(record, state, line, at)


def undo(record: GameRecord, *, by: str | None, at: datetime) -> Change:
    """Move the head to its parent; the undone state stays in the tree.

    A waiting reading was computed against the undone state and is dropped with it.

    Raises:
        GameError: ``nothing_to_undo``.
    """
    head = record.head
    if head.parent_id is None:
        raise GameError("nothing_to_undo")
    parent = record.states[head.parent_id]
    details: dict[str, Any] = {"undone_state_id": head.id}
    if record.proposal is not None:
        details["dropped"] = _reading(record.proposal)
    line = JournalEntry(
        record.game.id, at, JournalKind.UNDONE, by, head.capture_id, parent.id, details
    )
    return _change(record, parent, line, at)


def apply(record: GameRecord, change: Change) -> GameRecord:
    """Return the record after a change."""
    head = change.head
    game = replace(
        record.game,
        head_id=head.id,
        current_turn=head.turn,
        current_phase=head.phase,
        active_player=head.active_player,
        status=change.status,
        updated_at=change.at,
    )
    states = {**record.states, **{state.id: state for state in change.append}}
    return GameRecord(game, states, change.proposal)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a correction is about.

    Attributes:
        capture_id: The photo that the players speak of.
        base: The state that the corrected one follows.
        photo: The photo that the corrected state belongs to.
        setup: It is the start position.
        reading: The waiting reading that is corrected, if it is one.
    """

    capture_id: str
    base: GameState
    photo: str | None
    setup: bool
    reading: Proposal | None


def _subject(record: GameRecord, capture_id: str | None, *, by_moves: bool) -> _Subject:
    head, proposal = record.head, record.proposal
    if capture_id is None:
        capture_id = head.capture_id if proposal is None else proposal.capture_id
    if capture_id is None:
        raise GameError("nothing_to_correct")
    if proposal is not None and proposal.capture_id == capture_id:
        return _Subject(capture_id, head, capture_id, proposal.setup, proposal)
    if head.capture_id == capture_id and head.parent_id is not None:
        base = record.states[head.parent_id]
        setup = (base.turn, base.active_player) == (head.turn, head.active_player)
        return _Subject(capture_id, base, capture_id, setup, None)
    is_older = any(
        state.capture_id == capture_id and state.parent_id != head.id
        for state in record.states.values()
    )
    if is_older and by_moves:
        raise GameError("correct_not_latest")
    return _Subject(capture_id, head, head.capture_id if is_older else capture_id, False, None)


def _waiting(record: GameRecord) -> Proposal:
    if record.proposal is None:
        raise GameError("no_proposal")
    return record.proposal


def _reading(proposal: Proposal) -> dict[str, Any]:
    """Return what the journal keeps of a reading that may never be accepted."""
    return {
        "capture_id": proposal.capture_id,
        "summary": proposal.summary,
        "confidence": proposal.confidence,
        "moves": [move.to_json() for move in proposal.moves],
        "warnings": list(proposal.warnings),
    }


def _child(
    record: GameRecord,
    profile: GameProfile,
    base: GameState,
    *,
    capture_id: str | None,
    board: Board,
    moves: tuple[Move, ...],
    setup: bool,
    source: StateSource,
    notes: tuple[str, ...],
    at: datetime,
) -> GameState:
    moment = Moment.of(base)
    if not setup:
        moment = after_moves(profile, record.game, moment, moves)
    return replace(
        moment.in_state(base),
        id=new_id(),
        parent_id=base.id,
        capture_id=capture_id,
        board=board,
        detected_changes=moves,
        validation_notes=notes,
        source=source,
        created_at=at,
    )


def _change(
    record: GameRecord,
    head: GameState,
    line: JournalEntry,
    at: datetime,
    *,
    proposal: Proposal | None = None,
) -> Change:
    """Return the change to a head; a new one is appended, and starts a game that was in setup."""
    base = record.game.head_id or ""
    is_new = head.id not in record.states
    starts = is_new and record.game.status is GameStatus.SETUP
    return Change(
        game_id=record.game.id,
        base_head_id=base,
        head=head,
        append=(head,) if is_new else (),
        proposal=proposal,
        journal=(line,),
        at=at,
        status=GameStatus.IN_PROGRESS if starts else record.game.status,
    )
