"""What the service answers, for the description of the API; the answers are made elsewhere.

The tests check every real answer against these models, so that the two cannot drift apart.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_Corners = list[tuple[float, float]]


class Answer(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid")


class ErrorBody(Answer):
    """What went wrong: `code` is stable, `message` for people, `details` what mends the request."""

    code: str
    message: str
    details: dict[str, object]


class ErrorAnswer(Answer):
    """Every error looks like this."""

    error: ErrorBody


class JobError(Answer):
    """Why a job failed or was cancelled."""

    code: str
    message: str


class HealthAnswer(Answer):
    """Who the service is; `pairing_code` only for requests from the same machine."""

    status: Literal["ok"]
    service: Literal["twat-vision"]
    id: str
    name: str
    version: str
    api_version: int
    pairing_code: str | None = None


class PairAnswer(Answer):
    """The bearer token for all other requests."""

    token: str
    service: Literal["twat-vision"]
    id: str
    name: str
    version: str
    api_version: int


class ImageAnswer(Answer):
    """The image is in the cache."""

    sha256: str


class SubmitAnswer(Answer):
    """The job; `estimated_duration` in seconds, from the jobs before."""

    job_id: str
    status: Literal["queued", "processing", "completed"]
    estimated_duration: float


class AlignmentAnswer(Answer):
    """Where the board is now, compared with the photo before."""

    status: Literal["aligned", "moved", "turned", "lost"]
    shift: float = Field(description="fraction of the board's diagonal")
    rotation_deg: float
    inliers: int
    corners: _Corners | None = Field(description="fractions of the after photo")
    score: float = Field(ge=0, le=1, description="how alike the board looks once it lies on itself")
    drift: float = Field(description="shift since the reference photo")
    before_corners: _Corners | None = Field(description="fractions of the before photo")


class OcclusionAnswer(Answer):
    """A hand or another thing over the board: its outline, and what it hides."""

    polygon: list[tuple[float, float]] = Field(description="fractions of the after photo")
    spaces: list[str]


class RegionAnswer(Answer):
    """A part of the board that changed; `box` is x, y, width, height in pixels of after."""

    box: tuple[int, int, int, int]
    spaces: list[str]
    kind: Literal["appeared", "vanished", "replaced", "moved_within"]
    color: str | None
    score: float


class PointAnswer(Answer):
    """A place in board units."""

    x: float
    y: float


class MoveAnswer(Answer):
    """What one piece did."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["move", "place", "remove", "capture"]
    piece: str | None
    type: str | None
    player: int | None
    from_: str | None = Field(alias="from")
    to: str | None
    from_position: PointAnswer | None
    to_position: PointAnswer | None
    distance: float | None = Field(
        default=None, ge=0, description="on a surface: how far its foot went, in the surface's unit"
    )
    rotation_deg: float | None = Field(
        default=None,
        gt=-180,
        le=180,
        description="on a surface: how far it turned, clockwise from above",
    )
    captured: str | None
    color: str | None
    confidence: float = Field(ge=0, le=1)
    source: Literal["tracking", "vlm", "ai_task", "both"]


class PieceAnswer(Answer):
    """A piece believed to stand on the board."""

    id: str | None
    type: str | None
    player: int | None
    position: PointAnswer | None
    space: str | None
    color: str | None
    confidence: float = Field(ge=0, le=1)
    source: Literal["tracking", "vlm", "ai_task", "both"]
    box: tuple[int, int, int, int] | None = None


class AreaReadingAnswer(Answer):
    """The number in a marked area; null where it could not be told."""

    area: str
    value: int | None
    confidence: float = Field(ge=0, le=1)
    source: Literal["vlm", "ai_task"]


class QuestionAnswer(Answer):
    """Something only the players can say."""

    text: str
    spaces: list[str]
    options: list[str]


