"""Asking, against the stand-in: whom, within what time, at what cost, and how sure the answers are."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.fakes.ollama import LIBRARY, FakeOllama, Fault
from twat_vision.vlm import (
    Breaker,
    Budgets,
    Code,
    Kind,
    Namer,
    OllamaServer,
    Question,
    Subject,
    VlmError,
)
from twat_vision.vlm.questions import Choice

CHOICES = (Choice("red pawn", "pawn", 1), Choice("blue pawn", "pawn", 2))


@pytest.fixture
async def namer(fake: FakeOllama) -> AsyncIterator[Namer]:
    asking = Namer(OllamaServer(fake.url, Budgets(load=30, answer=30)))
    yield asking
    await asking.close()


@pytest.fixture
def question(picture: Callable[..., bytes]) -> Question:
    subject = Subject("piece:0", "E4", CHOICES)
    return Question(Kind.SETUP, picture((512, 512)), (512, 512), 1024, (subject,))


def ordinary(question: Question, tokens: int) -> Question:
    return Question(Kind.SETUP, question.picture, question.size, tokens, question.subjects, True)


async def test_an_answer_with_the_probability_that_the_server_tells(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    respondent = await namer.respondent()
    (answer,), spent = await namer.ask(respondent, [question])

    assert answer.value == "empty"
    assert answer.confidence is not None
    assert 0.8 < answer.confidence < 1
    assert (spent.calls, spent.image_tokens) == (1, 1024)
    assert spent.prompt_tokens > 1024
    (call,) = fake.calls
    assert call.options == {"temperature": 0, "num_ctx": 8192, "num_predict": 72}
    assert call.think is None
    assert isinstance(call.format, dict)
    assert call.keep_alive == 4 * 3600


async def test_without_probabilities_it_asks_again_in_another_order(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.version = "0.9.6"
    fake.least_image_tokens = 4
    respondent = await namer.respondent()
    (answer,), spent = await namer.ask(respondent, [ordinary(question, 256)])

    assert not respondent.probabilities
    assert respondent.budget == 750
    assert answer.confidence == pytest.approx(3 / 4)
    assert spent.calls == 2
    first, second = fake.calls
    assert first.prompt != second.prompt


async def test_an_ordinary_move_is_not_shown_again_when_that_costs_too_much(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.logprobs = False
    respondent = await namer.respondent()
    (answer,), spent = await namer.ask(respondent, [ordinary(question, 1024)])

    assert spent.image_tokens == 1024
    assert answer.confidence == pytest.approx(2 / 3)


async def test_an_unusable_answer_is_put_into_form_without_showing_the_picture_again(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    """How sure the model is of what it read says nothing of how sure it is of what it saw."""
    fake.truth.learn(question.picture, [{"box": [128, 128, 256, 256], "words": ["red", "pawn"]}])
    fake.fail(Fault.INVALID_JSON, 1)
    (answer,), spent = await namer.ask(await namer.respondent(), [ordinary(question, 1024)])

    assert answer.value == "red pawn"
    assert answer.confidence == pytest.approx(2 / 3)
    assert (spent.calls, spent.image_tokens) == (2, 1024)
    shown, told = fake.calls
    assert (len(shown.images), len(told.images)) == (1, 0)
    assert shown.answer in told.prompt


async def test_what_an_unusable_answer_does_not_say_stays_unsure(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.fail(Fault.NOT_IN_SCHEMA, 1)
    (answer,), spent = await namer.ask(await namer.respondent(), [ordinary(question, 1024)])

    assert answer.value == "unsure"
    assert spent.image_tokens == 1024


async def test_where_it_costs_little_an_unusable_answer_is_checked_with_the_picture(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.fail(Fault.NOT_IN_SCHEMA, 1)
    (answer,), spent = await namer.ask(await namer.respondent(), [question])

    assert answer.value == "empty"
    assert answer.confidence is not None
    assert answer.confidence > 0.8
    assert (spent.calls, spent.image_tokens) == (3, 2048)


async def test_where_nothing_was_said_the_picture_is_shown_once_more(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.fail(Fault.EMPTY, 1)
    (answer,), spent = await namer.ask(await namer.respondent(), [question])

    assert answer.value == "empty"
    assert answer.confidence is not None
    assert (spent.calls, spent.image_tokens) == (2, 2048)


async def test_what_was_asked_in_vain_is_on_the_account(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.fail(Fault.CRASHES, 1)
    with pytest.raises(VlmError) as trouble:
        await namer.ask(await namer.respondent(), [question])

    assert (trouble.value.spent.calls, trouble.value.spent.image_tokens) == (1, 1024)


async def test_nothing_to_ask_loads_nothing(namer: Namer, fake: FakeOllama) -> None:
    respondent = await namer.respondent()
    assert (await namer.ask(respondent, []))[0] == ()
    assert not fake._loaded


async def test_a_model_that_thinks_is_told_not_to(
    fake: FakeOllama, namer: Namer, question: Question
) -> None:
    fake.installed = [LIBRARY[2]]
    respondent = await namer.respondent()
    (answer,), _ = await namer.ask(respondent, [question])

    assert answer.value == "empty"
    assert fake.calls[0].think is False
    assert "instruct variant" in respondent.notes[0]


async def test_a_loaded_model_is_not_loaded_again(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    name = await namer.load()
    fake.fail(Fault.LOADS_FOREVER)
    await namer.ask(await namer.respondent(), [question])

    assert name == "qwen3-vl:8b-instruct"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.BUSY, Code.BUSY),
        (Fault.CRASHES, Code.SERVER_ERROR),
        (Fault.DROPS, Code.UNREACHABLE),
        (Fault.BLIND, Code.IMAGE_LOST),
        (Fault.EMPTY, Code.BAD_ANSWER),
        (Fault.NOT_IN_SCHEMA, Code.BAD_ANSWER),
    ],
)
async def test_every_trouble_has_a_name(
    namer: Namer, fake: FakeOllama, question: Question, fault: Fault, code: Code
) -> None:
    respondent = await namer.respondent()
    await namer.load()
    fake.fail(fault)
    with pytest.raises(VlmError) as trouble:
        await namer.ask(respondent, [question])

    assert trouble.value.code is code


async def test_a_picture_that_got_lost_is_said(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    fake.fail(Fault.BLIND)
    with pytest.raises(VlmError, match="did not reach qwen3-vl:8b-instruct: it evaluated"):
        await namer.ask(await namer.respondent(), [question])


async def test_what_is_not_there_cannot_be_asked(namer: Namer, fake: FakeOllama) -> None:
    with pytest.raises(VlmError) as missing:
        await namer.respondent("llama3.2:3b")
    assert (missing.value.code, missing.value.model) == (Code.MODEL_MISSING, "llama3.2:3b")

    fake.installed = [LIBRARY[4]]
    with pytest.raises(VlmError) as none:
        await namer.respondent()
    assert (none.value.code, none.value.model) == (Code.NO_MODEL, "qwen3-vl:8b-instruct")

    with pytest.raises(VlmError) as successor:
        await namer.respondent("qwen2-vl:7b")
    assert "its successor" in str(successor.value)


async def test_a_model_that_went_away_in_between(
    namer: Namer, fake: FakeOllama, question: Question
) -> None:
    respondent = await namer.respondent()
    fake.installed.clear()
    with pytest.raises(VlmError) as gone:
        await namer.ask(respondent, [question])
    assert gone.value.code is Code.MODEL_MISSING


async def test_what_the_server_refuses_is_said(fake: FakeOllama, question: Question) -> None:
    server = OllamaServer(fake.url)
    text_only = (await Namer(server).respondent()).model.__class__("llama3.2:3b", 1, "llama")
    messages = [{"role": "user", "content": "?", "images": [question.picture]}]
    with pytest.raises(VlmError, match="does not support image input") as refused:
        await server.ask(text_only, messages, {}, image_tokens=1, words=9)
    assert refused.value.code is Code.REFUSED
    await server.close()


async def test_something_else_that_listens_there_is_no_server() -> None:
    from aiohttp import web

    async def hello(_: web.Request) -> web.Response:
        return web.json_response({"hello": "world"})

    app = web.Application()
    app.router.add_get("/api/version", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = OllamaServer(f"http://127.0.0.1:{runner.addresses[0][1]}")
    with pytest.raises(VlmError, match="is no Ollama server"):
        await server.version()
    await server.close()
    await runner.cleanup()


async def test_a_download_that_breaks_off(fake: FakeOllama) -> None:
    server = OllamaServer("http://127.0.0.1:9")
    with pytest.raises(VlmError) as away:
        async for _ in server.pull("x:1b"):
            pass
    assert away.value.code is Code.UNREACHABLE
    await server.close()


def test_a_breaker_waits_longer_each_time_and_forgets_when_all_is_well() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0], first=15)
    waits = []
    for _ in range(8):
        breaker.failed()
        waits.append(breaker.wait)
        now[0] += breaker.wait

    assert waits == [15, 30, 60, 120, 240, 480, 600, 600]
    assert breaker.wait == 0
    breaker.failed()
    breaker.succeeded()
    assert breaker.wait == 0
    breaker.failed()
    assert breaker.wait == 15
