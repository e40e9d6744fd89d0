"""Asks a model: picks it, has it in memory, puts the questions, and measures how sure the answers are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
import time
from typing import Any, Final

from .answers import Answer, BadAnswer, agreement, read_answer
from .errors import Code, VlmError
from .models import Model, best, fault_of, ranked, recommended, wanted
from .questions import Question, Wording, repair, word
from .server import OllamaServer, Progress, Reply, tells_probabilities
from .spent import Spent
from .tokens import MOVE_TOKENS, SHEET_TOKENS, Patches

REPEATS: Final = 2
"""How often a question is put where the server tells no probabilities."""
_WORDS_AT_LEAST: Final = 48
_WORDS_EACH: Final = 24


async def _nobody(done: int, total: int) -> None:
    """Progress nobody listens to."""


def allowance(question: Question) -> int:
    """Image tokens that all askings of a question together may cost."""
    return MOVE_TOKENS if question.ordinary else REPEATS * SHEET_TOKENS


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
            VlmError: One of them has no answer; what was spent until then is its `spent`.
        """
        if not questions:
            return (), Spent()
        account = _Account()
        answers: list[Answer] = []
        try:
            await self._server.load(respondent.model.name)
            for number, question in enumerate(questions):
                await on_progress(number, len(questions))
                answers.extend(await self._measured(respondent, question, account))
        except VlmError as err:
            err.spent = account.spent
            raise
        return tuple(answers), account.spent

    async def _measured(
        self, respondent: Respondent, question: Question, account: "_Account"
    ) -> tuple[Answer, ...]:
        """Put a question until it is known how sure the answer is, or showing it again would cost too much."""
        asked: list[tuple[Answer, ...]] = []
        limit = account.pictures + allowance(question)
        while len(asked) < REPEATS and account.pictures + question.image_tokens <= limit:
            answers = await self._once(respondent, question, len(asked), account)
            if all(answer.confidence is not None for answer in answers):
                return answers
            asked.append(answers)
        return agreement(asked)

    async def _once(
        self, respondent: Respondent, question: Question, turn: int, account: "_Account"
    ) -> tuple[Answer, ...]:
        """Put a question once. An answer that is none gets one try at repair.

        What was said is put into form without showing the picture again. That tells nothing of how sure the model was of what it
        saw, so such answers have no confidence of their own. Only where nothing was said the picture is shown once more.
        """
        reply = await self._say(respondent, question, word(question, turn), account)
        try:
            return read_answer(question, reply.text, reply.tokens)
        except BadAnswer as err:
            fault = err
        said = reply.text.strip()
        wording = repair(question, said, str(fault)) if said else word(question, turn + 1)
        reply = await self._say(respondent, question, wording, account, shown=not said)
        try:
            return read_answer(question, reply.text, () if said else reply.tokens)
        except BadAnswer as err:
            name = respondent.model.name
            raise VlmError(Code.BAD_ANSWER, f"{name} gave no usable answer: {err}.") from err

    async def _say(
        self,
        respondent: Respondent,
        question: Question,
        wording: Wording,
        account: "_Account",
        *,
        shown: bool = True,
    ) -> Reply:
        """Put words to the model, with or without the question's picture, on the account."""
        message: dict[str, Any] = {"role": "user", "content": wording.prompt}
        image_tokens = question.image_tokens if shown else 0
        if shown:
            message["images"] = [question.picture]
        account.asked(image_tokens)
        reply = await self._server.ask(
            respondent.model,
            [message],
            wording.schema,
            image_tokens=image_tokens,
            words=_WORDS_AT_LEAST + _WORDS_EACH * len(question.subjects),
        )
        account.answered(reply)
        return reply

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


class _Account:
    """What is spent while asking; a question counts from when it is put, answered or not."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._calls = self.pictures = self._prompt = 0

    def asked(self, image_tokens: int) -> None:
        self._calls += 1
        self.pictures += image_tokens

    def answered(self, reply: Reply) -> None:
        self._prompt += reply.prompt_tokens

    @property
    def spent(self) -> Spent:
        seconds = time.monotonic() - self._begun
        return Spent(self._calls, self.pictures, self._prompt, seconds)
