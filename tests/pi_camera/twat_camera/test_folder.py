"""Photos of a folder, in order, byte for byte."""

import io
from pathlib import Path

from PIL import Image
import pytest

from twat_camera.backends.folder import FolderCamera
from twat_camera.camera import CameraError
from twat_camera.folder_routes import add_folder_routes


@pytest.fixture
async def client(serve, photos):
    return await serve(FolderCamera(photos), add_folder_routes)


async def _take(client):
    async with client.post("/capture", json={"resolution": "720p"}) as response:
        assert response.status == 200
        return await response.read(), response.headers


async def test_photos_come_in_order_unchanged_and_the_last_one_repeats(client, photos):
    names = ["001.jpg", "002.JPG", "010.jpeg", "010.jpeg"]

    taken = [(await _take(client))[0] for _ in names]

    assert taken == [(photos / name).read_bytes() for name in names]


async def test_a_photo_tells_its_own_size_and_sharpness(client):
    _, headers = await _take(client)

    assert headers["X-Twat-Resolution"] == "640x480"
    assert float(headers["X-Twat-Sharpness"]) > 100
    assert "X-Twat-Gain" not in headers


async def test_the_folder_lists_its_photos_and_the_next_one(client):
    await _take(client)

    async with client.get("/folder") as response:
        assert await response.json() == {
            "photos": ["001.jpg", "002.JPG", "010.jpeg"],
            "next": "002.JPG",
        }


async def test_any_photo_can_be_made_the_next_one(client, photos):
    async with client.post("/folder/select", json={"photo": "010.jpeg"}) as response:
        assert (await response.json())["next"] == "010.jpeg"

    assert (await _take(client))[0] == (photos / "010.jpeg").read_bytes()


@pytest.mark.parametrize(
    "name", ["011.jpg", "../token", "/etc/passwd", "old.jpg", "truth.json", "", "\0"]
)
async def test_an_unknown_photo_is_refused(client, name):
    async with client.post("/folder/select", json={"photo": name}) as response:
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "unknown_photo"


async def test_the_preview_is_the_next_photo_small(client):
    async with client.get("/preview.jpg?width=320") as response:
        assert Image.open(io.BytesIO(await response.read())).size == (320, 240)
    async with client.get("/folder") as response:
        assert (await response.json())["next"] == "001.jpg"


async def test_locks_are_remembered(client):
    async with client.post("/controls", json={"focus": "unlock"}) as response:
        assert (await response.json())["focus"] is False


@pytest.mark.parametrize("path", ["/capture", "/preview.jpg"])
async def test_a_photo_that_is_none_is_said(serve, photos, path):
    (photos / "000.jpg").write_bytes(b"\xff\xd8 nothing more")
    client = await serve(FolderCamera(photos), add_folder_routes)

    async with client.request("GET" if "preview" in path else "POST", path) as response:
        error = (await response.json())["error"]
    assert (response.status, error["code"]) == (503, "camera_error")
    assert "000.jpg is no photo" in error["message"]


async def test_a_photo_that_has_vanished_is_said(serve, photos):
    client = await serve(FolderCamera(photos), add_folder_routes)
    await _take(client)
    (photos / "002.JPG").unlink()

    async with client.post("/capture") as response:
        assert "cannot read 002.JPG" in (await response.json())["error"]["message"]


async def test_an_empty_folder_is_said_everywhere(serve, tmp_path):
    (tmp_path / "empty").mkdir()
    client = await serve(FolderCamera(tmp_path / "empty"), add_folder_routes)

    for method, path, body in (
        ("GET", "/folder", None),
        ("POST", "/folder/select", {"photo": "1.jpg"}),
        ("POST", "/capture", None),
    ):
        async with client.request(method, path, json=body) as response:
            error = (await response.json())["error"]
        assert (response.status, error["code"]) == (503, "camera_error")
        assert "no JPEG photos" in error["message"]


async def test_a_photo_too_big_for_memory_is_said(serve, photos, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    client = await serve(FolderCamera(photos), add_folder_routes)

    async with client.post("/capture") as response:
        assert response.status == 503
        assert "001.jpg is no photo" in (await response.json())["error"]["message"]


def test_a_folder_that_is_missing_is_said(tmp_path: Path):
    camera = FolderCamera(tmp_path / "missing")
    with pytest.raises(CameraError, match="cannot read the folder"):
        camera.start()
    camera.prepare()
    camera.close()


def test_a_tiny_photo_has_no_sharpness(tmp_path: Path):
    Image.new("RGB", (1, 1)).save(tmp_path / "1.jpg")
    camera = FolderCamera(tmp_path)
    camera.start()

    assert camera.capture("4k").sharpness == 0.0
    assert camera.model == f"Photos in {tmp_path.name}"
