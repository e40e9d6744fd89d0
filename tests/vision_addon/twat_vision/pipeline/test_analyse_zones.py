"""Boards of named zones and free tables: pieces by colour."""

from dataclasses import replace
from typing import Any

import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.geometry import Frame
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Area,
    MoveKind,
    Piece,
    Player,
    RegionKind,
    Surface,
    VocabularyEntry,
    WarningCode,
    Zones,
)
from twat_vision.pipeline.zonemap import zone_centre, zone_map

PLAYERS = (Player(1, "Ann", "red"), Player(2, "Ben", "blue"), Player(3, "Cy", "green"))
OWNER = {"red": 1, "blue": 2, "green": 3}
START = {
    (0.12, 0.12): "red",
    (0.22, 0.12): "red",
    (0.32, 0.3): "blue",
    (0.15, 0.36): "green",
    (0.75, 0.78): "blue",
    (0.55, 0.9): "green",
    (0.65, 0.15): "red",
}
ZONE = {
    (0.12, 0.12): "north",
    (0.22, 0.12): "north",
    (0.32, 0.3): "north",
    (0.15, 0.36): "north",
    (0.75, 0.78): "camp",
    (0.55, 0.9): "south",
    (0.65, 0.15): "flag",
}
PIECES = tuple(
    Piece(f"{color}-{zone}-{n}", "troop", OWNER[color], (0, 0), zone)
    for n, ((place, color), zone) in enumerate(zip(START.items(), ZONE.values(), strict=True))
)

Cubes = dict[tuple[float, float], str]
BARE_WORDS = {"pieces": None, "players": ()}
"""Two photos and nothing that anybody says about them."""


def read(
    desert: Any,
    layout: Zones | Surface,
    after: Cubes,
    *,
    pieces: tuple[Piece, ...] | None = PIECES,
    players: tuple[Player, ...] = PLAYERS,
    active: int | None = None,
    before: Cubes = START,
    **effects: Any,
) -> AnalysisResult:
    vocabulary = effects.pop("vocabulary", ())
    return analyse(
        AnalysisRequest(
            after=desert.file({}, cubes=after, noise=4, **effects),
            before=desert.file({}, cubes=before),
            layout=layout,
            corners=desert.corners,
            pieces=pieces,
            players=players,
            active_player=active,
            vocabulary=vocabulary,
        )
    )


def without(*places: tuple[float, float]) -> Cubes:
    return {k: v for k, v in START.items() if k not in places}


def found(result: AnalysisResult) -> list[tuple[str, str | None, str | None, str | None]]:
    return sorted(
        ((m.kind.value, m.color, m.from_space, m.to_space) for m in result.moves), key=str
    )


