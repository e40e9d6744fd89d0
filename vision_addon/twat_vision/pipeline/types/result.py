"""What comes out of an analysis, and its JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twat_vision.pipeline.calibration import Grounds

from .board import Corners, Point
from .kinds import AlignmentStatus, MoveKind, RegionKind, WarningCode


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the board of the after photo is, compared with the before (else the reference) photo.

    ``shift`` is the mean movement of the corners in fractions of the board's diagonal, ``rotation_deg`` how far the board was
    turned clockwise (-180…180; from 45 on the status is ``turned``), ``inliers`` the number of agreeing feature matches (0
    when none were needed), ``corners`` where the board is now in 0…1 of the after image. ``score`` (0…1) is how alike the
    board looks in both photos once it lies on itself, ``drift`` the shift since the reference photo, ``before_corners`` where
    the board is in the before image (None without one).
    """

    status: AlignmentStatus
    shift: float
    rotation_deg: float
    inliers: int
    corners: Corners | None
    score: float = 1.0
    drift: float = 0.0
    before_corners: Corners | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "status": self.status.value,
            "shift": round(self.shift, 5),
            "rotation_deg": round(self.rotation_deg, 3),
            "inliers": self.inliers,
            "corners": _corners_json(self.corners),
            "score": round(self.score, 4),
            "drift": round(self.drift, 5),
            "before_corners": _corners_json(self.before_corners),
        }


@dataclass(frozen=True, slots=True)
class Occlusion:
    """A hand or another thing over the board.

    ``polygon`` is its outline in fractions 0…1 of the after image, ``spaces`` what it hides at least in part and was not read.
    """

    polygon: tuple[Point, ...]
    spaces: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "polygon": [[round(x, 5), round(y, 5)] for x, y in self.polygon],
            "spaces": list(self.spaces),
        }


@dataclass(frozen=True, slots=True)
class ChangedRegion:
    """A changed part of the board; ``box_px`` is x, y, width, height in pixels of the after photo."""

    box_px: tuple[int, int, int, int]
    spaces: tuple[str, ...]
    kind: RegionKind
    color: str | None
    score: float

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "box": list(self.box_px),
            "spaces": list(self.spaces),
            "kind": self.kind.value,
            "color": self.color,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class Move:
    """What one piece did; ``to_position``/``from_position`` are in board units, confidence in 0…1.

    On a surface ``distance`` is how far its foot went, in the surface's unit, and ``rotation_deg`` how far it turned, in whole
    degrees clockwise as seen from above, above -180 up to 180; None where that is not known (of what looks the same all round, say). A
    ``distance`` of 0 is a piece that only turned.
    """

    kind: MoveKind
    piece: str | None
    type: str
    player: int | None
    from_space: str | None
    to_space: str | None
    confidence: float
    color: str | None = None
    captured: str | None = None
    source: str = "tracking"
    from_position: Point | None = None
    to_position: Point | None = None
    distance: float | None = None
    rotation_deg: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "kind": self.kind.value,
            "piece": self.piece,
            "type": self.type,
            "player": self.player,
            "from": self.from_space,
            "to": self.to_space,
            "from_position": _point_json(self.from_position),
            "to_position": _point_json(self.to_position),
            "distance": None if self.distance is None else round(self.distance, 3),
            "rotation_deg": self.rotation_deg,
            "captured": self.captured,
            "color": self.color,
            "confidence": round(self.confidence, 4),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class DetectedPiece:
    """A piece believed to stand on the board after the moves; ``position`` in board units.

    ``source`` says who named it: "tracking", "vlm", "ai_task", or "both" (tracking and one of these). ``box_px`` is x, y, width,
    height in pixels of the after photo where a first photo shows it (like pieces that touch share one; None for cells, and where
    a state says what stands there).
    """

    type: str
    player: int | None
    position: Point
    space: str | None
    confidence: float
    id: str | None = None
    color: str | None = None
    source: str = "tracking"
    box_px: tuple[int, int, int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "id": self.id,
            "type": self.type,
            "player": self.player,
            "position": _point_json(self.position),
            "space": self.space,
            "color": self.color,
            "confidence": round(self.confidence, 4),
            "source": self.source,
            "box": None if self.box_px is None else list(self.box_px),
        }


