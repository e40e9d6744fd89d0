"""The stream of events: in order, complete, resumable."""

import asyncio
import socket as sockets
import sqlite3

from aiohttp import WSMsgType
import pytest

from twat_vision.service import event_log, jobs
from twat_vision.service.handlers import events as handler
from twat_vision.service.keys import DATABASE, EVENTS, SOCKETS


async def test_hello_comes_first_and_progress_in_order(service, photo):
    after = await service.upload(photo())
    async with service.session.get("/health") as response:
        identity = await response.json()
    async with service.events() as events:
        assert events.hello["type"] == "hello"
        assert events.hello["api_version"] == 1
        assert events.hello["id"] == identity["id"]
        job_id = await service.submit("cap-1", after)
        completed = await events.until("completed")

    cursors = [event["cursor"] for event in events.seen]
    first = events.hello["cursor"] + 1
    assert cursors == list(range(first, first + 3))
    common = {"job_id": job_id, "capture_id": "cap-1"}
    assert events.seen[:2] == [
        {"cursor": first, "type": "progress", **common, "stage": "queued"},
        {"cursor": first + 1, "type": "progress", **common, "stage": "aligning"},
    ]
    assert completed["results"] == (await service.job(job_id))["results"]


async def test_resume_from_a_cursor_gets_what_was_missed(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        start = events.hello["cursor"]
        await service.submit("cap-1", after)
        await events.until("completed")
    async with service.events(start) as again:
        await again.until("completed")
        assert again.seen == events.seen
    async with service.events(events.seen[0]["cursor"]) as later:
        await later.until("completed")
        assert later.seen == events.seen[1:]


async def test_resume_survives_a_restart(start_service, photo):
    async with start_service() as service:
        after = await service.upload(photo())
        async with service.events() as events:
            await service.submit("cap-1", after)
            await events.until("completed")
    async with start_service() as service, service.events(events.hello["cursor"]) as again:
        await again.until("completed")
        assert again.seen == events.seen


async def test_long_absence_is_caught_up_in_batches(service, photo, monkeypatch):
    monkeypatch.setattr(handler, "_BATCH", 2)
    after = await service.upload(photo())
    async with service.events() as events:
        for number in range(3):
            await service.submit(f"cap-{number}", after)
        for _ in range(3):
            await events.until("completed")
    async with service.events(events.hello["cursor"]) as again:
        for _ in range(3):
            await again.until("completed")
        assert again.seen == events.seen


async def test_cursor_that_is_too_old_is_reset(service, photo, monkeypatch):
    monkeypatch.setattr(event_log, "KEPT", 2)
    after = await service.upload(photo())
    async with service.events() as events:
        await service.submit("cap-1", after)
        await events.until("completed")
    latest = events.seen[-1]["cursor"]

    async with service.events(latest - 3) as again:
        assert await again.next() == {"type": "reset", "cursor": latest}
        # Afterwards the stream goes on.
        await service.submit("cap-2", after)
        await again.until("completed", capture_id="cap-2")
    async with service.events(latest + 1) as again:
        assert (await again.next())["cursor"] == latest + 2


async def test_cursor_from_another_life_is_reset(service):
    async with service.events(10**17) as events:
        assert await events.next() == {"type": "reset", "cursor": events.hello["cursor"]}
    async with service.events(0) as events:
        assert (await events.next())["type"] == "reset"


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 19, ""])
async def test_cursor_that_is_no_number(service, cursor):
    status, error = await service.error("GET", f"/v1/events?cursor={cursor}")
    assert (status, error["code"]) == (422, "invalid_field")
    assert error["details"]["field"] == "cursor"


async def test_plain_request_is_told_what_is_missing(service):
    status, error = await service.error("GET", "/v1/events")
    assert (status, error["code"]) == (400, "invalid_request")


async def test_every_client_gets_every_event(service, photo):
    after = await service.upload(photo())
    async with service.events() as one, service.events() as two:
        await service.submit("cap-1", after)
        await one.until("completed")
        await two.until("completed")
        assert one.seen == two.seen


async def test_words_from_the_client_are_ignored(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        await events.socket.send_str("hello?")
        await events.socket.send_bytes(bytes(1000))
        await service.submit("cap-1", after)
        await events.until("completed")


async def test_client_that_leaves_is_forgotten(service, until):
    async with service.events():
        assert len(service.app[SOCKETS]) == 1
    await until(lambda: not service.app[SOCKETS])


async def test_stopping_says_goodbye(start_service):
    async with start_service() as service:
        socket = await service.session.ws_connect("/v1/events")
        await socket.receive_json()
        closing = asyncio.create_task(socket.receive())
        await handler.close_sockets(service.app)
        message = await closing
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)


async def test_client_that_does_not_read_is_dropped_and_costs_others_nothing(
    service, photo, monkeypatch, until
):
    """A socket nobody reads fills up; the service gives it up instead of keeping events for it."""
    monkeypatch.setattr(handler, "_SEND_SECONDS", 1.0)
    after = await service.upload(photo())
    async with service.events() as reader:
        slow = await _connect_without_reading(service)
        await until(lambda: len(service.app[SOCKETS]) == 2)

        def flood(connection):
            job = jobs._unfinished(connection)[0]
            for _ in range(200):
                jobs._event(connection, job, "progress", {"stage": "x" * 100_000})

        held = service.hold("hold-1")
        await service.submit("hold-1", after)
        await reader.until("progress", stage="aligning")
        # This one reads all the while; left unread, it would be dropped as rightly as the other.
        completed = asyncio.create_task(reader.until("completed"))
        await service.app[DATABASE].call(flood)
        service.app[EVENTS].wake()
        await until(lambda: len(service.app[SOCKETS]) == 1)
        await service.release(held)
        await completed
        slow.close()


async def test_stream_that_breaks_is_ended_so_that_the_client_comes_back(
    service, photo, monkeypatch, until
):
    after = await service.upload(photo())

    def broken(*args):
        raise sqlite3.OperationalError("disk I/O error")

    async with service.events() as events:
        monkeypatch.setattr(event_log, "after", broken)
        await service.submit("cap-1", after)
        assert (await events.socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    monkeypatch.undo()
    async with service.events(events.hello["cursor"]) as again:
        await again.until("completed")


async def _connect_without_reading(service):
    """Do the handshake on a bare socket with a small buffer and then nothing more."""
    host, port = service.url.removeprefix("http://").split(":")
    slow = sockets.socket()
    slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    slow.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(slow, (host, int(port)))
    await loop.sock_sendall(
        slow,
        (
            f"GET /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {service.token}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode(),
    )
    assert (await loop.sock_recv(slow, 12)) == b"HTTP/1.1 101"
    return slow
