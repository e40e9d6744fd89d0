"""Runs in a network namespace of its own: announces a service and looks for it; prints JSON."""

import asyncio
import json
import subprocess
import sys

from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from twat_service import ServiceInfo
from twat_service.announce import Announcer

LINKS = [
    "link set lo up",
    "link add v0 type veth peer name v1",
    "addr add 10.77.0.1/24 dev v0",
    "link set v0 up",
    "link set v1 up",
    "route add default via 10.77.0.2 dev v0",
]


async def main() -> None:
    info = ServiceInfo("twat-camera", "TWAT camera", "1.2.3", 8098, "Böard. room" + "x" * 52)
    announcer = Announcer(info, "ab" * 16, 1, "0.0.0.0", 4711)
    found: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def changed(zeroconf, service_type, name, state_change):
        if state_change is not ServiceStateChange.Updated:
            found.put_nowait((state_change.name, name))

    async with AsyncZeroconf() as listener:
        browser = AsyncServiceBrowser(listener.zeroconf, info.mdns_type, handlers=[changed])
        announcer.start()
        added, name = await asyncio.wait_for(found.get(), 20)
        record = AsyncServiceInfo(info.mdns_type, name)
        await record.async_request(listener.zeroconf, 5000)
        await announcer.stop()
        removed, _ = await asyncio.wait_for(found.get(), 20)
        await browser.async_cancel()
    print(
        json.dumps(
            {
                "events": [added, removed],
                "name": name,
                "port": record.port,
                "addresses": record.parsed_addresses(),
                "txt": {k.decode(): v.decode() for k, v in record.properties.items()},
            }
        )
    )


if __name__ == "__main__":
    for command in LINKS:
        subprocess.run(["ip", *command.split()], check=True, stdout=sys.stderr)
    asyncio.run(main())
