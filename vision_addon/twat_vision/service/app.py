"""Puts the service together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib

from aiohttp import web

from twat_service import ServiceInfo, create_app as create_base_app
from twat_vision.vlm import Breaker, Namer, OllamaServer

from .database import Database
from .detection import BoardDetector
from .events import EventSignal
from .handlers import about, analyses, boards, events, images, models, names
from .images import ImageCache
from .instance import only_instance
from .job_queue import JobQueue
from .keys import (
    DATABASE,
    DETECTOR,
    EVENTS,
    IMAGES,
    METRICS,
    MODELS,
    NAMING,
    OPENAPI,
    QUEUE,
    RELAYED,
    SETTINGS,
    SOCKETS,
)
from .metrics import Metrics
from .models import Models
from .naming import Naming
from .openapi import openapi_json
from .pool import COMMAND, WorkerPool
from .relayed import RelayedNames
from .settings import Settings

MAX_JSON_BYTES = 8 * 1024 * 1024


def create_app(
    info: ServiceInfo,
    settings: Settings,
    worker_command: Sequence[str] = COMMAND,
) -> web.Application:
    """Make the application; it works once started.

    Args:
        info: What the service is called.
        settings: What the person who runs it decided.
        worker_command: What starts a worker process, where a test brings its own.

    Raises:
        DataDirError: The data directory cannot be used; also on start, when another service does.
    """
    app = create_base_app(info, settings.data_dir, client_max_size=MAX_JSON_BYTES)
    pool = WorkerPool(settings.workers, worker_command)
    app[SETTINGS] = settings
    app[DATABASE] = database = Database(settings.database)
    app[IMAGES] = image_cache = ImageCache(settings.images, settings.cache_bytes)
    app[EVENTS] = signal = EventSignal()
    app[METRICS] = metrics = Metrics()
    app[DETECTOR] = BoardDetector(app[IMAGES], pool, settings.job_seconds)
    namer = _namer(settings)
    breaker = Breaker(first=settings.retry_seconds)
    app[NAMING] = naming = Naming(namer, database, image_cache, pool, signal, metrics, breaker)
    app[RELAYED] = RelayedNames(database, image_cache, pool, signal, metrics)
    app[MODELS] = Models(namer, naming, database, signal)
    app[QUEUE] = JobQueue(settings, database, image_cache, pool, signal, metrics, naming)
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
            stack.push_async_callback(naming.close)
            stack.push_async_callback(app[MODELS].close)
            stack.push_async_callback(app[QUEUE].close)
            await app[QUEUE].start()
            await naming.start()
            yield

    app.cleanup_ctx.append(run_parts)
    return app


def _namer(settings: Settings) -> Namer | None:
    if settings.ollama_url is None:
        return None
    server = OllamaServer(settings.ollama_url, settings.budgets, settings.keep_alive)
    return Namer(server, settings.model, settings.card_gib)


def _add_routes(app: web.Application) -> None:
    app.router.add_put("/v1/images/{sha256}", images.put_image)
    app.router.add_head("/v1/images/{sha256}", images.head_image)
    app.router.add_post("/v1/analyses", analyses.post_analysis)
    app.router.add_get("/v1/jobs/{job_id}", analyses.get_job)
    app.router.add_delete("/v1/jobs/{job_id}", analyses.delete_job)
    app.router.add_get("/v1/jobs/{job_id}/overlay.jpg", analyses.get_overlay)
    app.router.add_get("/v1/jobs/{job_id}/questions", names.get_questions)
    app.router.add_post("/v1/jobs/{job_id}/answers", names.post_answers)
    app.router.add_get("/v1/events", events.get_events, allow_head=False)
    app.router.add_post("/v1/boards/detect", boards.post_detect)
    app.router.add_get("/v1/markers.svg", boards.get_markers)
    app.router.add_get("/v1/models", models.get_models)
    app.router.add_post("/v1/models/pull", models.post_pull)
    app.router.add_post("/v1/models/load", models.post_load)
    app.router.add_get("/metrics", about.get_metrics)
    app.router.add_get("/openapi.json", about.get_openapi)
