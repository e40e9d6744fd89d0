"""Puts the service together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib

from aiohttp import web

from twat_service import ServiceInfo, create_app as create_base_app
from twat_vision.vlm import PieceNamer

from .database import Database
from .detection import BoardDetector
from .events import EventSignal
from .handlers import about, analyses, boards, events, images
from .images import ImageCache
from .instance import only_instance
from .job_queue import JobQueue
from .keys import (
    DATABASE,
    DETECTOR,
    EVENTS,
    IMAGES,
    METRICS,
    NAMER,
    OPENAPI,
    QUEUE,
    SETTINGS,
    SOCKETS,
)
from .metrics import Metrics
from .openapi import openapi_json
from .pool import COMMAND, WorkerPool
from .settings import Settings

MAX_JSON_BYTES = 8 * 1024 * 1024


def create_app(
    info: ServiceInfo,
    settings: Settings,
    namer: PieceNamer | None = None,
    worker_command: Sequence[str] = COMMAND,
) -> web.Application:
    """Make the application; it works once started.

    Args:
        info: What the service is called.
        settings: What the person who runs it decided.
        namer: The vision-language model, where there is one.
        worker_command: What starts a worker process, where a test brings its own.

    Raises:
        DataDirError: The data directory cannot be used; also on start, when another service does.
    """
    app = create_base_app(info, settings.data_dir, client_max_size=MAX_JSON_BYTES)
    pool = WorkerPool(settings.workers, worker_command)
    app[SETTINGS] = settings
    app[NAMER] = namer
    app[DATABASE] = Database(settings.database)
    app[IMAGES] = ImageCache(settings.images, settings.cache_bytes)
    app[EVENTS] = EventSignal()
    app[METRICS] = Metrics()
    app[DETECTOR] = BoardDetector(app[IMAGES], pool, settings.job_seconds)
    app[QUEUE] = JobQueue(settings, app[DATABASE], app[IMAGES], pool, app[EVENTS], app[METRICS])
    app[SOCKETS] = set()
    app[OPENAPI] = openapi_json(info.version)
    _add_routes(app)
    app.on_shutdown.append(events.close_sockets)

    async def run_parts(app: web.Application) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(only_instance(settings.data_dir))
            await app[DATABASE].open()
            stack.push_async_callback(app[DATABASE].close)
            await asyncio.to_thread(app[IMAGES].load)
            stack.push_async_callback(pool.close)
            await pool.start()
            stack.push_async_callback(app[QUEUE].close)
            await app[QUEUE].start()
            yield

    app.cleanup_ctx.append(run_parts)
    return app


def _add_routes(app: web.Application) -> None:
    app.router.add_put("/v1/images/{sha256}", images.put_image)
    app.router.add_head("/v1/images/{sha256}", images.head_image)
    app.router.add_post("/v1/analyses", analyses.post_analysis)
    app.router.add_get("/v1/jobs/{job_id}", analyses.get_job)
    app.router.add_delete("/v1/jobs/{job_id}", analyses.delete_job)
    app.router.add_get("/v1/jobs/{job_id}/overlay.jpg", analyses.get_overlay)
    app.router.add_get("/v1/events", events.get_events, allow_head=False)
    app.router.add_post("/v1/boards/detect", boards.post_detect)
    app.router.add_get("/v1/models", about.get_models)
    app.router.add_get("/metrics", about.get_metrics)
    app.router.add_get("/openapi.json", about.get_openapi)
