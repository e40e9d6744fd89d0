"""From the press to the outcome: one way for every caller, one queue for each game.

A capture goes through two steps. *Photographing*: light, camera, the file and its row; from here on
nothing can get lost. *Reading*: the vision service's job and what follows from it. The captures of
a game are read one after the other in the order of their photos, because each is read against what
was accepted before it. A press while one is under way waits for its turn; further presses join the
one that waits, for they would show the same table.
"""

import asyncio
from bisect import insort
from dataclasses import dataclass, field, replace
import logging
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .announce import async_tell_outcome
from .clients.camera import Resolution
from .clients.errors import Hop
from .const import DOMAIN, GameEvent
from .errors import HopError, invalid
from .games.model import AnalysisStatus, Capture, CaptureFailure, JournalEntry, JournalKind, new_id
from .outcome import Outcome
from .reading import Waiting, async_fetch_overlay, async_read
from .stills import Photo, async_still

if TYPE_CHECKING:
    from .coordinator import GameCoordinator
    from .hub import TwatHub
    from .vision_link import VisionLink

_LOGGER = logging.getLogger(__name__)

# When the service is there but could not take a photo, it is offered again after this many seconds.
_OFFER_AGAIN = 30.0
# One failure may be a hiccup; the second in a row deserves a repair issue.
_FAILURES_UNTIL_REPAIR = 2


@dataclass(slots=True)
class Press:
    """A capture that somebody asked for.

    Attributes:
        capture: its row as last written.
        done: what became of it.
    """

    capture: Capture
    resolution: Resolution
    done: asyncio.Future[Outcome]

    def settle(self, outcome: Outcome) -> None:
        """Tell whoever waits."""
        self.capture = outcome.capture
        if not self.done.done():
            self.done.set_result(outcome)


@dataclass(slots=True)
class _Queue:
    """The captures of one game.

    Attributes:
        waiting: asked for, not photographed yet.
        running: being photographed or read.
        photographed: to be read, in the order of their photos.
        failures: how many photos in a row could not be had.
    """

    waiting: Press | None = None
    running: Press | None = None
    photographed: list[Press] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    failures: int = 0
    entering: asyncio.Lock = field(default_factory=asyncio.Lock)


