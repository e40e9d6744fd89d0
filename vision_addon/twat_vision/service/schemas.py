"""What clients may send, checked strictly at the edge: unknown fields, wrong types and NaN are refused.

Values are as in the API description: image points are fractions 0…1 of an image's sides, board
points fractions of the board. Inside the service the pipeline's own types are used (`convert`).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from .geometry import corner_fault

COLORS = (
    "white",
    "black",
    "red",
    "green",
    "blue",
    "yellow",
    "orange",
    "purple",
    "pink",
    "brown",
    "grey",
)
EDGE_TOLERANCE = 0.1
"""How far corners may lie outside the image, and zones outside the board, in fractions of a side.

A camera that hangs low cuts off the board's edge; its corners are known all the same.
"""

# Bounds no real table comes near; they keep one request from occupying the service for minutes.
_MAX_SIDE = 100
_MAX_ZONES = 1_000
_MAX_PIECES = 5_000
_MAX_CANDIDATES = 5_000
_MAX_MOVES = 200

Fraction = Annotated[float, Field(ge=-EDGE_TOLERANCE, le=1 + EDGE_TOLERANCE)]
Point = tuple[Fraction, Fraction]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
PlayerPosition = Annotated[int, Field(ge=1, le=99)]
MarkerId = Annotated[int, Field(ge=0, le=1023)]


def _corners_in_order(corners: tuple[Point, Point, Point, Point]) -> tuple[Point, ...]:
    fault = corner_fault(corners)
    if fault is not None:
        raise PydanticCustomError(
            "corners",
            "{fault}",
            {
                "fault": fault,
                "allowed": "top-left, top-right, bottom-right, bottom-left of a convex outline",
            },
        )
    return corners


def _color(color: str) -> str:
    if color in COLORS or (
        len(color) == 7 and color[0] == "#" and set(color[1:]) <= set("0123456789abcdefABCDEF")
    ):
        return color
    raise PydanticCustomError("color", "This is no colour.", {"allowed": [*COLORS, "#rrggbb"]})


Color = Annotated[str, AfterValidator(_color)]


def _refuse_repeats(values: list[Any], what: str, field: str) -> None:
    """Raise for the first value that occurs twice; `field` ends in the name it has in each item."""
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            listed, _, name = field.rpartition(".")
            raise PydanticCustomError(
                "repeated",
                "{what} {value} occurs twice.",
                {
                    "what": what,
                    "value": str(value),
                    "field": f"{listed}.{index}.{name}" if listed else f"{name}.{index}",
                    "allowed": "each only once",
                },
            )
        seen.add(value)


class Strict(BaseModel):
    """A model that takes what it describes and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ImagesIn(Strict):
    """The photos, by the SHA-256 of their bytes; `before` null is a setup capture."""

    after: Sha256
    before: Sha256 | None = None
    reference: Sha256 | None = None


class GridIn(Strict):
    """Equal cells; `origin` says whether A1 is the image's top-left or bottom-left cell.

    `naming` calls cells B7, the same in an alphabet without I, or 2-7. `holds` is how many pieces may stand on a cell.
    """

    columns: int = Field(ge=1, le=_MAX_SIDE)
    rows: int = Field(ge=1, le=_MAX_SIDE)
    origin: Literal["top_left", "bottom_left"] = "top_left"
    naming: Literal["letters", "letters_without_i", "numbers"] = "letters"
    holds: int = Field(default=1, ge=1, le=1_000)


class ZoneIn(Strict):
    """A named area of the board."""

    id: Name
    name: Name
    polygon: list[Point] = Field(min_length=3, max_length=500)


class SurfaceIn(Strict):
    """A free table; sizes in `unit`."""

    width: float = Field(gt=0, le=1_000_000)
    height: float = Field(gt=0, le=1_000_000)
    unit: Literal["in", "mm"] = "in"


class LayoutIn(Strict):
    """How the board is divided: exactly one of the three."""

    grid: GridIn | None = None
    zones: Annotated[list[ZoneIn], Field(min_length=1, max_length=_MAX_ZONES)] | None = None
    surface: SurfaceIn | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [self.grid is not None, self.zones is not None, self.surface is not None]
        if sum(given) != 1:
            raise PydanticCustomError(
                "layout",
                "Give exactly one kind of layout.",
                {"allowed": ["grid", "zones", "surface"]},
            )
        _refuse_repeats([zone.id for zone in self.zones or ()], "Zone", "zones.id")
        return self


class BoardIn(Strict):
    """Where the board is (in the reference photo, else in before, else in after) and its layout."""

    layout: LayoutIn
    corners: (
        Annotated[tuple[Point, Point, Point, Point], AfterValidator(_corners_in_order)] | None
    ) = None
    markers: tuple[MarkerId, MarkerId, MarkerId, MarkerId] | None = None

    @model_validator(mode="after")
    def _markers_differ(self) -> Self:
        _refuse_repeats(list(self.markers or ()), "Marker", "markers")
        return self


class PositionIn(Strict):
    """A place in board units: column and row, a zone's centre in 0…1, or inches or millimetres."""

    x: float = Field(ge=-1_000_000, le=1_000_000)
    y: float = Field(ge=-1_000_000, le=1_000_000)


class PieceIn(Strict):
    """A piece of the accepted state; `player` null is nobody's, `space` null is on no space."""

    id: Name
    type: Name
    player: PlayerPosition | None
    position: PositionIn
    space: Name | None = None


