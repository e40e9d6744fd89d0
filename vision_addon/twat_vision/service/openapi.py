"""The description of the API (OpenAPI 3.1), from the very models that check requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .answers import (
    AcceptedAnswer,
    BoardAnswer,
    ErrorAnswer,
    HealthAnswer,
    ImageAnswer,
    JobAnswer,
    ModelsAnswer,
    NameQuestionsAnswer,
    PairAnswer,
    SubmitAnswer,
)
from .parse import SHA256
from .schemas import AnalysisIn, AnswersIn, DetectIn, LoadIn, PairIn, PullIn

_JSON: Final = "application/json"
_PARAMETERS: Final = {
    "{sha256}": {"type": "string", "pattern": f"^{SHA256.pattern}$"},
    "{job_id}": {"type": "string"},
}
_DESCRIPTION: Final = (
    "Says what changed between two photos of a board. Upload photos, post an analysis, and wait "
    "for its events or look at its job."
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    Attributes:
        method: In lower case.
        path: As in the router.
        summary: What it does.
        answers: Status → model, media type, or None for no body.
        errors: Statuses answered with an error.
        body: Model or media type of the request's body.
        query: Names of query parameters and what they are.
        public: Whether it needs no token.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[int, type[BaseModel] | str | None]
    errors: tuple[int, ...] = ()
    body: type[BaseModel] | str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    public: bool = False


OPERATIONS: Final = (
    Operation("get", "/health", "Who and how the service is", {200: HealthAnswer}, public=True),
    Operation(
        "post",
        "/pair",
        "Exchange the pairing code for the bearer token",
        {200: PairAnswer},
        (400, 403, 429),
        body=PairIn,
        public=True,
    ),
    Operation(
        "put",
        "/v1/images/{sha256}",
        "Upload a photo (JPEG, PNG or WebP); 200 when it was known",
        {201: ImageAnswer, 200: ImageAnswer},
        (413, 422, 503, 507),
        body="application/octet-stream",
    ),
    Operation(
        "head", "/v1/images/{sha256}", "Ask whether a photo is known", {200: None, 404: None}
    ),
    Operation(
        "post",
        "/v1/analyses",
        "Ask for an analysis; the same request for the same capture is the same job",
        {202: SubmitAnswer, 200: SubmitAnswer},
        (400, 409, 413, 422, 503, 507),
        body=AnalysisIn,
    ),
    Operation("get", "/v1/jobs/{job_id}", "Look at a job", {200: JobAnswer}, (404,)),
    Operation(
        "delete",
        "/v1/jobs/{job_id}",
        "Cancel a job, or asking for its names",
        {200: JobAnswer},
        (404, 507),
    ),
    Operation(
        "get",
        "/v1/jobs/{job_id}/overlay.jpg",
        "The after photo with what was found drawn on it",
        {200: "image/jpeg"},
        (404,),
    ),
    Operation(
        "get",
        "/v1/jobs/{job_id}/questions",
        "What a model of the caller's is to be asked, where the analysis had `names: ai_task`",
        {200: NameQuestionsAnswer},
        (404, 409, 422, 500, 504),
    ),
    Operation(
        "post",
        "/v1/jobs/{job_id}/answers",
        "Bring what it replied, or why it did not; a `named` event follows",
        {200: JobAnswer},
        (400, 404, 409, 422, 500, 504, 507),
        body=AnswersIn,
    ),
    Operation(
        "get",
        "/v1/events",
        "A WebSocket: `hello`, then every event after the cursor, `reset` where some are lost",
        {101: None},
        (400, 422),
        query={"cursor": "the last cursor that was seen; without it, events from now on"},
    ),
    Operation(
        "post",
        "/v1/boards/detect",
        "Suggest where the board is in a photo",
        {200: BoardAnswer},
        (400, 409, 413, 422, 500, 503, 504),
        body=DetectIn,
    ),
    Operation(
        "get",
        "/v1/markers.svg",
        "A sheet of markers to print, by which a board is found",
        {200: "image/svg+xml"},
    ),
    Operation("get", "/v1/models", "The vision-language models there are", {200: ModelsAnswer}),
    Operation(
        "post",
        "/v1/models/pull",
        "Download a model; `model` events tell how far that is",
        {202: AcceptedAnswer},
        (400, 409, 422),
        body=PullIn,
    ),
    Operation(
        "post",
        "/v1/models/load",
        "Bring a model into memory before it is needed",
        {202: AcceptedAnswer},
        (400, 409, 422),
        body=LoadIn,
    ),
    Operation("get", "/metrics", "Numbers for Prometheus", {200: "text/plain"}),
    Operation("get", "/openapi.json", "This description", {200: _JSON}),
)


def openapi_json(version: str) -> str:
    """Return the document as JSON text.

    Args:
        version: Version of the service.
    """
    requests = {op.body for op in OPERATIONS if isinstance(op.body, type)}
    answers = {a for op in OPERATIONS for a in op.answers.values() if isinstance(a, type)}
    _, schemas = models_json_schema(
        [
            *((model, "validation") for model in sorted(requests, key=_name)),
            *((model, "serialization") for model in sorted(answers | {ErrorAnswer}, key=_name)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation)
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "TWAT vision", "version": version, "description": _DESCRIPTION},
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": schemas["$defs"],
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _describe(operation: Operation) -> dict[str, Any]:
    errors = operation.errors if operation.public else (401, *operation.errors)
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _operation_id(operation),
        "responses": {
            **{str(status): _answer(model) for status, model in operation.answers.items()},
            **{str(status): _answer(ErrorAnswer, "Error") for status in sorted(errors)},
        },
    }
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": _PARAMETERS[part]}
        for part in operation.path.split("/")
        if part.startswith("{")
    ] + [
        {"name": name, "in": "query", "description": text, "schema": {"type": "integer"}}
        for name, text in operation.query.items()
    ]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    if operation.public:
        described["security"] = []
    return described


def _answer(model: type[BaseModel] | str | None, text: str = "Success") -> dict[str, Any]:
    if model is None:
        return {"description": text}
    return {"description": text, "content": _content(model)}


def _content(model: type[BaseModel] | str) -> dict[str, Any]:
    if isinstance(model, str):
        return {model: {}}
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _operation_id(operation: Operation) -> str:
    words = operation.path.replace("{", "").replace("}", "").replace(".", "_").strip("/")
    return f"{operation.method}_{words.replace('/', '_')}"


def _name(model: type[BaseModel]) -> str:
    return model.__name__
