"""Diagnostics help to find a fault and tell no secrets."""

import json

from custom_components.twat.diagnostics import async_get_config_entry_diagnostics


async def test_the_hub(hass, game) -> None:
    await game.capture()
    found = await async_get_config_entry_diagnostics(hass, game.hub)
    text = json.dumps(found, default=str)
    assert found["vision_service"] == {"configured": True, "available": True, "error": None}
    assert found["games"][0]["newest_capture"]["analysis_status"] == "completed"
    assert found["options"] == dict(game.hub.options)
    assert game.hub.data["token"] not in text
    for secret in ("127.0.0.1", "Alice", "Friday night"):
        assert secret not in text


async def test_an_address_is_nobody_elses_business(hass, add_entry, own_vision, until) -> None:
    hub = await add_entry("hub", own_vision)
    link = hub.runtime_data.link
    await until(lambda: link.available, link)
    own_vision.stop()
    await until(lambda: not link.available, link)
    found = await async_get_config_entry_diagnostics(hass, hub)
    assert found["vision_service"]["error"] == "unreachable"
    assert "127.0.0.1" not in json.dumps(found, default=str)


async def test_a_hub_without_a_vision_service(hass, add_entry) -> None:
    entry = await add_entry("hub", None)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["vision_service"] == {"configured": False, "available": False, "error": None}
    assert found["games"] == []


async def test_a_camera(hass, camera_entry) -> None:
    found = await async_get_config_entry_diagnostics(hass, camera_entry)
    text = json.dumps(found, default=str)
    assert found["connected"]
    assert found["status"]["status"] == "ready"
    assert camera_entry.data["token"] not in text
    assert "127.0.0.1" not in text
