"""The pipeline's parts by themselves: decoding, geometry, colours, names, assignment."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image
from PIL.ExifTags import Base
import pytest

from twat_vision.pipeline import decode_image
from twat_vision.pipeline.assign import (
    FORBIDDEN,
    MATCHED,
    Problem,
    margins,
    only_links,
    ranked,
    rivals,
    solve,
    solve_one_way,
)
from twat_vision.pipeline.colours import bgr_of, likeness, name_colour, palette, rgb_of
from twat_vision.pipeline.decode import image_size, reduction_for
from twat_vision.pipeline.geometry import (
    Frame,
    board_units,
    image_corners,
    is_convex,
    project,
    rectify,
    units_to_image,
)
from twat_vision.pipeline.spaces import cell_name, cell_of, piece_cell
from twat_vision.pipeline.types import Grid, Piece, PipelineError, Surface, Zone, Zones

UPRIGHT = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


class TestDecode:
    def test_reduced_photos_have_a_fraction_of_the_size(self) -> None:
        photo = cv2.imencode(".jpg", np.zeros((90, 160, 3), np.uint8))[1].tobytes()
        assert decode_image(photo).shape == (90, 160, 3)
        assert decode_image(photo, 4).shape == (23, 40, 3)

    @pytest.mark.parametrize("data", [b"", b"no picture at all", b"\xff\xd8\xff\xe0broken"])
    def test_what_is_no_image_is_said(self, data: bytes) -> None:
        with pytest.raises(PipelineError) as err:
            decode_image(data)
        assert err.value.code == "not_an_image"

    @pytest.mark.parametrize("kind", [".jpg", ".png"])
    def test_the_size_is_read_from_the_header(self, kind: str) -> None:
        data = cv2.imencode(kind, np.zeros((90, 160, 3), np.uint8))[1].tobytes()
        assert image_size(data) == (160, 90)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_the_size_is_that_of_the_upright_photo(self, kind: str, orientation: int) -> None:
        exif = Image.Exif()
        exif[Base.Orientation] = orientation
        file = BytesIO()
        Image.new("RGB", (160, 90)).save(file, kind, exif=exif)
        height, width = decode_image(file.getvalue()).shape[:2]
        assert image_size(file.getvalue()) == (width, height)

    def test_the_size_of_other_files_is_unknown(self) -> None:
        assert image_size(b"RIFF....WEBP") is None
        assert image_size(b"\xff\xd8" + b"\x00" * 20) is None
        assert image_size(b"\xff\xd8\xff\xd0\xff\xff\xff\xd9") is None

    def test_photos_are_reduced_as_far_as_the_cells_allow(self) -> None:
        assert [reduction_for(edge, 40) for edge in (30, 80, 170, 330)] == [1, 2, 4, 8]


class TestGeometry:
    def test_units_and_corners_are_inverse(self) -> None:
        matrix = units_to_image(8, 8, UPRIGHT, (400, 300))
        assert np.allclose(image_corners(8, 8, matrix, (400, 300)), UPRIGHT)
        assert np.allclose(project(matrix, np.array([[4.0, 4.0]])), [[199.5, 149.5]])

    def test_the_canvas_shows_the_board_and_marks_what_no_photo_shows(self) -> None:
        photo = np.zeros((100, 100, 3), np.uint8)
        photo[10:90, 10:90] = 200
        frame = Frame(4, 4, 10, 1.0)
        canvas, shown = rectify(photo, units_to_image(4, 4, UPRIGHT, (100, 100)), frame)
        assert canvas.shape == (60, 60, 3)
        assert frame.board(canvas).min() == 200
        assert not shown[0, 0]
        assert frame.board(shown).all()

    def test_a_board_seen_beyond_the_horizon_marks_only_what_the_photo_shows(self) -> None:
        photo = np.full((100, 100, 3), 90, np.uint8)
        corners = ((0.4, 0.02), (0.6, 0.02), (1.4, 0.98), (-0.4, 0.98))
        frame = Frame(4, 4, 10, 3.0)
        _, shown = rectify(photo, units_to_image(4, 4, corners, (100, 100)), frame)
        assert 0 < shown.mean() < 1

    def test_boards_without_cells_get_virtual_ones(self) -> None:
        assert board_units(Grid(9, 7), UPRIGHT, (100, 100)) == (9, 7)
        assert board_units(Surface(72, 36), UPRIGHT, (100, 100)) == (16, 8)
        assert board_units(Surface(36, 72), UPRIGHT, (100, 100)) == (8, 16)
        zones = Zones((Zone("a", "A", ((0, 0), (1, 0), (1, 1))),))
        assert board_units(zones, UPRIGHT, (100, 90)) == (16, 16)
        assert board_units(zones, UPRIGHT, (200, 100)) == (16, 8)

    def test_crossing_corners_are_not_convex(self) -> None:
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
        assert is_convex(square)
        assert not is_convex(square[[0, 2, 1, 3]])
        assert not is_convex(square[::-1])


class TestSpaces:
    @pytest.mark.parametrize(
        ("cell", "origin", "name"),
        [
            ((0, 0), "top_left", "A1"),
            ((4, 3), "top_left", "E4"),
            ((4, 4), "bottom_left", "E4"),
            ((26, 0), "top_left", "AA1"),
        ],
    )
    def test_names_and_cells(self, cell: tuple[int, int], origin: str, name: str) -> None:
        grid = Grid(30 if cell[0] > 8 else 8, 8, origin)
        assert cell_name(cell, grid) == name
        assert cell_of(name, grid) == cell

    @pytest.mark.parametrize(
        ("cell", "naming", "name"),
        [
            ((7, 0), "letters_without_i", "H1"),
            ((8, 0), "letters_without_i", "J1"),
            ((25, 0), "letters_without_i", "AA1"),
            ((1, 6), "numbers", "2-7"),
        ],
    )
    def test_namings(self, cell: tuple[int, int], naming: str, name: str) -> None:
        grid = Grid(30, 19, naming=naming)
        assert cell_name(cell, grid) == name
        assert cell_of(name, grid) == cell

    @pytest.mark.parametrize(
        ("name", "naming"), [("I1", "letters_without_i"), ("B7", "numbers"), ("2-7", "letters")]
    )
    def test_what_is_no_cell_by_this_naming(self, name: str, naming: str) -> None:
        assert cell_of(name, Grid(19, 19, naming=naming)) is None

    @pytest.mark.parametrize("name", ["", "4E", "I1", "A9", "A0", "arrakeen"])
    def test_what_is_no_cell(self, name: str) -> None:
        assert cell_of(name, Grid(8, 8)) is None

    def test_pieces_stand_where_their_space_or_position_says(self) -> None:
        grid = Grid(8, 8)
        assert piece_cell(Piece("a", "pawn", 1, (0, 0), "C2"), grid) == (2, 1)
        assert piece_cell(Piece("a", "pawn", 1, (3.0, 4.0), None), grid) == (3, 4)
        assert piece_cell(Piece("a", "pawn", 1, (8.0, 0.0), None), grid) is None


class TestColours:
    @pytest.mark.parametrize(
        ("word", "rgb"),
        [
            ("Red", (178, 34, 40)),
            ("gray", (128, 128, 128)),
            ("#0a0B0c", (10, 11, 12)),
            ("natural", (212, 176, 124)),
            ("Teal", (0, 128, 128)),
            ("#zzzzzz", None),
            ("#fff", None),
            ("rgb(1, 2, 3)", None),
            ("atreides", None),
        ],
    )
    def test_words(self, word: str, rgb: tuple[int, int, int] | None) -> None:
        assert rgb_of(word) == rgb

    def test_unknown_colours_are_still_drawn(self) -> None:
        assert bgr_of("blue") == (170, 78, 38)
        assert bgr_of(None) == bgr_of("atreides")

    def test_a_faded_or_shaded_colour_keeps_its_name(self) -> None:
        colors = palette(["red", "green", "blue", "yellow", "white", "black"])
        for name, lab in colors.items():
            shade = lab * (0.8, 0.7, 0.7)
            assert name_colour(shade, colors) == name
        red = np.array([[colors["red"]]], np.float32)
        away = dict(zip(colors, likeness(red, colors)[:, 0, 0], strict=True))
        assert away["red"] < away["blue"]
        assert name_colour(colors["red"], {}) is None


def _problem(n: int, **costs: float) -> Problem:
    """Costs by name: ``l01`` is the link 0 → 1, ``o0`` that 0 left, ``i1`` that 1 was reached."""
    link = np.full((n, n), FORBIDDEN)
    leave, arrive = np.full(n, FORBIDDEN), np.full(n, FORBIDDEN)
    gain = np.zeros(n)
    for name, cost in costs.items():
        if name[0] == "l":
            link[int(name[1]), int(name[2])] = cost
        elif name[0] == "o":
            leave[int(name[1])] = cost
        elif name[0] == "i":
            arrive[int(name[1])] = cost
        else:
            gain[int(name[1])] = cost
    return Problem(link, leave, arrive, gain)


class TestAssignment:
    def test_nothing_to_explain(self) -> None:
        assert solve(_problem(0)).actions == ()
        assert solve(_problem(2, o0=1.0, i1=2.0)).actions == ()

    def test_a_move_is_cheaper_than_its_halves(self) -> None:
        best = solve(_problem(2, l01=-8.0, o0=-3.0, i1=-3.0))
        assert best.actions == (("link", 0, 1),)
        assert best.cost == -8.0

    def test_two_moves_at_once(self) -> None:
        problem = _problem(4, l01=-5, l03=-4, l21=-4, l23=-5)
        assert set(solve(problem).actions) == {("link", 0, 1), ("link", 2, 3)}

    def test_a_space_explains_its_change_once(self) -> None:
        # Each alone is good; together the gain of space 1 would count twice.
        problem = _problem(3, l01=-6.0, l12=-5.0, g1=5.5)
        assert solve(problem).actions == (("link", 0, 1),)
        chain = _problem(3, l01=-6.0, l12=-5.0, g1=1.0)
        assert set(solve(chain).actions) == {("link", 0, 1), ("link", 1, 2)}

    def test_margins_name_the_second_best(self) -> None:
        problem = _problem(3, l01=-8.0, l02=-6.0, i1=-1.0)
        best = solve(problem)
        found, second = margins(problem, best, lambda s: s.actions)
        assert found[("link", 0, 1)] == pytest.approx(1.0)
        assert second is not None and second.cost == pytest.approx(-7.0)

    def test_like_pieces_are_no_alternatives(self) -> None:
        problem = _problem(4, l02=-5, l13=-5, l03=-5, l12=-5)
        best = solve(problem)
        found, second = margins(problem, best, lambda s: (s.sources, s.targets))
        assert second is not None and second.cost > best.cost + 4
        assert min(found.values()) > 4

    def test_an_action_without_alternative_is_certain(self) -> None:
        problem = _problem(1, i0=-3.0)
        found, second = margins(problem, solve(problem), lambda s: "always the same")
        assert found[("arrive", -1, 0)] > 10
        assert second is None

    def test_several_explanations_are_ranked_by_what_they_come_to(self) -> None:
        problem = _problem(4, l01=-8.0, l02=-7.0, l31=-6.0, l32=-6.5, o0=-2.0)
        found = ranked(problem, lambda s: s.targets, 3)
        assert [s.targets for s in found] == [frozenset({1, 2}), frozenset({2}), frozenset({1})]
        assert [s.cost for s in found] == sorted(s.cost for s in found)
        assert found[0] == solve(problem)

    def test_a_move_of_what_was_left_out_is_a_rival(self) -> None:
        problem = _problem(3, i0=-3.0, l12=0.5, o1=2.0)
        best = solve(problem)
        _, second = margins(problem, best, lambda s: s.actions)
        first, *others = rivals(problem, best, second, lambda s: s.actions)
        assert ("link", 1, 2) in first.actions and first.cost == pytest.approx(-2.5)
        assert [other.cost for other in others] == [pytest.approx(-1.0)]

    def test_what_comes_to_the_same_is_no_rival(self) -> None:
        problem = _problem(2, l01=0.5)
        best = solve(problem)
        assert rivals(problem, best, None, lambda _: "always the same") == ()
        assert len(rivals(problem, best, None, lambda s: s.actions)) == 1

    def test_what_was_not_read_is_an_alternative_too(self) -> None:
        problem = _problem(2, i0=-3.0, i1=0.4)
        _, second = margins(problem, solve(problem), lambda s: s.actions)
        assert second is not None and second.cost == pytest.approx(-2.6)

    def test_with_a_hand_in_view_only_whole_moves_count(self) -> None:
        problem = only_links(_problem(2, l01=-1.0, o0=-5.0, i1=-5.0))
        assert solve(problem).actions == (("link", 0, 1),)

    def test_without_a_state_placements_and_removals_do_not_mix(self) -> None:
        mixed = _problem(3, i0=-9.0, i1=-8.0, o1=-9.0, i2=-9.0, o0=-5, o2=-5)
        once = Problem(mixed.link, mixed.leave, mixed.arrive, mixed.gain, once=True)
        _, best = solve_one_way(once)
        assert {kind for kind, _, _ in best.actions} == {"arrive"}

    def test_without_a_state_every_space_is_used_once(self) -> None:
        n = MATCHED + 2
        link = np.full((n, n), -1.0)
        np.fill_diagonal(link, FORBIDDEN)
        link[0, 1] = link[2, 3] = -9.0
        problem = Problem(link, np.full(n, 1.0), np.full(n, -2.0), np.zeros(n), once=True)
        best = solve(problem)
        used = [k for kind, i, j in best.actions for k in (i, j) if k >= 0]
        assert len(used) == len(set(used)) == n
        assert {("link", 0, 1), ("link", 2, 3)} <= set(best.actions)
        assert ("link", 0, 1) not in solve(problem, frozenset({("link", 0, 1)})).actions
