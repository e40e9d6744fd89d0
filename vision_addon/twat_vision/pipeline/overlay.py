"""The annotated photo that players look at: the board faintly, changed spaces, an arrow for every move."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import bgr_of
from .decode import Image
from .geometry import Matrix, board_units, project, units_to_image
from .spaces import Cell, cell_of
from .state import Names
from .summary import describe
from .types import (
    AnalysisRequest,
    AnalysisResult,
    Corners,
    Grid,
    Move,
    MoveKind,
    Surface,
    WarningCode,
    Zones,
)

QUALITY = 88
Bgr = tuple[int, int, int]
WHITE: Bgr = (255, 255, 255)
DARK: Bgr = (30, 26, 24)
ALARM: Bgr = (60, 60, 220)

_ASCII = str.maketrans({"→": ">", "×": "x", "·": "-", "–": "-", "“": '"', "”": '"'})


def draw_overlay(after_bgr: Image, request: AnalysisRequest, result: AnalysisResult) -> bytes:
    """Draw what was found on the after photo.

    Args:
        after_bgr: the after photo, BGR uint8 ``(h, w, 3)``, in any size.
        request: what was asked.
        result: what was found; positions are taken from its corners and spaces, so the photo's size is free.

    Returns:
        A JPEG file of the same size.
    """
    picture = after_bgr.copy()
    pen = _Pen(picture)
    names = Names.of(request)
    corners = result.alignment.corners
    if corners is not None:
        board = _Board(request, corners, pen.size)
        _draw_board(pen, board, request)
        _draw_spaces(pen, board, result.moves)
        for move in result.moves:
            _draw_move(pen, board, move, names)
    _draw_caption(pen, result)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return data.tobytes()


class _Pen:
    """Draws with thicknesses that suit the picture's size."""

    def __init__(self, picture: Image) -> None:
        self.picture = picture
        self.size = (picture.shape[1], picture.shape[0])
        self.width = max(1, round(max(self.size) / 700))
        self.text = max(0.35, max(self.size) / 1500)

    def outline(self, points: NDArray[np.float64], color: Bgr, opacity: float, width: int) -> None:
        """A closed polygon's outline."""
        self._blend(points, color, opacity, width)

    def fill(self, points: NDArray[np.float64], color: Bgr, opacity: float) -> None:
        """A filled polygon."""
        self._blend(points, color, opacity, 0)

    def _blend(self, points: NDArray[np.float64], color: Bgr, opacity: float, width: int) -> None:
        pts = np.round(points).astype(np.int32)
        low = np.maximum(pts.min(axis=0) - width - 2, 0)
        high = np.minimum(pts.max(axis=0) + width + 3, self.size)
        if (high <= low).any():
            return
        part = self.picture[low[1] : high[1], low[0] : high[0]]
        drawn = part.copy()
        if width:
            cv2.polylines(drawn, [pts - low], True, color, width, cv2.LINE_AA)
        else:
            cv2.fillPoly(drawn, [pts - low], color, cv2.LINE_AA)
        cv2.addWeighted(drawn, opacity, part, 1 - opacity, 0, part)

    def arrow(self, start: NDArray[np.float64], end: NDArray[np.float64], color: Bgr) -> None:
        """An arrow with a contrasting rim."""
        a, b = np.round(start).astype(int).tolist(), np.round(end).astype(int).tolist()
        length = max(1.0, float(np.linalg.norm(end - start)))
        tip = min(0.45, 12 * self.width / length)
        for shade, width in ((_contrast(color), 6 * self.width), (color, 3 * self.width)):
            cv2.arrowedLine(self.picture, a, b, shade, width, cv2.LINE_AA, 0, tip)

    def ring(self, centre: NDArray[np.float64], radius: float, color: Bgr) -> None:
        """A circle with a contrasting rim."""
        c = np.round(centre).astype(int).tolist()
        for shade, width in ((_contrast(color), 5 * self.width), (color, 3 * self.width)):
            cv2.circle(self.picture, c, max(2, round(radius)), shade, width, cv2.LINE_AA)

    def cross(self, centre: NDArray[np.float64], radius: float, color: Bgr) -> None:
        """A cross with a contrasting rim."""
        for shade, width in ((_contrast(color), 6 * self.width), (color, 3 * self.width)):
            for dx, dy in ((1, 1), (1, -1)):
                d = np.array([dx, dy]) * radius
                a, b = (np.round(centre + k * d).astype(int).tolist() for k in (-1, 1))
                cv2.line(self.picture, a, b, shade, width, cv2.LINE_AA)

    def label(self, text: str, anchor: NDArray[np.float64], color: Bgr, scale: float = 1.0) -> None:
        """Text on a plate, centred above ``anchor`` and kept inside the picture."""
        font, size = cv2.FONT_HERSHEY_SIMPLEX, self.text * scale
        weight = max(1, round(1.6 * size))
        (w, h), base = cv2.getTextSize(text, font, size, weight)
        pad = round(0.45 * h)
        x = int(np.clip(anchor[0] - w / 2, pad, max(pad, self.size[0] - w - pad)))
        y = int(np.clip(anchor[1], h + 2 * pad, max(h + 2 * pad, self.size[1] - base - pad)))
        plate = np.array(
            [
                (x - pad, y - h - pad),
                (x + w + pad, y - h - pad),
                (x + w + pad, y + base),
                (x - pad, y + base),
            ],
            np.float64,
        )
        self.fill(plate, DARK, 0.78)
        cv2.putText(self.picture, text, (x, y), font, size, color, weight, cv2.LINE_AA)


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

    def place(
        self, name: str | None, position: tuple[float, float] | None
    ) -> NDArray[np.float64] | None:
        """Centre of a space, or a free position."""
        outline = self.space(name)
        if outline is not None:
            return np.asarray(outline.mean(axis=0), np.float64)
        if position is None or not isinstance(self.layout, Surface):
            return None
        x = position[0] / self.layout.width * self.columns
        y = position[1] / self.layout.height * self.rows
        return self.at((x, y))


