"""The life of a job: looked at, cancelled, crashed, timed out, kept, and forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from twat_vision.service import jobs
from twat_vision.service.database import DatabaseFull
from twat_vision.service.keys import DATABASE, IMAGES, QUEUE


@pytest.fixture
def no_delays(monkeypatch):
    monkeypatch.setattr("twat_vision.service.pool._RETRY_SECONDS", (0,))
    monkeypatch.setattr("twat_vision.service.job_queue._RETRY_SECONDS", (0,))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("name", ["x", "..%2f..%2ftoken", "%00", "x" * 300, "😀"])
async def test_unknown_job(service, method, name):
    status, error = await service.error(method, f"/v1/jobs/{name}")
    assert (status, error["code"]) == (404, "unknown_job")


async def test_running_job_shows_its_stage(service, photo):
    after = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        job_id = await service.submit("hold-1", after)
        await events.until("progress", stage="aligning")
        job = await service.job(job_id)
        assert (job["status"], job["stage"]) == ("processing", "aligning")
        assert job["started_at"] is not None
        assert job["completed_at"] is None
        await service.release(held)
        await events.until("completed")


async def test_jobs_are_done_in_order_and_estimated_by_what_is_ahead(service, photo, analysis):
    after = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        for number, capture in enumerate(["hold-1", "cap-2", "cap-3"], start=1):
            async with service.session.post("/v1/analyses", json=analysis(capture, after)) as r:
                assert (await r.json())["estimated_duration"] == number
        await service.release(held)
        done = [(await events.until("completed"))["capture_id"] for _ in range(3)]
        assert done == ["hold-1", "cap-2", "cap-3"]

        async with service.session.post("/v1/analyses", json=analysis("cap-4", after)) as r:
            assert 0 <= (await r.json())["estimated_duration"] < 1
        await events.until("completed")


async def test_several_workers_work_at_once(start_service, photo):
    async with start_service(workers=2) as service:
        after = await service.upload(photo())
        held = [service.hold("hold-1"), service.hold("hold-2")]
        async with service.events() as events:
            await service.submit("hold-1", after)
            await service.submit("hold-2", after)
            running = {
                (await events.until("progress", stage="aligning"))["capture_id"] for _ in held
            }
            assert running == {"hold-1", "hold-2"}
            for path in held:
                await service.release(path)
            for _ in held:
                await events.until("completed")


async def test_cancel_queued_job(service, photo):
    after = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        await service.submit("hold-1", after)
        job_id = await service.submit("cap-2", after)
        async with service.session.delete(f"/v1/jobs/{job_id}") as response:
            assert response.status == 200
            job = await response.json()
        assert job["status"] == "cancelled"
        assert job["error"]["code"] == "cancelled"
        event = await events.until("cancelled", job_id=job_id)
        assert event["error"] == job["error"]

        await service.release(held)
        await events.until("completed", capture_id="hold-1")
        last = await service.submit("cap-3", after)
        await events.until("completed", job_id=last)
    assert job_id not in [e["job_id"] for e in events.seen if e["type"] == "completed"]


async def test_cancel_running_job_frees_its_worker_at_once(service, photo, no_delays):
    after = await service.upload(photo())
    service.hold("hold-1")
    async with service.events() as events:
        job_id = await service.submit("hold-1", after)
        await events.until("progress", stage="aligning")
        assert (await service.session.delete(f"/v1/jobs/{job_id}")).status == 200
        # Nobody opens the FIFO: only a new worker can do this.
        await service.submit("cap-2", after)
        await events.until("completed", capture_id="cap-2")
    assert (await service.job(job_id))["status"] == "cancelled"
    assert service.app[IMAGES]._pins == {}


async def test_cancel_finished_job_changes_nothing(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        job_id = await service.submit("cap-1", after)
        await events.until("completed")
    async with service.session.delete(f"/v1/jobs/{job_id}") as response:
        assert response.status == 200
        assert (await response.json())["status"] == "completed"


async def test_cancel_with_a_full_disk(service, photo, monkeypatch):
    def full(*args):
        raise DatabaseFull

    monkeypatch.setattr(jobs, "cancel", full)
    status, error = await service.error("DELETE", "/v1/jobs/x")
    assert (status, error["code"]) == (507, "disk_full")


async def test_overlay(service, photo):
    after = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        job_id = await service.submit("hold-1", after)
        status, error = await service.error("GET", f"/v1/jobs/{job_id}/overlay.jpg")
        assert (status, error["code"]) == (404, "no_overlay")
        await service.release(held)
        await events.until("completed")
    async with service.session.get(f"/v1/jobs/{job_id}/overlay.jpg") as response:
        assert response.status == 200
        assert response.content_type == "image/jpeg"
        assert await response.read() == b"\xff\xd8overlay"
    status, error = await service.error("GET", "/v1/jobs/x/overlay.jpg")
    assert (status, error["code"]) == (404, "unknown_job")


async def test_job_that_kills_its_worker_fails_after_three_attempts(service, photo, no_delays):
    after = await service.upload(photo())
    async with service.events() as events:
        job_id = await service.submit("crash-1", after)
        failed = await events.until("failed", job_id=job_id)
        await service.submit("cap-2", after)
        await events.until("completed", capture_id="cap-2")
    assert failed["error"]["code"] == "crashed"
    begun = [e for e in events.seen if e.get("stage") == "aligning" and e["job_id"] == job_id]
    assert len(begun) == 3
    assert service.app[IMAGES]._pins == {}


async def test_worker_that_breaks_the_protocol_fails_the_job(service, photo, no_delays):
    after = await service.upload(photo())
    async with service.events() as events:
        await service.submit("garbage-1", after)
        failed = await events.until("failed")
        await service.submit("cap-2", after)
        await events.until("completed")
    assert failed["error"]["code"] == "internal"


async def test_job_that_takes_too_long_is_ended(start_service, photo, no_delays):
    async with start_service(job_seconds=0.2) as service:
        after = await service.upload(photo())
        service.hold("hold-1")
        async with service.events() as events:
            await service.submit("hold-1", after)
            failed = await events.until("failed")
    assert failed["error"] == {
        "code": "timed_out",
        "message": "The analysis took longer than 0.2 s.",
    }


async def test_worker_that_cannot_start_again_is_tried_until_it_can(
    service, photo, no_delays, until, caplog
):
    after = await service.upload(photo())
    broken = service.control / "broken"
    broken.touch()
    async with service.events() as events:
        await service.submit("crash-1", after)
        await until(lambda: "ends while starting" in caplog.text)
        broken.unlink()
        await events.until("failed")


async def test_orderly_stop_puts_the_running_job_back_without_blame(start_service, photo):
    async with start_service() as service:
        after = await service.upload(photo())
        service.hold("hold-1")
        async with service.events() as events:
            job_id = await service.submit("hold-1", after)
            await events.until("progress", stage="aligning")
            cursor = events.seen[-1]["cursor"]
        queued = await service.submit("cap-2", after)

    (service.control / "hold-1").unlink()
    async with start_service() as service, service.events(cursor) as events:
        done = [(await events.until("completed"))["job_id"] for _ in range(2)]
        assert done == [job_id, queued]
        assert (await service.app[QUEUE].get(job_id)).attempts == 1


async def test_stop_while_a_worker_is_being_replaced(start_service, photo, until, caplog):
    async with start_service() as service:
        after = await service.upload(photo())
        (service.control / "broken").touch()
        await service.submit("crash-1", after)
        await until(lambda: "ends while starting" in caplog.text)
    (service.control / "broken").unlink()
    async with start_service() as service, service.events(0) as events:
        await events.until("reset")


async def test_finished_jobs_are_forgotten_by_number(service, photo, monkeypatch):
    monkeypatch.setattr(jobs, "JOBS_KEPT", 2)
    after = await service.upload(photo())
    made = []
    async with service.events() as events:
        for number in range(4):
            made.append(await service.submit(f"cap-{number}", after))
            await events.until("completed")
        # Another one makes sure that the tidying after the fourth is over.
        await service.submit("cap-last", after)
        await events.until("completed")
    assert (await service.session.get(f"/v1/jobs/{made[0]}")).status == 404
    assert (await service.session.get(f"/v1/jobs/{made[1]}")).status == 404
    assert (await service.session.get(f"/v1/jobs/{made[3]}")).status == 200
    overlays = {path.stem for path in (service.data_dir / "overlays").iterdir()}
    assert made[0] not in overlays
    assert made[3] in overlays


async def test_finished_jobs_are_forgotten_by_age(service, photo):
    after = await service.upload(photo())
    async with service.events() as events:
        job_id = await service.submit("cap-1", after)
        await events.until("completed")
    old = (datetime.now(UTC) - timedelta(days=8)).isoformat(timespec="milliseconds")
    database = service.app[DATABASE]
    await database.call(
        lambda connection: connection.execute("UPDATE jobs SET completed_at = ?", (old,))
    )
    assert await database.call(jobs.prune) == [job_id]


async def test_strays_among_the_overlays_are_removed_at_start(start_service, photo):
    async with start_service() as service:
        after = await service.upload(photo())
        async with service.events() as events:
            job_id = await service.submit("cap-1", after)
            await events.until("completed")
    overlays = service.data_dir / "overlays"
    (overlays / "gone.jpg").touch()
    (overlays / "cut-off.part").touch()
    async with start_service():
        assert [path.name for path in overlays.iterdir()] == [f"{job_id}.jpg"]


async def test_http_answers_while_the_worker_works(service, photo):
    after = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        await service.submit("hold-1", after)
        await events.until("progress", stage="aligning")
        answers = await asyncio.gather(
            *(service.session.get("/health") for _ in range(20)), service.upload(photo(7))
        )
        assert {answer.status for answer in answers[:-1]} == {200}
        await service.release(held)
        await events.until("completed")
