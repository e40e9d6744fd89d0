"""Names from an AI Task entity: carries the vision service's questions to it, and its replies back.

What is asked, how, and what becomes of the replies is the service's business; from there on it is as with names from the
service's own model (`names`). The sheet of crops that a question is about lies in the photo folder for as long as it is asked
about: attachments are media source ids, and Home Assistant's own media source knows that folder.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import json
import logging
from pathlib import Path
import time
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import ai_task
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import probatio

from .clients.errors import Hop, Rejected, ServiceError
from .clients.vision import Asking, Cost, Job, NameQuestion, VisionClient
from .coordinator import GameCoordinator, GameView
from .errors import HopError
from .failures import FailureLedger
from .games.model import Capture, GameStatus
from .names_by import ai_task_entity, names_coming
from .reading import async_upload

if TYPE_CHECKING:
    from .hub import TwatHub

_LOGGER = logging.getLogger(__name__)

TASK_NAME: Final = "TWAT names"
# A local model may have to be brought into memory first.
_ANSWER_SECONDS: Final = 240.0
# Before an entity that failed is asked again, each time longer; the service says when it is enough.
_FIRST_WAIT: Final = 15.0
_LONGEST_WAIT: Final = 600.0

# What can fail here: the entity, and putting the sheet on disk.
_HOPS: Final = (Hop.AI_TASK, Hop.STORAGE)
# With these the service says that it has changed its mind.
_NOT_ANY_MORE: Final = ("not_asked", "unknown_job")
_OVER: Final = (GameStatus.COMPLETED, GameStatus.ABANDONED)


class AiTaskNames:
    """Asks for the names of a hub's captures, each in a task of its own."""

    def __init__(self, hub: TwatHub) -> None:
        """Prepare."""
        self._hub = hub
        self._asking: dict[str, tuple[_Asking, asyncio.Task[None]]] = {}
        self._failures = FailureLedger(hub.hass)

    @callback
    def async_ask(
        self, coordinator: GameCoordinator, client: VisionClient, capture: Capture
    ) -> None:
        """Ask about a capture of which the service wants names from us; where that is under way, no longer wait to do so.

        Nobody is asked any more once the game is over, or the players have taken the capture back or gone on without it.
        """
        if (job_id := capture.job_id) is None:
            return
        if job_id in self._asking:
            self._asking[job_id][0].hurry()
            return
        entity_id = ai_task_entity(self._hub.entry)
        if entity_id is None or not _wanted(coordinator.data, capture.id):
            # What was asked for once, somebody else names now or nobody needs.
            self._later(_let_go(client, job_id))
            return
        asking = _Asking(self._hub, self._failures, coordinator, client, capture, job_id, entity_id)
        task = self._later(asking.run())
        self._asking[job_id] = (asking, task)

        @callback
        def look() -> None:
            if not _wanted(coordinator.data, capture.id) and task.cancel():
                self._later(_let_go(client, job_id))

        @callback
        def back(event: Event[EventStateChangedData]) -> None:
            was, now = event.data["old_state"], event.data["new_state"]
            if not _is_there(was) and _is_there(now):
                asking.hurry()

        stop = (
            coordinator.async_add_listener(look),
            async_track_state_change_event(self._hub.hass, entity_id, back),
        )

        @callback
        def ended(_task: asyncio.Task[None]) -> None:
            for each in stop:
                each()
            del self._asking[job_id]

        task.add_done_callback(ended)

    @callback
    def async_drop(self, game_id: str) -> None:
        """Stop asking for a game, and take back what was said of failures in it."""
        for asking, task in self._asking.values():
            if asking.capture.game_id == game_id:
                task.cancel()
        self._failures.worked(game_id, *_HOPS)

    @callback
    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._hub.async_background(work, "names by AI Task")


