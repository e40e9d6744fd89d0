"""Kill each process at several moments of a capture: nothing is lost, everything resumes.

Every test starts a game of its own at the same table, takes the setup photo, plays the script's
first step and breaks something. Freezing (SIGSTOP) holds a moment still long enough to kill in it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
import sqlite3
import time
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from scripts.stage.play import new_game
from scripts.stage.table import Camera, Game, Stage
from scripts.stage.truth import Move, compare
from tests.e2e.fault_table import FaultTable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


async def until[T](what: Callable[[], Awaitable[T | None]], seconds: float = 60) -> T:
    """Return the first answer that is not None or False."""
    deadline = time.monotonic() + seconds
    while not (answer := await what()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what.__name__}"
        await asyncio.sleep(0.02)
    return answer


@dataclass(slots=True)
class JobEvents:
    """The vision service's event stream."""

    socket: aiohttp.ClientWebSocketResponse

    async def reached(self, moment: str) -> None:
        """Wait for a stage (`aligning`, …) or an end (`completed`)."""
        async with asyncio.timeout(60):
            while True:
                event = await self.socket.receive_json()
                if moment in (event["type"], event.get("stage")):
                    return


@dataclass(slots=True)
class Table:
    """A game with its setup photo accepted, one step played and not yet captured."""

    stage: Stage
    camera: Camera
    game: Game
    truth: list[Move]
    capture_id: str = ""

    async def capture(self) -> str:
        """Start a capture and return its id without waiting for it."""
        self.capture_id = (await self.game.action("capture"))["capture_id"]
        return self.capture_id

    async def look(self) -> dict[str, Any]:
        """Return the game's state, waiting proposal and newest capture."""
        return await self.game.action("get_state")

    async def status(self, *wanted: str) -> dict[str, Any]:
        """Wait until the newest capture has one of these statuses."""

        async def reached() -> dict[str, Any] | None:
            seen = await self.look()
            capture = seen["capture"]
            there = capture["id"] == self.capture_id and capture["analysis_status"] in wanted
            return seen if there else None

        return await until(reached)

    async def photographing(self) -> None:
        """Wait until the camera has been asked for the still."""

        async def reached() -> bool:
            return (await self.look())["stage"] == "photographing"

        await until(reached)

    async def stored(self) -> None:
        """Wait until the photo is on disk and on record."""

        async def reached() -> bool:
            capture = (await self.look())["capture"]
            return capture["id"] == self.capture_id and capture["image"] is not None

        await until(reached)

    @asynccontextmanager
    async def job_events(self) -> AsyncIterator[JobEvents]:
        """Listen to the vision service itself, which tells sooner than Home Assistant's entities."""
        token = (self.stage.work / "vision" / "token").read_text().strip()
        url = f"{self.stage.vision.url}/v1/events"
        headers = {"Authorization": f"Bearer {token}"}
        async with self.stage.session.ws_connect(url, headers=headers) as socket:
            yield JobEvents(socket)

    async def completed(self) -> None:
        """Check that the capture ended in the move that was made, once, and nothing is lost."""
        seen = await self.status("completed")
        if seen["proposal"] is not None:
            await self.game.action("accept")
            seen = await self.look()
        read = [Move.from_json(m) for m in seen["state"]["detected_changes"]]
        assert compare(read, self.truth).exact
        self.intact(captures=2, states=3)

    def intact(self, *, captures: int, states: int) -> None:
        """Check rows and files of the game: start, setup photo and what came after."""
        config = self.stage.home_assistant.config
        with closing(sqlite3.connect(config / "twat" / "twat.db", timeout=10)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = connection.execute(
                "SELECT sequence, image FROM captures WHERE game_id = ? ORDER BY sequence",
                (self.game.id,),
            ).fetchall()
            count = connection.execute(
                "SELECT count(*) FROM states WHERE game_id = ?", (self.game.id,)
            ).fetchone()
        assert [row[0] for row in rows] == list(range(captures))
        folder = config / "media" / "twat" / "games" / self.game.id
        assert not list(folder.glob("*.tmp"))
        for _, image in rows:
            assert (
                image is None or (folder / image.rsplit("/", 1)[-1]).read_bytes()[:2] == b"\xff\xd8"
            )
        assert count == (states,)

    async def restart_home_assistant(self) -> None:
        """Start Home Assistant again after a kill."""
        await self.stage.home_assistant.restart(self.game.client)

    async def kill_home_assistant(self) -> None:
        """SIGKILL Home Assistant."""
        await self.stage.home_assistant.process.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def played(table: Stage) -> AsyncIterator[Table]:
    """Return a game one uncaptured move in; afterwards every part runs again."""
    camera = table.cameras["grid"]
    await camera.request("POST", "/simulator/reset")
    script = await camera.request("GET", "/simulator")
    await table.client.action(
        "twat",
        "calibrate_board",
        {"table": camera.table, "game_type": script["profile"], "settings": script["settings"]},
    )
    game = await table.create_game(camera, new_game(script))
    assert (await game.press_capture())["outcome"] == "setup_captured"
    await camera.request("POST", "/simulator/advance", {"steps": 1})
    truth = [Move.from_json(m) for m in script["steps"][0]["moves"]]
    yield Table(table, camera, game, truth)
    for process in (table.vision, camera.process):
        if process.running:
            process.thaw()
        else:
            await process.start()
    if not table.home_assistant.process.running:
        await table.home_assistant.restart(table.client)
    await until(lambda: _connected(table))
    await table.client.act("twat", "delete_game", {"game_id": game.id})


async def _connected(table: Stage) -> bool:
    states = await table.client.request("GET", "/api/states")
    mine = [s for s in states if s["attributes"].get("device_class") == "connectivity"]
    return bool(mine) and all(s["state"] == "on" for s in mine)


async def test_camera_killed_before_the_press(played: Table, faults: FaultTable) -> None:
    await played.camera.process.kill()

    await played.capture()
    seen = await played.status("failed")

    assert seen["capture"]["error"]["hop"] == "camera"
    await played.camera.process.start()
    await played.camera.request("POST", "/simulator/advance", {"steps": 1})
    outcome = await played.game.press_capture()
    assert outcome["outcome"] in ("move_detected", "review_needed")
    played.intact(captures=3, states=2 if outcome["outcome"] == "review_needed" else 3)
    faults.add("camera", "before the press", "game, state, failed capture", "next press captures")


async def test_camera_killed_during_the_still(played: Table, faults: FaultTable) -> None:
    played.camera.process.freeze()
    await played.capture()
    await played.photographing()

    await played.camera.process.kill()
    seen = await played.status("failed")

    assert seen["capture"]["error"]["hop"] == "camera"
    assert seen["capture"]["error"]["message"]
    played.intact(captures=2, states=2)
    await played.camera.process.start()
    faults.add("camera", "during the still", "game, state, failed capture", "next press captures")


async def test_vision_service_down_at_the_press(played: Table, faults: FaultTable) -> None:
    await played.stage.vision.kill()
    await played.capture()
    await played.stored()
    assert (await played.look())["capture"]["analysis_status"] == "pending"
    played.intact(captures=2, states=2)

    await played.stage.vision.start()

    await played.completed()
    faults.add("vision", "before the press", "photo, pending capture", "by itself on reconnect")


async def test_vision_service_killed_while_it_reads(played: Table, faults: FaultTable) -> None:
    async with played.job_events() as job:
        await played.capture()
        await job.reached("aligning")
        await played.stage.vision.kill()
    await played.stage.vision.start()

    await played.completed()
    faults.add("vision", "while reading", "photo, accepted job", "job runs again, result pushed")


async def test_vision_service_killed_before_its_result_is_delivered(
    played: Table, faults: FaultTable
) -> None:
    home_assistant = played.stage.home_assistant.process
    async with played.job_events() as job:
        await played.capture()
        await job.reached("aligning")
        home_assistant.freeze()
        await job.reached("completed")
        await played.stage.vision.kill()
    home_assistant.thaw()
    await played.stage.vision.start()

    await played.completed()
    faults.add("vision", "result not yet delivered", "result", "events resume from the cursor")


async def test_home_assistant_killed_before_the_photo(played: Table, faults: FaultTable) -> None:
    played.camera.process.freeze()
    await played.capture()
    await played.photographing()

    await played.kill_home_assistant()
    played.intact(captures=2, states=2)
    played.camera.process.thaw()
    await played.restart_home_assistant()

    seen = await played.status("failed")
    assert seen["capture"]["error"]["hop"] == "camera"
    assert (await played.game.press_capture())["outcome"] in ("move_detected", "review_needed")
    faults.add("Home Assistant", "before the photo", "game, state, failed capture", "next press")


async def test_home_assistant_killed_with_the_photo_stored(
    played: Table, faults: FaultTable
) -> None:
    played.stage.vision.freeze()
    await played.capture()
    await played.stored()
    await played.kill_home_assistant()
    played.stage.vision.thaw()
    played.intact(captures=2, states=2)

    await played.restart_home_assistant()

    await played.completed()
    faults.add("Home Assistant", "photo stored", "photo, pending capture", "analysed after start")


async def test_home_assistant_killed_while_the_service_reads(
    played: Table, faults: FaultTable
) -> None:
    async with played.job_events() as job:
        await played.capture()
        await job.reached("aligning")
        await played.kill_home_assistant()
    await played.restart_home_assistant()

    await played.completed()
    faults.add("Home Assistant", "while reading", "photo, job", "same job asked for again")


async def test_home_assistant_killed_with_the_move_accepted(
    played: Table, faults: FaultTable
) -> None:
    outcome = await played.game.press_capture()
    played.capture_id = outcome["capture_id"]
    if outcome["outcome"] == "review_needed":
        await played.game.action("accept")

    await played.kill_home_assistant()
    await played.restart_home_assistant()

    await played.completed()
    faults.add("Home Assistant", "move just accepted", "state, photo", "nothing to do")


async def test_power_cut(played: Table, faults: FaultTable) -> None:
    await played.capture()
    await played.stored()
    parts = (
        played.stage.home_assistant.process,
        played.stage.vision,
        played.camera.process,
    )
    await asyncio.gather(*(process.kill() for process in parts))
    played.intact(captures=2, states=2)

    await asyncio.gather(played.camera.process.start(), played.stage.vision.start())
    await played.restart_home_assistant()

    await played.completed()
    faults.add("all three", "photo just stored", "photo, capture", "analysed after start")
