"""The container: what the Dockerfile copies is there, what it starts works, and the compose file fits."""

import os
from pathlib import Path
import re
import stat
import subprocess

import pytest
import yaml

APP = Path(__file__).parents[3] / "vision_addon"


@pytest.fixture(scope="module")
def instructions():
    """Return the Dockerfile as a list of (instruction, rest), continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (APP / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(" ", 1)) for line in lines]


def test_debian_base_in_every_stage(instructions):
    bases = [rest.split()[0] for name, rest in instructions if name == "FROM"]
    assert bases == ["debian:trixie-slim", "debian:trixie-slim"]


def test_everything_copied_is_in_the_build_context(instructions):
    ignored = (APP / ".dockerignore").read_text().splitlines()
    copied = []
    for name, rest in instructions:
        words = [word for word in rest.split() if not word.startswith("--")]
        if name == "COPY" and "--from" not in rest:
            copied += words[:-1]
    assert copied
    for source in copied:
        assert (APP / source).exists(), source
        assert f"!{source.removeprefix('./')}" in ignored


def test_health_is_checked(instructions):
    (check,) = [rest for name, rest in instructions if name == "HEALTHCHECK"]
    assert "/health" in check


def test_entry_is_the_run_script(instructions):
    named = dict(instructions)
    assert named["ENTRYPOINT"] == '["/usr/local/bin/twat-vision"]'
    assert named["CMD"] == '["serve"]'
    assert (APP / "run.sh").stat().st_mode & stat.S_IXUSR


@pytest.fixture
def container(tmp_path):
    """Run the script with stand-ins for what it starts; returns what they were called with."""
    calls = tmp_path / "calls"
    tools = tmp_path / "bin"
    tools.mkdir()

    def stand_in(name, body):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{calls}"\n{body}\n')
        (tools / name).chmod(0o755)

    def run(user, *arguments):
        stand_in("id", f"echo {user}")
        stand_in("chown", "")
        stand_in("setpriv", "")
        stand_in("python", "")
        # The one absolute path in the script is that of the image's Python.
        script = tmp_path / "run.sh"
        script.write_text(
            (APP / "run.sh").read_text().replace("/opt/twat/bin/python", str(tools / "python"))
        )
        script.chmod(0o755)
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "TWAT_VISION_DATA_DIR": "/data"}
        subprocess.run([script, *arguments], env=environment, check=True)
        return calls.read_text().splitlines()

    return run


def test_root_gives_its_rights_away(container):
    _, chown, setpriv = container(0, "serve", "--port", "1")
    assert chown == "chown -R twat:twat /data"
    assert setpriv.startswith("setpriv --reuid=twat --regid=twat --init-groups --no-new-privs ")
    assert setpriv.endswith("run.sh serve --port 1")


def test_user_starts_the_service(container):
    _, python = container(999, "serve", "--port", "1")
    assert python == "python -m twat_vision serve --port 1"


def test_compose_runs_the_service_beside_ollama():
    compose = yaml.safe_load((APP / "compose.yaml").read_text())
    vision, ollama = compose["services"]["vision"], compose["services"]["ollama"]
    # Multicast, by which Home Assistant finds the service, needs the host's network.
    assert vision["network_mode"] == "host"
    assert vision["build"] == "."
    (device,) = ollama["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia"
    assert device["capabilities"] == ["gpu"]
    assert ollama["ports"] == ["127.0.0.1:11434:11434"]
    volumes = {v.split(":")[0] for s in (vision, ollama) for v in s["volumes"]}
    assert volumes == set(compose["volumes"])
