"""The camera service's HTTP interface. Handlers parse, call, answer."""

from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from twat_service import ApiError

from .camera import LOCKS, RESOLUTIONS, Camera, CameraError, Locks, Still
from .host import CameraBusy, CameraHost
from .requests import CaptureBody, ControlsBody, parse

HOST: Final = web.AppKey("camera_host", CameraHost)
_VERSION: Final = web.AppKey("version", str)

PREVIEW_WIDTHS: Final = (160, 1920)
"""Narrowest and widest preview in pixels."""


def add_camera(app: web.Application, camera: Camera, version: str) -> CameraHost:
    """Give an application its camera and the routes every camera has; return its host."""
    host = CameraHost(camera)
    app[HOST] = host
    app[_VERSION] = version
    app.cleanup_ctx.append(lambda _: host.running())
    app.router.add_get("/status", _status)
    app.router.add_post("/capture", _capture)
    app.router.add_get("/preview.jpg", _preview)
    app.router.add_post("/controls", _controls)
    return host


def camera_failed(err: CameraError) -> ApiError:
    """Tell a client that the camera itself is the trouble."""
    return ApiError(503, "camera_error", f"The camera does not work: {err}")


async def _status(request: web.Request) -> web.Response:
    host = request.app[HOST]
    last = host.last_capture
    return web.json_response(
        {
            "status": host.status,
            "error": host.error,
            "camera_model": host.camera.model,
            "available_resolutions": list(RESOLUTIONS),
            "last_capture": last.isoformat() if last else None,
            "locked": _locks(host.camera.locks),
            "version": request.app[_VERSION],
        }
    )


async def _capture(request: web.Request) -> web.Response:
    body = await parse(request, CaptureBody)
    if body.resolution not in RESOLUTIONS:
        raise ApiError(
            400,
            "unknown_resolution",
            f"There is no resolution {body.resolution!r}.",
            {"allowed": list(RESOLUTIONS)},
        )
    try:
        still = await request.app[HOST].capture(body.resolution)
    except CameraBusy as err:
        raise ApiError(
            503, "busy", "A photo is being taken already.", headers={"Retry-After": "1"}
        ) from err
    except CameraError as err:
        raise camera_failed(err) from err
    return web.Response(body=still.jpeg, content_type="image/jpeg", headers=_metadata(still))


async def _preview(request: web.Request) -> web.Response:
    asked = request.query.get("width", "640")
    low, high = PREVIEW_WIDTHS
    if not (asked.isascii() and asked.isdigit() and low <= int(asked) <= high):
        raise ApiError(
            400, "invalid_request", f"`width` is a whole number from {low} to {high}.",
            {"field": "width"},
        )  # fmt: skip
    try:
        jpeg = await request.app[HOST].preview(int(asked))
    except CameraError as err:
        raise camera_failed(err) from err
    return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def _controls(request: web.Request) -> web.Response:
    body = await parse(request, ControlsBody)
    asked = {name: body.all or getattr(body, name) for name in LOCKS}
    changes = {name: want == "lock" for name, want in asked.items() if want is not None}
    try:
        locks = await request.app[HOST].set_locks(changes)
    except CameraError as err:
        raise camera_failed(err) from err
    return web.json_response(_locks(locks))


def _locks(locks: Locks) -> dict[str, bool]:
    return asdict(locks)


def _metadata(still: Still) -> dict[str, str]:
    """Return how a still was taken as headers; what is unknown has none."""
    values: dict[str, Any] = {
        "Captured-At": still.captured_at.isoformat(),
        "Resolution": "{}x{}".format(*still.size),
        "Exposure-Us": still.exposure_us,
        "Gain": still.gain,
        "Lens-Position": still.lens_position,
        "Sharpness": still.sharpness,
    }
    return {f"X-Twat-{name}": str(value) for name, value in values.items() if value is not None}
