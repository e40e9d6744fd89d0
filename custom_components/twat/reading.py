"""Reading one photo: hand it to the vision service, and make of the answer what the game makes of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .calibration import async_find_board
from .clients.errors import (
    Busy,
    ConnectionFailed,
    Hop,
    NotAService,
    Rejected,
    ServiceError,
    Unauthorized,
    WrongVersion,
)
from .clients.vision import Job, JobStatus, VisionClient
from .conclusion import conclude
from .const import BOARD_CONFIDENCE, GameEvent
from .errors import PASSING, HopError, service_error
from .games.model import AnalysisStatus, Capture
from .games.profile import GameProfile
from .games.request import ImageHashes, Wishes, analysis_request
from .material import SETTING_BOARD, Material, gather
from .names_by import chosen
from .outcome import Outcome
from .press import Press
from .table import Calibration, find_table

if TYPE_CHECKING:
    from .coordinator import GameCoordinator
    from .hub import TwatHub
    from .vision_link import VisionLink

_LOGGER = logging.getLogger(__name__)

# Players may accept or undo while a photo is being read; then it is read against the new state.
_TRIES = 4
# How often, and for how many seconds at most, a full queue is waited for before the photo is put
# back to wait with the others.
_BUSY_TRIES = 3
_LONGEST_BUSY_WAIT = 10.0

# Reasons why a photo cannot be read that have a text of their own, the plainest first.
_UNREADABLE = (
    "hand_in_view",
    "too_dark",
    "different_board",
    "board_lost",
    "blurred",
    "disturbed",
    "unexplained_change",
    "board_uncertain",
    "state_conflict",
)

_READ = (AnalysisStatus.COMPLETED, AnalysisStatus.FAILED)

WARNING_BOARD_UNCERTAIN = "board_uncertain"


class Waiting(Exception):
    """The photo cannot be read now, and will be later.

    Attributes:
        reason: what is in the way.
    """

    def __init__(self, reason: HopError) -> None:
        """Remember the reason."""
        super().__init__(str(reason))
        self.reason = reason


async def async_read(
    hub: TwatHub, coordinator: GameCoordinator, link: VisionLink, press: Press
) -> Outcome:
    """Read a photo against the accepted state, and accept the reading when it is sure enough.

    A photo that was read before is read again only if the press has wishes.

    Raises:
        Waiting: the vision service is not there, or has too much to do.
        HomeAssistantError: the photo cannot be read.
    """
    try:
        return await _read(hub, coordinator, link, press)
    except ServiceError as err:
        raise _refusal(err) from err
    except HopError as err:
        if err.code in PASSING:
            # A database that is locked now is not so for ever; the photo is safe on disk.
            raise Waiting(err) from err
        raise


async def _read(
    hub: TwatHub, coordinator: GameCoordinator, link: VisionLink, press: Press
) -> Outcome:
    profile = coordinator.data.profile
    coordinator.async_set_stage("queued")
    for _ in range(_TRIES):
        material = await async_gather(hub, coordinator, press.capture)
        if press.wishes is None:
            if material.capture.analysis_status in _READ:
                # It was read while this was queued a second time.
                return Outcome(material.capture)
            if material.concluded:
                return Outcome(await _complete(hub, link.client, material.capture))
        calibration, warning = await _board(hub, link.client, profile, material)
        material = replace(material, calibration=calibration)
        ended = await _analyse(hub, coordinator, link, press, material)
        if ended.status is not JobStatus.COMPLETED:
            raise _job_failed(ended)
        outcome = await async_conclude(hub, profile, material, ended.results or {}, warning)
        if outcome is not None:
            return outcome
    raise HopError(Hop.VISION, "state_moved", "state_moved_too_often")


async def async_conclude(
    hub: TwatHub,
    profile: GameProfile,
    material: Material,
    results: Mapping[str, Any],
    warning: str | None,
) -> Outcome | None:
    """Write the reading into the log, then onto the capture; None when the game moved on.

    The log comes first: a crash in between leaves a capture that is read again, and that finds
    itself in the log. The other way round a move could get lost.
    """
    warnings = () if warning is None else (warning,)
    conclusion = await hub.async_run(conclude, hub.repository, profile, material, results, warnings)
    if conclusion is None:
        return None
    error = None
    if conclusion.event is GameEvent.ANALYSIS_FAILED:
        code = next(
            (code for code in _UNREADABLE if code in conclusion.reading.warnings), "unreadable"
        )
        key = code if code == "unreadable" else f"unreadable_{code}"
        error = HopError(Hop.VISION, code, key).failure
    capture = await hub.async_run(
        hub.repository.update_capture,
        material.capture.id,
        analysis_status=AnalysisStatus.COMPLETED,
        analysis_results=dict(results),
        error=error,
    )
    return conclusion.outcome(capture)


async def _complete(hub: TwatHub, client: VisionClient, capture: Capture) -> Capture:
    """Finish the row of a capture whose reading is in the log already.

    Where that was to be read once more, and nothing came of it, it keeps what it was read as.
    """
    job = None if capture.job_id is None else await client.job(capture.job_id)
    results = capture.analysis_results
    if job is not None and job.results is not None:
        results = dict(job.results)
    return await hub.async_run(
        hub.repository.update_capture,
        capture.id,
        analysis_status=AnalysisStatus.COMPLETED,
        analysis_results=results,
        error=None,
    )


async def async_fetch_overlay(
    hub: TwatHub, coordinator: GameCoordinator, link: VisionLink, capture: Capture
) -> None:
    """Keep the annotated photo of a capture that has been read; without it nothing is lost."""
    if capture.job_id is None or capture.image is None:
        return
    try:
        overlay = await link.client.overlay(capture.job_id)
        path = await hub.async_run(hub.images.save_overlay, capture.image, overlay)
        await hub.async_run(hub.repository.update_capture, capture.id, overlay=path)
    except (ServiceError, HomeAssistantError) as err:
        _LOGGER.warning("No annotated photo of capture %s: %s", capture.id, err)
        return
    await hub.async_refresh(coordinator.game_id)


async def async_gather(hub: TwatHub, coordinator: GameCoordinator, capture: Capture) -> Material:
    """Read what a reading of this capture is made from."""
    game = coordinator.data.game
    table = None if game.table is None else find_table(hub.entry, game.table)
    calibration = None if table is None else table.calibrations.get(game.game_type)
    return await hub.async_run(gather, hub.repository, capture.id, calibration)


async def _board(
    hub: TwatHub, client: VisionClient, profile: GameProfile, material: Material
) -> tuple[Calibration | None, str | None]:
    """Where the board lies, and a warning when that is not sure.

    A table without a calibration gets one for this game from the setup photo.
    """
    calibration = material.calibration
    sure = calibration is not None and (
        calibration.confidence is None or calibration.confidence >= BOARD_CONFIDENCE
    )
    if sure or not material.setup:
        # Once the setup was accepted, so was the board as it was seen in it.
        return calibration, None
    game, capture = material.record.game, material.capture
    image = await hub.async_run(hub.images.read, capture.image or "")
    layout = profile.layout_for(game.settings).to_json()
    found = await async_find_board(client, image, layout)
    if found is None:
        raise HopError(Hop.VISION, "board_not_found", "unreadable_board_not_found")
    found = replace(found, at=capture.captured_at)
    await hub.async_run(
        hub.repository.update_game,
        game.id,
        dt_util.utcnow(),
        settings={**game.settings, SETTING_BOARD: found.to_json()},
    )
    sure = found.confidence is not None and found.confidence >= BOARD_CONFIDENCE
    return found, None if sure else WARNING_BOARD_UNCERTAIN


async def _analyse(
    hub: TwatHub,
    coordinator: GameCoordinator,
    link: VisionLink,
    press: Press,
    material: Material,
) -> Job:
    """Hand the photo in and wait until its job has ended."""
    capture = material.capture
    corners = None if material.calibration is None else material.calibration.corners
    # With corners and no reference the service would look for them in the photo before.
    reference = (material.reference or capture) if corners else None
    record, base = material.record, material.base
    wishes = chosen(hub.entry, press.wishes or Wishes())
    request = analysis_request(
        record.game,
        coordinator.data.profile,
        base,
        capture_id=capture.id,
        images=ImageHashes(
            after=capture.image_sha256 or "",
            before=material.before.image_sha256 if material.before else None,
            reference=reference.image_sha256 if reference else None,
        ),
        corners=corners,
        previous=record.states.get(base.parent_id or ""),
        wishes=wishes,
    )
    with link.watch(capture.id, coordinator.async_set_stage) as watch:
        job_id = await _hand_in(hub, link.client, request, material)
        await hub.async_run(
            hub.repository.update_capture,
            capture.id,
            analysis_status=AnalysisStatus.PROCESSING,
            job_id=job_id,
            error=None,
        )
        press.hand_in(job_id)
        # The same capture handed in a second time may have been read long ago.
        job = await link.client.job(job_id)
        if job is not None and job.status in (
            JobStatus.COMPLETED,
            JobStatus.FAILED,
            JobStatus.CANCELLED,
        ):
            return job
        return await watch.ended(job_id)


async def _hand_in(
    hub: TwatHub, client: VisionClient, request: Mapping[str, Any], material: Material
) -> str:
    """Queue the job, with the photos that the service lacks; returns the job's id."""
    photos = {
        photo.image_sha256 or "": photo.image or ""
        for photo in (material.capture, material.before, material.reference)
        if photo is not None
    }
    busy = 0
    uploaded: set[str] = set()
    while True:
        try:
            return await client.analyse(request)
        except Busy as err:
            busy += 1
            if busy == _BUSY_TRIES:
                raise
            await asyncio.sleep(min(err.retry_after, _LONGEST_BUSY_WAIT))
        except Rejected as err:
            missing = set(err.details.get("missing", ())) & photos.keys() - uploaded
            if err.code != "images_missing" or not missing:
                raise
            await async_upload(hub, client, {digest: photos[digest] for digest in missing})
            uploaded |= missing


async def async_upload(hub: TwatHub, client: VisionClient, photos: Mapping[str, str]) -> None:
    """Give the service photos that it lacks.

    Args:
        hub: the hub.
        client: the vision service's.
        photos: paths in the photo folder, by SHA-256.

    Raises:
        HopError: one of them is gone.
        ServiceError: the service does not take them.
    """
    for digest, path in photos.items():
        await client.put_image(digest, await hub.async_run(hub.images.read, path))


def _refusal(err: ServiceError) -> Waiting | HopError:
    """What a failed request means for the photo: wait when it can work later, else give up."""
    reason = service_error(err)
    if isinstance(err, ConnectionFailed | Unauthorized | WrongVersion | Busy | NotAService):
        return Waiting(reason)
    return reason


def _job_failed(ended: Job) -> HopError:
    if ended.error is None:
        return HopError(Hop.VISION, ended.status.value, "vision_failed", reason=ended.status.value)
    return HopError(Hop.VISION, ended.error.code, "vision_failed", reason=ended.error.message)
