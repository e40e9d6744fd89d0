"""Asking for analyses: what is accepted, what is refused and how it is said."""

import asyncio
import json
import sqlite3

import pytest

from twat_vision.service import job_queue
from twat_vision.service.database import DatabaseFull
from twat_vision.service.keys import DATABASE, IMAGES

SHA = "a" * 64


async def test_accepted_job_completes(service, photo, analysis):
    after = await service.upload(photo())
    async with service.events() as events:
        async with service.session.post("/v1/analyses", json=analysis("cap-1", after)) as response:
            assert response.status == 202
            body = await response.json()
        assert body["status"] == "queued"
        assert body["estimated_duration"] == 1.0
        await events.until("completed")

    job = await service.job(body["job_id"])
    assert (job["capture_id"], job["status"], job["stage"]) == ("cap-1", "completed", "done")
    assert job["created_at"] <= job["started_at"] <= job["completed_at"]
    assert job["results"]["summary"] == "Nothing changed"
    assert job["error"] is None


async def test_missing_photos_are_named_each_once(service, photo, analysis):
    known = await service.upload(photo())
    images = {"after": SHA, "before": SHA, "reference": known}
    status, error = await service.error(
        "POST", "/v1/analyses", json=analysis("cap-1", SHA, images=images)
    )
    assert (status, error["code"]) == (409, "images_missing")
    assert error["details"] == {"missing": [SHA]}


async def test_same_request_is_the_same_job(service, photo, analysis):
    after = await service.upload(photo())
    async with service.events() as events:
        job_id = await service.submit("cap-1", after)
        assert await service.submit("cap-1", after) == job_id
        await events.until("completed")

    # Defaults spelled out are the same request.
    body = analysis("cap-1", after, pieces=None, tasks={"identify_pieces": "auto"})
    async with service.session.post("/v1/analyses", json=body) as response:
        assert response.status == 200
        assert await response.json() == {
            "job_id": job_id,
            "status": "completed",
            "estimated_duration": 0.0,
        }


async def test_same_request_at_the_same_time_is_one_job(service, photo):
    after = await service.upload(photo())
    ids = await asyncio.gather(*(service.submit("cap-1", after) for _ in range(5)))
    assert len(set(ids)) == 1


