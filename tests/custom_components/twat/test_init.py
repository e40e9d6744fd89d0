"""Set-up: the hub, a camera, what they keep, and what is done when it cannot be opened."""

import asyncio
from pathlib import Path
import shutil
import sqlite3
import threading
from unittest.mock import patch

from aiohttp import web
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.twat.games.model import GameStatus
from custom_components.twat.storage.errors import (
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseUnavailable,
    DiskFull,
)
from custom_components.twat.storage.images import ImageStore
from custom_components.twat.storage.repository import Repository


def issue(hass, issue_id: str):
    return ir.async_get(hass).async_get_issue("twat", issue_id)


def database(hass) -> Path:
    return Path(hass.config.path("twat", "twat.db"))


async def test_the_database_is_closed_when_nobody_reads_it_any_more(hass, hub) -> None:
    twat = hub.runtime_data
    begun, go_on = threading.Event(), threading.Event()
    found = []

    def read() -> None:
        begun.set()
        go_on.wait(10)
        found.append(twat.repository.unfinished_captures())

    reading = hass.async_create_task(twat.async_run(read))
    await hass.async_add_executor_job(begun.wait, 10)
    reading.cancel()
    unloading = hass.async_create_task(hass.config_entries.async_unload(hub.entry_id))
    await asyncio.wait([unloading], timeout=0.3)
    assert not unloading.done()
    go_on.set()

    assert await unloading
    assert found == [[]]


async def test_a_hub_and_its_games_come_back(hass, game) -> None:
    await game.capture()
    await hass.config_entries.async_unload(game.hub.entry_id)
    assert game.hub.state is ConfigEntryState.NOT_LOADED
    assert game.state("sensor", "turn").state == "unavailable"

    await hass.config_entries.async_setup(game.hub.entry_id)
    await hass.async_block_till_done()
    assert game.state("sensor", "status").state == "in_progress"
    device = dr.async_get(hass).async_get(game.device_id)
    hub_device = dr.async_get(hass).async_get(device.via_device_id)
    assert hub_device.identifiers == {("twat", game.hub.entry_id)}


async def test_games_that_are_over_leave_the_devices(hass, game) -> None:
    repository = game.hub.runtime_data.repository
    repository.update_game(game.id, dt_util.utcnow(), status=GameStatus.COMPLETED)
    await hass.config_entries.async_reload(game.hub.entry_id)
    await hass.async_block_till_done()
    assert dr.async_get(hass).async_get(game.device_id) is None
    listed = await hass.services.async_call(
        "twat", "list_games", {}, blocking=True, return_response=True
    )
    assert listed["games"][0]["device_id"] is None


async def test_a_failed_set_up_lets_go_of_the_database(hass, add_entry) -> None:
    with (
        patch.object(hass.config_entries, "async_forward_entry_setups", side_effect=OSError),
        patch.object(Repository, "close", autospec=True) as close,
    ):
        entry = await add_entry("hub", None)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    close.assert_called_once()


# A damaged database


async def test_a_damaged_database_is_kept_and_not_replaced_by_itself(
    hass, add_entry, hass_client
) -> None:
    await async_setup_component(hass, REPAIRS, {})
    database(hass).parent.mkdir()
    database(hass).write_bytes(b"not a database, but the only copy of somebody's games")
    entry = await add_entry("hub", None)

    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert str(database(hass)) in entry.reason
    kept = [path for path in database(hass).parent.iterdir() if ".corrupt-" in path.name]
    assert len(kept) == 1
    assert kept[0].read_bytes().startswith(b"not a database")
    assert issue(hass, "database_corrupt").is_fixable

    # Neither a reload nor a restart puts an empty database in its place.
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert not database(hass).exists()

    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": "twat", "issue_id": "database_corrupt"}
    )
    flow = await response.json()
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["copy"] == str(kept[0])
    assert not database(hass).exists()
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.LOADED
    assert database(hass).exists()
    assert kept[0].exists()
    assert issue(hass, "database_corrupt") is None


async def test_a_restored_database_needs_no_confirmation(hass, game) -> None:
    entry = game.hub
    await hass.config_entries.async_unload(entry.entry_id)
    backup = database(hass).with_name("backup")
    shutil.copy(database(hass), backup)
    database(hass).write_bytes(b"x" * 4096)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR

    shutil.copy(backup, database(hass))
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert game.id in entry.runtime_data.games
    assert issue(hass, "database_corrupt") is None


async def test_confirming_for_a_hub_that_is_gone_does_nothing(hass, hass_client, add_entry) -> None:
    await async_setup_component(hass, REPAIRS, {})
    database(hass).parent.mkdir()
    database(hass).write_bytes(b"nonsense")
    entry = await add_entry("hub", None)
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": "twat", "issue_id": "database_corrupt"}
    )
    flow = await response.json()
    await hass.config_entries.async_remove(entry.entry_id)
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    assert not database(hass).exists()


# Storage that is not there