@dataclass(frozen=True, slots=True)
class AreaReading:
    """The number that was read in a marked area; ``value`` None when it could not be told."""

    area: str
    value: int | None
    confidence: float
    source: str = "vlm"

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "area": self.area,
            "value": self.value,
            "confidence": round(self.confidence, 4),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the players can say.

    ``outcomes`` are the moves that every option stands for, in the order of ``options``; the first ones are those that were
    read. What another option's moves differ in from them is what choosing it changes. Empty where the options are no moves
    (but types of a piece, or yes and no).
    """

    text: str
    spaces: tuple[str, ...]
    options: tuple[str, ...]
    outcomes: tuple[tuple[Move, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {"text": self.text, "spaces": list(self.spaces), "options": list(self.options)}


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """What one analysis found.

    ``confidence`` is the probability 0…1 that the set of moves is exactly right. ``counts`` is zone → colour →
    number of pieces for layouts of zones (and cells that hold several), else None. ``occlusions`` are hands and other things over the board.
    ``taken_back`` is the ``returns_to`` of the candidate that was read, where it takes something back. ``changed_areas`` are the ids
    of marked areas that look different from before.
    ``readings`` and ``vlm`` are what a vision-language model added, and how that went (`vlm.report.Report`); None where none
    was asked. ``grounds`` are what the confidence was worked out from, None where it was not calibrated.
    """

    alignment: Alignment
    changed_regions: tuple[ChangedRegion, ...]
    moves: tuple[Move, ...]
    detected_pieces: tuple[DetectedPiece, ...]
    confidence: float
    summary: str
    warnings: tuple[WarningCode, ...]
    questions: tuple[Question, ...]
    timings_ms: Mapping[str, float]
    counts: Mapping[str, Mapping[str, int]] | None = None
    occlusions: tuple[Occlusion, ...] = ()
    taken_back: str | None = None
    readings: tuple[AreaReading, ...] = ()
    vlm: Mapping[str, Any] | None = None
    changed_areas: tuple[str, ...] = ()
    grounds: Grounds | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "alignment": self.alignment.to_json(),
            "changed_regions": [r.to_json() for r in self.changed_regions],
            "moves": [m.to_json() for m in self.moves],
            "detected_pieces": [p.to_json() for p in self.detected_pieces],
            "counts": None if self.counts is None else {z: dict(c) for z, c in self.counts.items()},
            "confidence": round(self.confidence, 4),
            "summary": self.summary,
            "warnings": [w.value for w in self.warnings],
            "questions": [q.to_json() for q in self.questions],
            "occlusions": [o.to_json() for o in self.occlusions],
            "taken_back": self.taken_back,
            "changed_areas": list(self.changed_areas),
            "readings": [r.to_json() for r in self.readings],
            "vlm": None if self.vlm is None else dict(self.vlm),
            "timings_ms": {k: round(v, 1) for k, v in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class BoardSuggestion:
    """Where a board may be in a photo; ``method`` is "markers", "grid", "outline" or "none".

    ``distortion`` is that of the lens as the grid's lines show it (see `lens.Lens`), 0 where they are straight or not known.
    """

    corners: Corners | None
    confidence: float
    method: str
    marker_ids: tuple[int, ...] = ()
    distortion: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The JSON form of the API."""
        return {
            "corners": _corners_json(self.corners),
            "confidence": round(self.confidence, 4),
            "method": self.method,
            "marker_ids": list(self.marker_ids),
            "distortion": self.distortion,
        }


def _point_json(point: Point | None) -> dict[str, float] | None:
    return None if point is None else {"x": round(point[0], 4), "y": round(point[1], 4)}


def _corners_json(corners: Corners | None) -> list[list[float]] | None:
    return None if corners is None else [[round(x, 6), round(y, 6)] for x, y in corners]
