"""Announced by mDNS: in a network namespace for real, and without a network not at all."""

import asyncio
import json
import logging
import os
from pathlib import Path
import shutil
import subprocess
import sys
from typing import ClassVar

import pytest
from zeroconf import NonUniqueNameException

from twat_service import announce
from twat_service.announce import Announcer, advertised_addresses, mdns_service

UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]


def _namespaces_work() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    probe = [*UNSHARE, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _namespaces_work(), reason="network namespaces cannot be made here")
def test_a_service_is_found_with_its_particulars_and_vanishes():
    inside = Path(__file__).with_name("mdns_inside.py")
    done = subprocess.run(
        [*UNSHARE, sys.executable, str(inside)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["events"] == ["Added", "Removed"]
    assert found["name"].startswith("Böard. room")
    assert found["port"] == 4711
    assert found["addresses"] == ["10.77.0.1"]
    assert found["txt"] == {
        "id": "ab" * 16,
        "name": "Böard. room" + "x" * 52,
        "version": "1.2.3",
        "api": "1",
    }


@pytest.mark.parametrize(
    ("host", "override", "expected"),
    [
        ("127.0.0.1", [], []),
        ("::1", [], []),
        ("192.0.2.7", [], ["192.0.2.7"]),
        ("0.0.0.0", [], ["192.0.2.1", "192.0.2.2"]),
        ("::", [], ["192.0.2.1", "192.0.2.2"]),
        ("127.0.0.1", ["192.0.2.9"], ["192.0.2.9"]),
    ],
)
def test_only_addresses_others_can_reach_are_announced(monkeypatch, host, override, expected):
    monkeypatch.setattr(
        announce, "get_all_addresses", lambda: ["192.0.2.2", "127.0.0.1", "192.0.2.1"]
    )

    assert advertised_addresses(host, override) == expected


def test_a_long_name_is_cut_to_what_a_dns_label_holds(info):
    long = type(info)("twat-camera", "TWAT camera", "1", 8098, "ü" * 63)

    record = mdns_service(long, "ab" * 16, 1, 8098, ["192.0.2.1"])

    assert record.name == "ü" * 31 + "._twat-camera._tcp.local."


class _Zeroconf:
    """Stands in for the network, which tests of this machine must not touch."""

    instances: ClassVar[list] = []
    failure: Exception | None = None

    def __init__(self, **_):
        self.registered = []
        self.closed = False
        _Zeroconf.instances.append(self)

    async def async_register_service(self, record, allow_name_change):
        assert allow_name_change
        if self.failure:
            raise self.failure
        self.registered.append(record.parsed_addresses())
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    async def async_unregister_all_services(self):
        self.registered.clear()

    async def async_close(self):
        self.closed = True


@pytest.fixture
def network(monkeypatch):
    monkeypatch.setattr(announce, "AsyncZeroconf", _Zeroconf)
    _Zeroconf.instances = []
    _Zeroconf.failure = None
    return _Zeroconf


@pytest.fixture
def addresses(monkeypatch):
    """The machine's addresses, look by look; an event is set at the last."""
    looked = asyncio.Event()

    def set_to(*looks):
        remaining = list(looks)

        def look(*_):
            if len(remaining) == 1:
                looked.set()
                return remaining[0]
            return remaining.pop(0)

        monkeypatch.setattr(announce, "advertised_addresses", look)
        return looked

    return set_to


async def _settled(looked):
    await asyncio.wait_for(looked.wait(), 10)
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_new_address_is_announced_in_place_of_the_old_one(info, network, addresses, caplog):
    caplog.set_level(logging.INFO)
    looked = addresses(["192.0.2.1"], ["192.0.2.1"], [], ["192.0.2.2"])
    announcer = Announcer(info, "ab" * 16, 1, "0.0.0.0", 1, recheck=0)
    announcer.start()
    await _settled(looked)

    assert [one.closed for one in network.instances] == [True, False]
    assert network.instances[-1].registered == [["192.0.2.2"]]
    await announcer.stop()
    assert all(one.closed for one in network.instances)
    assert len(caplog.messages) == 2


@pytest.mark.parametrize("failure", [OSError("no multicast"), NonUniqueNameException()])
async def test_a_network_that_refuses_is_logged_once_and_tried_again(
    info, network, addresses, caplog, failure
):
    network.failure = failure
    looked = addresses(*[["192.0.2.1"]] * 3)
    announcer = Announcer(info, "ab" * 16, 1, "0.0.0.0", 1, recheck=0)
    announcer.start()
    await _settled(looked)
    await announcer.stop()

    assert len(network.instances) >= 3
    assert all(one.closed for one in network.instances)
    assert len([r for r in caplog.records if r.levelno == logging.WARNING]) == 1


async def test_stopping_what_never_started_is_harmless(info, network):
    await Announcer(info, "ab" * 16, 1, "0.0.0.0", 1).stop()

    assert network.instances == []
