"""Measuring a model on photos whose truth is known, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ollama import FakeOllama
from twat_vision.__main__ import main

START = {"a1": "R", "c1": "R", "e1": "R", "b8": "r", "d8": "r", "h8": "r"}


@pytest.fixture
async def fake(scene: Any) -> AsyncIterator[FakeOllama]:
    """A server that has been told how rooks of both colours look on this table."""
    server = FakeOllama()
    photo = scene.file({(2, 2): "red", (5, 5): "blue"}, noise=9)
    box = [150 + 90, 60 + 90, 45, 45], [150 + 225, 60 + 225, 45, 45]
    things = [
        {"box": box[0], "words": ["white", "rook"]},
        {"box": box[1], "words": ["black", "rook"]},
    ]
    server.truth.learn(photo, things)
    async with server.running():
        yield server


def with_a_placement(folder: Path) -> Path:
    """The last photo shows a piece that came from off the board."""
    path = folder / "truth.json"
    truth = json.loads(path.read_text())
    truth["steps"][3]["moves"][1] = {"colour": "black", "piece": "r", "from": None, "to": "e4"}
    path.write_text(json.dumps(truth))
    return folder


async def run(*arguments: object) -> int:
    return await asyncio.to_thread(main, ["evaluate", *map(str, arguments)])


async def test_names_are_counted_with_what_they_cost(
    fake: FakeOllama, write_sequence: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = with_a_placement(write_sequence(start=START))
    options = ("--mode", "pairs", "--model", "qwen3-vl:8b-instruct", "--ollama", fake.url)

    assert await run(folder, *options, "--json") == 0

    names = json.loads(capsys.readouterr().out)["names"]
    assert names["model"] == "qwen3-vl:8b-instruct"
    overall = names["overall"]
    assert (overall["asked"], overall["right"], overall["accuracy"]) == (7, 7, 1.0)
    assert (overall["calls"], overall["image_tokens"]) == (2, 2048)
    assert overall["prompt_tokens"] > 2048
    assert overall["seconds"] > 0
    assert names["sequences"]["game"]["wrong"] == []
    assert '"black rook"' in fake.calls[0].prompt

    assert await run(folder, *options) == 0
    assert "names by qwen3-vl:8b-instruct" in capsys.readouterr().out


async def test_a_wrong_name_is_shown_beside_the_truth(
    fake: FakeOllama, write_sequence: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_sequence(start=START | {"e1": "K"})

    assert await run(folder, "--json", "--model", "qwen2-vl:7b", "--ollama", fake.url) == 0

    out = capsys.readouterr()
    assert "its successor, is used" in out.err
    game = json.loads(out.out)["names"]["sequences"]["game"]
    assert (game["asked"], game["right"]) == (6, 5)
    (wrong,) = game["wrong"]
    assert (wrong["photo"], wrong["truth"], wrong["said"]) == (
        "000.jpg",
        "white king",
        "white rook",
    )


async def test_a_sequence_that_knows_no_names_has_none(
    fake: FakeOllama, write_zones: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_zones()

    assert await run(folder, "--model", "qwen2.5vl:7b", "--ollama", fake.url) == 0
    assert "none of the sequences knows any" in capsys.readouterr().out


async def test_a_model_that_is_missing_is_said_in_one_line(
    fake: FakeOllama, write_sequence: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(write_sequence(), "--model", "nobody:1b", "--ollama", fake.url) == 2
    assert "Ollama does not have nobody:1b" in capsys.readouterr().err
