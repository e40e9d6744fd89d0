"""A backup finds a database file that is whole by itself."""

from pathlib import Path
import sqlite3
from unittest.mock import patch

from custom_components.twat.backup import async_post_backup, async_pre_backup
from custom_components.twat.storage.errors import DatabaseLocked


async def test_everything_is_in_the_file_itself(hass, game, tmp_path) -> None:
    await game.capture()

    await async_pre_backup(hass)

    copy = tmp_path / "copy.db"
    original = Path(hass.config.path("twat", "twat.db"))
    await hass.async_add_executor_job(lambda: copy.write_bytes(original.read_bytes()))
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM captures").fetchone() == (1,)
    connection.close()
    await async_post_backup(hass)


async def test_a_locked_database_does_not_stop_the_backup(hass, game, caplog) -> None:
    repository = game.hub.runtime_data.repository
    with patch.object(repository, "checkpoint", side_effect=DatabaseLocked("in use")):
        await async_pre_backup(hass)

    assert "not checkpointed before the backup" in caplog.text


async def test_a_camera_has_nothing_to_back_up(hass, camera_entry, caplog) -> None:
    await async_pre_backup(hass)

    assert "checkpoint" not in caplog.text
