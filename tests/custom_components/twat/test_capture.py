"""A capture from the press to the outcome, and everything that can come in between."""

import asyncio
from datetime import timedelta
from unittest.mock import patch

from homeassistant.core import Event, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.twat.clients.vision import BoardSuggestion, VisionClient
from custom_components.twat.games.model import AnalysisStatus
from custom_components.twat.play import async_undo
from custom_components.twat.storage.errors import DatabaseLocked, DiskFull
from custom_components.twat.storage.repository import Repository


def issues(hass) -> set[str]:
    return {issue for domain, issue in ir.async_get(hass).issues if domain == "twat"}


async def test_a_game_from_the_first_photo_on(hass, game, outcomes) -> None:
    setup = await game.capture()
    assert setup["outcome"] == "setup_captured"
    assert game.state("sensor", "status").state == "in_progress"

    truth = game.advance()
    read = await game.capture(notes="a note")

    assert read["outcome"] == "move_detected"
    assert read["accepted"]
    assert [(m["kind"], m["from"], m["to"]) for m in read["moves"]] == [
        (m["kind"], m["from"], m["to"]) for m in truth
    ]
    assert read["confidence"] > 0.9
    last_move = game.state("sensor", "last_move")
    assert last_move.state == "Red pawn: C7 → D6"
    assert last_move.attributes["capture_id"] == read["capture_id"]
    assert last_move.attributes["confidence"] == read["confidence"]
    assert len(last_move.attributes["changed_regions"]) == 2
    assert game.state("sensor", "turn").state == "2"
    assert game.state("sensor", "active_player").state == "Bob"
    event = outcomes[-1]
    assert event.event_type == "twat_move_detected"
    assert event.data["game"] == "Friday night"
    assert event.data["device_id"] == game.device_id
    assert "authSig=" in event.data["image_url"]
    capture = (await game.action("get_state"))["capture"]
    assert (capture["notes"], capture["analysis_status"]) == ("a note", "completed")


async def test_the_photo_is_kept_with_thumbnail_and_overlay(hass, game, tmp_path, until) -> None:
    await game.capture()
    hub = game.hub.runtime_data
    coordinator = hub.games[game.id]
    await until(lambda: coordinator.data.annotated, coordinator)
    capture = coordinator.data.newest
    folder = tmp_path / "media" / "twat" / "games" / game.id
    files = sorted(path.name.split("_")[0] for path in folder.iterdir())
    assert files == ["cap", "overlay", "thumb"]
    assert capture.image.startswith(f"games/{game.id}/cap_")


async def test_the_button_returns_at_once(hass, game, outcomes, until) -> None:
    coordinator = game.hub.runtime_data.games[game.id]
    stages = []
    coordinator.async_add_listener(lambda: stages.append(coordinator.data.stage))

    await game.press("capture")
    await until(lambda: outcomes, coordinator)

    seen = [stage for stage in dict.fromkeys(stages) if stage]
    assert seen[:3] == ["photographing", "storing", "queued"]
    assert game.state("binary_sensor", "analysing").state == "off"
    assert coordinator.data.newest.triggered_by == "button"


async def test_nothing_moved(hass, game) -> None:
    await game.capture()
    read = await game.capture()
    assert (read["outcome"], read["moves"]) == ("nothing_changed", [])
    assert game.state("sensor", "turn").state == "1"


async def test_a_reading_waits_and_is_accepted(hass, doubtful_game, outcomes) -> None:
    game = doubtful_game
    assert game.state("binary_sensor", "needs_review").state == "on"
    assert game.state("binary_sensor", "needs_review").attributes["summary"] == "Red pawn: C7 → D6"
    assert game.state("sensor", "turn").state == "1"
    turns = []
    hass.bus.async_listen("twat_turn_changed", turns.append)

    await game.press("accept")

    assert game.state("binary_sensor", "needs_review").state == "off"
    assert game.state("sensor", "last_move").state == "Red pawn: C7 → D6"
    await hass.async_block_till_done()
    assert [(t.data["turn"], t.data["active_player"]) for t in turns] == [(2, "Bob")]

    await game.press("undo")
    assert game.state("sensor", "turn").state == "1"
    assert game.state("sensor", "last_move").state == "unknown"


