"""The line to the vision service: what is lost, said once; what lasts, a repair."""

from datetime import timedelta
from unittest.mock import patch

from aiohttp import web
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.twat.clients.errors import ConnectionFailed, Hop
from custom_components.twat.clients.vision import Job, JobStatus
from custom_components.twat.vision_link import JobWatch


def issue(hass, issue_id: str):
    return ir.async_get(hass).async_get_issue("twat", issue_id)


async def test_a_loss_that_lasts_is_a_repair_until_it_is_over(
    hass, add_entry, own_vision, until
) -> None:
    hub = await add_entry("hub", own_vision)
    link = hub.runtime_data.link
    await until(lambda: link.available, link)
    port = own_vision.port
    own_vision.stop()
    await until(lambda: not link.available, link)

    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=4))
    await hass.async_block_till_done()
    assert issue(hass, "vision_unavailable") is None
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await hass.async_block_till_done()
    placeholders = issue(hass, "vision_unavailable").translation_placeholders
    assert placeholders["url"] == own_vision.url

    own_vision.start(port)
    await until(lambda: link.available, link)
    assert issue(hass, "vision_unavailable") is None


async def test_a_hub_starts_without_its_vision_service(hass, add_entry, own_vision, caplog) -> None:
    own_vision.stop()
    hub = await add_entry("hub", own_vision)
    assert hub.state.value == "loaded"
    assert not hub.runtime_data.link.available


async def test_a_refused_token_asks_for_pairing(hass, add_entry, vision, until) -> None:
    with patch.object(type(vision), "token", "wrong"):
        hub = await add_entry("hub", vision)
    link = hub.runtime_data.link
    await until(lambda: type(link.error).__name__ == "Unauthorized", link)
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress()[0]["context"]["source"] == "reauth"


async def test_another_major_version_is_a_repair(hass, add_entry, own_vision, fake, until) -> None:
    async def hello(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "cursor": 0, "api_version": 2, "id": "x"})
        await socket.receive()
        request.transport.abort()
        return socket

    own_vision.url = await fake({("GET", "/v1/events"): hello})
    hub = await add_entry("hub", own_vision)
    link = hub.runtime_data.link
    await until(lambda: issue(hass, "vision_wrong_version"), link)
    assert issue(hass, "vision_wrong_version").translation_placeholders == {"api_version": "2"}
    assert not link.available
    await hass.config_entries.async_unload(hub.entry_id)


def ended(job_id: str) -> Job:
    return Job(job_id, "c", JobStatus.COMPLETED, "done", {})


async def test_a_watch_waits_for_its_own_job() -> None:
    stages = []
    watch = JobWatch(stages.append)
    watch.take(Job("old", "c", JobStatus.CANCELLED, "done"))
    watch.take(Job("new", "c", JobStatus.PROCESSING, "aligning"))
    watch.take(ended("new"))
    assert (await watch.ended("new")).job_id == "new"
    assert stages == ["aligning"]


async def test_a_result_that_came_before_the_loss_counts() -> None:
    watch = JobWatch(lambda _stage: None)
    watch.take(ended("job"))
    watch.lose(ConnectionFailed(Hop.VISION, "gone"))
    assert (await watch.ended("job")).status is JobStatus.COMPLETED
    with pytest.raises(ConnectionFailed):
        await watch.ended("another")
