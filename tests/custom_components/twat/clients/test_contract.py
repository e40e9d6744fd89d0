"""The clients and the real services agree on every endpoint and every refusal."""

from datetime import datetime
from hashlib import sha256
from io import BytesIO

from aiohttp import ClientSession
from PIL import Image
import pytest

from custom_components.twat.clients.camera import CameraClient, Resolution
from custom_components.twat.clients.errors import (
    Busy,
    ConnectionFailed,
    Hop,
    Rejected,
    TimedOut,
    Unauthorized,
    WrongService,
)
from custom_components.twat.clients.vision import JobStatus, VisionClient

GRID = {"grid": {"columns": 8, "rows": 8}}


@pytest.fixture
async def session(socket_enabled):
    async with ClientSession() as session:
        yield session


@pytest.fixture
def vision_client(session, vision) -> VisionClient:
    return VisionClient(session, vision.url, vision.token)


@pytest.fixture
def camera_client(session, camera) -> CameraClient:
    return CameraClient(session, camera.url, camera.token)


def photo(size=(640, 480), color="green") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG")
    return buffer.getvalue()


def digest(image: bytes) -> str:
    return sha256(image).hexdigest()


def request(capture_id: str, after: str, /, **changes) -> dict:
    return {
        "capture_id": capture_id,
        "images": {"after": after, "before": None, "reference": None},
        "board": {
            "corners": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]],
            "markers": None,
            "layout": GRID,
        },
        "pieces": None,
        "players": [{"position": 1, "name": "Alice", "color": "red"}],
        "active_player": 1,
        "vocabulary": [],
        "candidates": [],
        "tasks": {"detect_changes": True, "identify_pieces": "auto"},
        "model": None,
        "thresholds": {"confidence": 0.9},
        **changes,
    }


# Both


async def test_who_answers(vision_client, camera_client, vision, camera) -> None:
    health = await vision_client.health()
    assert (health.service, health.id, health.api_version) == ("twat-vision", vision.id, 1)
    health = await camera_client.health()
    assert (health.service, health.id) == ("twat-camera", camera.id)


async def test_the_other_one_answers(session, vision, camera) -> None:
    with pytest.raises(WrongService) as error:
        await VisionClient(session, camera.url).health()
    assert (error.value.hop, error.value.found) == (Hop.VISION, "twat-camera")


async def test_pairing(session, own_vision, pairing_code) -> None:
    client = VisionClient(session, own_vision.url)
    code = pairing_code(own_vision)
    paired = await client.pair(code)
    assert (paired.token, paired.id) == (own_vision.token, own_vision.id)

    with pytest.raises(Rejected) as used:
        await client.pair(code)
    assert (used.value.status, used.value.code) == (403, "pairing_code_expired")
    with pytest.raises(Rejected) as malformed:
        await client.pair("abc")
    assert (malformed.value.status, malformed.value.code) == (400, "invalid_request")
    wrong = "000000" if pairing_code(own_vision) != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Rejected) as refused:
            await client.pair(wrong)
        assert refused.value.code == "pairing_code_wrong"
        assert refused.value.details["tries_left"] == left
    with pytest.raises(Busy) as locked:
        await client.pair(wrong)
    assert (locked.value.status, locked.value.code) == (429, "pairing_locked")
    assert 0 < locked.value.retry_after <= 60


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_a_wrong_token(session, vision, camera, token) -> None:
    with pytest.raises(Unauthorized) as error:
        await VisionClient(session, vision.url, token).job("x")
    assert error.value.hop is Hop.VISION
    with pytest.raises(Unauthorized):
        await VisionClient(session, vision.url, token).has_image("0" * 64)
    with pytest.raises(Unauthorized) as error:
        await CameraClient(session, camera.url, token).status()
    assert error.value.hop is Hop.CAMERA


async def test_nobody_there(session) -> None:
    with pytest.raises(ConnectionFailed) as error:
        await CameraClient(session, "http://127.0.0.1:1").health()
    assert (error.value.hop, error.value.code) == (Hop.CAMERA, "unreachable")
    assert not isinstance(error.value, TimedOut)


# The camera


async def test_camera_status(camera_client) -> None:
    status = await camera_client.status()
    assert status.status == "ready"
    assert status.available_resolutions == ("4k", "1080p", "720p")
    assert set(status.locked) == {"focus", "exposure", "white_balance"}


@pytest.mark.parametrize(
    ("resolution", "size"),
    [
        (Resolution.UHD, (4608, 2592)),
        (Resolution.FULL_HD, (1920, 1080)),
        (Resolution.HD, (1280, 720)),
    ],
)
async def test_stills(camera_client, resolution, size) -> None:
    still = await camera_client.capture(resolution)
    assert Image.open(BytesIO(still.image)).size == size
    assert still.captured_at is not None
    assert still.captured_at.utcoffset() is not None
    assert still.settings["Exposure-Us"] > 0
    status = await camera_client.status()
    assert isinstance(status.last_capture, datetime)


async def test_an_unknown_resolution(camera_client) -> None:
    with pytest.raises(Rejected) as error:
        await camera_client.capture("8k")
    assert (error.value.status, error.value.code) == (400, "unknown_resolution")
    assert error.value.details["allowed"] == ["4k", "1080p", "720p"]


