"""Numbers that a model read in marked areas: told beside what the game believes, taken over by the players alone."""

from unittest.mock import patch

import pytest

from custom_components.twat.clients.vision import Job, JobStatus, VisionClient

PLAYERS = [{"name": "Alice", "color": "red"}, {"name": "Bob", "color": "blue"}]
RESULT = {
    "alignment": {"status": "aligned", "shift": 0, "rotation_deg": 0, "inliers": 99},
    "changed_regions": [],
    "moves": [],
    "detected_pieces": [],
    "confidence": 1.0,
    "summary": "",
    "warnings": [],
    "questions": [],
    "readings": [
        {"area": "spice_hagga_basin", "value": 2, "confidence": 0.93, "source": "vlm"},
        {"area": "spice_the_great_flat", "value": None, "confidence": 0.4, "source": "vlm"},
    ],
    "vlm": {"status": "done"},
    "timings_ms": {},
}


@pytest.fixture
async def dune(hub, create_game, found_board):
    """A game of Dune: Imperium whose first photo showed spice on a maker's space."""
    game = await create_game(
        hub, game_type="dune_imperium", players=PLAYERS, settings={}, pieces=None
    )
    asked = []
    original = VisionClient.analyse

    async def analyse(self, request):
        asked.extend(request["areas"])
        return await original(self, request)

    job = Job("j", "c", JobStatus.COMPLETED, "done", RESULT)
    with (
        patch.object(VisionClient, "analyse", analyse),
        patch.object(VisionClient, "job", return_value=job),
    ):
        await game.capture()
    assert [area["id"] for area in asked] == [
        "spice_imperial_basin",
        "spice_hagga_basin",
        "spice_the_great_flat",
    ]
    return game


async def read(game):
    state = await game.action("get_state")
    return {r["area"]: r for r in state["readings"]}, state["state"]["resources"].get("common", {})


async def test_a_reading_changes_nothing_until_players_take_it_over(dune) -> None:
    readings, common = await read(dune)

    assert readings["spice_hagga_basin"] == {
        "area": "spice_hagga_basin",
        "name": "bonus spice on Hagga Basin",
        "value": 2,
        "confidence": 0.93,
        "player": "common",
        "resource": "bonus_hagga_basin",
        "current": 0,
        "news": True,
    }
    assert not readings["spice_the_great_flat"]["news"]
    assert common["bonus_hagga_basin"] == 0


@pytest.mark.parametrize(
    ("action", "data", "then"),
    [
        ("adjust_resource", {"resource": "bonus_hagga_basin", "amount": 2}, 2),
        ("update_state", {"resources": {"common": {"bonus_hagga_basin": 3}}}, 3),
    ],
)
async def test_it_is_taken_over_or_put_right_and_undone(dune, action, data, then) -> None:
    before = await dune.action("get_state")
    await dune.action(action, **data)
    readings, common = await read(dune)

    assert common["bonus_hagga_basin"] == then
    assert readings["spice_hagga_basin"]["current"] == then
    assert readings["spice_hagga_basin"]["news"] == (then != 2)

    await dune.action("undo")
    after = await dune.action("get_state")
    assert after["state"] == before["state"]
    assert after["readings"] == before["readings"]
