"""Routes that play the simulated camera's script; other backends do not have them."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from twat_service import ApiError

from .backends.simulated import ScriptFinished, SimulatedCamera
from .host import CameraHost
from .requests import AdvanceBody, HandBody, parse
from .simulator.script import Bump, Light

_M = TypeVar("_M", bound=BaseModel)


class _Nothing(BaseModel):
    """A body that says nothing."""


def add_simulator_routes(app: web.Application, host: CameraHost, camera: SimulatedCamera) -> None:
    """Add `/simulator` and what changes it; each answers with the state that results."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response(await host.call(camera.describe))

    def change(path: str, model: type[_M], act: Callable[[_M], None]) -> None:
        async def handler(request: web.Request) -> web.Response:
            body = await parse(request, model)

            def work() -> dict[str, object]:
                act(body)
                return camera.describe()

            try:
                return web.json_response(await host.call(work))
            except ScriptFinished as err:
                raise ApiError(
                    409,
                    "script_finished",
                    f"The script is at step {err.step} of {err.steps}.",
                    {"step": err.step, "steps": err.steps},
                ) from err

        app.router.add_post(f"/simulator/{path}", handler)

    app.router.add_get("/simulator", show)
    change("advance", AdvanceBody, lambda body: camera.advance(body.steps))
    change("reset", _Nothing, lambda _: camera.reset())
    change("hand", HandBody, lambda body: camera.show_hand(body.present))
    change("bump", Bump, camera.bump)
    change("light", Light, camera.set_light)
