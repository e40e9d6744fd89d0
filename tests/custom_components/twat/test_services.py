"""Actions: what scripts, automations and voice can do."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

PLAYERS = [{"name": "Alice", "color": "red"}, {"name": "Bob", "color": "blue"}]


async def call(hass, action: str, /, **data):
    return await hass.services.async_call(
        "twat", action, data, blocking=True, return_response=action != "delete_game"
    )


@pytest.fixture
async def hub_only(add_entry):
    """A hub without a vision service."""
    return await add_entry("hub", None)


async def refused(hass, action: str, /, **data) -> tuple[str | None, str]:
    with pytest.raises(ServiceValidationError) as refusal:
        await call(hass, action, **data)
    assert refusal.value.translation_domain == "twat"
    return refusal.value.translation_key, str(refusal.value)


# Games


async def test_create_a_game(hass, hub_only) -> None:
    created = await call(
        hass,
        "create_game",
        name="Friday night",
        game_type="generic_grid",
        players=PLAYERS,
        settings={"columns": 6.0, "rows": 7},
        pieces=[{"type": "pawn", "player": 1, "space": "A1"}],
    )
    await hass.async_block_till_done()

    device = dr.async_get(hass).async_get(created["device_id"])
    assert device.name == "Friday night"
    assert device.identifiers == {("twat", created["game_id"])}
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    assert {entity.unique_id.removeprefix(f"{created['game_id']}_") for entity in entities} == {
        *("status", "turn", "phase", "active_player", "last_move", "game_time", "player_time"),
        *("capture", "accept", "reject", "undo", "redo", "next_turn", "next_phase"),
        *(
            "analysing",
            "needs_review",
            "rules_warning",
            "latest",
            "annotated",
            "drawn",
            "events",
            "clock",
        ),
    }
    state = await call(hass, "get_state", device_id=created["device_id"])
    assert state["game"]["settings"]["columns"] == 6
    assert state["state"]["board_state"]["pieces"][0]["space"] == "A1"
    assert state["proposal"] is None
    assert not state["analysing"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": ""}, "invalid_name"),
        ({"name": "x" * 300}, "invalid_name"),
        ({"name": "a\x00b"}, "invalid_name"),
        ({"game_type": "../chess"}, "unknown_profile"),
        ({"table": "nowhere"}, "unknown_table"),
        (
            {"players": [{**PLAYERS[0], "position": 2}, {**PLAYERS[1], "position": 2}]},
            "duplicate_position",
        ),
        ({"players": [PLAYERS[0], {"name": "Bob", "color": "red"}]}, "duplicate_color"),
        ({"players": [PLAYERS[0], {"name": "Bob", "color": "plaid"}]}, "unknown_color"),
        ({"settings": {"columns": 1000}}, "invalid_setting"),
        ({"settings": {"walls": 4}}, "unknown_setting"),
        ({"pieces": [{"type": "pawn", "player": 1, "space": "Z99"}]}, "unknown_space"),
    ],
)
async def test_a_game_that_cannot_be(hass, hub_only, changes, key) -> None:
    data = {"name": "Game", "game_type": "generic_grid", "players": PLAYERS, **changes}
    found, message = await refused(hass, "create_game", **data)
    assert found == key
    assert message and key not in message
    assert (await call(hass, "list_games"))["total"] == 0


@pytest.mark.parametrize("name", ["../../etc/passwd", "🎲🎲🎲", "'; DROP TABLE games;--"])
async def test_names_are_only_names(hass, hub_only, name) -> None:
    await call(hass, "create_game", name=name, game_type="chess", players=PLAYERS_CHESS)
    assert (await call(hass, "list_games"))["games"][0]["name"] == name


PLAYERS_CHESS = [{"name": "Alice", "color": "white"}, {"name": "Bob", "color": "black"}]


async def test_list_games(hass, hub_only) -> None:
    for number in range(3):
        await call(
            hass, "create_game", name=f"Game {number}", game_type="generic_grid", players=PLAYERS
        )
    page = await call(hass, "list_games", limit=2, offset=1, status="setup")
    assert page["total"] == 3
    assert len(page["games"]) == 2
    assert all(game["device_id"] for game in page["games"])
    assert (await call(hass, "list_games", status="completed"))["games"] == []


async def test_delete_a_game(hass, hub_only) -> None:
    game = await call(hass, "create_game", name="Game", game_type="generic_grid", players=PLAYERS)
    await hass.async_block_till_done()
    await call(hass, "delete_game", game_id=game["game_id"])
    await hass.async_block_till_done()

    assert dr.async_get(hass).async_get(game["device_id"]) is None
    assert not [
        e for e in er.async_get(hass).entities.values() if e.unique_id.startswith(game["game_id"])
    ]
    assert (await call(hass, "list_games"))["total"] == 0
    assert (await refused(hass, "delete_game", game_id=game["game_id"]))[0] == "unknown_game"


# Which game


async def test_the_only_game_need_not_be_named(hass, hub_only) -> None:
    assert (await refused(hass, "get_state"))[0] == "no_games"
    one = await call(hass, "create_game", name="One", game_type="generic_grid", players=PLAYERS)
    assert (await call(hass, "get_state"))["game"]["id"] == one["game_id"]
    await call(hass, "create_game", name="Two", game_type="generic_grid", players=PLAYERS)
    assert (await refused(hass, "get_state"))[0] == "which_game"


@pytest.mark.parametrize("game_id", ["nope", "../../etc", "a\x00b", "x" * 300, "🎲"])
async def test_unknown_games(hass, hub_only, game_id) -> None:
    assert (await refused(hass, "get_state", game_id=game_id))[0] == "unknown_game"


async def test_a_device_that_is_no_game(hass, hub_only) -> None:
    hub_device = dr.async_entries_for_config_entry(dr.async_get(hass), hub_only.entry_id)[0]
    assert (await refused(hass, "get_state", device_id=hub_device.id))[0] == "unknown_game_device"
    assert (await refused(hass, "get_state", device_id="nope"))[0] == "unknown_game_device"


async def test_without_a_hub(hass, camera_entry) -> None:
    assert (await refused(hass, "list_games"))[0] == "no_hub"


async def test_with_a_hub_that_is_not_running(hass, hub_only) -> None:
    await hass.config_entries.async_unload(hub_only.entry_id)
    assert (await refused(hass, "list_games"))[0] == "hub_not_loaded"


# The players' last word


async def test_nothing_waits(hass, game) -> None:
    for action in ("accept", "reject"):
        assert (await refused(hass, action, game_id=game.id))[0] == "no_proposal"
    assert (await refused(hass, "undo", game_id=game.id))[0] == "nothing_to_undo"
    assert (await refused(hass, "correct", game_id=game.id))[0] == "moves_or_pieces"
    assert (await refused(hass, "correct", game_id=game.id, moves=[]))[0] == "nothing_to_correct"


async def test_correct_a_reading(hass, game) -> None:
    await game.capture()
    game.advance()
    read = await game.capture()
    assert [(m["from"], m["to"]) for m in read["moves"]] == [("C7", "D6")]

    said = await game.action(
        "correct", capture_id=read["capture_id"], moves=[{"from": "C7", "to": "B6"}]
    )
    assert said["state"]["source"] == "manual"
    assert [(m["from"], m["to"]) for m in said["moves"]] == [("C7", "B6")]

    back = await game.action("undo")
    assert back["moves"] == []
    assert game.state("sensor", "turn").state == "1"


async def test_correct_by_pieces(hass, game) -> None:
    setup = await game.capture()
    said = await game.action(
        "correct",
        capture_id=setup["capture_id"],
        pieces=[{"type": "pawn", "player": 1, "space": "A1"}],
    )
    assert [piece["space"] for piece in said["state"]["board_state"]["pieces"]] == ["A1"]


@pytest.mark.parametrize(
    ("moves", "key"),
    [
        ([{"from": "Z1", "to": "A1"}], "unknown_space"),
        ([{"from": "A4", "to": "A5"}], "no_piece_there"),
        ([{"from": "A1", "to": "A2", "cheat": True}], "invalid_field"),
    ],
)
async def test_corrections_that_cannot_be(hass, game, moves, key) -> None:
    setup = await game.capture()
    refusal = await refused(
        hass, "correct", game_id=game.id, capture_id=setup["capture_id"], moves=moves
    )
    assert refusal[0] == key


async def test_a_reading_that_is_not_the_one_meant(hass, doubtful_game) -> None:
    game = doubtful_game
    assert (await refused(hass, "accept", game_id=game.id, capture_id="other"))[0] == "no_proposal"
    accepted = await game.action("accept")
    assert accepted["moves"][0]["to"] == "D6"


async def test_reject_a_reading(hass, doubtful_game) -> None:
    game = doubtful_game
    rejected = await game.action("reject")
    assert rejected["moves"] == []
    assert game.state("binary_sensor", "needs_review").state == "off"


# Calibration


async def test_calibrate_by_corners(hass, hub) -> None:
    corners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
    answer = await call(hass, "calibrate_board", table="Table", game_type="chess", corners=corners)
    assert answer == {"corners": corners, "confidence": None, "method": "manual"}
    table = next(iter(hub.subentries.values()))
    assert table.data["calibrations"]["chess"]["corners"] == corners


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"corners": [[0.9, 0.1], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9]]}, "corners_cross"),
        ({"corners": [[0.1, 0.1]]}, "corners_unreadable"),
        ({"corners": ["a", "b", "c", "d"]}, "corners_unreadable"),
        ({"corners": [[0, 0], [9, 0], [9, 9], [0, 9]]}, "corners_outside"),
        ({"game_type": "poker"}, "unknown_profile"),
        ({"table": "nowhere"}, "unknown_table"),
        ({"settings": {"columns": -1}}, "invalid_setting"),
    ],
)
async def test_calibrations_that_cannot_be(hass, hub, data, key) -> None:
    call_data = {"table": "Table", "game_type": "generic_grid", **data}
    assert (await refused(hass, "calibrate_board", **call_data))[0] == key


async def test_calibrate_from_a_photo(hass, hub, found_board) -> None:
    answer = await call(hass, "calibrate_board", table="table", game_type="generic_grid")
    assert (answer["method"], answer["confidence"]) == ("grid", 0.93)


async def test_calibrate_without_a_board(hass, hub, no_board) -> None:
    refusal = await refused(hass, "calibrate_board", table="Table", game_type="generic_grid")
    assert refusal[0] == "board_not_found"


async def test_calibrate_without_a_vision_service(hass, add_entry, scripted_table) -> None:
    await add_entry("hub", None, subentries_data=[scripted_table])
    refusal = await refused(hass, "calibrate_board", table="Table", game_type="generic_grid")
    assert refusal[0] == "no_vision_service"


async def test_calibrate_while_the_vision_service_is_down(
    hass, add_entry, own_vision, scripted_table, until
) -> None:
    hub = await add_entry("hub", own_vision, subentries_data=[scripted_table])
    link = hub.runtime_data.link
    await until(lambda: link.available, link)
    own_vision.stop()
    await until(lambda: not link.available, link)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, "calibrate_board", table="Table", game_type="generic_grid")
    assert failure.value.translation_key == "vision_unreachable"


async def test_a_correction_of_a_photo_that_does_not_exist(hass, game) -> None:
    before = await call(hass, "get_state", game_id=game.id)

    key, words = await refused(hass, "correct", game_id=game.id, capture_id="../nope", pieces=[])

    assert key == "unknown_capture"
    assert "../nope" in words
    assert await call(hass, "get_state", game_id=game.id) == before


async def test_a_resolution_that_does_not_exist(hass, game) -> None:
    key, words = await refused(hass, "capture", game_id=game.id, resolution="8k")

    assert key == "unknown_resolution"
    assert "4k, 1080p, 720p" in words
