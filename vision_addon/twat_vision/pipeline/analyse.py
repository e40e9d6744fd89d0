"""One analysis from photos to moves: the order of the stages."""

from collections.abc import Callable
from dataclasses import dataclass
import math
import time

import numpy as np

from .decode import Image, decode_image, image_size, reduction_for
from .detect import find_corners
from .gate import too_dark
from .geometry import (
    Frame,
    Matrix,
    board_units,
    corners_px,
    image_corners,
    is_convex,
    units_to_image,
)
from .gridread import read_grid
from .gridsetup import read_grid_setup
from .pair import MARGIN, Pair, compare, locate
from .photometry import COARSE_SIGMA
from .reading import Reading
from .registration import Registration
from .state import Names
from .summary import summarise
from .surface import read_surface, read_surface_setup
from .types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Corners,
    Grid,
    PipelineError,
    Stage,
    WarningCode,
    Zones,
)
from .zoneread import read_zones, read_zones_setup

CELL_PIXELS = 40
"""Photo pixels a unit that suffice for comparing; photos are decoded no finer than that."""
ZONE_PIXELS = 40
VIRTUAL_SIGMA = 3.0
"""Smoothness of light on boards without cells: their units are half as large, hands are not."""
MOVED_SHIFT = 0.003
"""Mean corner shift, in board diagonals, from which the board is said to have moved."""
DEFAULT_EDGE = 1600
"""Long side to which photos of an unknown board are decoded."""


def _ignore(stage: Stage) -> None:
    """Progress nobody listens to."""


def analyse(
    request: AnalysisRequest, progress: Callable[[Stage], None] = _ignore
) -> AnalysisResult:
    """Say what changed between the before and the after photo, and which moves explain it.

    Args:
        request: photos, board, accepted state. Without a before photo the after photo is read by itself (setup).
        progress: called at the start of every stage.

    Returns:
        The reading. A lost board gives no moves, confidence 0 and the warning ``board_lost`` (``too_dark`` in the dark).

    Raises:
        PipelineError: ``not_an_image``, ``image_too_small``, ``board_not_found`` (no corners given and none found), ``bad_corners``.
    """
    clock = _Clock()
    photos = _decode(request)
    clock.lap("decode")
    progress(Stage.ALIGNING)
    scene = _align(request, photos)
    clock.lap("align")
    if scene.registration is not None and scene.registration.lost:
        progress(Stage.DONE)
        return _lost(clock.done(), dark=too_dark(photos.after))
    progress(Stage.COMPARING)
    names = Names.of(request)
    frame = Frame(scene.columns, scene.rows, _scale(request, scene), MARGIN)
    if photos.before is None or scene.registration is None or not request.detect_changes:
        reading = _read_setup(request, photos.after, scene, frame, names)
        clock.lap("compare")
    else:
        sigma = COARSE_SIGMA if isinstance(request.layout, Grid) else VIRTUAL_SIGMA
        pair = compare(
            photos.before,
            photos.after,
            scene.to_before,
            scene.registration,
            frame,
            clock.timings,
            sigma,
        )
        clock.mark()
        progress(Stage.NAMING)
        reading = _read_pair(pair, request, names, photos.factor)
        clock.lap("name")
    progress(Stage.DONE)
    alignment = _alignment(scene, photos)
    warnings = list(reading.warnings)
    if alignment.status is AlignmentStatus.MOVED:
        warnings.append(WarningCode.BOARD_MOVED)
    return AnalysisResult(
        alignment=alignment,
        changed_regions=reading.regions,
        moves=reading.moves,
        detected_pieces=reading.pieces,
        confidence=reading.confidence,
        summary=summarise(reading, names),
        warnings=tuple(warnings),
        questions=reading.questions,
        timings_ms=clock.done(),
        counts=reading.counts,
    )


class _Clock:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.timings: dict[str, float] = {}

    def mark(self) -> None:
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = (now - self._last) * 1000
        self._last = now

    def done(self) -> dict[str, float]:
        return self.timings | {"total": (time.perf_counter() - self._start) * 1000}


