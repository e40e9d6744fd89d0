"""The photo: in the table's light, from our camera or anybody's."""

import asyncio
from unittest.mock import AsyncMock, patch

from homeassistant.components.camera import Image as CameraImage
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.twat.clients.camera import CameraClient, Resolution, Still
from custom_components.twat.clients.errors import Busy, ConnectionFailed, Hop
from custom_components.twat.errors import HopError
from custom_components.twat.stills import async_still
from custom_components.twat.table import Table

STILL = Still(b"jpeg", None, {})


def table(camera_entity: str, scene: str | None = None) -> Table:
    return Table("id", "Table", camera_entity, (), scene, 0, {})


def busy(code: str = "busy") -> Busy:
    return Busy(Hop.CAMERA, 503, code, "later", retry_after=0)


@pytest.fixture
async def lamp(hass: HomeAssistant, core):
    """A lamp that is off, and a scene that turns it on."""
    await async_setup_component(
        hass,
        "input_boolean",
        {"input_boolean": {"lamp": {"initial": False}, "fan": {"initial": True}}},
    )
    await async_setup_component(
        hass,
        "scene",
        {
            "scene": [
                {
                    "name": "bright",
                    "entities": {"input_boolean.lamp": "on", "input_boolean.fan": "off"},
                }
            ]
        },
    )
    await hass.async_block_till_done()
    return "input_boolean.lamp"


async def test_our_own_camera_is_asked_for_its_best(hass, camera_entity) -> None:
    photo = await async_still(hass, table(camera_entity), Resolution.HD)
    assert photo.image.startswith(b"\xff\xd8")
    assert photo.taken_at.utcoffset() is not None


async def test_the_light_is_on_for_the_photo_and_put_back(hass, camera_entity, lamp) -> None:
    seen = []

    async def look(_self, _resolution):
        seen.append((hass.states.get(lamp).state, hass.states.get("input_boolean.fan").state))
        return STILL

    with patch.object(CameraClient, "capture", look):
        await async_still(hass, table(camera_entity, "scene.bright"), Resolution.UHD)
    assert seen == [("on", "off")]
    assert hass.states.get(lamp).state == "off"
    assert hass.states.get("input_boolean.fan").state == "on"


async def test_the_light_is_put_back_when_the_camera_fails(hass, camera_entity, lamp) -> None:
    gone = ConnectionFailed(Hop.CAMERA, "gone")
    with (
        patch.object(CameraClient, "capture", side_effect=gone),
        pytest.raises(HopError) as failure,
    ):
        await async_still(hass, table(camera_entity, "scene.bright"), Resolution.UHD)
    assert (failure.value.hop, failure.value.code) == (Hop.CAMERA, "unreachable")
    assert hass.states.get(lamp).state == "off"


async def test_the_light_is_put_back_when_the_capture_is_cancelled(
    hass, camera_entity, lamp
) -> None:
    started = asyncio.Event()

    async def never(_self, _resolution):
        started.set()
        await asyncio.Event().wait()

    with patch.object(CameraClient, "capture", never):
        task = hass.async_create_task(
            async_still(hass, table(camera_entity, "scene.bright"), Resolution.UHD)
        )
        await started.wait()
        task.cancel()
        await asyncio.wait([task])
    await hass.async_block_till_done()
    assert hass.states.get(lamp).state == "off"


async def test_a_single_light(hass, camera_entity) -> None:
    hass.states.async_set("light.table", "off")
    on = async_mock_service(hass, "light", "turn_on")
    off = async_mock_service(hass, "light", "turn_off")
    await async_still(hass, table(camera_entity, "light.table"), Resolution.HD)
    assert [call.data["entity_id"] for call in on] == ["light.table"]
    # Nothing really turned it on, so there was nothing to put back.
    assert not off