class PlayerIn(Strict):
    """A player; `color` is that of the pieces."""

    position: PlayerPosition
    name: Name
    color: Color


class VocabularyIn(Strict):
    """A type of piece there may be; `spaces` null is anywhere, `color` null any player's."""

    type: Name
    name: Name
    spaces: Annotated[list[Name], Field(max_length=_MAX_ZONES)] | None = None
    color: Color | None = None
    hint: Annotated[str, Field(max_length=300)] | None = None


class AreaIn(Strict):
    """A marked part of the board whose content is a number, and how to read it."""

    id: Name
    name: Name
    polygon: list[Point] = Field(min_length=3, max_length=500)
    kind: Literal["number", "count", "track"] = "number"
    least: int = Field(default=0, ge=-999, le=9_999)
    most: int = Field(default=99, ge=-999, le=9_999)
    hint: Annotated[str, Field(max_length=300)] | None = None

    @model_validator(mode="after")
    def _values_are_in_order(self) -> Self:
        if self.most < self.least:
            raise PydanticCustomError(
                "area", "The largest value is below the smallest.", {"allowed": "least ≤ most"}
            )
        return self


class CandidateMoveIn(Strict):
    """One piece's part of a plausible next move; a space null is off the board."""

    model_config = ConfigDict(serialize_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_attribute_names(cls, data: Any) -> Any:
        # Straight from JSON, pydantic takes `from_space` for known and drops it; from an object,
        # which any validator in front makes of it, the alias alone counts.
        return data

    kind: Literal["move", "place", "remove", "capture"]
    piece: Name | None = None
    type: Name | None = None
    player: PlayerPosition | None = None
    from_space: Name | None = Field(default=None, alias="from")
    to_space: Name | None = Field(default=None, alias="to")


class CandidateIn(Strict):
    """A plausible next move; weights count against one another.

    `returns_to` is the caller's id of the earlier state that it leads back to, null for a new move.
    """

    moves: list[CandidateMoveIn] = Field(max_length=_MAX_MOVES)
    weight: float = Field(default=1.0, gt=0, le=1_000_000)
    returns_to: Name | None = None


class TasksIn(Strict):
    """What is wanted."""

    detect_changes: bool = True
    identify_pieces: Literal["auto", "always", "never"] = "auto"


class ThresholdsIn(Strict):
    """Below this confidence a question is asked."""

    confidence: float = Field(default=0.9, ge=0, le=1)


class AnalysisIn(Strict):
    """Body of `POST /v1/analyses`.

    `names` says whose model tells what tracking cannot know: the service's own (`model` names it), or an AI Task entity of the
    caller's, who then fetches the questions and brings the answers.
    """

    capture_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    images: ImagesIn
    board: BoardIn
    pieces: Annotated[list[PieceIn], Field(max_length=_MAX_PIECES)] | None = None
    players: list[PlayerIn] = Field(default=[], max_length=99)
    active_player: PlayerPosition | None = None
    vocabulary: list[VocabularyIn] = Field(default=[], max_length=_MAX_ZONES)
    candidates: list[CandidateIn] = Field(default=[], max_length=_MAX_CANDIDATES)
    areas: list[AreaIn] = Field(default=[], max_length=200)
    tasks: TasksIn = TasksIn()
    model: Name | None = None
    names: Literal["vlm", "ai_task"] = "vlm"
    thresholds: ThresholdsIn = ThresholdsIn()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        positions = [player.position for player in self.players]
        _refuse_repeats(positions, "Player", "players.position")
        _refuse_repeats([piece.id for piece in self.pieces or ()], "Piece", "pieces.id")
        _refuse_repeats([area.id for area in self.areas], "Area", "areas.id")
        return self

    def shas(self) -> tuple[str, ...]:
        """The photos needed, each once, in the order after, before, reference."""
        images = (self.images.after, self.images.before, self.images.reference)
        return tuple(dict.fromkeys(sha for sha in images if sha is not None))


class FailureIn(Strict):
    """Why the caller has no answers; `message` is for people."""

    code: Literal["unreachable", "answer_timeout", "server_error", "bad_answer"]
    message: str = Field(min_length=1, max_length=1000)


class AnswersIn(Strict):
    """Body of `POST /v1/jobs/{job_id}/answers`: what was replied to every question, or why there are no replies.

    `answers` are by the question's id, one reply for each of its askings in their order. A reply is the object that the
    asking's schema describes, or a text with it. `calls`, `image_tokens` and `seconds` are what asking has cost since the last time
    that the caller posted, in vain or not.
    """

    respondent: Name
    calls: int = Field(default=0, ge=0, le=10_000)
    image_tokens: int = Field(default=0, ge=0, le=100_000_000)
    seconds: float = Field(default=0.0, ge=0, le=86_400)
    answers: dict[str, list[JsonValue]] | None = None
    failure: FailureIn | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.answers is None) == (self.failure is None):
            raise PydanticCustomError(
                "answers", "Give answers or a failure.", {"allowed": ["answers", "failure"]}
            )
        return self


class PullIn(Strict):
    """Body of `POST /v1/models/pull`."""

    model: Name


class LoadIn(Strict):
    """Body of `POST /v1/models/load`; null is the service's default."""

    model: Name | None = None


class DetectIn(Strict):
    """Body of `POST /v1/boards/detect`."""

    image: Sha256
    layout: LayoutIn


class PairIn(Strict):
    """Body of `POST /pair`, which the shared kit checks; here for the description of the API."""

    code: str = Field(pattern=r"^[0-9]{6}$")
