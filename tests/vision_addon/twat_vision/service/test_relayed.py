"""Names from a model of the caller's, with the real pipeline: questions out, answers in."""

import base64
from collections.abc import Sequence
import copy
from typing import Any

import pytest

from tests.fakes.ollama.eyes import Eyes
from twat_vision.service import jobs
from twat_vision.service.answers import JobAnswer, NameQuestionsAnswer
from twat_vision.service.keys import DATABASE, IMAGES

pytestmark = pytest.mark.timeout(90)

CELLS = {(1, 6): "red", (3, 6): "red", (5, 1): "blue", (6, 1): "blue"}
TRUTH = {("B7", "disc", 1), ("D7", "disc", 1), ("F2", "disc", 2), ("G2", "disc", 2)}
WHO = "ai_task.cloud"


@pytest.fixture
def eyes(scene: Any) -> Eyes:
    """Somebody who knows how discs look on this table."""
    seen = Eyes()
    things = [
        {"box": [150 + 45 * column, 60 + 45 * row, 45, 45], "words": [color, "disc"]}
        for (column, row), color in CELLS.items()
    ]
    seen.learn(scene.file(CELLS, noise=9), things)
    return seen


def request(scene: Any, **more: Any) -> dict[str, Any]:
    return {
        "board": {
            "corners": [list(corner) for corner in scene.corners],
            "layout": {"grid": {"columns": 8, "rows": 8}},
        },
        "players": [
            {"position": 1, "name": "Alice", "color": "red"},
            {"position": 2, "name": "Bob", "color": "blue"},
        ],
        "vocabulary": [{"type": kind, "name": kind} for kind in ("pawn", "disc", "cube")],
        "names": "ai_task",
        **more,
    }


async def questions(service: Any, job_id: str) -> list[dict[str, Any]]:
    async with service.session.get(f"/v1/jobs/{job_id}/questions") as response:
        assert response.status == 200, await response.text()
        body = await response.json()
    NameQuestionsAnswer.model_validate(body)
    found: list[dict[str, Any]] = body["questions"]
    return found


async def post(service: Any, job_id: str, **body: Any) -> dict[str, Any]:
    path, body = f"/v1/jobs/{job_id}/answers", {"respondent": WHO, **body}
    async with service.session.post(path, json=body) as response:
        assert response.status == 200, await response.text()
        job: dict[str, Any] = await response.json()
    JobAnswer.model_validate(job)
    return job


def replies(eyes: Eyes, question: dict[str, Any]) -> list[dict[str, str]]:
    """What eyes say to a question, whatever the order of the possible answers."""
    seen = eyes.look(base64.b64decode(question["image"]))
    said = []
    for asking in question["askings"]:
        answer = {}
        for (number, rule), one in zip(asking["schema"]["properties"].items(), seen, strict=True):
            answer[number] = next(c for c in rule["enum"] if set(c.split()) == one.words)
        said.append(answer)
    return said


async def asked(service: Any, events: Any, scene: Any, capture: str = "cap-1", **more: Any) -> str:
    """Hand in a setup that nobody knows; returns its job once it has been read."""
    after = await service.upload(scene.file(CELLS))
    job_id: str = await service.submit(capture, after, **request(scene, **more))
    await events.until("completed", job_id=job_id)
    return job_id


def names(results: dict[str, Any]) -> set[tuple[str, str, int]]:
    return {(p["space"], p["type"], p["player"]) for p in results["detected_pieces"]}


async def test_the_caller_gets_questions_and_its_answers_become_names(
    start_service: Any, scene: Any, eyes: Eyes
) -> None:
    """The service has no model of its own."""
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        read = (await service.job(job_id))["results"]
        found = await questions(service, job_id)
        again = await questions(service, job_id)
        answers = {q["id"]: replies(eyes, q) for q in found}
        cost = {"calls": 2, "image_tokens": 2 * found[0]["image_tokens"], "seconds": 4.5}
        job = await post(service, job_id, answers=answers, **cost)
        event = await events.until("named", job_id=job_id)
        status, error = await service.error("GET", f"/v1/jobs/{job_id}/questions")

    assert read["warnings"] == ["names_pending"]
    assert (read["vlm"]["status"], read["vlm"]["source"]) == ("pending", "ai_task")
    assert found == again
    (question,) = found
    assert len(question["askings"]) == 2
    assert question["image_tokens"] <= 750
    results = job["results"]
    assert event["results"] == results
    assert names(results) == TRUTH
    assert {p["source"] for p in results["detected_pieces"]} == {"ai_task"}
    assert results["warnings"] == []
    vlm = results["vlm"]
    assert (vlm["status"], vlm["source"], vlm["model"]) == ("done", "ai_task", WHO)
    assert (vlm["calls"], vlm["image_tokens"], vlm["seconds"]) == (
        2,
        2 * question["image_tokens"],
        4.5,
    )
    # Both replies were alike: three quarters, whatever tracking makes of it.
    assert {a["confidence"] for a in vlm["answers"]} == {0.75}
    assert (status, error["code"]) == (409, "not_asked")


