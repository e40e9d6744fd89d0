"""Run in a network namespace of its own: announce both services, pair them as discovered.

Prints the outcome as JSON. Nothing leaves the namespace: it has a veth pair and no way out.
"""

import asyncio
import json
from pathlib import Path
import subprocess
import sys
import tempfile
import time
from typing import Any

import aiohttp

from scripts.stage.home_assistant import Client, HomeAssistant
from scripts.stage.processes import ManagedProcess, camera_service, vision_service

NETWORK = (
    "ip link set lo up",
    "ip link add v0 type veth peer name v1",
    "ip addr add 10.77.0.1/24 dev v0",
    "ip link set v0 up",
    "ip link set v1 up",
    "ip route add default via 10.77.0.2 dev v0",
)


def announced(process: ManagedProcess) -> ManagedProcess:
    """Let the service announce itself, at loopback where it listens."""
    process.argv.remove("--no-announce")
    process.argv += ["--announce-address", "127.0.0.1"]
    return process


async def discovered(client: Client) -> list[dict[str, Any]]:
    """Wait for the flows of both services."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        flows = await client.command("config_entries/flow/progress")
        mine = [f for f in flows if f["handler"] == "twat" and f["context"]["source"] == "zeroconf"]
        if len(mine) == 2:
            return mine
        await asyncio.sleep(0.2)
    raise TimeoutError(f"discovered only {flows}")


async def pair(client: Client, flow: dict[str, Any], codes: list[str]) -> dict[str, Any]:
    """Confirm a discovered service and enter its code."""
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    await client.request("POST", path, {})
    for code in codes:
        answer = await client.request("POST", path, {"code": code})
        if answer["type"] == "create_entry":
            return {"title": answer["result"]["title"], "state": answer["result"]["state"]}
    raise RuntimeError(f"not paired: {answer}")


async def main() -> None:
    """Discover and pair."""
    with tempfile.TemporaryDirectory(prefix="twat-discovery-") as name:
        work = Path(name)
        parts = [
            announced(vision_service(work)),
            announced(camera_service(work, "pi", "--backend", "simulated", "--script", "grid")),
        ]
        home_assistant = HomeAssistant.create(work)
        with (home_assistant.config / "configuration.yaml").open("a") as configuration:
            configuration.write("zeroconf:\n")
        async with aiohttp.ClientSession() as session:
            try:
                await asyncio.gather(*(part.start() for part in parts))
                await home_assistant.start(session)
                client = await home_assistant.onboard(session)
                await home_assistant.running(client)
                codes = []
                for part in parts:
                    async with session.get(f"{part.url}/health") as response:
                        codes.append((await response.json())["pairing_code"])
                flows = await discovered(client)
                entries = [await pair(client, flow, codes) for flow in flows]
                print(json.dumps(sorted(entries, key=lambda e: e["title"])))
            finally:
                for process in (home_assistant.process, *parts):
                    await process.stop()


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        sys.exit("started by test_discovery.py")
    for command in NETWORK:
        subprocess.run(command.split(), check=True)
    asyncio.run(main())
