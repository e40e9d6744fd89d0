"""Tables: added, changed, calibrated."""

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

CORNERS = {
    "top_left": "10, 10",
    "top_right": "90, 10",
    "bottom_right": "90, 90",
    "bottom_left": "10, 90",
}


@pytest.fixture
async def hub_only(add_entry):
    """A hub without a vision service."""
    return await add_entry("hub", None)


def new_table(camera: str, /, **changes) -> dict:
    return {
        "name": "Cellar",
        "camera_entity": camera,
        "settle_seconds": 0.5,
        **changes,
    }


async def add(hass: HomeAssistant, hub, data: dict):
    flows = hass.config_entries.subentries
    result = await flows.async_init((hub.entry_id, "table"), context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.FORM
    return await flows.async_configure(result["flow_id"], data)


async def change(hass: HomeAssistant, hub, what: str):
    flows = hass.config_entries.subentries
    subentry = next(iter(hub.subentries.values()))
    result = await flows.async_init(
        (hub.entry_id, "table"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    assert result["menu_options"] == ["settings", "calibrate"]
    return await flows.async_configure(result["flow_id"], {"next_step_id": what})


async def send(hass: HomeAssistant, result, data: dict):
    return await hass.config_entries.subentries.async_configure(result["flow_id"], data)


def table_of(hub):
    return next(iter(hub.subentries.values()))


def suggested(result) -> dict:
    return {
        str(key): (key.description or {}).get("suggested_value")
        for key in result["data_schema"].schema
    }


async def test_add_a_table(hass, hub_only, camera_entity) -> None:
    hass.states.async_set("scene.bright", "2026-01-01")
    result = await add(
        hass, hub_only, new_table(camera_entity, name="  Cellar ", scene="scene.bright")
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    table = table_of(hub_only)
    assert table.title == "Cellar"
    assert dict(table.data) == {
        "name": "Cellar",
        "camera_entity": camera_entity,
        "extra_cameras": [],
        "scene": "scene.bright",
        "settle_seconds": 0.5,
        "calibrations": {},
    }


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "  "}, {"name": "invalid_name"}),
        ({"name": "a\x00b"}, {"name": "invalid_name"}),
        ({"name": "x" * 300}, {"name": "invalid_name"}),
        ({"camera_entity": "camera.gone"}, {"camera_entity": "camera_not_found"}),
        ({"extra_cameras": ["camera.gone"]}, {"extra_cameras": "camera_not_found"}),
        ({"scene": "scene.gone"}, {"scene": "scene_not_found"}),
    ],
)
async def test_what_cannot_be_is_named(hass, hub_only, camera_entity, changes, errors) -> None:
    result = await add(hass, hub_only, new_table(camera_entity, **changes))
    assert result["errors"] == errors

    result = await send(hass, result, new_table(camera_entity))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("name", ["../../etc", "🎲 Tisch", "Robert'); DROP TABLE games"])
async def test_names_may_be_anything_visible(hass, hub_only, camera_entity, name) -> None:
    result = await add(hass, hub_only, new_table(camera_entity, name=name))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert table_of(hub_only).title == name


async def test_two_tables_of_one_name(hass, hub, camera_entity) -> None:
    result = await add(hass, hub, new_table(camera_entity, name="TABLE"))
    assert result["errors"] == {"name": "name_taken"}


async def test_change_a_table(hass, hub, camera_entity) -> None:
    before = table_of(hub).data
    result = await change(hass, hub, "settings")
    assert suggested(result)["camera_entity"] == camera_entity

    result = await send(hass, result, new_table("camera.gone", name="Table"))
    assert result["errors"] == {"camera_entity": "camera_not_found"}
    result = await send(hass, result, new_table(camera_entity, name="Table"))

    assert result["reason"] == "reconfigure_successful"
    assert table_of(hub).data["settle_seconds"] == 0.5
    assert table_of(hub).data["calibrations"] == before["calibrations"]


async def test_corners_by_hand(hass, hub) -> None:
    result = await change(hass, hub, "calibrate")
    result = await send(hass, result, {"game_type": "chess", "automatic": False})
    assert result["step_id"] == "corners"
    result = await send(hass, result, CORNERS)

    assert result["reason"] == "reconfigure_successful"
    calibration = table_of(hub).data["calibrations"]["chess"]
    assert calibration["corners"] == [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
    assert (calibration["method"], calibration["confidence"]) == ("manual", None)
    assert calibration["at"] is not None


@pytest.mark.parametrize(
    ("corners", "error"),
    [
        ({"top_left": "90, 10", "top_right": "10, 10"}, "corners_cross"),
        ({"top_left": "here"}, "corners_unreadable"),
        ({"top_left": "1, 2, 3"}, "corners_unreadable"),
        ({"top_left": "nan, 10"}, "corners_outside"),
        ({"top_left": "-20, 10"}, "corners_outside"),
        (
            {"top_right": "11, 10", "bottom_right": "11, 11", "bottom_left": "10, 11"},
            "corners_too_small",
        ),
    ],
)
async def test_corners_that_cannot_be(hass, hub, corners, error) -> None:
    result = await change(hass, hub, "calibrate")
    result = await send(hass, result, {"game_type": "chess", "automatic": False})
    result = await send(hass, result, {**CORNERS, **corners})
    assert result["errors"] == {"base": error}
    assert "chess" not in table_of(hub).data["calibrations"]


async def test_corners_from_a_photo(hass, hub, found_board) -> None:
    result = await change(hass, hub, "calibrate")
    result = await send(hass, result, {"game_type": "generic_grid", "automatic": True})
    assert result["step_id"] == "corners"
    assert result["description_placeholders"] == {"confidence": "93%", "method": "grid"}
    found = suggested(result)
    result = await send(hass, result, found)

    assert result["reason"] == "reconfigure_successful"
    calibration = table_of(hub).data["calibrations"]["generic_grid"]
    assert (calibration["method"], calibration["confidence"]) == ("grid", 0.93)
    assert calibration["corners"] == [list(point) for point in found_board.corners]


async def test_found_corners_that_were_moved_are_the_users(hass, hub, found_board) -> None:
    result = await change(hass, hub, "calibrate")
    result = await send(hass, result, {"game_type": "generic_grid", "automatic": True})
    await send(hass, result, CORNERS)
    assert table_of(hub).data["calibrations"]["generic_grid"]["method"] == "manual"


async def test_no_board_in_the_photo(hass, hub, no_board) -> None:
    result = await change(hass, hub, "calibrate")
    result = await send(hass, result, {"game_type": "generic_grid", "automatic": True})
    assert result["errors"] == {"base": "detection_failed"}
    assert "No board was found" in result["description_placeholders"]["message"]

    result = await send(hass, result, {"game_type": "generic_grid", "automatic": False})
    assert result["step_id"] == "corners"


async def test_calibration_needs_a_running_hub(hass, hub) -> None:
    await hass.config_entries.async_unload(hub.entry_id)
    result = await change(hass, hub, "calibrate")
    assert result["reason"] == "hub_not_loaded"
