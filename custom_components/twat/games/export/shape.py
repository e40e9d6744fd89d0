"""The form of an exported game, checked before anything of it is believed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import math
import re
from typing import Any, Final

import probatio

from ..model import AnalysisStatus, GameStatus, JournalKind, JsonObject, MoveKind, StateSource
from .errors import ImportFault

MOST: Final = 100_000
"""Most states, captures, journal lines, pieces or moves of one list."""

_LARGEST: Final = 2**53

_ID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def check(data: object) -> JsonObject:
    """Return an exported game whose form is right.

    Raises:
        ImportFault: The first thing that is wrong, with its place.
    """
    try:
        checked: JsonObject = _DOCUMENT(data)
    except probatio.MultipleInvalid as err:
        first = err.errors[0]
        raise ImportFault(_dotted(first.path), str(first.msg)) from err
    return checked


def _dotted(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _whole(low: int = -_LARGEST, high: int = _LARGEST) -> Callable[[object], int]:
    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise probatio.Invalid(f"must be a whole number from {low} to {high}")
        return value

    return check


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise probatio.Invalid("must be a number")
    return value


def _text(longest: int = 10_000, shortest: int = 0) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            raise probatio.Invalid(f"must be a text of {shortest} to {longest} characters")
        return value

    return check


def _pattern(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise probatio.Invalid(f"must be {what}")
        return value

    return check


def _time(value: object) -> str:
    """Accept a time as exports have it: UTC, as `datetime.isoformat` writes it."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.utcoffset() != timedelta(0):
        raise probatio.Invalid("must be a time in UTC")
    if parsed.astimezone(UTC).isoformat() != value:
        raise probatio.Invalid("must be a time as ISO 8601 with +00:00")
    return value


def _one_of(kind: type[StrEnum]) -> Callable[[object], str]:
    allowed = [member.value for member in kind]

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise probatio.Invalid(f"must be one of {', '.join(allowed)}")
        return value

    return check


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise probatio.Invalid("must be true or false")
    return value


def _or_null(check: Any) -> Any:
    schema = probatio.Schema(check)

    def check_or_null(value: object) -> Any:
        return None if value is None else schema(value)

    return check_or_null


def _list(of: Any, most: int = MOST) -> Any:
    return probatio.All([of], probatio.Length(max=most))


