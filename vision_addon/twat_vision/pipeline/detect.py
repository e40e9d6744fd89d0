"""Finding a board in a photo: printed markers, a playing grid, or the outline of a printed board."""

import cv2
import numpy as np

from .decode import Image, decode_image
from .lattice import find_grid
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
_CHANCE = 0.35
"""Share of a grid's segments that show an edge where there is no grid."""


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
        outlines = find_outlines(small)
        found = (outlines[0].corners, outlines[0].support) if outlines else None
        method = "outline"
    if found is None:
        return BoardSuggestion(None, 0.0, "none", ids)
    return BoardSuggestion(_fractions(found[0], size), found[1], method, ids)


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


def _grid(image: Image, layout: Grid) -> tuple[Quad, float] | None:
    """Look for the grid in the likeliest outlines, and in the photo as a whole."""
    h, w = image.shape[:2]
    whole = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float64)
    quads = [outline.corners for outline in find_outlines(image)[:_TRIED]]
    best: tuple[Quad, float] | None = None
    for quad in (*quads, whole):
        fit = find_grid(image, quad, layout.columns, layout.rows)
        if fit is not None and (best is None or fit.support > best[1]):
            best = in_order(fit.corners), fit.support
        if best is not None and best[1] >= _CERTAIN:
            break
    if best is None:
        return None
    return best[0], max(0.0, (best[1] - _CHANCE) / (1 - _CHANCE))


def _fractions(quad: Quad, size: tuple[int, int]) -> Corners:
    a, b, c, d = (((x + 0.5) / size[0], (y + 0.5) / size[1]) for x, y in quad.tolist())
    return a, b, c, d