@dataclass(slots=True)
class _Asking:
    """Asking for the names of one capture, until there are any or the service gives up.

    Attributes:
        begun: when it was begun to count what it costs.
        calls: questions put since then.
        image_tokens: what their pictures cost.
    """

    hub: TwatHub
    failures: FailureLedger
    coordinator: GameCoordinator
    client: VisionClient
    capture: Capture
    job_id: str
    entity_id: str
    begun: float = 0.0
    calls: int = 0
    image_tokens: int = 0
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Ask, and after a failure ask again, later each time."""
        wait = _FIRST_WAIT
        while await self._still_wanted():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    @callback
    def hurry(self) -> None:
        """Ask at once where that is being waited for: there is a reason to believe that it goes better now."""
        self._hurry.set()

    async def _still_wanted(self) -> bool:
        """Ask once; whether the service wants names after that."""
        try:
            return names_coming((await self._try()).results)
        except ServiceError as err:
            if err.code in _NOT_ANY_MORE:
                _LOGGER.debug("No names for capture %s: %s", self.capture.sequence, err)
                return False
            # When a service that was lost is back, we are told to hurry.
            _LOGGER.warning("No names for capture %s: %s", self.capture.sequence, err)
            return True

    async def _try(self) -> Job:
        """Put all questions and bring the replies, or say why there are none; returns the job as it is then."""
        self._hurry.clear()
        self.begun, self.calls, self.image_tokens = time.monotonic(), 0, 0
        try:
            questions = await self._with_photos(lambda: self.client.name_questions(self.job_id))
            job = await self._answered(questions)
        except HopError as err:
            code = err.code if err.hop is Hop.AI_TASK else "server_error"
            _LOGGER.warning("No names for capture %s: %s", self.capture.sequence, err)
            view = self.coordinator.data
            self.failures.failed(view.game.id, view.game.name, err.failure)
            return await self.client.fail_names(
                self.job_id, self.entity_id, code, str(err), self._cost
            )
        self.failures.worked(self.capture.game_id, *_HOPS)
        return job

    @property
    def _cost(self) -> Cost:
        return Cost(self.calls, self.image_tokens, time.monotonic() - self.begun)

    async def _answered(self, questions: tuple[NameQuestion, ...]) -> Job:
        """Put all questions and bring the replies; one whose reply is none is put once more.

        Raises:
            HopError: there are no replies, or again such as are none.
        """
        replies = {question.id: await self._put(question) for question in questions}

        async def bring() -> Job:
            return await self.client.answer_names(self.job_id, self.entity_id, replies, self._cost)

        try:
            return await self._with_photos(bring)
        except Rejected as err:
            if err.code != "bad_answer":
                raise
            again = err.details["question"]
        replies |= {q.id: await self._put(q) for q in questions if q.id == again}
        try:
            return await self._with_photos(bring)
        except Rejected as err:
            if err.code != "bad_answer":
                raise
            raise self._failed("bad_answer", "ai_task_bad_answer", reason=err.message) from err

    async def _put(self, question: NameQuestion) -> list[Any]:
        """Put a question as often as it is to be; returns the replies.

        Raises:
            HopError: there is none.
        """
        replies = []
        async with self._sheet(question.image) as media_id:
            for asking in question.askings:
                self._check_entity()
                self.calls += 1
                self.image_tokens += question.image_tokens
                replies.append(await self._reply(asking, media_id))
        return replies

    def _check_entity(self) -> None:
        """Raise when there is nobody to ask."""
        state = self.hub.hass.states.get(self.entity_id)
        if state is None:
            raise self._failed("unreachable", "ai_task_missing")
        if not _is_there(state):
            raise self._failed("unreachable", "ai_task_unavailable")

    async def _reply(self, asking: Asking, media_id: str) -> Any:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                result = await ai_task.async_generate_data(
                    self.hub.hass,
                    task_name=TASK_NAME,
                    entity_id=self.entity_id,
                    instructions=asking.prompt,
                    structure=probatio.from_json_schema(dict(asking.schema)),
                    attachments=[
                        {"media_content_id": media_id, "media_content_type": "image/jpeg"}
                    ],
                )
        except TimeoutError as err:
            seconds = f"{_ANSWER_SECONDS:g}"
            raise self._failed("answer_timeout", "ai_task_timeout", seconds=seconds) from err
        except HomeAssistantError as err:
            raise self._failed("server_error", "ai_task_failed", reason=str(err)) from err
        except Exception as err:
            # The entity is another integration's, whose faults must not end our asking without a word.
            _LOGGER.exception("%s failed unexpectedly", self.entity_id)
            reason = f"{type(err).__name__}: {err}"
            raise self._failed("server_error", "ai_task_failed", reason=reason) from err
        try:
            json.dumps(result.data, allow_nan=False)
        except (TypeError, ValueError) as err:
            raise self._failed("bad_answer", "ai_task_bad_answer", reason=str(err)) from err
        return result.data

    def _failed(self, code: str, key: str, **words: str) -> HopError:
        return HopError(Hop.AI_TASK, code, key, entity=self.entity_id, **words)

    @asynccontextmanager
    async def _sheet(self, image: bytes) -> AsyncIterator[str]:
        """Have a picture where the entity's integration can read it; yields its media source id."""
        hub = self.hub
        file = await hub.async_run(hub.images.save_sheet, self.capture.game_id, image)
        try:
            yield _media_content_id(hub.hass, file)
        finally:
            await hub.async_run(hub.images.remove_sheet, file)

    async def _with_photos[T](self, call: Callable[[], Awaitable[T]]) -> T:
        """Call the service, and once more with photos that it has thrown away meanwhile."""
        try:
            return await call()
        except Rejected as err:
            if err.code != "images_missing":
                raise
            missing = err.details["missing"]
        hub = self.hub
        captures = await hub.async_run(hub.repository.list_captures, self.capture.game_id)
        photos = {c.image_sha256: c.image for c in captures if c.image_sha256 and c.image}
        await async_upload(hub, self.client, {sha: photos[sha] for sha in missing if sha in photos})
        return await call()


def _wanted(view: GameView, capture_id: str) -> bool:
    """Whether a capture's names are of use: its proposal waits, or what the players go on from was read from it."""
    if view.game.status in _OVER:
        return False
    moved = None if view.move_capture is None else view.move_capture.id
    proposed = None if view.proposal is None else view.proposal.capture_id
    return capture_id in (proposed, view.head.capture_id, moved)


def _is_there(state: State | None) -> bool:
    return state is not None and state.state != STATE_UNAVAILABLE


async def _let_go(client: VisionClient, job_id: str) -> None:
    """Tell the service that nobody will bring names; without that it only remembers them for longer."""
    try:
        await client.cancel(job_id)
    except ServiceError as err:
        _LOGGER.debug("Names of job %s could not be cancelled: %s", job_id, err)


def _media_content_id(hass: HomeAssistant, file: Path) -> str:
    """How Home Assistant's media source calls a file in one of its folders."""
    name, folder = next(
        (name, folder)
        for name, folder in hass.config.media_dirs.items()
        if file.is_relative_to(folder)
    )
    return f"media-source://media_source/{name}/{file.relative_to(folder).as_posix()}"
