"""What the vision service is asked: photos, board, accepted state, players, vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .clients.vision import Corners
from .games.log import GameRecord
from .games.model import Capture, GameState
from .games.profile import GameProfile
from .storage.repository import Repository
from .table import Calibration

SETTING_BOARD = "board"


@dataclass(frozen=True, slots=True)
class Material:
    """What one reading is made from.

    Attributes:
        capture: the photo to be read, as on record now.
        record: the game as it stands; its head is what the photo is compared with.
        before: the photo of the last accepted state; None while there is none (a setup photo).
        reference: the photo in which the board's corners are known; None for the photo itself.
        calibration: where the board lies in the reference; None when nobody knows yet.
    """

    capture: Capture
    record: GameRecord
    before: Capture | None
    reference: Capture | None
    calibration: Calibration | None

    @property
    def setup(self) -> bool:
        """Whether there is nothing yet to compare with."""
        return self.before is None


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
    before = _last_accepted(repository, record.head)
    return Material(
        capture=capture,
        record=record,
        before=before,
        reference=None
        if before is None
        else _reference(repository, capture, calibration),
        calibration=calibration,
    )


def _last_accepted(repository: Repository, state: GameState) -> Capture | None:
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
    """The first photo since the calibration: it shows the board where the corners say.

    A table that was calibrated anew in the middle of a game was most likely bumped before; then
    the older photos show the board elsewhere.
    """
    since = None if calibration is None else calibration.at
    for earlier in repository.list_captures(capture.game_id):
        if earlier.id == capture.id:
            return None if since is not None else earlier
        if earlier.image is not None and (since is None or earlier.captured_at >= since):
            return earlier
    return None


def analysis_request(
    material: Material,
    profile: GameProfile,
    corners: Corners | None,
    candidates: list[dict[str, Any]],
) -> Mapping[str, Any]:
    """The body of `POST /v1/analyses`."""
    record, capture = material.record, material.capture
    game, head = record.game, record.head
    known = head.board.pieces
    before, reference = material.before, material.reference
    return {
        "capture_id": capture.id,
        "images": {
            "after": capture.image_sha256,
            "before": before.image_sha256 if before else None,
            # With corners and no reference the service would look for them in `before`.
            "reference": (reference or capture).image_sha256 if corners else None,
        },
        "board": {
            "corners": None if corners is None else [list(point) for point in corners],
            "markers": None,
            "layout": profile.layout_for(game.settings).to_json(),
        },
        # Before the first photo an empty board means that nobody said what stands there.
        "pieces": [piece.to_json() for piece in known] if known or before else None,
        "players": [
            {"position": player.position, "name": player.name, "color": player.color}
            for player in game.players
        ],
        "active_player": head.active_player,
        "vocabulary": [
            {
                "type": kind.id,
                "name": kind.name,
                "spaces": None if kind.spaces is None else list(kind.spaces),
            }
            for kind in profile.piece_types
        ],
        "candidates": candidates,
        "tasks": {"detect_changes": True, "identify_pieces": "auto"},
        "model": None,
        "thresholds": {"confidence": game.confidence_threshold},
    }