async def test_replies_that_differ_are_less_believed(
    start_service: Any, scene: Any, eyes: Eyes
) -> None:
    def doubting(said: Sequence[dict[str, str]]) -> list[dict[str, str]]:
        return [said[0], said[1] | {"1": said[1]["1"].replace("disc", "cube")}]

    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        (question,) = await questions(service, job_id)
        said = doubting(replies(eyes, question))
        results = (await post(service, job_id, answers={"1": said}))["results"]

    confidences = [a["confidence"] for a in results["vlm"]["answers"]]
    assert confidences == [0.5, 0.75, 0.75, 0.75]
    assert any("Which red piece" in q["text"] for q in results["questions"])


async def test_marked_areas_are_numbers_by_whom_they_were_read(
    start_service: Any, scene: Any
) -> None:
    area = {
        "id": "spice",
        "name": "Spice",
        "polygon": [[0.125, 0.75], [0.25, 0.75], [0.25, 0.875], [0.125, 0.875]],
        "kind": "count",
        "most": 12,
    }
    pieces = [{"id": "p", "type": "disc", "player": 1, "position": {"x": 0, "y": 0}, "space": "B7"}]
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene, areas=[area], pieces=pieces)
        (question,) = await questions(service, job_id)
        path, body = f"/v1/jobs/{job_id}/answers", {"respondent": WHO}
        too_many = await service.error(
            "POST", path, json={**body, "answers": {"1": [{"1": 13}] * 2}}
        )
        results = (await post(service, job_id, answers={"1": [{"1": 7}, {"1": 7}]}))["results"]

    rule = question["askings"][0]["schema"]["properties"]["1"]
    assert rule == {"type": ["integer", "null"]}
    assert "Spice: how many things lie there, from 0 to 12" in question["askings"][0]["prompt"]
    assert (too_many[0], too_many[1]["code"]) == (422, "bad_answer")
    reading = {"area": "spice", "value": 7, "confidence": 0.75, "source": "ai_task"}
    assert results["readings"] == [reading]


SPOILT = [
    # what is done to the answers, and which question is to blame
    (lambda a: a["1"].pop(), "1"),
    (lambda a: a["1"][1].pop("3"), "1"),
    (lambda a: a["1"][0].update({"2": "a spaceship"}), "1"),
    (lambda a: a.update({"1": [None, "no idea"]}), "1"),
    (lambda a: a.update({"7": []}), "7"),
    (lambda a: a.clear(), "1"),
]


async def test_what_is_no_answer_is_refused_and_changes_nothing(
    start_service: Any, scene: Any, eyes: Eyes
) -> None:
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        before = await service.job(job_id)
        right = {q["id"]: replies(eyes, q) for q in await questions(service, job_id)}
        for spoil, question in SPOILT:
            answers = copy.deepcopy(right)
            spoil(answers)
            path, body = f"/v1/jobs/{job_id}/answers", {"respondent": WHO, "answers": answers}
            status, error = await service.error("POST", path, json=body)

            assert (status, error["code"]) == (422, "bad_answer")
            assert error["details"] == {"question": question}
            assert error["message"].startswith(f"Question {question}: ")
        assert await service.job(job_id) == before


NO_BODIES = [
    ({"respondent": WHO}, ""),
    ({"respondent": WHO, "answers": {}, "failure": {"code": "bad_answer", "message": "m"}}, ""),
    ({"answers": {}}, "respondent"),
    ({"respondent": "", "answers": {}}, "respondent"),
    ({"respondent": WHO, "answers": {"1": {}}}, "answers.1"),
    ({"respondent": WHO, "failure": {"code": "tired", "message": "m"}}, "failure.code"),
    ({"respondent": WHO, "answers": {}, "seconds": -1}, "seconds"),
]


async def test_a_body_that_is_none_is_refused(service: Any) -> None:
    for body, field in NO_BODIES:
        status, error = await service.error("POST", "/v1/jobs/x/answers", json=body)

        assert (status, error["code"], error["details"]["field"]) == (422, "invalid_field", field)


async def test_an_unknown_job_is_told(service: Any) -> None:
    body = {"respondent": WHO, "answers": {}}
    for method, path in (("GET", "questions"), ("POST", "answers")):
        status, error = await service.error(method, f"/v1/jobs/x/{path}", json=body)
        assert (status, error["code"]) == (404, "unknown_job")