class TestZones:
    def test_light_changes_nothing(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, dict(START), light=0.8, warm=0.6)
        assert result.moves == ()
        assert result.confidence > 0.9
        assert result.counts == {
            "north": {"red": 2, "blue": 1, "green": 1},
            "camp": {"blue": 1},
            "south": {"green": 1},
            "flag": {"red": 1},
        }

    def test_a_piece_moves_to_another_zone(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, without((0.32, 0.3)) | {(0.6, 0.6): "blue"}, active=2)
        assert found(result) == [("move", "blue", "north", "south")]
        (move,) = result.moves
        assert move.piece == "blue-north-2" and move.player == 2 and move.type == "troop"
        assert move.to_position == zone_centre(zones, 1)
        assert result.summary == "Blue troop: North → South"
        assert result.counts is not None and result.counts["south"] == {"green": 1, "blue": 1}
        assert {r.kind for r in result.changed_regions} == {
            RegionKind.APPEARED,
            RegionKind.VANISHED,
        }

    def test_several_cubes_of_one_colour(self, desert: Any, zones: Zones) -> None:
        after = dict(START) | {(0.6, 0.6): "red", (0.63, 0.6): "red"}
        result = read(desert, zones, after, active=1)
        assert found(result) == [("place", "red", None, "south")] * 2
        assert result.counts is not None and result.counts["south"] == {"green": 1, "red": 2}

    def test_two_like_pieces_moving_together_are_sure(self, desert: Any, zones: Zones) -> None:
        after = without((0.12, 0.12), (0.22, 0.12)) | {(0.6, 0.6): "red", (0.7, 0.6): "red"}
        result = read(desert, zones, after, active=1)
        assert found(result) == [("move", "red", "north", "south")] * 2
        assert len({m.piece for m in result.moves}) == 2
        assert result.confidence > 0.9

    def test_a_removed_piece(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, without((0.55, 0.9)))
        assert found(result) == [("remove", "green", "south", None)]
        assert result.counts is not None and "south" not in result.counts

    def test_the_inner_zone_wins(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, dict(START) | {(0.85, 0.85): "red"})
        assert found(result) == [("place", "red", None, "camp")]

    def test_a_piece_pushed_within_its_zone_has_not_moved(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, without((0.12, 0.12)) | {(0.16, 0.2): "red"})
        assert result.moves == ()
        assert [r.kind for r in result.changed_regions] == [RegionKind.MOVED_WITHIN]

    def test_one_piece_replaces_another(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, dict(START) | {(0.65, 0.15): "green"}, active=3)
        (move,) = result.moves
        assert (move.kind, move.from_space, move.to_space) == (MoveKind.CAPTURE, None, "flag")
        assert move.color == "green" and move.captured == "red-flag-6"
        assert move.type == "unknown"
        assert result.counts is not None and result.counts["flag"] == {"green": 1}

    def test_one_piece_replaces_another_in_anybodys_turn(self, desert: Any, zones: Zones) -> None:
        after = START | {(0.65, 0.15): "blue"}
        for active in (None, 1, 2, 3):
            result = read(desert, zones, after, active=active)
            assert found(result) == [("capture", "blue", None, "flag")]

    def test_a_new_piece_comes_in_anybodys_turn(self, desert: Any, zones: Zones) -> None:
        for active in (1, 2, 3):
            result = read(desert, zones, START | {(0.6, 0.6): "blue"}, active=active)
            assert found(result) == [("place", "blue", None, "south")]

    def test_a_piece_among_like_ones_stands_out_from_the_board(
        self, desert: Any, zones: Zones
    ) -> None:
        around = [(-0.034, 0), (0.034, 0), (0, -0.034), (0, 0.034)]
        crowd: Cubes = {(0.6 + dx, 0.6 + dy): "blue" for dx, dy in around}
        more = tuple(Piece(f"crowd-{n}", "troop", 2, (0, 0), "south") for n in range(len(crowd)))
        result = read(
            desert,
            zones,
            START | crowd | {(0.6, 0.6): "blue"},
            before=START | crowd,
            pieces=PIECES + more,
        )
        assert found(result) == [("place", "blue", None, "south")]

    def test_the_type_of_a_new_piece(self, desert: Any, zones: Zones) -> None:
        vocabulary = (
            VocabularyEntry("troop", "Troop", ("north", "south")),
            VocabularyEntry("agent", "Agent", ("north", "camp")),
        )
        south = read(desert, zones, dict(START) | {(0.6, 0.6): "red"}, vocabulary=vocabulary)
        assert south.moves[0].type == "troop"
        north = read(desert, zones, dict(START) | {(0.4, 0.1): "red"}, vocabulary=vocabulary)
        assert north.moves[0].type == "troop", "the type that already stands there"
        camp = read(desert, zones, dict(START) | {(0.85, 0.85): "red"}, vocabulary=vocabulary)
        assert camp.moves[0].type == "agent"

    def test_a_bumped_camera(self, desert: Any, zones: Zones) -> None:
        after = without((0.32, 0.3)) | {(0.6, 0.6): "blue"}
        result = read(desert, zones, after, shift=(4, 3), turn=0.4)
        assert found(result) == [("move", "blue", "north", "south")]
        assert WarningCode.BOARD_MOVED in result.warnings

    def test_a_hand_is_no_move(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, dict(START), hand=(300, 250))
        assert WarningCode.HAND_IN_VIEW in result.warnings
        assert result.moves == ()

    def test_without_state_and_players(self, desert: Any, zones: Zones) -> None:
        after = without((0.32, 0.3)) | {(0.6, 0.6): "blue"}
        result = read(desert, zones, after, pieces=None, players=())
        assert found(result) == [("move", "blue", "north", "south")]
        assert result.counts is not None
        assert result.counts["south"] == {"green": 1, "blue": 1}
        assert result.counts["north"] == {"red": 2, "green": 1}

    @pytest.mark.parametrize("color", ["purple", "white"])
    def test_a_colour_nobody_named_is_seen_where_it_changes(
        self, desert: Any, zones: Zones, color: str
    ) -> None:
        before = dict(START) | {(0.38, 0.2): color}
        after = dict(START) | {(0.6, 0.6): color}
        result = read(desert, zones, after, before=before, **BARE_WORDS)
        assert found(result) == [("move", color, "north", "south")]

    def test_a_colour_nobody_named_that_stays_is_not_looked_for(
        self, desert: Any, zones: Zones
    ) -> None:
        before = dict(START) | {(0.38, 0.2): "purple"}
        after = without((0.32, 0.3)) | {(0.38, 0.2): "purple", (0.6, 0.6): "blue"}
        result = read(desert, zones, after, before=before, **BARE_WORDS)
        assert found(result) == [("move", "blue", "north", "south")]

    def test_the_first_piece_on_an_empty_board_is_seen(self, desert: Any, zones: Zones) -> None:
        result = read(desert, zones, {(0.6, 0.6): "red"}, before={}, pieces=())
        assert found(result) == [("place", "red", None, "south")]
        assert result.confidence > 0.9

    def test_what_no_colour_accounts_for_leaves_a_reading_in_doubt(
        self, desert: Any, zones: Zones
    ) -> None:
        after = dict(START) | {(0.6, 0.6): "yellow"}
        result = read(desert, zones, after)
        assert result.moves == ()
        assert result.confidence < 0.9 < read(desert, zones, dict(START)).confidence

    def test_a_white_piece_on_pale_print_moves(self, desert: Any, zones: Zones) -> None:
        players = (*PLAYERS, Player(4, "Di", "white"))
        white = Piece("pale", "troop", 4, (0, 0), "north")
        result = read(
            desert,
            zones,
            dict(START) | {(0.6, 0.6): "white"},
            before=dict(START) | {(0.38, 0.2): "white"},
            pieces=(*PIECES, white),
            players=players,
        )
        assert [(m.piece, m.to_space) for m in result.moves] == [("pale", "south")]

    def test_pieces_pushed_and_light_leave_no_move(self, desert: Any, zones: Zones) -> None:
        pushed = {(u + 0.006, v + 0.004): color for (u, v), color in START.items()}
        assert read(desert, zones, pushed, slope=0.3, warm=0.3).moves == ()

    def test_what_left_a_zone_is_of_a_colour_that_stood_there(
        self, desert: Any, zones: Zones
    ) -> None:
        before, after = dict(START) | {(0.6, 0.6): "blue"}, dict(START)
        assert read(desert, zones, after, before=before).moves == ()

    def test_a_new_piece_is_less_sure_where_two_players_colours_are_alike(
        self, desert: Any, zones: Zones
    ) -> None:
        def placed(other: str) -> Any:
            players = (Player(1, "Ann", "red"), Player(2, "Ben", other))
            after = dict(START) | {(0.6, 0.6): "red"}
            (move,) = read(desert, zones, after, players=players, pieces=()).moves
            assert (move.kind, move.player) == (MoveKind.PLACE, 1)
            return move

        assert placed("#c83020").confidence < placed("blue").confidence

    def test_a_setup_photo_is_counted(self, desert: Any, zones: Zones) -> None:
        request = AnalysisRequest(
            after=desert.file({}, cubes=START),
            layout=zones,
            corners=desert.corners,
            players=PLAYERS,
        )
        result = analyse(request)
        assert result.counts == {
            "north": {"red": 2, "blue": 1, "green": 1},
            "camp": {"blue": 1},
            "south": {"green": 1},
            "flag": {"red": 1},
        }
        assert 0.5 < result.confidence <= 1
        pieces = {(p.space, p.color, p.player) for p in result.detected_pieces}
        assert pieces == {(ZONE[at], color, OWNER[color]) for at, color in START.items()}
        assert {p.type for p in result.detected_pieces} == {"unknown"}
        for at, color in START.items():
            places = [p.position for p in result.detected_pieces if p.color == color]
            assert any(p == pytest.approx(at, abs=0.02) for p in places)

    def test_pieces_of_a_setup_photo_are_of_the_only_type_that_fits(
        self, desert: Any, zones: Zones
    ) -> None:
        request = AnalysisRequest(
            after=desert.file({}, cubes=START),
            layout=zones,
            corners=desert.corners,
            players=PLAYERS,
            vocabulary=(
                VocabularyEntry("troop", "troop", ("north", "camp")),
                VocabularyEntry("agent", "agent", ("north", "flag")),
            ),
        )
        types = {p.space: p.type for p in analyse(request).detected_pieces}
        expected = {"north": "unknown", "camp": "troop", "flag": "agent", "south": "unknown"}
        assert types == expected

    def test_a_known_setup_is_confirmed_or_doubted(self, desert: Any, zones: Zones) -> None:
        def confidence(cubes: Cubes) -> float:
            request = AnalysisRequest(
                after=desert.file({}, cubes=cubes),
                layout=zones,
                corners=desert.corners,
                players=PLAYERS,
                pieces=PIECES,
            )
            return analyse(request).confidence

        assert confidence(dict(START)) == 1.0
        assert confidence(without((0.65, 0.15), (0.55, 0.9))) == pytest.approx(4 / 6)

    def test_overlapping_zones_are_painted_small_on_large(self, zones: Zones) -> None:
        frame = Frame(16, 16, 10, 0.0)
        painted = zone_map(zones, frame)
        assert painted[128, 128] == 2 and painted[90, 90] == 1 and painted[5, 150] == -1


