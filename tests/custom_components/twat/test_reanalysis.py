"""Photos that are read once more: for names that were given up, with another model, after they were accepted."""

from dataclasses import replace
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from tests.fakes.ollama import LIBRARY, Fault

from custom_components.twat.clients.errors import ConnectionFailed, Hop, Rejected
from custom_components.twat.clients.vision import ModelProblem, Models, VisionClient
from custom_components.twat.games.model import AnalysisStatus
from custom_components.twat.games.request import Wishes
from custom_components.twat.names_by import names_coming


def standing(state):
    return {(p["space"], p["type"], p["player"]) for p in state["state"]["board_state"]["pieces"]}


def truth(camera):
    return {(p["space"], p["type"], p["player"]) for p in camera.simulator("GET")["start"]}


async def refused(game, **data):
    with pytest.raises(ServiceValidationError) as refusal:
        await game.action("analyze", **data)
    return refusal.value.translation_key, str(refusal.value)


@pytest.fixture
async def waiting(unknown_game, outcomes, ollama, until):
    """A game whose setup waits for its names, and the model server has too much to do."""
    ollama.fail(Fault.BUSY)
    await unknown_game.capture()
    coordinator = unknown_game.hub.runtime_data.games[unknown_game.id]
    await until(lambda: vlm_of(coordinator)["status"] == "waiting", coordinator)
    ollama.mend()
    return unknown_game


@pytest.fixture
async def unnamed(unknown_game, ollama, until):
    """A game whose setup was accepted without names: nobody waited for the model's answer."""
    ollama.fail(Fault.HANGS)
    await unknown_game.capture()
    hub = unknown_game.hub.runtime_data
    coordinator = hub.games[unknown_game.id]
    await hub.link.client.cancel(coordinator.data.newest.job_id)

    def settled():
        view = coordinator.data
        read = view.newest.analysis_results
        return view.head.capture_id and view.stage is None and not names_coming(read)

    await until(settled, coordinator)
    ollama.mend()
    return unknown_game


def vlm_of(coordinator):
    return coordinator.data.newest.analysis_results["vlm"]


async def named_proposal(game, until):
    coordinator = game.hub.runtime_data.games[game.id]

    def named():
        proposal = coordinator.data.proposal
        return proposal is not None and not proposal.warnings

    await until(named, coordinator)
    return await game.action("get_state")


async def test_names_that_do_not_come_are_asked_for_again_at_once(
    waiting, outcomes, camera, until
) -> None:
    capture = (await waiting.action("get_state"))["capture"]

    queued = await waiting.action("analyze")
    coordinator = waiting.hub.runtime_data.games[waiting.id]
    await until(lambda: coordinator.data.head.capture_id == capture["id"], coordinator)
    state = await waiting.action("get_state")

    assert queued == {
        "capture_id": capture["id"],
        "job_id": capture["job_id"],
        "status": "queued",
    }
    assert standing(state) == truth(camera)
    assert outcomes[-1].event_type == "twat_setup_captured"


async def test_one_photo_can_be_shown_to_another_model(waiting, ollama, camera, until) -> None:
    before = (await waiting.action("get_state"))["capture"]
    read = await waiting.action("analyze", model="qwen2-vl:7b", wait=True)
    coordinator = waiting.hub.runtime_data.games[waiting.id]
    await until(lambda: vlm_of(coordinator)["status"] == "done", coordinator)
    state = await waiting.action("get_state")

    assert (read["outcome"], read["warnings"]) == ("review_needed", ["names_pending"])
    assert read["job_id"] == state["capture"]["job_id"] != before["job_id"]
    assert vlm_of(coordinator)["model"] == "qwen2.5vl:7b"
    assert "its successor, is used" in vlm_of(coordinator)["notes"][0]
    assert standing(state) == truth(camera)
    # Only this time.
    assert waiting.hub.runtime_data.link.model is None


async def test_an_accepted_photo_is_read_again_for_the_players_to_decide(
    unnamed, camera, until
) -> None:
    """What it says becomes the accepted state's sibling, and undo goes to the state before both."""
    accepted = await unnamed.action("get_state")

    await unnamed.action("analyze")
    proposed = await named_proposal(unnamed, until)
    named = await unnamed.action("accept")
    back = await unnamed.action("undo")

    assert proposed["state"] == accepted["state"]
    assert standing(accepted) != truth(camera)
    assert standing(named) == truth(camera)
    assert named["state"]["parent_id"] == accepted["state"]["parent_id"]
    assert back["state"]["id"] == accepted["state"]["parent_id"]


async def test_the_second_reading_of_an_accepted_photo_can_be_corrected(unnamed, until) -> None:
    accepted = await unnamed.action("get_state")
    await unnamed.action("analyze")
    await named_proposal(unnamed, until)

    said = await unnamed.action("correct", pieces=[{"type": "disc", "player": 1, "space": "A1"}])

    assert standing(said) == {("A1", "disc", 1)}
    assert said["state"]["parent_id"] == accepted["state"]["parent_id"]


async def test_an_accepted_photo_that_says_the_same_changes_nothing(game, outcomes) -> None:
    await game.capture()
    game.advance()
    moved = await game.capture()
    before = await game.action("get_state")

    read = await game.action("analyze", capture_id=moved["capture_id"], wait=True)
    after = await game.action("get_state")

    assert moved["outcome"] == "move_detected"
    assert read["outcome"] == "nothing_changed"
    assert (after["state"], after["proposal"]) == (before["state"], None)
    assert after["capture"]["analysis_status"] == "completed"


async def test_a_rejected_reading_waits_again(doubtful_game) -> None:
    read = (await doubtful_game.action("get_state"))["proposal"]
    await doubtful_game.action("reject")

    again = await doubtful_game.action("analyze", wait=True)
    state = await doubtful_game.action("get_state")

    assert again["outcome"] == "review_needed"
    assert state["proposal"]["moves"] == read["moves"]


