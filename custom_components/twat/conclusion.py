"""What follows from a reading: written into the game's log, and what is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from homeassistant.util import dt as dt_util

from .const import GameEvent
from .games import log
from .games.log import GameRecord
from .games.model import Capture, JournalEntry, JournalKind, Proposal
from .games.profile import GameProfile
from .games.proposals import Reading, ReadingKind, read_result
from .material import Material
from .outcome import Outcome
from .storage.errors import HeadMoved
from .storage.repository import Repository


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from a reading.

    Attributes:
        event: what the game tells.
        accepted: whether it counts already.
        proposal: what was proposed; None when nothing was.
        warnings: codes of the service, of `games.proposals` and of the hub.
    """

    event: GameEvent
    accepted: bool
    proposal: Proposal | None
    reading: Reading
    warnings: tuple[str, ...]

    def outcome(self, capture: Capture) -> Outcome:
        """The same as told, with the capture as it is on record now."""
        return Outcome(
            capture=capture,
            event=self.event,
            accepted=self.accepted,
            moves=self.proposal.moves if self.proposal else (),
            summary=self.proposal.summary if self.proposal else "",
            confidence=self.reading.confidence,
            warnings=self.warnings,
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
        state=record.head,
        capture_id=capture.id,
        setup=material.setup,
        at=at,
    )
    warnings = (*reading.warnings, *warnings)

    def journal(kind: JournalKind) -> None:
        details = {"warnings": list(warnings), "confidence": reading.confidence}
        repository.add_journal(
            JournalEntry(game_id, at, kind, capture_id=capture.id, details=details)
        )

    match reading.kind:
        case ReadingKind.UNREADABLE:
            journal(JournalKind.UNREADABLE)
            return Conclusion(GameEvent.ANALYSIS_FAILED, False, None, reading, warnings)
        case ReadingKind.NOTHING_CHANGED:
            # The table is as it was accepted, so what waited for review is not there any more.
            repository.clear_proposal(game_id)
            journal(JournalKind.NOTHING_CHANGED)
            return Conclusion(GameEvent.NOTHING_CHANGED, False, None, reading, warnings)
        case _:
            proposal = reading.proposal or _known_setup(record, capture, reading)
            proposal = replace(
                proposal,
                warnings=warnings,
                acceptable=proposal.acceptable and len(warnings) == len(reading.warnings),
            )
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
    return Conclusion(event, accepted, proposal, reading, warnings)


def _known_setup(record: GameRecord, capture: Capture, reading: Reading) -> Proposal:
    """The start position that is known already, now with its photo."""
    return Proposal(
        game_id=record.game.id,
        capture_id=capture.id,
        base_state_id=record.head.id,
        moves=(),
        board=record.head.board,
        confidence=reading.confidence,
        warnings=reading.warnings,
        questions=reading.questions,
        summary="",
        regions=reading.regions,
        # The players said what stands there; the photo only has to show the board.
        acceptable=True,
        setup=True,
        created_at=dt_util.utcnow(),
    )


def _propose(
    repository: Repository, profile: GameProfile, record: GameRecord, proposal: Proposal
) -> bool:
    """Let the proposal wait, and accept it when it is sure enough; whether it was."""
    at = proposal.created_at
    change = log.propose(record, proposal, by=None, at=at)
    repository.commit(change)
    if not proposal.acceptable:
        return False
    record = log.apply(record, change)
    repository.commit(log.accept(record, profile, by=None, at=at))
    return True
