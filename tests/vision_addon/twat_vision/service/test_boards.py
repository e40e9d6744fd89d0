"""Looking for a board in a photo."""

import asyncio

import pytest

from twat_vision.service import detection
from twat_vision.service.keys import DETECTOR

LAYOUT = {"grid": {"columns": 8, "rows": 8}}


async def test_detect(service, photo):
    image = await service.upload(photo())
    body = {"image": image, "layout": LAYOUT}
    async with service.session.post("/v1/boards/detect", json=body) as response:
        assert response.status == 200
        assert await response.json() == {
            "corners": None,
            "confidence": 0.0,
            "method": "none",
            "marker_ids": [],
            "distortion": 0.0,
        }


async def test_photo_is_asked_for(service):
    body = {"image": "a" * 64, "layout": LAYOUT}
    status, error = await service.error("POST", "/v1/boards/detect", json=body)
    assert (status, error["code"]) == (409, "images_missing")
    assert error["details"] == {"missing": ["a" * 64]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"image": "a" * 64}, "layout"),
        ({"image": "x", "layout": LAYOUT}, "image"),
        ({"image": "a" * 64, "layout": LAYOUT, "more": 1}, "more"),
    ],
)
async def test_wrong_field_is_named(service, body, field):
    status, error = await service.error("POST", "/v1/boards/detect", json=body)
    assert (status, error["code"]) == (422, "invalid_field")
    assert error["details"]["field"] == field


async def test_too_many_at_once_are_sent_away(service, photo, monkeypatch, until):
    monkeypatch.setattr(detection, "WAITING", 2)
    image = await service.upload(photo())
    held = service.hold("hold-detect")
    body = {"image": image, "layout": LAYOUT}
    waiting = [
        asyncio.create_task(service.session.post("/v1/boards/detect", json=body)) for _ in range(2)
    ]
    await until(lambda: service.app[DETECTOR]._waiting == 2)
    status, error = await service.error("POST", "/v1/boards/detect", json=body)
    assert (status, error["code"]) == (503, "queue_full")
    await service.release(held)
    assert [response.status for response in await asyncio.gather(*waiting)] == [200, 200]


async def test_detection_that_takes_too_long(start_service, photo):
    async with start_service(job_seconds=0.1) as service:
        image = await service.upload(photo())
        service.hold("hold-detect")
        body = {"image": image, "layout": LAYOUT}
        status, error = await service.error("POST", "/v1/boards/detect", json=body)
        assert (status, error["code"]) == (504, "timed_out")


async def test_detection_shares_the_worker_with_jobs(service, photo):
    image = await service.upload(photo())
    held = service.hold("hold-1")
    async with service.events() as events:
        await service.submit("hold-1", image)
        await events.until("progress", stage="aligning")
        detecting = asyncio.create_task(
            service.session.post("/v1/boards/detect", json={"image": image, "layout": LAYOUT})
        )
        await service.release(held)
        assert (await detecting).status == 200
        await events.until("completed")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [("fail", (422, "not_an_image")), ("crash", (500, "crashed"))],
)
async def test_detection_that_fails(service, photo, failure, expected):
    (service.control / f"{failure}-detect").touch()
    image = await service.upload(photo())
    status, error = await service.error(
        "POST", "/v1/boards/detect", json={"image": image, "layout": LAYOUT}
    )
    assert (status, error["code"]) == expected


async def test_markers_to_print(service):
    async with service.session.get("/v1/markers.svg") as response:
        assert response.status == 200
        assert response.content_type == "image/svg+xml"
        assert (await response.text()).startswith("<svg")
