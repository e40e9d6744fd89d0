"""From what a client sent to what the pipeline takes, and from what a worker answered back to what it means."""

from collections.abc import Mapping

from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Area,
    AreaReading,
    Candidate,
    CandidateMove,
    ChangedRegion,
    Corners,
    DetectedPiece,
    Grid,
    Layout,
    Move,
    MoveKind,
    Occlusion,
    Piece,
    Player,
    Point,
    Question,
    RegionKind,
    Surface,
    Thresholds,
    VocabularyEntry,
    WarningCode,
    Zone,
    Zones,
)

from .answers import PointAnswer, ResultsAnswer
from .schemas import AnalysisIn, CandidateMoveIn, LayoutIn


def to_layout(layout: LayoutIn) -> Layout:
    """Convert a checked layout."""
    if layout.grid is not None:
        grid = layout.grid
        return Grid(grid.columns, grid.rows, grid.origin, grid.naming, grid.holds)
    if layout.surface is not None:
        return Surface(layout.surface.width, layout.surface.height, layout.surface.unit)
    return Zones(tuple(Zone(z.id, z.name, tuple(z.polygon)) for z in layout.zones or ()))


def to_request(body: AnalysisIn, images: Mapping[str, bytes]) -> AnalysisRequest:
    """Convert a checked request.

    Args:
        body: The request.
        images: The bytes of every photo it names, by SHA-256.
    """
    before, reference = body.images.before, body.images.reference
    corners: Corners | None = body.board.corners
    return AnalysisRequest(
        after=images[body.images.after],
        before=None if before is None else images[before],
        reference=None if reference is None else images[reference],
        corners=corners,
        markers=body.board.markers,
        layout=to_layout(body.board.layout),
        pieces=None
        if body.pieces is None
        else tuple(
            Piece(p.id, p.type, p.player, (p.position.x, p.position.y), p.space)
            for p in body.pieces
        ),
        players=tuple(Player(p.position, p.name, p.color) for p in body.players),
        active_player=body.active_player,
        vocabulary=tuple(
            VocabularyEntry(
                v.type, v.name, None if v.spaces is None else tuple(v.spaces), v.color, v.hint
            )
            for v in body.vocabulary
        ),
        candidates=tuple(
            Candidate(tuple(_candidate_move(m) for m in c.moves), c.weight, c.returns_to)
            for c in body.candidates
        ),
        areas=tuple(
            Area(a.id, a.name, tuple(a.polygon), a.kind, a.least, a.most, a.hint)
            for a in body.areas
        ),
        thresholds=Thresholds(body.thresholds.confidence),
        detect_changes=body.tasks.detect_changes,
        identify_pieces=body.tasks.identify_pieces,
    )


def _candidate_move(move: CandidateMoveIn) -> CandidateMove:
    return CandidateMove(
        MoveKind(move.kind), move.piece, move.type, move.player, move.from_space, move.to_space
    )


def to_result(results: ResultsAnswer) -> AnalysisResult:
    """Convert a result back from its JSON form, which rounds some numbers."""
    found = results.alignment
    return AnalysisResult(
        alignment=Alignment(
            AlignmentStatus(found.status),
            found.shift,
            found.rotation_deg,
            found.inliers,
            _corners(found.corners),
            found.score,
            found.drift,
            _corners(found.before_corners),
        ),
        changed_regions=tuple(
            ChangedRegion(r.box, tuple(r.spaces), RegionKind(r.kind), r.color, r.score)
            for r in results.changed_regions
        ),
        moves=tuple(
            Move(
                MoveKind(m.kind),
                m.piece,
                m.type or "unknown",
                m.player,
                m.from_,
                m.to,
                m.confidence,
                m.color,
                m.captured,
                m.source,
                _point(m.from_position),
                _point(m.to_position),
                m.distance,
                m.rotation_deg,
            )
            for m in results.moves
        ),
        detected_pieces=tuple(
            DetectedPiece(
                p.type or "unknown",
                p.player,
                _point(p.position) or (0.0, 0.0),
                p.space,
                p.confidence,
                p.id,
                p.color,
                p.source,
                p.box,
            )
            for p in results.detected_pieces
        ),
        confidence=results.confidence,
        summary=results.summary,
        warnings=tuple(WarningCode(w) for w in results.warnings),
        questions=tuple(
            Question(q.text, tuple(q.spaces), tuple(q.options)) for q in results.questions
        ),
        timings_ms=results.timings_ms,
        counts=results.counts,
        occlusions=tuple(Occlusion(tuple(o.polygon), tuple(o.spaces)) for o in results.occlusions),
        readings=tuple(
            AreaReading(r.area, r.value, r.confidence, r.source) for r in results.readings
        ),
        taken_back=results.taken_back,
        changed_areas=tuple(results.changed_areas),
        vlm=None if results.vlm is None else results.vlm.model_dump(),
    )


def _corners(corners: list[tuple[float, float]] | None) -> Corners | None:
    if corners is None:
        return None
    top_left, top_right, bottom_right, bottom_left = corners
    return top_left, top_right, bottom_right, bottom_left


def _point(point: PointAnswer | None) -> Point | None:
    return None if point is None else (point.x, point.y)
