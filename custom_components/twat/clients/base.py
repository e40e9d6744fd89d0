"""What both services have in common: address, token, health, pairing, and how errors travel."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from .errors import (
    Busy,
    ConnectionFailed,
    Hop,
    NotAService,
    Rejected,
    ServiceError,
    TimedOut,
    Unauthorized,
    WrongService,
    WrongVersion,
)

API_VERSION = 1
QUICK = ClientTimeout(total=10, connect=5)
_DEFAULT_RETRY_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """Who a service says it is; answered without a token."""

    service: str
    id: str
    name: str
    version: str
    api_version: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a service hands out for the right pairing code."""

    id: str
    name: str
    token: str


class ServiceClient:
    """One service at one address.

    Raises `ServiceError` subclasses from every method; each names its hop.
    """

    hop: ClassVar[Hop]
    service: ClassVar[str]

    def __init__(self, session: ClientSession, url: str, token: str | None = None) -> None:
        """Take a session from the caller; the client never closes it.

        Args:
            session: shared HTTP session.
            url: `http://host:port`.
            token: bearer token; only `health` and `pair` work without.
        """
        self._session = session
        self._url = URL(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def health(self) -> Health:
        """Ask who answers, and refuse another kind of service or protocol version."""
        body = await self._json("GET", "health", timeout=QUICK)
        try:
            health = Health(
                service=str(body["service"]),
                id=str(body["id"]),
                name=str(body["name"]),
                version=str(body["version"]),
                api_version=int(body["api_version"]),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(self.hop, "the answer is not that of a TWAT service") from err
        if health.service != self.service:
            raise WrongService(self.hop, health.service)
        if health.api_version != API_VERSION:
            raise WrongVersion(self.hop, health.api_version)
        return health

    async def pair(self, code: str) -> Pairing:
        """Exchange a pairing code for the token.

        Raises:
            Rejected: codes `pairing_code_wrong` (details.tries_left), `pairing_code_expired`,
                `invalid_request`.
            Busy: code `pairing_locked`.
        """
        body = await self._json("POST", "pair", json={"code": code}, timeout=QUICK)
        try:
            return Pairing(id=str(body["id"]), name=str(body["name"]), token=str(body["token"]))
        except (KeyError, TypeError) as err:
            raise NotAService(self.hop, "the answer is not that of a TWAT service") from err

    async def _json(
        self, method: str, path: str, *, timeout: ClientTimeout, json: Any = None
    ) -> dict[str, Any]:
        async with self._request(method, path, timeout=timeout, json=json) as response:
            return await self._body(response)

    async def _body(self, response: ClientResponse) -> dict[str, Any]:
        try:
            body = await response.json(content_type=None)
        except ValueError as err:
            raise NotAService(self.hop, "the answer is not JSON") from err
        if not isinstance(body, dict):
            raise NotAService(self.hop, "the answer is not a JSON object")
        return body

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        *,
        timeout: ClientTimeout,
        json: Any = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> AsyncIterator[ClientResponse]:
        """Send one request; refusals and broken connections become typed errors."""
        try:
            async with self._session.request(
                method,
                self._url / path,
                json=json,
                data=data,
                params=params,
                headers=self._headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                if response.status >= 300:
                    raise await self._refusal(response)
                yield response
        except ServiceError:
            raise
        except TimeoutError as err:
            raise TimedOut(self.hop, f"no answer from {self._url} in time") from err
        except (ClientError, OSError) as err:
            raise ConnectionFailed(self.hop, f"cannot reach {self._url}: {err}") from err

    async def _refusal(self, response: ClientResponse) -> ServiceError:
        """The typed error of an answer that is not a success."""
        code, message = f"http_{response.status}", response.reason or "refused"
        details: Mapping[str, Any] = {}
        known = False
        if response.method != "HEAD":
            try:
                error = (await self._body(response)).get("error")
            except NotAService:
                error = None
            if isinstance(error, dict):
                known = True
                code = str(error.get("code", code))
                message = str(error.get("message", message))
                details = error.get("details") or {}
        if response.status == 401:
            return Unauthorized(self.hop, message)
        if (retry_after := response.headers.get("Retry-After")) is not None:
            return Busy(
                self.hop,
                response.status,
                code,
                message,
                details,
                retry_after=_seconds(retry_after),
            )
        if not known and response.method != "HEAD":
            return NotAService(self.hop, f"{self._url} answers with status {response.status}")
        return Rejected(self.hop, response.status, code, message, details)


def _seconds(retry_after: str) -> float:
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return _DEFAULT_RETRY_AFTER