async def test_repeated_request_needs_no_photos_any_more(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        job_id = await service.submit("cap-1", after)
        await events.until("completed")
    (service.data_dir / "images" / after).unlink()
    assert await service.submit("cap-1", after) == job_id


async def test_changed_request_replaces_an_unfinished_job(service, photo):
    after = await service.upload(photo())
    service.hold("hold-1")
    async with service.events() as events:
        old = await service.submit("hold-1", after)
        await events.until("progress", stage="aligning")
        (service.control / "hold-1").unlink()
        new = await service.submit("hold-1", after, active_player=2)
        cancelled = await events.until("cancelled", job_id=old)
        await events.until("completed", job_id=new)
    assert new != old
    assert cancelled["error"]["code"] == "replaced"
    assert (await service.job(old))["status"] == "cancelled"


async def test_changed_request_leaves_a_completed_job_alone(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        old = await service.submit("cap-1", after)
        await events.until("completed", job_id=old)
        new = await service.submit("cap-1", after, active_player=2)
        await events.until("completed", job_id=new)
    assert (await service.job(old))["status"] == "completed"


async def test_failed_job_is_tried_anew_when_asked_again(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        first = await service.submit("fail-1", after)
        failed = await events.until("failed", job_id=first)
        second = await service.submit("fail-1", after)
        await events.until("failed", job_id=second)
    assert first != second
    assert failed["error"] == {"code": "not_an_image", "message": "No image."}


async def test_full_queue_refuses_and_says_when_to_come_back(start_service, photo, analysis):
    async with start_service(queue_size=2) as service:
        after = await service.upload(photo())
        held = service.hold("hold-1")
        async with service.events() as events:
            await service.submit("hold-1", after)
            await service.submit("cap-2", after)
            async with service.session.post(
                "/v1/analyses", json=analysis("cap-3", after)
            ) as response:
                assert response.status == 503
                assert int(response.headers["Retry-After"]) >= 1
                assert (await response.json())["error"]["code"] == "queue_full"

            # Known ones, and one that takes the place of another, still get in.
            await service.submit("cap-2", after)
            await service.submit("cap-2", after, active_player=1)

            await service.release(held)
            await events.until("completed", capture_id="cap-2")
            await service.submit("cap-3", after)
            await events.until("completed", capture_id="cap-3")


async def test_full_disk_is_said(service, photo, analysis, monkeypatch):
    after = await service.upload(photo())
    database = service.app[DATABASE]

    def set_limit(connection, pages):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await database._on_thread(lambda: set_limit(database._connection, 1))
    body = analysis("cap-1", after, players=[])
    body["vocabulary"] = [{"type": "x" * 200, "name": "y" * 200}] * 100
    status, error = await service.error("POST", "/v1/analyses", json=body)
    assert (status, error["code"]) == (507, "disk_full")

    await database._on_thread(lambda: set_limit(database._connection, 10**6))
    async with service.events() as events:
        await service.submit("cap-1", after)
        await events.until("completed")


async def test_job_outlives_a_full_disk(service, photo, monkeypatch):
    """What cannot be written now is written later; the result is not lost."""
    monkeypatch.setattr(job_queue, "_RETRY_SECONDS", (0,))
    failures = iter([sqlite3.OperationalError("disk I/O error"), DatabaseFull()])
    complete = job_queue.jobs.complete

    def flaky(*args):
        for failure in failures:
            raise failure
        return complete(*args)

    monkeypatch.setattr(job_queue.jobs, "complete", flaky)

    def no_progress(*args):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(job_queue.jobs, "progress", no_progress)
    after = await service.upload(photo())
    async with service.events() as events:
        await service.submit("cap-1", after)
        await events.until("completed")


async def test_accepting_that_fails_lets_go_of_the_photos(service, photo, analysis, monkeypatch):

    def broken(*args):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(job_queue.jobs, "accept", broken)
    after = await service.upload(photo())
    status, error = await service.error("POST", "/v1/analyses", json=analysis("cap-1", after))
    assert (status, error["code"]) == (500, "internal")
    assert service.app[IMAGES]._pins == {}


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"{", b"\xff\xfe", b'{"a": 1,}', b"[" * 100_000], ids=range(6)
)
async def test_what_is_no_json_is_malformed(service, body):
    status, error = await service.error("POST", "/v1/analyses", data=body)
    assert (status, error["code"]) == (400, "malformed")


async def test_body_that_is_no_object(service):
    status, error = await service.error("POST", "/v1/analyses", data=b"[1]")
    assert (status, error["code"]) == (422, "invalid_field")
    assert error["details"]["field"] == ""


async def test_body_larger_than_allowed(service):
    status, error = await service.error("POST", "/v1/analyses", data=bytes(9 * 1024 * 1024))
    assert (status, error["code"]) == (413, "too_large")


CROSSED = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
ANTICLOCKWISE = [[0.1, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1]]
DENTED = [[0.1, 0.1], [0.9, 0.1], [0.3, 0.3], [0.1, 0.9]]
TINY = [[0.5, 0.5], [0.501, 0.5], [0.501, 0.501], [0.5, 0.501]]
OUTSIDE = [[0.1, 0.1], [1.11, 0.1], [0.9, 0.9], [0.1, 0.9]]
SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]
ZONE = {"id": "arrakeen", "name": "Arrakeen", "polygon": [[0, 0], [1, 0], [1, 1]]}
PIECE = {"id": "p1", "type": "pawn", "player": 1, "position": {"x": 0, "y": 1}, "space": "A2"}
PLAYER = {"position": 1, "name": "Alice", "color": "white"}
MOVE = {"kind": "move", "piece": "p1", "type": "pawn", "player": 1, "from": "A2", "to": "A3"}

