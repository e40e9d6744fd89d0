"""Adding services: found or typed in, paired by code, every refusal named."""

from ipaddress import ip_address
from unittest.mock import patch

from aiohttp import ClientSession, web
from homeassistant.config_entries import SOURCE_HASSIO, SOURCE_USER, SOURCE_ZEROCONF
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.twat.clients.vision import VisionClient
from custom_components.twat.config_flow import TwatConfigFlow

pytestmark = pytest.mark.usefixtures("core", "socket_enabled")


@pytest.fixture(autouse=True)
def no_setup(request):
    """Entries are only created here; setting them up is other tests' matter."""
    if "camera_entry" in request.fixturenames or "hub" in request.fixturenames:
        yield None
        return
    with patch("custom_components.twat.async_setup_entry", return_value=True) as setup:
        yield setup


def address(url: str) -> dict:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return {"host": host, "port": int(port)}


async def choose(hass: HomeAssistant, what: str):
    result = await hass.config_entries.flow.async_init("twat", context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["vision", "camera", "hub_only"]
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": what})


async def send(hass: HomeAssistant, result, data: dict):
    return await hass.config_entries.flow.async_configure(result["flow_id"], data)


def announced(kind: str, service_id: str | None, url: str) -> ZeroconfServiceInfo:
    at = address(url)
    properties = {"name": "Found", "version": "0.1.0", "api": "1"}
    if service_id is not None:
        properties["id"] = service_id
    return ZeroconfServiceInfo(
        ip_address=ip_address(at["host"]),
        ip_addresses=[ip_address(at["host"])],
        port=at["port"],
        hostname="found.local.",
        type=f"_twat-{kind}._tcp.local.",
        name=f"Found._twat-{kind}._tcp.local.",
        properties=properties,
    )


async def discover(hass: HomeAssistant, info: ZeroconfServiceInfo):
    return await hass.config_entries.flow.async_init(
        "twat", context={"source": SOURCE_ZEROCONF}, data=info
    )


def hub_entry(hass: HomeAssistant, service=None, url: str | None = None) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain="twat",
        title="TWAT",
        unique_id=service.id if service else None,
        data={
            "kind": "hub",
            "url": url or (service.url if service else None),
            "token": service.token if service else None,
            "id": service.id if service else None,
        },
    )
    entry.add_to_hass(hass)
    return entry


# By hand


async def test_a_hub_with_a_vision_service(hass, vision, pairing_code) -> None:
    result = await choose(hass, "vision")
    assert result["step_id"] == "vision"

    result = await send(hass, result, address(vision.url))
    assert result["step_id"] == "pair"
    code = pairing_code(vision)
    result = await send(hass, result, {"code": f"{code[:3]} {code[3:]}"})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "TWAT"
    assert result["data"] == {
        "kind": "hub",
        "url": vision.url,
        "token": vision.token,
        "id": vision.id,
    }
    assert result["result"].unique_id == vision.id


async def test_a_camera(hass, camera, pairing_code) -> None:
    result = await send(hass, await choose(hass, "camera"), address(camera.url))
    result = await send(hass, result, {"code": pairing_code(camera)})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Test twat_camera"
    assert result["data"]["kind"] == "camera"
    assert result["data"]["token"] == camera.token


async def test_a_hub_without_a_vision_service(hass) -> None:
    result = await choose(hass, "hub_only")
    assert result["step_id"] == "hub_only"
    result = await send(hass, result, {})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"kind": "hub", "url": None, "token": None, "id": None}


async def test_a_second_hub_is_refused(hass, vision, own_vision) -> None:
    hub_entry(hass, own_vision)

    result = await choose(hass, "hub_only")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "hub_exists")

    result = await send(hass, await choose(hass, "vision"), address(vision.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "hub_exists")


async def test_the_same_service_again_only_updates_its_address(hass, vision) -> None:
    entry = hub_entry(hass, vision, url="http://old.example:1")

    result = await send(hass, await choose(hass, "vision"), address(vision.url))

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["url"] == vision.url


async def test_a_vision_service_joins_a_hub_that_has_none(hass, vision, pairing_code) -> None:
    hub = hub_entry(hass)

    result = await send(hass, await choose(hass, "vision"), address(vision.url))
    result = await send(hass, result, {"code": pairing_code(vision)})
    await hass.async_block_till_done()

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "vision_added")
    assert hub.data["url"] == vision.url
    assert hub.unique_id == vision.id


@pytest.mark.parametrize(
    "host", ["", "a b", "http://x", "user@host", "a\x00b", "../etc", "x" * 300]
)
async def test_what_is_no_host_is_named(hass, host) -> None:
    result = await send(hass, await choose(hass, "vision"), {"host": host, "port": 8099})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"host": "invalid_host"}


