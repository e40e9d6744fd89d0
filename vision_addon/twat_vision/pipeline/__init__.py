"""Reads a board from photos: what changed between two of them, and which moves explain it.

Pure functions on images, without network, files or games.
"""

from .analyse import analyse
from .decode import decode_image
from .detect import detect_board
from .overlay import draw_overlay
from .photo import PhotoCache
from .types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    BoardSuggestion,
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
    PipelineError,
    Player,
    Point,
    Question,
    RegionKind,
    Stage,
    Surface,
    Thresholds,
    VocabularyEntry,
    WarningCode,
    Zone,
    Zones,
)

__all__ = [
    "Alignment",
    "AlignmentStatus",
    "AnalysisRequest",
    "AnalysisResult",
    "BoardSuggestion",
    "Candidate",
    "CandidateMove",
    "ChangedRegion",
    "Corners",
    "DetectedPiece",
    "Grid",
    "Layout",
    "Move",
    "MoveKind",
    "Occlusion",
    "PhotoCache",
    "Piece",
    "PipelineError",
    "Player",
    "Point",
    "Question",
    "RegionKind",
    "Stage",
    "Surface",
    "Thresholds",
    "VocabularyEntry",
    "WarningCode",
    "Zone",
    "Zones",
    "analyse",
    "decode_image",
    "detect_board",
    "draw_overlay",
]
