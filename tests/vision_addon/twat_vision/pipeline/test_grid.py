"""What explains the changed cells of a grid."""

import numpy as np

from twat_vision.pipeline.assign import Action, solve_one_way
from twat_vision.pipeline.cells import CellReading
from twat_vision.pipeline.grid import CellEvidence, GridEvidence, problem
from twat_vision.pipeline.gridcontent import Content
from twat_vision.pipeline.types import AnalysisRequest, Grid

TEAL, WHITE = np.array([52.0, -16, -22]), np.array([86.0, -11, -18])


def explained(first: CellEvidence, second: CellEvidence) -> set[Action]:
    """The actions of the best explanation of two changed cells, without a state."""
    zeros = np.zeros((8, 8))
    reading = CellReading(zeros, zeros, 0.33, np.zeros((8, 8), np.bool_))
    evidence = GridEvidence(reading, (first, second), np.zeros((2, 2)), (), known=False)
    request = AnalysisRequest(after=b"", layout=Grid(8, 8))
    return set(solve_one_way(problem(evidence, request))[1].actions)


def test_a_tile_is_no_piece_that_left_a_print_of_another_colour() -> None:
    # A plain tile that covers a busy print has less contrast than the print: by that something left.
    printed = CellEvidence((3, 3), 20, None, Content(0.1, 1.6, 0, {}), TEAL, WHITE)
    plain = CellEvidence((3, 4), 20, None, Content(3.4, 0.03, 0, {}), TEAL, WHITE)
    assert explained(printed, plain) == {("arrive", -1, 0), ("arrive", -1, 1)}


def test_what_arrives_in_the_colour_of_what_left_has_moved() -> None:
    left = CellEvidence((3, 3), 20, None, Content(0.1, 1.6, 0, {}), WHITE, TEAL)
    reached = CellEvidence((3, 4), 20, None, Content(3.4, 0.03, 0, {}), TEAL, WHITE)
    assert explained(left, reached) == {("link", 0, 1)}
