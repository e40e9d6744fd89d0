"""The event stream: followed, resumed, given up when refused."""

import asyncio
from hashlib import sha256
from io import BytesIO

from aiohttp import ClientSession, web
from PIL import Image
import pytest

from custom_components.twat.clients.errors import (
    ConnectionFailed,
    NotAService,
    Unauthorized,
    WrongVersion,
)
from custom_components.twat.clients.events import RETRY_LONGEST, Callbacks, VisionListener
from custom_components.twat.clients.vision import JobStatus, VisionClient


class Heard:
    """What the listener told, and a way to wait for more."""

    def __init__(self) -> None:
        self.log: list[tuple] = []
        self._more = asyncio.Event()

    def callbacks(self) -> Callbacks:
        return Callbacks(
            lambda: self._note("connected"),
            lambda error: self._note("lost", error),
            lambda event: self._note("event", event),
            lambda job: self._note("named", job),
            lambda news: self._note("model", news),
        )

    def _note(self, *what) -> None:
        self.log.append(what)
        self._more.set()

    async def until(self, happened) -> None:
        async with asyncio.timeout(20):
            while not happened(self.log):
                self._more.clear()
                await self._more.wait()

    def of(self, kind: str) -> list:
        return [what[1] for what in self.log if what[0] == kind and len(what) > 1]


@pytest.fixture
async def session(socket_enabled):
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def listen(session):
    """Start a listener; waits between two attempts are noted and not slept."""
    tasks = []

    def start(url: str, token: str = "token", waits: list | None = None) -> Heard:
        heard = Heard()

        async def no_sleep(seconds: float) -> None:
            if waits is not None:
                waits.append(seconds)
            await asyncio.sleep(0)

        listener = VisionListener(session, url, token, heard.callbacks(), sleep=no_sleep)
        tasks.append(asyncio.create_task(listener.run()))
        heard.task = tasks[-1]
        return heard

    yield start
    for task in tasks:
        task.cancel()
        await asyncio.wait([task])


def hello(cursor: int = 0, **changes) -> dict:
    return {"type": "hello", "cursor": cursor, "api_version": 1, "id": "f00d", **changes}


def completed(cursor: int) -> dict:
    return {
        "cursor": cursor,
        "type": "completed",
        "job_id": f"job{cursor}",
        "capture_id": "c",
        "results": {"moves": []},
    }


@pytest.fixture
def stream(fake):
    """A stream that says the given messages, one list for each connection, then closes."""

    async def make(*connections, asked: list | None = None):
        remaining = list(connections)

        async def handle(request: web.Request) -> web.WebSocketResponse:
            if asked is not None:
                asked.append(request.query.get("cursor"))
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            messages = remaining.pop(0) if remaining else None
            if messages is None:
                # Silent for as long as the listener stays.
                await socket.receive()
                return socket
            for message in messages:
                if isinstance(message, dict):
                    await socket.send_json(message)
                elif isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_str(message)
            await socket.close()
            return socket

        return await fake({("GET", "/v1/events"): handle})

    return make


# The real service


async def test_a_job_is_followed(session, listen, vision) -> None:
    heard = listen(vision.url, vision.token)
    await heard.until(lambda log: log)
    assert heard.log == [("connected",)]
    buffer = BytesIO()
    Image.new("RGB", (640, 480), "purple").save(buffer, "JPEG")
    image = buffer.getvalue()
    client = VisionClient(session, vision.url, vision.token)
    digest = sha256(image).hexdigest()
    await client.put_image(digest, image)
    job_id = await client.analyse(
        {
            "capture_id": "followed",
            "images": {"after": digest, "before": None, "reference": None},
            "board": {
                "corners": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]],
                "markers": None,
                "layout": {"grid": {"columns": 8, "rows": 8}},
            },
            "players": [],
        }
    )
    await heard.until(
        lambda _log: any(e.status is not JobStatus.PROCESSING for e in heard.of("event"))
    )
    events = [event for event in heard.of("event") if event.job_id == job_id]
    assert {event.capture_id for event in events} == {"followed"}
    assert events[0].status is JobStatus.PROCESSING
    assert events[0].stage in ("queued", "aligning")
    assert events[-1].status in (JobStatus.COMPLETED, JobStatus.FAILED)


async def test_a_restart_is_told_once_each_way(listen, own_vision) -> None:
    heard = listen(own_vision.url, own_vision.token)
    await heard.until(lambda log: ("connected",) in log)
    port = own_vision.port
    own_vision.stop()
    await heard.until(lambda log: log[-1][0] == "lost")
    own_vision.start(port)
    await heard.until(lambda log: len(log) >= 3)
    assert [what[0] for what in heard.log] == ["connected", "lost", "connected"]
    assert isinstance(heard.of("lost")[0], ConnectionFailed)


