"""What goes into the pipeline and what comes out of it.

Everything here is a frozen dataclass: parsed once at an edge (HTTP, command line, evaluation), trusted inside.

Units used throughout:

* image points are ``(x, y)`` in fractions 0…1 of the image's width and height, unless a name ends in ``_px``;
* board points are fractions 0…1 of the board, ``(0, 0)`` at the image's top-left corner of the board;
* ``position`` of a piece is in board units: column and row of a grid (from 0), the fraction 0…1 of the zone's
  centre for zones (of where it stands, where that was read from one photo), inches or millimetres for a surface.
"""

from .board import Corners, Grid, Layout, Point, Surface, Zone, Zones
from .kinds import AlignmentStatus, MoveKind, PipelineError, RegionKind, Stage, WarningCode
from .request import (
    AnalysisRequest,
    Area,
    Candidate,
    CandidateMove,
    Piece,
    Player,
    Thresholds,
    VocabularyEntry,
)
from .result import (
    Alignment,
    AnalysisResult,
    AreaReading,
    BoardSuggestion,
    ChangedRegion,
    DetectedPiece,
    Move,
    Occlusion,
    Question,
)

__all__ = [
    "Alignment",
    "AlignmentStatus",
    "AnalysisRequest",
    "AnalysisResult",
    "Area",
    "AreaReading",
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
]
