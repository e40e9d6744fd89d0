"""A running service to talk to, in this process or in one that can be killed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
import hashlib
import io
import os
from pathlib import Path
import random
import signal
import sys
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image
import pytest

from twat_service import ServiceInfo
from twat_vision.service import app as app_module
from twat_vision.service.settings import Settings

SCRIPTED_WORKER = Path(__file__).with_name("scripted_worker.py")


def _photo(seed: int = 0, size: tuple[int, int] = (160, 120), kind: str = "JPEG") -> bytes:
    noise = random.Random(seed).randbytes(size[0] * size[1])
    image = Image.frombytes("L", size, noise)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _request(capture_id: str, after: str, **more: Any) -> dict[str, Any]:
    return {
        "capture_id": capture_id,
        "images": {"after": after},
        "board": {
            "corners": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]],
            "layout": {"grid": {"columns": 8, "rows": 8}},
        },
        **more,
    }


async def _until(true: Callable[[], Any]) -> Any:
    """Wait for something outside the event loop, such as a file or another process."""
    while not (value := true()):
        await asyncio.sleep(0.005)
    return value


@pytest.fixture
def photo() -> Callable[..., bytes]:
    return _photo


@pytest.fixture
def sha() -> Callable[[bytes], str]:
    return _sha


@pytest.fixture
def analysis() -> Callable[..., dict[str, Any]]:
    return _request


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Awaitable[Any]]:
    return _until


@dataclass
class Client:
    """A client with the token, and shorthands for what tests do all the time."""

    url: str
    token: str
    session: aiohttp.ClientSession

    async def upload(self, data: bytes) -> str:
        async with self.session.put(f"/v1/images/{_sha(data)}", data=data) as response:
            assert response.status in {200, 201}, await response.text()
        return _sha(data)

    async def submit(self, capture_id: str, after: str, **more: Any) -> str:
        body = _request(capture_id, after, **more)
        async with self.session.post("/v1/analyses", json=body) as response:
            assert response.status in {200, 202}, await response.text()
            job_id: str = (await response.json())["job_id"]
        return job_id

    async def job(self, job_id: str) -> dict[str, Any]:
        async with self.session.get(f"/v1/jobs/{job_id}") as response:
            assert response.status == 200, await response.text()
            body: dict[str, Any] = await response.json()
        return body

    async def error(self, method: str, path: str, **kwargs: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.request(method, path, **kwargs) as response:
            body = await response.json()
        return response.status, body["error"]

    @contextlib.asynccontextmanager
    async def events(self, cursor: int | None = None) -> AsyncIterator[Events]:
        query = "" if cursor is None else f"?cursor={cursor}"
        async with self.session.ws_connect(f"/v1/events{query}") as socket:
            yield Events(socket, await socket.receive_json())


@dataclass
class Events:
    """An open stream of events."""

    socket: aiohttp.ClientWebSocketResponse
    hello: dict[str, Any]
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        event: dict[str, Any] = await self.socket.receive_json()
        self.seen.append(event)
        return event

    async def until(self, kind: str, **wanted: Any) -> dict[str, Any]:
        while True:
            event = await self.next()
            if event["type"] == kind and all(event.get(k) == v for k, v in wanted.items()):
                return event


@contextlib.asynccontextmanager
async def _client(url: str, data_dir: Path) -> AsyncIterator[Client]:
    token = (data_dir / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(url, headers=headers) as session:
        yield Client(url, token, session)


@dataclass
class Service(Client):
    """A service in this process, whose workers do what the scripted one's description says."""

    app: web.Application
    data_dir: Path
    control: Path

    def hold(self, capture_id: str) -> Path:
        """Let the worker wait in the middle of this capture's job, until `release`."""
        path = self.control / capture_id
        os.mkfifo(path)
        return path

    async def release(self, path: Path) -> None:
        """Wait until the worker waits, and let it go on; later tries of the same job do not wait."""

        def open_writer() -> int | None:
            # Only works once somebody reads.
            with contextlib.suppress(OSError):
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            return None

        writer = await _until(open_writer)
        path.unlink()
        os.close(writer)


StartService = Callable[..., contextlib.AbstractAsyncContextManager[Service]]


@pytest.fixture
def start_service(tmp_path: Path) -> StartService:
    """Start a service over `tmp_path`; a second start is a restart."""
    data_dir, control = tmp_path / "data", tmp_path / "control"
    control.mkdir()

    @contextlib.asynccontextmanager
    async def start(real: bool = False, **settings: Any) -> AsyncIterator[Service]:
        command = (sys.executable, "-S", "-E", str(SCRIPTED_WORKER), str(control))
        app = app_module.create_app(
            ServiceInfo("twat-vision", "TWAT vision", "1.2.3", 8099),
            Settings(data_dir, **settings),
            **({} if real else {"worker_command": command}),
        )
        runner = web.AppRunner(app, shutdown_timeout=1)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with _client(url, data_dir) as client:
                yield Service(url, client.token, client.session, app, data_dir, control)
        finally:
            await runner.cleanup()

    return start


@pytest.fixture
async def service(start_service: StartService) -> AsyncIterator[Service]:
    async with start_service() as started:
        yield started


@dataclass
class Process(Client):
    """The service as a process of its own, with its real worker."""

    process: asyncio.subprocess.Process

    def worker_pid(self) -> int:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0])

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.fixture
def spawn(tmp_path: Path) -> Callable[..., contextlib.AbstractAsyncContextManager[Process]]:
    """Start `python -m twat_vision serve` over `tmp_path / "data"`."""
    data_dir = tmp_path / "data"

    @contextlib.asynccontextmanager
    async def start(*options: str) -> AsyncIterator[Process]:
        arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--no-announce"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "twat_vision", *arguments),
            *("--data-dir", str(data_dir), *options),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            line = (await process.stdout.readline()).decode()
            async with _client(line.split()[-1], data_dir) as client:
                yield Process(client.url, client.token, client.session, process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    return start
