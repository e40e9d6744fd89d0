"""The stress set's games are games, its photos show them, and its truth is true."""

from collections.abc import Mapping
from dataclasses import replace
import itertools
import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.stress import LOOKS, look_named, write_look
from benchmarks.stress.conditions import BAR_TAGS, FOOTAGE, PLAN, Conditions, Planned, conditions
from benchmarks.stress.folder import _changed
from benchmarks.stress.game import Counter, Game, Spot
from benchmarks.stress.hands import Grasp
from benchmarks.stress.lens import Lens
from benchmarks.stress.look import Look
from benchmarks.stress.maps import districts, hexagons, provinces
from benchmarks.stress.photograph import Photographer
from benchmarks.stress.solids import PIECES
from benchmarks.stress.viewpoint import seen_under
from twat_camera.simulator.optics import HEIGHT, WIDTH, Optics
from twat_camera.simulator.solids import reach
from twat_camera.simulator.spaces import GridBoard, ZoneBoard
from twat_vision.evaluation import Mode, evaluate_sequence, load_sequence
from twat_vision.evaluation.metrics import turns
from twat_vision.pipeline.types import Grid, Surface, Zones

EVERY = [look for looks in LOOKS.values() for look in looks]


@pytest.fixture(params=EVERY, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    return request.param


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Looks of every kind of board, written with a plan of four photos."""
    plan = (Planned("move"), Planned("move", hand="piece"), Planned("nothing", ("light", "bump")))
    root = tmp_path_factory.mktemp("stress")
    for look in EVERY:
        if look.name in {"printed", "miniatures", "regions", "provinces", "cards", "baize", "club"}:
            write_look(replace(look, plan=plan), root / look.name)
    return {folder.name: folder for folder in root.iterdir()}


class TestLooks:
    def test_no_look_is_both_tuned_on_and_kept_aside(self) -> None:
        names = [look.name for look in EVERY]
        seeds = [look.seed for look in EVERY]
        assert len(set(names)) == len(names) and len(set(seeds)) == len(seeds)

    def test_every_kind_of_board_is_tuned_on_and_kept_aside(self) -> None:
        for looks in LOOKS.values():
            assert {"chess", "zones", "surface"} <= {look.style for look in looks}


class TestGame:
    def test_the_same_seed_plays_the_same_game(self, look: Look) -> None:
        def played() -> list[tuple[object, ...]]:
            game = Game(look, np.random.default_rng(5))
            return [game.play(planned.happening) for planned in look.plan]

        assert played() == played()

    def test_what_is_said_to_happen_is_what_changes(self, look: Look) -> None:
        game = Game(look, np.random.default_rng(6))
        for planned in look.plan:
            before = dict(game.position)
            acts = game.play(planned.happening)
            touched = {s for act in acts for s in (act.start, act.end) if s is not None}
            assert set(_changed(before, game.position, acts)) == touched
            assert bool(acts) == (planned.happening != "nothing")

    def test_what_is_turned_stays_where_it_stands(self) -> None:
        game = Game(look_named("platoon"), np.random.default_rng(6))
        for _ in range(20):
            before = dict(game.position)
            (act,) = game.play("turn")
            was, now = before[act.piece], game.position[act.piece]
            assert (was.x, was.y, was.space) == (now.x, now.y, now.space)
            assert act.start == act.end == now.space
            assert math.radians(25) < abs(now.turn - was.turn) <= math.pi

    def test_a_cell_holds_one_piece_or_as_many_as_the_board_says(self, look: Look) -> None:
        game = Game(look, np.random.default_rng(7))
        for planned in look.plan:
            game.play(planned.happening)
            taken = [s.space for s in game.position.values() if s.space is not None]
            if isinstance(look.board, GridBoard):
                assert max(taken.count(space) for space in taken) <= look.board.holds

    def test_two_moves_at_once_cannot_be_taken_for_each_other(self, look: Look) -> None:
        game = Game(look, np.random.default_rng(8))
        for _ in range(5):
            acts = game.play("several")
            moved = [act for act in acts if act.start is not None]
            for one, other in itertools.combinations(moved, 2):
                together = (one.start, one.end) == (other.start, other.end)
                assert together or not {one.start, one.end} & {other.start, other.end}

    def test_nudged_pieces_stay_where_they_are_said_to_be(self, look: Look) -> None:
        game = Game(look, np.random.default_rng(9))
        before = dict(game.position)
        game.nudge()
        assert not _changed(before, game.position, ())
        assert game.position != before

    @pytest.mark.parametrize("name", [one.name for one in EVERY if one.surface and one.scenery])
    def test_nothing_is_put_where_scenery_stands(self, name: str) -> None:
        look = look_named(name)
        game = Game(look, np.random.default_rng(10))
        for planned in look.plan:
            game.play(planned.happening)
        for spot in game.position.values():
            for thing in look.scenery:
                apart = math.dist((spot.x, spot.y), (thing.x, thing.y))
                assert apart > reach(PIECES[thing.shape]) * look.board.piece_unit

    def test_miniatures_go_as_far_in_millimetres_as_in_inches(self) -> None:
        look = look_named("baize")
        assert look.surface is not None and look.surface.unit == "mm"
        game = Game(look, np.random.default_rng(12))
        for _ in range(20):
            (act,) = game.play("move")
            assert act.start is not None and act.end is not None
            start, end = ([float(v) for v in at.split(",")] for at in (act.start, act.end))
            assert 3.0 * 25.4 - 0.2 <= math.dist(start, end) <= 9.0 * 25.4 + 0.2
            spot = game.position[act.piece]
            assert (spot.x * 900, spot.y * 900) == pytest.approx(end, abs=0.1)

    def test_pointed_pieces_look_both_ways(self) -> None:
        game = Game(look_named("pointed"), np.random.default_rng(11))
        up = [math.cos(spot.turn) > 0.9 for spot in game.position.values()]
        assert any(up) and not all(up)


def owners_of(board: ZoneBoard) -> np.ndarray:
    """To how many zones every thousandth of a board belongs."""
    owners = np.zeros([round(side * 1000) for side in board.size[::-1]], np.uint8)
    for zone in board.zones:
        one = np.zeros_like(owners)
        owners += cv2.fillPoly(one, [np.round(np.array(zone.polygon) * 1000).astype(np.int32)], 1)
    return owners


class TestMaps:
    MAP = provinces(13, (1.0, 0.72), 0.046, 31)

    @pytest.mark.parametrize(
        "board",
        [MAP, provinces(15, (1.0, 0.66), 0.05, 41, evened=1), districts(11, (1.0, 0.7), 0.05, 43)],
        ids=("provinces", "uneven provinces", "districts"),
    )
    def test_zones_cover_the_board_without_overlap(self, board: ZoneBoard) -> None:
        # A pixel on a border belongs to both its sides, and rounded corners leave a few at the rim.
        assert (owners_of(board) == 1).mean() > 0.96
        assert len({zone.id for zone in board.zones}) == len(board.zones)

    def test_every_province_has_room_for_a_few_pieces(self) -> None:
        assert all(zone.area > 30 * self.MAP.piece_unit**2 * 0.3 for zone in self.MAP.zones)
        assert len(self.MAP.zones) == 13

    def test_provinces_that_are_not_evened_out_differ_more_in_size(self) -> None:
        def spread(seed: int, evened: int) -> float:
            areas = [z.area for z in provinces(13, (1.0, 0.72), 0.046, seed, evened).zones]
            return max(areas) / min(areas)

        spreads = [[spread(seed, evened) for seed in range(31, 36)] for evened in (0, 4)]
        assert np.median(spreads[0]) > 1.5 * np.median(spreads[1])

    def test_hexagons_are_regular_and_side_by_side(self) -> None:
        board = hexagons(6, 5, 0.05)
        owners = owners_of(board)
        inside = owners[90:-90, 150:-150]
        assert (inside == 1).mean() > 0.97 and (owners == 0).any()
        assert len({zone.id for zone in board.zones}) == 30
        areas = [zone.area for zone in board.zones]
        assert max(areas) == pytest.approx(min(areas), rel=1e-3)

    def test_districts_are_wide_enough_for_pieces_and_of_many_sizes(self) -> None:
        board = districts(11, (1.0, 0.7), 0.05, 43)
        boxes = [zone.box for zone in board.zones]
        assert all(min(c - a, d - b) > 3 * 0.05 - 1e-9 for a, b, c, d in boxes)
        areas = [zone.area for zone in board.zones]
        assert len(areas) == 11 and max(areas) > 4 * min(areas)

    def test_more_districts_than_there_is_room_for_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no room for 40 rectangles"):
            districts(40, (1.0, 0.7), 0.1, 1)


class TestLens:
    LENS = Lens(84.0, -0.15)

    def test_a_picture_is_bent_as_its_points_are(self) -> None:
        points = np.array([[502.0, 402.0], [2302.0, 1298.0], [4002.0, 902.0], [3002.0, 2302.0]])
        picture = np.zeros((HEIGHT // 4, WIDTH // 4, 3), np.float32)
        for x, y in points / 4:
            cv2.circle(picture, (round(x - 0.5), round(y - 0.5)), 6, (255, 255, 255), -1)
        bent = self.LENS.through(picture)
        _, _, _, found = cv2.connectedComponentsWithStats((bent[..., 0] > 128).astype(np.uint8))
        expected = self.LENS.bend(points) / 4 - 0.5
        for point in found[1:]:
            assert np.linalg.norm(expected - point, axis=1).min() < 0.3

    def test_corners_stay_and_edges_bulge(self) -> None:
        corner, edge = self.LENS.bend(np.array([[0.0, 0.0], [WIDTH / 2, 600.0]]))
        assert corner == pytest.approx([0, 0], abs=1e-6)
        assert edge[0] == pytest.approx(WIDTH / 2) and edge[1] < 590

    def test_a_plain_lens_changes_nothing(self) -> None:
        points = np.array([[10.0, 20.0]])
        assert Lens().bend(points) == pytest.approx(points)


class TestConditions:
    def test_two_photos_differ_by_no_more_than_the_bars_say(self) -> None:
        rng = np.random.default_rng(1)
        drawn = [conditions(tuple(BAR_TAGS), rng) for _ in range(200)]
        exposures = [c.exposure for c in drawn]
        warmth = [c.white_balance_k for c in drawn]
        turns = [c.roll_deg for c in drawn]
        assert max(exposures) / min(exposures) < 1.36 and max(exposures) / min(exposures) > 1.3
        assert np.ptp(warmth) <= 800 and np.ptp(turns) <= 2
        for axis in (0, 1):
            assert np.ptp([c.shift[axis] for c in drawn]) <= 0.02
        assert all(60 <= c.quality <= 95 for c in drawn)

    def test_what_is_not_asked_for_is_not_there(self) -> None:
        plain = conditions((), np.random.default_rng(2))
        assert (plain.shift, plain.roll_deg, plain.orbit_deg) == ((0, 0), 0, (0, 0))
        assert not plain.soft and not plain.hard and not plain.glare and not plain.defocus

    @pytest.mark.parametrize("plan", [PLAN, FOOTAGE], ids=("table", "footage"))
    def test_the_plan_has_moves_and_no_moves_under_every_condition(
        self, plan: tuple[Planned, ...]
    ) -> None:
        for tag in {t for planned in plan for t in planned.tags}:
            happenings = {p.happening for p in plan if tag in p.tags}
            assert "nothing" in happenings and len(happenings) > 1

    def test_footage_often_shows_hands_while_something_moves_and_while_nothing_does(self) -> None:
        hands = [planned.happening for planned in FOOTAGE if planned.hand]
        assert len(hands) >= 8
        assert 3 <= hands.count("nothing") <= len(hands) - 3

    def test_footage_is_compressed_harder_than_any_photo(self) -> None:
        rng = np.random.default_rng(3)
        photos = [conditions(("noise",), rng).quality for _ in range(50)]
        footage = [conditions(("compression",), rng).quality for _ in range(50)]
        assert max(footage) < min(photos) and min(footage) >= 28


class TestViewpoint:
    OPTICS = Optics.over(GridBoard(8, 8), np.random.default_rng(3))

    def test_a_knock_shifts_and_turns_the_picture(self) -> None:
        now = seen_under(Conditions(shift=(0.01, -0.005), roll_deg=1.0), self.OPTICS)
        center = self.OPTICS.project([(0.5, 0.5, 0)])[0]
        moved = now.project([(0.5, 0.5, 0)])[0] - center
        assert moved == pytest.approx([0.01 * WIDTH, -0.005 * HEIGHT], abs=3)
        edge = now.project([(0.4, 0.5, 0), (0.6, 0.5, 0)])
        was = self.OPTICS.project([(0.4, 0.5, 0), (0.6, 0.5, 0)])
        turn = [math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])) for a, b in (edge, was)]
        assert turn[0] - turn[1] == pytest.approx(1.0, abs=0.05)

    def test_a_knock_leaves_the_lens_where_it_is(self) -> None:
        # Points above each other in the picture stay so: there is no parallax.
        top = (0.9, 0.5, 0.2)
        behind = self._behind(self.OPTICS, top)
        now = seen_under(Conditions(shift=(0.01, 0.01), roll_deg=-1.0), self.OPTICS)
        assert now.project([top])[0] == pytest.approx(now.project([behind])[0], abs=0.01)
        round_it = seen_under(Conditions(orbit_deg=(3.0, 3.0)), self.OPTICS)
        gap = round_it.project([top])[0] - round_it.project([behind])[0]
        assert np.linalg.norm(gap) > 15

    def test_zoom_is_distance(self) -> None:
        now = seen_under(Conditions(zoom=1.01), self.OPTICS)
        assert now.distance == pytest.approx(1.01 * self.OPTICS.distance)

    @staticmethod
    def _behind(optics: Optics, point: tuple[float, float, float]) -> tuple[float, float, float]:
        """The board's point that a raised one hides."""
        pixel = np.append(optics.project([point])[0], 1.0)
        x, y, w = np.linalg.inv(optics.plane(0.0)) @ pixel
        return (float(x / w), float(y / w), 0.0)


class TestPhotos:
    def test_photos_are_as_the_truth_says(self, written: Mapping[str, Path]) -> None:
        layouts = {
            "printed": Grid,
            "miniatures": Surface,
            "regions": Zones,
            "provinces": Zones,
            "cards": Grid,
            "baize": Surface,
            "club": Grid,
        }
        for name, folder in written.items():
            sequence = load_sequence(folder)
            assert isinstance(sequence.layout, layouts[name])
            kinds = [step.kind for step in sequence.steps]
            # The third photo's step starts from the first one: the second shows a hand.
            assert kinds == ["move", "occluded", "move"]
            assert sequence.steps[2].before == "001.jpg"
            assert sequence.steps[1].tags and "hand" in sequence.steps[1].tags
            look = next(one for one in EVERY if one.name == name)
            for step in sequence.steps:
                image = cv2.imread(str(folder / step.after))
                assert image is not None and image.shape[1::-1] == look.size

    def test_pieces_turn_as_far_as_the_truth_says(self, tmp_path: Path) -> None:
        plan = tuple(Planned(what) for what in ("turn", "move", "move", "turn", "move"))
        write_look(replace(look_named("platoon"), plan=plan), tmp_path / "platoon")
        sequence = load_sequence(tmp_path / "platoon")
        assert all(m.turn is not None for step in sequence.steps for m in step.moves)
        read = turns(evaluate_sequence(sequence, Mode.GAME).steps)
        assert read["turned"] >= 4
        assert read["said"] == read["right"] >= 2

    def test_a_table_in_millimetres_says_so(self, written: Mapping[str, Path]) -> None:
        truth = json.loads((written["baize"] / "truth.json").read_text())
        assert truth["surface"] == {"width": 900.0, "height": 600.0, "unit": "mm"}
        places = [piece["at"] for piece in truth["pieces"]["000.jpg"]]
        assert max(x for x, _ in places) > 400 and max(y for _, y in places) > 300

    @pytest.mark.parametrize("name", ["printed", "cards", "club"])
    def test_pieces_are_where_the_truth_says(self, written: Mapping[str, Path], name: str) -> None:
        folder = written[name]
        truth = json.loads((folder / "truth.json").read_text())
        step = truth["steps"][0]
        before, after = (cv2.imread(str(folder / step[p])) for p in ("before", "after"))
        assert before is not None and after is not None
        difference = np.abs(before.astype(int) - after.astype(int)).max(axis=2)
        corners = np.float32(truth["corners"])
        columns, rows = truth["grid"]
        flat = cv2.warpPerspective(
            difference.astype(np.uint8),
            cv2.getPerspectiveTransform(
                corners, np.float32([[0, 0], [columns, 0], [columns, rows], [0, rows]]) * 20
            ),
            (columns * 20, rows * 20),
        )
        cells = flat.reshape(rows, 20, columns, 20)[:, 6:14, :, 6:14].mean(axis=(1, 3))
        strongest = np.argsort(-cells, axis=None)[: len(step["changed_rc"])]
        found = sorted([int(i % columns), int(i // columns)] for i in strongest)
        assert found == sorted(step["changed_rc"])

    def test_the_same_photo_again_is_the_same_file(self) -> None:
        look = EVERY[1]
        game = Game(look, np.random.default_rng(1))
        now = conditions(("soft shadow", "hard shadow", "reflection", "defocus"), game.rng)
        files = [
            Photographer(look).photo(game.standing(), now, 4, Grasp((0.4, 0.4), "piece"))
            for _ in range(2)
        ]
        assert files[0] == files[1]

    def test_a_piece_laid_aside_is_off_the_board(self, look: Look) -> None:
        game = Game(look, np.random.default_rng(4))
        game.play("remove")
        aside: dict[Counter, Spot] = {p: s for p, s in game.position.items() if s.space is None}
        assert all(s.x > look.board.size[0] + 0.1 for s in aside.values()) and aside