class NamedAnswer(Answer):
    """What the model said about one place; `agrees` is null where tracking sees nothing to compare."""

    place: str
    answer: str | int | None
    confidence: float = Field(ge=0, le=1)
    agrees: bool | None


class VlmAnswer(Answer):
    """How asking a model goes; `code` and `message` say what is in the way, `source` whose it is."""

    status: Literal["pending", "waiting", "done", "failed", "cancelled"]
    source: Literal["vlm", "ai_task"] = "vlm"
    model: str | None
    code: str | None
    message: str | None
    notes: list[str]
    calls: int
    image_tokens: int
    prompt_tokens: int
    seconds: float
    answers: list[NamedAnswer]


class ResultsAnswer(Answer):
    """What an analysis found; `counts` is space → colour → pieces, for zones and for cells that hold several."""

    alignment: AlignmentAnswer
    changed_regions: list[RegionAnswer]
    moves: list[MoveAnswer]
    detected_pieces: list[PieceAnswer]
    counts: dict[str, dict[str, int]] | None
    confidence: float = Field(ge=0, le=1)
    summary: str
    warnings: list[
        Literal[
            "hand_in_view",
            "board_moved",
            "board_lost",
            "different_board",
            "too_dark",
            "blurred",
            "disturbed",
            "names_pending",
            "names_unavailable",
            "state_conflict",
        ]
    ]
    questions: list[QuestionAnswer]
    occlusions: list[OcclusionAnswer]
    taken_back: str | None = Field(description="`returns_to` of the candidate that was read")
    changed_areas: list[str] = Field(
        default_factory=list, description="ids of `areas` that look different from before"
    )
    readings: list[AreaReadingAnswer]
    vlm: VlmAnswer | None
    timings_ms: dict[str, float]


class JobAnswer(Answer):
    """A job; times are ISO 8601 in UTC."""

    job_id: str
    capture_id: str
    status: Literal["queued", "processing", "completed", "failed", "cancelled"]
    stage: Literal["queued", "aligning", "comparing", "naming", "done"]
    created_at: str
    started_at: str | None
    completed_at: str | None
    results: ResultsAnswer | None
    error: JobError | None


class BoardAnswer(Answer):
    """A suggestion where the board is; corners in fractions of the photo.

    `distortion` says how the lens bends straight lines: negative outwards (barrel), 0 not at all or not known.
    """

    corners: _Corners | None
    confidence: float = Field(ge=0, le=1)
    method: Literal["markers", "grid", "outline", "none"]
    marker_ids: list[int]
    distortion: float


class ModelAnswer(Answer):
    """An installed model that can see; `size` in bytes."""

    name: str
    size: int
    thinking: bool


class ModelProblem(Answer):
    """Why no model can be asked; `model` is the one that is missing and could be pulled."""

    code: str
    message: str
    model: str | None


class ModelsAnswer(Answer):
    """The vision-capable models, best first; the one asked by default; and what is in the way.

    `server` is null when the service was given no model server. `successors` are old names under which a model here can be
    asked. `pulling` is a download under way.
    """

    models: list[str]
    details: list[ModelAnswer]
    default: str | None
    server: str | None
    version: str | None
    problem: ModelProblem | None
    successors: dict[str, str]
    pulling: str | None


class AskingAnswer(Answer):
    """One time that a question is to be put; `schema` is the JSON schema of the reply."""

    prompt: str
    schema_: dict[str, object] = Field(alias="schema")


class NameQuestionAnswer(Answer):
    """A picture, and what is asked about it: once for each of `askings`, none of which may know of the others."""

    id: str
    image: str = Field(description="JPEG, in base64")
    image_tokens: int = Field(description="what the picture costs at most, each time")
    askings: list[AskingAnswer]


class NameQuestionsAnswer(Answer):
    """What is to be asked about a reading."""

    questions: list[NameQuestionAnswer]


class AcceptedAnswer(Answer):
    """The model that is being downloaded or brought into memory; events tell how it goes."""

    model: str | None
