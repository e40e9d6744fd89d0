"""Announce a service by mDNS, so that Home Assistant finds it by itself."""

import asyncio
from collections.abc import Sequence
import contextlib
import ipaddress
import logging

from zeroconf import (  # type: ignore[attr-defined]
    Error as ZeroconfError,
    IPVersion,
    get_all_addresses,  # exported, but not in its __all__
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from .info import ServiceInfo

_LOGGER = logging.getLogger(__name__)

RECHECK = 60.0
"""Seconds between looks at this machine's addresses: networks come late and leases change."""


def advertised_addresses(host: str, override: Sequence[str]) -> list[str]:
    """Return the IP addresses to announce for a server bound to `host`.

    Args:
        host: What the server listens on.
        override: Addresses the user named; they win.

    Returns:
        Addresses others can reach. Empty where the server listens on loopback only.
    """
    if override:
        return list(override)
    with contextlib.suppress(ValueError):
        bound = ipaddress.ip_address(host)
        if bound.is_loopback:
            return []
        if not bound.is_unspecified:
            return [host]
    return sorted(
        address for address in get_all_addresses() if not ipaddress.ip_address(address).is_loopback
    )


def mdns_service(
    info: ServiceInfo, service_id: str, api_version: int, port: int, addresses: Sequence[str]
) -> AsyncServiceInfo:
    """Describe the service as an mDNS record with TXT `id`, `name`, `version`, `api`."""
    # An instance name is one DNS label of at most 63 bytes (RFC 6763, 4.1.1).
    label = info.name.encode()[:63].decode(errors="ignore")
    return AsyncServiceInfo(
        info.mdns_type,
        f"{label}.{info.mdns_type}",
        port=port,
        parsed_addresses=list(addresses),
        server=f"{info.service}-{service_id[:12]}.local.",
        properties={
            "id": service_id,
            "name": info.name,
            "version": info.version,
            "api": str(api_version),
        },
    )


class Announcer:
    """Keeps a service announced while it runs, under whatever addresses the machine has.

    A network that is absent or refuses multicast is logged once and tried again; the service
    itself works without.
    """

    def __init__(
        self,
        info: ServiceInfo,
        service_id: str,
        api_version: int,
        host: str,
        port: int,
        override: Sequence[str] = (),
        recheck: float = RECHECK,
    ) -> None:
        self._info = info
        self._service_id = service_id
        self._api_version = api_version
        self._host = host
        self._port = port
        self._override = override
        self._recheck = recheck
        self._zeroconf: AsyncZeroconf | None = None
        self._announced: list[str] = []
        self._failed = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Announce in the background."""
        self._task = asyncio.create_task(self._keep_announced())

    async def stop(self) -> None:
        """Say goodbye, so that the service vanishes from lists at once."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._withdraw()

    async def _keep_announced(self) -> None:
        while True:
            addresses = advertised_addresses(self._host, self._override)
            if addresses != self._announced:
                await self._announce(addresses)
            await asyncio.sleep(self._recheck)

    async def _announce(self, addresses: list[str]) -> None:
        await self._withdraw()
        if not addresses:
            return
        record = mdns_service(
            self._info, self._service_id, self._api_version, self._port, addresses
        )
        try:
            self._zeroconf = AsyncZeroconf(ip_version=IPVersion.V4Only)
            await (await self._zeroconf.async_register_service(record, allow_name_change=True))
        except (OSError, ZeroconfError) as err:
            if not self._failed:
                _LOGGER.warning("cannot announce the service on the network: %s", err)
            self._failed = True
            await self._withdraw()
            return
        self._failed = False
        self._announced = addresses
        _LOGGER.info("announced as %s at %s", record.name, ", ".join(addresses))

    async def _withdraw(self) -> None:
        if self._zeroconf is not None:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
        self._zeroconf = None
        self._announced = []
