"""Names from an AI Task entity, through Home Assistant's real AI Task, with the real vision service."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from homeassistant.components import ai_task
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir, llm
from homeassistant.setup import async_setup_component
import probatio
import pytest
from tests.fakes.ollama.eyes import Eyes

from custom_components.twat import ai_task_names
from custom_components.twat.clients.errors import NotAService
from custom_components.twat.clients.vision import VisionClient
from custom_components.twat.storage.errors import DiskFull
from custom_components.twat.storage.images import ImageStore
from twat_vision.vlm.questions import Choice, Kind, Question, Subject
from twat_vision.vlm.relay import askings

ENTITY = "ai_task.cloud"
HANGS = "takes the question and never answers"
OPTIONS = {"media_dir": "local", "names_by": "ai_task", "ai_task_entity": ENTITY}


class Cloud(ai_task.AITaskEntity):
    """An entity that looks at what it is sent, and refuses what the makers of models refuse."""

    entity_id = ENTITY
    _attr_name = "Cloud"
    _attr_supported_features = (
        ai_task.AITaskEntityFeature.GENERATE_DATA | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
    )

    def __init__(self, eyes: Eyes) -> None:
        self.eyes = eyes
        self.tasks: list[ai_task.GenDataTask] = []
        self.enums: list[list[str]] = []
        self.faults: list[str | Callable[[dict], object]] = []
        self.hanging = asyncio.Event()
        self.abandoned = asyncio.Event()

    async def _async_generate_data(self, task, chat_log):
        self.tasks.append(task)
        fault = self.faults.pop(0) if self.faults else None
        if fault is HANGS:
            await self._hang()
        schema = probatio.to_openapi(
            task.structure, custom_serializer=llm.selector_serializer, openapi_version="3.1.0"
        )
        (attachment,) = task.attachments
        assert attachment.mime_type == "image/jpeg"
        picture = await self.hass.async_add_executor_job(attachment.path.read_bytes)
        rules = schema["properties"]
        seen = await self.hass.async_add_executor_job(self.eyes.look, picture)
        self.enums.append(rules["1"]["enum"])
        data = {}
        for (number, rule), one in zip(rules.items(), seen, strict=True):
            assert rule["type"] == "string"
            data[number] = next(c for c in rule["enum"] if set(c.split()) == one.words)
        assert task.structure(data) == data
        if fault is not None:
            data = fault(data)
        return ai_task.GenDataTaskResult(chat_log.conversation_id, data)

    async def _hang(self) -> None:
        self.hanging.set()
        try:
            await asyncio.Future()
        except asyncio.CancelledError:
            self.abandoned.set()
            raise

    def set_available(self, available: bool) -> None:
        self._attr_available = available
        self.async_write_ha_state()


def raises(err: Exception) -> Callable[[dict], object]:
    def fault(_data: dict) -> object:
        raise err

    return fault


@pytest.fixture
async def cloud(hass, core, looks) -> Cloud:
    """An AI Task entity that knows how the pieces of the simulated table look."""
    assert await async_setup_component(hass, "ai_task", {})
    eyes = Eyes()
    eyes.learn(*looks)
    entity = Cloud(eyes)
    await hass.data[ai_task.DATA_COMPONENT].async_add_entities([entity])
    return entity


@pytest.fixture
async def hub(add_entry, vision, scripted_table, until, cloud):
    """A hub whose pieces that entity names."""
    entry = await add_entry("hub", vision, subentries_data=[scripted_table], options=OPTIONS)
    link = entry.runtime_data.link
    await until(lambda: link.available, link)
    return entry


@pytest.fixture
async def unknown_game(hub, create_unknown_game):
    return await create_unknown_game(hub)


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Nobody waits before an entity that failed is asked again."""
    monkeypatch.setattr(ai_task_names, "_FIRST_WAIT", 0.0)


@pytest.fixture
def not_by_itself(monkeypatch) -> None:
    """An entity that failed is not asked again in the time of a test, unless there is a reason."""
    monkeypatch.setattr(ai_task_names, "_FIRST_WAIT", 3600.0)