async def test_a_turn_is_told_once_however_many_look(hass, doubtful_game) -> None:
    game = doubtful_game
    hub = game.hub.runtime_data
    turns = []

    @callback
    def note(event: Event) -> None:
        turns.append(event.data["turn"])

    hass.bus.async_listen("twat_turn_changed", note)
    coordinator = hub.games[game.id]
    before = coordinator.data

    await game.press("accept")
    coordinator.async_set_view(before)
    turns.clear()
    await asyncio.gather(*(hub.async_refresh(game.id) for _ in range(3)))
    await hass.async_block_till_done()

    assert turns == [2]


async def test_a_rejected_reading_blocks_nothing(hass, doubtful_game) -> None:
    game = doubtful_game
    await game.press("reject")
    game.advance()
    read = await game.capture()
    # Both moves are new since the last accepted state.
    assert {(m["from"], m["to"]) for m in read["moves"]} == {("C7", "D6"), ("D2", "D4")}


async def test_what_waited_is_gone_when_the_piece_is_put_back(hass, doubtful_game) -> None:
    game = doubtful_game
    game.camera.simulator("POST", "/reset", {})
    read = await game.capture()
    assert read["outcome"] == "nothing_changed"
    assert game.state("binary_sensor", "needs_review").state == "off"


async def test_a_hand_is_said_and_nothing_is_made_of_it(hass, game) -> None:
    await game.capture()
    game.camera.simulator("POST", "/hand", {"present": True})
    read = await game.capture()
    assert "hand_in_view" in read["warnings"]
    assert read["moves"] == []
    assert read["outcome"] == "analysis_failed"
    assert read["error"]["code"] == "hand_in_view"
    assert "Clear the view" in read["error"]["message"]

    game.camera.simulator("POST", "/hand", {"present": False})
    assert (await game.capture())["outcome"] == "nothing_changed"
    assert game.state("sensor", "status").attributes["last_error"] is None


async def test_a_second_press_waits_and_a_third_joins_it(hass, game, until) -> None:
    captures = game.hub.runtime_data.captures
    first = await captures.async_capture(game.id, triggered_by="a")
    await until(lambda: first.capture.image, game.hub.runtime_data.games[game.id])
    second = await captures.async_capture(game.id, triggered_by="b", notes="one")
    third = await captures.async_capture(game.id, triggered_by="c", notes="two")

    assert second is third
    assert second is not first
    assert (await first.done).event == "setup_captured"
    assert (await second.done).event == "nothing_changed"
    assert (await second.done).capture.notes == "one\ntwo"
    assert game.hub.runtime_data.games[game.id].data.newest.sequence == 1


async def test_a_game_without_a_table_has_no_camera(hass, hub, create_game) -> None:
    created = await hass.services.async_call(
        "twat",
        "create_game",
        {"name": "Solo", "game_type": "generic_grid", "players": [{"name": "A"}, {"name": "B"}]},
        blocking=True,
        return_response=True,
    )
    with pytest.raises(ServiceValidationError) as refusal:
        await hass.services.async_call(
            "twat", "capture", {"game_id": created["game_id"]}, blocking=True, return_response=True
        )
    assert refusal.value.translation_key == "game_without_table"


# Where the board lies


@pytest.fixture
async def uncalibrated(add_entry, vision, camera_entity, table_data, until, create_game):
    """A game at a table of which nobody said where the board lies."""
    hub = await add_entry("hub", vision, subentries_data=[table_data(camera_entity)])
    await until(lambda: hub.runtime_data.link.available, hub.runtime_data.link)
    return await create_game(hub)


async def test_the_board_is_looked_for_on_a_table_without_calibration(hass, uncalibrated) -> None:
    corners = tuple(tuple(point) for point in uncalibrated.camera.simulator("GET")["corners"])
    found_board = BoardSuggestion(corners, 0.93, "grid", ())
    with patch.object(VisionClient, "detect_board", return_value=found_board):
        read = await uncalibrated.capture()

    assert read["outcome"] == "setup_captured"
    board = (await uncalibrated.action("get_state"))["game"]["settings"]["board"]
    assert board["corners"] == [list(point) for point in found_board.corners]
    assert board["confidence"] == 0.93


