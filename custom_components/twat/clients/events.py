"""The vision service's push: one WebSocket kept open, resumed where it broke off."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import json
import random
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWSTimeout, WSMsgType
from aiohttp.client_exceptions import WSServerHandshakeError
from yarl import URL

from .base import API_VERSION
from .errors import ConnectionFailed, Hop, NotAService, ServiceError, Unauthorized, WrongVersion
from .vision import Job, JobStatus, ModelNews, as_job_error

RETRY_FIRST = 0.5
RETRY_LONGEST = 60.0
_HEARTBEAT = 20.0
_HELLO_TIMEOUT = 10.0

_PROGRESS = "progress"
_NAMED = "named"
_ENDS = {
    status.value: status for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
}


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Whom the listener tells.

    Attributes:
        connected: the stream stands. Events since the last one received follow, but a service that
            forgot them sends none: whoever waits for a job asks for it anew.
        lost: the stream is gone, and why. Told once for a loss, and again when the reason turns out
            to be of another kind (the service is back, but refuses the token).
        event: a job, as one event tells of it.
        named: a completed job whose results have changed: a model was asked for names, or cannot be.
        model: how the download of a model goes.
    """

    connected: Callable[[], None]
    lost: Callable[[ServiceError], None]
    event: Callable[[Job], None]
    named: Callable[[Job], None]
    model: Callable[[ModelNews], None]


class VisionListener:
    """Follows the vision service's events for as long as it runs."""

    def __init__(
        self,
        session: ClientSession,
        url: str,
        token: str,
        callbacks: Callbacks,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            session: shared HTTP session.
            url: `http://host:port` of the service.
            token: bearer token.
            callbacks: whom to tell.
            sleep: how to wait between two attempts.
        """
        self._session = session
        self._url = URL(url) / "v1/events"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._callbacks = callbacks
        self._sleep = sleep
        self._cursor: int | None = None
        self._service_id: str | None = None
        self._retry = RETRY_FIRST
        self._told: type[ServiceError] | None = None

    async def run(self) -> None:
        """Listen and reconnect until cancelled, or until the service refuses the token.

        The wait doubles with each failure up to a minute, with some jitter so that several
        clients do not come back at the same instant.
        """
        while True:
            try:
                await self._listen()
                error: ServiceError = ConnectionFailed(Hop.VISION, "the service closed the stream")
            except ServiceError as err:
                error = err
            if self._told is not type(error):
                self._told = type(error)
                self._callbacks.lost(error)
            if isinstance(error, Unauthorized):
                return
            await self._sleep(self._retry * random.uniform(0.8, 1.2))
            self._retry = min(self._retry * 2, RETRY_LONGEST)

    async def _listen(self) -> None:
        """Open the stream and stay on it until it closes."""
        params = {} if self._cursor is None else {"cursor": str(self._cursor)}
        try:
            async with self._session.ws_connect(
                self._url,
                params=params,
                headers=self._headers,
                heartbeat=_HEARTBEAT,
                timeout=ClientWSTimeout(ws_close=5),
                max_msg_size=0,
            ) as socket:
                async with asyncio.timeout(_HELLO_TIMEOUT):
                    first = await socket.receive()
                    opening = self._message(first.type, first.data)
                    if forgotten := opening["type"] == "reset":
                        first = await socket.receive()
                        opening = self._message(first.type, first.data)
                self._greet(opening, forgotten=forgotten)
                async for message in socket:
                    self._take(self._message(message.type, message.data))
        except WSServerHandshakeError as err:
            if err.status == 401:
                raise Unauthorized(Hop.VISION, "the vision service refuses the token") from err
            raise NotAService(Hop.VISION, f"no event stream: {err.message}") from err
        except (ClientError, OSError, TimeoutError) as err:
            raise ConnectionFailed(Hop.VISION, f"cannot follow {self._url}: {err}") from err

    def _message(self, kind: WSMsgType, data: Any) -> Mapping[str, Any]:
        if kind in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
            raise ConnectionFailed(Hop.VISION, "the event stream closed")
        try:
            body = json.loads(data) if kind is WSMsgType.TEXT else None
        except ValueError:
            body = None
        if not isinstance(body, dict) or "type" not in body:
            raise NotAService(Hop.VISION, "an event cannot be read")
        return body

    def _greet(self, hello: Mapping[str, Any], *, forgotten: bool) -> None:
        """Check who answers and tell that the stream stands.

        Args:
            hello: the service's first words.
            forgotten: the service no longer keeps the events since our cursor.
        """
        try:
            if hello["type"] != "hello":
                raise NotAService(Hop.VISION, "the event stream does not say hello")
            if (version := int(hello["api_version"])) != API_VERSION:
                raise WrongVersion(Hop.VISION, version)
            service_id = str(hello["id"])
            latest = int(hello["cursor"])
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(Hop.VISION, "the event stream's hello cannot be read") from err
        missed = (
            forgotten
            or self._cursor is None
            or self._service_id != service_id
            # A service that lost its memory counts anew.
            or latest < self._cursor
        )
        if missed:
            self._cursor = latest
        self._service_id = service_id
        self._retry = RETRY_FIRST
        self._told = None
        self._callbacks.connected()

    def _take(self, body: Mapping[str, Any]) -> None:
        try:
            kind, cursor = str(body["type"]), int(body["cursor"])
            if kind == "reset":
                self._cursor = cursor
                self._callbacks.connected()
                return
            self._cursor = cursor
            if kind == "model":
                total = int(body["total"])
                share = int(body["completed"]) / total if total else 0.0
                self._callbacks.model(
                    ModelNews(str(body["model"]), str(body["status"]), share, body["message"])
                )
                return
            if kind not in (_PROGRESS, _NAMED, *_ENDS):
                # Services of the same protocol may come to tell more.
                return
            event = Job(
                job_id=str(body["job_id"]),
                capture_id=str(body["capture_id"]),
                status=_ENDS.get(
                    kind, JobStatus.COMPLETED if kind == _NAMED else JobStatus.PROCESSING
                ),
                stage=str(body.get("stage", "done")),
                results=body.get("results"),
                error=as_job_error(body.get("error")),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(Hop.VISION, "an event cannot be read") from err
        if kind == _NAMED:
            self._callbacks.named(event)
        else:
            self._callbacks.event(event)
