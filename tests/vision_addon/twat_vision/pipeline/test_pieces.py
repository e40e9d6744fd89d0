"""Counting pieces on one photo: what stands on a board, not what is printed on it."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.colours import palette
from twat_vision.pipeline.geometry import Frame, below_camera, units_to_image
from twat_vision.pipeline.maps import to_lab
from twat_vision.pipeline.paint import ground, painted
from twat_vision.pipeline.pieces import Table, find_pieces
from twat_vision.pipeline.types import AnalysisRequest, Player, Zone, Zones
from twat_vision.pipeline.zonemap import foot_of

FRAME = Frame(16, 16, 40, 0.5)
BGR = {
    "red": (50, 45, 170),
    "green": (70, 120, 40),
    "blue": (150, 70, 40),
    "yellow": (70, 175, 215),
    "white": (215, 225, 230),
    "black": (32, 30, 30),
}
CUBE = 10

Spot = tuple[int, int, str]
Draw = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def sand() -> np.ndarray:
    rng = np.random.default_rng(2)
    width, height = FRAME.size
    grain = cv2.GaussianBlur(rng.normal(0, 25, (height, width)), (0, 0), 3)
    return np.array([105, 135, 150], float) + grain[..., None]


@pytest.fixture
def draw(sand: np.ndarray) -> Draw:
    """Draws cubes with shadows, and squares of print without; centres in canvas pixels."""

    def table(cubes: list[Spot], prints: list[Spot] = (), light: float = 1.0) -> np.ndarray:  # type: ignore[assignment]
        image = sand.copy()
        for x, y, color in prints:
            cv2.rectangle(image, (x - 6, y - 6), (x + 6, y + 6), BGR[color], -1)
        for x, y, _ in cubes:
            shade = image[y - 4 : y + CUBE + 2, x - 4 : x + CUBE + 2]
            shade *= 0.45
        for x, y, color in cubes:
            half = CUBE // 2
            cv2.rectangle(image, (x - half, y - half), (x + half, y + half), BGR[color], -1)
            side = tuple(0.6 * v for v in BGR[color])
            cv2.rectangle(image, (x - half, y + half), (x + half, y + half + 2), side, -1)
        return np.clip(cv2.GaussianBlur(image, (0, 0), 0.8) * light, 0, 255).astype(np.float32)

    return table


def find(image: np.ndarray, *colors: str) -> Table:
    return find_pieces(to_lab(image), palette(colors or ("red", "green", "blue", "yellow")), FRAME)


def counted(table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for piece in table.pieces:
        found[piece.color] = found.get(piece.color, 0) + piece.count
    return found


ROW = [(80 + 60 * n, 120, ("red", "blue", "green", "yellow")[n % 4]) for n in range(8)]


class TestFindingPieces:
    def test_cubes_are_counted_by_colour(self, draw: Draw) -> None:
        assert counted(find(draw(ROW))) == {"red": 2, "blue": 2, "green": 2, "yellow": 2}

    @pytest.mark.parametrize("light", [0.5, 1.4])
    def test_in_any_light(self, draw: Draw, light: float) -> None:
        found = counted(find(draw(ROW, light=light)))
        assert found == {"red": 2, "blue": 2, "green": 2, "yellow": 2}

    def test_print_in_a_players_colour_is_no_piece(self, draw: Draw) -> None:
        prints = [(90 + 90 * n, 400, ("red", "blue", "green")[n % 3]) for n in range(6)]
        assert counted(find(draw(ROW, prints))) == {"red": 2, "blue": 2, "green": 2, "yellow": 2}

    def test_cubes_that_touch_are_several(self, draw: Draw) -> None:
        cubes = [*ROW, (300, 400, "red"), (308, 408, "red"), (500, 400, "blue"), (500, 411, "blue")]
        assert counted(find(draw(cubes))) == {"red": 4, "blue": 4, "green": 2, "yellow": 2}

    def test_an_empty_board_has_none(self, draw: Draw) -> None:
        assert find(draw([])).pieces == ()

    def test_white_and_black_ones_are_told_by_lightness(self, draw: Draw) -> None:
        cubes = [(80 + 60 * n, 120, ("white", "black", "red")[n % 3]) for n in range(9)]
        found = counted(find(draw(cubes), "white", "black", "red"))
        assert found["white"] == 3
        assert found["red"] == 3

    def test_a_hole_is_filled_and_a_thin_ring_is_none(self, draw: Draw) -> None:
        image = draw([])
        cv2.circle(image, (300, 300), 60, BGR["red"], 3)
        cv2.rectangle(image, (500, 500), (520, 520), BGR["blue"], 5)
        lab = to_lab(image)
        parts = painted(lab, ground(lab, 40, FRAME.offset), palette(("red", "blue")), 40)
        assert [color for color, _ in parts] == ["blue"]
        assert parts[0][1].area * 40**2 > 0.85 * 25**2


class TestFeet:
    def test_the_camera_hangs_over_the_middle_of_a_level_photo(self) -> None:
        corners = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
        to_image = units_to_image(16, 12, corners, (1600, 1200))
        assert below_camera(to_image, (1600, 1200)) == pytest.approx((8, 6), abs=0.1)

    def test_an_oblique_camera_is_on_the_near_side(self) -> None:
        corners = ((0.3, 0.2), (0.7, 0.2), (0.95, 0.9), (0.05, 0.9))
        to_image = units_to_image(16, 16, corners, (1600, 1200))
        x, y = below_camera(to_image, (1600, 1200))
        assert x == pytest.approx(8, abs=0.1)
        assert y > 12

    def test_a_piece_stands_at_its_end_towards_the_camera(self) -> None:
        ys, xs = np.nonzero(np.ones((40, 10), np.bool_))
        foot_ys, _ = foot_of(ys + 100, xs + 300, (8.0, 16.0), FRAME)
        assert foot_ys.min() == 120


class TestSetupOfZones:
    def test_zones_are_counted_from_a_single_photo(self, desert: Any, zones: Zones) -> None:
        cubes = {(0.12, 0.12): "red", (0.3, 0.3): "blue", (0.4, 0.12): "blue"}
        cubes |= {(0.55, 0.9): "green", (0.78, 0.8): "red", (0.65, 0.15): "green"}
        players = tuple(Player(n, c, c) for n, c in enumerate(("red", "blue", "green"), 1))
        result = analyse(
            AnalysisRequest(
                after=desert.file({}, cubes=cubes, size=(1280, 960)),
                layout=zones,
                corners=desert.corners,
                players=players,
            )
        )
        assert result.counts == {
            "north": {"red": 1, "blue": 2},
            "south": {"green": 1},
            "camp": {"red": 1},
            "flag": {"green": 1},
        }
        assert 0.5 < result.confidence <= 1

    def test_what_stands_in_no_zone_is_not_counted(self, desert: Any) -> None:
        layout = Zones((Zone("far", "Far", ((0.9, 0.02), (0.98, 0.02), (0.98, 0.1))),))
        cubes = {(0.2 + 0.1 * n, 0.6): "red" for n in range(5)}
        request = AnalysisRequest(
            after=desert.file({}, cubes=cubes, size=(1280, 960)),
            layout=layout,
            corners=desert.corners,
            players=(Player(1, "Ann", "red"),),
        )
        assert analyse(request).counts == {}