async def test_a_board_that_is_not_certain_needs_a_player(hass, uncalibrated) -> None:
    game = uncalibrated
    corners = tuple(tuple(point) for point in game.camera.simulator("GET")["corners"])
    doubtful = BoardSuggestion(corners, 0.5, "outline", ())
    with patch.object(VisionClient, "detect_board", return_value=doubtful):
        read = await game.capture()
    assert (read["outcome"], read["warnings"]) == ("review_needed", ["board_uncertain"])

    await game.press("accept")
    game.advance()
    # By accepting the setup the players said that the board was seen right.
    read = await game.capture()
    assert (read["outcome"], read["warnings"]) == ("move_detected", [])


async def test_no_board_is_found(hass, uncalibrated, no_board) -> None:
    read = await uncalibrated.capture()
    assert (read["outcome"], read["error"]["code"]) == ("analysis_failed", "board_not_found")
    assert "Calibrate the table" in read["error"]["message"]


async def test_a_table_calibrated_anew_reads_from_the_next_photo(hass, game) -> None:
    await game.capture()
    corners = game.camera.simulator("GET")["corners"]
    await hass.services.async_call(
        "twat",
        "calibrate_board",
        {"table": "Table", "game_type": "generic_grid", "corners": corners},
        blocking=True,
    )
    game.advance()
    read = await game.capture()
    assert [(m["from"], m["to"]) for m in read["moves"]] == [("C7", "D6")]
    game.advance()
    read = await game.capture()
    assert [(m["from"], m["to"]) for m in read["moves"]] == [("D2", "D4")]


# The camera fails


async def test_the_camera_fails(hass, hub, create_game, outcomes) -> None:
    game = await create_game(hub)
    pi = next(e for e in hass.config_entries.async_entries("twat") if e.data["kind"] == "camera")
    await hass.config_entries.async_unload(pi.entry_id)
    for attempt in (1, 2):
        read = await game.capture()
        assert read["outcome"] == "capture_failed"
        assert read["error"]["hop"] == "camera"
        assert "power and network" in read["error"]["message"]
        assert (f"capture_camera_{game.id}" in issues(hass)) == (attempt == 2)
    assert outcomes[-1].event_type == "twat_capture_failed"
    error = game.state("sensor", "status").attributes["last_error"]
    assert (error["hop"], error["code"]) == ("camera", "unavailable")

    await hass.config_entries.async_setup(pi.entry_id)
    assert (await game.capture())["outcome"] == "setup_captured"
    assert not issues(hass)


async def test_the_table_is_gone(hass, hub, create_game) -> None:
    game = await create_game(hub)
    table = next(iter(hub.subentries.values()))
    hass.config_entries.async_remove_subentry(hub, table.subentry_id)
    read = await game.capture()
    assert read["error"]["code"] == "unknown_table"


# Storage fails


async def test_the_disk_is_full(hass, game) -> None:
    images = game.hub.runtime_data.images
    with patch.object(type(images), "save", side_effect=DiskFull("full")):
        read = await game.capture()
    assert (read["outcome"], read["error"]["hop"]) == ("capture_failed", "storage")
    assert "Make room" in read["error"]["message"]
    assert f"capture_storage_{game.id}" in issues(hass)

    assert (await game.capture())["outcome"] == "setup_captured"
    assert not issues(hass)


async def test_the_failure_cannot_be_written_down_either(hass, game, outcomes) -> None:
    def locked(*_args, **_kwargs):
        raise DatabaseLocked("locked")

    with patch.object(Repository, "update_capture", locked):
        read = await game.capture()
    assert read["outcome"] == "capture_failed"
    assert read["error"]["code"] == "database_locked"
    assert (await game.capture())["outcome"] == "setup_captured"


async def test_a_press_that_cannot_be_put_on_record_is_refused(hass, game) -> None:
    with (
        patch.object(Repository, "add_capture", side_effect=DatabaseLocked("locked")),
        pytest.raises(HomeAssistantError) as failure,
    ):
        await game.press("capture")
    assert failure.value.translation_key == "database_locked"
    assert (await game.capture())["outcome"] == "setup_captured"


async def test_a_locked_database_delays_a_reading(hass, game, until, outcomes) -> None:
    original = Repository.record
    locked = True

    def record(self, game_id):
        if locked:
            raise DatabaseLocked("locked")
        return original(self, game_id)

    with patch.object(Repository, "record", record):
        read = await game.capture()
        assert (read["outcome"], read["status"]) == ("pending", "pending")
        assert read["error"]["hop"] == "storage"
        locked = False
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
        await until(lambda: outcomes, game.hub.runtime_data.games[game.id])
    assert outcomes[-1].event_type == "twat_setup_captured"


