"""What one reading is made from: the photos to compare, the accepted state, where the board lies."""

from dataclasses import dataclass

from .games.model import Capture, GameState
from .games.proposals import HARMLESS_WARNINGS
from .games.record import GameRecord
from .storage.repository import Repository
from .table import Calibration

SETTING_BOARD = "board"

_PAGE = 20


@dataclass(frozen=True, slots=True)
class Material:
    """What one reading is made from.

    Attributes:
        capture: the photo to be read, as on record now.
        record: the game as it stands.
        base: the state that the photo is compared with: the head or, where the head was read from this very photo, the one
            before it.
        before: the photo of the last accepted state; None while there is none (a setup photo).
        reference: the photo in which the board's corners are known; None for the photo itself.
        calibration: where the board lies in the reference; None when nobody knows yet.
    """

    capture: Capture
    record: GameRecord
    base: GameState
    before: Capture | None
    reference: Capture | None
    calibration: Calibration | None

    @property
    def setup(self) -> bool:
        """Whether there is nothing yet to compare with."""
        return self.before is None

    @property
    def accepted(self) -> bool:
        """Whether the players have accepted what was read from this photo; it can be read again."""
        return self.base is not self.record.head

    @property
    def concluded(self) -> bool:
        """Whether this photo's reading is in the log already: a crash came in between."""
        proposal = self.record.proposal
        waiting = proposal is not None and proposal.capture_id == self.capture.id
        return waiting or self.accepted


def gather(
    repository: Repository, capture_id: str, table_calibration: Calibration | None
) -> Material:
    """Read what a reading needs. Blocks.

    Args:
        repository: open.
        capture_id: the photo to be read.
        table_calibration: the table's, which goes before what was found in the game's own photos.

    Raises:
        StorageError: as `Repository` says.
    """
    capture = repository.get_capture(capture_id)
    record = repository.record(capture.game_id)
    calibration = table_calibration
    if calibration is None and (found := record.game.settings.get(SETTING_BOARD)):
        calibration = Calibration.from_json(found)
    base = record.head
    if base.capture_id == capture.id and base.parent_id is not None:
        base = record.states[base.parent_id]
    before = last_accepted(repository, base)
    return Material(
        capture=capture,
        record=record,
        base=base,
        before=before,
        reference=None if before is None else _reference(repository, capture, calibration),
        calibration=calibration,
    )


def last_accepted(repository: Repository, state: GameState) -> Capture | None:
    """The photo of a state or, where it was made by hand, of the nearest one before it."""
    while True:
        if state.capture_id is not None:
            capture = repository.get_capture(state.capture_id)
            if capture.image is not None:
                return capture
        if state.parent_id is None:
            return None
        state = repository.state(state.parent_id)


def _reference(
    repository: Repository, capture: Capture, calibration: Calibration | None
) -> Capture | None:
    """The first good photo since the calibration: it shows the board where the corners say.

    A table that was calibrated anew in the middle of a game was most likely bumped before; then
    the older photos show the board elsewhere.
    """
    since = None if calibration is None else calibration.at
    for offset in range(0, capture.sequence, _PAGE):
        for earlier in repository.list_captures(capture.game_id, limit=_PAGE, offset=offset):
            if earlier.sequence >= capture.sequence:
                return None
            if _is_good(earlier) and (since is None or earlier.captured_at >= since):
                return earlier
    return None


def _is_good(capture: Capture) -> bool:
    """Whether a photo was read without doubts: no hand over the board, no blur, no darkness."""
    if capture.image is None or capture.analysis_results is None:
        return False
    return HARMLESS_WARNINGS.issuperset(capture.analysis_results.get("warnings", ()))