class CaptureManager:
    """All captures of a hub."""

    def __init__(self, hub: TwatHub) -> None:
        """Prepare; nothing is done before `async_start` or the first press."""
        self._hub = hub
        self._queues: dict[str, _Queue] = {}
        self._offer_again: CALLBACK_TYPE | None = None
        self._resuming: asyncio.Task[None] | None = None

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
        queue = self._queues.setdefault(game_id, _Queue())
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
    def async_resume(self) -> None:
        """Hand the photos that wait to the vision service."""
        if self._resuming is None or self._resuming.done():
            self._resuming = self._hub.entry.async_create_background_task(
                self._hub.hass, self._resume(), "twat resume captures"
            )

    async def async_drop(self, game_id: str) -> None:
        """Stop whatever is under way for a game."""
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

    async def _stop(self, queue: _Queue) -> None:
        if queue.waiting is not None:
            queue.waiting.settle(Outcome(queue.waiting.capture))
            queue.waiting = None
        if queue.task is not None:
            queue.task.cancel()
            await asyncio.wait([queue.task])

    def _press(self, capture: Capture, resolution: Resolution = Resolution.UHD) -> Press:
        return Press(capture, resolution, self._hub.hass.loop.create_future())

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

    async def _resume(self) -> None:
        hub = self._hub
        for capture in await hub.async_run(hub.repository.unfinished_captures):
            coordinator = hub.games.get(capture.game_id)
            if coordinator is None or capture.image is None:
                continue
            queue = self._queues.setdefault(capture.game_id, _Queue())
            under_way = (queue.waiting, queue.running, *queue.photographed)
            if not any(press and press.capture.id == capture.id for press in under_way):
                insort(queue.photographed, self._press(capture), key=_sequence)
            self._work(coordinator, queue)

    @callback
    def _work(self, coordinator: GameCoordinator, queue: _Queue) -> None:
        if queue.task is None or queue.task.done():
            queue.task = self._hub.entry.async_create_background_task(
                self._hub.hass,
                self._run(coordinator, queue),
                f"twat captures of {coordinator.game_id}",
            )

    async def _run(self, coordinator: GameCoordinator, queue: _Queue) -> None:
        """Photograph and read until nothing is left that can be done now."""
        try:
            while (press := self._next(queue)) is not None:
                queue.running = press
                if press.capture.image is None:
                    await self._photograph(coordinator, queue, press)
                elif (link := self._hub.link) is not None:
                    await self._read(coordinator, link, press)
                queue.running = None
        finally:
            # What is left waits on disk for the vision service or the next start.
            for press in filter(None, (queue.running, *queue.photographed)):
                press.settle(Outcome(press.capture))
            queue.running = None
            queue.photographed.clear()
            coordinator.async_set_stage(None)

    def _next(self, queue: _Queue) -> Press | None:
        """Photos come first: the table will look different soon."""
        if (press := queue.waiting) is not None:
            queue.waiting = None
            return press
        link = self._hub.link
        if queue.photographed and link is not None and link.available:
            return queue.photographed.pop(0)
        return None

    async def _photograph(self, coordinator: GameCoordinator, queue: _Queue, press: Press) -> None:
        hub = self._hub
        game = coordinator.data.game
        coordinator.async_set_stage("photographing")
        try:
            if game.table is None:
                raise invalid("game_without_table", game=game.name)
            photo = await async_still(hub.hass, hub.table(game.table), press.resolution)
            coordinator.async_set_stage("storing")
            press.capture = await hub.async_run(self._keep, press.capture, photo)
        except HomeAssistantError as err:
            queue.failures += 1
            await self._fail(coordinator, press, GameEvent.CAPTURE_FAILED, err)
            failure = _failure(err)
            if queue.failures >= _FAILURES_UNTIL_REPAIR or failure.hop == Hop.STORAGE:
                self._repair(coordinator, failure)
            return
        queue.failures = 0
        ir.async_delete_issue(hub.hass, DOMAIN, _issue_id(game.id))
        await hub.async_refresh(game.id)
        insort(queue.photographed, press, key=_sequence)

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

    async def _read(self, coordinator: GameCoordinator, link: VisionLink, press: Press) -> None:
        hub = self._hub
        try:
            outcome = await async_read(hub, coordinator, link, press.capture)
        except Waiting as err:
            capture = await hub.async_run(
                hub.repository.update_capture,
                press.capture.id,
                analysis_status=AnalysisStatus.PENDING,
                error=_failure(err.reason),
            )
            await hub.async_refresh(coordinator.game_id)
            press.settle(Outcome(capture))
            self._offer_again_later()
            return
        except HomeAssistantError as err:
            await self._fail(coordinator, press, GameEvent.ANALYSIS_FAILED, err)
            return
        await hub.async_refresh(coordinator.game_id)
        coordinator.async_set_stage(None)
        async_tell_outcome(coordinator, outcome)
        press.settle(outcome)
        await async_fetch_overlay(hub, coordinator, link, outcome.capture)

    async def _fail(
        self,
        coordinator: GameCoordinator,
        press: Press,
        event: GameEvent,
        err: HomeAssistantError,
    ) -> None:
        """Write down on the capture which part failed and what to do, and tell."""
        hub = self._hub
        failure = _failure(err)
        _LOGGER.warning(
            "Capture %s of %s failed (%s): %s",
            press.capture.sequence,
            coordinator.data.game.name,
            failure.hop,
            failure.message,
        )
        try:
            capture = await hub.async_run(
                hub.repository.update_capture,
                press.capture.id,
                analysis_status=AnalysisStatus.FAILED,
                error=failure,
            )
            await hub.async_refresh(coordinator.game_id)
        except HomeAssistantError as unwritten:
            # The row still says pending; the next start finds it and says that it was interrupted.
            _LOGGER.warning("The failure could not be written down: %s", unwritten)
            capture = replace(press.capture, analysis_status=AnalysisStatus.FAILED, error=failure)
        outcome = Outcome(capture, event)
        async_tell_outcome(coordinator, outcome)
        press.settle(outcome)

    @callback
    def _repair(self, coordinator: GameCoordinator, failure: CaptureFailure) -> None:
        ir.async_create_issue(
            self._hub.hass,
            DOMAIN,
            _issue_id(coordinator.game_id),
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=f"capture_{failure.hop}",
            translation_placeholders={
                "game": coordinator.data.game.name,
                "message": failure.message,
            },
        )

    @callback
    def _offer_again_later(self) -> None:
        """A service that is lost calls back by itself; one that refused has to be asked again."""
        link = self._hub.link
        if link is None or not link.available or self._offer_again is not None:
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


def _sequence(press: Press) -> int:
    return press.capture.sequence


def _issue_id(game_id: str) -> str:
    return f"capture_{game_id}"


def _failure(err: HomeAssistantError) -> CaptureFailure:
    """The failure as the capture keeps it.

    What is not a hop's own failure is a setting's: the table or its camera was removed.
    """
    if isinstance(err, HopError):
        return err.failure
    return CaptureFailure(
        hop=Hop.CAMERA.value, code=err.translation_key or "failed", message=str(err)
    )
