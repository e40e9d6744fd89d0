"""Both services announce themselves by mDNS and Home Assistant offers them to be paired."""

import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]


def namespaces_work() -> bool:
    """Whether a network namespace with a veth pair can be made here."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    probe = [*UNSHARE, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.timeout(300)
@pytest.mark.skipif(not namespaces_work(), reason="network namespaces cannot be made here")
def test_both_services_are_discovered_and_paired() -> None:
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.e2e.discovery_inside", "--inside"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    entries = json.loads(done.stdout.strip().splitlines()[-1])
    assert [entry["state"] for entry in entries] == ["loaded", "loaded"]
