"""Whatever goes wrong, the answer is JSON with a code."""

import aiohttp
import pytest


async def _error(client, method, path, **kwargs):
    async with client.request(method, path, **kwargs) as response:
        body = await response.json()
        assert set(body) == {"error"}
        assert set(body["error"]) == {"code", "message", "details"}
        return response, body["error"]


async def test_an_api_error_carries_code_details_and_headers(client, auth):
    response, error = await _error(client, "GET", "/refuse", headers=auth)

    assert response.status == 409
    assert error == {"code": "taken", "message": "Somebody sits there.", "details": {"seat": 3}}
    assert response.headers["X-Seat"] == "3"


async def test_an_unexpected_exception_is_logged_and_told_without_its_inside(client, auth, caplog):
    response, error = await _error(client, "GET", "/crash", headers=auth)

    assert (response.status, error["code"]) == (500, "internal")
    assert "unheard of" not in error["message"]
    assert [record.message for record in caplog.records] == ["GET /crash failed"]
    assert "unheard of" in caplog.text


async def test_an_answer_that_breaks_off_is_not_given_a_second_head(client, auth):
    with pytest.raises(aiohttp.ClientPayloadError):
        async with client.get("/half", headers=auth) as response:
            await response.read()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/echo", 405, "method_not_allowed"),
        ("GET", "/conflict", 409, "conflict"),
    ],
)
async def test_http_errors_of_the_framework_are_json_too(client, auth, method, path, status, code):
    response, error = await _error(client, method, path, headers=auth)

    assert (response.status, error["code"]) == (status, code)


async def test_a_refused_method_says_which_are_allowed(client, auth):
    response, _ = await _error(client, "DELETE", "/echo", headers=auth)

    assert response.headers["Allow"] == "POST"


async def test_the_text_of_an_http_error_is_kept(client, auth):
    _, error = await _error(client, "GET", "/conflict", headers=auth)

    assert error["message"] == "Not while it is running."


async def test_a_body_over_the_limit_is_too_large(client, auth):
    response, error = await _error(client, "POST", "/echo", headers=auth, data=b"x" * 2000)

    assert (response.status, error["code"]) == (413, "too_large")


async def test_a_redirect_is_no_error(client, auth):
    async with client.get("/elsewhere", headers=auth, allow_redirects=False) as response:
        assert response.status == 302


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 900, b'"text"'])
async def test_a_body_that_is_no_json_object_is_refused(client, auth, body):
    response, error = await _error(client, "POST", "/echo", headers=auth, data=body)

    assert (response.status, error["code"]) == (400, "invalid_request")


async def test_a_json_object_is_read(client, auth):
    async with client.post("/echo", headers=auth, json={"a": ["ü", None]}) as response:
        assert await response.json() == {"a": ["ü", None]}
