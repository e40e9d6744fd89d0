"""As a Home Assistant app: options, and the discovery message, to a Supervisor on a real socket."""

import json

from aiohttp import web
import pytest

from twat_service import DataDirError
from twat_vision.service import supervisor
from twat_vision.service.supervisor import Discovery

MESSAGE = Discovery("a0d7b954-twat-vision", 8099, "secret")


@pytest.fixture
async def fake_supervisor():
    """Start a Supervisor that gives the answers listed, the last one for ever."""
    runners = []

    async def start(*answers):
        waiting = list(answers)
        requests = []

        async def discovery(request):
            requests.append((dict(request.headers), await request.json()))
            status, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return web.json_response(body, status=status)

        app = web.Application()
        app.router.add_post("/discovery", discovery)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}", requests

    yield start
    for runner in runners:
        await runner.cleanup()


OK = (200, {"result": "ok", "data": {"uuid": "u1"}})


async def test_home_assistant_is_told(fake_supervisor, caplog):
    caplog.set_level("INFO")
    url, requests = await fake_supervisor(OK)
    await supervisor.announce(url, "supervisor-token", MESSAGE)
    ((headers, body),) = requests
    assert headers["Authorization"] == "Bearer supervisor-token"
    assert body == {
        "service": "twat",
        "config": {"host": "a0d7b954-twat-vision", "port": 8099, "token": "secret"},
    }
    assert "u1" in caplog.text
    assert "secret" not in caplog.text


async def test_passing_errors_are_tried_again(fake_supervisor, monkeypatch):
    monkeypatch.setattr(supervisor, "_RETRY_SECONDS", (0,))
    url, requests = await fake_supervisor((503, {}), (500, {}), OK)
    await supervisor.announce(url, "t", MESSAGE)
    assert len(requests) == 3


async def test_refusal_is_logged_and_final(fake_supervisor, caplog):
    url, requests = await fake_supervisor((403, {"message": "not allowed to discover"}))
    await supervisor.announce(url, "t", MESSAGE)
    assert len(requests) == 1
    assert "not allowed to discover" in caplog.text


async def test_application_announces_in_the_background(fake_supervisor, until):
    url, requests = await fake_supervisor(OK)
    context = supervisor.announcing(url, "t", lambda: MESSAGE)(web.Application())
    await anext(context)
    await until(lambda: requests)
    await anext(context, None)


async def test_application_stops_while_the_supervisor_is_away(monkeypatch, caplog, until):
    context = supervisor.announcing("http://127.0.0.1:9", "t", lambda: MESSAGE)(web.Application())
    await anext(context)
    await until(lambda: "cannot be reached" in caplog.text)
    await anext(context, None)


def test_options_become_variables(tmp_path):
    file = tmp_path / "options.json"
    file.write_text(json.dumps({"log_level": "debug", "workers": 2, "unknown": 1}))
    environment = {"TWAT_VISION_LOG_LEVEL": "warning"}
    supervisor.apply_options(file, environment)
    assert environment == {"TWAT_VISION_LOG_LEVEL": "warning", "TWAT_VISION_WORKERS": "2"}


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_options_that_cannot_be_read(tmp_path, text):
    file = tmp_path / "options.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(DataDirError, match="options"):
        supervisor.apply_options(file, {})


def test_own_host_is_a_name():
    assert supervisor.own_host()