SURFACE = Surface(48.0, 48.0, "in")
UNITS = tuple(
    Piece(f"{color}-{n}", "unit", OWNER[color], (u * 48, v * 48), None)
    for n, ((u, v), color) in enumerate(START.items())
)


class TestSurface:
    def test_a_unit_moves(self, desert: Any) -> None:
        after = without((0.32, 0.3)) | {(0.5, 0.5): "blue"}
        result = read(desert, SURFACE, after, pieces=UNITS, active=2)
        (move,) = result.moves
        assert move.kind is MoveKind.MOVE and move.piece == "blue-2"
        assert move.from_space is None and move.to_space is None
        assert move.from_position == pytest.approx((15.4, 14.4), abs=0.6)
        assert move.to_position == pytest.approx((24.0, 24.0), abs=0.6)
        assert "→" in result.summary
        where = {p.id: p.position for p in result.detected_pieces}
        assert where["blue-2"] == pytest.approx((24.0, 24.0), abs=0.6)

    def test_units_come_and_go(self, desert: Any) -> None:
        after = without((0.55, 0.9)) | {(0.5, 0.5): "red"}
        result = read(desert, SURFACE, after, pieces=UNITS)
        assert {(m.kind.value, m.color) for m in result.moves} == {
            ("place", "red"),
            ("remove", "green"),
        }
        assert len(result.detected_pieces) == len(UNITS)

    def test_nothing_moved(self, desert: Any) -> None:
        assert read(desert, SURFACE, dict(START), pieces=UNITS, light=1.2).moves == ()

    def test_dark_units_stay_in_a_shadow(self, desert: Any) -> None:
        cubes = dict.fromkeys(START, "black")
        units = tuple(replace(unit, player=1) for unit in UNITS)
        players = (Player(1, "Ann", "black"),)
        dark = {"pieces": units, "players": players, "before": cubes}
        assert read(desert, SURFACE, cubes, slope=0.6, **dark).moves == ()
        gone = {place: color for place, color in cubes.items() if place != (0.32, 0.3)}
        (move,) = read(desert, SURFACE, gone, slope=0.6, **dark).moves
        assert (move.kind, move.piece) == (MoveKind.REMOVE, "blue-2")

    def test_what_no_colour_accounts_for_leaves_a_reading_in_doubt(self, desert: Any) -> None:
        still = read(desert, SURFACE, dict(START), pieces=UNITS)
        result = read(desert, SURFACE, dict(START) | {(0.6, 0.6): "yellow"}, pieces=UNITS)
        assert result.moves == still.moves == ()
        assert result.confidence < 0.6
        assert still.confidence > 0.9
        assert result.grounds is not None and result.grounds.unexplained > 2

    def test_a_new_unit_is_that_players_whose_units_it_looks_like(self, desert: Any) -> None:
        after = dict(START) | {(0.5, 0.5): "green"}
        (move,) = read(desert, SURFACE, after, pieces=UNITS, active=3).moves
        assert (move.kind, move.color, move.player) == (MoveKind.PLACE, "green", 3)

    def test_a_unit_that_was_pushed_did_not_move(self, desert: Any) -> None:
        after = without((0.32, 0.3)) | {(0.326, 0.304): "blue"}
        assert read(desert, SURFACE, after, pieces=UNITS, active=2).moves == ()

    def test_what_lies_beside_the_table_is_not_read(self, desert: Any) -> None:
        after = dict(START) | {(1.04, 0.5): "blue"}
        assert read(desert, SURFACE, after, pieces=UNITS, active=2).moves == ()

    def test_a_hand_is_no_move(self, desert: Any) -> None:
        result = read(desert, SURFACE, dict(START), pieces=UNITS, hand=(300, 250))
        assert result.moves == () and WarningCode.HAND_IN_VIEW in result.warnings

    def test_like_units_are_no_alternatives(self, desert: Any) -> None:
        after = without((0.12, 0.12), (0.22, 0.12)) | {(0.5, 0.5): "red", (0.6, 0.5): "red"}
        result = read(desert, SURFACE, after, pieces=UNITS, active=1)
        assert [m.kind for m in result.moves] == [MoveKind.MOVE] * 2
        assert result.confidence > 0.8

    def test_setup(self, desert: Any) -> None:
        def setup(**more: Any) -> AnalysisResult:
            return analyse(
                AnalysisRequest(
                    after=desert.file({}, cubes=START),
                    layout=SURFACE,
                    corners=desert.corners,
                    **more,
                )
            )

        seen = setup(players=PLAYERS)
        assert len(seen.detected_pieces) == len(START)
        for piece in seen.detected_pieces:
            assert piece.box_px is not None
            x, y, width, height = piece.box_px
            middle = (x + width / 2 - 150) / 360, (y + height / 2 - 60) / 360
            assert any(middle == pytest.approx(at, abs=0.02) for at in START)
        assert setup().detected_pieces == ()
        assert len(setup(players=PLAYERS, pieces=UNITS).detected_pieces) == len(UNITS)

    def test_without_players_common_colours_are_looked_for(self, desert: Any) -> None:
        after = without((0.32, 0.3)) | {(0.5, 0.5): "blue"}
        result = read(desert, SURFACE, after, pieces=None, players=())
        assert [(m.kind, m.color) for m in result.moves] == [(MoveKind.MOVE, "blue")]


