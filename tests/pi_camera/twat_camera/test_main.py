"""The command line, in this process and as one of its own."""

import asyncio
import configparser
import json
from pathlib import Path
import shlex
import signal
import sys
import urllib.request

import pytest

from twat_camera.__main__ import main

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("BACKEND", "SCRIPT", "PHOTOS", "SEED", "PORT", "HOST", "DATA_DIR"):
        monkeypatch.delenv(f"TWAT_CAMERA_{name}", raising=False)


@pytest.fixture
def served(monkeypatch):
    """Catch the application instead of serving it."""
    seen = {}

    async def fake_serve(app, info, **options):
        seen.update(options, app=app, info=info)

    monkeypatch.setattr("twat_service.cli.serve", fake_serve)
    return seen


def _paths(app):
    return {resource.canonical for resource in app.router.resources()}


COMMON = {"/health", "/pair", "/status", "/capture", "/preview.jpg", "/controls"}


def test_the_folder_backend(served, photos):
    assert main(["serve", "--backend", "folder", "--photos", str(photos)]) == 0
    assert _paths(served["app"]) == COMMON | {"/folder", "/folder/select"}
    assert served["port"] == 8098


@pytest.mark.parametrize("advance", ["manual", "after-still"])
def test_the_simulated_backend(served, advance):
    arguments = ["serve", "--backend", "simulated", "--script", "dune", "--seed", "7"]
    assert main([*arguments, "--advance", advance]) == 0
    assert "/simulator/advance" in _paths(served["app"])


def test_the_real_backend_is_the_default(served, fake_picamera2):
    assert main(["serve"]) == 0
    assert _paths(served["app"]) == COMMON


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--backend", "folder"], "--backend folder needs --photos DIR"),
        (["--backend", "folder", "--photos", "/missing"], "--photos: there is no folder /missing"),
        (["--backend", "simulated", "--script", "go"], "--script: there is no script 'go'"),
        (["--backend", "simulated", "--seed", "-1"], "'-1' is no whole number"),
        (["--backend", "webcam"], "'webcam' is none of picamera2, simulated, folder"),
        (["--backend", "picamera2"], "apt install python3-picamera2"),
    ],
)
def test_bad_options_exit_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as done:
        main(["serve", *arguments])

    assert done.value.code == 2
    assert message in capsys.readouterr().err


def test_the_simulated_backend_without_opencv_says_what_to_install(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "twat_camera.backends.simulated", raising=False)
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.delitem(sys.modules, "twat_camera.simulator.hand", raising=False)
    with pytest.raises(SystemExit) as done:
        main(["serve", "--backend", "simulated"])

    assert done.value.code == 2
    assert "twat-camera[simulator]" in capsys.readouterr().err


async def test_as_a_process_it_serves_photos_and_ends_cleanly(tmp_path, photos):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "twat_camera", "serve", "--backend", "folder",
        "--photos", str(photos), "--host", "127.0.0.1", "--port", "0", "--no-announce",
        "--data-dir", str(tmp_path / "data"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        line = (await process.stdout.readline()).decode().strip()
        url = line.removeprefix("listening on ")
        token = (tmp_path / "data" / "token").read_text().strip()

        def capture():
            request = urllib.request.Request(
                f"{url}/capture", b"{}", {"Authorization": f"Bearer {token}"}
            )
            with urllib.request.urlopen(request) as response:
                return response.read()

        assert await asyncio.to_thread(capture) == (photos / "001.jpg").read_bytes()
        health = json.loads(
            await asyncio.to_thread(lambda: urllib.request.urlopen(f"{url}/health").read())
        )
        assert health["service"] == "twat-camera"
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()

    assert process.returncode == 0
    assert "Traceback" not in err.decode()


def test_the_unit_starts_what_the_command_line_understands(served, fake_picamera2, tmp_path):
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(ROOT / "pi_camera" / "twat-camera.service")
    python, module, name, *arguments = shlex.split(unit["Service"]["ExecStart"])
    data_dir = arguments.index("--data-dir") + 1
    assert arguments[data_dir] == f"/var/lib/{unit['Service']['StateDirectory']}"
    arguments[data_dir] = str(tmp_path / "state")

    assert (python, module, name) == ("/opt/twat-camera/venv/bin/python", "-m", "twat_camera")
    assert main(arguments) == 0
