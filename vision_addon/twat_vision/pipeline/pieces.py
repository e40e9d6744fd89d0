"""Pieces by colour on one photo of a board, without knowing what stands where.

Painted segments (`paint`) become candidates with a look (`standing`), and the looks tell pieces from print (`piececlass`).
Candidates that touch are parted at their waists (distance transform); what cannot be parted is counted by its area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .colours import Lab
from .geometry import FloatImage, Frame, Mask, photo_box
from .paint import ground, painted
from .photo import Board
from .piececlass import TYPICAL, Verdict, judge
from .segments import Segment
from .standing import Look, looks

PIECE_PIXELS, PIECE_MARGIN = 40, 0.5
"""Canvas pixels a unit, and units of table around the board: a cube of a board of zones is a dozen pixels wide."""
LIKELY, POSSIBLE, HOPELESS = 0.5, 0.2, 0.03
"""Probabilities from which a candidate counts, its shadow is kept apart from others', and it is looked at again."""
LEAST_CANDIDATES = 3
"""From fewer nothing can be learnt."""
MOST_JOINED = 8.0
"""Pieces that may touch each other."""
BROAD = 1.35
"""Width, in sides of the usual piece, from which a piece is of a larger kind."""
WAISTS = (0.5, 0.65, 0.8, 0.95)
"""Half widths, in those of the usual piece, at which touching pieces are parted."""
LEAST_PART = 0.55
"""Area of a part, in those of the usual piece, below which it is none."""


@dataclass(frozen=True, slots=True)
class FoundPieces:
    """``count`` pieces of a colour that were found together, and the probability 0…1 that they are pieces."""

    color: str
    segment: Segment
    count: int
    probability: float


@dataclass(frozen=True, slots=True)
class Table:
    """All that was found, and the usual piece's area in square units."""

    pieces: tuple[FoundPieces, ...]
    unit: float = TYPICAL


def pieces_on(board: Board, nominal: Mapping[str, Lab]) -> Table:
    """Find the pieces on a photo's board, see `find_pieces`; kept with the photo.

    Args:
        board: the photo, and where its board is.
        nominal: CIELAB ``(3,)`` of the colours looked for, by name.

    Returns:
        The pieces; their segments are pixels of `piece_frame`.
    """
    frame = piece_frame(board)
    key = ("pieces", frame, board.to_image.tobytes(), tuple(nominal))
    lab = board.photo.lab_canvas(board.to_image, frame)
    return board.photo.derive(key, lambda: find_pieces(lab, nominal, frame))


def box_of(piece: FoundPieces, board: Board) -> tuple[int, int, int, int]:
    """Where the photo shows what was found on it.

    Args:
        piece: of `pieces_on` the same board.
        board: the photo, and where its board is.

    Returns:
        x, y, width, height in full-size pixels.
    """
    frame = piece_frame(board)
    ys, xs = piece.segment.ys, piece.segment.xs
    edges = [(x, y) for x in (xs.min(), xs.max() + 1) for y in (ys.min(), ys.max() + 1)]
    units = (np.array(edges, np.float64) - frame.offset) / frame.scale
    return photo_box(board.to_image, units, board.photo.factor)


def standing_on(table: Table, board: Board, frame: Frame) -> Mask:
    """Where on another canvas of the same board pieces were found to stand.

    Args:
        table: of `pieces_on` the board.
        board: the photo, and where its board is.
        frame: the other canvas.

    Returns:
        bool ``(H, W)``.
    """
    own = piece_frame(board)
    mask = np.zeros((own.size[1], own.size[0]), np.uint8)
    for piece in table.pieces:
        mask[piece.segment.ys, piece.segment.xs] = 1
    to_other = np.linalg.inv(frame.to_units) @ own.to_units
    width, height = frame.size
    return np.asarray(cv2.warpPerspective(mask, to_other, (width, height)) > 0, np.bool_)


def piece_frame(board: Board) -> Frame:
    """The canvas on which a board's pieces are looked for.

    Args:
        board: the photo, and where its board is.
    """
    return Frame(board.columns, board.rows, PIECE_PIXELS, PIECE_MARGIN)


