"""The line to the vision service: is it there, and what became of the jobs handed to it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_call_later

from .clients.errors import ConnectionFailed, Hop, ServiceError, Unauthorized, WrongVersion
from .clients.events import Callbacks, VisionListener
from .clients.vision import Job, JobStatus, ModelNews, VisionClient
from .const import CONF_VISION_MODEL, DOMAIN
from .models import async_report_models

_LOGGER = logging.getLogger(__name__)

ISSUE_UNAVAILABLE = "vision_unavailable"
ISSUE_WRONG_VERSION = "vision_wrong_version"
# A restart or an update of the service is over by then.
REPAIR_AFTER = 300.0

_ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


class JobWatch:
    """One capture's job, followed from before it is handed in until it has ended."""

    def __init__(self, on_stage: Callable[[str], None]) -> None:
        """Tell `on_stage` how far the job is."""
        self._on_stage = on_stage
        self._ended: dict[str, Job] = {}
        self._changed = asyncio.Event()
        self._lost: ServiceError | None = None

    @callback
    def take(self, event: Job) -> None:
        """Note an event of this capture."""
        if event.status in _ENDED:
            self._ended[event.job_id] = event
            self._changed.set()
        else:
            self._on_stage(event.stage)

    @callback
    def lose(self, error: ServiceError) -> None:
        """Note that no more events will come."""
        self._lost = error
        self._changed.set()

    async def ended(self, job_id: str) -> Job:
        """Wait until a job has ended. Jobs that this one replaced are not meant.

        Raises:
            ServiceError: the line broke; the job goes on at the service.
        """
        while job_id not in self._ended:
            if self._lost is not None:
                raise self._lost
            self._changed.clear()
            await self._changed.wait()
        return self._ended[job_id]


class VisionLink:
    """Follows one vision service."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        on_available: Callable[[], None],
        on_named: Callable[[Job], None],
    ) -> None:
        """Prepare.

        Args:
            hass: Home Assistant.
            entry: the hub's.
            on_available: told each time the service comes (back).
            on_named: told when names of a completed job have come, or what is in their way.
        """
        session = async_get_clientsession(hass)
        url, token = entry.data[CONF_URL], entry.data[CONF_TOKEN]
        self.client = VisionClient(session, url, token)
        self.error: ServiceError | None = ConnectionFailed(Hop.VISION, "not connected yet")
        self._hass = hass
        self._entry = entry
        self._on_available = on_available
        self._listener = VisionListener(
            session,
            url,
            token,
            Callbacks(self._connected, self._lost, self._event, on_named, self._model),
        )
        self._downloads: list[Callable[[ModelNews], None]] = []
        self._watches: dict[str, JobWatch] = {}
        self._listeners: list[CALLBACK_TYPE] = []
        self._cancel_repair: CALLBACK_TYPE | None = None
        self._was_lost = False

    @property
    def model(self) -> str | None:
        """The vision-language model that the host chose; None for the service's choice."""
        chosen: str | None = self._entry.options.get(CONF_VISION_MODEL)
        return chosen

    @property
    def available(self) -> bool:
        """Whether the service can be handed work and will tell what becomes of it."""
        return self.error is None

    @callback
    def async_start(self) -> None:
        """Connect, and stay connected until the entry is unloaded."""
        self._entry.async_create_background_task(
            self._hass, self._listener.run(), "twat vision events"
        )
        self._entry.async_on_unload(self._stop)
        self._schedule_repair()

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Tell `listener` when the service is lost or back; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def download(self, on_news: Callable[[ModelNews], None]) -> Iterator[None]:
        """Follow the downloads of models."""
        self._downloads.append(on_news)
        try:
            yield
        finally:
            self._downloads.remove(on_news)

    @contextmanager
    def watch(self, capture_id: str, on_stage: Callable[[str], None]) -> Iterator[JobWatch]:
        """Follow a capture's job; open this before handing it in, so that nothing is missed."""
        watch = self._watches[capture_id] = JobWatch(on_stage)
        try:
            yield watch
        finally:
            del self._watches[capture_id]

    @callback
    def _connected(self) -> None:
        """Take note; captures that were under way are handed in again, which finds their jobs."""
        if self._was_lost:
            _LOGGER.info("The vision service is back")
        self._was_lost = False
        self.error = None
        self._unschedule_repair()
        ir.async_delete_issue(self._hass, DOMAIN, ISSUE_UNAVAILABLE)
        ir.async_delete_issue(self._hass, DOMAIN, ISSUE_WRONG_VERSION)
        self._notify()
        self._on_available()
        self._check_models()

    @callback
    def _lost(self, error: ServiceError) -> None:
        self.error = error
        if not self._was_lost:
            _LOGGER.warning("The vision service is lost, photos wait until it is back: %s", error)
        self._was_lost = True
        for watch in self._watches.values():
            watch.lose(error)
        if isinstance(error, Unauthorized):
            self._entry.async_start_reauth(self._hass)
        elif isinstance(error, WrongVersion):
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                ISSUE_WRONG_VERSION,
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key=ISSUE_WRONG_VERSION,
                translation_placeholders={"api_version": str(error.api_version)},
            )
        else:
            self._schedule_repair()
        self._notify()

    @callback
    def _event(self, event: Job) -> None:
        if (watch := self._watches.get(event.capture_id)) is not None:
            watch.take(event)

    @callback
    def _model(self, news: ModelNews) -> None:
        for listener in list(self._downloads):
            listener(news)
        if news.status == "done":
            self._check_models()

    @callback
    def _check_models(self) -> None:
        self._entry.async_create_background_task(
            self._hass,
            async_report_models(self._hass, self._entry, self.client, self.model),
            "twat vision models",
        )

    @callback
    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()

    @callback
    def _schedule_repair(self) -> None:
        if self._cancel_repair is None:
            self._cancel_repair = async_call_later(
                self._hass,
                REPAIR_AFTER,
                HassJob(self._repair, "twat vision repair", cancel_on_shutdown=True),
            )

    @callback
    def _unschedule_repair(self) -> None:
        if self._cancel_repair is not None:
            self._cancel_repair()
            self._cancel_repair = None

    @callback
    def _repair(self, _now: object) -> None:
        self._cancel_repair = None
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            ISSUE_UNAVAILABLE,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_UNAVAILABLE,
            translation_placeholders={
                "url": self._entry.data[CONF_URL],
                "reason": str(self.error),
            },
        )

    @callback
    def _stop(self) -> None:
        self._unschedule_repair()
        for watch in self._watches.values():
            watch.lose(ConnectionFailed(Hop.VISION, "the integration is being unloaded"))
