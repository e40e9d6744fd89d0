"""The service or its worker is killed (SIGKILL) at every point of a capture: nothing is lost.

Real processes, real signals. A worker that is stopped (SIGSTOP) makes "while processing" last as long as it takes.
"""

import asyncio
import contextlib
import os
from pathlib import Path
import signal
import sqlite3

import aiohttp
import pytest


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@contextlib.contextmanager
def stopped(pid):
    """Let a worker stand still; killed in the end, as its service no longer can."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_killed_during_an_upload(spawn, data_dir, photo, sha, until):
    data = photo(size=(1600, 1200), kind="PNG")
    cut_off = []

    async with spawn() as service:
        more = asyncio.Event()

        async def pieces():
            yield data[: 3 * 1024 * 1024 // 2]
            await more.wait()

        uploading = asyncio.create_task(
            service.session.put(f"/v1/images/{sha(data)}", data=pieces())
        )
        images = data_dir / "images"
        await until(lambda: [p for p in images.glob("*.part") if p.stat().st_size > 0])
        await service.kill()
        cut_off = list(images.iterdir())
        more.set()
        with contextlib.suppress(OSError, aiohttp.ClientError):
            await uploading
    assert [path.suffix for path in cut_off] == [".part"]

    async with spawn() as service:
        assert list(images.iterdir()) == []
        assert (await service.session.head(f"/v1/images/{sha(data)}")).status == 404
        await service.upload(data)
        assert (images / sha(data)).read_bytes() == data


async def test_killed_after_accepting(spawn, photo):
    async with spawn() as service:
        after = await service.upload(photo(size=(640, 480)))
        with stopped(service.worker_pid()):
            ids = [await service.submit(f"cap-{number}", after) for number in range(3)]
            await service.kill()

    async with spawn() as service, service.events(0) as events:
        await events.until("reset")
        assert [await _finished(service, job_id) for job_id in ids] == ["completed"] * 3
        # The same captures are still the same jobs.
        assert [await service.submit(f"cap-{number}", after) for number in range(3)] == ids


async def test_killed_while_processing(spawn, photo):
    async with spawn() as service:
        after = await service.upload(photo(size=(640, 480)))
        async with service.events() as events:
            with stopped(service.worker_pid()):
                job_id = await service.submit("cap-1", after)
                await _begun(service, job_id)
                await service.kill()

    async with spawn() as service, service.events(events.hello["cursor"]) as again:
        completed = await again.until("completed", job_id=job_id)
        stages = [e["stage"] for e in again.seen if e["type"] == "progress"]
        # Queued once when accepted and once more after the restart.
        assert stages[:3] == ["queued", "queued", "aligning"]
        assert completed["results"] == (await service.job(job_id))["results"]


async def test_killed_between_result_and_delivery(spawn, photo):
    async with spawn() as service:
        after = await service.upload(photo(size=(640, 480)))
        async with service.events() as events:
            cursor = events.hello["cursor"]
        job_id = await service.submit("cap-1", after)
        assert await _finished(service, job_id) == "completed"
        job = await service.job(job_id)
        await service.kill()

    async with spawn() as service, service.events(cursor) as again:
        completed = await again.until("completed")
        assert completed["results"] == job["results"]
        assert await service.job(job_id) == job
        async with service.session.get(f"/v1/jobs/{job_id}/overlay.jpg") as response:
            assert (await response.read())[:2] == b"\xff\xd8"


async def test_killed_in_the_same_job_every_time(spawn, data_dir, photo):
    """A job that takes the whole service down is given up too, instead of doing so for ever."""
    async with spawn() as service:
        after = await service.upload(photo(size=(640, 480)))
        with stopped(service.worker_pid()):
            job_id = await service.submit("cap-1", after)
            await _begun(service, job_id)
            await service.kill()
    database = sqlite3.connect(data_dir / "queue.db")
    database.execute("UPDATE jobs SET status = 'processing', attempts = 3")
    database.commit()
    database.close()

    async with spawn() as service:
        job = await service.job(job_id)
        assert (job["status"], job["error"]["code"]) == ("failed", "crashed")


async def test_worker_killed_while_processing(spawn, photo):
    async with spawn() as service:
        after = await service.upload(photo(size=(640, 480)))
        async with service.events() as events:
            worker = service.worker_pid()
            os.kill(worker, signal.SIGSTOP)
            job_id = await service.submit("cap-1", after)
            await _begun(service, job_id)
            os.kill(worker, signal.SIGKILL)
            await events.until("completed", job_id=job_id)
        assert service.worker_pid() != worker


async def test_worker_ends_with_its_service(spawn, until):
    async with spawn() as service:
        worker = service.worker_pid()
        await service.kill()

    def gone():
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return True
        # An orphan that nobody reaps stays as a zombie where there is no proper init.
        state = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z"

    await until(gone)


async def test_orderly_stop(spawn):
    async with spawn() as service:
        socket = await service.session.ws_connect("/v1/events")
        await socket.receive_json()
        service.process.terminate()
        assert (await socket.receive()).data == 1001
        await socket.close()
        assert await service.process.wait() == 0


async def _begun(service, job_id):
    while (await service.job(job_id))["status"] == "queued":
        await asyncio.sleep(0.005)


async def _finished(service, job_id):
    while (job := await service.job(job_id))["status"] in {"queued", "processing"}:
        await asyncio.sleep(0.005)
    return job["status"]
