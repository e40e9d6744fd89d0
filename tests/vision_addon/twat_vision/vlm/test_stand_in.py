"""The stand-in speaks Ollama's API: the official client gets along with it, and mistakes are refused."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

import aiohttp
import httpx
from ollama import AsyncClient, ResponseError
import pytest

from tests.fakes.ollama import FakeOllama, Fault

MODEL = "qwen3-vl:8b-instruct"
SCHEMA = {
    "type": "object",
    "properties": {"1": {"type": "string", "enum": ["red pawn", "empty", "unsure"]}},
    "required": ["1"],
}


async def ask(fake: FakeOllama, picture: bytes, **changes: Any) -> Any:
    request: dict[str, Any] = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "What is it?", "images": [picture]}],
        "format": SCHEMA,
        "options": {"temperature": 0, "num_ctx": 8192, "num_predict": 64},
        "logprobs": True,
        "top_logprobs": 2,
        "stream": False,
        **changes,
    }
    return await AsyncClient(fake.url).chat(**request)


async def test_the_official_client_reads_every_answer(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    client = AsyncClient(fake.url)

    listed = await client.list()
    shown = await client.show(MODEL)
    answer = await ask(fake, picture())
    running = await client.ps()
    news = [step async for step in await client.pull("qwen3-vl:4b-instruct", stream=True)]

    assert MODEL in {model.model for model in listed.models}
    assert shown.capabilities == ["completion", "vision"]
    assert json.loads(answer.message.content) == {"1": "empty"}
    assert "".join(one.token for one in answer.logprobs) == answer.message.content
    assert [model.model for model in running.models] == [MODEL]
    assert running.models[0].context_length == 8192
    assert news[-1].status == "success"
    assert [step.completed for step in news if step.total] == sorted(
        step.completed for step in news if step.total
    )
    assert "qwen3-vl:4b-instruct" in {model.model for model in (await client.list()).models}


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"model": "nobody:7b"}, 404, "model 'nobody:7b' not found"),
        ({"model": "llama3.2:3b"}, 400, "does not support image input"),
        ({"think": True}, 400, "does not support thinking"),
        ({"format": {"type": "objekt"}}, 400, "invalid JSON schema"),
        ({"format": {"type": "object", "required": ["1"]}}, 400, "required but unknown"),
        ({"options": {"num_ctx": "8192"}}, 400, "num_ctx"),
        ({"options": {"creativity": 1}}, 400, "creativity"),
        ({"top_logprobs": 40}, 400, "top_logprobs"),
        ({"keep_alive": "an evening"}, 400, "invalid duration"),
    ],
)
async def test_what_the_real_server_refuses_is_refused(
    fake: FakeOllama,
    picture: Callable[..., bytes],
    change: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    with pytest.raises(ResponseError, match=reason) as refused:
        await ask(fake, picture(), **change)

    assert refused.value.status_code == status


@pytest.mark.parametrize(
    ("images", "reason"),
    [(["not base64!"], "illegal base64"), (["bm8gaW1hZ2U="], "failed to decode image")],
)
async def test_pictures_that_are_none_are_refused(
    fake: FakeOllama, images: list[str], reason: str
) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "?", "images": images}]}

    async with aiohttp.ClientSession(fake.url) as session:
        async with session.post("/api/chat", json=body) as response:
            assert response.status == 400
            assert reason in (await response.json())["error"]
        async with session.post("/api/chat", json={**body, "image": ""}) as response:
            assert response.status == 400
        async with session.post("/api/chat") as response:
            assert "missing request body" in (await response.json())["error"]


async def test_tokens_are_those_of_the_models_patches(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    fake.least_image_tokens = 4

    small = await ask(fake, picture((320, 320)))
    large = await ask(fake, picture((1024, 1024)))
    finer = await ask(fake, picture((1024, 1024)), model="qwen2.5vl:7b")
    huge = await ask(fake, picture((2200, 2200)))

    assert large.prompt_eval_count - small.prompt_eval_count == 32 * 32 - 10 * 10
    assert finer.prompt_eval_count - large.prompt_eval_count == 37 * 37 - 32 * 32
    assert huge.prompt_eval_count - large.prompt_eval_count == 4096 - 1024


async def test_a_small_context_loses_the_picture_without_a_word(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    options = {"temperature": 0, "num_ctx": 512, "num_predict": 64}

    answer = await ask(fake, picture(), options=options)

    assert answer.prompt_eval_count < 512
    assert json.loads(answer.message.content) == {"1": "red pawn"}


async def test_models_come_into_memory_and_leave_it(picture: Callable[..., bytes]) -> None:
    now = [100.0]
    fake = FakeOllama(clock=lambda: now[0])
    async with fake.running():
        client = AsyncClient(fake.url)
        assert (await client.generate(MODEL, keep_alive="10m")).done_reason == "load"
        assert len((await client.ps()).models) == 1

        now[0] += 601

        assert not (await client.ps()).models
        await ask(fake, picture(), keep_alive=-1)
        now[0] += 1e6
        assert len((await client.ps()).models) == 1
        await client.generate(MODEL, keep_alive=0)
        assert not (await client.ps()).models


async def test_thinking_eats_what_may_be_said(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    fake.fail(Fault.THINKS, 1)

    thoughtful = await ask(fake, picture())
    plain = await ask(fake, picture())

    assert (thoughtful.message.content, thoughtful.done_reason) == ("", "length")
    assert plain.message.content


async def test_older_servers_know_no_log_probabilities(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    fake.version = "0.9.0"

    assert (await ask(fake, picture())).logprobs is None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BUSY, ResponseError),
        (Fault.CRASHES, ResponseError),
        (Fault.DROPS, httpx.HTTPError),
    ],
)
async def test_trouble_is_there_as_often_as_told(
    fake: FakeOllama, picture: Callable[..., bytes], fault: Fault, error: type[Exception]
) -> None:
    fake.fail(fault, 1)

    with pytest.raises(error):
        await ask(fake, picture())
    assert (await ask(fake, picture())).message.content


async def test_a_client_that_goes_away_ends_its_question(
    fake: FakeOllama, picture: Callable[..., bytes]
) -> None:
    fake.fail(Fault.HANGS, 1)

    with pytest.raises(httpx.ReadTimeout):
        await AsyncClient(fake.url, timeout=0.05).chat(
            MODEL, [{"role": "user", "content": "?", "images": [picture()]}], stream=False
        )
    while not fake.abandoned:
        await asyncio.sleep(0)

    assert (await ask(fake, picture())).message.content
