"""Health tells who this is; only on this machine it tells the pairing code too."""

import asyncio
from pathlib import Path

from aiohttp.test_utils import make_mocked_request
import pytest

from twat_service import DataDirError, Pairing, create_app, service_id
from twat_service.app import _is_loopback


async def test_health_tells_who_this_is(client, app):
    async with client.get("/health") as response:
        body = await response.json()

    assert body == {
        "status": "ok",
        "service": "twat-camera",
        "id": service_id(app),
        "name": "Attic",
        "version": "1.2.3",
        "api_version": 1,
        "pairing_code": "000001",
    }


@pytest.mark.parametrize(
    ("peer", "headers", "loopback"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.9.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("192.168.1.20", {}, False),
        ("::ffff:192.168.1.20", {}, False),
        ("2001:db8::1", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, False),
        ("", {}, False),
    ],
)
def test_only_this_machine_itself_is_loopback(peer, headers, loopback):
    request = make_mocked_request("GET", "/health", headers=headers).clone(remote=peer)

    assert _is_loopback(request) is loopback


async def test_a_proxy_on_this_machine_does_not_leak_the_code(client):
    async with client.get("/health", headers={"X-Forwarded-For": "203.0.113.9"}) as response:
        assert "pairing_code" not in await response.json()


def test_the_id_stays_the_same(info, tmp_path):
    first = service_id(create_app(info, tmp_path / "d"))

    assert service_id(create_app(info, tmp_path / "d")) == first
    assert len(first) == 32 and int(first, 16)


def test_a_data_directory_that_is_a_file_is_refused(info, tmp_path):
    (tmp_path / "d").write_text("")

    with pytest.raises(DataDirError, match="cannot make the data directory"):
        create_app(info, tmp_path / "d")


async def test_a_code_that_runs_out_is_replaced_without_being_asked(info, tmp_path: Path):
    replaced = asyncio.Event()
    codes: list[str] = []

    def announce(code: str) -> None:
        codes.append(code)
        if len(codes) == 2:
            replaced.set()

    # Each look at the clock is nearly a code's life later.
    ticks = iter(range(0, 10**9, 599))
    app = create_app(info, tmp_path, pairing=Pairing(lambda: next(ticks), announce=announce))
    app.freeze()
    await app.startup()
    await asyncio.wait_for(replaced.wait(), 10)
    await app.cleanup()

    assert len(set(codes)) > 1
