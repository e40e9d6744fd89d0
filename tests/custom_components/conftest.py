"""Home Assistant with the integration, and the real services on loopback sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any
import urllib.request

from aiohttp import web
from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

# At import time, so that this package wins over the test harness's own custom_components.
import custom_components.twat  # noqa: F401

OUTCOMES = (
    "setup_captured",
    "move_detected",
    "nothing_changed",
    "review_needed",
    "analysis_failed",
    "capture_failed",
)


@pytest.fixture(autouse=True)
def _custom_integration(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration, in the tests that have a Home Assistant."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    return hass_tmp_config_dir


@pytest.fixture
def hass(hass: HomeAssistant, tmp_path: Path) -> HomeAssistant:
    """Home Assistant with a media folder of its own."""
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    return hass


@dataclass
class Service:
    """A service that runs as a process of its own."""

    command: list[str]
    data: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> None:
        self.process = subprocess.Popen(
            [*self.command, "--port", str(port)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on (http://\S+)\n", line)
        assert match, f"{self.command} said {line!r}"
        self.url = match[1]

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        return (self.data / "token").read_text().strip()

    @property
    def id(self) -> str:
        return (self.data / "id").read_text().strip()


@contextmanager
def run_service(module: str, data: Path, *options: str) -> Iterator[Service]:
    command = [
        *(sys.executable, "-m", module, "serve", "--host", "127.0.0.1"),
        *("--data-dir", str(data), "--name", f"Test {module}", "--no-announce", *options),
    ]
    service = Service(command, data)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def _vision(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with run_service("twat_vision", tmp_path_factory.mktemp("vision")) as service:
        yield service


@pytest.fixture(scope="session")
def _camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    options = ("--backend", "simulated", "--script", "grid", "--seed", "7")
    with run_service("twat_camera", tmp_path_factory.mktemp("camera"), *options) as service:
        yield service


@pytest.fixture
def vision(_vision: Service, socket_enabled: None) -> Service:
    """The real vision service; tests that stop it start `own_vision` instead."""
    return _vision


@pytest.fixture
def own_vision(tmp_path: Path, socket_enabled: None) -> Iterator[Service]:
    """A real vision service for one test, which may do with it as it likes."""
    with run_service("twat_vision", tmp_path / "vision") as service:
        yield service


@dataclass
class Camera(Service):
    """The real camera service with its simulated table."""

    def still(self) -> bytes:
        """A photo of the table."""
        request = urllib.request.Request(
            f"{self.url}/capture",
            data=b'{"resolution": "4k"}',
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            return response.read()

    def simulator(self, method: str, path: str = "", body: Mapping[str, Any] | None = None) -> Any:
        """Move what stands on the simulated table."""
        request = urllib.request.Request(
            f"{self.url}/simulator{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)


@pytest.fixture
def camera(_camera: Service, socket_enabled: None) -> Camera:
    """The real camera service, at the beginning of its scripted game."""
    camera = Camera(_camera.command, _camera.data, _camera.url)
    camera.simulator("POST", "/reset", {})
    camera.simulator("POST", "/hand", {"present": False})
    return camera


@pytest.fixture
async def core(hass: HomeAssistant) -> None:
    """What every Home Assistant has before integrations are set up."""
    assert await async_setup_component(hass, "homeassistant", {})


async def _add_entry(
    hass: HomeAssistant, kind: str, service: Service | None, **kwargs: Any
) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain="twat",
        title="TWAT" if kind == "hub" else "Camera",
        unique_id=service.id if service else None,
        data={
            "kind": kind,
            "url": service.url if service else None,
            "token": service.token if service else None,
            "id": service.id if service else None,
        },
        **kwargs,
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


type AddEntry = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
def add_entry(hass: HomeAssistant, core: None) -> AddEntry:
    """Set up an entry: `await add_entry("hub" | "camera", service or None)`."""
    return partial(_add_entry, hass)


@pytest.fixture
def table_data() -> Callable[..., ConfigSubentryData]:
    """Make a table's subentry: `table_data(camera_entity, **changes)`."""
    return _table_data


def _table_data(camera_entity: str, **changes: Any) -> ConfigSubentryData:
    return ConfigSubentryData(
        subentry_type="table",
        title="Table",
        unique_id=None,
        data={
            "name": "Table",
            "camera_entity": camera_entity,
            "extra_cameras": [],
            "scene": None,
            "settle_seconds": 0,
            "calibrations": {},
            **changes,
        },
    )


@pytest.fixture
async def camera_entry(add_entry: AddEntry, camera: Camera) -> MockConfigEntry:
    """A paired camera."""
    return await add_entry("camera", camera)


@pytest.fixture
def camera_entity(hass: HomeAssistant, camera_entry: MockConfigEntry, camera: Camera) -> str:
    entity_id = er.async_get(hass).async_get_entity_id("camera", "twat", f"{camera.id}_camera")
    assert entity_id
    return entity_id


