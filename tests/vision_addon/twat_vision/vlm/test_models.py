"""Which model is asked, and what is known about it."""

import pytest

from twat_vision.vlm.models import (
    GIB,
    Model,
    best,
    fault_of,
    parse_version,
    ranked,
    recommended,
    wanted,
)
from twat_vision.vlm.tokens import patches_of


def model(name: str, gib: float, **more: bool) -> Model:
    return Model(name, int(gib * GIB), "", **more)


INSTRUCT = model("qwen3-vl:8b-instruct", 6.2)
SMALL = model("qwen3-vl:4b-instruct", 3.3)
THINKS = model("qwen3-vl:8b", 6.2, thinking=True)
OLDER = model("qwen2.5vl:7b-q8_0", 9.4)
HUGE = model("qwen3-vl:32b-instruct", 21)
OTHER = model("somebody/eyes:3b", 2.0)


def test_the_best_model_that_fits_the_card() -> None:
    everything = [OTHER, HUGE, THINKS, SMALL, OLDER, INSTRUCT]

    assert ranked(everything, 16) == [INSTRUCT, OLDER, SMALL, THINKS, OTHER, HUGE]
    assert best(everything, 6) == SMALL
    assert best([HUGE], 16) == HUGE
    assert best([], 16) is None


@pytest.mark.parametrize(
    ("card", "name"),
    [(16, "qwen3-vl:8b-instruct"), (6, "qwen3-vl:4b-instruct"), (2, "qwen3-vl:2b-instruct")],
)
def test_what_to_download_for_a_card(card: float, name: str) -> None:
    assert recommended(card) == name


def test_a_name_that_the_library_does_not_have_means_its_successor() -> None:
    meant = wanted("qwen2-vl:7b")

    assert meant.name == "qwen2.5vl:7b"
    assert "its successor" in (meant.note or "")
    assert wanted("gemma3").name == "gemma3:latest"
    assert wanted("gemma3:4b").note is None


@pytest.mark.parametrize(
    ("text", "version"),
    [("0.33.0", (0, 33, 0)), ("0.31.2-rc1", (0, 31, 2)), ("main", (999,)), ("0.x", (999,))],
)
def test_versions(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


def test_known_faults_are_said() -> None:
    assert fault_of(INSTRUCT, (0, 20, 0)) is None
    assert "Update Ollama to 0.31.2" in (fault_of(THINKS, (0, 20, 0)) or "")
    assert "instruct variant" in (fault_of(THINKS, (0, 33, 0)) or "")
    assert fault_of(model("qwen3.5:9b", 6, thinking=True), (0, 33, 0)) is None


def test_tokens_by_family_and_server() -> None:
    """The figures of docs/models.md."""
    new, old = (0, 33, 0), (0, 20, 0)

    assert patches_of("qwen3vl", new).tokens(1024, 1024) == 1024
    assert patches_of("qwen25vl", new).tokens(1024, 1024) == 37 * 37
    assert patches_of("qwen3vl", new).tokens(100, 100) == 1024
    assert patches_of("qwen3vl", old).tokens(100, 100) == 9
    assert patches_of("gemma3", new).tokens(4608, 2592) == 256
    assert patches_of("qwen3vl", new).tokens(4608, 2592) == 4096
    assert patches_of("qwen3vl", new).uncapped(4608, 2592) == 11_664
    assert patches_of("qwen25vl", new).uncapped(4608, 2592) == 15_345
