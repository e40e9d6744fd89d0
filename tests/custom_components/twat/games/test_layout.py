"""Cells, zones and points: what they are called and where they are."""

import pytest

from custom_components.twat.games.errors import GameError
from custom_components.twat.games.layout import (
    NAMINGS,
    Grid,
    Surface,
    Zone,
    Zones,
    column_name,
    find_space,
    polygon_fault,
)
from custom_components.twat.games.model import Position

SQUARE = ((0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4))
ZONES = Zones((Zone("arrakeen", "Arrakeen", SQUARE), Zone("the_flat", "The Flat", SQUARE)))


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (49, "AX"), (51, "AZ"), (52, "BA")]
)
def test_columns_are_named_like_a_spreadsheets(column: int, name: str) -> None:
    assert column_name(column) == name


def test_a1_is_top_left_unless_said_otherwise() -> None:
    assert Grid(8, 8).position("A1") == Position(0, 0)
    assert Grid(8, 8).position("E4") == Position(4, 3)
    assert Grid(8, 8, "bottom_left").position("A1") == Position(0, 7)
    assert Grid(8, 8, "bottom_left").position("E4") == Position(4, 4)


def test_go_boards_have_no_column_i_and_others_numbers_only() -> None:
    go = Grid(19, 19, "bottom_left", "letters_without_i")
    assert go.spaces[:9][-2:] == ("H19", "J19")
    assert go.position("T1") == Position(18, 18)
    numbers = Grid(9, 9, naming="numbers")
    assert numbers.position("2-7") == Position(1, 6)
    for grid, space in ((go, "I5"), (go, "2-7"), (numbers, "B7"), (numbers, "10-1")):
        with pytest.raises(GameError, match="no space"):
            grid.position(space)


def test_the_vision_service_is_told_of_unusual_names() -> None:
    assert Grid(8, 8).to_json() == {"grid": {"columns": 8, "rows": 8, "origin": "top_left"}}
    assert Grid(8, 8, naming="numbers").to_json()["grid"]["naming"] == "numbers"


def test_the_vision_service_is_told_of_cells_that_hold_several() -> None:
    assert Grid(8, 8, holds=6).to_json()["grid"]["holds"] == 6


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("origin", ["top_left", "bottom_left"])
@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (8, 8), (50, 50), (27, 3)])
def test_every_cell_has_one_name(columns: int, rows: int, origin: str, naming: str) -> None:
    grid = Grid(columns, rows, origin, naming)

    assert len(set(grid.spaces)) == columns * rows
    for index, space in enumerate(grid.spaces):
        row, column = divmod(index, columns)
        assert grid.position(space) == Position(column, row)


@pytest.mark.parametrize("space", ["", "I1", "A9", "A0", "A01", "a1", "1A", "AA1", "A1\n", "AAA1"])
def test_a_cell_beside_the_grid_is_unknown(space: str) -> None:
    with pytest.raises(GameError) as err:
        Grid(8, 8).position(space)

    assert err.value.key == "unknown_space"
    assert err.value.placeholders == {"space": space}


def test_a_zone_is_where_its_centre_is() -> None:
    assert ZONES.position("arrakeen") == Position(0.3, 0.3)
    triangle = Zone("t", "T", ((0.0, 0.0), (0.9, 0.0), (0.0, 0.9)))
    assert triangle.centre == Position(0.3, 0.3)
    assert ZONES.spaces == ("arrakeen", "the_flat")
    assert ZONES.name("the_flat") == "The Flat"


def test_unknown_zones_are_said() -> None:
    for call in (ZONES.position, ZONES.name):
        with pytest.raises(GameError, match="no space sietch"):
            call("sietch")


def test_a_surface_has_points_and_no_spaces() -> None:
    surface = Surface(72, 36, "in")

    assert surface.spaces == ()
    assert surface.check(Position(72, 0)) == Position(72, 0)
    for call in (surface.position, surface.name):
        with pytest.raises(GameError):
            call("A1")
    for x, y in ((72.1, 0), (0, -0.1), (float("nan"), 0), (0, float("inf"))):
        with pytest.raises(GameError) as err:
            surface.check(Position(x, y))
        assert err.value.key == "not_a_surface_point"


def test_people_write_spaces_as_they_like() -> None:
    assert find_space(Grid(8, 8), " e4 ") == "E4"
    assert Grid(8, 8).name("E4") == "E4"
    assert find_space(ZONES, "ARRAKEEN") == "arrakeen"
    assert find_space(ZONES, "the flat") == "the_flat"
    for layout in (Grid(8, 8), ZONES, Surface(72, 36)):
        with pytest.raises(GameError, match="no space"):
            find_space(layout, "../../etc")


def test_layouts_are_written_as_the_vision_service_takes_them() -> None:
    assert Grid(9, 10, "bottom_left").to_json() == {
        "grid": {"columns": 9, "rows": 10, "origin": "bottom_left"}
    }
    assert Surface(72, 36, "in").to_json() == {"surface": {"width": 72, "height": 36, "unit": "in"}}
    assert ZONES.to_json()["zones"][0] == {
        "id": "arrakeen",
        "name": "Arrakeen",
        "polygon": [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.4]],
    }


@pytest.mark.parametrize(
    ("polygon", "fault"),
    [
        (SQUARE, None),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.4), (0.9, 0.9), (0.1, 0.9)), None),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "sides 1 and 3 cross"),
        (((0.1, 0.1), (0.9, 0.1), (0.1, 0.1)), "two corners are the same"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), "no area"),
        # One corner touches a side that is not its own.
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.1), (0.1, 0.9)), "sides 1 and 3 cross"),
    ],
)
def test_the_outline_of_a_zone_must_not_cross_itself(
    polygon: tuple[tuple[float, float], ...], fault: str | None
) -> None:
    found = polygon_fault(polygon)

    assert found is None if fault is None else fault in (found or "")
