"""How the demo reads a folder of photos with its truth."""

import json
from pathlib import Path

import pytest

from scripts.stage.photos import load
from scripts.stage.truth import Move


def write(folder: Path, **truth: object) -> Path:
    """Write a truth.json of a two-by-two board."""
    base = {
        "grid": [2, 2],
        "resolution": [100, 100],
        "corners": [[0, 0], [99, 0], [99, 99], [0, 99]],
    }
    (folder / "truth.json").write_text(json.dumps({**base, **truth}))
    return folder


def step(**fields: object) -> dict:
    return {"before": "0.jpg", "after": "1.jpg", "kind": "move", **fields}


def test_a_turned_board_is_named_as_it_lies_in_the_photo(tmp_path: Path) -> None:
    # Letters run down the image's right side: a1 is the top-right cell.
    moves = [{"colour": "white", "from": "a1", "to": "b1"}]
    labelled = step(moves=moves, changed_cells=["a1", "b1"], changed_rc=[[1, 0], [1, 1]])
    sequence = load(write(tmp_path, start={"a1": "P", "a2": "p"}, steps=[labelled]))

    assert sequence.start == {"B1": ["white"], "A1": ["black"]}
    assert sequence.steps[0].moves == (Move("", None, "B1", "B2"),)
    assert sequence.steps[0].board == {"A1": ["black"], "B2": ["white"]}


def test_counts_of_a_zone_become_single_pieces(tmp_path: Path) -> None:
    deltas = {"north": {"red": -1}, "south": {"blue": 2}}
    counts = {"0.jpg": {"north": {"red": 2}}}
    sequence = load(write(tmp_path, grid=None, counts=counts, steps=[step(deltas=deltas)]))

    assert sequence.start == {"north": ["red", "red"]}
    assert sequence.steps[0].board == {"north": ["red"], "south": ["blue", "blue"]}


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no photo sequence"):
        load(tmp_path)


def test_labels_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    labelled = step(moves=[], changed_cells=["a1", "a1"], changed_rc=[[0, 0], [1, 1]])

    with pytest.raises(ValueError, match="agree with no way"):
        load(write(tmp_path, start={"a1": "P"}, steps=[labelled]))
