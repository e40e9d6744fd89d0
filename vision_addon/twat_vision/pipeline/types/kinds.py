"""Stages of an analysis, kinds of what it finds, and the error it ends with."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a running analysis is; passed to the progress callback in this order."""

    ALIGNING = "aligning"
    COMPARING = "comparing"
    NAMING = "naming"
    DONE = "done"


class MoveKind(StrEnum):
    """What happened to a piece."""

    MOVE = "move"
    PLACE = "place"
    REMOVE = "remove"
    CAPTURE = "capture"


class RegionKind(StrEnum):
    """What happened to a part of the picture."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    REPLACED = "replaced"
    MOVED_WITHIN = "moved_within"


class AlignmentStatus(StrEnum):
    """Whether the board of the *after* photo was found, and where."""

    ALIGNED = "aligned"
    MOVED = "moved"
    TURNED = "turned"
    LOST = "lost"


class WarningCode(StrEnum):
    """Why a result deserves a second look."""

    HAND_IN_VIEW = "hand_in_view"
    BOARD_MOVED = "board_moved"
    BOARD_LOST = "board_lost"
    DIFFERENT_BOARD = "different_board"
    TOO_DARK = "too_dark"
    BLURRED = "blurred"
    DISTURBED = "disturbed"
    NAMES_PENDING = "names_pending"
    NAMES_UNAVAILABLE = "names_unavailable"
    STATE_CONFLICT = "state_conflict"


class PipelineError(Exception):
    """The photos cannot be analysed; ``code`` is stable, the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
