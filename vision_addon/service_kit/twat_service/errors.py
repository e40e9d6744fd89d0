"""Errors as JSON: `{"error": {"code", "message", "details"}}`, whatever goes wrong."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
import json
import logging
from typing import Any

from aiohttp import web

_LOGGER = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Codes for what aiohttp itself refuses; clients tell errors apart by code, not by text.
_CODES = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


class ApiError(Exception):
    """An error the client is told about.

    Attributes:
        status: HTTP status, 400…599.
        code: Stable name of the error in snake case; clients decide by it.
        message: One sentence for people.
        details: What the client needs to mend the request, JSON-serialisable.
        headers: Extra response headers, such as `Retry-After`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


def error_response(error: ApiError) -> web.Response:
    """Render an error as the JSON body every service answers with."""
    body = {"error": {"code": error.code, "message": error.message, "details": error.details}}
    return web.json_response(body, status=error.status, headers=error.headers)


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into a JSON error.

    An unexpected exception is logged with its traceback and answered with 500 `internal`. Once
    bytes of an answer are out it is raised on instead, so that aiohttp drops the connection: a
    second head in the middle of a body would be worse.
    """
    try:
        return await handler(request)
    except ApiError as err:
        return error_response(err)
    except web.HTTPException as err:
        if err.status < 400:
            raise
        return error_response(_from_http(err))
    except Exception:
        if request.writer.output_size > 0:
            raise
        _LOGGER.exception("%s %s failed", request.method, request.path)
        return error_response(ApiError(500, "internal", "The service failed; its log says why."))


def _from_http(err: web.HTTPException) -> ApiError:
    status = HTTPStatus(err.status)
    code = _CODES.get(err.status, status.phrase.lower().replace(" ", "_").replace("-", "_"))
    keep = {name: err.headers[name] for name in ("Allow", "Retry-After") if name in err.headers}
    # aiohttp's own text says no more than "404: Not Found".
    told = err.text if err.text and not err.text.startswith(f"{err.status}: ") else status.phrase
    return ApiError(err.status, code, f"{told}.", headers=keep)


async def json_object(request: web.Request, *, code: str = "invalid_request") -> dict[str, Any]:
    """Read a request's body as a JSON object.

    Args:
        request: The request; its body is read whole, up to the application's limit.
        code: Code of the 400 that answers anything else.

    Raises:
        ApiError: 400 with `code` when the body is no JSON object.
    """
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as err:
        raise ApiError(400, code, "The body is not valid JSON.") from err
    if not isinstance(body, dict):
        raise ApiError(400, code, "The body must be a JSON object.")
    return body