async def test_what_somebody_wants_reaches_the_service(doubtful_game) -> None:
    asked = []
    original = VisionClient.analyse

    async def analyse(self, request):
        asked.append(request)
        return await original(self, request)

    with patch.object(VisionClient, "analyse", analyse):
        await doubtful_game.action(
            "analyze", detect_changes=False, identify_pieces="never", wait=True
        )

    assert asked[0]["tasks"] == {"detect_changes": False, "identify_pieces": "never"}


async def test_photos_that_the_service_no_longer_has_are_sent_again(unnamed, asking, until) -> None:
    for photo in (asking.data / "images").iterdir():
        photo.unlink()

    read = await unnamed.action("analyze", model="qwen2.5vl:7b", wait=True)
    state = await named_proposal(unnamed, until)

    assert read["error"] is None
    assert state["capture"]["analysis_results"]["vlm"]["model"] == "qwen2.5vl:7b"


async def test_a_photo_that_cannot_be_read_again_stays_as_it_was(game) -> None:
    await game.capture()
    broken = Rejected(Hop.VISION, 422, "invalid_field", "broken")
    with patch.object(VisionClient, "analyse", side_effect=broken):
        read = await game.action("analyze")
    state = await game.action("get_state")

    assert (read["outcome"], read["job_id"]) == ("analysis_failed", None)
    assert state["capture"]["analysis_status"] == "completed"
    assert state["capture"]["error"]["code"] == "invalid_field"


async def test_only_models_that_are_there_can_be_asked(unnamed, ollama) -> None:
    before = await unnamed.action("get_state")
    key, words = await refused(unnamed, model="llama3.2:3b")

    assert key == "model_not_installed"
    assert "Installed: qwen3-vl:8b-instruct, qwen2.5vl:7b" in words
    ollama.installed = [LIBRARY[4]]
    assert "Installed: –" in (await refused(unnamed, model="qwen2.5vl:7b"))[1]
    assert await unnamed.action("get_state") == before


async def test_without_a_model_server_no_model_can_be_chosen(game) -> None:
    await game.capture()

    assert (await refused(game, model="qwen2.5vl:7b"))[0] == "no_model_server"


async def test_a_model_server_that_is_away_is_no_reason_to_refuse(game) -> None:
    await game.capture()
    away = Models((), None, "http://gpu", ModelProblem("unreachable", "It is away.", None))
    with patch.object(VisionClient, "models", return_value=away):
        queued = await game.action("analyze", model="qwen2.5vl:7b")

    assert queued["status"] == "queued"


async def test_a_service_that_breaks_off_is_said(game) -> None:
    await game.capture()
    gone = ConnectionFailed(Hop.VISION, "the connection broke")
    with (
        patch.object(VisionClient, "models", side_effect=gone),
        pytest.raises(HomeAssistantError) as failure,
    ):
        await game.action("analyze", model="qwen2.5vl:7b")

    assert failure.value.translation_key == "vision_unreachable"


async def test_photos_that_cannot_be_read_again(hass, game, create_game) -> None:
    assert (await refused(game))[0] == "no_capture"
    first = await game.capture()
    game.advance()
    second = await game.capture()
    other = await create_game(game.hub)
    repository = game.hub.runtime_data.repository
    capture = await hass.async_add_executor_job(repository.get_capture, second["capture_id"])

    assert (await refused(game, capture_id="nope"))[0] == "unknown_capture"
    assert (await refused(other, capture_id=second["capture_id"]))[0] == "unknown_capture"
    key, words = await refused(game, capture_id=first["capture_id"])
    assert (key, "photo 0" in words) == ("capture_is_history", True)

    for changed, reason in (
        (replace(capture, analysis_status=AnalysisStatus.PROCESSING), "capture_being_read"),
        (replace(capture, image=None), "capture_without_photo"),
    ):
        with patch.object(repository, "get_capture", return_value=changed):
            assert (await refused(game, capture_id=second["capture_id"]))[0] == reason


async def test_after_going_back_its_photo_can_be_read_again(game) -> None:
    first = await game.capture()
    game.advance()
    await game.capture()
    await game.action("undo")

    read = await game.action("analyze", capture_id=first["capture_id"], wait=True)

    assert read["outcome"] == "nothing_changed"


async def test_a_photo_is_not_read_twice_at_once(game, hass) -> None:
    await game.capture()
    hub = game.hub.runtime_data
    coordinator = hub.games[game.id]
    # Nothing is read while the service is away; the photo waits in the queue.
    with patch.object(type(hub.link), "available", False):
        capture = coordinator.data.newest
        hub.captures.async_read_again(coordinator, capture, Wishes())
        with pytest.raises(ServiceValidationError) as refusal:
            hub.captures.async_read_again(coordinator, capture, Wishes())
    assert refusal.value.translation_key == "capture_being_read"


async def test_a_second_reading_that_a_restart_interrupted_leaves_the_first(
    hass, game, until
) -> None:
    await game.capture()
    before = (await game.action("get_state"))["capture"]
    hub = game.hub.runtime_data
    await hass.async_add_executor_job(
        lambda: hub.repository.update_capture(
            before["id"], analysis_status=AnalysisStatus.PROCESSING, job_id="lost"
        )
    )

    hub.captures.async_resume()
    coordinator = hub.games[game.id]
    await until(
        lambda: (
            coordinator.data.newest.analysis_status is AnalysisStatus.COMPLETED
            and coordinator.data.newest.job_id == "lost"
        ),
        coordinator,
    )

    after = (await game.action("get_state"))["capture"]
    assert after["analysis_results"] == before["analysis_results"]
