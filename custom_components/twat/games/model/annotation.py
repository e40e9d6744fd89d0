"""What players add to the log afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .common import JsonObject


@dataclass(frozen=True, slots=True)
class Annotation:
    """A player's remark on a state, and whether it is marked to be found again.

    Attributes:
        state_id: The state.
        note: The players' words; None for a bookmark alone.
        bookmark: Marked.
        by: Id of the user.
        at: When it was last changed, UTC.
    """

    state_id: str
    note: str | None
    bookmark: bool
    by: str | None
    at: datetime

    def to_json(self) -> JsonObject:
        """Return the annotation as JSON."""
        return {
            "state_id": self.state_id,
            "note": self.note,
            "bookmark": self.bookmark,
            "by": self.by,
            "at": self.at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Annotation:
        """Read what `to_json` wrote."""
        return cls(
            state_id=data["state_id"],
            note=data["note"],
            bookmark=data["bookmark"],
            by=data["by"],
            at=datetime.fromisoformat(data["at"]),
        )
