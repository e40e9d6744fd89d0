"""The installer, with the system's own commands replaced by ones that only take notes."""

from http.server import BaseHTTPRequestHandler, HTTPServer
import os
from pathlib import Path
import subprocess
import threading

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = ROOT / "pi_camera" / "install.sh"

NOTE = '#!/bin/sh\necho "$(basename "$0") $*" >> "$NOTES"\n'
STUBS = {
    "apt-get": NOTE,
    "systemctl": NOTE,
    "useradd": NOTE,
    "id": '#!/bin/sh\n[ "$2" = twat-camera ] && exit "$NO_USER"\necho "$FAKE_UID"\n',
    # A venv whose python takes notes as well; anything else goes to the real one.
    "python3": NOTE.rstrip()
    + '\nif [ "$2" = venv ]; then mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; exit 0; fi\n'
    + 'case "$1" in -c) [ "$2" = "import picamera2" ] && exit 0; exec "$REAL_PYTHON" "$@";; esac\n',
}


class _Health(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "ok", "pairing_code": "123456"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    server = HTTPServer(("127.0.0.1", 0), _Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def install(tmp_path, port):
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for name, text in STUBS.items():
        (bin_dir / name).write_text(text)
        (bin_dir / name).chmod(0o755)
    (tmp_path / "units").mkdir()

    def run(*arguments, **environment):
        notes = tmp_path / "notes"
        notes.write_text("")
        done = subprocess.run(
            [str(INSTALLER), *arguments],
            env={
                "PATH": f"{bin_dir}:{os.environ['PATH']}",
                "NOTES": str(notes),
                "NO_USER": "1",
                "FAKE_UID": "0",
                "REAL_PYTHON": os.sys.executable,
                "TWAT_CAMERA_TARGET": str(tmp_path / "opt"),
                "TWAT_CAMERA_UNITS": str(tmp_path / "units"),
                "TWAT_CAMERA_PORT": str(port),
            }
            | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done, notes.read_text()

    return run


def test_it_installs_from_the_clone_and_tells_the_pairing_code(install, tmp_path):
    done, notes = install()

    assert done.returncode == 0, done.stderr
    assert "asks for this code: 123456" in done.stdout
    steps = [
        "apt-get update",
        "python3-picamera2",
        "-m venv --system-site-packages",
        f"{ROOT}/vision_addon/service_kit {ROOT}/pi_camera",
        "useradd --system",
        "systemctl daemon-reload",
        "systemctl enable twat-camera.service",
        "systemctl restart twat-camera.service",
    ]
    found = [notes.find(step) for step in steps]
    assert found == sorted(found)
    assert -1 not in found
    installed = (tmp_path / "units" / "twat-camera.service").read_text()
    assert installed == (ROOT / "pi_camera" / "twat-camera.service").read_text()
    assert (tmp_path / "opt" / "README.md").exists()


def test_a_second_run_updates_and_leaves_the_user_alone(install):
    install()
    done, notes = install(NO_USER="0")

    assert done.returncode == 0
    assert "useradd" not in notes
    assert "systemctl restart" in notes


def test_without_root_nothing_is_touched(install):
    done, notes = install(FAKE_UID="1000")

    assert done.returncode == 1
    assert "needs root" in done.stderr
    assert notes == ""


def test_arguments_are_refused_and_help_is_given(install):
    done, notes = install("--fast")
    assert (done.returncode, notes) == (1, "")
    done, notes = install("--help")
    assert (done.returncode, notes) == (0, "")
    assert "usage:" in done.stdout


def test_a_service_that_does_not_come_up_is_said(install, tmp_path):
    curl = tmp_path / "bin" / "curl"
    curl.write_text("#!/bin/sh\nexit 7\n")
    curl.chmod(0o755)
    done, _ = install()

    assert done.returncode == 1
    assert "journalctl -u twat-camera" in done.stderr