async def test_a_failure_is_said_and_names_can_still_come(
    start_service: Any, scene: Any, eyes: Eyes
) -> None:
    failure = {"code": "unreachable", "message": "ai_task.cloud is not available."}
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        cost = {"calls": 1, "image_tokens": 700, "seconds": 2.5}
        waiting = (await post(service, job_id, failure=failure, **cost))["results"]
        told = await events.until("named", job_id=job_id)
        answers = {q["id"]: replies(eyes, q) for q in await questions(service, job_id)}
        named = (await post(service, job_id, answers=answers, **cost))["results"]
        async with service.session.get("/metrics") as response:
            lines = (await response.text()).splitlines()

    vlm = waiting["vlm"]
    assert (vlm["status"], vlm["code"], vlm["message"], vlm["model"]) == (
        "waiting",
        "unreachable",
        "ai_task.cloud is not available.",
        WHO,
    )
    assert waiting["warnings"] == ["names_unavailable"]
    assert told["results"] == waiting
    assert (names(named), named["warnings"]) == (TRUTH, [])
    # What was asked in vain is paid for, too.
    assert (vlm["calls"], vlm["image_tokens"], vlm["seconds"]) == (1, 700, 2.5)
    vlm = named["vlm"]
    assert (vlm["calls"], vlm["image_tokens"], vlm["seconds"]) == (2, 1400, 5.0)
    assert 'twat_vlm_failures_total{code="unreachable"} 1.0' in lines
    assert "twat_vlm_calls_total 2.0" in lines


async def test_nonsense_twice_is_given_up(start_service: Any, scene: Any) -> None:
    failure = {"code": "bad_answer", "message": "None of the possible answers."}
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        first = await post(service, job_id, failure=failure)
        second = await post(service, job_id, failure=failure)
        path, body = f"/v1/jobs/{job_id}/answers", {"respondent": WHO, "failure": failure}
        status, error = await service.error("POST", path, json=body)

    assert first["results"]["vlm"]["status"] == "waiting"
    assert second["results"]["vlm"]["status"] == "failed"
    assert second["results"]["warnings"] == ["names_unavailable"]
    assert (status, error["code"]) == (409, "not_asked")


async def test_cancelling_ends_the_asking(start_service: Any, scene: Any) -> None:
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        async with service.session.delete(f"/v1/jobs/{job_id}") as response:
            job = await response.json()
        body = {"respondent": WHO, "answers": {}}
        refused = [
            await service.error("GET", f"/v1/jobs/{job_id}/questions"),
            await service.error("POST", f"/v1/jobs/{job_id}/answers", json=body),
        ]

    vlm = job["results"]["vlm"]
    assert (vlm["status"], vlm["source"]) == ("cancelled", "ai_task")
    assert job["results"]["warnings"] == []
    assert [(status, error["code"]) for status, error in refused] == [(409, "not_asked")] * 2


async def test_an_asked_job_survives_a_restart_and_its_photos_may_go(
    start_service: Any, scene: Any, eyes: Eyes
) -> None:
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene)
        photo = scene.file(CELLS)
        service.app[IMAGES].path(await service.upload(photo)).unlink()

    async with start_service(real=True) as service:
        status, error = await service.error("GET", f"/v1/jobs/{job_id}/questions")
        await service.upload(photo)
        answers = {q["id"]: replies(eyes, q) for q in await questions(service, job_id)}
        results = (await post(service, job_id, answers=answers))["results"]

    assert (status, error["code"], len(error["details"]["missing"])) == (409, "images_missing", 1)
    assert names(results) == TRUTH


async def test_a_caller_who_never_answers_keeps_neither_job_nor_queue(
    start_service: Any, scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's own model is not asked in its place, and old jobs go as others do."""
    monkeypatch.setattr(jobs, "JOBS_KEPT", 1)
    async with start_service(real=True) as service, service.events() as events:
        first = await asked(service, events, scene, "cap-1")
        second = await asked(service, events, scene, "cap-2")
        third = await asked(service, events, scene, "cap-3", names="vlm")
        database = service.app[DATABASE]
        await database.call(jobs.prune)

        kept = await database.call(jobs.ids)
        assert await database.call(jobs.next_unnamed) is None

    assert first not in kept
    assert third in kept
    assert second not in kept


async def test_without_anything_to_ask_nothing_is_asked(start_service: Any, scene: Any) -> None:
    tasks = {"identify_pieces": "never"}
    async with start_service(real=True) as service, service.events() as events:
        job_id = await asked(service, events, scene, tasks=tasks)
        results = (await service.job(job_id))["results"]

    assert results["vlm"] is None
    assert results["warnings"] == []