def _object(fields: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Any:
    return probatio.Schema(
        {
            **{probatio.Required(key): value for key, value in fields.items()},
            **{probatio.Optional(key): value for key, value in (optional or {}).items()},
        }
    )


_id: Final = _pattern(_ID, "an id of 32 hexadecimal digits")
_name: Final = _text(100, 1)
_word: Final = _text(255)
_position: Final = _whole(1, 12)
_anything: Final = dict

_POINT: Final = _object({"x": _number, "y": _number})
_MOVE: Final = _object(
    {
        "kind": _one_of(MoveKind),
        "piece": _or_null(_word),
        "type": _or_null(_word),
        "player": _or_null(_position),
        "from": _or_null(_word),
        "to": _or_null(_word),
        "captured": _or_null(_word),
        "captured_type": _or_null(_word),
        "captured_player": _or_null(_position),
        "color": _or_null(_word),
        "confidence": _or_null(_number),
        "source": _or_null(_word),
    },
    {
        "from_position": _POINT,
        "to_position": _POINT,
        "distance": _number,
        "rotation_deg": _number,
    },
)
_BOARD: Final = _object(
    {
        "grid": _or_null(_list(_list(_or_null(_word), 100), 100)),
        "pieces": _list(
            _object(
                {
                    "id": _word,
                    "type": _word,
                    "player": _or_null(_position),
                    "position": _POINT,
                    "space": _or_null(_word),
                }
            )
        ),
        "complete": _flag,
    }
)
_STATE: Final = _object(
    {
        "id": _id,
        "game_id": _id,
        "parent_id": _or_null(_id),
        "capture_id": _or_null(_id),
        "turn": _whole(1),
        "round": _whole(1),
        "phase": _text(64),
        "active_player": _or_null(_position),
        "first_player": _or_null(_position),
        "passed": _list(_position, 12),
        "eliminated": _list(_position, 12),
        "board_state": _BOARD,
        "resources": probatio.Schema({_text(64, 1): {_text(64, 1): _whole()}}),
        "detected_changes": _list(_MOVE),
        "validation_notes": _list(_text()),
        "source": _one_of(StateSource),
        "created_at": _time,
    }
)
_CAPTURE: Final = _object(
    {
        "id": _id,
        "game_id": _id,
        "sequence": _whole(0, 999_999_999),
        "captured_at": _time,
        "triggered_by": _or_null(_word),
        "image_sha256": _or_null(_pattern(_SHA256, "a SHA-256 in hexadecimal digits")),
        "analysis_status": _one_of(AnalysisStatus),
        "analysis_results": _or_null(_anything),
        "job_id": _or_null(_text(64)),
        "notes": _or_null(_text()),
        "bookmark": _flag,
        "error": _or_null(_object({"hop": _word, "code": _word, "message": _text()})),
    }
)
_PROPOSAL: Final = _object(
    {
        "game_id": _id,
        "capture_id": _id,
        "base_state_id": _id,
        "moves": _list(_MOVE),
        "board_state": _BOARD,
        "confidence": _number,
        "warnings": _list(_word),
        "questions": _list(_object({"text": _text(), "spaces": _list(_word), "options": list})),
        "summary": _text(),
        "changed_regions": _list(
            _object(
                {
                    "box": probatio.All([_number], probatio.Length(min=4, max=4)),
                    "spaces": _list(_word),
                    "kind": _word,
                    "color": _or_null(_word),
                    "score": _number,
                }
            )
        ),
        "acceptable": _flag,
        "setup": _flag,
        "created_at": _time,
        "returns_to": _or_null(_id),
    }
)
_GAME: Final = _object(
    {
        "id": _id,
        "name": _name,
        "game_type": _text(64, 1),
        "status": _one_of(GameStatus),
        "created_at": _time,
        "updated_at": _time,
        "players": probatio.All(
            [_object({"id": _id, "position": _position, "name": _name, "color": _text(16, 1)})],
            probatio.Length(min=1, max=12),
        ),
        "current_turn": _whole(1),
        "current_phase": _text(64),
        "active_player": _or_null(_position),
        "head_id": _id,
        "tip_id": _id,
        "pinned": _flag,
        "table": _or_null(_text(64)),
        "settings": _anything,
        "metadata": _anything,
    }
)
_LINE: Final = _object(
    {
        "at": _time,
        "kind": _one_of(JournalKind),
        "by": _or_null(_word),
        "capture_id": _or_null(_id),
        "state_id": _or_null(_id),
        "details": _anything,
    }
)
_ANNOTATION: Final = _object(
    {
        "state_id": _id,
        "note": _or_null(_text()),
        "bookmark": _flag,
        "by": _or_null(_word),
        "at": _time,
    }
)
_RESULT: Final = _object(
    {
        "game_id": _id,
        "name": _name,
        "game_type": _text(64, 1),
        "started_at": _time,
        "finished_at": _time,
        "seconds": _number,
        "turns": _whole(1),
        "rounds": _whole(1),
        "players": _list(
            _object(
                {
                    "name": _name,
                    "position": _position,
                    "color": _text(16, 1),
                    "won": _flag,
                    "score": _or_null(_whole()),
                    "seconds": _number,
                    "turns": _whole(0),
                    "tags": {_text(64, 1): _text(255)},
                }
            ),
            12,
        ),
    }
)
_DOCUMENT: Final = probatio.Schema(
    {
        probatio.Required("format"): _word,
        probatio.Required("version"): _whole(1),
        probatio.Required("game"): _GAME,
        probatio.Required("states"): _list(_STATE),
        probatio.Required("captures"): _list(_CAPTURE),
        probatio.Required("proposal"): _or_null(_PROPOSAL),
        probatio.Required("journal"): _list(_LINE),
        probatio.Required("annotations"): _list(_ANNOTATION),
        probatio.Required("result"): _or_null(_RESULT),
    }
)