def sheets(hass) -> list[Path]:
    return list(Path(hass.config.media_dirs["local"]).rglob("sheet_*"))


def issue(hass, game):
    return ir.async_get(hass).async_get_issue("twat", f"capture_ai_task_{game.id}")


async def vlm_of(game) -> dict:
    return (await game.action("get_state"))["capture"]["analysis_results"]["vlm"]


def named(outcome) -> bool:
    return outcome["outcome"] == "setup_captured"


async def test_the_reading_comes_at_once_and_its_names_from_the_entity(
    hass, unknown_game, settled, cloud, camera
) -> None:
    first = await unknown_game.capture()
    await settled(named)
    state = await unknown_game.action("get_state")

    assert (first["outcome"], first["warnings"]) == ("review_needed", ["names_pending"])
    truth = {(p["space"], p["type"], p["player"]) for p in camera.simulator("GET")["start"]}
    pieces = state["state"]["board_state"]["pieces"]
    assert {(p["space"], p["type"], p["player"]) for p in pieces} == truth
    assert {m["source"] for m in state["moves"]} == {"ai_task"}
    vlm = state["capture"]["analysis_results"]["vlm"]
    assert (vlm["status"], vlm["source"], vlm["model"]) == ("done", "ai_task", ENTITY)
    # Asked twice, with the possible answers in another order; both times the same was said.
    assert vlm["calls"] == len(cloud.tasks) == 2
    assert cloud.enums[0][:-2] == cloud.enums[1][-3::-1]
    assert {a["confidence"] for a in vlm["answers"]} == {0.75}


async def test_the_sheet_lies_in_the_photo_folder_only_while_it_is_asked_about(
    hass, unknown_game, settled, cloud
) -> None:
    await unknown_game.capture()
    await settled(named)

    (attachment,) = cloud.tasks[0].attachments
    folder = Path(hass.config.media_dirs["local"]) / "twat" / "games" / unknown_game.id
    assert attachment.path.parent == folder
    assert attachment.media_content_id.startswith(
        f"media-source://media_source/local/twat/games/{unknown_game.id}/sheet_"
    )
    assert sheets(hass) == []


async def test_an_entity_that_failed_is_asked_again(at_once, unknown_game, settled, cloud) -> None:
    cloud.faults = [raises(HomeAssistantError("overloaded"))]
    await unknown_game.capture()

    await settled(lambda o: "names_unavailable" in o["warnings"])
    await settled(named)

    assert len(cloud.tasks) == 3
    vlm = await vlm_of(unknown_game)
    assert (vlm["status"], vlm["code"], vlm["calls"]) == ("done", None, 3)


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (
            raises(HomeAssistantError("quota exceeded")),
            "server_error",
            "The AI Task entity ai_task.cloud failed: quota exceeded",
        ),
        (
            raises(KeyError("choices")),
            "server_error",
            "The AI Task entity ai_task.cloud failed: KeyError: 'choices'",
        ),
        (lambda data: data | {"1": object()}, "bad_answer", "gave no usable answer"),
        (lambda data: data | {"1": float("nan")}, "bad_answer", "gave no usable answer"),
    ],
)
async def test_what_is_in_the_way_stands_on_the_capture(
    unknown_game, settled, cloud, fault, code, said
) -> None:
    cloud.faults = [fault]
    await unknown_game.capture()
    waiting = await settled(lambda o: "names_unavailable" in o["warnings"])

    vlm = await vlm_of(unknown_game)
    assert waiting["outcome"] == "review_needed"
    assert (vlm["status"], vlm["source"], vlm["model"], vlm["code"]) == (
        "waiting",
        "ai_task",
        ENTITY,
        code,
    )
    assert said in vlm["message"]
    proposal = (await unknown_game.action("get_state"))["proposal"]
    assert len(proposal["board_state"]["pieces"]) == 16


