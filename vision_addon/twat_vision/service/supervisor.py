"""Home Assistant's Supervisor: the app's options, and telling Home Assistant that the app is there.

https://developers.home-assistant.io/docs/apps/communication and …/apps/configuration
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
import contextlib
from dataclasses import dataclass
from http import HTTPStatus
import json
import logging
from pathlib import Path
import socket
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from twat_service import DataDirError

_LOGGER = logging.getLogger(__name__)

URL: Final = "http://supervisor"
OPTIONS_FILE: Final = Path("/data/options.json")
TOKEN_VARIABLE: Final = "SUPERVISOR_TOKEN"
_VARIABLES: Final = {
    "log_level": "TWAT_VISION_LOG_LEVEL",
    "workers": "TWAT_VISION_WORKERS",
    "image_cache_mb": "TWAT_VISION_CACHE_MB",
    "ollama_url": "TWAT_VISION_OLLAMA",
    "model": "TWAT_VISION_MODEL",
    "gpu_gb": "TWAT_VISION_GPU_GB",
}
_RETRY_SECONDS: Final = (2.0, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What Home Assistant needs to connect; it sets the app up without a pairing code."""

    host: str
    port: int
    token: str


class DiscoveryRefused(Exception):
    """The Supervisor will not take the message, now or later."""


def apply_options(file: Path, environment: MutableMapping[str, str]) -> None:
    """Turn the app's options into the variables that `serve` reads; set ones stay as they are.

    Raises:
        DataDirError: The file is missing or no JSON object.
    """
    try:
        options = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as err:
        raise DataDirError(f"cannot read the app's options: {err}") from err
    if not isinstance(options, dict):
        raise DataDirError(f"the app's options in {file} are no JSON object")
    for option, variable in _VARIABLES.items():
        if option in options:
            environment.setdefault(variable, str(options[option]))


def own_host() -> str:
    """Return the name by which Home Assistant reaches this app: the one Supervisor gave it."""
    return socket.gethostname()


def announcing(
    url: str, supervisor_token: str, message: Callable[[], Discovery]
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Make an application's cleanup context that tells Home Assistant of the app.

    Args:
        url: Address of the Supervisor.
        supervisor_token: What it gave the app to prove itself.
        message: Makes the message when the application starts.
    """

    async def context(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(announce(url, supervisor_token, message()))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return context


async def announce(url: str, supervisor_token: str, message: Discovery) -> None:
    """Post the discovery message, again and again until the Supervisor has it."""
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        for attempt in range(1_000_000):
            try:
                uuid = await post_discovery(session, url, supervisor_token, message)
            except DiscoveryRefused as err:
                _LOGGER.error("Supervisor refuses the discovery message: %s", err)
                return
            except (ClientError, TimeoutError) as err:
                _LOGGER.warning("Supervisor cannot be reached, trying again: %s", err)
            else:
                _LOGGER.info("Home Assistant was told of this app (%s)", uuid)
                return
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])


async def post_discovery(
    session: ClientSession, url: str, supervisor_token: str, message: Discovery
) -> str:
    """Post the discovery message once and return the id it got.

    Raises:
        DiscoveryRefused: The answer is an error that will not go away (4xx).
        ClientError: There is no answer, or a passing error.
    """
    body = {
        "service": "twat",
        "config": {"host": message.host, "port": message.port, "token": message.token},
    }
    headers = {"Authorization": f"Bearer {supervisor_token}"}
    async with session.post(f"{url}/discovery", json=body, headers=headers) as response:
        text = await response.text()
        if HTTPStatus(response.status).is_client_error:
            raise DiscoveryRefused(f"{response.status} {text}")
        response.raise_for_status()
    answer: Mapping[str, Mapping[str, str]] = json.loads(text)
    return answer["data"]["uuid"]
