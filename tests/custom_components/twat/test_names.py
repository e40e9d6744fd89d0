"""Names from a model, with the real vision service and a stand-in for its model server."""

import asyncio
from dataclasses import replace

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from tests.fakes.ollama import LIBRARY, Fault

from custom_components.twat.clients.errors import ConnectionFailed, Hop
from custom_components.twat.clients.vision import Job, JobStatus, VisionClient


@pytest.fixture
def hub(asking_hub):
    return asking_hub


async def test_a_setup_waits_for_its_names_and_is_accepted_with_them(
    unknown_game, settled, ollama, camera
) -> None:
    first = await unknown_game.capture()
    named = await settled(lambda o: o["outcome"] == "setup_captured")
    state = await unknown_game.action("get_state")

    assert (first["outcome"], first["warnings"]) == ("review_needed", ["names_pending"])
    assert named["accepted"]
    assert named["warnings"] == []
    pieces = state["state"]["board_state"]["pieces"]
    truth = {(p["space"], p["type"], p["player"]) for p in camera.simulator("GET")["start"]}
    assert {(p["space"], p["type"], p["player"]) for p in pieces} == truth
    assert {m["source"] for m in state["moves"]} == {"vlm"}
    assert state["capture"]["analysis_results"]["vlm"]["status"] == "done"
    # A game has begun: the model was in memory before it was asked.
    assert ollama.calls[0].model == "qwen3-vl:8b-instruct"


async def test_while_the_model_is_away_the_reading_says_so(unknown_game, settled, ollama) -> None:
    ollama.fail(Fault.BUSY)
    await unknown_game.capture()

    waiting = await settled(lambda o: "names_unavailable" in o["warnings"])
    state = await unknown_game.action("get_state")

    assert waiting["outcome"] == "review_needed"
    vlm = state["capture"]["analysis_results"]["vlm"]
    assert (vlm["status"], vlm["code"], vlm["message"]) == (
        "waiting",
        "busy",
        "Ollama has too much to do.",
    )
    assert len(state["proposal"]["board_state"]["pieces"]) == 16


async def test_what_players_decided_stays_when_names_come_late(
    hass, unknown_game, hub, outcomes, ollama
) -> None:
    ollama.fail(Fault.HANGS)
    await unknown_game.capture()
    await unknown_game.action("accept")
    before = await unknown_game.action("get_state")
    capture = before["capture"]
    late = {**capture["analysis_results"], "detected_pieces": [], "warnings": []}
    job = Job(capture["job_id"], capture["id"], JobStatus.COMPLETED, "done", late)

    await hub.runtime_data.names.async_take(job)
    await hub.runtime_data.names.async_take(replace(job, job_id="another"))
    await hub.runtime_data.names.async_take(replace(job, capture_id="unheard of"))

    after = await unknown_game.action("get_state")
    assert after["state"] == before["state"]
    assert after["capture"]["analysis_results"] == late


async def test_names_that_came_while_nobody_listened_are_taken(
    unknown_game, hub, outcomes, ollama, monkeypatch
) -> None:
    ollama.fail(Fault.HANGS)
    await unknown_game.capture()
    state = await unknown_game.action("get_state")
    capture = state["capture"]
    results = {**capture["analysis_results"], "warnings": [], "vlm": None}
    job = Job(capture["job_id"], capture["id"], JobStatus.COMPLETED, "done", results)

    async def away(self, job_id):
        raise ConnectionFailed(Hop.VISION, "away")

    monkeypatch.setattr(VisionClient, "job", away)
    await hub.runtime_data.names.async_catch_up()
    assert (await unknown_game.action("get_state"))["proposal"] is not None

    async def there(self, job_id):
        return job

    monkeypatch.setattr(VisionClient, "job", there)
    await hub.runtime_data.names.async_catch_up()
    state = await unknown_game.action("get_state")
    assert state["proposal"] is None
    assert state["capture"]["analysis_results"] == results


def issue(hass):
    return ir.async_get(hass).async_get_issue("twat", "model_missing")


