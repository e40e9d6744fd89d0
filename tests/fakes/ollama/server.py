"""The HTTP side of the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
import math
import time
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from .eyes import Eyes, decode
from .faults import Fault
from .library import LIBRARY, Model
from .speech import logprobs, speak, tokens
from .wire import Chat, Generate, Named, Pull, Refused

M = TypeVar("M", bound=BaseModel)

DEFAULT_CONTEXT = 4096
"""What a card below 24 GiB gets when a request does not say."""
KEEP_ALIVE = 300.0
MAX_IMAGE_TOKENS = 4096


@dataclass(slots=True)
class Call:
    """One question that was answered, for tests and the demo to look at."""

    path: str
    model: str
    prompt: str
    format: Any
    options: dict[str, Any]
    think: Any
    images: list[tuple[int, int]]
    image_tokens: int
    answer: str
    keep_alive: float | None


@dataclass(slots=True)
class _Loaded:
    model: Model
    context: int
    expires: float


@dataclass(slots=True)
class FakeOllama:
    """One server.

    Attributes:
        version: What `/api/version` says; before 0.12.11 there are no log-probabilities.
        installed: The models that are here; the others of the library can be pulled.
        load_seconds: How long a model takes into memory.
        least_image_tokens: Smaller pictures are enlarged to so many (Ollama from 0.30 on).
        truth: What stands on the table.
    """

    version: str = "0.33.0"
    installed: list[Model] = field(default_factory=lambda: [LIBRARY[0], LIBRARY[3], LIBRARY[4]])
    load_seconds: float = 0.0
    least_image_tokens: int = 1024
    logprobs: bool = True
    truth: Eyes = field(default_factory=Eyes)
    calls: list[Call] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    pull_steps: int = 4
    url: str = ""
    _faults: dict[Fault, int] = field(default_factory=dict)
    _loaded: dict[str, _Loaded] = field(default_factory=dict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: int = 0
    """Questions whose client went away before the answer."""

    def fail(self, fault: Fault, times: int = 1_000_000) -> None:
        """Let a fault happen the next so many times."""
        self._faults[fault] = times

    def mend(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    @contextlib.asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Listen; gives the address."""
        # A client that goes away cancels what it asked for, as Ollama does.
        runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            self.url = f"http://{host}:{runner.addresses[0][1]}"
            yield self.url
        finally:
            await runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2, middlewares=[self._errors])
        add = app.router
        add.add_get("/", _hello)
        add.add_get("/api/version", self._version)
        add.add_get("/api/tags", self._tags)
        add.add_get("/api/ps", self._ps)
        add.add_post("/api/show", self._show)
        add.add_post("/api/chat", self._chat)
        add.add_post("/api/generate", self._generate)
        add.add_post("/api/pull", self._pull)
        add.add_post("/stand-in/truth", self._learn)
        add.add_get("/stand-in/calls", self._report)
        return app

    @web.middleware
    async def _errors(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as err:
            self.refused.append(f"{request.path}: {err}")
            return web.json_response({"error": str(err)}, status=err.status)
        except asyncio.CancelledError:
            self.abandoned += 1
            raise

    # About

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": self.version})

    async def _tags(self, _: web.Request) -> web.Response:
        return web.json_response({"models": [_listed(model) for model in self.installed]})

    async def _ps(self, _: web.Request) -> web.Response:
        self._expire()
        now = datetime.now(UTC)
        return web.json_response(
            {
                "models": [
                    {
                        **_listed(loaded.model),
                        "size_vram": loaded.model.size,
                        "expires_at": _time(now + timedelta(seconds=min(1e8, loaded.expires - self.clock()))),
                        "context_length": loaded.context,
                    }
                    for loaded in self._loaded.values()
                ]
            }
        )  # fmt: skip

    async def _show(self, request: web.Request) -> web.Response:
        model = self._model((await _body(request, Named)).model)
        return web.json_response(
            {
                "modelfile": f"FROM {model.name}",
                "template": "{{ .Prompt }}",
                "details": model.details,
                "model_info": {"general.architecture": model.family},
                "capabilities": model.capabilities,
                "modified_at": _time(datetime.now(UTC)),
            }
        )

    # Answering

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, Chat)
        model = self._model(body.model)
        images = [image for message in body.messages for image in message.images]
        prompt = "\n".join(message.content for message in body.messages)
        load = await self._ready(body, model, images)
        if not body.messages:
            return web.json_response(
                _final(body.model, "load", load) | {"message": {"role": "assistant", "content": ""}}
            )
        return await self._answer(request, body, model, prompt, images, load)

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, Generate)
        model = self._model(body.model)
        if not body.prompt and body.keep_alive == 0:
            self._loaded.pop(model.name, None)
            return web.json_response(_final(body.model, "unload", 0) | {"response": ""})
        load = await self._ready(body, model, body.images)
        if not body.prompt:
            return web.json_response(_final(body.model, "load", load) | {"response": ""})
        return await self._answer(request, body, model, body.prompt, body.images, load)

    async def _ready(self, body: Chat | Generate, model: Model, images: list[bytes]) -> float:
        """Check the rest of a request, and have its model in memory; returns the seconds that took."""
        if images and not model.vision:
            raise Refused(400, f'"{body.model}" does not support image input')
        if body.think and not model.thinking:
            raise Refused(400, f'"{body.model}" does not support thinking')
        for image in images:
            try:
                decode(image)
            except ValueError as err:
                raise Refused(400, str(err)) from err
        if self._strikes(Fault.BUSY):
            raise Refused(503, "server busy, please try again.  maximum pending requests exceeded")
        self._expire()
        context = body.options.num_ctx or DEFAULT_CONTEXT
        loaded = self._loaded.get(model.name)
        begun = self.clock()
        if loaded is None or loaded.context != context:
            if self._strikes(Fault.LOADS_FOREVER):
                await asyncio.Event().wait()
            await asyncio.sleep(self.load_seconds)
        keep = KEEP_ALIVE if body.keep_alive is None else float(body.keep_alive)
        expires = math.inf if keep < 0 else self.clock() + keep
        self._loaded[model.name] = _Loaded(model, context, expires)
        return self.clock() - begun

    async def _answer(
        self,
        request: web.Request,
        body: Chat | Generate,
        model: Model,
        prompt: str,
        images: list[bytes],
        load: float,
    ) -> web.StreamResponse:
        if self._strikes(Fault.HANGS):
            await asyncio.Event().wait()
        if self._strikes(Fault.CRASHES):
            raise Refused(500, "model runner has unexpectedly stopped, this may be due to resource limitations")  # fmt: skip
        sizes = [decode(image).shape[1::-1] for image in images]
        pictures = sum(self._image_tokens(model, *size) for size in sizes)
        text = math.ceil(len(prompt) / 4) + 12
        context = self._loaded[model.name].context
        limit = body.options.num_predict if (body.options.num_predict or -1) > 0 else 4000
        lost = text + pictures > context or self._strikes(Fault.BLIND)
        seen = [] if lost else [one for image in images for one in self.truth.look(image)]
        content, likely = speak(body.format, seen, "" if images else prompt)
        thinks = model.thinking if body.think is None else bool(body.think)
        thinking = "Hmm. " * 4000 if self._strikes(Fault.THINKS) or thinks else ""
        content = self._garbled(content)
        pieces = tokens(thinking) + tokens(content)
        reason = "stop" if len(pieces) <= limit else "length"
        spoken = max(0, limit - len(tokens(thinking)))
        content = "".join(tokens(content)[:spoken])
        self.calls.append(
            Call(
                request.path, body.model, prompt, body.format,
                body.options.model_dump(exclude_none=True), body.think, sizes, pictures, content,
                None if body.keep_alive is None else float(body.keep_alive),
            )
        )  # fmt: skip
        if self._strikes(Fault.DROPS):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        answer = _final(body.model, reason, load)
        # What was cut off was not evaluated.
        answer |= {
            "prompt_eval_count": min(context, text) if lost else text + pictures,
            "prompt_eval_duration": 40_000_000,
            "eval_count": min(limit, len(pieces)),
            "eval_duration": 200_000_000,
        }
        if isinstance(body, Chat):
            answer["message"] = {"role": "assistant", "content": content, "thinking": thinking}
        else:
            answer |= {"response": content, "thinking": thinking}
        if body.logprobs and self.logprobs and _at_least(self.version, (0, 12, 11)):
            answer["logprobs"] = logprobs(content, likely)
        if body.stream is False:
            return web.json_response(answer)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        await response.write(json.dumps(answer).encode() + b"\n")
        return response

    async def _pull(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, Pull)
        model = next((m for m in LIBRARY if m.name == _tagged(body.model)), None)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})

        async def say(**news: Any) -> None:
            await response.write(json.dumps(news).encode() + b"\n")

        if body.stream is False:
            if model is None:
                raise Refused(500, "pull model manifest: file does not exist")
            self._install(model)
            return web.json_response({"status": "success"})
        await response.prepare(request)
        await say(status="pulling manifest")
        if model is None:
            await say(error="pull model manifest: file does not exist")
            return response
        digest = "sha256:" + "0" * 64
        for step in range(self.pull_steps + 1):
            completed = model.size * step // self.pull_steps
            await say(
                status=f"pulling {digest[7:19]}",
                digest=digest,
                total=model.size,
                completed=completed,
            )
            if self._strikes(Fault.HANGS):
                await asyncio.Event().wait()
        await say(status="verifying sha256 digest")
        await say(status="writing manifest")
        self._install(model)
        await say(status="success")
        return response

    # The stand-in's own

    async def _learn(self, request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        self.truth.learn(photo.file.read(), json.loads(str(form["things"])))
        return web.json_response({"known": len(self.truth.looks)})

    async def _report(self, _: web.Request) -> web.Response:
        asked = [call for call in self.calls if call.images]
        return web.json_response(
            {
                "calls": len(asked),
                "image_tokens": sum(call.image_tokens for call in asked),
                "refused": self.refused,
            }
        )

    # Helpers

    def _garbled(self, content: str) -> str:
        if self._strikes(Fault.THINKS_IN_CONTENT):
            content = f"<think>Let me see what this is.</think>\n{content}"
        if self._strikes(Fault.EMPTY):
            content = ""
        if self._strikes(Fault.NOT_IN_SCHEMA):
            content = json.dumps({"1": "a spaceship"})
        if self._strikes(Fault.INVALID_JSON):
            content = content[: len(content) // 2]
        return content

    def _strikes(self, fault: Fault) -> bool:
        left = self._faults.get(fault, 0)
        if left:
            self._faults[fault] = left - 1
        return bool(left)

    def _model(self, name: str) -> Model:
        for model in self.installed:
            if model.name == _tagged(name):
                return model
        raise Refused(404, f"model '{name}' not found")

    def _install(self, model: Model) -> None:
        if model not in self.installed:
            self.installed.append(model)

    def _expire(self) -> None:
        now = self.clock()
        self._loaded = {n: one for n, one in self._loaded.items() if one.expires > now}

    def _image_tokens(self, model: Model, width: int, height: int) -> int:
        side = model.pixels_per_token
        count = max(1, round(width / side)) * max(1, round(height / side))
        return min(MAX_IMAGE_TOKENS, max(self.least_image_tokens, count))


async def _hello(_: web.Request) -> web.Response:
    return web.Response(text="Ollama is running")


async def _body(request: web.Request, model: type[M]) -> M:
    raw = await request.read()
    if not raw:
        raise Refused(400, "missing request body")
    try:
        return model.model_validate_json(raw)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Refused(400, f"{place}: {first['msg']}") from err


def _tagged(name: str) -> str:
    return name if ":" in name else f"{name}:latest"


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _listed(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "model": model.name,
        "modified_at": _time(datetime.now(UTC)),
        "size": model.size,
        "digest": f"{abs(hash(model.name)):064x}"[-64:],
        "details": model.details,
    }


def _final(name: str, reason: str, load: float) -> dict[str, Any]:
    nanoseconds = round(load * 1e9)
    return {
        "model": name,
        "created_at": _time(datetime.now(UTC)),
        "done": True,
        "done_reason": reason,
        "total_duration": nanoseconds + 240_000_000,
        "load_duration": nanoseconds,
    }


def _at_least(version: str, least: tuple[int, ...]) -> bool:
    return tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".")) >= least
