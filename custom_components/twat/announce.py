"""Telling Home Assistant what happened in a game, through its event entity and the event bus."""

from typing import Any

from homeassistant.core import callback

from .const import GameEvent
from .coordinator import GameCoordinator, GameView
from .games.model import GameResult
from .outcome import Outcome
from .views import async_signed_image_url


@callback
def async_tell_outcome(coordinator: GameCoordinator, outcome: Outcome) -> None:
    """Tell what became of a capture; nothing while it waits for the vision service."""
    if outcome.event is None:
        return
    url = None
    if outcome.capture.image is not None:
        url = async_signed_image_url(coordinator.hass, outcome.capture.id, "image")
    coordinator.async_tell(
        outcome.event, {**_about(coordinator), **outcome.to_json(), "image_url": url}
    )


@callback
def async_tell_turn(coordinator: GameCoordinator, before: GameView, after: GameView) -> None:
    """Tell when it is another turn or phase than before."""
    old, new = before.head, after.head
    player = after.game.player(new.active_player)
    now: dict[str, Any] = {
        "turn": new.turn,
        "phase": new.phase,
        "phase_name": after.profile.phase_name(new.phase),
        "active_player": None if player is None else player.name,
        "position": new.active_player,
    }
    if (old.turn, old.active_player) != (new.turn, new.active_player):
        coordinator.async_tell(
            GameEvent.TURN_CHANGED,
            {**_about(coordinator), **now, "from_turn": old.turn},
        )
    if old.phase != new.phase:
        coordinator.async_tell(
            GameEvent.PHASE_CHANGED,
            {**_about(coordinator), **now, "from_phase": old.phase},
        )


@callback
def async_tell_warnings(coordinator: GameCoordinator, before: GameView, after: GameView) -> None:
    """Tell what the rules have to say about a new state."""
    if after.warnings and before.head.id != after.head.id:
        warnings = [warning.to_json() for warning in after.warnings]
        text = "; ".join(warning.text for warning in after.warnings)
        coordinator.async_tell(
            GameEvent.RULES_WARNING, {**_about(coordinator), "text": text, "warnings": warnings}
        )


@callback
def async_tell_end(coordinator: GameCoordinator, result: GameResult | None) -> None:
    """Tell that a game is over, and how it ended if it was played to its end."""
    coordinator.async_tell(
        GameEvent.GAME_FINISHED,
        {
            **_about(coordinator),
            "status": coordinator.data.game.status.value,
            "winners": [] if result is None else [p.name for p in result.players if p.won],
            "result": None if result is None else result.to_json(),
        },
    )


def _about(coordinator: GameCoordinator) -> dict[str, Any]:
    return {
        "game_id": coordinator.game_id,
        "game": coordinator.data.game.name,
        "device_id": coordinator.device_id,
    }
