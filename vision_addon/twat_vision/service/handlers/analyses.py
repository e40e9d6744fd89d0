"""`POST /v1/analyses` and everything under `/v1/jobs/{id}`."""

from aiohttp import web

from twat_service import ApiError
from twat_vision.service.database import DatabaseFull
from twat_vision.service.job_queue import ImagesMissing
from twat_vision.service.jobs import Job, QueueFull
from twat_vision.service.keys import QUEUE, SETTINGS
from twat_vision.service.parse import parse
from twat_vision.service.schemas import AnalysisIn

from .errors import busy, disk_full, images_missing


async def post_analysis(request: web.Request) -> web.Response:
    """Accept an analysis; the same request for the same capture gets the same job."""
    body = parse(AnalysisIn, await request.read())
    queue = request.app[QUEUE]
    try:
        job, created = await queue.submit(body)
    except ImagesMissing as err:
        raise images_missing(err.missing) from err
    except QueueFull as err:
        seconds = max(1, round(await queue.estimate()))
        message = "Too many analyses are waiting; try again later."
        raise busy("queue_full", message, seconds) from err
    except DatabaseFull as err:
        raise disk_full() from err
    finished = not created and job.status.finished
    answer = {
        "job_id": job.id,
        "status": job.status.value,
        "estimated_duration": 0.0 if finished else await queue.estimate(),
    }
    return web.json_response(answer, status=200 if finished else 202)


async def get_job(request: web.Request) -> web.Response:
    """Return a job."""
    return web.json_response((await job_of(request)).to_json())


async def delete_job(request: web.Request) -> web.Response:
    """Cancel a job that has not ended; one that has stays as it is."""
    try:
        job = await request.app[QUEUE].cancel(request.match_info["job_id"])
    except DatabaseFull as err:
        raise disk_full() from err
    if job is None:
        raise _unknown()
    return web.json_response(job.to_json())


async def get_overlay(request: web.Request) -> web.FileResponse:
    """Return the after photo with what was found drawn on it."""
    job = await job_of(request)
    path = request.app[SETTINGS].overlay(job.id)
    if job.results is None or not path.exists():
        raise ApiError(
            404, "no_overlay", "The job has no annotated photo.", {"status": job.status.value}
        )
    return web.FileResponse(path, headers={"Content-Type": "image/jpeg"})


async def job_of(request: web.Request) -> Job:
    """Return the job that the path names.

    Raises:
        ApiError: 404, there is none.
    """
    job = await request.app[QUEUE].get(request.match_info["job_id"])
    if job is None:
        raise _unknown()
    return job


def _unknown() -> ApiError:
    return ApiError(404, "unknown_job", "There is no such job.")
