"""`/simulator` plays the script."""

import pytest

from twat_camera.simulator_routes import add_simulator_routes


@pytest.fixture
async def client(serve, simulated):
    return await serve(simulated, add_simulator_routes)


async def _post(client, path, body=None):
    async with client.post(f"/simulator/{path}", json=body) as response:
        return response.status, await response.json()


async def test_the_script_is_told_whole(client):
    async with client.get("/simulator") as response:
        told = await response.json()

    assert told["script"] == "grid"
    assert told["profile"] == "generic_grid"
    assert told["settings"] == {"columns": 8, "rows": 8}
    assert told["layout"] == {"grid": {"columns": 8, "rows": 8, "origin": "top_left", "holds": 1}}
    assert told["players"][0] == {"position": 1, "name": "Alice", "color": "red"}
    assert told["start"][0] == {"id": "r1", "type": "pawn", "player": 1, "space": "A7"}
    assert told["step"] == 0
    assert told["steps"][0]["moves"] == [
        {
            "kind": "move",
            "piece": "r3",
            "type": "pawn",
            "player": 1,
            "from": "C7",
            "to": "D6",
            "captured": None,
        }
    ]
    assert told["steps"][1]["hand"] is True
    assert len(told["corners"]) == 4
    assert all(0 < value < 1 for corner in told["corners"] for value in corner)


async def test_steps_are_played_and_reset(client):
    status, told = await _post(client, "advance")
    assert (status, told["step"]) == (200, 1)
    status, told = await _post(client, "advance", {"steps": 3})
    assert (status, told["step"]) == (200, 4)
    assert told["light"] == {"exposure": 1.18, "white_balance_k": 350}
    status, told = await _post(client, "reset")
    assert (status, told["step"]) == (200, 0)
    assert told["light"] == {"exposure": 1.0, "white_balance_k": 0}


async def test_the_script_ends(client):
    status, body = await _post(client, "advance", {"steps": 15})

    assert status == 409
    assert body["error"]["code"] == "script_finished"
    assert body["error"]["details"] == {"step": 0, "steps": 14}
    assert (await _post(client, "advance", {"steps": 14}))[0] == 200
    assert (await _post(client, "advance"))[0] == 409


async def test_hand_bump_and_light(client):
    assert (await _post(client, "hand", {"present": True}))[1]["hand"] is True
    assert (await _post(client, "hand", {"present": False}))[1]["hand"] is False
    _, told = await _post(client, "bump", {"shift": [0.01, 0], "rotation_deg": 1})
    _, told = await _post(client, "bump", {"shift": [0.01, 0]})
    assert told["pose"] == {"shift": [0.02, 0], "rotation_deg": 1}
    _, told = await _post(client, "light", {"exposure": 0.7})
    assert told["light"] == {"exposure": 0.7, "white_balance_k": 0}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("advance", {"steps": 0}, "steps"),
        ("advance", {"steps": "2"}, "steps"),
        ("hand", {}, "present"),
        ("hand", {"present": "yes"}, "present"),
        ("bump", {"shift": [1, 0]}, "shift.0"),
        ("light", {"exposure": -1}, "exposure"),
        ("light", {"color": "red"}, "color"),
    ],
)
async def test_bad_bodies_name_the_field(client, path, body, field):
    status, told = await _post(client, path, body)

    assert status == 400
    assert told["error"]["code"] == "invalid_request"
    assert told["error"]["details"] == {"field": field}
