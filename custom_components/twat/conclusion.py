"""What follows from a reading: written into the game's log, and what is told of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from homeassistant.util import dt as dt_util

from .const import GameEvent
from .games import log
from .games.model import Board, Capture, JournalEntry, JournalKind, Position, Proposal
from .games.profile import GameProfile
from .games.proposals import HARMLESS_WARNINGS, Reading, ReadingKind, read_result
from .games.record import GameRecord, apply
from .material import Material
from .outcome import Outcome
from .storage.errors import HeadMoved
from .storage.repository import Repository

# How many states back the players may put the table and still be understood to take moves back.
_TAKE_BACKS = 20


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from a reading.

    Attributes:
        event: what the game tells.
        accepted: whether it counts already.
    """

    event: GameEvent
    accepted: bool
    reading: Reading

    def outcome(self, capture: Capture) -> Outcome:
        """The same as told, with the capture as it is on record now."""
        proposal = self.reading.proposal
        return Outcome(
            capture=capture,
            event=self.event,
            accepted=self.accepted,
            moves=proposal.moves if proposal else (),
            summary=proposal.summary if proposal else "",
            confidence=self.reading.confidence,
            warnings=self.reading.warnings,
            questions=self.reading.questions,
        )


def conclude(
    repository: Repository,
    profile: GameProfile,
    material: Material,
    results: Mapping[str, Any],
    warnings: tuple[str, ...],
) -> Conclusion | None:
    """Read a result and write what follows from it. Blocks.

    Args:
        repository: open.
        profile: the game's.
        material: what the photo was compared with.
        results: the vision service's answer.
        warnings: the hub's own, each a reason to leave the decision to the players.

    Returns:
        None when the game has moved on since the photo was handed in.

    Raises:
        ResultError: the answer is not understood.
        StorageError: as `Repository` says.
    """
    at = dt_util.utcnow()
    game_id, capture = material.record.game.id, material.capture
    record = repository.record(game_id)
    if record.game.head_id != material.record.game.head_id:
        return None
    reading = read_result(
        results,
        game=record.game,
        profile=profile,
        state=material.base,
        capture_id=capture.id,
        setup=material.setup,
        at=at,
        warnings=warnings,
        earlier=repository.line(material.base.id, limit=_TAKE_BACKS)[1:],
    )
    if material.accepted:
        reading = _second(reading, record.head.board)

    def journal(kind: JournalKind) -> None:
        details = {"warnings": list(reading.warnings), "confidence": reading.confidence}
        repository.add_journal(
            JournalEntry(game_id, at, kind, capture_id=capture.id, details=details)
        )

    if (proposal := reading.proposal) is None:
        if reading.kind is ReadingKind.UNREADABLE:
            journal(JournalKind.UNREADABLE)
            return Conclusion(GameEvent.ANALYSIS_FAILED, False, reading)
        # The table is as it was accepted, so what waited for review is not there any more.
        repository.clear_proposal(game_id)
        journal(JournalKind.NOTHING_CHANGED)
        return Conclusion(GameEvent.NOTHING_CHANGED, False, reading)
    try:
        accepted = _propose(repository, profile, record, proposal)
    except HeadMoved:
        return None
    if not accepted:
        event = GameEvent.REVIEW_NEEDED
    elif proposal.setup:
        event = GameEvent.SETUP_CAPTURED
    else:
        event = GameEvent.MOVE_DETECTED
    return Conclusion(event, accepted, reading)


def _second(reading: Reading, accepted: Board) -> Reading:
    """What a second reading of an accepted photo comes to: nothing where it surely says the same, else something for the players.

    One whose names are still to come may say the same now and something else then.
    """
    proposal = reading.proposal
    if proposal is None:
        return reading
    sure = not reading.questions and HARMLESS_WARNINGS.issuperset(reading.warnings)
    if sure and _standing(proposal.board) == _standing(accepted):
        return replace(reading, kind=ReadingKind.NOTHING_CHANGED, proposal=None)
    return replace(reading, proposal=replace(proposal, acceptable=False))


def _standing(board: Board) -> Counter[tuple[str, int | None, str | None, Position]]:
    """What stands where, whatever the pieces are called."""
    return Counter((p.type, p.player, p.space, p.position) for p in board.pieces)


def _propose(
    repository: Repository, profile: GameProfile, record: GameRecord, proposal: Proposal
) -> bool:
    """Let the proposal wait, and accept it when it is sure enough; whether it was."""
    at = proposal.created_at
    change = log.propose(record, proposal, by=None, at=at)
    repository.commit(change)
    if not proposal.acceptable:
        return False
    record = apply(record, change)
    repository.commit(log.accept(record, profile, by=None, at=at))
    return True
