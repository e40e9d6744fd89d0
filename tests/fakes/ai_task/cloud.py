"""The service that the stand-in integration asks: `python -m tests.fakes.ai_task.cloud [--port N]`."""

import argparse
import asyncio
import base64
import binascii
from dataclasses import dataclass, field
import json
from typing import Any

from aiohttp import web

from tests.fakes.ollama.eyes import Eyes, decode, tiles
from tests.fakes.ollama.speech import speak

PATCH = 28
"""Pixels to a token's side."""


class Refused(Exception):
    """The request is none; the text says why."""


@dataclass(slots=True)
class Cloud:
    """Looks at pictures, and answers in the form it is asked for."""

    truth: Eyes = field(default_factory=Eyes)
    tokens: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/generate", self._generate)
        app.router.add_post("/stand-in/truth", self._learn)
        app.router.add_get("/stand-in/calls", self._report)
        return app

    async def _generate(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
            picture = _checked(body)
        except Refused as err:
            self.refused.append(str(err))
            return web.json_response({"error": str(err)}, status=400)
        seen = self.truth.look(picture)
        height, width = decode(picture).shape[:2]
        self.tokens.append(round(width / PATCH) * round(height / PATCH))
        return web.json_response({"text": speak(body["schema"], seen)[0]})

    async def _learn(self, request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        self.truth.learn(photo.file.read(), json.loads(str(form["things"])))
        return web.json_response({"known": len(self.truth.looks)})

    async def _report(self, _: web.Request) -> web.Response:
        calls = {"calls": len(self.tokens), "image_tokens": sum(self.tokens)}
        return web.json_response({**calls, "refused": self.refused})


def _checked(body: Any) -> bytes:
    """The picture of a request that makers of models would take."""
    if not isinstance(body, dict) or body.keys() != {"instructions", "schema", "images"}:
        raise Refused("instructions, schema and images are needed, and nothing else")
    if not body["instructions"].strip():
        raise Refused("there are no instructions")
    schema = body["schema"]
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        raise Refused("the schema is not that of one closed object")
    if list(schema["properties"]) != schema.get("required"):
        raise Refused("every answer has to be required")
    for name, rule in schema["properties"].items():
        if not {"type", "anyOf"} & rule.keys():
            raise Refused(f"the schema does not say what {name} is: {rule}")
    if len(body["images"]) != 1:
        raise Refused("one picture is needed")
    try:
        picture = base64.b64decode(body["images"][0], validate=True)
        pixels = decode(picture)
    except (binascii.Error, ValueError) as err:
        raise Refused(f"the picture is none: {err}") from err
    shown, wanted = len(tiles(pixels)), len(schema["properties"])
    if not picture.startswith(b"\xff\xd8\xff") or shown != wanted:
        raise Refused(f"the picture is no JPEG, or shows {shown} photos for {wanted} answers")
    return picture


async def _serve(port: int) -> None:
    runner = web.AppRunner(Cloud().app(), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"Stand-in AI, listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    try:
        asyncio.run(_serve(parser.parse_args().port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