async def test_nothing_answers(hass, fake) -> None:
    url = await fake({})
    result = await send(hass, await choose(hass, "vision"), {"host": "127.0.0.1", "port": 1})
    assert result["errors"] == {"base": "cannot_connect"}

    # The form is still there and takes the next address.
    result = await send(hass, result, address(url))
    assert result["errors"] == {"base": "not_a_service"}


async def test_the_other_kind_of_service_answers(hass, vision, camera) -> None:
    result = await send(hass, await choose(hass, "vision"), address(camera.url))
    assert result["errors"] == {"base": "wrong_service"}
    assert result["description_placeholders"]["found"] == "twat-camera"

    result = await send(hass, await choose(hass, "camera"), address(vision.url))
    assert result["errors"] == {"base": "wrong_service"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            lambda health, refuse: web.json_response(health("twat-vision", api_version=2)),
            "wrong_version",
        ),
        (lambda health, refuse: web.json_response({"status": "ok"}), "not_a_service"),
        (lambda health, refuse: web.Response(text="<html>hello</html>"), "not_a_service"),
        (lambda health, refuse: refuse(404, "not_found"), "rejected"),
    ],
)
async def test_an_answer_that_will_not_do(hass, fake, health, refuse, answer, error) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return answer(health, refuse)

    url = await fake({("GET", "/health"): handle})
    result = await send(hass, await choose(hass, "vision"), address(url))
    assert result["errors"] == {"base": error}


async def test_no_answer_in_time(hass) -> None:
    with patch("aiohttp.ClientSession.request", side_effect=TimeoutError):
        result = await send(hass, await choose(hass, "vision"), {"host": "127.0.0.1", "port": 8099})
    assert result["errors"] == {"base": "timeout"}


# Pairing


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12a456", "１２３４５６"])
async def test_a_code_that_cannot_be_one_is_not_tried(hass, vision, code) -> None:
    result = await send(hass, await choose(hass, "vision"), address(vision.url))
    result = await send(hass, result, {"code": code})
    assert result["errors"] == {"code": "pairing_code_invalid"}


async def test_wrong_codes_lock_pairing(hass, own_vision, pairing_code) -> None:
    code = pairing_code(own_vision)
    wrong = "000000" if code != "000000" else "111111"
    result = await send(hass, await choose(hass, "vision"), address(own_vision.url))
    for left in (4, 3, 2, 1, 0):
        result = await send(hass, result, {"code": wrong})
        assert result["errors"] == {"code": "pairing_code_wrong"}
        assert result["description_placeholders"]["tries_left"] == str(left)

    result = await send(hass, result, {"code": code})
    assert result["errors"] == {"code": "pairing_locked"}
    assert int(result["description_placeholders"]["seconds"]) > 0


async def test_a_used_code_has_expired(hass, own_vision, pairing_code) -> None:
    code = pairing_code(own_vision)
    result = await send(hass, await choose(hass, "vision"), address(own_vision.url))
    async with ClientSession() as session:
        paired = await VisionClient(session, own_vision.url).pair(code)
    assert paired.token == own_vision.token

    result = await send(hass, result, {"code": code})
    assert result["errors"] == {"code": "pairing_code_expired"}


async def test_the_service_is_gone_when_the_code_is_sent(hass, own_vision, pairing_code) -> None:
    code = pairing_code(own_vision)
    result = await send(hass, await choose(hass, "vision"), address(own_vision.url))
    own_vision.stop()
    result = await send(hass, result, {"code": code})
    assert result["errors"] == {"base": "cannot_connect"}


# Found on the network


async def test_a_service_found_on_the_network(hass, camera, pairing_code) -> None:
    result = await discover(hass, announced("camera", camera.id, camera.url))
    assert result["step_id"] == "discovery_confirm"
    flow = hass.config_entries.flow.async_progress_by_handler("twat")[0]
    assert flow["context"]["title_placeholders"] == {"name": "Test twat_camera"}

    result = await send(hass, result, {})
    assert result["step_id"] == "pair"
    result = await send(hass, result, {"code": pairing_code(camera)})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["url"] == camera.url


async def test_a_known_service_that_moved_is_followed(hass, vision) -> None:
    entry = hub_entry(hass, vision, url="http://10.0.0.1:8099")
    result = await discover(hass, announced("vision", vision.id, vision.url))
    assert result["reason"] == "already_configured"
    assert entry.data["url"] == vision.url


async def test_a_second_hub_is_not_offered(hass, vision, own_vision) -> None:
    hub_entry(hass, own_vision)
    result = await discover(hass, announced("vision", vision.id, vision.url))
    assert result["reason"] == "hub_exists"


async def test_an_announcement_without_identity_is_dropped(hass, vision) -> None:
    result = await discover(hass, announced("vision", None, vision.url))
    assert result["reason"] == "invalid_discovery"


