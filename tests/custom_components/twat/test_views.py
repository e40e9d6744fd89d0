"""Photos over HTTP: for who may see them, and nothing else."""

import pytest


@pytest.fixture
async def captured(game, until):
    await game.capture()
    coordinator = game.hub.runtime_data.games[game.id]
    await until(lambda: coordinator.data.annotated, coordinator)
    return coordinator.data.newest


@pytest.mark.parametrize("picture", ["image", "thumbnail", "overlay"])
async def test_pictures_of_a_capture(captured, hass_client, picture) -> None:
    client = await hass_client()
    response = await client.get(f"/api/twat/v1/captures/{captured.id}/{picture}")
    assert response.status == 200
    assert response.content_type == "image/jpeg"
    assert (await response.read()).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "path",
    [
        "{id}/secrets",
        "{id}/error",
        "nope/image",
        "..%2F..%2Ftwat.db/image",
        "%00/image",
        "🎲/image",
        "{id}/..%2Fimage",
    ],
)
async def test_nothing_else_is_served(captured, hass_client, path) -> None:
    client = await hass_client()
    response = await client.get(f"/api/twat/v1/captures/{path.format(id=captured.id)}")
    # Home Assistant itself refuses what looks like a way out of its folders.
    assert response.status in (400, 404)


async def test_strangers_see_nothing(captured, hass_client_no_auth) -> None:
    client = await hass_client_no_auth()
    response = await client.get(f"/api/twat/v1/captures/{captured.id}/image")
    assert response.status == 401


async def test_the_link_in_an_event_opens_that_picture(
    hass, game, outcomes, hass_client_no_auth
) -> None:
    await game.capture()
    url = outcomes[-1].data["image_url"]
    client = await hass_client_no_auth()
    assert (await client.get(url)).status == 200
    other = url.replace("/image?", "/thumbnail?")
    assert (await client.get(other)).status == 401


async def test_without_a_hub(hass, camera_entry, hass_client) -> None:
    client = await hass_client()
    assert (await client.get("/api/twat/v1/captures/x/image")).status == 404


async def test_a_photo_that_is_gone(game, captured, hass_client) -> None:
    images = game.hub.runtime_data.images
    images.path(captured.image).unlink()
    client = await hass_client()
    assert (await client.get(f"/api/twat/v1/captures/{captured.id}/image")).status == 404
