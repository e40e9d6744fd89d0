"""Routes that only one backend has: `/simulator` and `/folder`. With any other they are 404."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from twat_service import ApiError

from .backends.folder import FolderCamera, UnknownPhoto
from .camera import CameraError
from .host import CameraHost
from .requests import SelectBody, parse
from .service import camera_failed

Route = Callable[[web.Request], Awaitable[web.Response]]


def add_folder_routes(app: web.Application, host: CameraHost, camera: FolderCamera) -> None:
    """Add what picks photos of a folder."""

    async def folder() -> web.Response:
        try:
            body = await host.call(
                lambda: {"photos": list(camera.photos), "next": camera.next_photo}
            )
        except CameraError as err:
            raise camera_failed(err) from err
        return web.json_response(body)

    async def show(_: web.Request) -> web.Response:
        return await folder()

    async def select(request: web.Request) -> web.Response:
        body = await parse(request, SelectBody)
        try:
            await host.call(lambda: camera.select(body.photo))
        except UnknownPhoto as err:
            raise ApiError(404, "unknown_photo", f"There is no photo {body.photo!r}.") from err
        except CameraError as err:
            raise camera_failed(err) from err
        return await folder()

    app.router.add_get("/folder", show)
    app.router.add_post("/folder/select", select)
