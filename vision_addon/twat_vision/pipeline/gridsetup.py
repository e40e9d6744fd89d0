"""Reading a grid from one photo: which cells are occupied, or whether a known position is the one in the photo."""

import numpy as np
from numpy.typing import NDArray

from .appearance import (
    EMPTY,
    Features,
    cell_features,
    emptiness_distance,
    empty_look,
    learn,
    quiet_cells,
    shade_groups,
)
from .cells import tiles
from .colours import median_colour
from .geometry import FloatImage, Frame, Matrix
from .grid import colour_name
from .gridread import pieces_after
from .photo import Photo
from .reading import Reading
from .spaces import cell_name, piece_cell
from .state import Names
from .types import AnalysisRequest, DetectedPiece, Grid, Question

OCCUPIED_DISTANCE = 1.9
"""Distance from the empty look at which a cell is as likely occupied as empty."""
DOUBTFUL = 0.8
"""Share of cells that must look like what is said to stand there."""


def read_grid_setup(
    after: Photo,
    to_after: Matrix,
    frame: Frame,
    request: AnalysisRequest,
    grid: Grid,
    names: Names,
) -> Reading:
    """Read one photo by itself.

    With a known position its pieces are reported, and the confidence is the share of cells that look like what is said to
    stand there. Without one, the cells that do not look like the empty ones are reported with their colour, and the
    confidence is that of the least clear cell.

    Args:
        after: decoded photo.
        to_after: unit → pixel.
        frame: the canvas to read on.
        request: the analysis.
        grid: the layout.
        names: the request's players and vocabulary.
    """
    lab = after.lab_canvas(to_after, frame)
    features = cell_features(lab, frame)
    if request.pieces is None:
        return _read_freely(lab, features, frame, grid, names)
    agreement = _agreement(features, request, grid)
    questions: tuple[Question, ...] = ()
    if agreement < DOUBTFUL:
        text = (
            "The photo does not look like the start position. Is the board set up as it should be?"
        )
        questions = (Question(text, (), ("Yes", "No")),)
    return Reading((), (), pieces_after(request, (), grid), agreement, questions=questions)


def _agreement(features: Features, request: AnalysisRequest, grid: Grid) -> float:
    """Share of cells whose look is best explained by what is said to stand there, 0…1."""
    labels = np.zeros(features.shape[:2], np.int64)
    for piece in request.pieces or ():
        cell = piece_cell(piece, grid)
        if cell is not None:
            labels[cell[1], cell[0]] = -1 if piece.player is None else piece.player
    look = empty_look(features, labels == EMPTY)
    shades = shade_groups(features, labels == EMPTY)
    costs = learn(features - look, labels, shades, {}).costs(features - look)
    if not costs:
        return 1.0
    classes = np.array(list(costs))
    best = classes[np.stack(list(costs.values())).argmin(axis=0)]
    known = labels >= 0
    return float((best == labels)[known].mean())


def _read_freely(
    lab: FloatImage, features: Features, frame: Frame, grid: Grid, names: Names
) -> Reading:
    occupied = occupancy(features)
    planes = np.stack([tiles(np.ascontiguousarray(lab[..., i]), frame) for i in range(3)], axis=-1)
    s = frame.scale
    middle = np.zeros((s, s), np.bool_)
    middle[s // 3 : s - s // 3, s // 3 : s - s // 3] = True
    found = []
    for row, column in np.argwhere(occupied > 0.5):
        color = colour_name(median_colour(planes[row, column], middle), names)
        space = cell_name((int(column), int(row)), grid)
        found.append(
            DetectedPiece(
                names.type_for(space, color),
                names.player_of(color),
                (float(column), float(row)),
                space,
                float(occupied[row, column]),
                color=color,
            )
        )
    return Reading((), (), tuple(found), float(np.abs(occupied - 0.5).min()) + 0.5)


def occupancy(features: Features) -> NDArray[np.float64]:
    """Probability that each cell is occupied, from its distance to the look of the quietest cells.

    Args:
        features: ``(rows, columns, 5)``.

    Returns:
        0…1, float64 ``(rows, columns)``.
    """
    quiet = quiet_cells(features)
    distance = emptiness_distance(features, empty_look(features, quiet), quiet)
    return np.asarray(1 / (1 + np.exp(-3 * (distance - OCCUPIED_DISTANCE))), np.float64)
