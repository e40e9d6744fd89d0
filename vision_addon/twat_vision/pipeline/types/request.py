"""What goes into an analysis."""

from dataclasses import dataclass, field

from .board import Corners, Layout, Point
from .kinds import MoveKind


@dataclass(frozen=True, slots=True)
class Player:
    """A player: ``position`` counts from 1, ``color`` is a colour's name or ``#rrggbb``."""

    position: int
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the accepted state; ``position`` in board units, ``player`` None for nobody's."""

    id: str
    type: str
    player: int | None
    position: Point
    space: str | None


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """A type of piece that may be placed; ``spaces`` None means anywhere.

    ``hint`` says how it looks, in any language, for a model that has never seen this game.
    """

    type: str
    name: str
    spaces: tuple[str, ...] | None = None
    color: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A marked part of the board whose content is a number; ``polygon`` as of a `Zone`.

    ``kind`` is "number" (printed or written), "count" (how many things lie there) or "track" (the number of the field that a
    marker stands on); values are from ``least`` to ``most``.
    """

    id: str
    name: str
    polygon: tuple[Point, ...]
    kind: str = "number"
    least: int = 0
    most: int = 99
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class CandidateMove:
    """One piece's part of a plausible next move; spaces are None off the board."""

    kind: MoveKind
    piece: str | None
    type: str | None
    player: int | None
    from_space: str | None
    to_space: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plausible next move (all of its parts) and its relative weight > 0.

    ``returns_to`` names the earlier state that it leads back to, where it takes something back; None for a new move.
    """

    moves: tuple[CandidateMove, ...]
    weight: float = 1.0
    returns_to: str | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the caller considers sure: ``confidence`` in 0…1, below which a question is asked."""

    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """Everything one analysis needs; images are encoded files (JPEG, PNG, WebP) as bytes.

    ``corners`` belong to the reference photo, without one to the before photo, without that to the after photo.
    ``markers`` are the ids of printed ArUco markers at the board's corners in the order of ``Corners``. With neither,
    the board is searched for. ``pieces`` None means the state is not known (the pair is read by itself).
    """

    after: bytes
    layout: Layout
    before: bytes | None = None
    reference: bytes | None = None
    corners: Corners | None = None
    markers: tuple[int, int, int, int] | None = None
    pieces: tuple[Piece, ...] | None = None
    players: tuple[Player, ...] = ()
    active_player: int | None = None
    vocabulary: tuple[VocabularyEntry, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    areas: tuple[Area, ...] = ()
    detect_changes: bool = True
    identify_pieces: str = "auto"
