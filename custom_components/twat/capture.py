"""From the press to the outcome: one way for every caller, one queue for each game.

A capture goes through two steps. *Photographing*: light, camera, the file and its row; from here on
nothing can get lost. *Reading*: the vision service's job and what follows from it. The captures of
a game are read one after the other in the order of their photos, because each is read against what
was accepted before it. A press while one is under way waits for its turn; further presses join the
one that waits, for they would show the same table.
"""

import asyncio
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Unpack

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .announce import async_tell_outcome
from .clients.camera import Resolution
from .clients.errors import Hop
from .const import GameEvent
from .errors import HopError, invalid
from .failures import FailureLedger, failure_of
from .games.model import AnalysisStatus, Capture, JournalEntry, JournalKind, new_id
from .games.request import Wishes
from .names_by import names_coming
from .outcome import Outcome
from .press import GameQueue, Press
from .reading import Waiting, async_fetch_overlay, async_read
from .stills import Photo, async_still
from .storage.repository import CaptureFields

if TYPE_CHECKING:
    from .coordinator import GameCoordinator
    from .hub import TwatHub
    from .vision_link import VisionLink

_LOGGER = logging.getLogger(__name__)

# When the service is there but could not take a photo, it is offered again after this many seconds.
_OFFER_AGAIN = 30.0


