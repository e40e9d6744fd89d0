"""`/v1/models`: which models there are, downloading one, having one in memory."""

from aiohttp import web

from twat_service import ApiError
from twat_vision.service.keys import MODELS
from twat_vision.service.models import NoServer, PullUnderWay
from twat_vision.service.parse import parse
from twat_vision.service.schemas import LoadIn, PullIn


async def get_models(request: web.Request) -> web.Response:
    """List the vision-capable models that can be asked."""
    return web.json_response(await request.app[MODELS].listing())


async def post_pull(request: web.Request) -> web.Response:
    """Begin to download a model; `model` events tell how far that is."""
    body = parse(PullIn, await request.read())
    try:
        request.app[MODELS].pull(body.model)
    except NoServer as err:
        raise _no_server() from err
    except PullUnderWay as err:
        raise ApiError(409, "pull_under_way", f"{err} is being downloaded.") from err
    return web.json_response({"model": body.model}, status=202)


async def post_load(request: web.Request) -> web.Response:
    """Begin to bring a model into memory, so that the first question does not wait for it."""
    body = parse(LoadIn, await request.read())
    try:
        request.app[MODELS].load(body.model)
    except NoServer as err:
        raise _no_server() from err
    return web.json_response({"model": body.model}, status=202)


def _no_server() -> ApiError:
    return ApiError(409, "no_model_server", "The vision service was given no Ollama server.")
