"""The naive reading that the pipeline is compared with: what changed is where two grey photos differ.

Both photos are decoded at full size, turned grey, blurred, subtracted and thresholded; the contours of what is left are cleaned
by dilation and erosion, small ones dropped, and laid on the board. This is what most hobby projects publish; see OpenCV's own
tutorials on background subtraction. It knows no registration, no light, no colour and no state.
"""

from collections.abc import Sequence
import time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from twat_vision.pipeline.spaces import cell_name
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    ChangedRegion,
    Corners,
    Grid,
    Layout,
    Move,
    MoveKind,
    PipelineError,
    Point,
    RegionKind,
    Surface,
    Zones,
)

BLUR = 21
THRESHOLD = 30
LEAST_AREA = 1000
"""Pixels of the smallest contour that counts."""
COVERED = 0.35
"""Share of a space that contours have to cover to change it; of those tried, the one that reads most real moves exactly."""
UNIT = 32
"""Pixels a cell, or a sixteenth of a board without cells, on which contours are laid on the board."""

Bytes = NDArray[np.uint8]


def read_naively(request: AnalysisRequest) -> AnalysisResult:
    """Say which spaces differ between two photos of the same size.

    Args:
        request: needs ``before`` and ``corners``; the accepted state and the players are not used.

    Returns:
        One region for every space that differs, no moves (on a surface: a placement for every difference), confidence 1.

    Raises:
        PipelineError: ``not_an_image``.
    """
    start = time.perf_counter()
    before, after = _grey(request.before or b""), _grey(request.after)
    if before.shape != after.shape:
        after = np.asarray(cv2.resize(after, before.shape[::-1]), np.uint8)
    difference = cv2.absdiff(before, after)
    _, mask = cv2.threshold(difference, THRESHOLD, 255, cv2.THRESH_BINARY)
    kernel = np.ones((3, 3), np.uint8)
    mask = cv2.erode(cv2.dilate(mask, kernel, iterations=2), kernel, iterations=2)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [c for c in contours if cv2.contourArea(c) > LEAST_AREA]
    regions, moves = _on_board(large, request, before.shape)
    return AnalysisResult(
        alignment=Alignment(AlignmentStatus.ALIGNED, 0.0, 0.0, 0, request.corners),
        changed_regions=regions,
        moves=moves,
        detected_pieces=(),
        confidence=1.0,
        summary=f"{len(regions)} spaces differ",
        warnings=(),
        questions=(),
        timings_ms={"total": (time.perf_counter() - start) * 1000},
    )


def _grey(data: bytes) -> Bytes:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise PipelineError("not_an_image", "The file is not an image that can be read.")
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (BLUR, BLUR), 0), np.uint8)


def _on_board(
    contours: Sequence[NDArray[Any]], request: AnalysisRequest, shape: tuple[int, ...]
) -> tuple[tuple[ChangedRegion, ...], tuple[Move, ...]]:
    layout = request.layout
    columns, rows = (layout.columns, layout.rows) if isinstance(layout, Grid) else (16, 16)
    size = (columns * UNIT, rows * UNIT)
    to_board = _homography(request.corners, shape, size)
    flat = np.zeros(size[::-1], np.uint8)
    moves = []
    for contour in contours:
        points = cv2.perspectiveTransform(contour.astype(np.float32), to_board)
        cv2.fillPoly(flat, [np.round(points).astype(np.int32)], 255)
        if isinstance(layout, Surface):
            x, y = points.reshape(-1, 2).mean(axis=0) / size
            if 0 <= x <= 1 and 0 <= y <= 1:
                moves.append(_placed((float(x) * layout.width, float(y) * layout.height)))
    from_board = np.asarray(np.linalg.inv(to_board), np.float64)
    regions = [
        ChangedRegion(_box(outline, from_board), (name,), RegionKind.REPLACED, None, share)
        for name, outline in _spaces(layout, size)
        if (share := _covered(flat, outline)) >= COVERED
    ]
    return tuple(regions), tuple(moves)


def _homography(
    corners: Corners | None, shape: tuple[int, ...], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Photo pixel → pixel of the flat board (width, height)."""
    around = corners or ((0, 0), (1, 0), (1, 1), (0, 1))
    photo = np.array(around, np.float32) * (shape[1], shape[0])
    flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * size
    matrix = cv2.getPerspectiveTransform(photo.astype(np.float32), flat.astype(np.float32))
    return np.asarray(matrix, np.float64)


def _spaces(layout: Layout, size: tuple[int, int]) -> list[tuple[str, NDArray[np.int32]]]:
    """Names and outlines of a board's spaces in pixels of the flat board."""
    if isinstance(layout, Grid):
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        return [
            (cell_name((c, r), layout), ((square + np.array((c, r))) * UNIT).astype(np.int32))
            for r in range(layout.rows)
            for c in range(layout.columns)
        ]
    if isinstance(layout, Zones):
        return [(z.id, np.round(np.array(z.polygon) * size).astype(np.int32)) for z in layout.zones]
    return []


def _covered(flat: Bytes, outline: NDArray[np.int32]) -> float:
    """Share of a space that contours cover."""
    space = np.zeros_like(flat)
    cv2.fillPoly(space, [outline], 255)
    return float((flat[space > 0] > 0).mean())


def _box(outline: NDArray[np.int32], matrix: NDArray[np.float64]) -> tuple[int, int, int, int]:
    points = cv2.perspectiveTransform(outline[None].astype(np.float32), matrix)
    x, y, width, height = cv2.boundingRect(np.round(points).astype(np.int32))
    return x, y, width, height


def _placed(place: Point) -> Move:
    return Move(MoveKind.PLACE, None, "unknown", None, None, None, 1.0, to_position=place)