async def test_an_entity_that_does_not_answer_in_time(
    hass, monkeypatch, unknown_game, settled, cloud
) -> None:
    monkeypatch.setattr(ai_task_names, "_ANSWER_SECONDS", 0.5)
    cloud.faults = [HANGS]
    await unknown_game.capture()
    await settled(lambda o: "names_unavailable" in o["warnings"])

    vlm = await vlm_of(unknown_game)
    assert vlm["code"] == "answer_timeout"
    assert vlm["message"] == "The AI Task entity ai_task.cloud did not answer within 0.5 seconds"
    assert cloud.abandoned.is_set()
    assert sheets(hass) == []


async def test_an_entity_that_is_not_available_is_not_asked(unknown_game, settled, cloud) -> None:
    cloud.set_available(False)
    await unknown_game.capture()
    await settled(lambda o: "names_unavailable" in o["warnings"])

    vlm = await vlm_of(unknown_game)
    assert vlm["code"] == "unreachable"
    assert vlm["message"] == "The AI Task entity ai_task.cloud is not available"
    assert cloud.tasks == []


async def test_an_entity_that_is_back_is_asked_at_once(
    not_by_itself, unknown_game, settled, cloud
) -> None:
    cloud.set_available(False)
    await unknown_game.capture()
    await settled(lambda o: "names_unavailable" in o["warnings"])

    cloud.set_available(True)
    await settled(named)

    assert len(cloud.tasks) == 2


async def test_reading_a_photo_once_more_asks_at_once(
    not_by_itself, unknown_game, settled, cloud
) -> None:
    cloud.faults = [raises(HomeAssistantError("overloaded"))]
    await unknown_game.capture()
    await settled(lambda o: "names_unavailable" in o["warnings"])

    await unknown_game.action("analyze")
    await settled(named)

    assert len(cloud.tasks) == 3


async def test_an_entity_that_is_gone_is_told(unknown_game, settled, cloud) -> None:
    await cloud.async_remove()
    await unknown_game.capture()
    await settled(lambda o: "names_unavailable" in o["warnings"])

    assert (await vlm_of(unknown_game))["message"] == (
        "The AI Task entity ai_task.cloud does not exist. Choose another one under Configure"
    )


@pytest.mark.parametrize(
    "fault",
    [
        lambda data: data | {"3": "a spaceship"},
        lambda data: {"1": data["1"]},
        lambda _data: "I see pieces of wood.",
        lambda _data: None,
    ],
)
async def test_a_reply_that_is_none_is_asked_for_again_at_once(
    unknown_game, settled, cloud, fault
) -> None:
    cloud.faults = [fault]
    await unknown_game.capture()
    await settled(named)

    vlm = await vlm_of(unknown_game)
    assert (vlm["status"], vlm["calls"]) == ("done", 4)
    assert len(cloud.tasks) == 4


async def test_nonsense_again_and_again_is_given_up_and_is_a_repair(
    hass, at_once, unknown_game, settled, cloud
) -> None:
    cloud.faults = [lambda data: data | {"3": "a spaceship"}] * 8
    await unknown_game.capture()
    async with asyncio.timeout(60):
        while (await vlm_of(unknown_game))["status"] != "failed":
            await asyncio.sleep(0.02)

    vlm = await vlm_of(unknown_game)
    assert vlm["code"] == "bad_answer"
    assert '"a spaceship" is none of the possible answers' in vlm["message"]
    assert issue(hass, unknown_game).translation_placeholders == {
        "game": "Unknown",
        "message": vlm["message"],
    }
    # Two tries, each with one try at repair.
    assert len(cloud.tasks) == vlm["calls"] == 8

    await unknown_game.action("analyze")
    await settled(named)
    assert issue(hass, unknown_game) is None


async def test_the_repair_goes_when_names_come(
    hass, at_once, monkeypatch, unknown_game, settled, cloud
) -> None:
    issues = []
    create = ir.async_create_issue

    def note(hass, domain, issue_id, **kwargs) -> None:
        issues.append(issue_id)
        create(hass, domain, issue_id, **kwargs)

    monkeypatch.setattr(ir, "async_create_issue", note)
    cloud.faults = [raises(HomeAssistantError("overloaded"))] * 2
    await unknown_game.capture()
    await settled(named)

    assert issues == [f"capture_ai_task_{unknown_game.id}"]
    assert issue(hass, unknown_game) is None