@dataclass(frozen=True, slots=True)
class _Photos:
    """Decoded photos; ``factor`` is full-size pixels of the after photo per decoded pixel."""

    after: Image
    before: Image | None
    reference: Image | None
    factor: float


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where the board is: units, unit → pixel of before and after, how the after photo was registered."""

    columns: int
    rows: int
    to_before: Matrix
    to_after: Matrix
    registration: Registration | None


def _decode(request: AnalysisRequest) -> _Photos:
    reduce_after = _reduction(request, request.after)
    after = decode_image(request.after, reduce_after)
    before = None
    if request.before is not None:
        before = decode_image(request.before, _reduction(request, request.before))
    reference = None
    if request.reference is not None and request.reference != request.before:
        reference = decode_image(request.reference, _reduction(request, request.reference))
    return _Photos(after, before, reference, float(reduce_after))


def _reduction(request: AnalysisRequest, data: bytes) -> int:
    size = image_size(data)
    if size is None:
        return 1
    if request.corners is None:
        return reduction_for(max(size), DEFAULT_EDGE)
    units = board_units(request.layout, request.corners, size)
    p = corners_px(request.corners, size)
    edges = np.linalg.norm(p - np.roll(p, -1, axis=0), axis=1)
    unit = float(np.min(edges / np.array([units[0], units[1], units[0], units[1]])))
    return reduction_for(unit, CELL_PIXELS if isinstance(request.layout, Grid) else ZONE_PIXELS)


def _align(request: AnalysisRequest, photos: _Photos) -> _Scene:
    """Corners of the first photo given, carried on to before and after by registration."""
    first = photos.reference
    if first is None:
        first = photos.before if photos.before is not None else photos.after
    size = (first.shape[1], first.shape[0])
    corners = request.corners
    if corners is None:
        corners = find_corners(first, request.layout, request.markers)
        if corners is None:
            raise PipelineError(
                "board_not_found", "No board was found in the photo; give its corners."
            )
    if not is_convex(corners_px(corners, size)):
        raise PipelineError(
            "bad_corners", "The corners cross or are not in the order TL, TR, BR, BL."
        )
    columns, rows = board_units(request.layout, corners, size)
    to_first = units_to_image(columns, rows, corners, size)
    to_before = to_first
    if photos.reference is not None:
        other = photos.before if photos.before is not None else photos.after
        found = locate(photos.reference, other, to_first, columns, rows)
        if photos.before is None or found.lost:
            # Without a usable before photo the reference is what the board is found by.
            return _Scene(columns, rows, found.to_image, found.to_image, found)
        to_before = found.to_image
    if photos.before is None:
        return _Scene(columns, rows, to_first, to_first, None)
    found = locate(photos.before, photos.after, to_before, columns, rows)
    return _Scene(columns, rows, to_before, found.to_image, found)


def _scale(request: AnalysisRequest, scene: _Scene) -> int:
    """Canvas pixels a unit: enough for pieces, small enough to be quick."""
    if not isinstance(request.layout, Grid):
        return ZONE_PIXELS
    longest = max(scene.columns, scene.rows)
    if longest < 6:
        return 96
    return 40 if longest <= 10 else 32


def _read_pair(pair: Pair, request: AnalysisRequest, names: Names, factor: float) -> Reading:
    if isinstance(request.layout, Grid):
        return read_grid(pair, request, request.layout, names, factor)
    if isinstance(request.layout, Zones):
        return read_zones(pair, request, request.layout, names, factor)
    return read_surface(pair, request, request.layout, names, factor)


def _read_setup(
    request: AnalysisRequest, after: Image, scene: _Scene, frame: Frame, names: Names
) -> Reading:
    if isinstance(request.layout, Grid):
        return read_grid_setup(after, scene.to_after, frame, request, request.layout, names)
    if isinstance(request.layout, Zones):
        return read_zones_setup(after, scene.to_after, frame, request, request.layout, names)
    return read_surface_setup(after, scene.to_after, frame, request, request.layout, names)


def _alignment(scene: _Scene, photos: _Photos) -> Alignment:
    h, w = photos.after.shape[:2]
    now = image_corners(scene.columns, scene.rows, scene.to_after, (w, h))
    if photos.before is None:
        return Alignment(AlignmentStatus.ALIGNED, 0.0, 0.0, 0, now)
    hb, wb = photos.before.shape[:2]
    was = image_corners(scene.columns, scene.rows, scene.to_before, (wb, hb))
    shift, turn = _movement(was, now, (w, h))
    status = AlignmentStatus.MOVED if shift > MOVED_SHIFT else AlignmentStatus.ALIGNED
    inliers = scene.registration.inliers if scene.registration else 0
    return Alignment(status, shift, turn, inliers, now)


def _movement(was: Corners, now: Corners, size: tuple[int, int]) -> tuple[float, float]:
    """Mean corner shift in board diagonals, and the mean turn of the edges in degrees."""
    a, b = corners_px(was, size), corners_px(now, size)
    diagonal = float(np.linalg.norm(a[2] - a[0]))
    shift = float(np.linalg.norm(b - a, axis=1).mean()) / max(diagonal, 1e-6)
    ea, eb = np.roll(a, -1, axis=0) - a, np.roll(b, -1, axis=0) - b
    cross = float((ea[:, 0] * eb[:, 1] - ea[:, 1] * eb[:, 0]).sum())
    return shift, math.degrees(math.atan2(cross, float((ea * eb).sum())))


def _lost(timings: dict[str, float], *, dark: bool) -> AnalysisResult:
    """Without a board there is no reading; in the dark that is no wonder, and light is the remedy."""
    return AnalysisResult(
        alignment=Alignment(AlignmentStatus.LOST, 0.0, 0.0, 0, None),
        changed_regions=(),
        moves=(),
        detected_pieces=(),
        confidence=0.0,
        summary=("The photo is too dark" if dark else "The board was not found in the photo"),
        warnings=(WarningCode.TOO_DARK if dark else WarningCode.BOARD_LOST,),
        questions=(),
        timings_ms=timings,
    )
