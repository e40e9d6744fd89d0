"""Accuracy on real photos, held as a floor under further work."""

from collections.abc import Callable
import os
from pathlib import Path

import pytest

from twat_vision.evaluation import Mode, evaluate_sequence, find_sequences, load_sequence, to_json

FOLDER = Path(os.environ.get("TWAT_REALDATA", Path(__file__).parents[5] / "shared" / "realdata"))

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason=f"no real photos in {FOLDER}; set TWAT_REALDATA to their folder"
    ),
]


@pytest.fixture(scope="module")
def measured() -> Callable[[Mode], dict[str, dict[str, int]]]:
    """All sequences read in one mode: the figures by sequence."""
    sequences = [load_sequence(f) for f in find_sequences([FOLDER])]
    done: dict[Mode, dict[str, dict[str, int]]] = {}

    def measure(mode: Mode) -> dict[str, dict[str, int]]:
        if mode not in done:
            data = to_json([evaluate_sequence(s, mode) for s in sequences])[mode.value]
            done[mode] = {"ALL": data["overall"], **data["sequences"]}
        return done[mode]

    return measure


def test_nothing_is_seen_where_nothing_moved(
    measured: Callable[[Mode], dict[str, dict[str, int]]],
) -> None:
    for mode in Mode:
        assert measured(mode)["ALL"]["false_alarm_pairs"] == 0


def test_hands_are_flagged_and_nothing_else_is(
    measured: Callable[[Mode], dict[str, dict[str, int]]],
) -> None:
    figures = measured(Mode.PAIRS)["ALL"]
    assert figures["hands_flagged"] >= 0.95 * figures["hands"]
    assert figures["hands_false"] <= 0.02 * figures["steps_total"]


def test_two_photos_alone(measured: Callable[[Mode], dict[str, dict[str, int]]]) -> None:
    figures = measured(Mode.PAIRS)["ALL"]
    assert figures["exact_moves"] >= 0.97 * figures["moves"]
    assert figures["recall"] >= 0.975
    assert figures["precision"] >= 0.975


def test_with_the_accepted_state(measured: Callable[[Mode], dict[str, dict[str, int]]]) -> None:
    figures = measured(Mode.GAME)["ALL"]
    assert figures["exact_moves"] >= 0.98 * figures["moves"]
    assert figures["asked"] <= 0.1 * figures["steps_total"]
