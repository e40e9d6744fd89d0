"""The demo, as a stranger runs it."""

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]
REALDATA = Path(os.environ.get("TWAT_REALDATA", ROOT.parent / "shared" / "realdata"))


def demo(*options: str) -> tuple[int, str]:
    """Run the demo to its end and return exit code and output."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.stage", "--once", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def last_line(output: str) -> dict:
    return json.loads(output.strip().splitlines()[-1])


@pytest.mark.timeout(600)
def test_both_scripted_games_are_read_without_a_fault() -> None:
    code, output = demo()

    assert code == 0, output
    summary = last_line(output)
    assert summary["right"] == summary["moves"], output
    assert summary["false_alarms"] == 0, output
    assert set(summary["games"]) == {"grid", "dune"}
    for game in summary["games"].values():
        assert game["moves"] >= 8


@pytest.mark.timeout(600)
def test_a_table_nobody_knows_is_named_by_a_model_and_then_tracked_without_it() -> None:
    code, output = demo("--ollama-stub")

    assert code == 0, output
    summary = last_line(output)
    assert summary["names"] == summary["names_right"] == 16, output
    assert summary["right"] == summary["moves"] == 8, output
    assert summary["false_alarms"] == 0, output
    # The setup photo only: one sheet of all pieces.
    assert (summary["vlm_calls"], summary["image_tokens"]) == (1, 1024), output
    assert summary["image_token_ratio"] >= 15


@pytest.mark.timeout(600)
def test_a_table_nobody_knows_is_named_by_an_ai_task_entity() -> None:
    code, output = demo("--ai-task-stub")

    assert code == 0, output
    summary = last_line(output)
    assert summary["names"] == summary["names_right"] == 16, output
    assert summary["right"] == summary["moves"] == 8, output
    # The setup photo only: one sheet of all pieces, shown twice.
    assert summary["vlm_calls"] == 2, output
    assert summary["image_tokens"] <= 1500, output
    assert summary["image_token_ratio"] >= 15
    assert "named by ai_task.stand_in" in output


@pytest.mark.timeout(600)
@pytest.mark.realdata
@pytest.mark.skipif(not REALDATA.is_dir(), reason=f"no photo sequences at {REALDATA}")
def test_a_folder_of_real_photos_is_played_whatever_the_score() -> None:
    code, output = demo("--photos", str(REALDATA / "ttt_v3gard"))

    assert code == 0, output
    assert last_line(output)["steps"] == 8


@pytest.mark.timeout(600)
def test_a_game_of_ones_own_is_played_without_a_fault() -> None:
    examples = ROOT / "docs" / "examples"

    code, output = demo(
        "--profile",
        str(examples / "nine_mens_morris.yaml"),
        "--script",
        str(examples / "nine_mens_morris_game.yaml"),
    )

    assert code == 0, output
    summary = last_line(output)
    assert summary["right"] == summary["moves"] == 9, output
    assert set(summary["games"]) == {"nine_mens_morris_game"}
    assert "White man: off the board → F2" in output


def test_a_script_that_is_not_there_is_named() -> None:
    code, output = demo("--script", "docs/examples/solitaire.yaml")

    assert code == 2
    assert "solitaire.yaml" in output


def test_a_folder_without_truth_is_refused_in_one_line(tmp_path: Path) -> None:
    code, output = demo("--photos", str(tmp_path))

    assert code == 2
    assert "is no photo sequence" in output
