"""What the service says about itself, and that it is true."""

import json

from twat_vision.service import answers
from twat_vision.service.openapi import OPERATIONS, openapi_json

LAYOUT = {"grid": {"columns": 8, "rows": 8}}


async def test_metrics(service, photo):
    data = photo()
    after = await service.upload(data)
    async with service.events() as events:
        await service.submit("cap-1", after)
        await events.until("completed")
        await service.submit("fail-1", after)
        await events.until("failed")
    async with service.session.get("/metrics") as response:
        assert response.content_type == "text/plain"
        lines = (await response.text()).splitlines()
    assert 'twat_jobs{status="completed"} 1.0' in lines
    assert 'twat_jobs{status="failed"} 1.0' in lines
    assert 'twat_jobs{status="queued"} 0.0' in lines
    assert 'twat_jobs_finished_total{status="completed"} 1.0' in lines
    assert "twat_queue_depth 0.0" in lines
    assert f"twat_image_cache_bytes {float(len(data))}" in lines
    assert "twat_image_cache_images 1.0" in lines
    assert 'twat_stage_seconds_bucket{le="0.025",stage="total"} 1.0' in lines


async def test_every_route_is_described_and_nothing_else(service):
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in service.app.router.routes()
        if route.resource is not None
    }
    described = {(operation.method, operation.path) for operation in OPERATIONS}
    # aiohttp answers HEAD wherever it answers GET.
    assert {r for r in routes if r[0] != "head" or r in described} == described


async def test_document_is_openapi_and_complete(service):
    async with service.session.get("/openapi.json") as response:
        assert response.content_type == "application/json"
        document = await response.json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "1.2.3"
    ids = [o["operationId"] for path in document["paths"].values() for o in path.values()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)
    for path, operations in document["paths"].items():
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            assert {p["name"] for p in parameters if p["in"] == "path"} == named
            assert operation["responses"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_requests_in_the_document_refuse_what_is_unknown():
    schemas = json.loads(openapi_json("1"))["components"]["schemas"]
    assert schemas["AnalysisIn"]["additionalProperties"] is False
    assert schemas["AnalysisIn"]["required"] == ["capture_id", "images", "board"]
    # By the names of the wire, not those of the program.
    assert {"from", "to"} <= schemas["CandidateMoveIn"]["properties"].keys()
    assert {"from", "to"} <= schemas["MoveAnswer"]["properties"].keys()


async def test_answers_are_as_described(start_service, photo, analysis):
    """With the real worker, so that the pipeline's results are checked too."""
    async with start_service(real=True) as service:
        session = service.session
        before, after = photo(1, (640, 480)), photo(2, (640, 480))
        sha = await service.upload(before)

        async def check(model, method, path, **kwargs):
            async with session.request(method, path, **kwargs) as response:
                body = await response.read()
            return model.model_validate_json(body)

        health = await check(answers.HealthAnswer, "GET", "/health")
        code = {"code": health.pairing_code}
        await check(answers.PairAnswer, "POST", "/pair", json=code)
        await check(answers.ErrorAnswer, "POST", "/pair", json=code)
        await check(answers.ImageAnswer, "PUT", f"/v1/images/{sha}", data=before)
        images = {"before": sha, "after": await service.upload(after)}
        body = analysis("cap-1", sha, images=images)
        async with service.events() as events:
            job = await check(answers.SubmitAnswer, "POST", "/v1/analyses", json=body)
            completed = await events.until("completed")
        answers.ResultsAnswer.model_validate_json(json.dumps(completed["results"]))
        await check(answers.JobAnswer, "GET", f"/v1/jobs/{job.job_id}")
        await check(answers.JobAnswer, "DELETE", f"/v1/jobs/{job.job_id}")
        await check(answers.ErrorAnswer, "GET", "/v1/jobs/x")
        detect = {"image": sha, "layout": LAYOUT}
        await check(answers.BoardAnswer, "POST", "/v1/boards/detect", json=detect)
        await check(answers.ModelsAnswer, "GET", "/v1/models")
        async with session.get(f"/v1/jobs/{job.job_id}/overlay.jpg") as response:
            assert (await response.read())[:2] == b"\xff\xd8"


def _references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
