"""Finding a board in a photo: printed markers, a playing grid, or the outline of a printed board."""

from dataclasses import dataclass
import math

import cv2
import numpy as np

from .decode import Image, decode_image
from .lattice import GridFit, find_grid, find_points, grid_lens
from .lens import PLAIN, WIDE, Lens
from .markers import IDS, marker_corners
from .outline import Quad, find_outlines, in_order
from .types import BoardSuggestion, Corners, Grid, Layout

EDGE = 1200
"""Long side in pixels at which boards are looked for."""
SURE = 0.8
"""A board found with at least this confidence is used without asking."""
_TRIED = 6
"""Outlines that are searched for a grid."""
_CERTAIN = 0.97
"""Share of a grid's segments that show an edge beyond which no other outline is tried."""
_FEW_LINES = 4.0
"""Inner lines of a grid so few that something else may well have them: the less sure it is."""
_BENT = 0.1
"""Residual of a grid's edges, in cells, at which it is half as sure."""
_RIVAL, _SAME_BOARD, _APART = 0.92, 0.035, 0.027
"""Outlines as good as this, and this near (in diagonals), leave open which border is meant; at this far apart it is half as sure.

So an outline said to be sure to 0.9 has, nine times in ten, its corners within a quarter of a sixteenth of the board."""
_RIM = 0.95
"""How sure an outline is that has no rival: it does not tell a board's rim from its upper edge."""
_CHANCE = 0.35
"""Share of a grid's segments that show an edge where there is no grid."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A board: its corners in pixels of the photo as taken, how sure it is, and the lens."""

    corners: Quad
    confidence: float
    lens: Lens


def detect_board(image: Image | bytes, layout: Layout) -> BoardSuggestion:
    """Suggest where the board is in a photo.

    Args:
        image: BGR uint8 ``(h, w, 3)``, or an encoded photo.
        layout: what is played on; the grid of a `Grid` is looked for, the printed outline of anything else.

    Returns:
        Corners 0…1 of the image, starting at the image's top left (with markers: at the board's own), and a confidence: the
        share of the board's lines or sides that are seen as edges where they are said to be, set against chance. Method
        ``none`` and no corners when nothing looks like a board.

    Raises:
        PipelineError: ``not_an_image``.
    """
    if isinstance(image, bytes):
        image = decode_image(image)
    corners, ids = marker_corners(image)
    if corners is not None:
        return BoardSuggestion(corners, 1.0, "markers", ids)
    h, w = image.shape[:2]
    scale = min(1.0, EDGE / max(h, w))
    size = (round(w * scale), round(h * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    if isinstance(layout, Grid):
        found = _grid(small, layout)
        method = "grid"
    else:
        found = _outline(small)
        method = "outline"
    if found is None:
        return BoardSuggestion(None, 0.0, "none", ids)
    corners = _fractions(found.corners, size)
    return BoardSuggestion(corners, found.confidence, method, ids, found.lens.distortion)


def find_corners(
    image: Image, layout: Layout, markers: tuple[int, int, int, int] | None
) -> Corners | None:
    """Corners of the board in a photo, 0…1; None when not sure.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        layout: what is played on.
        markers: ids of the printed markers at the board's corners, when they are not 0 to 3.
    """
    if markers is not None and markers != IDS:
        return marker_corners(image, markers)[0]
    suggestion = detect_board(image, layout)
    return suggestion.corners if suggestion.confidence >= SURE else None


def _grid(image: Image, layout: Grid) -> _Found | None:
    """Look for the grid as if through a plain lens first, then through wider ones; the lens is told by its lines."""
    best: _Found | None = None
    for start in (PLAIN, *WIDE):
        found = _grid_through(start, image, layout)
        if found is None:
            continue
        lens = grid_lens(image, found.corners, layout.columns, layout.rows)
        if lens != found.lens:
            size = (image.shape[1], image.shape[0])
            again = _grid_through(lens, image, layout, lens.straight(found.corners, size))
            found = max(found, again or found, key=lambda one: one.confidence)
        if best is None or found.confidence > best.confidence:
            best = found
        if best.confidence >= SURE:
            break
    return best


def _grid_through(
    lens: Lens, image: Image, layout: Grid, outline: Quad | None = None
) -> _Found | None:
    """Look for the grid in a straightened photo: in an outline, or in the likeliest ones and the photo as a whole."""
    straight = lens.picture(image)
    h, w = straight.shape[:2]
    if outline is None:
        whole = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float64)
        quads = [*(o.corners for o in find_outlines(straight)[:_TRIED]), whole]
    else:
        quads = [outline]
    best: GridFit | None = None
    for quad in quads:
        for find in (find_grid, find_points):
            if best is not None and best.support >= _CERTAIN:
                break
            fit = find(straight, quad, layout.columns, layout.rows)
            if fit is not None and (best is None or fit.support > best.support):
                best = fit
    if best is None:
        return None
    seen = max(0.0, (best.support - _CHANCE) / (1 - _CHANCE))
    lines = 1 - math.exp(-(layout.columns + layout.rows - 2) / _FEW_LINES)
    confidence = seen * lines / (1 + (best.residual / _BENT) ** 2)
    corners = lens.bent(in_order(best.corners), (image.shape[1], image.shape[0]))
    return _Found(corners, confidence, lens)


def _outline(image: Image) -> _Found | None:
    """The likeliest outline; where others are as likely a little further in or out, it is less sure which is meant."""
    outlines = find_outlines(image)
    if not outlines:
        return None
    best = outlines[0]
    size = float(np.linalg.norm(best.corners[2] - best.corners[0]))
    rivals = [
        float(np.linalg.norm(other.corners - best.corners, axis=1).max()) / size
        for other in outlines[1:]
        if other.support > _RIVAL * best.support
    ]
    near = [distance for distance in rivals if distance < _SAME_BOARD]
    agreed = 1 / (1 + (max(near, default=0.0) / _APART) ** 2)
    return _Found(best.corners, _RIM * best.support * agreed, PLAIN)


def _fractions(quad: Quad, size: tuple[int, int]) -> Corners:
    a, b, c, d = (((x + 0.5) / size[0], (y + 0.5) / size[1]) for x, y in quad.tolist())
    return a, b, c, d
