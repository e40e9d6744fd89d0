"""A real Home Assistant on loopback, driven over its own API as its frontend does."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
import contextlib
from dataclasses import dataclass, field
import json
from pathlib import Path
import shutil
import time
from typing import Any, Self

import aiohttp

from .processes import (
    HOME_ASSISTANT_PYTHON,
    LOOPBACK,
    ROOT,
    ManagedProcess,
    ProcessFailed,
    free_port,
)

USER = "host"
PASSWORD = "tabletop"
READY_SECONDS = 180.0

CONFIGURATION = """\
homeassistant:
  name: Game room
  unit_system: metric
  time_zone: UTC
  country: GB
  language: en
  # In a container the default is a folder of the whole machine.
  media_dirs:
    local: {media}
frontend:
config:
api:
conversation:
automation: !include automations.yaml
scene: !include scenes.yaml
media_source:
recorder:
history:
logbook:
system_log:
logger:
  default: warning
  logs:
    custom_components.twat: info
"""


def _stored(key: str, version: int, minor_version: int, data: Mapping[str, Any]) -> str:
    return json.dumps(
        {"version": version, "minor_version": minor_version, "key": key, "data": data}
    )


def prepare_config(config: Path, port: int) -> None:
    """Write a minimal configuration: our integration, loopback only, nothing announced.

    The address is stored where Home Assistant keeps it: from YAML it would be on trial and taken
    back after five minutes. Onboarding's location and analytics steps count as done, for they set
    up services on the internet that a demonstration has no use for; the first user is made over
    the API as ever.
    """
    storage = config / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (config / "configuration.yaml").write_text(CONFIGURATION.format(media=config / "media"))
    (config / "media").mkdir(exist_ok=True)
    (config / "automations.yaml").write_text("[]\n")
    (config / "scenes.yaml").write_text("[]\n")
    (config / "custom_components").mkdir(exist_ok=True)
    # A package goes before the repository's own folder of that name, from which Home Assistant is started.
    (config / "custom_components" / "__init__.py").touch()
    link = config / "custom_components" / "twat"
    if not link.exists():
        link.symlink_to(ROOT / "custom_components" / "twat")
    http = {
        "stable": {
            "server_port": port,
            "server_host": [LOOPBACK],
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }
    (storage / "http").write_text(_stored("http", 2, 1, http))
    done = ["core_config", "analytics", "integration"]
    (storage / "onboarding").write_text(_stored("onboarding", 4, 1, {"done": done}))


class ApiError(RuntimeError):
    """Home Assistant refused a request; the text is its answer."""


@dataclass(slots=True)
class Client:
    """Home Assistant's REST and WebSocket API for one logged-in user."""

    base: str
    session: aiohttp.ClientSession
    token: str
    tokens: dict[str, Any]

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON (or text) of an API answer; raises ApiError on a refusal."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(
            method, f"{self.base}{path}", json=body, headers=headers
        ) as response:
            text = await response.text()
            if response.status >= 400:
                raise ApiError(f"{method} {path}: {response.status} {text}")
            return json.loads(text) if "json" in response.content_type else text

    async def action(self, domain: str, name: str, data: Mapping[str, Any]) -> Any:
        """Call an action and return its response."""
        path = f"/api/services/{domain}/{name}?return_response"
        return (await self.request("POST", path, data))["service_response"]

    async def act(self, domain: str, name: str, data: Mapping[str, Any]) -> None:
        """Call an action that answers nothing."""
        await self.request("POST", f"/api/services/{domain}/{name}", data)

    async def press(self, entity_id: str) -> None:
        """Press a button entity."""
        await self.act("button", "press", {"entity_id": entity_id})

    async def state(self, entity_id: str) -> dict[str, Any]:
        """Return state and attributes of an entity."""
        result: dict[str, Any] = await self.request("GET", f"/api/states/{entity_id}")
        return result

    async def command(self, kind: str, **fields: object) -> Any:
        """Send one WebSocket command and return its result."""
        async with self.listen() as socket:
            return await socket.command(kind, **fields)

    def listen(self) -> Listener:
        """Return an authenticated WebSocket connection (an async context manager)."""
        return Listener(self)

    async def flow(self, handler: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
        """Walk through a config flow and return its last answer."""
        return await self._walk("/api/config/config_entries/flow", {"handler": handler}, steps)

    async def subentry_flow(
        self, entry_id: str, kind: str, *steps: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Walk through a subentry's flow and return its last answer."""
        start = {"handler": [entry_id, kind]}
        return await self._walk("/api/config/config_entries/subentries/flow", start, steps)

    async def options_flow(self, entry_id: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
        """Walk through an entry's options and return the last answer."""
        path = "/api/config/config_entries/options/flow"
        return await self._walk(path, {"handler": entry_id}, steps)

    async def _walk(
        self, path: str, start: Mapping[str, Any], steps: tuple[Mapping[str, Any], ...]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = await self.request("POST", path, start)
        for step in steps:
            answer = await self.request("POST", f"{path}/{answer['flow_id']}", step)
            if answer.get("errors"):
                raise ApiError(f"{answer['step_id']}: {answer['errors']}")
        if answer["type"] == "abort":
            raise ApiError(f"the flow was aborted: {answer['reason']}")
        return answer


@dataclass(slots=True)
class Listener:
    """One WebSocket connection: commands, and events of one subscription."""

    client: Client
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _last_id: int = 0
    _events: list[dict[str, Any]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._socket = await self.client.session.ws_connect(
            f"{self.client.base}/api/websocket", max_msg_size=0
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self.client.token})
        answer = await self._socket.receive_json()
        if answer["type"] != "auth_ok":
            raise ApiError(f"websocket: {answer}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def command(self, kind: str, **fields: object) -> Any:
        """Send a command and return its result; events meanwhile are kept."""
        assert self._socket is not None
        self._last_id += 1
        await self._socket.send_json({"id": self._last_id, "type": kind, **fields})
        while True:
            message = await self._socket.receive_json()
            if message["type"] == "event":
                self._events.append(message["event"])
            elif message["id"] == self._last_id:
                if not message["success"]:
                    raise ApiError(f"{kind}: {message['error']}")
                return message["result"]

    async def event(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60.0
    ) -> dict[str, Any]:
        """Return the next event that `wanted` accepts, dropping those before it."""
        assert self._socket is not None
        async with asyncio.timeout(seconds):
            while True:
                if self._events:
                    event = self._events.pop(0)
                else:
                    event = (await self._socket.receive_json())["event"]
                if wanted(event):
                    return event


@dataclass(slots=True)
class HomeAssistant:
    """A Home Assistant process and its configuration folder."""

    config: Path
    port: int
    process: ManagedProcess

    @classmethod
    def create(cls, work: Path, port: int | None = None) -> HomeAssistant:
        """Prepare a new configuration below `work`."""
        config = work / "config"
        port = free_port(port)
        prepare_config(config, port)
        argv = [str(HOME_ASSISTANT_PYTHON), "-m", "homeassistant", "-c", str(config)]
        process = ManagedProcess(
            "home_assistant",
            [*argv, "--log-no-color"],
            work / "home_assistant.log",
            announces=False,
        )
        return cls(config, port, process)

    def add_integration(self, folder: Path) -> None:
        """Put an integration of somebody else's beside ours."""
        (self.config / "custom_components" / folder.name).symlink_to(folder)

    def add_profiles(self, files: Sequence[Path]) -> None:
        """Put game profiles where users put theirs."""
        folder = self.config / "twat" / "profiles"
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)

    @property
    def base(self) -> str:
        """The address, as a browser opens it."""
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self, session: aiohttp.ClientSession) -> None:
        """Start the process and wait until its web server answers."""
        await self.process.start()
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{self.base}/manifest.json") as response:
                    if response.status == 200:
                        return
            self._check(deadline)
            await asyncio.sleep(0.1)

    async def running(self, client: Client) -> None:
        """Wait until Home Assistant has set everything up."""
        deadline = time.monotonic() + READY_SECONDS
        while (await client.request("GET", "/api/config"))["state"] != "RUNNING":
            self._check(deadline)
            await asyncio.sleep(0.1)

    def _check(self, deadline: float) -> None:
        if not self.process.running or time.monotonic() > deadline:
            raise ProcessFailed(f"Home Assistant did not start:\n{self.process.log_tail()}")

    async def restart(self, client: Client) -> None:
        """Start again after a stop or a kill, and wait until everything is set up."""
        await self.start(client.session)
        await self.running(client)

    async def onboard(self, session: aiohttp.ClientSession) -> Client:
        """Create the first user, as the onboarding page does, and log in."""
        user = {
            "client_id": f"{self.base}/",
            "name": "Host",
            "username": USER,
            "password": PASSWORD,
            "language": "en",
        }
        async with session.post(f"{self.base}/api/onboarding/users", json=user) as response:
            if response.status != 200:
                raise ApiError(f"onboarding: {response.status} {await response.text()}")
            code = (await response.json())["auth_code"]
        return await self._exchange(session, code)

    async def log_in(self, session: aiohttp.ClientSession) -> Client:
        """Log in with user name and password."""
        client_id = f"{self.base}/"
        start = {
            "client_id": client_id,
            "handler": ["homeassistant", None],
            "redirect_uri": client_id,
        }
        async with session.post(f"{self.base}/auth/login_flow", json=start) as response:
            flow = (await response.json())["flow_id"]
        answer = {"client_id": client_id, "username": USER, "password": PASSWORD}
        async with session.post(f"{self.base}/auth/login_flow/{flow}", json=answer) as response:
            code = (await response.json())["result"]
        return await self._exchange(session, code)

    async def _exchange(self, session: aiohttp.ClientSession, code: str) -> Client:
        form = {
            "client_id": f"{self.base}/",
            "grant_type": "authorization_code",
            "code": code,
        }
        async with session.post(f"{self.base}/auth/token", data=form) as response:
            tokens = await response.json()
        return Client(self.base, session, tokens["access_token"], tokens)
