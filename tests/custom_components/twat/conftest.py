"""What the vision service is made to say where a photo cannot make it, and a model that it can ask."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from unittest.mock import patch

import pytest
from tests.custom_components.conftest import Played, run_service
from tests.fakes.ollama import FakeOllama

from custom_components.twat.clients.vision import BoardSuggestion, VisionClient


@pytest.fixture
def found_board():
    """The vision service finds the board in any photo, fairly sure."""
    corners = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
    suggestion = BoardSuggestion(corners, 0.93, "grid", ())
    with patch.object(VisionClient, "detect_board", return_value=suggestion):
        yield suggestion


@pytest.fixture
def no_board():
    """The vision service finds no board."""
    suggestion = BoardSuggestion(None, 0.0, "none", ())
    with patch.object(VisionClient, "detect_board", return_value=suggestion):
        yield suggestion


@pytest.fixture
async def own_game(add_entry, own_vision, scripted_table, until, create_game):
    """A game whose vision service may be stopped."""
    hub = await add_entry("hub", own_vision, subentries_data=[scripted_table])
    link = hub.runtime_data.link
    await until(lambda: link.available, link)
    game = await create_game(hub)
    assert (await game.capture())["outcome"] == "setup_captured"
    return game


@pytest.fixture
def looks(camera):
    """A photo of the simulated table, and where on it what stands: one of each row, for pieces of a colour look alike."""
    script = camera.simulator("GET")
    (left, top), _, (right, bottom), _ = script["corners"]
    width, height = (right - left) * 4608 / 8, (bottom - top) * 2592 / 8
    colors = {p["position"]: p["color"] for p in script["players"]}
    things = [
        {
            "box": [
                round(left * 4608 + (ord(p["space"][0]) - ord("A")) * width),
                round(top * 2592 + (int(p["space"][1:]) - 1) * height),
                round(width),
                round(height),
            ],
            "words": [colors[p["player"]], p["type"]],
        }
        for p in script["start"]
        if p["space"] in ("A7", "B8", "A1", "B2")
    ]
    return camera.still(), things


@pytest.fixture
async def ollama(socket_enabled, looks) -> AsyncIterator[FakeOllama]:
    """A model server that knows how the pieces of the simulated table look."""
    fake = FakeOllama()
    fake.truth.learn(*looks)
    async with fake.running():
        yield fake


@pytest.fixture
def asking(tmp_path, ollama) -> Iterator[object]:
    """A real vision service that asks it."""
    with run_service("twat_vision", tmp_path / "vision", "--ollama", ollama.url) as service:
        yield service


@pytest.fixture
async def asking_hub(add_entry, asking, scripted_table, until):
    """A hub whose vision service asks it."""
    entry = await add_entry("hub", asking, subentries_data=[scripted_table])
    link = entry.runtime_data.link
    await until(lambda: link.available, link)
    return entry


@pytest.fixture
def create_unknown_game(create_game, camera):
    """Create a game of which nobody says what stands on the table: `await create_unknown_game(hub)`."""

    async def create(hub) -> Played:
        settings = {**camera.simulator("GET")["settings"], "confidence_threshold": 0.5}
        return await create_game(hub, name="Unknown", settings=settings, pieces=None)

    return create


@pytest.fixture
async def unknown_game(asking_hub, create_unknown_game) -> Played:
    """A game of which nobody says what stands on the table, and whose vision service asks a model."""
    return await create_unknown_game(asking_hub)


@pytest.fixture
def settled(outcomes):
    """Wait until an outcome is as wanted: `await settled(lambda outcome: …)`."""

    async def wait(wanted):
        async with asyncio.timeout(90):
            while not (found := [o.data for o in outcomes if wanted(o.data)]):
                await asyncio.sleep(0.02)
        return found[-1]

    return wait