@pytest.mark.parametrize(
    ("how", "data"),
    [("reject", {}), ("undo", {}), ("finish_game", {}), ("delete_game", {})],
)
async def test_nobody_is_asked_about_what_is_of_no_use_any_more(
    hass, unknown_game, hub, cloud, how, data
) -> None:
    cloud.faults = [HANGS]
    await unknown_game.capture()
    await cloud.hanging.wait()
    job_id = (await unknown_game.action("get_state"))["capture"]["job_id"]
    if how == "undo":
        await unknown_game.action("accept")
        assert not cloud.abandoned.is_set()
    await unknown_game.action(how, **data)

    async with asyncio.timeout(60):
        await cloud.abandoned.wait()
        client = hub.runtime_data.link.client
        while how != "delete_game" and (
            (await client.job(job_id)).results["vlm"]["status"] != "cancelled"
        ):
            await asyncio.sleep(0.02)
        while sheets(hass):
            await asyncio.sleep(0.02)


async def test_names_wanted_from_us_while_we_were_away_are_asked_for_at_the_next_start(
    hass, unknown_game, hub, settled, cloud
) -> None:
    cloud.faults = [HANGS]
    await unknown_game.capture()
    await cloud.hanging.wait()

    await hass.config_entries.async_reload(hub.entry_id)
    await settled(named)

    assert cloud.abandoned.is_set()
    assert (await vlm_of(unknown_game))["status"] == "done"


async def test_who_names_by_something_else_now_lets_go_of_what_was_asked(
    hass, unknown_game, hub, settled, cloud
) -> None:
    cloud.faults = [HANGS]
    await unknown_game.capture()
    await cloud.hanging.wait()

    hass.config_entries.async_update_entry(hub, options={"names_by": "none"})
    await hass.config_entries.async_reload(hub.entry_id)
    async with asyncio.timeout(60):
        while (await vlm_of(unknown_game))["status"] != "cancelled":
            await asyncio.sleep(0.02)

    assert len(cloud.tasks) == 1


async def test_photos_that_the_service_threw_away_are_uploaded_again(
    add_entry, own_vision, scripted_table, until, cloud, create_unknown_game, settled
) -> None:
    """The entity takes its time; when its replies come the photos have left the service's cache."""
    entry = await add_entry("hub", own_vision, subentries_data=[scripted_table], options=OPTIONS)
    link = entry.runtime_data.link
    await until(lambda: link.available, link)
    game = await create_unknown_game(entry)

    def forget(data: dict) -> dict:
        for photo in (own_vision.data / "images").iterdir():
            photo.unlink()
        return data

    cloud.faults = [forget]
    await game.capture()
    await settled(named)

    assert len(cloud.tasks) == 2


async def test_replies_that_come_while_the_service_is_away_are_asked_for_again(
    add_entry, own_vision, scripted_table, until, cloud, create_unknown_game, settled, caplog
) -> None:
    entry = await add_entry("hub", own_vision, subentries_data=[scripted_table], options=OPTIONS)
    link = entry.runtime_data.link
    await until(lambda: link.available, link)
    game = await create_unknown_game(entry)

    def lost(data: dict) -> dict:
        own_vision.stop()
        return data

    cloud.faults = [lambda data: data, lost]
    await game.capture()
    async with asyncio.timeout(60):
        while "No names for capture 0" not in caplog.text:
            await asyncio.sleep(0.02)
    own_vision.start(own_vision.port)
    await settled(named)

    assert len(cloud.tasks) == 4


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.SETUP, ["red pawn", "empty", "unsure"], ["pawn", None, 3]),
        (Kind.CHANGE, ["red pawn", "empty", "unsure"], ["pawn", None, 3]),
        (Kind.NUMBER, [7, None], ["seven", True]),
        (Kind.DESCRIBE, ["red wooden cube"], [None, 3]),
    ],
)
def test_every_kind_of_question_has_a_structure_that_entities_can_pass_on(kind, good, bad) -> None:
    choices = (Choice("red pawn", "pawn", 1),) if kind in (Kind.SETUP, Kind.CHANGE) else ()
    question = Question(kind, b"", (1, 1), 1, (Subject("key", "E4", choices, 0, 12),))
    for asking in askings(question):
        structure = probatio.from_json_schema(asking.schema)
        passed_on = probatio.to_openapi(
            structure, custom_serializer=llm.selector_serializer, openapi_version="3.1.0"
        )
        assert passed_on["required"] == ["1"]
        assert {"type", "anyOf"} & passed_on["properties"]["1"].keys()
        for value in good:
            assert structure({"1": value}) == {"1": value}
        for value in bad:
            with pytest.raises(probatio.Invalid):
                structure({"1": value})


