"""Set up a game table as its host would: services, Home Assistant, pairing, one table a camera."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from .home_assistant import ApiError, Client, HomeAssistant
from .processes import (
    ROOT,
    ManagedProcess,
    ai_task_model,
    camera_service,
    model_server,
    vision_service,
)

OUTCOMES = frozenset(
    f"twat_{outcome}"
    for outcome in (
        "setup_captured",
        "move_detected",
        "nothing_changed",
        "review_needed",
        "analysis_failed",
        "capture_failed",
    )
)
STAND_IN_AI = ROOT / "tests" / "fakes" / "ai_task" / "stand_in_ai"
_UNNAMED = frozenset({"names_pending", "names_unavailable"})


@dataclass(slots=True)
class Camera:
    """A running camera service, and what Home Assistant calls its camera."""

    process: ManagedProcess
    session: aiohttp.ClientSession
    token: str
    table: str
    entity_id: str

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Call the service itself: the simulated table's hand that moves the pieces."""
        return json.loads(await self._request(method, path, body))

    async def still(self) -> bytes:
        """Take a photo of our own, at full size."""
        return await self._request("POST", "/capture", {"resolution": "4k"})

    async def _request(self, method: str, path: str, body: object) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.process.url}{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            if response.status >= 400:
                raise ApiError(f"{method} {url}: {response.status} {await response.text()}")
            return await response.read()


@dataclass(slots=True)
class Stage:
    """All parts, running."""

    work: Path
    session: aiohttp.ClientSession
    vision: ManagedProcess
    home_assistant: HomeAssistant
    client: Client
    hub_entry: str
    cameras: dict[str, Camera]
    models: ManagedProcess | None = None

    async def add_camera(self, process: ManagedProcess) -> Camera:
        """Pair a camera service with Home Assistant and put a table under it."""
        host, port, code = await _address_and_code(self.session, process.url)
        entry = await self.client.flow(
            "twat", {"next_step_id": "camera"}, {"host": host, "port": port}, {"code": code}
        )
        entry_id = entry["result"]["entry_id"]
        entities = await self.client.command("config/entity_registry/list")
        entity_id = next(
            e["entity_id"]
            for e in entities
            if e["config_entry_id"] == entry_id and e["entity_id"].startswith("camera.")
        )
        table = {"name": f"Table {process.name}", "camera_entity": entity_id, "settle_seconds": 0}
        await self.client.subentry_flow(self.hub_entry, "table", table)
        token = (self.work / process.name / "token").read_text().strip()
        camera = Camera(process, self.session, token, table["name"], entity_id)
        self.cameras[process.name] = camera
        return camera

    async def create_game(self, camera: Camera, game: Mapping[str, Any]) -> Game:
        """Create a game at the camera's table."""
        answer = await self.client.action("twat", "create_game", {**game, "table": camera.table})
        entities = await self.client.command("config/entity_registry/list")
        prefix = f"{answer['game_id']}_"
        ids = {
            f"{e['entity_id'].split('.')[0]}.{e['unique_id'].removeprefix(prefix)}": e["entity_id"]
            for e in entities
            if e["platform"] == "twat" and e["unique_id"].startswith(prefix)
        }
        return Game(self.client, answer["game_id"], ids)


@dataclass(slots=True)
class Game:
    """One game, as a player at the table meets it."""

    client: Client
    id: str
    entities: dict[str, str]

    async def press_capture(self, *, named: bool = False) -> dict[str, Any]:
        """Press the capture button; return the event that says what came of it.

        With `named`, the one after the names of the pieces have come from a model, or will not.
        """
        async with self.client.listen() as listener:
            await listener.command("subscribe_events")
            await self.client.press(self.entities["button.capture"])
            event = await listener.event(
                lambda e: (
                    e["event_type"] in OUTCOMES
                    and e["data"]["game_id"] == self.id
                    and not (named and _UNNAMED.intersection(e["data"]["warnings"]))
                )
            )
        return {**event["data"], "outcome": event["event_type"].removeprefix("twat_")}

    async def action(self, name: str, **data: object) -> Any:
        """Call one of the game's actions."""
        return await self.client.action("twat", name, {"game_id": self.id, **data})


@asynccontextmanager
async def stage(
    work: Path,
    cameras: Sequence[tuple[str, Sequence[str]]],
    *,
    port: int | None = None,
    profiles: Sequence[Path] = (),
    ollama_stub: bool = False,
    ai_task_stub: bool = False,
) -> AsyncIterator[Stage]:
    """Run everything below `work`; `cameras` are names and options of camera services.

    `profiles` are files of games that the host has added. With `ollama_stub` the vision service
    asks a stand-in for an Ollama server; with `ai_task_stub` Home Assistant asks an AI Task entity whose model is a stand-in.

    The parts are ended in the order in which they lean on each other, whatever happens inside.
    """
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120))
        )

        models = (
            model_server(work) if ollama_stub else ai_task_model(work) if ai_task_stub else None
        )
        if models is not None:
            stack.push_async_callback(models.stop)
            await models.start()
        vision = vision_service(
            work, "vision", *(("--ollama", models.url) if models and ollama_stub else ())
        )
        services = [camera_service(work, name, *options) for name, options in cameras]
        home_assistant = HomeAssistant.create(work, port)
        home_assistant.add_profiles(profiles)
        if ai_task_stub:
            home_assistant.add_integration(STAND_IN_AI)
        for process in (vision, *services, home_assistant.process):
            stack.push_async_callback(process.stop)
        async with asyncio.TaskGroup() as group:
            for process in (vision, *services):
                group.create_task(process.start())
            group.create_task(home_assistant.start(session))
        client = await home_assistant.onboard(session)
        await home_assistant.running(client)
        host, vision_port, code = await _address_and_code(session, vision.url)
        hub = await client.flow(
            "twat", {"next_step_id": "vision"}, {"host": host, "port": vision_port}, {"code": code}
        )
        result = Stage(
            work, session, vision, home_assistant, client, hub["result"]["entry_id"], {}, models
        )
        if models is not None and ai_task_stub:
            await _name_by_ai_task(client, result.hub_entry, models.url)
        for process in services:
            await result.add_camera(process)
        yield result


async def _name_by_ai_task(client: Client, hub_entry: str, url: str) -> None:
    """Set up the stand-in integration, and have its entity name pieces."""
    await client.flow("stand_in_ai", {"url": url})
    entities = await client.command("config/entity_registry/list")
    entity_id = next(e["entity_id"] for e in entities if e["platform"] == "stand_in_ai")
    choice = {"media_dir": "local", "names_by": "ai_task", "ai_task_entity": entity_id}
    await client.options_flow(hub_entry, choice)


async def _address_and_code(session: aiohttp.ClientSession, url: str) -> tuple[str, int, str]:
    """Return host, port and the pairing code that the service shows on its own machine."""
    async with session.get(f"{url}/health") as response:
        health = await response.json()
    parsed = URL(url)
    return parsed.host or "", parsed.port or 80, health["pairing_code"]
