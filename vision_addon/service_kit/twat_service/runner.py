"""Run a service until it is told to stop."""

import asyncio
from collections.abc import Sequence
import signal

from aiohttp import web

from .announce import Announcer
from .app import API_VERSION, service_id
from .info import ServiceInfo


class CannotListen(Exception):
    """Host or port cannot be listened on; the message says which and why."""


async def serve(
    app: web.Application,
    info: ServiceInfo,
    *,
    host: str,
    port: int,
    announce: bool = True,
    announce_addresses: Sequence[str] = (),
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`; print `listening on http://HOST:PORT` when ready.

    Requests in flight get ten seconds to finish.

    Args:
        app: The service's application, made by `create_app`.
        info: Which service this is.
        host: Address to listen on.
        port: TCP port; 0 takes a free one.
        announce: Whether to announce by mDNS.
        announce_addresses: Addresses to announce instead of the machine's own.
        stop: Ends the service when set.

    Raises:
        CannotListen: The address is taken, not ours, or the port not allowed.
    """
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, shutdown_timeout=10, access_log=None)
    announcer: Announcer | None = None
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as err:
            raise CannotListen(f"cannot listen on {host}:{port}: {err.strerror or err}") from err
        # What was bound, not what was asked for: a name resolved, a port picked.
        bound, port = runner.addresses[0][:2]
        if announce:
            announcer = Announcer(
                info, service_id(app), API_VERSION, bound, port, announce_addresses
            )
            announcer.start()
        print(f"listening on http://{_url_host(host)}:{port}", flush=True)  # noqa: T201
        await stop.wait()
    finally:
        if announcer is not None:
            await announcer.stop()
        await runner.cleanup()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
