"""The Home Assistant app's folder is one that Supervisor takes.

Supervisor's schema (`supervisor/apps/validate.py`) in our own words: it removes keys it does not know without a word,
so that a slip of the pen shows up here or nowhere.
"""

from pathlib import Path
import re
import tomllib

from PIL import Image
import pytest
import yaml

from twat_vision.service import cli, supervisor

ROOT = Path(__file__).parents[3]
APP = ROOT / "vision_addon"

REQUIRED = {"name": str, "version": str, "slug": str, "description": str, "arch": list}
OPTIONAL = {
    "url": str,
    "startup": str,
    "boot": str,
    "init": bool,
    "stage": str,
    "ports": dict,
    "ports_description": dict,
    "watchdog": str,
    "webui": str,
    "ingress": bool,
    "homeassistant": str,
    "host_network": bool,
    "tmpfs": bool,
    "map": list,
    "environment": dict,
    "privileged": list,
    "apparmor": bool,
    "hassio_api": bool,
    "hassio_role": str,
    "homeassistant_api": bool,
    "services": list,
    "discovery": list,
    "backup": str,
    "backup_pre": str,
    "backup_post": str,
    "backup_exclude": list,
    "options": dict,
    "schema": dict,
    "image": str,
    "ulimits": dict,
    "timeout": int,
    "breaking_versions": list,
}
CHOICES = {
    "startup": {"initialize", "system", "services", "application", "once"},
    "boot": {"auto", "manual", "manual_only"},
    "stage": {"stable", "experimental", "deprecated"},
    "backup": {"hot", "cold"},
}
MAP_TYPES = {
    "data",
    "homeassistant_config",
    "ssl",
    "local_apps",
    "backup",
    "share",
    "media",
    "all_app_configs",
    "app_config",
}
ELEMENT = re.compile(
    r"(bool|email|url|port|device|str|password|int|float)(\(-?[\d.]*,-?[\d.]*\))?\??"
    r"|match\(.*\)\??|list\([^|()]+(\|[^|()]+)*\)\??"
)


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load((APP / "config.yaml").read_text())


@pytest.fixture(scope="module")
def translation():
    return yaml.safe_load((APP / "translations" / "en.yaml").read_text())


def test_keys_are_known_and_of_the_right_type(config):
    assert config.keys() >= REQUIRED.keys()
    for key, value in config.items():
        assert isinstance(value, (REQUIRED | OPTIONAL)[key]), key
    for key, allowed in CHOICES.items():
        assert config.get(key) is None or config[key] in allowed


def test_name_and_machines(config):
    assert re.fullmatch(r"[-_.A-Za-z0-9]+", config["slug"])
    assert config["arch"] == ["aarch64", "amd64"]


def test_ports_and_watchdog(config):
    assert config["ports"] == {"8099/tcp": None}
    assert re.match(r"(https?|\[PROTO:\w+\]|tcp)://\[HOST\]:(\[PORT:\d+\]|\d+)", config["watchdog"])
    assert config["watchdog"].endswith("[PORT:8099]/health")


def test_folders(config):
    for entry in config["map"]:
        assert entry.keys() <= {"type", "read_only", "path"}
        assert entry["type"] in MAP_TYPES
        assert isinstance(entry["read_only"], bool)


def test_environment_is_text(config):
    assert all(isinstance(value, str) for value in config["environment"].values())


def test_it_may_be_discovered_and_asks_for_nothing_more(config):
    assert config["discovery"] == ["twat"]
    for right in ("privileged", "host_network", "hassio_api", "homeassistant_api"):
        assert right not in config
    assert 10 <= config["timeout"] <= 300


def test_options_have_a_schema_a_default_and_a_text(config, translation):
    assert config["options"].keys() == config["schema"].keys()
    assert translation["configuration"].keys() == config["schema"].keys()
    for element in config["schema"].values():
        assert ELEMENT.fullmatch(element), element
    for text in translation["configuration"].values():
        assert text.keys() <= {"name", "description", "fields"}
        assert text["name"]
    assert translation["network"].keys() == config["ports"].keys()
    assert translation.keys() == {"configuration", "network"}


def test_options_are_ones_that_serve_takes(config, monkeypatch):
    assert supervisor._VARIABLES.keys() == config["schema"].keys()
    ends = {"workers": (1, 16), "image_cache_mb": (256, 100_000)}
    for option, values in ends.items():
        for value in values:
            assert config["schema"][option].startswith("int(")
            assert str(value) in config["schema"][option]
            monkeypatch.setenv(supervisor._VARIABLES[option], str(value))
            cli.make_cli().serve_parser.parse_args([])


def test_versions_agree(config):
    project = tomllib.loads((APP / "pyproject.toml").read_text())["project"]
    assert config["version"] == project["version"]
    assert f"## {config['version']}\n" in (APP / "CHANGELOG.md").read_text()
    assert f'io.hass.version="{config["version"]}"' in (APP / "Dockerfile").read_text()


def test_texts_and_picture_are_there():
    for name in ("README.md", "DOCS.md", "CHANGELOG.md"):
        assert (APP / name).read_text().startswith("# ")
    with Image.open(APP / "icon.png") as icon:
        assert icon.size == (128, 128)


def test_builder_file_of_old_is_not_there():
    assert not (APP / "build.yaml").exists()


def test_repository():
    repository = yaml.safe_load((ROOT / "repository.yaml").read_text())
    assert repository["name"] == "TWAT"
    assert repository.keys() <= {"name", "url", "maintainer"}
