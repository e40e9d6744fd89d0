"""The annotated photo that players look at: the board faintly, changed spaces, an arrow for every move, hands."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import bgr_of
from .decode import Image
from .geometry import Matrix, board_units, project, units_to_image
from .pen import WHITE, Bgr, Pen, contrast
from .spaces import cell_of
from .state import Names
from .summary import turn_of, way
from .types import (
    AnalysisRequest,
    AnalysisResult,
    ChangedRegion,
    Corners,
    Grid,
    Move,
    MoveKind,
    RegionKind,
    Surface,
    WarningCode,
    Zones,
)

QUALITY = 88
LEAST_SIDE = 1280
"""Longer side in pixels of the picture at least: what a tablet shows; text on less is not readable."""
ALARM: Bgr = (60, 60, 220)
NOTICE: Bgr = (140, 200, 255)


def draw_overlay(after_bgr: Image, request: AnalysisRequest, result: AnalysisResult) -> bytes:
    """Draw what was found on the after photo.

    Args:
        after_bgr: the after photo, BGR uint8 ``(h, w, 3)``, in any size.
        request: what was asked.
        result: what was found; boxes of its changed regions are in pixels of ``after_bgr``.

    Returns:
        A JPEG file of the same size, of a small photo enlarged to `LEAST_SIDE`.
    """
    factor = max(1.0, LEAST_SIDE / max(after_bgr.shape[:2]))
    picture = after_bgr.copy()
    if factor > 1:
        picture = np.asarray(
            cv2.resize(after_bgr, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC),
            np.uint8,
        )
    pen = Pen(picture)
    names = Names.of(request)
    corners = result.alignment.corners
    if corners is not None:
        board = _Board(request, corners, pen.size)
        _draw_board(pen, board, request)
        _draw_spaces(pen, board, result.moves)
        marks = _marks(result, board, factor)
        for mark in marks:
            for points in mark:
                if points is not None:
                    pen.keep_clear(points)
        for move, (start, end) in zip(result.moves, marks, strict=True):
            _draw_move(pen, move, start, end, on_cells=isinstance(request.layout, Grid))
        for move, (start, end) in zip(result.moves, marks, strict=True):
            points = end if end is not None else start
            if points is not None:
                pen.label(way(move, names), points, bgr_of(move.color))
    _draw_occlusions(pen, result)
    _draw_captions(pen, result)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return data.tobytes()


class _Board:
    """Where the spaces are in the picture."""

    def __init__(self, request: AnalysisRequest, corners: Corners, size: tuple[int, int]) -> None:
        self.layout = request.layout
        self.columns, self.rows = board_units(request.layout, corners, size)
        self._matrix: Matrix = units_to_image(self.columns, self.rows, corners, size)
        self.unit = float(
            np.linalg.norm(
                self.at((self.columns / 2, self.rows / 2))
                - self.at((self.columns / 2 + 1, self.rows / 2))
            )
        )

    def at(self, point: tuple[float, float]) -> NDArray[np.float64]:
        """Picture position of a point in units."""
        return np.asarray(project(self._matrix, np.array([point], np.float64))[0], np.float64)

    def polygon(self, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """Picture positions of points in units."""
        return project(self._matrix, np.asarray(points, np.float64))

    def space(self, name: str | None) -> NDArray[np.float64] | None:
        """Outline of a space in the picture, None for one that is unknown or off the board."""
        if name is None:
            return None
        if isinstance(self.layout, Grid):
            cell = cell_of(name, self.layout)
            return None if cell is None else self.polygon(_square(cell))
        if isinstance(self.layout, Zones):
            zone = next((z for z in self.layout.zones if z.id == name), None)
            if zone is not None:
                return self.polygon([(x * self.columns, y * self.rows) for x, y in zone.polygon])
        return None

    def outline(
        self, name: str | None, position: tuple[float, float] | None
    ) -> NDArray[np.float64] | None:
        """Outline of a space, or of a piece's usual size around a free position."""
        found = self.space(name)
        if found is not None or position is None or not isinstance(self.layout, Surface):
            return found
        x = position[0] / self.layout.width * self.columns
        y = position[1] / self.layout.height * self.rows
        return self.polygon(_square((x - 0.25, y - 0.25), 0.5))


