"""`PUT` and `HEAD /v1/images/{sha256}`."""

from collections.abc import AsyncIterator

from aiohttp import web

from twat_service import ApiError
from twat_vision.service.image_check import MAX_BYTES, ImageRejected
from twat_vision.service.images import CacheFull, DiskFull
from twat_vision.service.keys import IMAGES
from twat_vision.service.parse import SHA256, invalid_field

from .errors import busy, disk_full

_STATUS = {"too_large": 413, "too_many_pixels": 413}
_READ_AT_ONCE = 256 * 1024


async def put_image(request: web.Request) -> web.Response:
    """Take in a photo; 201 when it is new, 200 when it was here."""
    sha = request.match_info["sha256"]
    if not SHA256.fullmatch(sha):
        raise invalid_field("sha256", "The address ends in no SHA-256.", SHA256.pattern)
    images = request.app[IMAGES]
    if sha in images:
        images.touch(sha)
        return web.json_response({"sha256": sha})
    try:
        _check_announced_size(request)
        created = await images.store(sha, _body(request))
    except ImageRejected as err:
        status = _STATUS.get(err.code, 422)
        raise ApiError(status, err.code, str(err), err.details) from err
    except DiskFull as err:
        raise disk_full() from err
    except CacheFull as err:
        message = "Unfinished analyses need every image in the cache."
        raise busy("cache_full", message, 5) from err
    return web.json_response({"sha256": sha}, status=201 if created else 200)


async def head_image(request: web.Request) -> web.Response:
    """Say whether a photo is here."""
    return web.Response(status=200 if request.match_info["sha256"] in request.app[IMAGES] else 404)


def _check_announced_size(request: web.Request) -> None:
    if (request.content_length or 0) > MAX_BYTES:
        raise ImageRejected("too_large", "The image has too many bytes.", {"max_bytes": MAX_BYTES})


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    async for chunk in request.content.iter_chunked(_READ_AT_ONCE):
        yield chunk