async def test_a_refused_token_ends_it(listen, vision) -> None:
    heard = listen(vision.url, "wrong")
    await heard.until(lambda log: log)
    assert isinstance(heard.of("lost")[0], Unauthorized)
    await heard.task


# What the real one never does


async def test_it_resumes_from_the_last_event(listen, stream) -> None:
    asked = []
    url = await stream(
        [hello(5), completed(6)], [hello(8), completed(7), completed(8)], asked=asked
    )
    heard = listen(url)
    await heard.until(lambda _log: len(heard.of("event")) == 3)
    assert asked[:2] == [None, "6"]
    assert [event.job_id for event in heard.of("event")] == ["job6", "job7", "job8"]


@pytest.mark.parametrize(
    "second",
    [
        [{"type": "reset", "cursor": 90}, hello(90)],
        [hello(90), {"type": "reset", "cursor": 90}],
        [hello(90, id="another")],
        [hello(1)],
    ],
)
async def test_a_service_that_forgot_starts_anew(listen, stream, second) -> None:
    asked = []
    heard = listen(await stream([hello(50)], second, asked=asked))
    await heard.until(lambda log: len(log) >= 4 and len(asked) >= 2)
    while len(asked) < 3:
        await asyncio.sleep(0)
    assert asked == [None, "50", str(second[-1]["cursor"])]


async def test_it_backs_off(listen) -> None:
    waits = []
    heard = listen("http://127.0.0.1:1", waits=waits)
    while len(waits) < 12:
        await asyncio.sleep(0)
    assert 0.4 <= waits[0] <= 0.6
    assert 0.8 <= waits[1] <= 1.2
    assert all(wait <= RETRY_LONGEST * 1.2 for wait in waits)
    assert waits[-1] >= RETRY_LONGEST * 0.8
    # However often it fails, the loss is told once.
    assert [what[0] for what in heard.log] == ["lost"]


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([hello(api_version=2)], WrongVersion),
        ([hello(api_version="x")], NotAService),
        ([completed(1)], NotAService),
        (["not json"], NotAService),
        ([b"bytes"], NotAService),
        (['"text"'], NotAService),
        ([], ConnectionFailed),
        ([hello(), {"type": "completed", "cursor": 1}], NotAService),
        ([hello(), {"type": "model", "cursor": 1}], NotAService),
        ([hello()], ConnectionFailed),
    ],
)
async def test_streams_that_will_not_do(listen, stream, messages, error) -> None:
    heard = listen(await stream(messages))
    await heard.until(lambda _log: heard.of("lost"))
    assert type(heard.of("lost")[0]) is error


async def test_no_stream_there(listen, fake, refuse) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return refuse(404, "not_found")

    heard = listen(await fake({("GET", "/v1/events"): handle}))
    await heard.until(lambda _log: heard.of("lost"))
    assert isinstance(heard.of("lost")[0], NotAService)


async def test_a_loss_that_turns_out_to_be_a_refusal(listen, fake) -> None:
    answers = iter(["closed", "closed", "refused"])

    async def handle(request: web.Request) -> web.StreamResponse:
        if next(answers) == "refused":
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close()
        return socket

    heard = listen(await fake({("GET", "/v1/events"): handle}))
    await heard.task
    assert [type(error) for error in heard.of("lost")] == [ConnectionFailed, Unauthorized]


async def test_failures_of_jobs_are_told(listen, stream) -> None:
    failed = {**completed(1), "type": "failed", "error": {"code": "bad", "message": "Bad."}}
    heard = listen(await stream([hello(), {**failed, "results": None}]))
    await heard.until(lambda _log: heard.of("event"))
    event = heard.of("event")[0]
    assert (event.status, event.error.code) == (JobStatus.FAILED, "bad")


async def test_what_a_later_service_tells_besides_is_passed_over(listen, stream) -> None:
    news = {"cursor": 1, "type": "horoscope", "text": "Beware of the bishop."}
    heard = listen(await stream([hello(), news, completed(2)], None))
    await heard.until(lambda log: any(what[0] == "event" for what in log))
    assert [event.job_id for event in heard.of("event")] == ["job2"]


async def test_names_and_downloads_are_told(listen, stream) -> None:
    pulling = {"type": "model", "model": "m", "status": "pulling", "completed": 1, "total": 4}
    heard = listen(
        await stream(
            [
                hello(),
                {**completed(1), "type": "named"},
                {**pulling, "cursor": 2, "message": None},
                {**pulling, "cursor": 3, "status": "failed", "total": 0, "message": "full"},
            ],
            None,
        )
    )
    await heard.until(lambda _log: len(heard.of("model")) == 2)
    (named,) = heard.of("named")
    assert (named.status, named.results) == (JobStatus.COMPLETED, {"moves": []})
    first, last = heard.of("model")
    assert (first.model, first.status, first.share) == ("m", "pulling", 0.25)
    assert (last.status, last.share, last.message) == ("failed", 0.0, "full")