async def test_a_database_held_by_another_program(hass, add_entry) -> None:
    database(hass).parent.mkdir()
    holder = sqlite3.connect(database(hass))
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN EXCLUSIVE")
    real = Repository.__init__

    def impatient(self, url, **_kwargs):
        real(self, url, busy_timeout=0.1)

    with patch.object(Repository, "__init__", impatient):
        entry = await add_entry("hub", None)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert "Another program holds" in entry.reason
    holder.close()

    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("error", "state", "key"),
    [
        (DatabaseLocked("locked"), ConfigEntryState.SETUP_RETRY, None),
        (DiskFull("full"), ConfigEntryState.SETUP_RETRY, "setup_disk_full"),
        (DatabaseUnavailable("no"), ConfigEntryState.SETUP_RETRY, "setup_storage"),
        (DatabaseTooNew("9", "1"), ConfigEntryState.SETUP_ERROR, None),
    ],
)
async def test_storage_that_does_not_open(hass, add_entry, error, state, key) -> None:
    with patch.object(Repository, "open", side_effect=error):
        entry = await add_entry("hub", None)
    assert entry.state is state
    found = issue(hass, "storage")
    assert (found.translation_key if found else None) == key

    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert issue(hass, "storage") is None


async def test_a_media_folder_that_cannot_be_written(hass, add_entry, tmp_path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    entry = await add_entry("hub", None)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert str(tmp_path / "media") in entry.reason
    assert issue(hass, "storage").translation_key == "setup_not_writable"

    (tmp_path / "media").unlink()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_other_media_folders(hass, add_entry, tmp_path) -> None:
    hass.config.media_dirs = {"nas": str(tmp_path / "nas")}
    entry = await add_entry("hub", None)
    store: ImageStore = entry.runtime_data.images
    assert store.base == tmp_path / "nas" / "twat"


async def test_choose_a_media_folder(hass, add_entry, tmp_path) -> None:
    hass.config.media_dirs = {"local": str(tmp_path / "media"), "nas": str(tmp_path / "nas")}
    entry = await add_entry("hub", None)
    assert entry.supports_options
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "init"
    await hass.config_entries.options.async_configure(form["flow_id"], {"media_dir": "nas"})
    await hass.async_block_till_done()
    assert entry.runtime_data.images.base == tmp_path / "nas" / "twat"

    # The network storage is gone from Home Assistant: photos are not put anywhere else.
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert "nas" in entry.reason


async def test_a_camera_has_no_options(camera_entry) -> None:
    assert not camera_entry.supports_options


# Profiles of one's own


async def test_a_bad_profile_is_named_and_harms_nothing(hass, add_entry) -> None:
    folder = Path(hass.config.path("twat", "profiles"))
    folder.mkdir(parents=True)
    bad = folder / "bad.yaml"
    bad.write_text("id: bad\nname: [")
    entry = await add_entry("hub", None)
    assert entry.state is ConfigEntryState.LOADED
    found = issue(hass, "profile_bad.yaml")
    assert found.translation_placeholders["file"] == "bad.yaml"
    assert int(found.translation_placeholders["line"]) > 0

    bad.unlink()
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, "profile_bad.yaml") is None


async def test_a_game_whose_profile_is_gone_stays_out_of_the_way(hass, hub, create_game) -> None:
    profiles = Path(hass.config.path("twat", "profiles"))
    profiles.mkdir(parents=True)
    shipped = Path(__file__).parents[3] / "custom_components/twat/games/profiles/generic_grid.yaml"
    own = profiles / "own.yaml"
    own.write_text(shipped.read_text().replace("id: generic_grid", "id: own", 1))
    await hass.config_entries.async_reload(hub.entry_id)
    game = await create_game(hub, game_type="own")
    other = await create_game(hub)
    own.unlink()

    await hass.config_entries.async_reload(hub.entry_id)

    assert hub.state is ConfigEntryState.LOADED
    assert set(hub.runtime_data.games) == {other.id}
    assert issue(hass, f"game_{game.id}") is not None


# The camera


async def test_a_camera(hass, camera_entry, camera) -> None:
    assert camera_entry.state is ConfigEntryState.LOADED
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), camera_entry.entry_id)
    assert device.identifiers == {("twat", camera.id)}
    assert device.sw_version
    await hass.config_entries.async_unload(camera_entry.entry_id)
    assert camera_entry.state is ConfigEntryState.NOT_LOADED


async def test_a_camera_that_refuses_the_token_is_paired_again(hass, add_entry, camera) -> None:
    (camera.data / "other").write_text("x")
    with patch.object(type(camera), "token", "wrong"):
        entry = await add_entry("camera", camera)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert hass.config_entries.flow.async_progress()[0]["context"]["source"] == "reauth"


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"api_version": 2}, "version 2"), ({"service": "twat-vision"}, "reached")],
)
async def test_a_camera_that_will_not_do(
    hass, add_entry, fake, health, camera, changes, text
) -> None:
    async def answer(_request) -> web.Response:
        return web.json_response(health("twat-camera", **changes))

    camera.url = await fake({("GET", "/health"): answer})
    entry = await add_entry("camera", camera)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert text in entry.reason
