"""`POST /v1/boards/detect` and `GET /v1/markers.svg`."""

from aiohttp import web

from twat_service import ApiError
from twat_vision.marker_sheet import marker_sheet
from twat_vision.service.detection import TooManyWaiting
from twat_vision.service.job_queue import ImagesMissing
from twat_vision.service.keys import DETECTOR
from twat_vision.service.parse import parse
from twat_vision.service.pool import TaskFailed, WorkerDied
from twat_vision.service.schemas import DetectIn

from .errors import busy, images_missing


async def post_detect(request: web.Request) -> web.Response:
    """Suggest where the board is in a photo."""
    body = parse(DetectIn, await request.read())
    try:
        return web.json_response(await request.app[DETECTOR].detect(body))
    except ImagesMissing as err:
        raise images_missing(err.missing) from err
    except TooManyWaiting as err:
        message = "Too many detections are waiting; try again later."
        raise busy("queue_full", message, 2) from err
    except TaskFailed as err:
        raise ApiError(422, err.code, str(err)) from err
    except WorkerDied as err:
        raise ApiError(500, "crashed", "The detection ended its process.") from err
    except TimeoutError as err:
        raise ApiError(504, "timed_out", "The detection took too long.") from err


async def get_markers(request: web.Request) -> web.Response:
    """Return a sheet of markers to print, by which a board is found."""
    return web.Response(text=marker_sheet(), content_type="image/svg+xml")
