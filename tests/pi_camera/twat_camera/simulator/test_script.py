"""Scripts are data, checked when read; errors say where and why."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from twat_camera.simulator.colors import paint
from twat_camera.simulator.script import ScriptError, load_script

ROOT = Path(__file__).resolve().parents[4]
REALDATA = ROOT.parent / "shared" / "realdata" / "dune_table"

GAME = {
    "title": "Small",
    "profile": "generic_grid",
    "layout": {"grid": {"columns": 3, "rows": 3}},
    "players": [
        {"position": 1, "name": "Alice", "color": "white"},
        {"position": 2, "name": "Bob", "color": "#2040a0"},
    ],
    "start": [
        {"id": "w1", "type": "pawn", "player": 1, "space": "A1"},
        {"id": "b1", "type": "pawn", "player": 2, "space": "B2"},
    ],
    "steps": [
        {"moves": [{"kind": "capture", "piece": "w1", "type": "pawn", "player": 1, "from": "A1", "to": "B2", "captured": "b1"}]}
    ],
}  # fmt: skip


@pytest.fixture
def load(tmp_path):
    def write_and_load(script):
        file = tmp_path / "script.yaml"
        file.write_text(script if isinstance(script, str) else yaml.safe_dump(script))
        return load_script(str(file))

    return write_and_load


def _changed(path, value):
    game = copy.deepcopy(GAME)
    place = game
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return game


def test_a_game_is_read(load):
    script = load(GAME)

    assert script.pieces() == {"w1": ("pawn", 1), "b1": ("pawn", 2)}
    assert script.steps[0].moves[0].to_space == "B2"


MOVE = {"piece": "w1", "type": "pawn", "player": 1}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("[", "script.yaml"),
        ("just text", "valid dictionary"),
        (_changed(["titel"], "x"), "titel: Extra inputs"),
        (_changed(["players", 1, "color"], "mauve"), "unknown colour 'mauve'"),
        (_changed(["players", 1, "color"], "white"), "player's colour 'white' is there twice"),
        (_changed(["players", 1, "position"], 1), "player 1 is there twice"),
        (_changed(["layout"], {}), "either `grid` or `zones`"),
        (_changed(["layout", "grid", "columns"], 1), "layout.grid.columns"),
        (_changed(["start", 1, "id"], "w1"), "piece 'w1' is there twice"),
        (_changed(["start", 0, "space"], "D1"), "start, piece w1: there is no space 'D1'"),
        (_changed(["start", 0, "player"], 3), "start, piece w1: there is no player 3"),
        (_changed(["start", 0, "type"], "tower"), "type 'tower' has no shape"),
        (_changed(["steps", 0, "moves", 0, "type"], "cube"), "step 1, piece w1: it had another type"),
        (_changed(["steps", 0, "moves", 0, "from"], "C3"), "step 1, piece w1: it is on A1, not on C3"),
        (_changed(["steps", 0, "moves", 0, "to"], "C3"), "the captured b1 is not on C3"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "jump"}), "steps.0.moves.0.kind"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "move", "to": "A2"}), "a move needs `from`"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "move", "from": "A1"}), "a move needs `to`"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "place", "from": "A1", "to": "A2"}), "a place has no `from`"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "place", "to": "A2"}), "it is on A1, not on none"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "remove", "from": "A1", "to": "A2"}), "a remove has no `to`"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "capture", "from": "A1", "to": "B2"}), "names the `captured` piece"),
        (_changed(["steps", 0, "moves", 0], MOVE | {"kind": "remove", "piece": "w9", "from": "A1"}), "it is on no space, not on A1"),
        (_changed(["steps", 0, "bump"], {"shift": [0.5, 0]}), "steps.0.bump.shift.0"),
        (_changed(["steps", 0, "light"], {"exposure": 0}), "steps.0.light.exposure"),
        (_changed(["start", 0, "id"], "../w1"), "start.0.id"),
        (_changed(["layout"], {"zones": [{"id": "a", "name": "A", "polygon": [[0, 0], [1, 0]]}]}), "layout.zones.0.polygon"),
        (_changed(["layout"], {"zones": [{"id": "a", "name": "A", "polygon": [[0, 0], [1, 0], [2, 1]]}]}), "polygon.2.0"),
        (_changed(["layout"], {"zones": 2 * [{"id": "a", "name": "A", "polygon": [[0, 0], [1, 0], [1, 1]]}]}), "zone 'a' is there twice"),
    ],
)  # fmt: skip
def test_a_bad_script_is_refused_with_place_and_reason(load, script, message):
    with pytest.raises(ScriptError) as refused:
        load(script)
    assert "script.yaml: " in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["chess", "missing.yaml", "../grid", ""])
def test_an_unknown_script_names_those_there_are(name):
    with pytest.raises(ScriptError, match=r"no script .*shipped are dune, grid"):
        load_script(name)


@pytest.mark.parametrize("name", ["grid", "dune"])
def test_the_shipped_scripts_show_every_kind_of_step(name):
    script = load_script(name)
    moves = [move for step in script.steps for move in step.moves]

    assert len(moves) >= 10
    assert {move.kind for move in moves} == {"move", "place", "remove", "capture"}
    assert any(len(step.moves) == 2 for step in script.steps)
    assert any(not step.moves and step.light for step in script.steps)
    assert any(step.bump for step in script.steps)
    assert any(step.hand for step in script.steps)


def test_the_shipped_dune_game_shows_a_flag_taken_over():
    moves = [move for step in load_script("dune").steps for move in step.moves]

    taken = [move for move in moves if move.kind == "capture"]
    assert [(move.from_space, move.to_space) for move in taken] == [(None, "control_arrakeen")]


def test_the_example_in_the_documentation_can_be_played(load):
    text = (ROOT / "docs" / "camera.md").read_text()
    example = text.split("```yaml\n")[1].split("```")[0]

    assert len(load(example).steps) == 3


@pytest.mark.skipif(not REALDATA.is_dir(), reason="the photo sequences are not here")
def test_the_shipped_dune_board_has_the_measured_zones():
    truth = json.loads((REALDATA / "truth.json").read_text())
    zones = load_script("dune").layout.zones

    assert [zone.id for zone in zones] == [zone["id"] for zone in truth["zones"]]
    for zone, measured in zip(zones, truth["zones"], strict=True):
        assert [list(point) for point in zone.polygon] == measured["polygon"]


@pytest.mark.parametrize(("color", "rgb"), [("red", (190, 38, 34)), ("#Ff8000", (255, 128, 0))])
def test_colours_are_names_or_hex(color, rgb):
    assert paint(color) == rgb


@pytest.mark.parametrize("color", ["", "Red", "#fff", "#gggggg", "rgb(1,2,3)"])
def test_other_colours_are_refused(color):
    with pytest.raises(ValueError, match="unknown colour"):
        paint(color)