async def test_an_announcement_that_lies_is_dropped(hass, vision) -> None:
    result = await discover(hass, announced("vision", "someone-else", vision.url))
    assert result["reason"] == "invalid_discovery"


async def test_an_announced_service_that_does_not_answer(hass) -> None:
    result = await discover(hass, announced("vision", "abc", "http://127.0.0.1:1"))
    assert result["reason"] == "cannot_connect"


# The app beside Home Assistant


def app(url: str, **config) -> HassioServiceInfo:
    return HassioServiceInfo(
        config={**address(url), **config}, name="TWAT Vision", slug="twat_vision", uuid="1234"
    )


async def install(hass: HomeAssistant, info: HassioServiceInfo):
    return await hass.config_entries.flow.async_init(
        "twat", context={"source": SOURCE_HASSIO}, data=info
    )


async def test_the_app_brings_its_token(hass, vision) -> None:
    result = await install(hass, app(vision.url, token=vision.token))
    assert result["step_id"] == "discovery_confirm"
    result = await send(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["token"] == vision.token


async def test_an_app_without_a_token_is_paired(hass, vision) -> None:
    result = await send(hass, await install(hass, app(vision.url)), {})
    assert result["step_id"] == "pair"


async def test_an_app_that_restarted_with_another_token(hass, vision) -> None:
    entry = hub_entry(hass, vision, url="http://old:1")
    result = await install(hass, app(vision.url, token="new"))
    assert result["reason"] == "already_configured"
    assert (entry.data["url"], entry.data["token"]) == (vision.url, "new")


async def test_an_app_that_does_not_answer(hass) -> None:
    result = await install(hass, app("http://127.0.0.1:1"))
    assert result["reason"] == "cannot_connect"


# Pairing again, another address


async def test_pairing_again(hass, vision, pairing_code) -> None:
    entry = hub_entry(hass, vision)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": "old"})
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_confirm"

    result = await send(hass, result, {"code": "12"})
    assert result["errors"] == {"code": "pairing_code_invalid"}
    result = await send(hass, result, {"code": pairing_code(vision)})
    await hass.async_block_till_done()

    assert result["reason"] == "reauth_successful"
    assert entry.data["token"] == vision.token


async def test_pairing_again_with_another_service_is_refused(
    hass, vision, own_vision, pairing_code
) -> None:
    entry = hub_entry(hass, own_vision, url=vision.url)
    result = await entry.start_reauth_flow(hass)
    result = await send(hass, result, {"code": pairing_code(vision)})
    assert result["reason"] == "another_service"
    assert entry.data["token"] == own_vision.token


async def test_a_new_address(hass, vision) -> None:
    entry = hub_entry(hass, vision, url="http://10.0.0.1:8099")
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    suggested = {
        str(key): key.description["suggested_value"] for key in result["data_schema"].schema
    }
    assert suggested == {"host": "10.0.0.1", "port": 8099}

    result = await send(hass, result, {"host": "127.0.0.1", "port": 1})
    assert result["errors"] == {"base": "cannot_connect"}
    result = await send(hass, result, address(vision.url))
    await hass.async_block_till_done()
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["url"] == vision.url


async def test_another_vision_service_is_paired(hass, vision, own_vision, pairing_code) -> None:
    entry = hub_entry(hass, vision)
    result = await send(hass, await entry.start_reconfigure_flow(hass), address(own_vision.url))
    assert result["step_id"] == "pair"
    result = await send(hass, result, {"code": pairing_code(own_vision)})
    await hass.async_block_till_done()
    assert result["reason"] == "reconfigure_successful"
    assert (entry.unique_id, entry.data["id"]) == (own_vision.id, own_vision.id)
    assert entry.data["token"] == own_vision.token


async def test_a_hub_without_a_service_gets_one(hass, vision, pairing_code) -> None:
    entry = hub_entry(hass)
    result = await send(hass, await entry.start_reconfigure_flow(hass), address(vision.url))
    result = await send(hass, result, {"code": pairing_code(vision)})
    await hass.async_block_till_done()
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["url"] == vision.url


async def test_a_camera_does_not_become_another_one(hass, camera) -> None:
    entry = MockConfigEntry(
        domain="twat",
        unique_id="someone-else",
        data={"kind": "camera", "url": "http://10.0.0.1:8098", "token": "t", "id": "someone-else"},
    )
    entry.add_to_hass(hass)
    result = await send(hass, await entry.start_reconfigure_flow(hass), address(camera.url))
    assert result["reason"] == "another_service"


async def test_only_hubs_have_tables(hass, camera) -> None:
    hub = hub_entry(hass)
    assert list(TwatConfigFlow.async_get_supported_subentry_types(hub)) == ["table"]
    pi = MockConfigEntry(domain="twat", data={"kind": "camera"})
    assert TwatConfigFlow.async_get_supported_subentry_types(pi) == {}
