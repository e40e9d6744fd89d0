"""Names that a model gave after the reading: the proposal that waits is made anew with them."""

import asyncio
from collections.abc import Coroutine
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from .ai_task_names import AiTaskNames
from .announce import async_tell_outcome
from .clients.errors import ServiceError
from .clients.vision import Job
from .games.model import AnalysisStatus, Capture
from .names_by import names_asked_of_us, names_coming
from .reading import WARNING_BOARD_UNCERTAIN, async_conclude, async_gather

if TYPE_CHECKING:
    from .hub import TwatHub

_LOGGER = logging.getLogger(__name__)


class Names:
    """Takes the names of a hub's captures, those of one game one after the other.

    Attributes:
        ai_task: asks for them where the service has no model of its own to ask.
    """

    def __init__(self, hub: TwatHub) -> None:
        """Prepare."""
        self._hub = hub
        self._locks: dict[str, asyncio.Lock] = {}
        self.ai_task = AiTaskNames(hub)

    @callback
    def async_came(self, job: Job) -> None:
        """Take the names of a job, or what is said of them."""
        self._later(self.async_take(job))

    @callback
    def async_look(self) -> None:
        """Look for names that came while nobody listened."""
        self._later(self.async_catch_up())

    @callback
    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self._hub.async_background(work, "names")

    async def async_take(self, job: Job) -> None:
        """Put the names of a job onto its capture, and into the proposal if that still waits.

        What the players have accepted, corrected or rejected meanwhile stays as they left it.
        """
        try:
            await self._take(job)
        except HomeAssistantError as err:
            # The photo and its first reading are safe; reading it anew brings the names, too.
            _LOGGER.warning("No names for capture %s: %s", job.capture_id, err)

    async def async_catch_up(self) -> None:
        """Take the names that came while nobody listened, and ask for those that are wanted from us."""
        hub = self._hub
        if hub.link is None:
            return
        for coordinator in list(hub.games.values()):
            capture = coordinator.data.newest
            if capture is None or capture.job_id is None:
                continue
            if not names_coming(capture.analysis_results):
                continue
            try:
                job = await hub.link.client.job(capture.job_id)
            except ServiceError as err:
                _LOGGER.debug("Job %s cannot be looked at: %s", capture.job_id, err)
                return
            if job is None:
                continue
            if job.results != capture.analysis_results:
                await self.async_take(job)
            if names_asked_of_us(job.results):
                self.ai_task.async_ask(coordinator, hub.link.client, capture)

    async def _take(self, job: Job) -> None:
        hub = self._hub
        capture = await hub.async_run(hub.repository.get_capture, job.capture_id)
        coordinator = hub.games.get(capture.game_id)
        if coordinator is None or not _is_of(job, capture):
            return
        results = dict(job.results or {})
        async with self._locks.setdefault(capture.game_id, asyncio.Lock()):
            capture = await hub.async_run(
                hub.repository.update_capture, capture.id, analysis_results=results
            )
            material = await async_gather(hub, coordinator, capture)
            proposal = material.record.proposal
            outcome = None
            if proposal is not None and proposal.capture_id == capture.id:
                uncertain = WARNING_BOARD_UNCERTAIN in proposal.warnings
                warning = WARNING_BOARD_UNCERTAIN if uncertain else None
                profile = coordinator.data.profile
                outcome = await async_conclude(hub, profile, material, results, warning)
            await hub.async_refresh(capture.game_id)
        if outcome is not None:
            async_tell_outcome(coordinator, outcome)


def _is_of(job: Job, capture: Capture) -> bool:
    """Whether a capture has been read by this job: an earlier one of it is of no interest."""
    return (
        capture.job_id == job.job_id
        and capture.analysis_status is AnalysisStatus.COMPLETED
        and job.results is not None
    )
