"""Slips are told, block nothing, and can be found fine."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

PLAYERS = [{"name": "Alice", "color": "red"}, {"name": "Bob", "color": "blue"}]


async def call(hass, action: str, /, **data: Any) -> Any:
    return await hass.services.async_call("twat", action, data, blocking=True, return_response=True)


@pytest.fixture
async def dune(hass, add_entry) -> str:
    """A game of Dune that is played by hand."""
    await add_entry("hub", None)
    created = await call(
        hass, "create_game", name="Spice", game_type="dune_imperium", players=PLAYERS
    )
    await hass.async_block_till_done()
    return created["game_id"]


def warning(hass, game_id: str):
    entity_id = er.async_get(hass).async_get_entity_id(
        "binary_sensor", "twat", f"{game_id}_rules_warning"
    )
    assert entity_id
    return hass.states.get(entity_id)


async def slip(hass) -> Any:
    """End the makers' phase without giving the makers their spice."""
    await call(hass, "update_state", phase="makers")
    answer = await call(hass, "next_phase")
    await hass.async_block_till_done()
    return answer


async def test_a_slip_is_told_and_blocks_nothing(hass, dune) -> None:
    events = async_capture_events(hass, "twat_rules_warning")
    assert warning(hass, dune).state == "off"

    answer = await slip(hass)

    assert answer["state"]["phase"] == "recall"
    assert {found["rule"] for found in answer["warnings"]} == {"makers_filled"}
    assert warning(hass, dune).state == "on"
    assert warning(hass, dune).attributes["warnings"] == answer["warnings"]
    (event,) = events
    assert event.data["game"] == "Spice"
    assert "Hagga Basin has no agent" in event.data["text"]

    await call(hass, "next_phase")
    assert warning(hass, dune).state == "off"


async def test_a_warning_can_be_acknowledged(hass, dune) -> None:
    await slip(hass)
    events = async_capture_events(hass, "twat_rules_warning")

    answer = await call(hass, "acknowledge_warning", rule="makers_filled")

    assert answer["warnings"] == []
    assert answer["state"]["phase"] == "recall"
    assert warning(hass, dune).state == "off"
    assert events == []
    assert len((await slip(hass))["warnings"]) == 3  # it was about that one


async def test_a_rule_can_be_silenced_for_a_game(hass, dune) -> None:
    await slip(hass)

    await call(hass, "acknowledge_warning", rule="makers_filled", whole_game=True)

    assert (await slip(hass))["warnings"] == []
    (entry,) = hass.config_entries.async_entries("twat")
    await hass.config_entries.async_reload(entry.entry_id)
    assert (await slip(hass))["warnings"] == []


async def test_a_rule_that_there_is_not_is_refused(hass, dune) -> None:
    with pytest.raises(ServiceValidationError, match="no rule lunch"):
        await call(hass, "acknowledge_warning", rule="lunch")
