"""A game's last move and last failure in the form that sensors and events share."""

from collections.abc import Mapping
from typing import Any

from .coordinator import GameView
from .games.notation import describe_moves
from .views import image_path


def move_summary(view: GameView) -> str | None:
    """The last moves, in the game's own words."""
    if not view.moved.detected_changes:
        return None
    return describe_moves(view.moved.detected_changes, view.game, view.profile)


def move_attributes(view: GameView) -> Mapping[str, Any]:
    """What is known of the last move beside its words."""
    capture = view.move_capture
    results = (capture.analysis_results if capture else None) or {}
    return {
        "moves": [move.to_json() for move in view.moved.detected_changes],
        "changed_regions": results.get("changed_regions", []),
        "confidence": results.get("confidence"),
        "source": view.moved.source.value,
        "capture_id": view.moved.capture_id,
        "image_url": image_path(capture.id, "image") if capture and capture.image else None,
    }


def last_error(view: GameView) -> Mapping[str, Any] | None:
    """What went wrong with the newest capture: the part that failed and what to do."""
    if view.newest is None or view.newest.error is None:
        return None
    return {**view.newest.error.to_json(), "capture_id": view.newest.id}
