"""From what a client sent to what the pipeline takes."""

from collections.abc import Mapping

from twat_vision.pipeline import (
    AnalysisRequest,
    Candidate,
    CandidateMove,
    Corners,
    Grid,
    Layout,
    MoveKind,
    Piece,
    Player,
    Surface,
    Thresholds,
    VocabularyEntry,
    Zone,
    Zones,
)

from .schemas import AnalysisIn, CandidateMoveIn, LayoutIn


def to_layout(layout: LayoutIn) -> Layout:
    """Convert a checked layout."""
    if layout.grid is not None:
        grid = layout.grid
        return Grid(grid.columns, grid.rows, grid.origin, grid.naming)
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
            VocabularyEntry(v.type, v.name, None if v.spaces is None else tuple(v.spaces), v.color)
            for v in body.vocabulary
        ),
        candidates=tuple(
            Candidate(tuple(_candidate_move(m) for m in c.moves), c.weight) for c in body.candidates
        ),
        thresholds=Thresholds(body.thresholds.confidence),
        detect_changes=body.tasks.detect_changes,
        identify_pieces=body.tasks.identify_pieces,
    )


def _candidate_move(move: CandidateMoveIn) -> CandidateMove:
    return CandidateMove(
        MoveKind(move.kind), move.piece, move.type, move.player, move.from_space, move.to_space
    )
