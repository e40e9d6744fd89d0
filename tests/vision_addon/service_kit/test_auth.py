"""Everything but health and pairing needs the token."""

import pytest

from twat_service import TokenStore


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer \udcff\udcfe"],
)
@pytest.mark.parametrize("path", ["/refuse", "/nowhere", "/health/", "/pair/"])
async def test_without_the_token_nothing_is_told(client, header, path):
    headers = {} if header is None else {"Authorization": header}
    async with client.get(path, headers=headers) as response:
        error = (await response.json())["error"]

    assert (response.status, error["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_health_can_be_read_but_not_written_without_it(client):
    async with client.get("/health") as read, client.post("/health") as written:
        assert (read.status, written.status) == (200, 401)


async def test_the_scheme_is_case_insensitive(client, token):
    async with client.get("/refuse", headers={"Authorization": f"bearer {token}"}) as response:
        assert response.status == 409


async def test_a_token_replaced_by_another_process_counts_at_once(client, auth, tmp_path):
    new = TokenStore(tmp_path / "data").rotate()

    async with client.get("/refuse", headers=auth) as response:
        assert response.status == 401
    async with client.get("/refuse", headers={"Authorization": f"Bearer {new}"}) as response:
        assert response.status == 409


async def test_a_token_file_that_cannot_be_read_locks_everybody_out(client, auth, tmp_path):
    (tmp_path / "data" / "token").write_bytes(b"\xff\xfe\xfd")

    async with client.get("/refuse", headers=auth) as response:
        assert response.status == 500
