"""Services on real sockets, with whatever camera a test asks for."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
import importlib
from pathlib import Path
import sys
from types import ModuleType

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
import numpy as np
from PIL import Image
import pytest

from twat_camera.__main__ import INFO
from twat_camera.backends.simulated import SimulatedCamera
from twat_camera.camera import LOCKS, Camera
from twat_camera.service import add_camera
from twat_camera.simulator.script import load_script
from twat_service import create_app

Client = TestClient[web.Request, web.Application]
Serve = Callable[..., Awaitable[Client]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Serve a camera, with more routes where given; the client has the token."""
    async with AsyncExitStack() as stack:

        async def start(camera: Camera, add_routes: Callable[..., None] | None = None) -> Client:
            app = create_app(INFO, tmp_path / "data")
            host = add_camera(app, camera, INFO.version)
            if add_routes is not None:
                add_routes(app, host, camera)
            token = (tmp_path / "data" / "token").read_text().strip()
            client = TestClient(
                TestServer(app, host="127.0.0.1"), headers={"Authorization": f"Bearer {token}"}
            )
            return await stack.enter_async_context(client)

        yield start


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three photos of different sizes, and things that are none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, size in (("001.jpg", (640, 480)), ("002.JPG", (800, 600)), ("010.jpeg", (300, 500))):
        pixels = rng.integers(0, 255, (size[1], size[0], 3), np.uint8)
        Image.fromarray(pixels).save(folder / name, "JPEG")
    (folder / "truth.json").write_text("{}")
    (folder / "old.jpg").mkdir()
    return folder


@pytest.fixture
def fake_picamera2(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The strict fakes in place of picamera2 and libcamera; fresh for every test."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "fakes"))
    names = ("libcamera", "picamera2", "twat_camera.backends.picamera2")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("picamera2")
    for name in names:
        sys.modules.pop(name, None)


class _KeptCamera(SimulatedCamera):
    """A service that ends does not take its table away."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def drawn_camera() -> Iterator[SimulatedCamera]:
    """A simulated camera whose table has been drawn; drawing takes seconds, so tests share it."""
    camera = _KeptCamera(load_script("grid"), "grid", seed=1)
    camera.start()
    yield camera
    SimulatedCamera.close(camera)


@pytest.fixture
def simulated(drawn_camera: SimulatedCamera) -> SimulatedCamera:
    """The shared camera, set up anew."""
    drawn_camera.reset()
    drawn_camera.set_locks(dict.fromkeys(LOCKS, True))
    return drawn_camera
