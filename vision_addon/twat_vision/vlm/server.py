"""One Ollama server, through its official client: every failure is a `VlmError`, every wait has an end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib
from dataclasses import dataclass
from typing import Any, Final

import httpx
from ollama import AsyncClient, ResponseError

from .answers import Token
from .errors import Code, VlmError
from .models import LOGPROBS_SINCE, Model, parse_version, runs_elsewhere
from .tokens import Patches, patches_of

CONTEXT: Final = 8192
"""`num_ctx` of every request: a sheet and the longest prompt take less than half. Always the same, because the server
loads a model anew when it changes; the server's own default on a card below 24 GiB, 4,096, may cut the picture off."""
QUICK_SECONDS: Final = 10.0
TEXT_SHARE: Final = 0.5
"""Tokens of a picture that must at least have been evaluated, as a share: below it the picture did not arrive."""
TOP: Final = 10
"""Alternatives asked for at each token."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """How long to wait, in seconds: until a model is in memory, and for one answer."""

    load: float = 180.0
    answer: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said; `tokens` are empty where the server tells no probabilities."""

    text: str
    tokens: tuple[Token, ...]
    prompt_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is; `total` 0 while nobody knows."""

    status: str
    completed: int = 0
    total: int = 0


class OllamaServer:
    """Talks to one server.

    Args:
        url: Its address.
        budgets: How long to wait.
        keep_alive: How long models stay in memory after a question, as Ollama writes durations.
    """

    def __init__(self, url: str, budgets: Budgets = Budgets(), keep_alive: str = "4h") -> None:
        self.url = url
        self._budgets = budgets
        self._keep_alive = keep_alive
        # The server is in the house: no proxy between. Waiting has its own ends, in `_guard`.
        waits = httpx.Timeout(None, connect=QUICK_SECONDS)
        self._client = AsyncClient(url, timeout=waits, trust_env=False)
        self._http = httpx.AsyncClient(base_url=url, timeout=waits, trust_env=False)
        self._shown: dict[str, tuple[str, list[str]]] = {}

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()  # type: ignore[no-untyped-call]
        await self._http.aclose()

    async def version(self) -> tuple[int, ...]:
        """The server's version.

        Raises:
            VlmError: It cannot be reached.
        """
        # The official client has no call for it.
        async with self._guard(QUICK_SECONDS, Code.UNREACHABLE):
            response = await self._http.get("/api/version")
            response.raise_for_status()
            return parse_version(str(response.json()["version"]))

    async def installed(self) -> list[Model]:
        """The models that are here, run here and can see.

        Raises:
            VlmError: The server cannot be reached.
        """
        async with self._guard(QUICK_SECONDS, Code.UNREACHABLE):
            found = []
            for listed in (await self._client.list()).models:
                name, digest = listed.model or "", listed.digest or ""
                if runs_elsewhere(name):
                    continue
                family, capabilities = await self._show(name, digest)
                if "vision" in capabilities:
                    thinking = "thinking" in capabilities
                    found.append(Model(name, int(listed.size or 0), family, thinking))
            return found

    async def _show(self, name: str, digest: str) -> tuple[str, list[str]]:
        """Family and capabilities; asked once for each digest."""
        if digest not in self._shown:
            shown = await self._client.show(name)
            family = shown.details.family if shown.details else None
            self._shown[digest] = (family or "", list(shown.capabilities or ()))
        return self._shown[digest]

    async def load(self, model: str) -> None:
        """Have a model in memory, within the time that loading may take.

        Raises:
            VlmError: That did not work.
        """
        async with self._guard(QUICK_SECONDS, Code.UNREACHABLE):
            running = (await self._client.ps()).models
            if any(one.model == model and one.context_length in (None, CONTEXT) for one in running):
                return
        async with self._guard(self._budgets.load, Code.LOAD_TIMEOUT):
            # Nothing is said without a prompt; should a server ever say something, it is one word.
            options = {"num_ctx": CONTEXT, "num_predict": 1}
            await self._client.generate(model, options=options, keep_alive=self._keep_alive)

    async def ask(
        self,
        model: Model,
        messages: Sequence[dict[str, Any]],
        schema: dict[str, Any],
        *,
        image_tokens: int,
        words: int,
    ) -> Reply:
        """Ask a model that is in memory.

        Args:
            model: Whom.
            messages: The conversation; pictures as bytes.
            schema: JSON schema of the answer.
            image_tokens: What the pictures cost, to see whether they arrived.
            words: Tokens the answer may have.

        Raises:
            VlmError: There is no answer, or the picture did not reach the model.
        """
        async with self._guard(self._budgets.answer, Code.ANSWER_TIMEOUT):
            answer = await self._client.chat(
                model.name,
                messages,
                stream=False,
                format=schema,
                think=False if model.thinking else None,
                logprobs=True,
                top_logprobs=TOP,
                options={"temperature": 0, "num_ctx": CONTEXT, "num_predict": words},
                keep_alive=self._keep_alive,
            )
        evaluated = answer.prompt_eval_count or 0
        if evaluated < TEXT_SHARE * image_tokens:
            raise VlmError(
                Code.IMAGE_LOST,
                f"The picture did not reach {model.name}: it evaluated {evaluated} tokens, the picture alone has "
                f"{image_tokens}. Is num_ctx limited on the server?",
            )
        tokens = tuple(
            Token(t.token, t.logprob, tuple((o.token, o.logprob) for o in t.top_logprobs or ()))
            for t in answer.logprobs or ()
        )
        seconds = (answer.total_duration or 0) / 1e9
        return Reply(answer.message.content or "", tokens, evaluated, seconds)

    async def pull(self, model: str) -> AsyncIterator[Progress]:
        """Download a model, and tell how far that is.

        Raises:
            VlmError: It failed; what was downloaded is kept by the server for the next try.
        """
        try:
            async for news in await self._client.pull(model, stream=True):
                yield Progress(news.status or "", news.completed or 0, news.total or 0)
        except ResponseError as err:
            raise VlmError(Code.PULL_FAILED, f"Ollama cannot pull {model}: {err.error}") from err
        except (httpx.HTTPError, ConnectionError) as err:
            raise self._unreachable(err) from err

    def patches(self, model: Model, version: tuple[int, ...]) -> Patches:
        """How a model here cuts pictures up."""
        return patches_of(model.family, version)

    @contextlib.asynccontextmanager
    async def _guard(self, seconds: float, late: Code) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as err:
            raise VlmError(late, _LATE[late].format(url=self.url, seconds=seconds)) from err
        except ResponseError as err:
            raise _refusal(err) from err
        except (httpx.HTTPError, ConnectionError) as err:
            raise self._unreachable(err) from err
        except (KeyError, ValueError) as err:
            raise VlmError(
                Code.UNREACHABLE, f"What answers at {self.url} is no Ollama server ({err})."
            ) from err

    def _unreachable(self, err: Exception) -> VlmError:
        reason = str(err) or type(err).__name__
        return VlmError(Code.UNREACHABLE, f"Ollama at {self.url} cannot be reached: {reason}")


def tells_probabilities(version: tuple[int, ...]) -> bool:
    """Whether servers of this version tell the probabilities of what they say."""
    return version >= LOGPROBS_SINCE


_LATE: Final = {
    Code.UNREACHABLE: "Ollama at {url} does not answer within {seconds:g} s.",
    Code.LOAD_TIMEOUT: "The model was not in memory within {seconds:g} s.",
    Code.ANSWER_TIMEOUT: "The model did not answer within {seconds:g} s.",
}


def _refusal(err: ResponseError) -> VlmError:
    message = err.error
    if err.status_code == 404:
        return VlmError(Code.MODEL_MISSING, f"Ollama does not have the model ({message}).")
    if err.status_code == 503:
        return VlmError(Code.BUSY, "Ollama has too much to do.")
    if err.status_code == 400:
        return VlmError(Code.REFUSED, f"Ollama refuses the question: {message}")
    return VlmError(Code.SERVER_ERROR, f"Ollama failed: {message}")
