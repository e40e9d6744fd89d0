"""The stand-in for an AI Task integration's model refuses what makers of models refuse, and sees what it is shown."""

import base64
from collections.abc import AsyncIterator, Callable
import copy
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from tests.fakes.ai_task.cloud import Cloud
from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Grid,
    Player,
    VocabularyEntry,
)
from twat_vision.vlm.doubts import doubts
from twat_vision.vlm.plan import plan
from twat_vision.vlm.relay import BUDGET, PATCHES, askings

CELLS = {(1, 6): "red", (3, 6): "red", (5, 1): "blue"}


@pytest.fixture
def body(scene: Any) -> dict[str, Any]:
    """A question as it really is put."""
    request = AnalysisRequest(
        after=scene.file(CELLS),
        layout=Grid(8, 8),
        corners=scene.corners,
        players=(Player(1, "Alice", "red"), Player(2, "Bob", "blue")),
        vocabulary=(VocabularyEntry("disc", "disc"), VocabularyEntry("pawn", "pawn")),
    )
    result: AnalysisResult = analyse(request)
    (question,) = plan(request, result, doubts(request, result), PATCHES, BUDGET)
    asking = askings(question)[0]
    image = base64.b64encode(question.picture).decode()
    return {"instructions": asking.prompt, "schema": asking.schema, "images": [image]}


@pytest.fixture
async def ask(scene: Any) -> AsyncIterator[Callable[[Any], Any]]:
    """Put a question to a stand-in that knows how discs look here."""
    cloud = Cloud()
    things = [
        {"box": [150 + 45 * column, 60 + 45 * row, 45, 45], "words": [color, "disc"]}
        for (column, row), color in CELLS.items()
    ]
    cloud.truth.learn(scene.file(CELLS, noise=9), things)
    runner = web.AppRunner(cloud.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:

        async def put(question: Any) -> tuple[int, dict[str, Any]]:
            async with session.post("/generate", json=question) as response:
                return response.status, await response.json()

        yield put
    await runner.cleanup()


async def test_it_says_what_it_is_shown(body: dict[str, Any], ask: Any) -> None:
    assert await ask(body) == (
        200,
        {"text": '{"1": "blue disc", "2": "red disc", "3": "red disc"}'},
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda b: b.pop("images"), "nothing else"),
        (lambda b: b.update(temperature=0), "nothing else"),
        (lambda b: b.update(instructions=" "), "no instructions"),
        (lambda b: b["schema"].pop("additionalProperties"), "closed object"),
        (lambda b: b["schema"]["required"].pop(), "required"),
        (lambda b: b["schema"]["properties"].update({"2": {}}), "does not say what 2 is"),
        (lambda b: b.update(images=[]), "one picture"),
        (lambda b: b.update(images=b["images"] * 2), "one picture"),
        (lambda b: b.update(images=["no base64!"]), "the picture is none"),
        (lambda b: b.update(images=["bm8gSlBFRw=="]), "the picture is none"),
        (
            lambda b: (b["schema"]["properties"].pop("3"), b["schema"]["required"].remove("3")),
            "3 photos for 2 answers",
        ),
    ],
)
async def test_it_refuses_what_is_no_question(
    body: dict[str, Any], ask: Any, spoil: Callable[[Any], object], reason: str
) -> None:
    spoilt = copy.deepcopy(body)
    spoil(spoilt)

    status, answer = await ask(spoilt)

    assert status == 400
    assert reason in answer["error"]
