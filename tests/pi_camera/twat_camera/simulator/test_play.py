"""Where pieces stand: on their spaces, out of each other's way, and still while untouched."""

import math

import numpy as np
import pytest

from twat_camera.simulator.play import FOOT, play
from twat_camera.simulator.script import load_script
from twat_camera.simulator.spaces import GridBoard, Zone, ZoneBoard, cell_names, column_name


def _spaces_after_each_step(script):
    """Yield piece → space, from the script's text alone."""
    spaces = {piece.id: piece.space for piece in script.start}
    yield dict(spaces)
    for step in script.steps:
        for move in step.moves:
            if move.captured:
                spaces.pop(move.captured)
            if move.to_space:
                spaces[move.piece] = move.to_space
            else:
                spaces.pop(move.piece)
        yield dict(spaces)


@pytest.mark.parametrize("name", ["grid", "dune"])
def test_every_piece_stands_on_its_space_and_on_no_smaller_one_in_it(name):
    script = load_script(name)
    board = script.board()
    for pieces, spaces in zip(play(script, 5), _spaces_after_each_step(script), strict=True):
        for piece in pieces:
            space = spaces.get(piece.piece)
            if isinstance(board, GridBoard):
                inside = 0 <= piece.x <= 1 and 0 <= piece.y <= 1
                cell = (int(piece.x * 8), int(piece.y * 8)) if inside else None
                assert cell == (cell_names(8, 8, "top_left")[space] if space else None)
            else:
                point = (piece.x, piece.y)
                inside = [zone for zone in board.zones if zone.depth(point) > 0]
                innermost = min(inside, key=lambda zone: zone.area, default=None)
                assert (innermost.id if innermost else None) == space


@pytest.mark.parametrize("name", ["grid", "dune"])
def test_no_piece_stands_in_another(name):
    script = load_script(name)
    unit = script.board().piece_unit
    for pieces in play(script, 5):
        for i, one in enumerate(pieces):
            for other in pieces[i + 1 :]:
                apart = math.dist((one.x, one.y), (other.x, other.y))
                assert apart > 0.75 * unit * (FOOT[one.shape] + FOOT[other.shape])


@pytest.mark.parametrize("name", ["grid", "dune"])
def test_pieces_off_the_board_are_more_than_a_cell_away_from_it(name):
    script = load_script(name)
    width, _ = script.board().size
    for pieces, spaces in zip(play(script, 5), _spaces_after_each_step(script), strict=True):
        for piece in pieces:
            if piece.piece not in spaces:
                assert piece.x < -0.12 or piece.x > width + 0.12


def test_a_piece_that_no_step_touches_does_not_move():
    script = load_script("dune")
    positions = play(script, 5)
    for step, before, after in zip(script.steps, positions, positions[1:], strict=False):
        touched = {move.piece for move in step.moves} | {move.captured for move in step.moves}
        still = {piece for piece in before if piece.piece not in touched}
        assert still <= set(after)


def test_the_same_seed_plays_the_same_and_another_another():
    script = load_script("grid")

    assert play(script, 5) == play(script, 5)
    assert play(script, 5) != play(script, 6)


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")]
)
def test_columns_are_named_as_in_spreadsheets(index, name):
    assert column_name(index) == name


def test_cells_count_from_the_top_or_from_the_bottom():
    assert cell_names(2, 3, "top_left")["A1"] == (0, 0)
    assert cell_names(2, 3, "bottom_left")["A1"] == (0, 2)


def test_a_board_that_is_not_square_keeps_its_cells_square():
    board = GridBoard(10, 5)

    assert board.size == (1.0, 0.5)
    assert board.cell == 0.1


def test_a_zone_that_is_full_still_takes_pieces():
    zone = Zone("a", "A", ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1)))
    board = ZoneBoard((zone,))
    taken = []
    for _ in range(20):
        spot = board.find_spot("a", 0.03, taken, np.random.default_rng(0))
        taken.append((spot, 0.03))
        assert zone.depth(spot) > 0