class TestAreas:
    """Marked areas: whether they look different is seen in the photos."""

    AREAS = tuple(
        Area(name, name, ((x, y), (x + 0.1, y), (x + 0.1, y + 0.1), (x, y + 0.1)))
        for name, x, y in (("purse", 0.0, 0.5), ("vault", 0.3, 0.5), ("edge", 0.48, 0.0))
    )

    def changed(self, desert: Any, layout: Zones | Surface, after: Cubes, **effects: Any) -> Any:
        request = AnalysisRequest(
            before=desert.file({}, cubes=START),
            after=desert.file({}, cubes=after, **{"noise": 1, **effects}),
            layout=layout,
            corners=desert.corners,
            players=PLAYERS,
            areas=self.AREAS,
        )
        return analyse(request).changed_areas

    def test_what_came_into_an_area_whatever_its_colour(self, desert: Any, zones: Zones) -> None:
        coin = dict(START) | {(0.05, 0.55): "yellow"}
        assert self.changed(desert, zones, coin) == ("purse",)
        assert self.changed(desert, SURFACE, coin) == ("purse",)

    def test_light_and_moves_elsewhere_change_no_area(self, desert: Any, zones: Zones) -> None:
        moved = without((0.32, 0.3)) | {(0.6, 0.6): "blue"}
        assert self.changed(desert, zones, moved, light=1.15, slope=0.2, warm=0.4) == ()

    def test_a_hand_changes_nothing(self, desert: Any, zones: Zones) -> None:
        assert self.changed(desert, zones, dict(START), hand=(290, 260)) == ()
