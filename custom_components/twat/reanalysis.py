"""Reading a photo once more: with another model, for names that were given up, or against the state of now."""

from typing import TYPE_CHECKING

from .clients.errors import ServiceError
from .clients.vision import VisionClient
from .coordinator import GameCoordinator
from .errors import invalid, service_error
from .games.model import AnalysisStatus, Capture
from .games.request import Wishes
from .material import last_accepted
from .press import Press

if TYPE_CHECKING:
    from .hub import TwatHub

_UNDER_WAY = (AnalysisStatus.PENDING, AnalysisStatus.PROCESSING)


async def async_analyze(
    hub: TwatHub, coordinator: GameCoordinator, capture_id: str | None, wishes: Wishes
) -> Press:
    """Ask for a photo to be read once more; what comes of it waits for the players as any reading does.

    The photo is compared with the accepted state. One that has been accepted is compared with the state before, and what is
    read is taken over by the players only.

    Args:
        hub: the hub.
        coordinator: the game's.
        capture_id: the photo; None for the newest.
        wishes: what is wanted of the analysis.

    Raises:
        ServiceValidationError: there is no such photo, it is being read, the game has gone on since, or the model cannot be
            asked.
        HopError: the vision service is not there.
    """
    client = hub.require_vision()
    capture = await hub.async_run(_readable, hub, coordinator.game_id, capture_id)
    if wishes.model is not None:
        await _check_model(client, wishes.model)
    return hub.captures.async_read_again(coordinator, capture, wishes)


def _readable(hub: TwatHub, game_id: str, capture_id: str | None) -> Capture:
    """The photo, if it can be read again. Blocks."""
    repository = hub.repository
    if capture_id is None:
        newest = repository.list_captures(game_id, limit=1, newest_first=True)
        if not newest:
            raise invalid("no_capture")
        capture_id = newest[0].id
    capture = repository.get_capture(capture_id)
    if capture.game_id != game_id:
        raise invalid("unknown_capture", id=capture_id)
    sequence = str(capture.sequence)
    if capture.analysis_status in _UNDER_WAY:
        raise invalid("capture_being_read", sequence=sequence)
    if capture.image is None:
        raise invalid("capture_without_photo", sequence=sequence)
    head = repository.head_state(game_id)
    accepted = last_accepted(repository, head)
    # Against a state that was made later, an older photo would only show how it was before.
    if (
        accepted is not None
        and capture.sequence <= accepted.sequence
        and capture.id != head.capture_id
    ):
        raise invalid("capture_is_history", sequence=sequence)
    return capture


async def _check_model(client: VisionClient, model: str) -> None:
    """Refuse a model that is not there, as far as that can be told now."""
    try:
        models = await client.models()
    except ServiceError as err:
        raise service_error(err) from err
    if models.server is None:
        raise invalid("no_model_server")
    if not models.names and models.problem is not None and models.problem.model is None:
        # The model server is away: names come when it is back.
        return
    if {model, f"{model}:latest"}.isdisjoint(models.names) and model not in models.successors:
        raise invalid("model_not_installed", model=model, installed=", ".join(models.names) or "–")