def _square(corner: tuple[float, float], side: float = 1) -> list[tuple[float, float]]:
    x, y = corner
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def _draw_board(pen: Pen, board: _Board, request: AnalysisRequest) -> None:
    columns, rows = board.columns, board.rows
    pen.outline(
        board.polygon([(0, 0), (columns, 0), (columns, rows), (0, rows)]), WHITE, 0.7, pen.width
    )
    if isinstance(request.layout, Grid):
        for x in range(1, columns):
            pen.outline(board.polygon([(x, 0), (x, rows)]), WHITE, 0.22, pen.width)
        for y in range(1, rows):
            pen.outline(board.polygon([(0, y), (columns, y)]), WHITE, 0.22, pen.width)
    elif isinstance(request.layout, Zones):
        for zone in request.layout.zones:
            outline = board.space(zone.id)
            if outline is not None:
                pen.outline(outline, WHITE, 0.22, pen.width)


def _draw_spaces(pen: Pen, board: _Board, moves: Sequence[Move]) -> None:
    touched: dict[str, tuple[Bgr, float]] = {}
    for move in moves:
        for name, opacity in ((move.from_space, 0.16), (move.to_space, 0.3)):
            if name is not None and opacity > touched.get(name, ((0, 0, 0), 0.0))[1]:
                touched[name] = (bgr_of(move.color), opacity)
    for name, (color, opacity) in touched.items():
        outline = board.space(name)
        if outline is not None:
            # Large zones hold much that must stay visible.
            large = float(np.ptp(outline, axis=0).max()) / board.unit > 3
            pen.fill(outline, color, 0.3 * opacity if large else opacity)
            pen.outline(outline, contrast(color), 0.9, 3 * pen.width)
            pen.outline(outline, color, 1.0, 2 * pen.width)


_Mark = tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]
"""Outlines ``(n, 2)`` in the picture of where a move's piece was and is; None off the board."""


def _marks(result: AnalysisResult, board: _Board, factor: float) -> list[_Mark]:
    """Where every move's piece was and is: as it was seen, else its space."""
    free = list(result.changed_regions)
    found = []
    for move in result.moves:
        came = (RegionKind.APPEARED, RegionKind.REPLACED)
        start = _seen(free, move.from_space, move.color, (RegionKind.VANISHED,), board, factor)
        end = _seen(free, move.to_space, move.color, came, board, factor)
        if start is None:
            start = board.outline(move.from_space, move.from_position)
        if end is None:
            end = board.outline(move.to_space, move.to_position)
        found.append((start, end))
    return found


def _seen(
    free: list[ChangedRegion],
    space: str | None,
    color: str | None,
    kinds: Sequence[RegionKind],
    board: _Board,
    factor: float,
) -> NDArray[np.float64] | None:
    """The box of a changed region of a zone that is not taken yet; cells and free places say enough by themselves."""
    if space is None or not isinstance(board.layout, Zones):
        return None
    for region in free:
        if space in region.spaces and region.color == color and region.kind in kinds:
            free.remove(region)
            x, y, w, h = (factor * v for v in region.box_px)
            return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float64)
    return None


def _draw_move(
    pen: Pen,
    move: Move,
    start: NDArray[np.float64] | None,
    end: NDArray[np.float64] | None,
    *,
    on_cells: bool,
) -> None:
    color = bgr_of(move.color)
    if end is not None and turn_of(move) is not None:
        pen.turn(
            end.mean(axis=0), 0.62 * float(np.ptp(end, axis=0).max()), move.rotation_deg or 0, color
        )
    if move.distance == 0:
        return
    if start is not None and end is not None:
        pen.arrow(start.mean(axis=0), end.mean(axis=0), color)
    elif end is not None and not on_cells:
        pen.ring(end.mean(axis=0), 0.62 * float(np.ptp(end, axis=0).max()), color)
    elif start is not None:
        pen.cross(start.mean(axis=0), 0.3 * float(np.ptp(start, axis=0).min()), color)
    if move.kind is MoveKind.CAPTURE and end is not None:
        pen.ring(end.mean(axis=0), 0.42 * float(np.ptp(end, axis=0).max()), ALARM)


def _draw_occlusions(pen: Pen, result: AnalysisResult) -> None:
    for occlusion in result.occlusions:
        outline = np.array(occlusion.polygon, np.float64) * pen.size
        pen.fill(outline, ALARM, 0.15)
        pen.outline(outline, WHITE, 0.9, 3 * pen.width)
        pen.outline(outline, ALARM, 1.0, 2 * pen.width)


def _draw_captions(pen: Pen, result: AnalysisResult) -> None:
    if result.summary:
        pen.caption(f"{result.summary}  ({result.confidence:.0%})", WHITE, top=False)
    serious = [w for w in result.warnings if w is not WarningCode.BOARD_MOVED]
    if serious:
        pen.caption(", ".join(w.value.replace("_", " ") for w in serious), NOTICE, top=True)
