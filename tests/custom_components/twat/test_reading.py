"""What the vision service says, and what is made of it."""

import asyncio
from datetime import timedelta
from unittest.mock import AsyncMock, patch

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.twat.clients.errors import Busy, Hop, NotAService, Rejected
from custom_components.twat.clients.vision import (
    BoardSuggestion,
    Job,
    JobError,
    JobStatus,
    VisionClient,
)
from custom_components.twat.storage.errors import NotWritable


def busy() -> Busy:
    return Busy(Hop.VISION, 503, "queue_full", "full", retry_after=0)


def job(status: JobStatus, **more) -> Job:
    return Job("j", "c", status, "done", **more)


RESULT = {
    "alignment": {"status": "aligned", "shift": 0, "rotation_deg": 0, "inliers": 99},
    "changed_regions": [],
    "moves": [],
    "detected_pieces": [],
    "confidence": 1.0,
    "summary": "",
    "warnings": [],
    "questions": [],
    "vlm": None,
    "timings_ms": {},
}


async def test_photos_are_uploaded_only_when_they_are_missing(hass, own_game) -> None:
    uploads = []
    original = VisionClient.put_image

    async def put(self, digest, image):
        uploads.append(digest)
        await original(self, digest, image)

    own_game.advance()
    with patch.object(VisionClient, "put_image", put):
        read = await own_game.capture()
    # The photo before is known from its own reading.
    assert read["outcome"] == "move_detected"
    assert len(uploads) == 1


async def test_photos_that_stay_missing_are_not_uploaded_for_ever(hass, game) -> None:
    missing = Rejected(Hop.VISION, 409, "images_missing", "missing", {"missing": ["1" * 64]})
    with patch.object(VisionClient, "analyse", side_effect=missing):
        read = await game.capture()
    assert (read["outcome"], read["error"]["code"]) == ("analysis_failed", "images_missing")


async def test_a_full_queue_is_asked_again(hass, game) -> None:
    original = VisionClient.analyse
    answers = iter([busy(), busy()])

    async def analyse(self, request):
        if (error := next(answers, None)) is not None:
            raise error
        return await original(self, request)

    with patch.object(VisionClient, "analyse", analyse):
        assert (await game.capture())["outcome"] == "setup_captured"


async def test_a_queue_that_stays_full_delays_the_reading(hass, game, outcomes, until) -> None:
    coordinator = game.hub.runtime_data.games[game.id]
    with patch.object(VisionClient, "analyse", side_effect=busy()):
        for attempt in (1, 2):
            read = await game.capture()
            assert (read["outcome"], read["status"]) == ("pending", "pending")
            if attempt == 1:
                assert read["error"]["code"] == "queue_full"
        raised = asyncio.Event()
        hass.bus.async_listen(
            ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, callback(lambda _event: raised.set())
        )
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
        await raised.wait()
        await game.idle()
        issues = ir.async_get(hass)
        assert issues.async_get_issue("twat", f"capture_vision_{game.id}")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=62))
    await until(lambda: len(outcomes) == 2, coordinator)
    assert [event.event_type for event in outcomes] == [
        "twat_setup_captured",
        "twat_nothing_changed",
    ]
    assert issues.async_get_issue("twat", f"capture_vision_{game.id}") is None


async def test_an_answer_that_is_not_the_services_delays_the_reading(hass, game) -> None:
    with patch.object(
        VisionClient, "analyse", side_effect=NotAService(Hop.VISION, "a proxy's page")
    ):
        read = await game.capture()
    assert (read["outcome"], read["error"]["code"]) == ("pending", "not_a_service")


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (job(JobStatus.FAILED, error=JobError("bad_photo", "It is bad.")), "bad_photo"),
        (job(JobStatus.CANCELLED), "cancelled"),
        (job(JobStatus.COMPLETED, results={}), "invalid_result"),
        (job(JobStatus.COMPLETED, results={**RESULT, "confidence": 7}), "invalid_result"),
        (
            job(JobStatus.COMPLETED, results={**RESULT, "warnings": ["hand_in_view"]}),
            "hand_in_view",
        ),
        (job(JobStatus.COMPLETED, results={**RESULT, "warnings": ["martians"]}), "unreadable"),
    ],
)
async def test_jobs_that_end_badly(hass, game, outcomes, ended, code) -> None:
    assert (await game.capture())["outcome"] == "setup_captured"
    with patch.object(VisionClient, "job", return_value=ended):
        read = await game.capture()
    assert read["outcome"] == "analysis_failed"
    assert (read["error"]["hop"], read["error"]["code"]) == ("vision", code)
    assert read["error"]["message"]
    assert outcomes[-1].data["error"]["code"] == code
    assert (await game.capture())["outcome"] == "nothing_changed"


