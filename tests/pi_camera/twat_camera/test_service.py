"""The HTTP interface, with a camera whose every breath the test controls."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
import threading

import pytest

from twat_camera.camera import CameraError, Locks, Still

STILL = Still(
    b"\xff\xd8 a photo",
    datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC),
    (4608, 2592),
    12000,
    1.5,
    2.4,
    150.2,
)


class ScriptedCamera:
    """Does what it is told; `blocked` holds a still until the test lets it go."""

    model = "Scripted"

    def __init__(self):
        self.locks = Locks(True, True, True)
        self.broken: str | None = None
        self.still = STILL
        self.calls = []
        self.entered = threading.Event()
        self.blocked: threading.Event | None = None
        self.threads = set()
        self.prepared = threading.Event()

    def _do(self, call):
        self.threads.add(threading.get_ident())
        self.calls.append(call)
        if self.broken:
            raise CameraError(self.broken)

    def start(self):
        self._do("start")

    def close(self):
        self.calls.append("close")

    def capture(self, resolution):
        self._do(("capture", resolution))
        if self.blocked:
            self.entered.set()
            assert self.blocked.wait(10)
        return self.still

    def preview(self, width):
        self._do(("preview", width))
        return b"\xff\xd8 small"

    def set_locks(self, changes):
        self._do(("locks", dict(changes)))
        self.locks = replace(self.locks, **changes)
        return self.locks

    def prepare(self):
        self.prepared.set()


@pytest.fixture
def camera():
    return ScriptedCamera()


@pytest.fixture
async def client(serve, camera):
    return await serve(camera)


async def _error(response):
    error = (await response.json())["error"]
    return response.status, error["code"], error["details"]


async def _status(client):
    async with client.get("/status") as response:
        assert response.status == 200
        return await response.json()


async def test_a_still_comes_with_how_it_was_taken(client):
    async with client.post("/capture", json={"resolution": "4k", "format": "jpeg"}) as response:
        assert await response.read() == STILL.jpeg

    assert response.content_type == "image/jpeg"
    assert {k: v for k, v in response.headers.items() if k.startswith("X-Twat-")} == {
        "X-Twat-Captured-At": "2026-11-22T12:00:01+00:00",
        "X-Twat-Resolution": "4608x2592",
        "X-Twat-Exposure-Us": "12000",
        "X-Twat-Gain": "1.5",
        "X-Twat-Lens-Position": "2.4",
        "X-Twat-Sharpness": "150.2",
    }


async def test_what_the_camera_does_not_know_has_no_header(client, camera):
    camera.still = replace(STILL, exposure_us=None, gain=None, lens_position=None, sharpness=None)
    async with client.post("/capture") as response:
        assert {k for k in response.headers if k.startswith("X-Twat-")} == {
            "X-Twat-Captured-At",
            "X-Twat-Resolution",
        }


async def test_full_resolution_is_the_default(client, camera):
    async with client.post("/capture") as response:
        assert response.status == 200
    assert ("capture", "4k") in camera.calls


async def test_an_unknown_resolution_is_refused_with_the_known_ones(client, camera):
    async with client.post("/capture", json={"resolution": "8k"}) as response:
        assert await _error(response) == (
            400,
            "unknown_resolution",
            {"allowed": ["4k", "1080p", "720p"]},
        )
    assert ("capture", "8k") not in camera.calls


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "png"}, "format"),
        ({"resolution": 4}, "resolution"),
        ({"zoom": 2}, "zoom"),
    ],
)
async def test_a_bad_capture_names_the_field(client, body, field):
    async with client.post("/capture", json=body) as response:
        assert await _error(response) == (400, "invalid_request", {"field": field})


async def test_a_second_still_at_the_same_time_is_told_to_come_back(client, camera):
    camera.blocked = threading.Event()
    first = asyncio.create_task(client.post("/capture"))
    await asyncio.to_thread(camera.entered.wait, 10)

    assert (await _status(client))["status"] == "busy"
    async with client.post("/capture") as response:
        assert await _error(response) == (503, "busy", {})
        assert response.headers["Retry-After"] == "1"

    camera.blocked.set()
    async with await first as response:
        assert response.status == 200
    async with client.post("/capture") as response:
        assert response.status == 200


async def test_a_preview_waits_for_the_still_that_is_being_taken(client, camera):
    camera.blocked = threading.Event()
    still = asyncio.create_task(client.post("/capture"))
    await asyncio.to_thread(camera.entered.wait, 10)
    preview = asyncio.create_task(client.get("/preview.jpg"))
    assert (await _status(client))["status"] == "busy"
    camera.blocked.set()

    async with await preview as response:
        assert response.status == 200
    async with await still as response:
        assert response.status == 200


async def test_the_status_follows_the_camera(client, camera):
    async with client.post("/capture") as response:
        await response.read()
    await asyncio.to_thread(camera.prepared.wait, 10)
    async with client.get("/preview.jpg"):
        pass

    assert await _status(client) == {
        "status": "ready",
        "error": None,
        "camera_model": "Scripted",
        "available_resolutions": ["4k", "1080p", "720p"],
        "last_capture": "2026-11-22T12:00:01+00:00",
        "locked": {"focus": True, "exposure": True, "white_balance": True},
        "version": "0.1.0",
    }


async def test_a_broken_camera_says_so_and_is_opened_again(client, camera, caplog):
    async with client.get("/preview.jpg"):
        pass
    camera.broken = "the cable is loose"
    for _ in range(2):
        async with client.post("/capture") as response:
            assert await _error(response) == (503, "camera_error", {})
            assert "the cable is loose" in await response.text()
    status = await _status(client)
    assert (status["status"], status["error"]) == ("error", "the cable is loose")

    caplog.set_level("INFO")
    camera.broken = None
    async with client.post("/capture") as response:
        assert response.status == 200
    assert (await _status(client))["error"] is None
    assert camera.calls.count("start") >= 2
    logged = [r.message for r in caplog.records if r.name == "twat_camera.host"]
    assert logged == ["the camera does not work: the cable is loose", "the camera works again"]


async def test_a_camera_that_is_missing_from_the_start_keeps_nobody_from_asking(serve):
    camera = ScriptedCamera()
    camera.broken = "no camera is connected"
    client = await serve(camera)

    for path, method in (("/preview.jpg", "GET"), ("/capture", "POST"), ("/controls", "POST")):
        body = {"all": "lock"} if path == "/controls" else None
        async with client.request(method, path, json=body) as response:
            assert await _error(response) == (503, "camera_error", {})
    assert (await _status(client))["status"] == "error"


async def test_everything_happens_in_one_thread_and_the_camera_is_closed_at_the_end(serve, camera):
    client = await serve(camera)
    async with client.post("/capture"), client.get("/preview.jpg"):
        pass
    await client.close()

    assert len(camera.threads) == 1
    assert camera.calls[-1] == "close"


@pytest.mark.parametrize("width", ["159", "1921", "0", "-5", "640.5", "wide", "", "٦٤٠"])
async def test_a_bad_preview_width_is_refused(client, width):
    async with client.get("/preview.jpg", params={"width": width}) as response:
        assert await _error(response) == (400, "invalid_request", {"field": "width"})


@pytest.mark.parametrize(
    ("query", "width"), [({}, 640), ({"width": "160"}, 160), ({"width": "1920"}, 1920)]
)
async def test_a_preview_has_the_width_asked_for_and_is_not_kept(client, camera, query, width):
    async with client.get("/preview.jpg", params=query) as response:
        assert response.content_type == "image/jpeg"
        assert response.headers["Cache-Control"] == "no-store"
    assert ("preview", width) in camera.calls


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ({"focus": "unlock"}, {"focus": False}),
        (
            {"exposure": "lock", "white_balance": "unlock"},
            {"exposure": True, "white_balance": False},
        ),
        ({"all": "unlock"}, dict.fromkeys(("focus", "exposure", "white_balance"), False)),
    ],
)
async def test_controls_lock_and_unlock(client, camera, body, changes):
    async with client.post("/controls", json=body) as response:
        locked = await response.json()

    assert ("locks", changes) in camera.calls
    assert locked == dict.fromkeys(("focus", "exposure", "white_balance"), True) | changes
    assert (await _status(client))["locked"] == locked


@pytest.mark.parametrize(
    "body",
    [{}, {"focus": "maybe"}, {"focus": None}, {"all": "lock", "focus": "lock"}, {"iso": "lock"}],
)
async def test_controls_that_make_no_sense_are_refused(client, camera, body):
    async with client.post("/controls", json=body) as response:
        status, code, _ = await _error(response)

    assert (status, code) == (400, "invalid_request")
    assert not any(call[0] == "locks" for call in camera.calls)


@pytest.mark.parametrize("path", ["/simulator", "/simulator/advance", "/folder", "/folder/select"])
async def test_routes_of_other_backends_do_not_exist(client, path):
    async with client.post(path, json={}) as response:
        assert await _error(response) == (404, "not_found", {})


async def test_a_camera_that_cannot_be_closed_does_not_keep_the_service_from_ending(
    serve, camera, monkeypatch, caplog
):
    def stuck():
        raise CameraError("it is stuck")

    monkeypatch.setattr(camera, "close", stuck)
    client = await serve(camera)
    await client.close()

    assert "the camera cannot be closed: it is stuck" in caplog.text


async def test_a_cancelled_client_leaves_the_camera_usable(client, camera):
    camera.blocked = threading.Event()
    gone = asyncio.create_task(client.post("/capture"))
    await asyncio.to_thread(camera.entered.wait, 10)
    gone.cancel()
    camera.blocked.set()
    async with client.get("/preview.jpg") as response:
        assert response.status == 200
    async with client.post("/capture") as response:
        assert response.status == 200
