"""Grids whose cells hold several pieces: how many of whom stand on each."""

from dataclasses import replace
from typing import Any

import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.cellgroups import as_cells, as_zones
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Grid,
    Piece,
    Player,
    Surface,
    Zone,
    Zones,
)

CELLS = Grid(6, 6, "bottom_left", holds=9)
PLAYERS = (Player(1, "Ann", "red"), Player(2, "Ben", "blue"))
STANDING = {
    "B2": [("red", -0.25, -0.25), ("red", 0.25, -0.25), ("blue", 0.0, 0.25)],
    "E5": [("blue", 0.0, 0.0)],
    "A6": [("red", 0.1, 0.0), ("red", -0.2, 0.2)],
}

Standing = dict[str, list[tuple[str, float, float]]]


def cubes(standing: Standing) -> dict[tuple[float, float], str]:
    places = {}
    for name, pieces in standing.items():
        column, row = ord(name[0]) - ord("A"), 6 - int(name[1])
        for color, dx, dy in pieces:
            places[(column + 0.5 + dx) / 6, (row + 0.5 + dy) / 6] = color
    return places


def pieces(standing: Standing) -> tuple[Piece, ...]:
    owners = {p.color: p.position for p in PLAYERS}
    return tuple(
        Piece(f"{name}-{n}", "troop", owners[color], (0, 0), name)
        for name, group in standing.items()
        for n, (color, _, _) in enumerate(group)
    )


def read(desert: Any, after: Standing, **fields: Any) -> AnalysisResult:
    request = AnalysisRequest(
        after=desert.file({}, cubes=cubes(after), noise=4, light=0.9),
        before=desert.file({}, cubes=cubes(STANDING)),
        layout=CELLS,
        corners=desert.corners,
        pieces=pieces(STANDING),
        players=PLAYERS,
    )
    return analyse(replace(request, **fields))


class TestReading:
    def test_a_piece_joins_others(self, desert: Any) -> None:
        after = STANDING | {"B2": [*STANDING["B2"][1:]], "E5": [*STANDING["E5"], ("red", 0.3, 0.2)]}
        result = read(desert, after, active_player=1)

        (move,) = result.moves
        assert (move.color, move.from_space, move.to_space) == ("red", "B2", "E5")
        assert (move.from_position, move.to_position) == ((1.0, 4.0), (4.0, 1.0))
        assert move.captured is None
        assert result.counts == {
            "B2": {"red": 1, "blue": 1},
            "E5": {"blue": 1, "red": 1},
            "A6": {"red": 2},
        }
        assert {p.space: p.position for p in result.detected_pieces} == {
            "B2": (1.0, 4.0),
            "E5": (4.0, 1.0),
            "A6": (0.0, 0.0),
        }

    def test_light_changes_no_count(self, desert: Any) -> None:
        result = read(desert, STANDING)

        assert result.moves == ()
        assert result.counts == {"B2": {"red": 2, "blue": 1}, "E5": {"blue": 1}, "A6": {"red": 2}}

    def test_one_photo_is_counted(self, desert: Any) -> None:
        result = read(desert, STANDING, before=None, pieces=None)

        assert result.counts is not None
        assert set(result.counts) == {"B2", "E5", "A6"}
        assert all(p.position == (4.0, 1.0) for p in result.detected_pieces if p.space == "E5")

    def test_a_question_speaks_of_cells(self, desert: Any) -> None:
        after = STANDING | {"E5": [], "D5": [("blue", 0.45, 0.0)]}
        result = read(
            desert,
            after,
            thresholds=replace(AnalysisRequest(b"", CELLS).thresholds, confidence=1.0),
        )

        places = [
            move.to_position
            for question in result.questions
            for moves in question.outcomes
            for move in moves
            if move.to_space == "D5"
        ]
        assert places and set(places) == {(3.0, 1.0)}


class TestTranslation:
    @pytest.mark.parametrize(
        "layout",
        [Grid(8, 8), Surface(36, 24), Zones((Zone("a", "A", ((0, 0), (1, 0), (1, 1))),))],
    )
    def test_other_boards_are_left_alone(self, layout: Any, desert: Any) -> None:
        request = AnalysisRequest(b"", layout, pieces=pieces(STANDING))
        assert as_zones(request) is request

        result = read(desert, STANDING)
        assert as_cells(result, layout) is result

    def test_every_cell_is_a_zone(self) -> None:
        request = as_zones(AnalysisRequest(b"", Grid(3, 2, naming="numbers", holds=2)))

        assert isinstance(request.layout, Zones)
        assert [zone.id for zone in request.layout.zones] == [
            "1-1",
            "2-1",
            "3-1",
            "1-2",
            "2-2",
            "3-2",
        ]
        assert request.layout.zones[-1].polygon[2] == (1.0, 1.0)

    def test_pieces_stand_on_their_cells(self) -> None:
        known = (
            Piece("a", "troop", 1, (0, 0), "b1"),
            Piece("b", "troop", 1, (2, 1), None),
            Piece("c", "troop", 1, (7, 7), None),
        )
        request = as_zones(AnalysisRequest(b"", Grid(3, 2, holds=2), pieces=known))

        assert request.pieces is not None
        assert [(p.id, p.space) for p in request.pieces] == [("a", "B1"), ("b", "C2")]