async def test_a_bad_first_photo_is_no_reference(hass, game) -> None:
    hand = job(JobStatus.COMPLETED, results={**RESULT, "warnings": ["hand_in_view"]})
    with patch.object(VisionClient, "job", return_value=hand):
        first = await game.capture()
    assert first["outcome"] == "review_needed"
    assert (await game.capture())["outcome"] == "setup_captured"
    game.advance()
    asked = []
    original = VisionClient.analyse

    async def analyse(self, request):
        asked.append(request)
        return await original(self, request)

    with patch.object(VisionClient, "analyse", analyse):
        read = await game.capture()
    assert [(m["from"], m["to"]) for m in read["moves"]] == [("C7", "D6")]
    second = game.hub.runtime_data.repository.list_captures(game.id)[1]
    assert asked[0]["images"]["reference"] == second.image_sha256


async def test_an_unsure_reading_needs_review(hass, game, outcomes) -> None:
    await game.capture()
    move = {
        "kind": "move",
        "piece": "p3",
        "type": "pawn",
        "player": 1,
        "from": "C7",
        "to": "D6",
        "captured": None,
        "color": "red",
        "confidence": 0.5,
        "source": "tracking",
    }
    question = {"text": "Which pawn?", "spaces": ["C7", "D6"], "options": ["left", "right"]}
    results = {**RESULT, "moves": [move], "confidence": 0.5, "questions": [question]}
    with patch.object(VisionClient, "job", return_value=job(JobStatus.COMPLETED, results=results)):
        read = await game.capture()
    assert read["outcome"] == "review_needed"
    assert read["questions"] == [question]
    assert outcomes[-1].event_type == "twat_review_needed"
    assert game.state("binary_sensor", "needs_review").attributes["questions"] == [question]


async def test_the_overlay_is_a_nicety(hass, game, caplog) -> None:
    with patch.object(VisionClient, "overlay", side_effect=NotAService(Hop.VISION, "no")):
        assert (await game.capture())["outcome"] == "setup_captured"
        await game.idle()
    images = type(game.hub.runtime_data.images)
    game.advance()
    with patch.object(images, "save_overlay", side_effect=NotWritable("x", "read-only")):
        assert (await game.capture())["outcome"] == "move_detected"
        await game.idle()
    assert caplog.text.count("No annotated photo") == 2


async def test_corners_that_cannot_be_are_the_services_fault(hass, hub) -> None:
    crossed = BoardSuggestion(((1, 0), (0, 0), (1, 1), (0, 1)), 0.9, "grid", ())
    with (
        patch.object(VisionClient, "detect_board", AsyncMock(return_value=crossed)),
        pytest.raises(HomeAssistantError) as failure,
    ):
        await hass.services.async_call(
            "twat",
            "calibrate_board",
            {"table": "Table", "game_type": "generic_grid"},
            blocking=True,
            return_response=True,
        )
    assert failure.value.translation_key == "vision_not_understood"


async def test_a_board_that_cannot_be_looked_for(hass, hub) -> None:
    refused = Rejected(Hop.VISION, 422, "invalid_field", "no such layout")
    with (
        patch.object(VisionClient, "detect_board", side_effect=refused),
        pytest.raises(HomeAssistantError) as failure,
    ):
        await hass.services.async_call(
            "twat",
            "calibrate_board",
            {"table": "Table", "game_type": "generic_grid"},
            blocking=True,
            return_response=True,
        )
    assert failure.value.translation_key == "vision_rejected"