async def test_with_nobody_to_name_pieces_nobody_is_asked(hass, unknown_game, hub, cloud) -> None:
    hass.config_entries.async_update_entry(hub, options={"names_by": "none"})
    await hass.config_entries.async_reload(hub.entry_id)
    await hass.async_block_till_done()

    read = await unknown_game.capture()

    assert read["warnings"] == []
    assert (await vlm_of(unknown_game)) is None
    assert cloud.tasks == []


async def test_a_sheet_that_cannot_be_stored_is_a_failure_as_any(
    hass, at_once, monkeypatch, unknown_game, settled, cloud
) -> None:
    write = ImageStore.save_sheet
    full = iter([True, False])

    def save(self, game_id, data):
        if next(full):
            raise DiskFull("no space left")
        return write(self, game_id, data)

    monkeypatch.setattr(ImageStore, "save_sheet", save)
    await unknown_game.capture()
    waiting = await settled(lambda o: "names_unavailable" in o["warnings"])
    await settled(named)

    assert waiting["outcome"] == "review_needed"
    assert len(cloud.tasks) == 2
    assert ir.async_get(hass).async_get_issue("twat", f"capture_storage_{unknown_game.id}") is None


async def test_a_service_that_cannot_be_understood_is_no_end_of_the_world(
    hass, unknown_game, hub, cloud, monkeypatch, caplog
) -> None:
    asked = asyncio.Event()

    async def broken(self, job_id):
        asked.set()
        raise NotAService(self.hop, "the questions cannot be read")

    monkeypatch.setattr(VisionClient, "name_questions", broken)
    await unknown_game.capture()
    await asked.wait()
    await hass.async_block_till_done()

    assert "No names for capture 0: the questions cannot be read" in caplog.text
    assert (await vlm_of(unknown_game))["status"] == "pending"


async def test_the_option_offers_entities_that_can_look(hass, hub, cloud) -> None:
    flow = await hass.config_entries.options.async_init(hub.entry_id)
    selector = flow["data_schema"].schema["ai_task_entity"]
    (wanted,) = selector.config["filter"]
    assert wanted["domain"] == ["ai_task"]
    assert wanted["supported_features"] == [
        ai_task.AITaskEntityFeature.GENERATE_DATA | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
    ]


@pytest.mark.parametrize(
    ("features", "wanted", "error"),
    [
        (1, {}, "ai_task_entity_missing"),
        (1, {"ai_task_entity": "ai_task.nobody"}, "ai_task_entity_missing"),
        (1, {"ai_task_entity": ENTITY}, "ai_task_entity_blind"),
        (3, {"ai_task_entity": ENTITY}, None),
    ],
)
async def test_who_is_to_name_pieces_must_be_there_and_able_to_look(
    hass, hub, cloud, features, wanted, error
) -> None:
    cloud._attr_supported_features = ai_task.AITaskEntityFeature(features)
    cloud.async_write_ha_state()
    before = dict(hub.options)
    flow = await hass.config_entries.options.async_init(hub.entry_id)

    answers = {"media_dir": "local", "names_by": "ai_task", **wanted}
    result = await hass.config_entries.options.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done()

    if error is None:
        assert result["type"] == "create_entry"
        assert hub.options == answers
    else:
        assert (result["type"], result["errors"]) == ("form", {"ai_task_entity": error})
        assert hub.options == before
        # What was answered stands in the form.
        suggested = {str(k): k.description for k in result["data_schema"].schema}
        assert suggested["names_by"] == {"suggested_value": "ai_task"}