@pytest.mark.parametrize("scene", ["scene.gone", "light.gone"])
async def test_light_that_is_gone_stops_no_photo(hass, camera_entity, scene, caplog) -> None:
    photo = await async_still(hass, table(camera_entity, scene), Resolution.HD)
    assert photo.image
    assert scene in caplog.text


async def test_light_that_cannot_be_put_back_is_logged(hass, camera_entity, lamp, caplog) -> None:
    with patch(
        "custom_components.twat.stills.async_reproduce_state", side_effect=HomeAssistantError("no")
    ):
        photo = await async_still(hass, table(camera_entity, "scene.bright"), Resolution.HD)
    assert photo.image
    assert "was not put back" in caplog.text


# Our own camera


async def test_a_busy_camera_is_asked_again(hass, camera_entity) -> None:
    answers = AsyncMock(side_effect=[busy(), busy(), STILL])
    with patch.object(CameraClient, "capture", answers):
        photo = await async_still(hass, table(camera_entity), Resolution.UHD)
    assert photo.image == b"jpeg"


@pytest.mark.parametrize(("code", "tries"), [("busy", 5), ("camera_error", 1)])
async def test_a_camera_that_stays_busy_or_is_broken(hass, camera_entity, code, tries) -> None:
    answers = AsyncMock(side_effect=busy(code))
    with patch.object(CameraClient, "capture", answers), pytest.raises(HopError) as failure:
        await async_still(hass, table(camera_entity), Resolution.UHD)
    assert (failure.value.code, failure.value.translation_key) == (code, "camera_busy")
    assert answers.await_count == tries


async def test_a_camera_that_is_not_set_up(hass, camera_entry, camera_entity) -> None:
    await hass.config_entries.async_unload(camera_entry.entry_id)
    with pytest.raises(HopError) as failure:
        await async_still(hass, table(camera_entity), Resolution.UHD)
    assert failure.value.code == "unavailable"


# Anybody's camera


async def test_any_camera_will_do(hass, core) -> None:
    hass.states.async_set("camera.other", "idle")
    with patch(
        "custom_components.twat.stills.async_get_image",
        return_value=CameraImage("image/png", b"png"),
    ) as get:
        photo = await async_still(hass, table("camera.other"), Resolution.UHD)
    assert photo.image == b"png"
    assert get.call_args.args[1] == "camera.other"


@pytest.mark.parametrize(
    ("state", "code"),
    [(None, "not_found"), ("unavailable", "unavailable"), ("idle", "unreachable")],
)
async def test_a_camera_that_gives_no_photo(hass, core, state, code) -> None:
    if state is not None:
        hass.states.async_set("camera.other", state)
    with pytest.raises(HopError) as failure:
        await async_still(hass, table("camera.other"), Resolution.UHD)
    assert (failure.value.hop, failure.value.code) == (Hop.CAMERA, code)
    assert str(failure.value)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"", "image_empty"),
        (b"hello", "image_not_an_image"),
        ("truncated", "image_truncated"),
        ("tiny", "image_too_small"),
        ("black", "image_black"),
        ("bomb", "image_too_many_pixels"),
    ],
)
async def test_photos_that_are_none(hass, game, image, code) -> None:
    data = image if isinstance(image, bytes) else picture(image)
    still = Still(data, None, {})
    with patch.object(CameraClient, "capture", return_value=still):
        read = await game.capture()
    assert read["outcome"] == "capture_failed"
    assert (read["error"]["hop"], read["error"]["code"]) == ("camera", code)
    assert read["error"]["message"]
    assert (await game.action("get_state"))["capture"]["image"] is None


def picture(kind: str) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    if kind == "bomb":
        Image.new("1", (20000, 20000), 1).save(buffer, "PNG")
        return buffer.getvalue()
    size = (1, 1) if kind == "tiny" else (640, 480)
    Image.new("RGB", size, "black" if kind == "black" else "green").save(buffer, "JPEG")
    data = buffer.getvalue()
    return data[: len(data) // 2] if kind == "truncated" else data
