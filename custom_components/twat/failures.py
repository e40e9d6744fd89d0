"""Failures of captures: as the capture keeps them, and as repair issues when they last."""

from collections import Counter

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .clients.errors import Hop
from .const import DOMAIN
from .errors import HopError
from .games.model import CaptureFailure

# One failure may be a hiccup; the second in a row deserves a repair issue.
_LASTS = 2


def failure_of(err: HomeAssistantError) -> CaptureFailure:
    """The failure as the capture keeps it.

    What is not a hop's own failure is a setting's: the table or its camera was removed.
    """
    if isinstance(err, HopError):
        return err.failure
    return CaptureFailure(
        hop=Hop.CAMERA.value, code=err.translation_key or "failed", message=str(err)
    )


class FailureLedger:
    """Counts failures in a row for each game and part."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without failures."""
        self._hass = hass
        self._failures: Counter[tuple[str, str]] = Counter()

    @callback
    def failed(self, game_id: str, game: str, failure: CaptureFailure) -> None:
        """Note a failure; a repair issue follows when it lasts, for storage at once."""
        key = (game_id, failure.hop)
        self._failures[key] += 1
        if self._failures[key] < _LASTS and failure.hop != Hop.STORAGE:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(*key),
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=f"capture_{failure.hop}",
            translation_placeholders={"game": game, "message": failure.message},
        )

    @callback
    def worked(self, game_id: str, *hops: Hop) -> None:
        """Note that parts work."""
        for hop in hops:
            if self._failures.pop((game_id, hop.value), 0):
                ir.async_delete_issue(self._hass, DOMAIN, _issue_id(game_id, hop.value))


def _issue_id(game_id: str, hop: str) -> str:
    return f"capture_{hop}_{game_id}"
