"""`/v1/models`: what can be asked, having it in memory, and downloading it when somebody says so."""

from collections.abc import AsyncIterator
import contextlib
from typing import Any

import pytest

from tests.fakes.ollama import LIBRARY, FakeOllama, Fault
from twat_vision.service.answers import ModelsAnswer


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    server = FakeOllama()
    async with server.running():
        yield server


@pytest.fixture
def asking(start_service: Any, ollama: FakeOllama) -> Any:
    @contextlib.asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Any]:
        async with start_service(**{"ollama_url": ollama.url, **settings}) as service:
            yield service

    return start


async def listing(service: Any) -> dict[str, Any]:
    async with service.session.get("/v1/models") as response:
        body: dict[str, Any] = await response.json()
    ModelsAnswer.model_validate(body)
    return body


async def test_without_a_server_there_is_nothing_and_nothing_is_wrong(service: Any) -> None:
    body = await listing(service)

    assert (body["models"], body["server"], body["problem"]) == ([], None, None)
    for what, body in (("pull", {"model": "qwen3-vl:8b"}), ("load", {})):
        status, error = await service.error("POST", f"/v1/models/{what}", json=body)
        assert (status, error["code"]) == (409, "no_model_server")


async def test_only_models_that_can_see_are_listed_best_first(asking: Any) -> None:
    async with asking() as service:
        body = await listing(service)

    assert body["models"] == ["qwen3-vl:8b-instruct", "qwen2.5vl:7b"]
    assert body["default"] == "qwen3-vl:8b-instruct"
    assert body["version"] == "0.33.0"
    assert body["successors"] == {"qwen2-vl": "qwen2.5vl:7b", "qwen2-vl:7b": "qwen2.5vl:7b"}
    assert body["problem"] is None


async def test_a_model_in_the_cloud_is_never_asked(asking: Any, ollama: FakeOllama) -> None:
    """It is listed by Ollama like any other, but pictures must not leave the house."""
    ollama.installed = [LIBRARY[5], LIBRARY[4]]
    async with asking() as service:
        body = await listing(service)
    assert (body["models"], body["problem"]["code"]) == ([], "no_model")

    async with asking(model="qwen3-vl:235b-cloud") as service:
        assert (await listing(service))["problem"]["code"] == "model_missing"


async def test_the_default_fits_the_card(asking: Any, ollama: FakeOllama) -> None:
    ollama.installed = [LIBRARY[0], LIBRARY[1]]
    async with asking(card_gib=6.0) as service:
        assert (await listing(service))["default"] == "qwen3-vl:4b-instruct"


async def test_a_chosen_model_that_is_missing_is_said(asking: Any) -> None:
    async with asking(model="gemma4:12b") as service:
        problem = (await listing(service))["problem"]

    assert (problem["code"], problem["model"]) == ("model_missing", "gemma4:12b")
    assert "gemma4:12b" in problem["message"]


async def test_a_server_that_is_away_is_said(asking: Any) -> None:
    async with asking(ollama_url="http://127.0.0.1:9") as service:
        body = await listing(service)

    assert body["problem"]["code"] == "unreachable"
    assert body["server"] == "http://127.0.0.1:9"
    assert body["default"] is None


async def test_a_model_can_be_in_memory_before_it_is_needed(
    asking: Any, ollama: FakeOllama
) -> None:
    async with asking() as service:
        async with service.session.post("/v1/models/load", json={}) as response:
            assert response.status == 202
        while "qwen3-vl:8b-instruct" not in ollama._loaded:
            await listing(service)

    assert ollama._loaded["qwen3-vl:8b-instruct"].context == 8192


async def test_what_is_not_there_to_load_is_only_logged(
    asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with asking() as service:
        async with service.session.post("/v1/models/load", json={"model": "nobody:1b"}) as response:
            assert response.status == 202
        while "nobody:1b" not in caplog.text:
            await listing(service)


async def test_a_download_is_told_as_it_goes(asking: Any, ollama: FakeOllama) -> None:
    async with asking() as service, service.events() as events:
        async with service.session.post(
            "/v1/models/pull", json={"model": "qwen3-vl:4b-instruct"}
        ) as response:
            assert response.status == 202
        await events.until("model", status="done")
        assert "qwen3-vl:4b-instruct" in (await listing(service))["models"]

    shares = [e["completed"] / e["total"] for e in events.seen if e["status"] == "pulling"]
    assert shares == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=1e-6)


async def test_a_download_that_fails_says_why(asking: Any) -> None:
    async with asking() as service, service.events() as events:
        await service.session.post("/v1/models/pull", json={"model": "nobody:1b"})
        failed = await events.until("model", status="failed")

    assert "pull model manifest: file does not exist" in failed["message"]


async def test_one_download_at_a_time(asking: Any, ollama: FakeOllama) -> None:
    ollama.fail(Fault.HANGS)
    async with asking() as service, service.events() as events:
        first = {"model": "qwen3-vl:4b-instruct"}
        await service.session.post("/v1/models/pull", json=first)
        await events.until("model", status="pulling")
        async with service.session.post("/v1/models/pull", json=first) as response:
            assert response.status == 202
        status, error = await service.error("POST", "/v1/models/pull", json={"model": "other:1b"})
        assert (status, error["code"]) == (409, "pull_under_way")
        assert (await listing(service))["pulling"] == "qwen3-vl:4b-instruct"
