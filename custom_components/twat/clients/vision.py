"""Client of the vision service."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from aiohttp import ClientTimeout

from .base import QUICK, ServiceClient
from .errors import Hop, NotAService, Rejected

UPLOAD_TIMEOUT = ClientTimeout(total=60, connect=5)
# Detecting a board in a 12-megapixel photo may wait for an analysis that is under way.
DETECT_TIMEOUT = ClientTimeout(total=60, connect=5)

# Questions are cut out of photos, which may wait for an analysis that is under way.
QUESTIONS_TIMEOUT = ClientTimeout(total=90, connect=5)

# The service asks its model server first.
MODELS_TIMEOUT = ClientTimeout(total=30, connect=5)

type Point = tuple[float, float]
type Corners = tuple[Point, Point, Point, Point]


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job has no result."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """One analysis at the vision service, as it was asked for or as an event told of it.

    Attributes:
        status: processing while `stage` moves on, else how the job ended.
        results: the result (docs/vision-service.md), once completed.
    """

    job_id: str
    capture_id: str
    status: JobStatus
    stage: str
    results: Mapping[str, Any] | None = None
    error: JobError | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """One time that a question is to be put, in a conversation of its own.

    Attributes:
        schema: JSON schema of the reply, without references.
    """

    prompt: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """A picture (JPEG), what it costs at most each time it is shown, and how to ask about it."""

    id: str
    image: bytes
    image_tokens: int
    askings: tuple[Asking, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What asking has cost, in vain or not: calls, tokens of pictures, seconds."""

    calls: int
    image_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ModelProblem:
    """Why the service can ask no vision-language model.

    Attributes:
        model: the one that is missing and could be downloaded.
    """

    code: str
    message: str
    model: str | None


@dataclass(frozen=True, slots=True)
class Models:
    """The vision-language models that the service can ask.

    Attributes:
        names: best first.
        default: the one asked unless a request says otherwise.
        server: address of the model server; None when the service was given none.
        successors: old name → the model that is asked in its place.
    """

    names: tuple[str, ...]
    default: str | None
    server: str | None
    problem: ModelProblem | None
    successors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelNews:
    """How the download of a model goes.

    Attributes:
        status: pulling, done or failed.
        share: 0…1 of the download.
        message: why it failed.
    """

    model: str
    status: str
    share: float
    message: str | None


@dataclass(frozen=True, slots=True)
class BoardSuggestion:
    """Where the service believes the board to be.

    Attributes:
        corners: top left, top right, bottom right, bottom left in 0…1 of the photo.
        confidence: 0…1.
        method: markers, grid, outline or none.
    """

    corners: Corners | None
    confidence: float
    method: str
    marker_ids: tuple[int, ...]


