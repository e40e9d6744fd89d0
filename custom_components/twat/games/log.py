"""The players' word on readings: each becomes a state, or leaves a trace of why not.

A game's story is a tree of states that only ever grows; `history` moves about in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .board import apply_moves, difference, reconcile
from .crowning import crowned
from .errors import GameError
from .model import (
    Board,
    GameState,
    JournalEntry,
    JournalKind,
    Move,
    Piece,
    Proposal,
    StateSource,
    new_id,
)
from .profile import GameProfile
from .record import Change, GameRecord, change, reading_details
from .turns import Moment, after_moves


def propose(record: GameRecord, proposal: Proposal, *, by: str | None, at: datetime) -> Change:
    """Let a reading wait for review. One that waited already is replaced, and journalled so."""
    details = reading_details(proposal)
    if record.proposal is not None:
        details["replaces"] = reading_details(record.proposal)
    line = JournalEntry(
        record.game.id, at, JournalKind.PROPOSED, by, proposal.capture_id, None, details
    )
    return change(record, record.head, line, at, proposal=proposal)


def accept(record: GameRecord, profile: GameProfile, *, by: str | None, at: datetime) -> Change:
    """Make the waiting reading the new head.

    One that takes moves back makes the earlier state the head, as an undo by hand would. A second reading of the photo that
    made the head becomes the head's sibling, as a correction would.

    Raises:
        GameError: ``no_proposal``; ``stale_proposal`` when the head has moved since.
    """
    proposal = _waiting(record)
    base = _compared_with(record, proposal)
    if proposal.returns_to is not None:
        earlier = record.states[proposal.returns_to]
        line = JournalEntry(
            record.game.id,
            at,
            JournalKind.TAKEN_BACK,
            by,
            proposal.capture_id,
            earlier.id,
            reading_details(proposal),
        )
        return change(record, earlier, line, at)
    state = _child(
        record,
        profile,
        base,
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
    return change(record, state, line, at)


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
        reading_details(proposal),
    )
    return change(record, record.head, line, at)


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
        applied = crowned(profile, record.game, applied)
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
        details["instead_of"] = reading_details(about.reading)
    elif base is not record.head:
        details["instead_of"] = {"state_id": record.head.id}
    line = JournalEntry(
        record.game.id, at, JournalKind.CORRECTED, by, about.capture_id, state.id, details
    )
    return change(record, state, line, at)


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
        base = _compared_with(record, proposal)
        return _Subject(capture_id, base, capture_id, proposal.setup, proposal)
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


def _compared_with(record: GameRecord, proposal: Proposal) -> GameState:
    """Return the state that a reading continues: the head, or the one before it if the head's own photo was read again.

    Raises:
        GameError: ``stale_proposal``: the head has moved since.
    """
    head = record.head
    if proposal.base_state_id == head.id:
        return head
    own = (proposal.capture_id, proposal.base_state_id) == (head.capture_id, head.parent_id)
    # The reading that made the head is older than the head.
    if own and proposal.created_at > head.created_at:
        return record.states[proposal.base_state_id]
    raise GameError("stale_proposal")


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