WRONG = [
    (("capture_id",), "../x", "capture_id"),
    (("capture_id",), "x" * 65, "capture_id"),
    (("capture_id",), "", "capture_id"),
    (("capture_id",), "a\0b", "capture_id"),
    (("capture_id",), "😀", "capture_id"),
    (("capture_id",), 7, "capture_id"),
    (("surprise",), 1, "surprise"),
    (("board", "surprise"), 1, "board.surprise"),
    (("images",), {}, "images.after"),
    (("images", "after"), "A" * 64, "images.after"),
    (("images", "before"), "abc", "images.before"),
    (("board", "corners"), CROSSED, "board.corners"),
    (("board", "corners"), ANTICLOCKWISE, "board.corners"),
    (("board", "corners"), DENTED, "board.corners"),
    (("board", "corners"), TINY, "board.corners"),
    (("board", "corners"), SQUARE[:3], "board.corners.3"),
    (("board", "corners"), [*SQUARE, [0.5, 0.5]], "board.corners"),
    (("board", "corners"), OUTSIDE, "board.corners.1.0"),
    (("board", "corners", 0, 0), float("nan"), "board.corners.0.0"),
    (("board", "corners", 0, 1), float("inf"), "board.corners.0.1"),
    (("board", "corners", 0, 1), "0", "board.corners.0.1"),
    (("board", "markers"), [1, 2, 3, 3], "board.markers.3"),
    (("board", "markers"), [1, 2, 3], "board.markers.3"),
    (("board", "markers"), [1, 2, 3, -4], "board.markers.3"),
    (("board", "layout"), {}, "board.layout"),
    (("board", "layout"), None, "board.layout"),
    (("board", "layout"), {"grid": {"columns": 0, "rows": 8}}, "board.layout.grid.columns"),
    (("board", "layout"), {"grid": {"columns": 8.5, "rows": 8}}, "board.layout.grid.columns"),
    (("board", "layout"), {"grid": {"columns": 101, "rows": 8}}, "board.layout.grid.columns"),
    (
        ("board", "layout"),
        {"grid": {"columns": 8, "rows": 8, "origin": "middle"}},
        "board.layout.grid.origin",
    ),
    (
        ("board", "layout"),
        {"grid": {"columns": 8, "rows": 8}, "zones": [ZONE]},
        "board.layout",
    ),
    (("board", "layout"), {"zones": []}, "board.layout.zones"),
    (("board", "layout"), {"zones": [ZONE, ZONE]}, "board.layout.zones.1.id"),
    (
        ("board", "layout"),
        {"zones": [{**ZONE, "polygon": [[0, 0], [1, 1]]}]},
        "board.layout.zones.0.polygon",
    ),
    (
        ("board", "layout"),
        {"surface": {"width": 0, "height": 36, "unit": "in"}},
        "board.layout.surface.width",
    ),
    (
        ("board", "layout"),
        {"surface": {"width": 72, "height": 36, "unit": "ft"}},
        "board.layout.surface.unit",
    ),
    (("pieces",), [PIECE, PIECE], "pieces.1.id"),
    (("pieces",), [{**PIECE, "player": 0}], "pieces.0.player"),
    (("pieces",), [{**PIECE, "position": {"x": float("nan"), "y": 0}}], "pieces.0.position.x"),
    (("pieces",), [{**PIECE, "position": None}], "pieces.0.position"),
    (("players",), [PLAYER, PLAYER], "players.1.position"),
    (("players",), [{**PLAYER, "color": "mauve"}], "players.0.color"),
    (("players",), [{**PLAYER, "color": "#12345"}], "players.0.color"),
    (("players",), [{**PLAYER, "color": "#12345g"}], "players.0.color"),
    (("active_player",), True, "active_player"),
    (("vocabulary",), [{"type": "agent"}], "vocabulary.0.name"),
    (
        ("candidates",),
        [{"moves": [{**MOVE, "kind": "fly"}], "weight": 1}],
        "candidates.0.moves.0.kind",
    ),
    (
        ("candidates",),
        [{"moves": [{**MOVE, "from_space": "A1"}], "weight": 1}],
        "candidates.0.moves.0.from_space",
    ),
    (("candidates",), [{"moves": [MOVE], "weight": 0}], "candidates.0.weight"),
    (("tasks",), {"identify_pieces": "sometimes"}, "tasks.identify_pieces"),
    (("tasks",), {"detect_changes": "yes"}, "tasks.detect_changes"),
    (("thresholds",), {"confidence": 1.1}, "thresholds.confidence"),
    (("model",), "", "model"),
]


@pytest.mark.parametrize(("path", "value", "field"), WRONG, ids=[str(n) for n in range(len(WRONG))])
async def test_wrong_field_is_named_with_what_is_allowed(service, analysis, path, value, field):
    body = analysis("cap-1", SHA)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    # Python's JSON writes NaN and Infinity, as some clients do.
    status, error = await service.error("POST", "/v1/analyses", data=json.dumps(body))

    assert (status, error["code"]) == (422, "invalid_field")
    assert error["details"]["field"] == field
    assert error["details"]["allowed"]
    assert error["message"].startswith(field)


async def test_everything_at_once_is_accepted(service, photo, analysis):
    after, before = await service.upload(photo(1)), await service.upload(photo(2))
    body = {
        "capture_id": "Cap_1-2",
        "images": {"after": after, "before": before, "reference": before},
        "board": {
            "corners": [[-0.1, 0], [1.1, 0.2], [1, 1], [0, 0.9]],
            "markers": [0, 1, 2, 3],
            "layout": {"zones": [ZONE, {**ZONE, "id": "carthag"}]},
        },
        "pieces": [PIECE, {**PIECE, "id": "p2", "player": None, "space": None}],
        "players": [PLAYER, {"position": 2, "name": "Bob", "color": "#00fFa0"}],
        "active_player": 2,
        "vocabulary": [{"type": "agent", "name": "Agent", "spaces": ["arrakeen"]}],
        "candidates": [{"moves": [MOVE, {"kind": "place", "to": "A3"}], "weight": 0.5}],
        "tasks": {"detect_changes": True, "identify_pieces": "never"},
        "model": None,
        "thresholds": {"confidence": 0.8},
    }
    async with service.events() as events:
        async with service.session.post("/v1/analyses", json=body) as response:
            assert response.status == 202, await response.text()
        await events.until("completed")


async def test_without_token_nothing_is_answered(service):
    for method, path in [
        ("PUT", f"/v1/images/{SHA}"),
        ("HEAD", f"/v1/images/{SHA}"),
        ("POST", "/v1/analyses"),
        ("GET", "/v1/jobs/x"),
        ("DELETE", "/v1/jobs/x"),
        ("GET", "/v1/jobs/x/overlay.jpg"),
        ("GET", "/v1/events"),
        ("POST", "/v1/boards/detect"),
        ("GET", "/v1/models"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
    ]:
        async with service.session.request(
            method, path, headers={"Authorization": "Bearer wrong"}
        ) as response:
            assert response.status == 401, (method, path)