def find_pieces(lab: FloatImage, nominal: Mapping[str, Lab], frame: Frame) -> Table:
    """Find the pieces of the players' colours.

    Args:
        lab: canvas in CIELAB, float32 ``(H, W, 3)``; about 40 pixels a unit.
        nominal: name → CIELAB ``(3,)`` of the players' colours (`colours.palette`).
        frame: the canvas.

    Returns:
        The candidates that are more likely pieces than not.
    """
    around = ground(lab, frame.scale, frame.offset)

    def look(
        parts: Sequence[tuple[str, Segment]], direction: float | None = None
    ) -> tuple[tuple[Look, ...], Verdict, float]:
        found, shadows = looks(parts, lab, around, frame.scale, direction)
        return found, judge(found), shadows

    parts = painted(lab, around, nominal, frame.scale)
    if len(parts) < LEAST_CANDIDATES:
        return Table(())
    found, verdict, direction = look(parts)
    joined = [
        part
        for candidate, p in zip(found, verdict.probabilities, strict=True)
        if (p > HOPELESS or candidate.segment.area > BROAD * verdict.unit)
        and candidate.segment.area < MOST_JOINED * verdict.unit
        for part in _part(candidate, verdict.unit, frame.scale)
    ]
    found, verdict, _ = look(joined, direction)
    # Once more without what is surely none, so that it takes no shadow away from a neighbour.
    kept = [
        (candidate.color, candidate.segment)
        for candidate, p in zip(found, verdict.probabilities, strict=True)
        if p > POSSIBLE
    ]
    if len(kept) >= LEAST_CANDIDATES:
        found, verdict, _ = look(kept)
    return Table(_pieces(found, verdict, frame.scale), verdict.unit)


def _part(look: Look, unit: float, scale: int) -> list[tuple[str, Segment]]:
    """Part a candidate at its waists, where it has any."""
    segment = look.segment
    half = scale * float(np.sqrt(unit)) / 2
    y0, x0 = int(segment.ys.min()) - 1, int(segment.xs.min()) - 1
    mask = np.zeros((int(segment.ys.max()) - y0 + 2, int(segment.xs.max()) - x0 + 2), np.uint8)
    mask[segment.ys - y0, segment.xs - x0] = 1
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    whole = [(look.color, segment)]
    if depth.max() > BROAD * half:
        return whole
    seeds, most = None, 1
    for waist in WAISTS:
        count, labels = cv2.connectedComponents((depth > waist * half).astype(np.uint8))
        deep = [n for n in range(1, count) if depth[labels == n].max() > 0.6 * half]
        if len(deep) > most:
            seeds, most = np.isin(labels, deep), len(deep)
    if seeds is None:
        return whole
    _, nearest = cv2.distanceTransformWithLabels(
        (~seeds).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP
    )
    mine = nearest[segment.ys - y0, segment.xs - x0]
    parts = [_some(segment, mine == n, scale) for n in np.unique(mine)]
    if min(p.area for p in parts) < LEAST_PART * unit:
        return whole
    return [(look.color, part) for part in parts]


def _some(segment: Segment, which: np.ndarray, scale: int) -> Segment:
    ys, xs = segment.ys[which], segment.xs[which]
    return Segment(ys, xs, (float(xs.mean()), float(ys.mean())), len(ys) / scale**2)


def _pieces(found: tuple[Look, ...], verdict: Verdict, scale: int) -> tuple[FoundPieces, ...]:
    likely = [
        (look, float(p)) for look, p in zip(found, verdict.probabilities, strict=True) if p > LIKELY
    ]
    pieces = []
    for look, p in likely:
        alike = [
            other.segment.area
            for other, _ in likely
            if other.color == look.color
            and other.solid > 0.8
            and 0.55 < other.segment.area / verdict.unit < 1.7
        ]
        unit = float(np.median(alike)) if len(alike) >= 3 else verdict.unit
        pieces.append(FoundPieces(look.color, look.segment, _count(look, unit, scale), p))
    return tuple(pieces)


def _count(look: Look, unit: float, scale: int) -> int:
    """How many pieces a candidate is: one that is broad and solid is a larger kind, else the area tells."""
    points = np.stack([look.segment.xs, look.segment.ys], axis=1).astype(np.int32)
    short = min(cv2.minAreaRect(points)[1]) / scale
    compact = look.solid > 0.8
    share = look.segment.area / unit
    if (compact and short > BROAD * np.sqrt(unit)) or share < (1.9 if compact else 1.4):
        return 1
    return max(2, round(share - 0.2))
