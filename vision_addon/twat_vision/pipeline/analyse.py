"""One analysis from photos to moves: the order of the stages."""

from collections.abc import Callable
from functools import partial
import time
from typing import Final

from .areas import changed_areas
from .cellgroups import as_cells, as_zones
from .gate import too_dark
from .geometry import Frame
from .gridread import read_grid
from .gridsetup import read_grid_setup
from .lens import PLAIN
from .occlusion import occlusions
from .otherboard import ALIKE, shows_another_board
from .pair import MARGIN, Pair, compare
from .photo import Board, Boards, PhotoCache
from .photometry import match_light, true_colours
from .reading import Reading
from .registration import Registration
from .scene import ZONE_PIXELS, Photos, Scene, align, alignment, board_corners, decode
from .state import Names
from .straighten import as_taken, lens_of, straight_corners, straightened
from .summary import summarise
from .surface import read_surface, read_surface_setup
from .types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Grid,
    Occlusion,
    Stage,
    WarningCode,
    Zones,
)
from .zoneread import read_zones, read_zones_setup

VIRTUAL_SIGMA = 3.0
"""Smoothness of light on boards without cells: their units are half as large, hands are not."""

_free_light = partial(true_colours, sigma=VIRTUAL_SIGMA)
"""Boards without cells show more ground than pieces: a fit that light biases would flatten all that stands there."""


def _ignore(stage: Stage) -> None:
    """Progress nobody listens to."""


def analyse(
    request: AnalysisRequest,
    progress: Callable[[Stage], None] = _ignore,
    cache: PhotoCache | None = None,
) -> AnalysisResult:
    """Say what changed between the before and the after photo, and which moves explain it.

    Args:
        request: photos, board, accepted state. Without a before photo the after photo is read by itself (setup).
        progress: called at the start of every stage.
        cache: what is kept of photos from one analysis to the next; None keeps nothing.

    Returns:
        The reading. A lost board gives no moves, confidence 0 and the warning ``board_lost`` (``too_dark`` in the dark,
        ``different_board`` where the photo shows another one).

    Raises:
        PipelineError: ``not_an_image``, ``image_too_small``, ``board_not_found`` (no corners given and none found), ``bad_corners``.
    """
    clock = _Clock()
    cache = PhotoCache() if cache is None else cache
    played, request = request, as_zones(request)
    taken = photos = decode(request, cache)
    clock.lap("decode")
    progress(Stage.ALIGNING)
    corners = board_corners(played, taken.first)
    lens = lens_of(taken, corners, played.layout)
    if lens != PLAIN:
        photos = straightened(taken, lens, cache)
        corners = straight_corners(corners, lens, taken.first.size)
    scene = align(request.layout, corners, photos)
    clock.lap("align")
    why = _why_lost(photos, scene, scene.registration)
    if why is not None:
        progress(Stage.DONE)
        clock.lap("find")
        return _lost(clock.done(), why)
    clock.mark()
    progress(Stage.COMPARING)
    names = Names.of(request)
    frame = Frame(scene.columns, scene.rows, _scale(request, scene), MARGIN)
    hidden: tuple[Occlusion, ...] = ()
    areas: tuple[str, ...] = ()
    if photos.before is None or scene.registration is None or not request.detect_changes:
        reading = _read_setup(request, photos, scene, frame, names)
        clock.lap("compare")
    else:
        light = match_light if isinstance(request.layout, Grid) else _free_light
        pair = compare(
            photos.before,
            photos.after,
            scene.to_before,
            scene.registration,
            frame,
            clock.timings,
            light,
        )
        clock.mark()
        progress(Stage.NAMING)
        reading = _read_pair(pair, photos, scene, request, names)
        hidden = occlusions(pair, request.layout, photos.after.size)
        areas = changed_areas(pair, request.areas)
        clock.lap("name")
    progress(Stage.DONE)
    where = alignment(scene, photos)
    cache.trim()
    warnings = list(reading.warnings)
    if where.status in (AlignmentStatus.MOVED, AlignmentStatus.TURNED):
        warnings.append(WarningCode.BOARD_MOVED)
    result = AnalysisResult(
        alignment=where,
        changed_regions=reading.regions,
        moves=reading.moves,
        detected_pieces=reading.pieces,
        confidence=reading.confidence,
        summary=summarise(reading.moves, names),
        warnings=tuple(warnings),
        questions=reading.questions,
        timings_ms=clock.done(),
        counts=reading.counts,
        occlusions=hidden,
        taken_back=reading.taken_back,
        changed_areas=areas,
        grounds=reading.grounds,
    )
    result = as_cells(result, played.layout)
    return result if lens == PLAIN else as_taken(result, lens, taken)


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


def _scale(request: AnalysisRequest, scene: Scene) -> int:
    """Canvas pixels a unit: enough for pieces, small enough to be quick."""
    if not isinstance(request.layout, Grid):
        return ZONE_PIXELS
    longest = max(scene.columns, scene.rows)
    if longest < 6:
        return 96
    return 40 if longest <= 10 else 32


def _read_pair(
    pair: Pair, photos: Photos, scene: Scene, request: AnalysisRequest, names: Names
) -> Reading:
    if isinstance(request.layout, Grid):
        return read_grid(pair, request, request.layout, names, photos.after.factor)
    size = scene.columns, scene.rows
    boards = Boards(
        Board(photos.first, scene.to_first, *size),
        Board(photos.before or photos.first, scene.to_before, *size),
        Board(photos.after, scene.to_after, *size),
    )
    if isinstance(request.layout, Zones):
        return read_zones(pair, boards, request, request.layout, names)
    return read_surface(pair, boards, request, request.layout, names)


def _read_setup(
    request: AnalysisRequest, photos: Photos, scene: Scene, frame: Frame, names: Names
) -> Reading:
    if isinstance(request.layout, Grid):
        return read_grid_setup(photos.after, scene.to_after, frame, request, request.layout, names)
    board = Board(photos.after, scene.to_after, scene.columns, scene.rows)
    if isinstance(request.layout, Zones):
        return read_zones_setup(board, request, request.layout, names)
    return read_surface_setup(board, request, request.layout, names)


_LOST: Final = {
    WarningCode.TOO_DARK: "The photo is too dark",
    WarningCode.DIFFERENT_BOARD: "Another board lies on the table",
    WarningCode.BOARD_LOST: "The board was not found in the photo",
}


def _why_lost(photos: Photos, scene: Scene, found: Registration | None) -> WarningCode | None:
    """In the dark it is no wonder, and light is the remedy; another board is not to be calibrated but put away."""
    if found is None or found.score >= ALIKE:
        return None
    if found.lost and too_dark(photos.after.image):
        return WarningCode.TOO_DARK
    known = Board(photos.first, scene.to_first, scene.columns, scene.rows)
    if shows_another_board(known, photos.after):
        return WarningCode.DIFFERENT_BOARD
    return WarningCode.BOARD_LOST if found.lost else None


def _lost(timings: dict[str, float], why: WarningCode) -> AnalysisResult:
    """Without a board there is no reading."""
    return AnalysisResult(
        alignment=Alignment(AlignmentStatus.LOST, 0.0, 0.0, 0, None),
        changed_regions=(),
        moves=(),
        detected_pieces=(),
        confidence=0.0,
        summary=_LOST[why],
        warnings=(why,),
        questions=(),
        timings_ms=timings,
    )
