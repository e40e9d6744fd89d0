"""A game's story in Home Assistant: back and forth, by hand, by the clock, to its end."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
import zipfile

from homeassistant.core import Event
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.twat.games.model import new_id

PLAYERS = [{"name": "Alice", "color": "red"}, {"name": "Bob", "color": "blue"}]


async def call(hass, action: str, /, **data) -> Any:
    return await hass.services.async_call("twat", action, data, blocking=True, return_response=True)


async def refused(hass, action: str, /, **data) -> str | None:
    with pytest.raises(ServiceValidationError) as refusal:
        await call(hass, action, **data)
    assert refusal.value.translation_domain == "twat"
    assert str(refusal.value)
    return refusal.value.translation_key


@pytest.fixture
async def hub_only(add_entry):
    """A hub without a vision service."""
    return await add_entry("hub", None)


@pytest.fixture
async def dune(hass, hub_only) -> str:
    """A game of Dune that is played by hand."""
    created = await call(
        hass, "create_game", name="Spice", game_type="dune_imperium", players=PLAYERS
    )
    await hass.async_block_till_done()
    return created["game_id"]


def state(hass, game_id: str, platform: str, key: str):
    entity_id = er.async_get(hass).async_get_entity_id(platform, "twat", f"{game_id}_{key}")
    assert entity_id, key
    return hass.states.get(entity_id)


async def press(hass, game_id: str, key: str) -> None:
    await hass.services.async_call(
        "button", "press", {"entity_id": state(hass, game_id, "button", key).entity_id},
        blocking=True,
    )  # fmt: skip


# Back and forth


async def test_turns_go_on_by_hand_and_can_be_undone_and_redone(hass, dune) -> None:
    await press(hass, dune, "next_turn")
    assert state(hass, dune, "sensor", "active_player").state == "Bob"
    await press(hass, dune, "next_phase")
    assert state(hass, dune, "sensor", "phase").state == "Combat"
    await press(hass, dune, "undo")
    await press(hass, dune, "undo")
    assert state(hass, dune, "sensor", "turn").state == "1"
    await press(hass, dune, "redo")
    assert (await call(hass, "redo"))["state"]["phase"] == "combat"
    assert await refused(hass, "redo") == "nothing_to_redo"


async def test_any_state_can_be_gone_to_and_the_log_shows_what_was_abandoned(hass, dune) -> None:
    first = (await call(hass, "get_state"))["state"]["id"]
    await call(hass, "adjust_resource", player="alice", resource="spice", amount=3)
    spice = (await call(hass, "get_state"))["state"]["id"]
    await call(hass, "go_to", state_id=first)
    await call(hass, "adjust_resource", player=2, resource="water", amount=1)

    log = await call(hass, "get_log")
    assert [entry["played"] for entry in log["entries"]] == [True, False, True]
    assert log["entries"][1]["lines"] == ["Alice: spice 0 → 3"]
    assert log["head_id"] == log["tip_id"] == log["entries"][2]["state_id"]

    back = await call(hass, "go_to", state_id=spice)
    assert back["state"]["resources"]["player_1"]["spice"] == 3
    assert await refused(hass, "go_to", state_id=spice) == "already_there"
    assert await refused(hass, "go_to", state_id="nowhere") == "unknown_state"


@pytest.mark.parametrize(
    ("action", "data", "key"),
    [
        ("update_state", {}, "nothing_to_update"),
        ("update_state", {"turn": 0}, "out_of_range"),
        ("update_state", {"phase": "lunch"}, "unknown_phase"),
        ("update_state", {"active_player": 9}, "unknown_player"),
        ("update_state", {"resources": {"player_1": {"spice": -1}}}, "out_of_range"),
        ("update_state", {"resources": {"player_1": {"gold": 1}}}, "unknown_resource"),
        ("update_state", {"pieces": [{"type": "agent", "space": "Mars"}]}, "unknown_space"),
        ("adjust_resource", {"player": "Zed", "resource": "spice", "amount": 1}, "unknown_player"),
        ("adjust_resource", {"player": 1, "resource": "spice", "amount": -9}, "out_of_range"),
        ("set_eliminated", {"player": "Bob", "eliminated": False}, "player_not_out"),
        ("set_clock", {"limits": {"turn": -1}}, "invalid_field"),
        ("correct_clock", {"player": 1, "seconds": -5}, "out_of_range"),
        ("update_game", {}, "nothing_to_update"),
        ("update_game", {"table": "nowhere"}, "unknown_table"),
        ("update_game", {"metadata": {"players": {"7": {}}}}, "unknown_player"),
        ("annotate", {"state_id": "nope", "note": "x"}, "unknown_state"),
        ("finish_game", {"winners": ["Zed"]}, "unknown_player"),
        ("reopen_game", {}, "game_not_over"),
        ("export_game", {"format": "timelapse"}, "no_photos"),
        ("export_game", {"format": "pgn"}, "no_pgn"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(hass, dune, action, data, key) -> None:
    before = await call(hass, "get_state")
    assert await refused(hass, action, **data) == key
    assert await call(hass, "get_state") == before


async def test_how_a_game_stands_can_be_said(hass, dune) -> None:
    answer = await call(
        hass,
        "update_state",
        turn=5.0,
        round=2,
        phase="combat",
        active_player=None,
        first_player=2.0,
        resources={"player_2": {"solari": 4}},
        pieces=[{"type": "agent", "player": 1, "space": "Arrakeen"}],
    )
    assert (answer["state"]["turn"], answer["state"]["round"]) == (5, 2)
    assert answer["state"]["first_player"] == 2
    assert state(hass, dune, "sensor", "active_player").state == "unknown"
    passed = await call(hass, "pass_turn", player="Bob")
    assert passed["state"]["passed"] == [2]
    out = await call(hass, "set_eliminated", player=1)
    assert out["state"]["eliminated"] == [1]


async def test_the_last_move_stays_when_only_the_turn_changes(hass, game) -> None:
    await game.capture()
    game.advance()
    await game.capture()
    moved = game.state("sensor", "last_move").state
    assert moved != "unknown"

    await game.action("next_turn")

    assert game.state("sensor", "last_move").state == moved
    assert game.state("sensor", "last_move").attributes["image_url"]


async def test_moves_put_back_on_the_table_are_offered_as_taken_back(hass, game) -> None:
    await game.capture()
    game.advance()
    await game.capture()
    start, moved = [entry["state_id"] for entry in (await game.action("get_log"))["entries"]][-2:]
    game.camera.simulator("POST", "/reset", {})

    read = await game.capture()

    assert read["outcome"] == "review_needed", read
    assert "taken_back" in read["warnings"]
    proposal = (await game.action("get_state"))["proposal"]
    assert proposal["returns_to"] == start
    accepted = await game.action("accept")
    assert accepted["state"]["id"] == start
    assert (await game.action("redo"))["state"]["id"] == moved


# Remarks


async def test_notes_and_bookmarks(hass, dune) -> None:
    remark = await call(hass, "annotate", note=" Look here ", bookmark=True)
    assert (remark["note"], remark["bookmark"]) == ("Look here", True)
    (entry,) = (await call(hass, "get_log"))["entries"]
    assert (entry["note"], entry["bookmark"]) == ("Look here", True)
    await call(hass, "annotate", state_id=entry["state_id"])
    (entry,) = (await call(hass, "get_log"))["entries"]
    assert (entry["note"], entry["bookmark"]) == (None, False)


# The clock


@pytest.fixture
def events(hass) -> dict[str, list[Event]]:
    kinds = ("time_warning", "time_up", "game_finished")
    return {kind: async_capture_events(hass, f"twat_{kind}") for kind in kinds}


async def test_the_clock_runs_stops_and_is_corrected(hass, dune, freezer) -> None:
    assert state(hass, dune, "switch", "clock").state == "off"
    await call(hass, "next_turn")
    assert state(hass, dune, "switch", "clock").state == "on"

    freezer.tick(90)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    time = state(hass, dune, "sensor", "player_time")
    assert (time.state, time.attributes["unit_of_measurement"]) == ("1.5", "min")

    switch = state(hass, dune, "switch", "clock").entity_id
    for _ in range(2):  # twice is no mistake
        await hass.services.async_call("switch", "turn_off", {"entity_id": switch}, blocking=True)
    freezer.tick(3600)
    answer = await call(hass, "correct_clock", player="Bob", seconds=-30)
    assert answer["clock"]["players"] == {"player_2": 60}
    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)
    freezer.tick(5)
    clock = (await call(hass, "get_log"))["clock"]
    assert (clock["running"], clock["game_seconds"]) == (True, 65)


async def test_the_clock_survives_a_restart(hass, hub_only, dune, freezer) -> None:
    await call(hass, "next_turn")
    freezer.tick(100)
    await hass.config_entries.async_reload(hub_only.entry_id)
    await hass.async_block_till_done()
    freezer.tick(20)
    assert (await call(hass, "get_log"))["clock"]["game_seconds"] == 120
    assert state(hass, dune, "switch", "clock").state == "on"


async def test_players_are_warned_before_their_time_is_up(hass, dune, events, freezer) -> None:
    await call(hass, "next_turn")
    answer = await call(hass, "set_clock", limits={"turn": 100, "warning": 30})
    assert answer["limits"]["turn"] == 100

    for seconds, warned, up in ((60, 0, 0), (10, 1, 0), (29, 1, 0), (2, 1, 1), (100, 1, 1)):
        freezer.tick(seconds)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert (len(events["time_warning"]), len(events["time_up"])) == (warned, up)

    data = events["time_warning"][0].data
    assert (data["limit"], data["player"], data["seconds_left"]) == ("turn", "Bob", 30)
    left = state(hass, dune, "sensor", "player_time").attributes["turn_seconds_left"]
    assert left < 0
    assert state(hass, dune, "event", "events").attributes["event_type"] == "time_up"


async def test_a_new_turn_has_its_own_time(hass, dune, events, freezer) -> None:
    await call(hass, "next_turn")
    await call(hass, "set_clock", limits={"turn": 100, "warning": 0}, running=True)
    freezer.tick(90)
    await call(hass, "next_turn")
    freezer.tick(90)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert events["time_up"] == []


# The end


async def test_a_finished_game_leaves_the_devices_and_counts(hass, dune, events, freezer) -> None:
    device = (await call(hass, "get_state"))["game"]["device_id"]
    await call(hass, "update_game", name="Dune night", metadata={"players": {"1": {"leader": "P"}}})
    await call(hass, "next_turn")
    await call(hass, "adjust_resource", player=1, resource="victory_points", amount=10)
    freezer.tick(120)

    over = await call(hass, "finish_game")
    await hass.async_block_till_done()

    assert over["game"]["status"] == "completed"
    assert [p["won"] for p in over["result"]["players"]] == [True, False]
    assert over["result"]["seconds"] == 120
    assert dr.async_get(hass).async_get(device) is None
    assert events["game_finished"][0].data["winners"] == ["Alice"]
    statistics = await call(hass, "get_statistics")
    assert statistics["players"][0]["name"] == "Alice"
    assert statistics["tags"]["leader"]["P"]["wins"] == 1
    later = (dt_util.utcnow() + timedelta(days=1)).isoformat()
    assert (await call(hass, "get_statistics", since=later))["games"] == 0
    assert (await call(hass, "get_statistics", game_type="chess", until=later))["games"] == 0
    assert await refused(hass, "finish_game", game_id=dune) == "unknown_game"
    # It can still be read, remarked on and exported.
    assert (await call(hass, "get_log", game_id=dune))["entries"]
    await call(hass, "annotate", game_id=dune, note="Good game")
    assert (await call(hass, "export_game", game_id=dune, format="json"))["size_bytes"]


async def test_a_game_can_go_on_after_its_end(hass, dune) -> None:
    await call(hass, "finish_game", status="abandoned")
    await hass.async_block_till_done()
    assert (await call(hass, "get_statistics"))["games"] == 0
    await call(hass, "reopen_game", game_id=dune)
    await hass.async_block_till_done()
    assert state(hass, dune, "sensor", "status").state == "in_progress"


async def test_a_draw_has_no_winners(hass, dune, events) -> None:
    over = await call(hass, "finish_game", winners=[])
    assert [p["won"] for p in over["result"]["players"]] == [False, False]
    assert events["game_finished"][0].data["winners"] == []


# The drawn board


async def test_the_board_is_drawn(hass, dune, hass_client, freezer) -> None:
    client = await hass_client()
    drawn = state(hass, dune, "image", "drawn")
    response = await client.get(f"/api/image_proxy/{drawn.entity_id}")
    assert response.status == 200
    assert response.content_type == "image/svg+xml"
    assert ET.fromstring(await response.text()).tag.endswith("svg")

    freezer.tick(10)
    await call(hass, "adjust_resource", player=1, resource="spice", amount=3)
    after = state(hass, dune, "image", "drawn")
    assert after.attributes["entity_picture"] != drawn.attributes["entity_picture"]
    assert after.state != drawn.state


# Files


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        ("json", b'{\n "format": "twat-game"'),
        ("zip", b"PK"),
        ("html", b"<!DOCTYPE html>"),
        ("markdown", b"# Friday night"),
        ("csv_log", "\ufeffentry,".encode()),
        ("csv_scores", "\ufeffround,".encode()),
        ("timelapse", b"RIFF"),
    ],
)
async def test_exports(hass, game, hass_client_no_auth, wanted, start) -> None:
    await game.capture()
    game.advance()
    await game.capture()

    exported = await game.action("export_game", format=wanted)

    path = Path(exported["path"])
    assert path.parent == Path(hass.config.path("twat", "exports"))
    assert path.read_bytes().startswith(start)
    assert exported["size_bytes"] == path.stat().st_size
    assert not list(path.parent.glob(".writing*"))
    client = await hass_client_no_auth()
    response = await client.get(exported["url"])
    assert await response.read() == path.read_bytes()
    assert "attachment" in response.headers["Content-Disposition"]
    if wanted == "timelapse":
        assert Image.open(BytesIO(path.read_bytes())).n_frames == 2


async def test_a_deleted_game_is_imported_byte_for_byte(hass, game) -> None:
    await game.capture()
    game.advance()
    await game.capture()
    await game.idle()
    name = (await game.action("export_game", format="zip"))["file"]
    path = Path(hass.config.path("twat", "exports", name))
    before = path.read_bytes()
    assert await refused(hass, "import_game", file=name) == "game_exists"
    await game.action("delete_game")
    await hass.async_block_till_done()

    back = await call(hass, "import_game", file=name)
    await hass.async_block_till_done()

    assert (back["game_id"], back["name"]) == (game.id, "Friday night")
    assert game.state("sensor", "turn").state == "2"
    again = await game.action("export_game", format="zip")
    assert Path(again["path"]).read_bytes() == before
    # And the game goes on.
    game.advance()
    assert (await game.capture())["outcome"] == "move_detected"


async def test_a_finished_game_that_comes_back_is_no_device(hass, dune) -> None:
    await call(hass, "finish_game")
    name = (await call(hass, "export_game", game_id=dune, format="json"))["file"]
    await hass.services.async_call("twat", "delete_game", {"game_id": dune}, blocking=True)
    assert (await call(hass, "import_game", file=name))["device_id"] is None
    assert (await call(hass, "get_statistics"))["games"] == 1


@pytest.mark.parametrize(
    "name", ["../../secrets.json", "/etc/passwd", "..", "game.exe", "", "a/b.zip"]
)
async def test_names_that_lead_elsewhere(hass, dune, name) -> None:
    assert await refused(hass, "import_game", file=name) == "import_name"


async def test_files_that_cannot_be_imported(hass, dune) -> None:
    assert await refused(hass, "import_game", file="missing.zip") == "import_missing"
    folder = Path(hass.config.path("twat", "exports"))
    folder.mkdir(parents=True)
    (folder / "bad.json").write_text('{"format": "other"}')
    (folder / "new.json").write_text('{"format": "twat-game", "version": 9}')
    with zipfile.ZipFile(folder / "evil.zip", "w") as file:
        file.writestr("../../configuration.yaml", "evil:")
    assert await refused(hass, "import_game", file="bad.json") == "invalid_import"
    assert await refused(hass, "import_game", file="new.json") == "import_too_new"
    assert await refused(hass, "import_game", file="evil.zip") == "invalid_import"
    assert not (folder.parents[1] / "configuration.yaml").exists()
    assert (await call(hass, "list_games"))["total"] == 1


async def test_an_export_that_cannot_be_written_says_so(hass, dune) -> None:
    folder = Path(hass.config.path("twat", "exports"))
    folder.write_text("in the way")
    assert await refused(hass, "export_game", format="json") == "export_failed"


async def test_only_exports_are_served(hass, dune, hass_client) -> None:
    await call(hass, "export_game", format="json")
    client = await hass_client()
    for name in ("..%5Ctwat.db", "missing.json", ".hidden"):
        response = await client.get(f"/api/twat/v1/exports/{name}")
        assert response.status == 404


# Photos


@pytest.fixture
async def photographed(hass, hub_only, dune) -> str:
    """A finished game with a photo."""
    hub = hub_only.runtime_data
    image = BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(image, "JPEG")
    now = dt_util.utcnow()

    def keep() -> None:
        hub.repository.add_capture(dune, capture_id=new_id(), captured_at=now)
        kept = hub.images.save(dune, 0, now, image.getvalue())
        capture = hub.repository.list_captures(dune)[0]
        hub.repository.update_capture(capture.id, image=kept.image, thumbnail=kept.thumbnail)

    await hass.async_add_executor_job(keep)
    await call(hass, "finish_game")
    return dune


def photos(hass) -> list[Path]:
    return list(Path(hass.config.media_dirs["local"]).rglob("*.jpg"))


async def test_photos_are_freed_only_after_it_was_shown(hass, photographed) -> None:
    assert (await call(hass, "free_photos"))["games"] == []
    shown = await call(hass, "free_photos", days=0)
    assert shown["dry_run"]
    assert [g["name"] for g in shown["games"]] == ["Spice"]
    assert shown["bytes"] == sum(path.stat().st_size for path in photos(hass))

    freed = await call(hass, "free_photos", gigabytes=0, dry_run=False)

    assert freed["games"] == shown["games"]
    assert photos(hass) == []
    assert len((await call(hass, "get_log", game_id=photographed))["entries"]) == 1
    assert (await call(hass, "export_game", game_id=photographed, format="html"))["size_bytes"]


async def test_pinned_games_keep_their_photos(hass, photographed) -> None:
    await call(hass, "update_game", game_id=photographed, pinned=True)
    assert (await call(hass, "free_photos", days=0))["games"] == []


@pytest.mark.parametrize(("days", "left"), [(9, 2), (11, 0)])
async def test_a_rule_is_followed_every_night(
    hass, hub_only, photographed, freezer, days, left
) -> None:
    options = hass.config_entries.options
    form = await options.async_init(hub_only.entry_id)
    rule = {"media_dir": "local", "photo_days": 10}
    await options.async_configure(form["flow_id"], rule)
    await hass.async_block_till_done()
    night = dt_util.now().replace(hour=4, minute=12, second=0, microsecond=0)

    freezer.move_to(night + timedelta(days=days))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(photos(hass)) == left


async def test_without_a_rule_everything_is_kept(hass, photographed, freezer) -> None:
    freezer.move_to(dt_util.now().replace(hour=4, minute=12, second=0) + timedelta(days=4000))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(photos(hass)) == 2


async def test_the_options_name_what_a_rule_frees_at_once(hass, hub_only, photographed) -> None:
    hass.config_entries.async_update_entry(hub_only, options={"media_dir": "local"})
    options = hass.config_entries.options
    form = await options.async_init(hub_only.entry_id)
    confirm = await options.async_configure(
        form["flow_id"], {"media_dir": "local", "photo_gigabytes": 0}
    )
    assert confirm["step_id"] == "confirm"
    assert "Spice" in confirm["description_placeholders"]["games"]
    assert confirm["description_placeholders"]["count"] == "1"
    assert photos(hass)

    await options.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()

    assert photos(hass) == []


async def test_the_state_says_when_nothing_is_left_to_play(hass, dune) -> None:
    assert (await call(hass, "get_state"))["over"] is False

    await call(hass, "update_state", round=10, phase="recall")

    assert (await call(hass, "get_state"))["over"] is True
