"""Where the board is: photos decoded as far as needed, corners carried from the photo they belong to to the others."""

from dataclasses import dataclass
import math

import numpy as np

from .decode import image_size, reduction_for
from .detect import find_corners
from .geometry import Matrix, board_units, corners_px, image_corners, is_convex, units_to_image
from .photo import Photo, PhotoCache
from .pieces import PIECE_PIXELS
from .registration import STILL, Registration, register
from .types import Alignment, AlignmentStatus, AnalysisRequest, Corners, Grid, Layout, PipelineError

CELL_PIXELS = 40
"""Photo pixels a unit that suffice for comparing; photos are decoded no finer than that."""
ZONE_PIXELS = 32
MOVED_SHIFT = 0.003
"""Mean corner shift, in board diagonals, from which the board is said to have moved."""
TURNED_DEG = 45.0
DEFAULT_EDGE = 1600
"""Long side to which photos of an unknown board are decoded."""
MOST_MOVES = 8
"""Photos with a moved camera over which a board's place is carried on before the reference is looked at again: small errors
add up."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Decoded photos; ``reference`` is None when the before photo itself is it."""

    after: Photo
    before: Photo | None
    reference: Photo | None

    @property
    def first(self) -> Photo:
        """The photo the corners belong to."""
        return self.reference or self.before or self.after


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the board is.

    Its units, unit → pixel of the photo its corners belong to, of before and after, how the after photo was registered.
    """

    columns: int
    rows: int
    to_first: Matrix
    to_before: Matrix
    to_after: Matrix
    registration: Registration | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a photo's board is in the frame of the reference, over how many photos with a moved camera that is known."""

    found: Registration
    moves: int


def decode(request: AnalysisRequest, cache: PhotoCache) -> Photos:
    """Decode a request's photos at the size that suffices, or recall them.

    Args:
        request: the analysis.
        cache: photos of earlier ones.

    Returns:
        The photos.

    Raises:
        PipelineError: ``not_an_image``, ``image_too_small``.
    """

    def photo(data: bytes) -> Photo:
        return cache.photo(data, _reduction(request, data))

    before = None if request.before is None else photo(request.before)
    reference = None
    if request.reference is not None and request.reference != request.before:
        reference = photo(request.reference)
    return Photos(photo(request.after), before, reference)


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
    if isinstance(request.layout, Grid):
        return reduction_for(unit, CELL_PIXELS)
    counted = request.before is None or request.pieces is None
    return reduction_for(unit, PIECE_PIXELS if counted else ZONE_PIXELS)


def board_corners(request: AnalysisRequest, first: Photo) -> Corners:
    """Where the board is in the first photo, as given or found.

    Args:
        request: the analysis; without corners the board is looked for.
        first: the photo that its corners belong to.

    Returns:
        Corners, 0…1 of the photo.

    Raises:
        PipelineError: ``board_not_found``, ``bad_corners``.
    """
    corners = request.corners
    if corners is None:
        key = ("corners", request.layout, request.markers)
        corners = first.derive(
            key, lambda: find_corners(first.image, request.layout, request.markers)
        )
        if corners is None:
            raise PipelineError(
                "board_not_found", "No board was found in the photo; give its corners."
            )
    if not is_convex(corners_px(corners, first.size)):
        raise PipelineError(
            "bad_corners", "The corners cross or are not in the order TL, TR, BR, BL."
        )
    return corners


def align(layout: Layout, corners: Corners, photos: Photos) -> Scene:
    """Corners of the first photo, carried on to before and after by registration.

    Args:
        layout: the board's layout.
        corners: its corners in the first photo, 0…1.
        photos: the photos of the analysis.

    Returns:
        Where the board is in all of them; its registration says whether it was lost.
    """
    first = photos.first
    columns, rows = board_units(layout, corners, first.size)
    to_first = units_to_image(columns, rows, corners, first.size)
    earlier = photos.before
    if earlier is None:
        if photos.reference is None:
            return Scene(columns, rows, to_first, to_first, to_first, None)
        found = register(first, photos.after, to_first, columns, rows)
        return Scene(columns, rows, to_first, found.to_image, found.to_image, found)
    anchor = ("place", first.digest, to_first.tobytes(), columns, rows)

    def place() -> _Place:
        if photos.reference is None:
            return _Place(Registration(to_first, 1.0, 1.0, 0, STILL), 0)
        return _Place(register(first, earlier, to_first, columns, rows), 0)

    before = earlier.derive(anchor, place)
    if before.found.lost:
        place_found = before.found
        return Scene(
            columns, rows, to_first, place_found.to_image, place_found.to_image, place_found
        )
    to_before = before.found.to_image
    found = register(earlier, photos.after, to_before, columns, rows)
    moves = before.moves + (found.method != STILL)
    if moves <= MOST_MOVES and not found.lost:
        photos.after.derive(anchor, lambda: _Place(found, moves))
    return Scene(columns, rows, to_first, to_before, found.to_image, found)


def alignment(scene: Scene, photos: Photos) -> Alignment:
    """How far the board moved between before and after, and since the reference.

    Args:
        scene: where the board is.
        photos: the photos of the analysis.

    Returns:
        For the result: status, shift and drift in board diagonals (from 0), rotation in degrees, corners 0…1, score 0…1.
    """
    size = photos.after.size
    now = image_corners(scene.columns, scene.rows, scene.to_after, size)
    first = image_corners(scene.columns, scene.rows, scene.to_first, photos.first.size)
    drift, _ = _movement(first, now, size)
    if photos.before is None:
        return Alignment(AlignmentStatus.ALIGNED, 0.0, 0.0, 0, now, drift=drift)
    was = image_corners(scene.columns, scene.rows, scene.to_before, photos.before.size)
    shift, turn = _movement(was, now, size)
    status = AlignmentStatus.MOVED if shift > MOVED_SHIFT else AlignmentStatus.ALIGNED
    if abs(turn) > TURNED_DEG:
        status = AlignmentStatus.TURNED
    found = scene.registration
    inliers, score = (found.inliers, max(0.0, min(found.score, 1.0))) if found else (0, 1.0)
    return Alignment(status, shift, turn, inliers, now, score, drift, was)


def _movement(was: Corners, now: Corners, size: tuple[int, int]) -> tuple[float, float]:
    """Mean corner shift in board diagonals, and the mean turn of the edges in degrees."""
    a, b = corners_px(was, size), corners_px(now, size)
    diagonal = float(np.linalg.norm(a[2] - a[0]))
    shift = float(np.linalg.norm(b - a, axis=1).mean()) / max(diagonal, 1e-6)
    ea, eb = np.roll(a, -1, axis=0) - a, np.roll(b, -1, axis=0) - b
    cross = float((ea[:, 0] * eb[:, 1] - ea[:, 1] * eb[:, 0]).sum())
    return shift, math.degrees(math.atan2(cross, float((ea * eb).sum())))
