"""Bearer token on everything but the two doors a stranger may knock at."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .data_dir import TokenStore
from .errors import ApiError

_PUBLIC = frozenset({("GET", "/health"), ("HEAD", "/health"), ("POST", "/pair")})


def auth_middleware(tokens: TokenStore) -> Middleware:
    """Make the middleware that answers 401 `unauthorized` to requests without the token.

    Unknown paths are refused alike, so that a stranger learns nothing about what exists.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (request.method, request.path) not in _PUBLIC:
            scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not tokens.accepts(offered.strip()):
                raise ApiError(
                    401,
                    "unauthorized",
                    "This needs the service's bearer token; pair to get it.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
        return await handler(request)

    return check
