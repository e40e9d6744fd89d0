"""Six digits for a token: once, for ten minutes, five tries."""

import logging
import re

import pytest

from twat_service import Pairing


async def test_the_code_buys_the_token(client, pair, token, app):
    status, body, _ = await pair("000001")

    async with client.get("/health") as response:
        health = await response.json()
    assert status == 200
    assert body == {
        "token": token,
        **{key: health[key] for key in ("id", "name", "service", "version", "api_version")},
    }


@pytest.mark.parametrize(
    "code", [None, 1, 123456, "", "12345", "1234567", "12345a", "１２３４５６", []]
)
async def test_what_is_no_code_at_all_costs_no_try(pair, code):
    status, body, _ = await pair(code)
    assert (status, body["error"]["code"]) == (400, "invalid_request")

    _, body, _ = await pair("999999")
    assert body["error"]["details"] == {"tries_left": 4}


async def test_wrong_codes_count_down(pair):
    left = []
    for _ in range(5):
        status, body, _ = await pair("999999")
        assert (status, body["error"]["code"]) == (403, "pairing_code_wrong")
        left.append(body["error"]["details"]["tries_left"])

    assert left == [4, 3, 2, 1, 0]


async def test_five_wrong_tries_lock_even_the_right_code_for_a_minute(pair, clock, codes):
    for _ in range(5):
        await pair("999999")

    status, body, headers = await pair("000001")
    assert (status, body["error"]["code"]) == (429, "pairing_locked")
    assert headers["Retry-After"] == "60"

    clock.now += 59.5
    status, _, headers = await pair("000001")
    assert (status, headers["Retry-After"]) == (429, "1")

    clock.now += 0.5
    assert (await pair("000001"))[1]["error"]["code"] == "pairing_code_expired"
    assert (await pair("000002"))[0] == 200
    assert codes.announced == ["000001", "000002", "000003"]


async def test_no_code_is_shown_while_pairing_is_locked(client, pair):
    for _ in range(5):
        await pair("999999")

    async with client.get("/health") as response:
        assert (await response.json())["pairing_code"] is None


async def test_a_used_code_is_replaced_at_once(pair):
    assert (await pair("000001"))[0] == 200

    status, body, _ = await pair("000001")
    assert (status, body["error"]["code"]) == (403, "pairing_code_expired")
    assert (await pair("000002"))[0] == 200


async def test_a_code_expires_after_ten_minutes(pair, clock):
    clock.now += 600

    assert (await pair("000001"))[1]["error"]["code"] == "pairing_code_expired"
    assert (await pair("000002"))[0] == 200


async def test_success_forgives_wrong_tries(pair):
    for _ in range(4):
        await pair("999999")
    await pair("000001")

    _, body, _ = await pair("999999")
    assert body["error"]["details"] == {"tries_left": 4}


def test_a_new_code_is_logged_with_how_long_it_lives(caplog):
    caplog.set_level(logging.INFO)
    code = Pairing().code

    assert re.fullmatch(r"\d{6}", code)
    assert caplog.messages == [f"pairing code: {code} (valid for 10 minutes)"]