class CaptureManager:
    """All captures of a hub."""

    def __init__(self, hub: TwatHub) -> None:
        """Prepare; nothing is done before the first press or `async_resume`."""
        self._hub = hub
        self._queues: dict[str, GameQueue] = {}
        self._failures = FailureLedger(hub.hass)
        self._offer_again: CALLBACK_TYPE | None = None
        self._resuming: asyncio.Task[None] | None = None
        # Not before the photos that waited are queued, so that none overtakes them.
        self._may_read = False

    async def async_capture(
        self,
        game_id: str,
        *,
        triggered_by: str | None,
        notes: str | None = None,
        resolution: Resolution = Resolution.UHD,
    ) -> Press:
        """Ask for a capture. It is on record when this returns; `Press.done` tells the outcome.

        Raises:
            ServiceValidationError: unknown game, or it has no table.
            HopError: the row could not be written.
        """
        coordinator = self._hub.game(game_id)
        if coordinator.data.game.table is None:
            raise invalid("game_without_table", game=coordinator.data.game.name)
        queue = self._queues.setdefault(game_id, GameQueue())
        run, repository = self._hub.async_run, self._hub.repository
        async with queue.entering:
            if (waiting := queue.waiting) is not None:
                if notes:
                    joined = "\n".join(filter(None, (waiting.capture.notes, notes)))
                    waiting.capture = await run(
                        repository.update_capture, waiting.capture.id, notes=joined
                    )
                return waiting
            capture = await run(
                repository.add_capture,
                game_id,
                capture_id=new_id(),
                captured_at=dt_util.utcnow(),
                triggered_by=triggered_by,
                notes=notes,
            )
            press = queue.waiting = self._press(capture, resolution)
        self._work(coordinator, queue)
        return press

    @callback
    def async_read_again(
        self, coordinator: GameCoordinator, capture: Capture, wishes: Wishes
    ) -> Press:
        """Ask for a photo to be read once more, in its turn; `Press.done` tells the outcome.

        Raises:
            ServiceValidationError: it is being read, or waits for that.
        """
        queue = self._queues.setdefault(coordinator.game_id, GameQueue())
        if queue.holds(capture.id):
            raise invalid("capture_being_read", sequence=str(capture.sequence))
        press = self._press(capture)
        press.wishes = wishes
        queue.add_photographed(press)
        self._work(coordinator, queue)
        return press

    async def async_give_up_interrupted(self) -> None:
        """Fail the captures that a restart interrupted before there was a photo."""
        hub = self._hub
        for capture in await hub.async_run(hub.repository.unfinished_captures):
            if capture.image is None:
                await hub.async_run(
                    hub.repository.update_capture,
                    capture.id,
                    analysis_status=AnalysisStatus.FAILED,
                    error=HopError(Hop.CAMERA, "interrupted", "capture_interrupted").failure,
                )

    @callback
    def async_resume(self) -> None:
        """Hand the photos that wait to the vision service, which is there (again)."""
        self._may_read = False
        if self._resuming is not None:
            self._resuming.cancel()
        self._resuming = self._hub.async_background(self._resume(), "resume captures")

    async def async_drop(self, game_id: str) -> None:
        """Stop whatever is under way for a game."""
        self._failures.worked(game_id, *Hop)
        if (queue := self._queues.pop(game_id, None)) is not None:
            await self._stop(queue)

    async def async_stop(self) -> None:
        """Stop everything; what is on disk goes on at the next start."""
        if self._offer_again is not None:
            self._offer_again()
            self._offer_again = None
        if self._resuming is not None:
            self._resuming.cancel()
        for queue in self._queues.values():
            await self._stop(queue)

    async def _stop(self, queue: GameQueue) -> None:
        if queue.waiting is not None:
            queue.waiting.settle(Outcome(queue.waiting.capture))
            queue.waiting = None
        if queue.task is not None:
            queue.task.cancel()
            await asyncio.wait([queue.task])

    async def _resume(self) -> None:
        hub = self._hub
        try:
            unfinished = await hub.async_run(hub.repository.unfinished_captures)
        except HomeAssistantError as err:
            _LOGGER.warning("The photos that wait could not be looked up: %s", err)
            self._offer_again_later()
            return
        for capture in unfinished:
            if capture.game_id in hub.games and capture.image is not None:
                queue = self._queues.setdefault(capture.game_id, GameQueue())
                queue.add_photographed(self._press(capture))
        self._may_read = True
        for game_id, queue in self._queues.items():
            if (coordinator := hub.games.get(game_id)) is not None:
                self._work(coordinator, queue)

    def _press(self, capture: Capture, resolution: Resolution = Resolution.UHD) -> Press:
        return Press(capture, resolution, self._hub.hass.loop.create_future())

    @callback
    def _work(self, coordinator: GameCoordinator, queue: GameQueue) -> None:
        if not queue.works:
            queue.task = self._hub.async_background(
                self._run(coordinator, queue), f"captures of {coordinator.game_id}"
            )

    async def _run(self, coordinator: GameCoordinator, queue: GameQueue) -> None:
        """Photograph and read until nothing is left that can be done now."""
        try:
            while (press := self._next(queue)) is not None:
                queue.running = press
                if press.capture.image is None:
                    await self._photograph(coordinator, queue, press)
                elif (link := self._hub.link) is not None:
                    await self._read(coordinator, queue, link, press)
                queue.running = None
        finally:
            # What is left waits on disk for the vision service or the next start.
            if queue.running is not None:
                queue.running.settle(Outcome(queue.running.capture))
                queue.running = None
            queue.settle()
            coordinator.async_set_stage(None)

    def _next(self, queue: GameQueue) -> Press | None:
        """Photos come first: the table will look different soon."""
        if (press := queue.waiting) is not None:
            queue.waiting = None
            return press
        link = self._hub.link
        if queue.photographed and self._may_read and link is not None and link.available:
            return queue.photographed.pop(0)
        return None

    async def _photograph(
        self, coordinator: GameCoordinator, queue: GameQueue, press: Press
    ) -> None:
        hub = self._hub
        coordinator.async_set_stage("photographing")
        try:
            table = hub.table(coordinator.data.game.table or "")
            photo = await async_still(hub.hass, table, press.resolution)
            coordinator.async_set_stage("storing")
            press.capture = await hub.async_run(self._keep, press.capture, photo)
        except HomeAssistantError as err:
            await self._fail(coordinator, press, GameEvent.CAPTURE_FAILED, err)
            return
        self._failures.worked(coordinator.game_id, Hop.CAMERA, Hop.STORAGE)
        await self._refresh(coordinator)
        queue.running = None
        queue.add_photographed(press)

    def _keep(self, capture: Capture, photo: Photo) -> Capture:
        """Put the photo on disk, then on record. Blocks."""
        hub = self._hub
        stored = hub.images.save(capture.game_id, capture.sequence, photo.taken_at, photo.image)
        kept = hub.repository.update_capture(
            capture.id,
            captured_at=photo.taken_at,
            image=stored.image,
            thumbnail=stored.thumbnail,
            image_sha256=stored.sha256,
        )
        hub.repository.add_journal(
            JournalEntry(
                game_id=capture.game_id,
                at=photo.taken_at,
                kind=JournalKind.CAPTURED,
                by=capture.triggered_by,
                capture_id=capture.id,
            )
        )
        return kept

    async def _read(
        self, coordinator: GameCoordinator, queue: GameQueue, link: VisionLink, press: Press
    ) -> None:
        try:
            outcome = await async_read(self._hub, coordinator, link, press)
        except Waiting as err:
            await self._wait(coordinator, queue, link, press, err.reason)
            return
        except HomeAssistantError as err:
            await self._fail(coordinator, press, GameEvent.ANALYSIS_FAILED, err)
            return
        self._failures.worked(coordinator.game_id, Hop.VISION)
        await self._refresh(coordinator)
        coordinator.async_set_stage(None)
        async_tell_outcome(coordinator, outcome)
        press.settle(outcome)
        if names_coming(outcome.capture.analysis_results):
            # They may have come while the first reading was being written down.
            await self._hub.names.async_catch_up()
        await async_fetch_overlay(self._hub, coordinator, link, outcome.capture)

    async def _wait(
        self,
        coordinator: GameCoordinator,
        queue: GameQueue,
        link: VisionLink,
        press: Press,
        reason: HopError,
    ) -> None:
        """Put a photo back to wait; nothing is read before it."""
        failure = reason.failure
        capture = await self._write(press, analysis_status=AnalysisStatus.PENDING, error=failure)
        await self._refresh(coordinator)
        press.settle(Outcome(capture))
        queue.running = None
        queue.add_photographed(press)
        self._may_read = False
        if link.available:
            # A service that is lost calls back by itself; one that refused has to be asked again.
            self._failures.failed(coordinator.game_id, coordinator.data.game.name, failure)
            self._offer_again_later()

    async def _fail(
        self,
        coordinator: GameCoordinator,
        press: Press,
        event: GameEvent,
        err: HomeAssistantError,
    ) -> None:
        """Write down on the capture which part failed and what to do, and tell."""
        failure = failure_of(err)
        game = coordinator.data.game.name
        _LOGGER.warning(
            "Capture %s of %s failed (%s): %s",
            press.capture.sequence,
            game,
            failure.hop,
            failure.message,
        )
        # What a photo was read as before stands.
        first = press.wishes is None
        status = AnalysisStatus.FAILED if first else press.capture.analysis_status
        capture = await self._write(press, analysis_status=status, error=failure)
        self._failures.failed(coordinator.game_id, game, failure)
        await self._refresh(coordinator)
        outcome = Outcome(capture, event)
        async_tell_outcome(coordinator, outcome)
        press.settle(outcome)

    async def _write(self, press: Press, **fields: Unpack[CaptureFields]) -> Capture:
        """Note on the capture's row; where that fails too, the next start finds it unfinished."""
        hub = self._hub
        try:
            return await hub.async_run(hub.repository.update_capture, press.capture.id, **fields)
        except HomeAssistantError as err:
            _LOGGER.warning("Capture %s could not be noted: %s", press.capture.sequence, err)
            return replace(press.capture, **fields)

    async def _refresh(self, coordinator: GameCoordinator) -> None:
        """Show the game as it stands; a database that cannot be read changes nothing about it."""
        try:
            await self._hub.async_refresh(coordinator.game_id)
        except HomeAssistantError as err:
            _LOGGER.warning("%s could not be read: %s", coordinator.data.game.name, err)

    @callback
    def _offer_again_later(self) -> None:
        if self._offer_again is not None:
            return

        @callback
        def offer(_now: object) -> None:
            self._offer_again = None
            self.async_resume()

        self._offer_again = async_call_later(
            self._hub.hass,
            _OFFER_AGAIN,
            HassJob(offer, "twat offer captures again", cancel_on_shutdown=True),
        )
