"""What the service says about itself: models, metrics, and the description of its API."""

from aiohttp import web

from twat_vision.service import jobs
from twat_vision.service.keys import DATABASE, IMAGES, METRICS, NAMER, OPENAPI


async def get_models(request: web.Request) -> web.Response:
    """List the vision-capable models that can be asked."""
    namer = request.app[NAMER]
    models = [] if namer is None else list(await namer.models())
    return web.json_response({"models": models})


async def get_metrics(request: web.Request) -> web.Response:
    """Return numbers for Prometheus."""
    app = request.app
    text = app[METRICS].render(
        await app[DATABASE].call(jobs.counts), app[IMAGES].total_bytes, len(app[IMAGES])
    )
    return web.Response(
        body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def get_openapi(request: web.Request) -> web.Response:
    """Return the description of the API."""
    return web.Response(text=request.app[OPENAPI], content_type="application/json")
