"""`/v1/jobs/{id}/questions` and `/answers`: names that a model of the caller's gives."""

from collections.abc import Iterator
import contextlib

from aiohttp import web

from twat_service import ApiError
from twat_vision.service.database import DatabaseFull
from twat_vision.service.job_queue import ImagesMissing
from twat_vision.service.keys import RELAYED
from twat_vision.service.parse import parse
from twat_vision.service.pool import TaskFailed, WorkerDied
from twat_vision.service.relayed import NotAnAnswer, NotAsked
from twat_vision.service.schemas import AnswersIn

from .analyses import job_of
from .errors import disk_full, images_missing


async def get_questions(request: web.Request) -> web.Response:
    """Return what the caller is to ask a model about a reading."""
    job = await job_of(request)
    with _errors():
        return web.json_response(await request.app[RELAYED].questions(job))


async def post_answers(request: web.Request) -> web.Response:
    """Take what the model replied, or that it did not; answers with the job."""
    body = parse(AnswersIn, await request.read())
    job = await job_of(request)
    with _errors():
        return web.json_response((await request.app[RELAYED].answer(job, body)).to_json())


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except NotAsked as err:
        raise ApiError(409, "not_asked", "The caller is not asked for names of this job.") from err
    except ImagesMissing as err:
        raise images_missing(err.missing) from err
    except NotAnAnswer as err:
        message = f"Question {err.question}: {err}."
        raise ApiError(422, "bad_answer", message, {"question": err.question}) from err
    except TaskFailed as err:
        raise ApiError(422, err.code, str(err)) from err
    except WorkerDied as err:
        raise ApiError(500, "crashed", "Cutting out the questions ended its process.") from err
    except TimeoutError as err:
        raise ApiError(504, "timed_out", "Cutting out the questions took too long.") from err
    except DatabaseFull as err:
        raise disk_full() from err