async def test_a_locked_database_delays_the_resumption(hass, game) -> None:
    captures = game.hub.runtime_data.captures
    with patch.object(Repository, "unfinished_captures", side_effect=DatabaseLocked("locked")):
        captures.async_resume()
        await captures._resuming
    read = await game.capture()
    assert read["outcome"] == "pending"
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
    await captures._resuming
    await game.idle()
    assert game.state("sensor", "status").state == "in_progress"


# The vision service fails


async def test_photos_wait_for_the_vision_service(
    hass, own_game, own_vision, until, outcomes, caplog
) -> None:
    game, link = own_game, own_game.hub.runtime_data.link
    coordinator = game.hub.runtime_data.games[game.id]
    outcomes.clear()
    port = own_vision.port
    own_vision.stop()
    await until(lambda: not link.available, link)

    waiting = []
    for _ in range(2):
        game.advance()
        read = await game.capture()
        assert (read["outcome"], read["status"]) == ("pending", "pending")
        waiting.append(read["capture_id"])
    assert not outcomes

    own_vision.start(port)
    await until(lambda: len(outcomes) == 2, coordinator)

    assert [event.data["capture_id"] for event in outcomes] == waiting
    assert [[(m["from"], m["to"]) for m in event.data["moves"]] for event in outcomes] == [
        [("C7", "D6")],
        [("D2", "D4")],
    ]
    assert caplog.text.count("The vision service is lost") == 1
    assert caplog.text.count("The vision service is back") == 1


async def test_the_vision_service_dies_while_it_reads(
    hass, own_game, own_vision, until, outcomes
) -> None:
    game, link = own_game, own_game.hub.runtime_data.link
    coordinator = game.hub.runtime_data.games[game.id]
    port = own_vision.port
    outcomes.clear()
    game.advance()
    original = VisionClient.job

    async def killed_then_asked(self, job_id):
        own_vision.stop()
        return await original(self, job_id)

    with patch.object(VisionClient, "job", killed_then_asked):
        read = await game.capture()
    assert (read["outcome"], read["error"]["hop"]) == ("pending", "vision")
    await until(lambda: not link.available, link)

    own_vision.start(port)
    await until(lambda: outcomes, coordinator)
    assert outcomes[0].data["capture_id"] == read["capture_id"]
    assert [(m["from"], m["to"]) for m in outcomes[0].data["moves"]] == [("C7", "D6")]


async def test_a_reading_interrupted_by_a_restart_goes_on(hass, own_game, until, outcomes) -> None:
    game, hub = own_game, own_game.hub
    game.advance()

    handed_in = asyncio.Event()

    async def never(_watch, _job_id):
        handed_in.set()
        await asyncio.Event().wait()

    with (
        patch("custom_components.twat.vision_link.JobWatch.ended", never),
        patch.object(VisionClient, "job", return_value=None),
    ):
        press = await hub.runtime_data.captures.async_capture(game.id, triggered_by=None)
        await handed_in.wait()
        await hass.config_entries.async_unload(hub.entry_id)
    assert (await press.done).event is None
    outcomes.clear()

    await hass.config_entries.async_setup(hub.entry_id)
    coordinator = hub.runtime_data.games[game.id]
    await until(lambda: outcomes, coordinator)
    assert outcomes[0].data["capture_id"] == press.capture.id
    assert coordinator.data.head.capture_id == press.capture.id


async def test_a_press_interrupted_before_its_photo_is_said(hass, game) -> None:
    hub = game.hub.runtime_data

    async def never(*_args):
        await asyncio.Event().wait()

    with patch("custom_components.twat.capture.async_still", never):
        press = await hub.captures.async_capture(game.id, triggered_by=None)
        waiting = await hub.captures.async_capture(game.id, triggered_by=None)
        assert waiting is not press
        await hass.config_entries.async_unload(game.hub.entry_id)
    assert (await waiting.done).event is None

    await hass.config_entries.async_setup(game.hub.entry_id)
    for interrupted in (press, waiting):
        capture = game.hub.runtime_data.repository.get_capture(interrupted.capture.id)
        assert capture.analysis_status is AnalysisStatus.FAILED
        assert (capture.error.hop, capture.error.code) == ("camera", "interrupted")


