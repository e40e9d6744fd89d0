"""Serving ends when told to, and lets requests in flight finish."""

import asyncio
import os
import signal

import aiohttp
from aiohttp import web
import pytest

from twat_service import CannotListen, ServiceInfo, create_app, serve


async def _ready(capsys):
    """Wait for the ready line; yields to the loop, and does not sleep."""
    while True:
        out = capsys.readouterr().out
        if out:
            return out
        await asyncio.sleep(0)


@pytest.mark.parametrize("how", ["event", "signal"])
async def test_it_prints_one_line_and_stops_when_told_to(info, tmp_path, capsys, how):
    stop = asyncio.Event()
    running = asyncio.create_task(
        serve(create_app(info, tmp_path), info, host="127.0.0.1", port=0, announce=False, stop=stop)
    )
    out = await _ready(capsys)
    if how == "event":
        stop.set()
    else:
        os.kill(os.getpid(), signal.SIGTERM)
    await running

    assert out.startswith("listening on http://127.0.0.1:")
    assert out.count("\n") == 1


async def test_a_request_in_flight_is_answered_before_the_end(info, tmp_path, capsys):
    stop, entered, leave = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        entered.set()
        await leave.wait()
        return web.Response(text="done")

    app = create_app(info, tmp_path)
    app.router.add_get("/slow", slow)
    running = asyncio.create_task(
        serve(app, info, host="127.0.0.1", port=0, announce=False, stop=stop)
    )
    url = (await _ready(capsys)).strip().removeprefix("listening on ")
    auth = {"Authorization": f"Bearer {(tmp_path / 'token').read_text().strip()}"}
    async with aiohttp.ClientSession(headers=auth) as session:
        answer = asyncio.create_task(session.get(f"{url}/slow"))
        await entered.wait()
        stop.set()
        leave.set()
        async with await answer as response:
            assert await response.text() == "done"
    await running


async def test_ipv6_addresses_are_bracketed(info, tmp_path, capsys):
    stop = asyncio.Event()
    stop.set()
    try:
        await serve(create_app(info, tmp_path), info, host="::1", port=0, announce=False, stop=stop)
    except CannotListen:
        pytest.skip("this machine has no IPv6")

    assert capsys.readouterr().out.startswith("listening on http://[::1]:")


async def test_an_address_that_is_not_ours_is_an_error(info, tmp_path):
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1:80"):
        await serve(create_app(info, tmp_path), info, host="192.0.2.1", port=80, announce=False)


async def test_a_service_on_loopback_announces_nothing(info, tmp_path, capsys, monkeypatch):
    def never(*_, **__):
        raise AssertionError("announced")

    monkeypatch.setattr("twat_service.announce.AsyncZeroconf", never)
    stop = asyncio.Event()
    running = asyncio.create_task(
        serve(create_app(info, tmp_path), info, host="127.0.0.1", port=0, stop=stop)
    )
    await _ready(capsys)
    stop.set()
    await running


def test_the_name_falls_back_to_the_title():
    info = ServiceInfo("twat-vision", "TWAT vision", "1", 8099)

    assert info.name == "TWAT vision"
    assert info.mdns_type == "_twat-vision._tcp.local."
    assert info.env_prefix == "TWAT_VISION_"
