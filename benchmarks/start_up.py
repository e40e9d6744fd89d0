"""What TWAT adds to the start of Home Assistant: a real process, with a database that is already there."""

from pathlib import Path
import shutil

import aiohttp

from custom_components.twat.const import DATABASE_NAME, DOMAIN
from scripts.stage.home_assistant import Client, HomeAssistant

STARTS = 3


async def start_up(work: Path, database: Path) -> float:
    """Start Home Assistant on a database's games and ask it how long TWAT's setup took.

    Args:
        work: a folder for its configuration; made where missing.
        database: an SQLite file; it is copied.

    Returns:
        Seconds, of `STARTS` starts the quickest; before the first one the games' devices and entities are made.
    """
    async with aiohttp.ClientSession() as session:
        home_assistant = HomeAssistant.create(work)
        try:
            await home_assistant.start(session)
            client = await home_assistant.onboard(session)
            await home_assistant.running(client)
            await client.flow(DOMAIN, {"next_step_id": "hub_only"}, {})
            times = []
            for number in range(STARTS + 1):
                await home_assistant.process.stop()
                if number == 0:
                    shutil.copy(database, home_assistant.config / DOMAIN / DATABASE_NAME)
                await home_assistant.restart(client)
                times.append(await _setup_seconds(client))
        finally:
            await home_assistant.process.stop()
    return min(times[1:])


async def _setup_seconds(client: Client) -> float:
    found = await client.command("integration/setup_info")
    return float(next(entry["seconds"] for entry in found if entry["domain"] == DOMAIN))
