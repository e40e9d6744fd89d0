"""Every text that can be shown exists, with the words it needs, and nothing is left over."""

import ast
import json
from pathlib import Path
import re
import string

import pytest
import yaml

from custom_components.twat.config_flow import TwatConfigFlow
from custom_components.twat.games.errors import MESSAGES
from custom_components.twat.options_flow import HubOptionsFlow
from custom_components.twat.services import _ACTIONS
from custom_components.twat.table_flow import TableSubentryFlow

FOLDER = Path(__file__).parents[3] / "custom_components" / "twat"
EN = json.loads((FOLDER / "translations/en.json").read_text())
ICONS = json.loads((FOLDER / "icons.json").read_text())
SERVICES = yaml.safe_load((FOLDER / "services.yaml").read_text())
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
SOURCES = {
    path: path.read_text()
    for path in FOLDER.rglob("*.py")
    if not {"games", "storage"} & set(path.relative_to(FOLDER).parts)
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", MESSAGES)
def test_errors_of_games(key) -> None:
    text = EN["exceptions"][key]["message"]
    assert fields(text) == fields(MESSAGES[key])


def test_every_error_has_a_text() -> None:
    keys = set()
    for text in SOURCES.values():
        keys |= set(re.findall(r'invalid\(\s*"(\w+)"', text))
        keys |= set(re.findall(r'self._failed\(\s*"\w+", "(\w+)"', text))
        keys |= set(re.findall(r'CornersError\("(\w+)"\)', text))
        keys |= set(re.findall(r'HopError\(\s*[\w.]+, "\w+", "(\w+)"', text))
        keys |= set(re.findall(r'translation_domain=DOMAIN,\s*translation_key="(\w+)"', text))
    keys |= {f"unknown_{kind}" for kind in ("game", "capture", "state", "proposal", "image")}
    for hop in ("camera", "vision"):
        for what in ("unauthorized", "wrong_version", "unreachable", "busy", "rejected"):
            keys.add(f"{hop}_{what}")
        keys.add(f"{hop}_not_understood")
    assert keys - EN["exceptions"].keys() == set()


def test_every_issue_has_a_text() -> None:
    keys = {f"capture_{hop}" for hop in ("camera", "storage", "vision", "ai_task")}
    for text in SOURCES.values():
        for call in re.findall(r"async_create_issue\((.*?)\n    +\)", text, re.DOTALL):
            keys |= set(re.findall(r'translation_key="(\w+)"', call))
    keys |= {"vision_unavailable", "vision_wrong_version", "database_corrupt"}
    keys.add("model_missing")
    keys |= {"setup_disk_full", "setup_not_writable", "setup_storage"}
    assert keys == EN["issues"].keys()


@pytest.mark.parametrize(
    ("flow", "texts"),
    [
        (TwatConfigFlow, EN["config"]),
        (HubOptionsFlow, EN["options"]),
        (TableSubentryFlow, EN["config_subentries"]["table"]),
    ],
)
def test_every_step_has_its_texts(flow, texts) -> None:
    without_form = {"zeroconf", "hassio", "reauth"}
    steps = {
        name.removeprefix("async_step_") for name in vars(flow) if name.startswith("async_step_")
    } - without_form
    assert steps == texts["step"].keys()
    for step in texts["step"].values():
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()


def test_every_flow_error_has_a_text() -> None:
    for file, texts in (
        ("config_flow.py", EN["config"]),
        ("table_flow.py", EN["config_subentries"]["table"]),
    ):
        source = (FOLDER / file).read_text()
        reasons = set(re.findall(r'reason="(\w+)"', source)) | set(
            re.findall(r'AbortFlow\("(\w+)"\)', source)
        )
        assert reasons - texts["abort"].keys() == set()
        errors = set(re.findall(r'errors\[[^]]+\] = "(\w+)"', source))
        errors |= set(re.findall(r'return "(\w+)"$', source, re.MULTILINE))
        if file == "config_flow.py":
            words = (FOLDER / "flow_errors.py").read_text()
            keys = set(re.findall(r'return "(\w+)"$', words, re.MULTILINE))
            errors |= keys | {"pairing_code_wrong", "pairing_code_expired"}
            # Found services are not asked about by a form: the same keys end the flow.
            assert keys - {"pairing_locked"} - texts["abort"].keys() == set()
        assert errors - texts["error"].keys() == set()


def test_every_entity_has_a_name_and_an_icon() -> None:
    for file in ("sensor", "binary_sensor", "button", "image", "event", "switch"):
        keys = set(re.findall(r'translation_key="(\w+)"', (FOLDER / f"{file}.py").read_text()))
        assert keys == EN["entity"][file].keys()
        assert keys == ICONS["entity"][file].keys()


def test_every_action_is_described() -> None:
    names = {action.value for action in _ACTIONS}
    assert names == SERVICES.keys() == EN["services"].keys() == ICONS["services"].keys()
    for action, definition in _ACTIONS.items():
        wanted = {str(key) for key in definition.schema}
        assert set(SERVICES[action]["fields"]) == wanted
        assert EN["services"][action]["fields"].keys() == wanted


def test_manifest() -> None:
    keys = list(MANIFEST)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert MANIFEST["documentation"].startswith("https://")
    assert MANIFEST["zeroconf"] == ["_twat-camera._tcp.local.", "_twat-vision._tcp.local."]
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])


def test_quality_scale_names_every_rule() -> None:
    rules = yaml.safe_load((FOLDER / "quality_scale.yaml").read_text())["rules"]
    assert len(rules) == 54
    for rule, status in rules.items():
        if isinstance(status, dict):
            assert status["status"] in ("done", "todo", "exempt"), rule
            assert status["comment"], rule
        else:
            assert status in ("done", "todo"), rule


def test_icons_are_material() -> None:
    assert set(re.findall(r'"(\w+:)[\w-]+"', json.dumps(ICONS))) == {"mdi:"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_can_be_read_whole(path) -> None:
    text = SOURCES[path]
    assert len(text.splitlines()) < 400
    assert ast.get_docstring(ast.parse(text))
