"""What the service says about itself: metrics, and the description of its API."""

from aiohttp import web

from twat_vision.service import jobs
from twat_vision.service.keys import DATABASE, IMAGES, METRICS, OPENAPI


async def get_metrics(request: web.Request) -> web.Response:
    """Return numbers for Prometheus."""
    app = request.app
    text = app[METRICS].render(
        await app[DATABASE].call(jobs.counts),
        len(await app[DATABASE].call(jobs.unnamed)),
        app[IMAGES].total_bytes,
        len(app[IMAGES]),
    )
    return web.Response(
        body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def get_openapi(request: web.Request) -> web.Response:
    """Return the description of the API."""
    return web.Response(text=request.app[OPENAPI], content_type="application/json")
