"""Answers that the real services never give: other versions, nonsense, silence."""

import asyncio

from aiohttp import ClientSession, ClientTimeout, web
import pytest

from custom_components.twat.clients import base
from custom_components.twat.clients.camera import CameraClient
from custom_components.twat.clients.errors import (
    Busy,
    ConnectionFailed,
    NotAService,
    Rejected,
    TimedOut,
    WrongVersion,
)
from custom_components.twat.clients.vision import Cost, VisionClient


@pytest.fixture
async def session(socket_enabled):
    async with ClientSession() as session:
        yield session


@pytest.fixture
def answering(fake, session):
    """A client of a service that answers one request in one way."""

    async def make(kind, method, path, response):
        async def handle(_request: web.Request) -> web.StreamResponse:
            return response() if callable(response) else response

        return kind(session, await fake({(method, path): handle}), "token")

    return make


async def test_another_major_version(answering, health) -> None:
    client = await answering(
        VisionClient, "GET", "/health", web.json_response(health("twat-vision", api_version=2))
    )
    with pytest.raises(WrongVersion) as error:
        await client.health()
    assert error.value.api_version == 2


@pytest.mark.parametrize(
    "body", ['"ok"', "[]", "{", "<html>", '{"service": "twat-camera"}', "null"]
)
async def test_a_health_that_is_none(answering, body) -> None:
    client = await answering(CameraClient, "GET", "/health", lambda: web.Response(text=body))
    with pytest.raises(NotAService):
        await client.health()


async def test_a_page_instead_of_a_refusal(answering) -> None:
    client = await answering(
        CameraClient, "GET", "/status", web.Response(status=502, text="<html>Bad Gateway</html>")
    )
    with pytest.raises(NotAService, match="502"):
        await client.status()


async def test_a_redirect_is_not_followed(answering) -> None:
    client = await answering(
        CameraClient, "GET", "/status", web.Response(status=302, headers={"Location": "/elsewhere"})
    )
    with pytest.raises(NotAService):
        await client.status()


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("3", 3), ("-5", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1)]
)
async def test_come_back_later(answering, refuse, retry_after, seconds) -> None:
    client = await answering(
        VisionClient, "POST", "/v1/analyses", refuse(503, "queue_full", retry_after=retry_after)
    )
    with pytest.raises(Busy) as error:
        await client.analyse({})
    assert (error.value.code, error.value.retry_after) == ("queue_full", seconds)


async def test_a_refusal_of_head(answering) -> None:
    client = await answering(VisionClient, "HEAD", "/v1/images/x", web.Response(status=500))
    with pytest.raises(Rejected) as error:
        await client.has_image("x")
    assert error.value.code == "http_500"


@pytest.mark.parametrize(
    ("kind", "method", "path", "body", "ask"),
    [
        (CameraClient, "GET", "/status", {"status": "ready"}, lambda c: c.status()),
        (CameraClient, "POST", "/pair", {"id": "1"}, lambda c: c.pair("123456")),
        (VisionClient, "POST", "/v1/analyses", {}, lambda c: c.analyse({})),
        (VisionClient, "GET", "/v1/jobs/x", {"job_id": "x"}, lambda c: c.job("x")),
        (
            VisionClient,
            "GET",
            "/v1/jobs/x/questions",
            {"questions": [{"id": "1", "image": "no base64!", "askings": []}]},
            lambda c: c.name_questions("x"),
        ),
        (
            VisionClient,
            "POST",
            "/v1/jobs/x/answers",
            {"job_id": "x"},
            lambda c: c.answer_names("x", "ai_task.cloud", {}, Cost(2, 1400, 1.0)),
        ),
        (
            VisionClient,
            "POST",
            "/v1/boards/detect",
            {"corners": [[0, 0]], "confidence": 1, "method": "grid"},
            lambda c: c.detect_board("x", {}),
        ),
    ],
)
async def test_answers_that_cannot_be_read(answering, kind, method, path, body, ask) -> None:
    client = await answering(kind, method, path, web.json_response(body))
    with pytest.raises(NotAService):
        await ask(client)


@pytest.mark.parametrize(
    ("method", "path", "ask"),
    [
        ("GET", "/v1/jobs/x", lambda c: c.job("x")),
        ("DELETE", "/v1/jobs/x", lambda c: c.cancel("x")),
    ],
)
async def test_a_job_that_is_refused(answering, refuse, method, path, ask) -> None:
    client = await answering(VisionClient, method, path, refuse(400, "no"))
    with pytest.raises(Rejected):
        await ask(client)


async def test_a_still_without_its_particulars(answering) -> None:
    client = await answering(
        CameraClient,
        "POST",
        "/capture",
        web.Response(
            body=b"jpeg", headers={"X-Twat-Captured-At": "yesterday", "X-Twat-Gain": "much"}
        ),
    )
    still = await client.capture()
    assert (still.image, still.captured_at, dict(still.settings)) == (b"jpeg", None, {})


async def test_a_dropped_connection(fake, session) -> None:
    async def drop(request: web.Request) -> web.StreamResponse:
        request.transport.abort()
        return web.Response()

    client = CameraClient(session, await fake({("GET", "/status"): drop}), "token")
    with pytest.raises(ConnectionFailed):
        await client.status()


async def test_silence(fake, session, monkeypatch) -> None:
    over = asyncio.Event()

    async def wait(_request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    monkeypatch.setattr(base, "QUICK", ClientTimeout(total=0.05))
    client = CameraClient(session, await fake({("GET", "/health"): wait}), "token")
    with pytest.raises(TimedOut) as error:
        await client.health()
    assert error.value.code == "timeout"
    over.set()