async def test_a_crash_between_log_and_capture_is_mended(hass, own_game, until, outcomes) -> None:
    game = own_game
    game.advance()
    read = await game.capture()
    await game.idle()
    hub = game.hub.runtime_data
    states = len(hub.repository.states(game.id))
    # As a crash leaves it: in the log, but the capture's row not finished.
    hub.repository.update_capture(
        read["capture_id"], analysis_status=AnalysisStatus.PROCESSING, analysis_results=None
    )
    coordinator = hub.games[game.id]
    await hub.async_refresh(game.id)
    hub.captures.async_resume()
    await until(
        lambda: coordinator.data.newest.analysis_status is AnalysisStatus.COMPLETED, coordinator
    )
    assert coordinator.data.newest.analysis_results["moves"][0]["to"] == "D6"
    assert len(hub.repository.states(game.id)) == states


async def test_a_photo_that_vanished_is_said(hass, own_game, own_vision, until, outcomes) -> None:
    game, hub = own_game, own_game.hub.runtime_data
    port = own_vision.port
    own_vision.stop()
    await until(lambda: not hub.link.available, hub.link)
    game.advance()
    read = await game.capture()
    hub.images.path(hub.repository.get_capture(read["capture_id"]).image).unlink()
    outcomes.clear()

    own_vision.start(port)
    await until(lambda: outcomes, hub.games[game.id])
    assert outcomes[0].event_type == "twat_analysis_failed"
    assert outcomes[0].data["error"]["hop"] == "storage"
    assert outcomes[0].data["error"]["code"] == "image_gone"


async def test_a_capture_queued_twice_is_read_once(hass, game, outcomes) -> None:
    read = await game.capture()
    await game.idle()
    hub = game.hub.runtime_data
    capture = hub.repository.get_capture(read["capture_id"])
    with patch.object(Repository, "unfinished_captures", return_value=[capture]):
        hub.captures.async_resume()
        await hub.captures._resuming
    await game.idle()
    assert len(outcomes) == 1


async def test_an_action_that_does_not_wait(hass, game, outcomes, until) -> None:
    answer = await game.action("capture")
    assert answer["status"] == "capturing"
    await until(lambda: outcomes, game.hub.runtime_data.games[game.id])
    assert outcomes[0].data["capture_id"] == answer["capture_id"]


async def test_a_game_that_moves_on_while_it_is_read_is_read_again(hass, game) -> None:
    await game.capture()
    game.advance()
    hub = game.hub.runtime_data
    original = VisionClient.job
    moved = []

    async def undone_meanwhile(self, job_id):
        if not moved:
            moved.append(await async_undo(hub, game.id, by="test"))
        return await original(self, job_id)

    with patch.object(VisionClient, "job", undone_meanwhile):
        read = await game.capture()
    assert moved
    # The setup's photo was undone, so this photo is the setup now.
    assert read["outcome"] == "setup_captured"


async def test_a_game_that_never_stands_still(hass, game) -> None:
    with patch("custom_components.twat.reading.conclude", return_value=None):
        read = await game.capture()
    assert (read["outcome"], read["error"]["code"]) == ("analysis_failed", "state_moved")


async def test_a_deleted_game_stops_its_captures(hass, game, tmp_path) -> None:
    await game.capture()
    press = await game.hub.runtime_data.captures.async_capture(game.id, triggered_by=None)
    await game.action("delete_game")
    assert (await press.done).event is None
    assert not (tmp_path / "media" / "twat" / "games" / game.id).exists()


async def test_without_a_vision_service_photos_are_kept(
    hass, add_entry, scripted_table, create_game
) -> None:
    hub = await add_entry("hub", None, subentries_data=[scripted_table])
    game = await create_game(hub)
    read = await game.capture()
    assert (read["outcome"], read["status"]) == ("pending", "pending")
    assert (await game.action("get_state"))["capture"]["image"]
    said = await game.action(
        "correct", capture_id=read["capture_id"], moves=[{"from": "C7", "to": "D6"}]
    )
    assert said["moves"][0]["to"] == "D6"
