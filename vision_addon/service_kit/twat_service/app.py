"""The application every service starts from: errors, token, `GET /health`, `POST /pair`."""

import asyncio
from collections.abc import AsyncIterator
import ipaddress
from pathlib import Path
from typing import Final

from aiohttp import web

from .auth import auth_middleware
from .data_dir import TokenStore, load_or_create_id, prepare_data_dir
from .errors import ApiError, error_middleware, json_object
from .info import ServiceInfo
from .pairing import Pairing

API_VERSION: Final = 1
"""Major version of the HTTP API; clients refuse another one."""

_INFO: Final = web.AppKey("service_info", ServiceInfo)
_ID: Final = web.AppKey("service_id", str)
_TOKENS: Final = web.AppKey("tokens", TokenStore)
_PAIRING: Final = web.AppKey("pairing", Pairing)


def create_app(
    info: ServiceInfo,
    data_dir: Path,
    *,
    client_max_size: int = 1024 * 1024,
    pairing: Pairing | None = None,
) -> web.Application:
    """Make an application with everything the services share; add the service's own routes to it.

    Args:
        info: Which service this is.
        data_dir: Where id and token are kept; made where missing.
        client_max_size: Largest request body in bytes; more is answered with 413 `too_large`.
        pairing: The pairing codes, where a test brings its own clock.

    Raises:
        DataDirError: `data_dir` cannot be used.
    """
    prepare_data_dir(data_dir)
    tokens = TokenStore(data_dir)
    tokens.current()
    app = web.Application(
        middlewares=[error_middleware, auth_middleware(tokens)], client_max_size=client_max_size
    )
    app[_INFO] = info
    app[_ID] = load_or_create_id(data_dir)
    app[_TOKENS] = tokens
    app[_PAIRING] = pairing or Pairing()
    app.router.add_get("/health", _health)
    app.router.add_post("/pair", _pair)
    app.cleanup_ctx.append(_keep_pairing_fresh)
    return app


def service_id(app: web.Application) -> str:
    """Return the id of this installation: 32 hex digits, the same for as long as its data lives."""
    return app[_ID]


async def _health(request: web.Request) -> web.Response:
    body: dict[str, object] = {"status": "ok", **_identity(request.app)}
    if _is_loopback(request):
        body["pairing_code"] = request.app[_PAIRING].code
    return web.json_response(body)


async def _pair(request: web.Request) -> web.Response:
    code = (await json_object(request)).get("code")
    if not isinstance(code, str) or not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise ApiError(400, "invalid_request", "`code` must be a string of six digits.")
    request.app[_PAIRING].check(code)
    return web.json_response({"token": request.app[_TOKENS].current(), **_identity(request.app)})


def _identity(app: web.Application) -> dict[str, object]:
    info = app[_INFO]
    return {
        "service": info.service,
        "id": app[_ID],
        "name": info.name,
        "version": info.version,
        "api_version": API_VERSION,
    }


def _is_loopback(request: web.Request) -> bool:
    """Say whether the request comes from this machine itself, and not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        peer = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback


async def _keep_pairing_fresh(app: web.Application) -> AsyncIterator[None]:
    """Replace the code when it runs out, so that the one in the log is always the valid one."""
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def refresh() -> None:
        nonlocal timer
        # A hair more than due: a timer may fire before the clock has got there.
        timer = loop.call_later(app[_PAIRING].refresh() + 0.01, refresh)

    refresh()
    yield
    if timer is not None:
        timer.cancel()