class VisionClient(ServiceClient):
    """Hands images and analyses to the vision service."""

    hop: ClassVar[Hop] = Hop.VISION
    service: ClassVar[str] = "twat-vision"

    async def has_image(self, sha256: str) -> bool:
        """Whether the service's cache holds the image."""
        try:
            async with self._request("HEAD", f"v1/images/{sha256}", timeout=QUICK):
                return True
        except Rejected as err:
            if err.status == 404:
                return False
            raise

    async def put_image(self, sha256: str, image: bytes) -> None:
        """Upload an image under its SHA-256.

        Raises:
            Rejected: codes `hash_mismatch`, `not_an_image`, `image_too_small`, `too_large`,
                `too_many_pixels`.
        """
        async with self._request("PUT", f"v1/images/{sha256}", data=image, timeout=UPLOAD_TIMEOUT):
            return

    async def analyse(self, request: Mapping[str, Any]) -> str:
        """Queue an analysis; the same capture id again is the same job. Returns the job id.

        Raises:
            Rejected: code `images_missing` (details.missing), `invalid_field` (details.field).
            Busy: code `queue_full`.
        """
        body = await self._json("POST", "v1/analyses", json=request, timeout=QUICK)
        try:
            return str(body["job_id"])
        except KeyError as err:
            raise NotAService(self.hop, "the answer to an analysis names no job") from err

    async def job(self, job_id: str) -> Job | None:
        """A job as it stands, None when the service does not know it."""
        try:
            return self._job(await self._json("GET", f"v1/jobs/{job_id}", timeout=QUICK))
        except Rejected as err:
            if err.status == 404:
                return None
            raise

    async def cancel(self, job_id: str) -> None:
        """Cancel a job; one the service no longer knows is cancelled already."""
        try:
            await self._json("DELETE", f"v1/jobs/{job_id}", timeout=QUICK)
        except Rejected as err:
            if err.status != 404:
                raise

    async def name_questions(self, job_id: str) -> tuple[NameQuestion, ...]:
        """What a model of ours is to be asked about a reading.

        Raises:
            Rejected: codes `not_asked`, `images_missing` (details.missing).
        """
        path = f"v1/jobs/{job_id}/questions"
        body = await self._json("GET", path, timeout=QUESTIONS_TIMEOUT)
        try:
            return tuple(
                NameQuestion(
                    id=str(question["id"]),
                    image=b64decode(question["image"], validate=True),
                    image_tokens=int(question["image_tokens"]),
                    askings=tuple(
                        Asking(str(asking["prompt"]), dict(asking["schema"]))
                        for asking in question["askings"]
                    ),
                )
                for question in body["questions"]
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(self.hop, "the questions cannot be read") from err

    async def answer_names(
        self, job_id: str, respondent: str, answers: Mapping[str, Sequence[Any]], cost: Cost
    ) -> Job:
        """Bring what was replied to each question, in the order of its askings.

        Raises:
            Rejected: codes `bad_answer` (details.question), `not_asked`, `images_missing`.
        """
        return await self._answer(job_id, respondent, cost, {"answers": answers})

    async def fail_names(
        self, job_id: str, respondent: str, code: str, message: str, cost: Cost
    ) -> Job:
        """Say why there are no replies; unless the job says `failed`, they may come later.

        Raises:
            Rejected: code `not_asked`.
        """
        failure = {"code": code, "message": message[:1000]}
        return await self._answer(job_id, respondent, cost, {"failure": failure})

    async def _answer(
        self, job_id: str, respondent: str, cost: Cost, what: Mapping[str, Any]
    ) -> Job:
        path, body = f"v1/jobs/{job_id}/answers", {"respondent": respondent, **asdict(cost), **what}
        return self._job(await self._json("POST", path, json=body, timeout=QUESTIONS_TIMEOUT))

    async def models(self) -> Models:
        """The vision-language models that can be asked, and what is in the way."""
        body = await self._json("GET", "v1/models", timeout=MODELS_TIMEOUT)
        try:
            problem = body.get("problem")
            return Models(
                names=tuple(str(name) for name in body["models"]),
                default=body.get("default"),
                server=body.get("server"),
                problem=None
                if problem is None
                else ModelProblem(str(problem["code"]), str(problem["message"]), problem["model"]),
                successors=dict(body.get("successors") or {}),
            )
        except (KeyError, TypeError) as err:
            raise NotAService(self.hop, "the list of models cannot be read") from err

    async def load_model(self, model: str | None) -> None:
        """Let the model (None for the service's default) be brought into memory.

        Raises:
            Rejected: code `no_model_server`.
        """
        await self._json("POST", "v1/models/load", json={"model": model}, timeout=QUICK)

    async def pull_model(self, model: str) -> None:
        """Let a model be downloaded; events tell how that goes.

        Raises:
            Rejected: codes `no_model_server`, `pull_under_way`.
        """
        await self._json("POST", "v1/models/pull", json={"model": model}, timeout=QUICK)

    async def overlay(self, job_id: str) -> bytes:
        """The annotated photo of a completed job, JPEG."""
        async with self._request(
            "GET", f"v1/jobs/{job_id}/overlay.jpg", timeout=UPLOAD_TIMEOUT
        ) as response:
            return await response.read()

    async def detect_board(self, sha256: str, layout: Mapping[str, Any]) -> BoardSuggestion:
        """Look for the board in an uploaded photo."""
        body = await self._json(
            "POST",
            "v1/boards/detect",
            json={"image": sha256, "layout": layout},
            timeout=DETECT_TIMEOUT,
        )
        try:
            return BoardSuggestion(
                corners=None if body["corners"] is None else as_corners(body["corners"]),
                confidence=float(body["confidence"]),
                method=str(body["method"]),
                marker_ids=tuple(body.get("marker_ids") or ()),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(self.hop, "the suggestion for the board cannot be read") from err

    def _job(self, body: dict[str, Any]) -> Job:
        try:
            return Job(
                job_id=str(body["job_id"]),
                capture_id=str(body["capture_id"]),
                status=JobStatus(body["status"]),
                stage=str(body["stage"]),
                results=body["results"],
                error=as_job_error(body["error"]),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise NotAService(self.hop, "the job cannot be read") from err


def as_job_error(error: Mapping[str, Any] | None) -> JobError | None:
    """The typed form of a job's `error` member."""
    if error is None:
        return None
    return JobError(code=str(error["code"]), message=str(error["message"]))


def as_corners(points: Sequence[Sequence[float]]) -> Corners:
    """Four points as a typed tuple.

    Raises:
        ValueError: when there are not four points of two numbers.
    """
    top_left, top_right, bottom_right, bottom_left = ((float(x), float(y)) for x, y in points)
    return top_left, top_right, bottom_right, bottom_left
