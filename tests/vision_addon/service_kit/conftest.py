"""A service of the kit's own, served on a real socket, and a clock that tests turn."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
import pytest

from twat_service import ApiError, Pairing, ServiceInfo, create_app, json_object

Client = TestClient[web.Request, web.Application]


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Codes:
    """Codes in a known order: 000001, 000002, …"""

    announced: list[str] = field(default_factory=list)
    numbers: count = field(default_factory=lambda: count(1))

    def new(self) -> str:
        return f"{next(self.numbers):06d}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes() -> Codes:
    return Codes()


@pytest.fixture
def pairing(clock: Clock, codes: Codes) -> Pairing:
    return Pairing(clock, codes.new, codes.announced.append)


@pytest.fixture
def info() -> ServiceInfo:
    return ServiceInfo("twat-camera", "TWAT camera", "1.2.3", 8098, "Attic")


@pytest.fixture
def app(info: ServiceInfo, tmp_path: Path, pairing: Pairing) -> web.Application:
    """An application with routes that go wrong in every way."""
    app = create_app(info, tmp_path / "data", client_max_size=1000, pairing=pairing)

    async def echo(request: web.Request) -> web.Response:
        return web.json_response(await json_object(request))

    async def refuse(_: web.Request) -> web.Response:
        raise ApiError(409, "taken", "Somebody sits there.", {"seat": 3}, {"X-Seat": "3"})

    async def crash(_: web.Request) -> web.Response:
        raise ZeroDivisionError("unheard of")

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half of it")
        raise ZeroDivisionError("in the middle")

    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("/health")

    async def teapot(_: web.Request) -> web.Response:
        raise web.HTTPConflict(text="Not while it is running")

    app.router.add_post("/echo", echo)
    app.router.add_get("/refuse", refuse)
    app.router.add_get("/crash", crash)
    app.router.add_get("/half", half)
    app.router.add_get("/elsewhere", elsewhere)
    app.router.add_get("/conflict", teapot)
    return app


@pytest.fixture
async def client(app: web.Application) -> AsyncIterator[Client]:
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


@pytest.fixture
def token(app: web.Application, tmp_path: Path) -> str:
    return (tmp_path / "data" / "token").read_text().strip()


@pytest.fixture
def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def pair(client: Client) -> Callable[[object], Awaitable[tuple[int, dict, dict]]]:
    """Try a code; returns status, body and headers."""

    async def post(code: object) -> tuple[int, dict, dict]:
        async with client.post("/pair", json={"code": code}) as response:
            return response.status, await response.json(), dict(response.headers)

    return post