def _square(cell: Cell) -> list[tuple[float, float]]:
    x, y = cell
    return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]


def _draw_board(pen: _Pen, board: _Board, request: AnalysisRequest) -> None:
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


def _draw_spaces(pen: _Pen, board: _Board, moves: Sequence[Move]) -> None:
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
            pen.outline(outline, _contrast(color), 0.9, 3 * pen.width)
            pen.outline(outline, color, 1.0, 2 * pen.width)


def _draw_move(pen: _Pen, board: _Board, move: Move, names: Names) -> None:
    color = bgr_of(move.color)
    start = board.place(move.from_space, move.from_position)
    end = board.place(move.to_space, move.to_position)
    radius = 0.3 * board.unit
    if start is not None and end is not None:
        pen.arrow(start, end, color)
    elif end is not None:
        pen.ring(end, radius, color)
    elif start is not None:
        pen.cross(start, radius, color)
    if move.kind is MoveKind.CAPTURE and end is not None:
        pen.ring(end, 1.3 * radius, ALARM)
    anchor = end if end is not None else start
    if anchor is not None:
        text = describe(move, names).translate(_ASCII)
        pen.label(text, anchor - (0, 0.62 * board.unit), WHITE, 0.72)


def _draw_caption(pen: _Pen, result: AnalysisResult) -> None:
    text = f"{result.summary}  ({result.confidence:.0%})".translate(_ASCII)
    if len(text) > 96:
        text = text[:93] + "..."
    bottom = np.array([pen.size[0] / 2, pen.size[1]], np.float64)
    pen.label(text, bottom, WHITE)
    serious = [w for w in result.warnings if w is not WarningCode.BOARD_MOVED]
    if serious:
        words = ", ".join(w.value.replace("_", " ") for w in serious)
        pen.label(words, np.array([pen.size[0] / 2, 0], np.float64), (140, 200, 255))


def _contrast(color: Bgr) -> Bgr:
    luma = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
    return DARK if luma > 110 else WHITE
