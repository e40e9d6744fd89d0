"""`GET /v1/events`: what happens to jobs, pushed, and resumable from a cursor."""

import asyncio
import contextlib
import functools
from typing import Any, Final

from aiohttp import WSCloseCode, web

from twat_service import API_VERSION, service_id
from twat_vision.service import event_log
from twat_vision.service.keys import DATABASE, EVENTS, SOCKETS
from twat_vision.service.parse import invalid_field

_BATCH: Final = 100
_HEARTBEAT_SECONDS: Final = 20.0
_SEND_SECONDS: Final = 30.0
"""A client that does not take an event for so long is dropped; it resumes with its cursor."""


async def get_events(request: web.Request) -> web.WebSocketResponse:
    """Push events until the client leaves."""
    cursor = _cursor(request)
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    sending = asyncio.create_task(_send_events(request.app, socket, cursor))
    sending.add_done_callback(functools.partial(_hang_up, request))
    try:
        # Nothing is expected from the client; receiving is what notices pongs and its leaving.
        async for _ in socket:
            pass
    finally:
        request.app[SOCKETS].discard(socket)
        sending.cancel()
        # That the client went away, or does not read, is no fault of ours; all else is.
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
            await sending
    return socket


async def close_sockets(app: web.Application) -> None:
    """Tell all clients that the service stops."""
    sockets = app[SOCKETS]
    await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(sockets)))


def _hang_up(request: web.Request, sending: asyncio.Task[None]) -> None:
    """End a connection on which nothing is sent any more, so that the client comes back.

    Without a farewell: that would have to get through the buffers that may be what is full.
    """
    if not sending.cancelled() and request.transport is not None:
        request.transport.abort()


async def _send_events(
    app: web.Application, socket: web.WebSocketResponse, cursor: int | None
) -> None:
    database, signal = app[DATABASE], app[EVENTS]
    oldest, latest = await database.call(event_log.bounds)
    await _send(
        socket,
        {
            "type": "hello",
            "cursor": latest,
            "api_version": API_VERSION,
            "id": service_id(app),
        },
    )
    position = latest if cursor is None else cursor
    while True:
        ticket = signal.ticket()
        oldest, latest = await database.call(event_log.bounds)
        if not oldest <= position <= latest:
            # Too old, or from a queue that is no more: what was missed cannot be told.
            position = latest
            await _send(socket, {"type": "reset", "cursor": latest})
        events = await database.call(event_log.after, position, _BATCH)
        for position, event in events:
            await _send(socket, {"cursor": position, **event})
        if not events:
            await ticket.wait()


async def _send(socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await socket.send_json(message)


def _cursor(request: web.Request) -> int | None:
    text = request.query.get("cursor")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid_field("cursor", "The cursor is no number.", "a whole number from 0")
    return int(text)
