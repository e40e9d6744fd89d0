"""What a game and a camera show on their devices."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

from homeassistant.components.camera import async_get_image
from homeassistant.const import EntityCategory
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.twat.clients.camera import CameraClient
from custom_components.twat.clients.errors import ConnectionFailed, Hop, Unauthorized
from custom_components.twat.games.model import GameState


def size(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


# Games


async def test_a_new_game(hass, game) -> None:
    assert game.state("sensor", "status").state == "setup"
    assert game.state("sensor", "turn").state == "1"
    assert (
        game.state("sensor", "phase").state in game.state("sensor", "phase").attributes["options"]
    )
    assert game.state("sensor", "active_player").state == "Alice"
    assert game.state("sensor", "active_player").attributes["color"] == "red"
    assert game.state("sensor", "last_move").state == "unknown"
    assert game.state("binary_sensor", "analysing").state == "off"
    assert game.state("binary_sensor", "needs_review").state == "off"
    assert game.state("image", "latest").state == "unknown"
    assert game.state("event", "events").state == "unknown"


@pytest.mark.parametrize(
    ("platform", "key", "name"),
    [
        ("button", "capture", "Friday night Capture board"),
        ("button", "accept", "Friday night Accept reading"),
        ("sensor", "active_player", "Friday night Active player"),
        ("sensor", "last_move", "Friday night Last move"),
        ("binary_sensor", "analysing", "Friday night Analysing"),
        ("image", "annotated", "Friday night Annotated photo"),
    ],
)
async def test_names_can_be_said(hass, game, platform, key, name) -> None:
    assert game.state(platform, key).attributes["friendly_name"] == name


async def test_a_phase_that_the_profile_no_longer_has(hass, game) -> None:
    coordinator = game.hub.runtime_data.games[game.id]
    head: GameState = replace(coordinator.data.head, phase="gone")
    coordinator.async_set_updated_data(replace(coordinator.data, head=head))
    assert game.state("sensor", "phase").state == "gone"


async def test_the_last_photo_and_what_was_read_in_it(hass, game, hass_client, until) -> None:
    client = await hass_client()
    empty = await client.get(f"/api/image_proxy/{game.entity_id('image', 'latest')}")
    assert empty.status == 500

    await game.capture()
    coordinator = game.hub.runtime_data.games[game.id]
    await until(lambda: coordinator.data.annotated, coordinator)
    first = game.state("image", "latest").attributes["entity_picture"]
    for key in ("latest", "annotated"):
        response = await client.get(f"/api/image_proxy/{game.entity_id('image', key)}")
        assert response.status == 200
        assert size(await response.read())[0] > 640

    await game.capture()
    # Another picture has another address, so that no browser shows the old one.
    assert game.state("image", "latest").attributes["entity_picture"] != first


async def test_events(hass, game) -> None:
    await game.capture()
    state = game.state("event", "events")
    assert state.attributes["event_type"] == "setup_captured"
    assert state.attributes["capture_id"]
    game.advance()
    await game.capture()
    assert game.state("event", "events").attributes["event_type"] == "move_detected"
    assert game.state("event", "events").attributes["summary"] == "Red pawn: C7 → D6"


async def test_update_entity_reads_the_game_anew(hass, game) -> None:
    await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {"entity_id": game.entity_id("sensor", "turn")},
        blocking=True,
    )
    assert game.state("sensor", "turn").state == "1"


async def test_the_line_to_the_vision_service(hass, add_entry, own_vision, until) -> None:
    hub = await add_entry("hub", own_vision)
    link = hub.runtime_data.link
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("binary_sensor", "twat", f"{hub.entry_id}_connected")
    assert registry.async_get(entity_id).entity_category is EntityCategory.DIAGNOSTIC
    await until(lambda: link.available, link)
    assert hass.states.get(entity_id).state == "on"
    own_vision.stop()
    await until(lambda: not link.available, link)
    assert hass.states.get(entity_id).state == "off"


# The camera


async def test_small_pictures_are_previews(hass, camera_entity) -> None:
    with patch.object(CameraClient, "capture") as still:
        image = await async_get_image(hass, camera_entity, width=320)
    assert size(image.content)[0] == 320
    still.assert_not_called()


async def test_a_whole_picture_is_a_still(hass, camera_entity) -> None:
    image = await async_get_image(hass, camera_entity)
    assert size(image.content) == (4608, 2592)


async def test_the_stream_shows_previews(hass, camera_entity, hass_client) -> None:
    client = await hass_client()
    with patch.object(CameraClient, "capture") as still:
        response = await client.get(f"/api/camera_proxy_stream/{camera_entity}?interval=0.5")
        assert response.status == 200
        part = await response.content.readuntil(b"Content-Length: ")
        assert b"image/jpeg" in part
        response.close()
    still.assert_not_called()


async def test_a_stream_ends_when_the_camera_is_lost(hass, camera_entity, hass_client) -> None:
    client = await hass_client()
    with patch.object(CameraClient, "preview", side_effect=ConnectionFailed(Hop.CAMERA, "gone")):
        response = await client.get(f"/api/camera_proxy_stream/{camera_entity}?interval=0.5")
        assert await response.read() == b""


async def test_a_lost_camera(hass, camera_entry, camera_entity, camera, caplog) -> None:
    registry = er.async_get(hass)
    connected = registry.async_get_entity_id("binary_sensor", "twat", f"{camera.id}_connected")
    assert hass.states.get(connected).state == "on"
    lost = ConnectionFailed(Hop.CAMERA, "gone")
    with (
        patch.object(CameraClient, "capture", side_effect=lost),
        pytest.raises(HomeAssistantError) as failure,
    ):
        await async_get_image(hass, camera_entity)
    assert failure.value.translation_key == "camera_unreachable"
    assert hass.states.get(connected).state == "off"
    assert hass.states.get(camera_entity).state == "unavailable"

    with patch.object(CameraClient, "status", side_effect=lost):
        for minutes in (1, 2):
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=minutes))
            await hass.async_block_till_done(wait_background_tasks=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=3))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(connected).state == "on"
    assert caplog.text.count("Camera data: gone") == 1


async def test_a_photo_shows_that_the_camera_is_back(hass, camera_entry, camera_entity) -> None:
    coordinator = camera_entry.runtime_data
    coordinator.async_set_update_error(ConnectionFailed(Hop.CAMERA, "gone"))
    await coordinator.async_still("720p")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.last_update_success


async def test_a_camera_that_refuses_the_token(hass, camera_entry, camera_entity) -> None:
    refused = Unauthorized(Hop.CAMERA, "no")
    with (
        patch.object(CameraClient, "capture", side_effect=refused),
        pytest.raises(HomeAssistantError),
    ):
        await async_get_image(hass, camera_entity)
    assert hass.config_entries.flow.async_progress()[0]["context"]["source"] == "reauth"
