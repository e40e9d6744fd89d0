"""Asks a model: picks it, has it in memory, puts the questions, and measures how sure the answers are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
import time
from typing import Any, Final

from .answers import Answer, BadAnswer, agreement, read_answer
from .errors import Code, VlmError
from .models import Model, best, fault_of, ranked, recommended, wanted
from .questions import Question, repair, word
from .report import Spent
from .server import OllamaServer, Progress, tells_probabilities
from .tokens import MOVE_TOKENS, SHEET_TOKENS, Patches

REPEATS: Final = 2
"""How often a question is put where the server tells no probabilities."""
_WORDS_AT_LEAST: Final = 48
_WORDS_EACH: Final = 24


async def _nobody(done: int, total: int) -> None:
    """Progress nobody listens to."""


OnProgress = Callable[[int, int], Awaitable[None]]
"""Awaited with (questions answered, questions)."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """A model that will be asked, how it sees, and what there is to say about it."""

    model: Model
    patches: Patches
    probabilities: bool
    notes: tuple[str, ...] = ()

    @property
    def budget(self) -> int:
        """Tokens a sheet may cost: less where an ordinary move's has to be shown twice."""
        return SHEET_TOKENS if self.probabilities else MOVE_TOKENS // REPEATS


@dataclass(frozen=True, slots=True)
class Availability:
    """What can be asked: models best first, which of them is asked by default, and what is in the way."""

    models: tuple[Model, ...]
    default: str | None
    problem: VlmError | None
    version: tuple[int, ...] | None


class Namer:
    """Puts questions to one server.

    Args:
        server: The server.
        model: Whom to ask unless a request says otherwise; None for the best that is installed.
        card_gib: Memory of the graphics card, for choosing.
    """

    def __init__(
        self, server: OllamaServer, model: str | None = None, card_gib: float = 16.0
    ) -> None:
        self._server = server
        self._model = model
        self._card = card_gib

    @property
    def url(self) -> str:
        """The server's address."""
        return self._server.url

    async def close(self) -> None:
        """Hang up."""
        await self._server.close()

    async def availability(self) -> Availability:
        """Say what can be asked, and what is in the way if nothing can."""
        try:
            version = await self._server.version()
            models = ranked(await self._server.installed(), self._card)
        except VlmError as err:
            return Availability((), None, err, None)
        problem = None
        default = None
        try:
            default = self._choose(models, None)[0].name
        except VlmError as err:
            problem = err
        return Availability(tuple(models), default, problem, version)

    async def respondent(self, name: str | None = None) -> Respondent:
        """Choose whom to ask.

        Args:
            name: The request's own wish; None for the service's default.

        Raises:
            VlmError: The server cannot be reached, or has no such model.
        """
        version = await self._server.version()
        model, note = self._choose(await self._server.installed(), name)
        notes = tuple(text for text in (note, fault_of(model, version)) if text)
        patches = self._server.patches(model, version)
        return Respondent(model, patches, tells_probabilities(version), notes)

    async def load(self, name: str | None = None) -> str:
        """Have the model in memory before it is needed; returns its name.

        Raises:
            VlmError: That did not work.
        """
        model = (await self.respondent(name)).model.name
        await self._server.load(model)
        return model

    def pull(self, name: str) -> AsyncIterator[Progress]:
        """Download a model (see `OllamaServer.pull`)."""
        return self._server.pull(wanted(name).name)

    async def ask(
        self,
        respondent: Respondent,
        questions: Sequence[Question],
        on_progress: OnProgress = _nobody,
    ) -> tuple[tuple[Answer, ...], Spent]:
        """Put all questions, one after the other.

        Raises:
            VlmError: One of them has no answer.
        """
        if not questions:
            return (), Spent()
        begun = time.monotonic()
        await self._server.load(respondent.model.name)
        answers: list[Answer] = []
        spent = Spent()
        for number, question in enumerate(questions):
            await on_progress(number, len(questions))
            found, cost = await self._measured(respondent, question)
            answers.extend(found)
            spent += cost
        seconds = time.monotonic() - begun
        return tuple(answers), Spent(spent.calls, spent.image_tokens, spent.prompt_tokens, seconds)

    async def _measured(
        self, respondent: Respondent, question: Question
    ) -> tuple[tuple[Answer, ...], Spent]:
        """Put a question until it is known how sure the answer is, or showing it again would cost too much."""
        asked: list[tuple[Answer, ...]] = []
        spent = Spent()
        limit = MOVE_TOKENS if question.ordinary else REPEATS * SHEET_TOKENS
        while len(asked) < REPEATS and spent.image_tokens + question.image_tokens <= limit:
            answers, cost = await self._once(respondent, question, len(asked))
            spent += cost
            if all(answer.confidence is not None for answer in answers):
                return answers, spent
            asked.append(answers)
        return agreement(asked), spent

    async def _once(
        self, respondent: Respondent, question: Question, turn: int
    ) -> tuple[tuple[Answer, ...], Spent]:
        """Put a question once; an answer that is none is asked for again, once, without the picture being new."""
        wording = word(question, turn)
        messages: list[dict[str, Any]] = [
            {"role": "user", "content": wording.prompt, "images": [question.picture]}
        ]
        words = _WORDS_AT_LEAST + _WORDS_EACH * len(question.subjects)
        spent = Spent()
        for last in (False, True):
            reply = await self._server.ask(
                respondent.model,
                messages,
                wording.schema,
                image_tokens=question.image_tokens,
                words=words,
            )
            spent += Spent(1, question.image_tokens, reply.prompt_tokens, reply.seconds)
            try:
                return read_answer(question, reply.text, reply.tokens), spent
            except BadAnswer as err:
                if last:
                    raise VlmError(
                        Code.BAD_ANSWER, f"{respondent.model.name} gave no usable answer: {err}."
                    ) from err
                messages += [
                    {"role": "assistant", "content": reply.text[-2000:]},
                    {"role": "user", "content": repair(str(err))},
                ]
        raise AssertionError("the last try answers or raises")

    def _choose(self, models: Sequence[Model], name: str | None) -> tuple[Model, str | None]:
        asked_for = name or self._model
        if asked_for is None:
            model = best(models, self._card)
            if model is None:
                pull = recommended(self._card)
                message = f"Ollama has no model that can see. {pull} is recommended for this card."
                raise VlmError(Code.NO_MODEL, message, pull)
            return model, None
        meant = wanted(asked_for)
        found = next((m for m in models if m.name == meant.name), None)
        if found is None:
            hint = f" {meant.note}" if meant.note else ""
            message = f"Ollama does not have {meant.name}, or it cannot see.{hint}"
            raise VlmError(Code.MODEL_MISSING, message, meant.name)
        return found, meant.note