@pytest.mark.parametrize(("asked", "given"), [(320, 320), (1, 160), (9999, 1920)])
async def test_previews(camera_client, asked, given) -> None:
    image = await camera_client.preview(asked)
    assert Image.open(BytesIO(image)).size[0] == given


async def test_locks(camera_client) -> None:
    unlocked = await camera_client.lock(all="unlock")
    assert set(unlocked.values()) == {False}
    locked = await camera_client.lock(focus="lock")
    assert (locked["focus"], locked["exposure"]) == (True, False)
    with pytest.raises(Rejected):
        await camera_client.lock(focus="sideways")
    await camera_client.lock(all="lock")


# The vision service


async def test_images(vision_client) -> None:
    image = photo(color="blue")
    assert not await vision_client.has_image("0" * 64)
    await vision_client.put_image(digest(image), image)
    await vision_client.put_image(digest(image), image)
    assert await vision_client.has_image(digest(image))


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"", "not_an_image"),
        (b"hello", "not_an_image"),
        (photo()[:2000], "not_an_image"),
        (photo((1, 1)), "image_too_small"),
    ],
)
async def test_images_that_are_refused(vision_client, image, code) -> None:
    with pytest.raises(Rejected) as error:
        await vision_client.put_image(digest(image), image)
    assert (error.value.status, error.value.code) == (422, code)


async def test_an_image_under_another_name(vision_client) -> None:
    with pytest.raises(Rejected) as error:
        await vision_client.put_image("0" * 64, photo())
    assert (error.value.status, error.value.code) == (422, "hash_mismatch")


async def test_an_image_that_is_too_large(vision_client) -> None:
    huge = b"\xff\xd8" + bytes(33 * 1024 * 1024)
    with pytest.raises(Rejected) as error:
        await vision_client.put_image(digest(huge), huge)
    assert (error.value.status, error.value.code) == (413, "too_large")


async def test_a_decompression_bomb(vision_client) -> None:
    buffer = BytesIO()
    Image.new("1", (20000, 20000)).save(buffer, "PNG")
    bomb = buffer.getvalue()
    with pytest.raises(Rejected) as error:
        await vision_client.put_image(digest(bomb), bomb)
    assert (error.value.status, error.value.code) == (413, "too_many_pixels")


async def test_a_job_needs_its_images(vision_client) -> None:
    with pytest.raises(Rejected) as error:
        await vision_client.analyse(request("missing", "1" * 64))
    assert (error.value.status, error.value.code) == (409, "images_missing")
    assert error.value.details["missing"] == ["1" * 64]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"capture_id": "../x"}, "capture_id"),
        ({"active_player": "one"}, "active_player"),
        (
            {
                "board": {
                    "corners": [[0.9, 0.1], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9]],
                    "markers": None,
                    "layout": GRID,
                }
            },
            "board.corners",
        ),
    ],
)
async def test_a_request_with_a_fault(vision_client, changes, field) -> None:
    with pytest.raises(Rejected) as error:
        await vision_client.analyse(request("fault", "1" * 64, **changes))
    assert (error.value.status, error.value.code) == (422, "invalid_field")
    assert error.value.details["field"].startswith(field)


async def test_a_job_to_its_end(vision_client) -> None:
    image = photo(color="red")
    await vision_client.put_image(digest(image), image)
    job_id = await vision_client.analyse(request("contract-1", digest(image)))
    assert await vision_client.analyse(request("contract-1", digest(image))) == job_id
    while (job := await vision_client.job(job_id)).status not in (
        JobStatus.COMPLETED,
        JobStatus.FAILED,
    ):
        pass
    assert (job.job_id, job.capture_id) == (job_id, "contract-1")
    if job.status is JobStatus.COMPLETED:
        assert {"confidence", "moves", "warnings", "detected_pieces"} <= set(job.results)
        overlay = await vision_client.overlay(job_id)
        assert Image.open(BytesIO(overlay)).format == "JPEG"
    else:
        assert job.error.code


async def test_jobs_nobody_knows(vision_client) -> None:
    assert await vision_client.job("nope") is None
    await vision_client.cancel("nope")
    with pytest.raises(Rejected) as error:
        await vision_client.overlay("nope")
    assert error.value.status == 404


async def test_a_cancelled_job(vision_client) -> None:
    image = photo(color="yellow")
    await vision_client.put_image(digest(image), image)
    job_id = await vision_client.analyse(request("contract-2", digest(image)))
    await vision_client.cancel(job_id)
    job = await vision_client.job(job_id)
    assert job.status in (JobStatus.CANCELLED, JobStatus.COMPLETED, JobStatus.FAILED)


async def test_look_for_a_board(vision_client) -> None:
    image = photo(color="white")
    await vision_client.put_image(digest(image), image)
    found = await vision_client.detect_board(digest(image), GRID)
    assert (found.corners, found.method) == (None, "none")
    assert 0 <= found.confidence <= 1
    with pytest.raises(Rejected) as error:
        await vision_client.detect_board("2" * 64, GRID)
    assert (error.value.status, error.value.code) == (409, "images_missing")