async def until_issue(hass, there: bool) -> None:
    async with asyncio.timeout(60):
        while (issue(hass) is not None) != there:
            await asyncio.sleep(0.02)


async def fix(hass, hass_client):
    await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": "twat", "issue_id": "model_missing"}
    )
    flow = await response.json()
    assert flow["step_id"] == "confirm"

    async def go_on() -> dict:
        response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
        return await response.json()

    return flow, go_on


async def test_a_missing_model_is_offered_for_download_and_only_then_downloaded(
    hass, hass_client, add_entry, asking, ollama, scripted_table
) -> None:
    ollama.installed = [LIBRARY[4]]
    await add_entry("hub", asking, subentries_data=[scripted_table])
    await until_issue(hass, True)
    shares = []

    flow, go_on = await fix(hass, hass_client)
    assert flow["description_placeholders"] == {
        "model": "qwen3-vl:8b-instruct",
        "server": ollama.url,
    }
    assert len(ollama.installed) == 1
    hass.bus.async_listen("data_entry_flow_progress_update", lambda e: shares.append(e.data))
    step = await go_on()
    assert (step["type"], step["progress_action"]) == ("progress", "pull")
    while step["type"] == "progress":
        await asyncio.sleep(0.02)
        step = await go_on()

    assert step["type"] == "create_entry"
    assert LIBRARY[0] in ollama.installed
    assert issue(hass) is None


async def test_a_model_is_missed_only_where_it_is_to_be_asked(
    hass, add_entry, asking, ollama, scripted_table
) -> None:
    ollama.installed = [LIBRARY[4]]
    entry = await add_entry("hub", asking, subentries_data=[scripted_table])
    await until_issue(hass, True)

    hass.config_entries.async_update_entry(entry, options={"names_by": "none"})
    await hass.config_entries.async_reload(entry.entry_id)

    await until_issue(hass, False)


async def test_a_chosen_model_that_cannot_be_downloaded_stays_a_repair(
    hass, hass_client, add_entry, asking, scripted_table
) -> None:
    options = {"media_dir": "local", "vision_model": "nobody:1b"}
    entry = await add_entry("hub", asking, subentries_data=[scripted_table], options=options)
    await until_issue(hass, True)
    assert issue(hass).translation_placeholders["model"] == "nobody:1b"

    _, go_on = await fix(hass, hass_client)
    step = await go_on()
    while step["type"] == "progress":
        await asyncio.sleep(0.02)
        step = await go_on()

    assert (step["type"], step["reason"]) == ("abort", "pull_failed")
    assert "file does not exist" in step["description_placeholders"]["reason"]
    assert issue(hass) is not None

    # Without its hub nothing can be downloaded.
    _, go_on = await fix(hass, hass_client)
    await hass.config_entries.async_unload(entry.entry_id)
    step = await go_on()
    while step["type"] == "progress":
        step = await go_on()
    assert step["description_placeholders"]["reason"] == "the vision service is not connected"


async def test_a_model_is_chosen_among_those_that_can_see(hass, hub) -> None:
    flow = await hass.config_entries.options.async_init(hub.entry_id)
    selector = flow["data_schema"].schema["vision_model"]
    assert selector.config["options"] == ["qwen3-vl:8b-instruct", "qwen2.5vl:7b"]

    await hass.config_entries.options.async_configure(
        flow["flow_id"], {"media_dir": "local", "vision_model": "qwen2.5vl:7b"}
    )
    await hass.async_block_till_done()

    assert hub.runtime_data.link.model == "qwen2.5vl:7b"


async def test_the_options_open_although_the_models_cannot_be_told(hass, hub, monkeypatch) -> None:
    async def gone(_client: VisionClient) -> None:
        raise ConnectionFailed(Hop.VISION, "the connection broke")

    monkeypatch.setattr(VisionClient, "models", gone)

    flow = await hass.config_entries.options.async_init(hub.entry_id)

    selector = flow["data_schema"].schema["vision_model"]
    assert (flow["type"], selector.config["options"]) == ("form", [])