@dataclass
class Played:
    """A game of the simulated table, as tests play it."""

    hass: HomeAssistant
    hub: ConfigEntry[Any]
    camera: Camera
    id: str
    device_id: str

    def entity_id(self, platform: str, key: str) -> str:
        entity_id = er.async_get(self.hass).async_get_entity_id(
            platform, "twat", f"{self.id}_{key}"
        )
        assert entity_id, f"no {platform} {key}"
        return entity_id

    def state(self, platform: str, key: str) -> Any:
        return self.hass.states.get(self.entity_id(platform, key))

    async def press(self, button: str) -> None:
        await self.hass.services.async_call(
            "button", "press", {"entity_id": self.entity_id("button", button)}, blocking=True
        )

    async def action(self, name: str, **data: Any) -> Any:
        return await self.hass.services.async_call(
            "twat",
            name,
            {"game_id": self.id, **data},
            blocking=True,
            return_response=name != "delete_game",
        )

    async def capture(self, **data: Any) -> Any:
        return await self.action("capture", wait=True, **data)

    async def idle(self) -> None:
        """Wait until nothing is under way for this game, the annotated photo included."""
        queue = self.hub.runtime_data.captures._queues[self.id]
        await asyncio.wait([queue.task])

    def advance(self) -> Any:
        """Let the players of the simulated table make their next move; returns the truth."""
        script = self.camera.simulator("GET")
        self.camera.simulator("POST", "/advance", {"steps": 1})
        return script["steps"][script["step"]]["moves"]


@pytest.fixture
def scripted_table(camera: Camera, camera_entity: str) -> ConfigSubentryData:
    """The simulated table, calibrated."""
    corners = camera.simulator("GET")["corners"]
    calibration = {"corners": corners, "confidence": None, "method": "manual", "at": None}
    return _table_data(camera_entity, calibrations={"generic_grid": calibration})


@pytest.fixture
async def hub(
    add_entry: AddEntry, vision: Service, scripted_table: ConfigSubentryData
) -> MockConfigEntry:
    """A hub with the real vision service and a calibrated table."""
    entry = await add_entry("hub", vision, subentries_data=[scripted_table])
    link = entry.runtime_data.link
    await _until(lambda: link.available, link)
    return entry


async def _until(happened: Callable[[], object], source: Any) -> None:
    changed = asyncio.Event()
    remove = source.async_add_listener(changed.set)
    try:
        async with asyncio.timeout(60):
            while not happened():
                changed.clear()
                await changed.wait()
    finally:
        remove()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """Wait until something is so, looking whenever a source tells its listeners.

    `await until(lambda: link.available, link)`
    """
    return _until


@pytest.fixture
def create_game(hass: HomeAssistant, camera: Camera) -> Callable[..., Awaitable[Played]]:
    """Create the simulated table's game: `await create_game(hub)`; what is changed to None is not said."""

    async def create(hub: ConfigEntry[Any], **changes: Any) -> Played:
        script = camera.simulator("GET")
        pieces = [{k: p[k] for k in ("type", "player", "space")} for p in script["start"]]
        data = {
            "name": "Friday night",
            "game_type": script["profile"],
            "players": script["players"],
            "settings": script["settings"],
            "table": "Table",
            "pieces": pieces,
            **changes,
        }
        created = await hass.services.async_call(
            "twat",
            "create_game",
            {key: value for key, value in data.items() if value is not None},
            blocking=True,
            return_response=True,
        )
        await hass.async_block_till_done()
        return Played(hass, hub, camera, created["game_id"], created["device_id"])

    return create


@pytest.fixture
async def game(hub: MockConfigEntry, create_game: Callable[..., Awaitable[Played]]) -> Played:
    """A game at the simulated table, nothing captured yet."""
    return await create_game(hub)


@pytest.fixture
async def doubtful_game(
    hub: MockConfigEntry, create_game: Callable[..., Awaitable[Played]]
) -> Played:
    """A game whose host accepts nothing by itself, with its first move waiting for review."""
    settings = {"columns": 8, "rows": 8, "confidence_threshold": 1.0}
    game = await create_game(hub, settings=settings)
    await game.capture()
    game.advance()
    read = await game.capture()
    assert read["outcome"] == "review_needed", read
    return game


@pytest.fixture
def outcomes(hass: HomeAssistant) -> list[Event]:
    """Every outcome that the event bus carried so far."""
    events: list[Event] = []

    @callback
    def note(event: Event) -> None:
        events.append(event)

    for outcome in OUTCOMES:
        hass.bus.async_listen(f"twat_{outcome}", note)
    return events


type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def fake(socket_enabled: None) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Answer for a service what the real one cannot be made to say.

    `url = await fake({("GET", "/health"): handler})`; anything else is answered with 500.
    """
    runners: list[web.AppRunner] = []

    async def serve(handlers: Mapping[tuple[str, str], Handler]) -> str:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        for (method, path), handler in handlers.items():
            app.router.add_route(method, path, handler)

        async def unexpected(request: web.Request) -> web.Response:
            raise AssertionError(f"unexpected {request.method} {request.path}")

        app.router.add_route("*", "/{rest:.*}", unexpected)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def health() -> Callable[..., dict[str, Any]]:
    """What a service says of itself: `health("twat-camera", api_version=2)`."""

    def answer(service: str, **changes: Any) -> dict[str, Any]:
        return {
            "status": "ok",
            "service": service,
            "id": "f00d",
            "name": "Fake",
            "version": "0.1.0",
            "api_version": 1,
            **changes,
        }

    return answer


@pytest.fixture
def refuse() -> Callable[..., web.Response]:
    """A refusal as the services word it: `refuse(409, "images_missing", missing=[…])`."""

    def response(status: int, code: str, **details: Any) -> web.Response:
        headers = (
            {"Retry-After": str(details.pop("retry_after"))} if "retry_after" in details else {}
        )
        error = {"code": code, "message": f"It is {code}.", "details": details}
        return web.json_response({"error": error}, status=status, headers=headers)

    return response


@pytest.fixture
def pairing_code() -> Callable[[Service], str]:
    """The pairing code that a service shows on its own machine."""

    def read(service: Service) -> str:
        with urllib.request.urlopen(f"{service.url}/health") as response:
            return str(json.load(response)["pairing_code"])

    return read
