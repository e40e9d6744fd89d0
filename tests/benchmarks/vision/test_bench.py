"""The bench compares with the design's bars, says what misses, and asks the rules what chess allows."""

from dataclasses import replace
import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.stress import look_named, write_look
from benchmarks.stress.conditions import Planned
from benchmarks.vision import counts, finding, speed
from benchmarks.vision.accuracy import Group, Reading, Way, mild, read_all, steps_of
from benchmarks.vision.bars import BARS, COLUMNS, scores
from benchmarks.vision.counts import PhotoCounts, count_photos
from benchmarks.vision.finding import FoundBoard, find_board
from benchmarks.vision.report import Measurement, speed_scores, to_json, to_text
from benchmarks.vision.rules import ChessReader, is_chess
from benchmarks.vision.speed import Speed
from twat_vision.evaluation import (
    Mode,
    Step,
    StepReport,
    TrueMove,
    evaluate_sequence,
    load_sequence,
)
from twat_vision.pipeline import analyse, decode_image
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult, BoardSuggestion

MOVED = Step("a.jpg", "b.jpg", "move", (TrueMove("white", "p", "e2", "e4"),), ((4, 6), (4, 4)), ())
STILL = Step("a.jpg", "b.jpg", "no-move", (), (), ())
HAND = Step("a.jpg", "b.jpg", "occluded", (), (), ())


def report(step: Step, *, right: bool = True, **fields: object) -> StepReport:
    read = step.changed if right else ((0, 0),)
    made = StepReport(
        step=step,
        difficulties=step.tags or ("easy",),
        predicted=read,
        moves=(),
        exact=right,
        predicted_answered=read,
        exact_answered=right,
        confidence=0.95,
        warnings=(),
        asked=False,
        hand=step.kind == "occluded",
        milliseconds=10.0,
        counts=None,
        colors=frozenset(),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


SPEED = Speed(
    board="wooden",
    megapixels=12,
    naive=200.0,
    still=100.0,
    naive_moved=220.0,
    moved=300.0,
    cold=150.0,
    memory=40.0,
    naive_memory=90.0,
    stages={"decode": 20.0, "total": 100.0},
    moved_stages={"decode": 25.0, "total": 300.0},
)


class TestBars:
    def test_figures_over_their_bars_pass(self) -> None:
        found = scores([report(MOVED), report(STILL), report(HAND)], Way.PAIRS)
        assert set(found) == set(COLUMNS)
        assert {name for name, s in found.items() if s.passed} == set(BARS[Way.PAIRS])

    def test_figures_under_their_bars_miss(self) -> None:
        steps = [report(MOVED, right=False), report(STILL, right=False, hand=True, asked=True)]
        steps.append(report(HAND, right=False, hand=False))
        found = scores(steps, Way.GAME)
        assert {name for name, s in found.items() if s.passed is False} == set(BARS[Way.GAME])

    def test_hands_do_not_count_for_recall(self) -> None:
        covered = replace(MOVED, kind="occluded")
        found = scores([report(MOVED), report(covered, right=False)], Way.PAIRS)
        assert found["recall"].text == "1.000"

    def test_the_naive_reading_has_no_bars(self) -> None:
        found = scores([report(MOVED, right=False)], Way.NAIVE)
        assert all(score.passed is None for score in found.values())

    def test_mild_steps_are_those_the_bars_speak_of(self) -> None:
        tags = ("light", "bump", "soft shadow", "noise", "tall pieces", "low contrast", "hand")
        assert mild(report(MOVED)) and mild(report(replace(MOVED, tags=tags)))
        assert not mild(report(replace(MOVED, tags=("light", "hard shadow"))))

    def test_speed_is_judged_at_the_cameras_size(self) -> None:
        found = speed_scores(SPEED)
        assert [found[n].passed for n in ("still", "still/naive", "moved/naive")] == [
            True,
            True,
            False,
        ]
        assert all(s.passed is None for s in speed_scores(replace(SPEED, megapixels=50)).values())


class TestReport:
    @pytest.fixture
    def measured(self, tmp_path: Path) -> Measurement:
        beyond = replace(MOVED, tags=("reflection",))
        readings = [
            Reading(Group.REAL, Way.NAIVE, "dune_table", (report(MOVED, right=False),), tmp_path),
            Reading(Group.REAL, Way.PAIRS, "dune_table", (report(MOVED), report(STILL)), tmp_path),
            Reading(
                Group.TUNED,
                Way.GAME,
                "wooden",
                (report(MOVED, right=False), report(beyond, right=False)),
                tmp_path,
            ),
        ]
        wrong = PhotoCounts("1.jpg", 20, (("north", "red", 2, 1),) * 3)
        boards = [
            FoundBoard("wooden", "grid", 0.95, 0.01),
            FoundBoard("printed", "grid", 0.9, 0.6),
            FoundBoard("glossy", "none", 0.0, None),
        ]
        counted = {"zones": [PhotoCounts("000.jpg", 9, ())]}
        return Measurement(readings, [SPEED], [wrong], counted, boards)

    def test_everything_is_said(self, measured: Measurement, tmp_path: Path) -> None:
        text = to_text(measured)
        for line in (
            "real photos",
            "stress, tuned looks",
            "reflection (beyond the bars)",
            "dune_table: 3 of 20 wrong ✗",
            "1.jpg north: 2 red, read 1",
            "changed zones, pairs: 2/2 steps right ✓",
            "zones (rendered, 1 photos): 0 of 9 wrong",
            "expected calibration error",
            "wooden (stress, tuned looks, game)",
            "  beyond the bars: a.jpg → b.jpg",
            str(tmp_path / "wooden_a-b.jpg"),
            "ms by stage",
            "2 of 3 are used without asking, 1 of them rightly",
        ):
            assert line in text
        # What the naive reading misreads is counted, not listed.
        assert "dune_table (real photos, naive)" not in text

    def test_the_same_as_json(self, measured: Measurement) -> None:
        data = json.loads(json.dumps(to_json(measured)))
        assert data["accuracy"]["tuned"]["game"]["figures"]["moves"] == 1
        assert data["accuracy"]["tuned"]["game"]["beyond"]["moves"] == 1
        assert data["accuracy"]["real"]["pairs"]["bars"]["exact"] == {
            "value": "1/1",
            "passed": True,
        }
        assert data["speed"][0]["bars"]["moved/naive"]["passed"] is False
        assert data["counts"]["dune_table"][0]["wrong"][0] == ["north", "red", 2, 1]
        assert len(data["misread"]) == 2

    def test_without_real_photos(self, measured: Measurement) -> None:
        rendered = [r for r in measured.readings if r.group is not Group.REAL]
        text = to_text(replace(measured, readings=rendered, real_counts=None, speeds=[]))
        assert "dune_table" not in text and "megapixels" not in text


START = {
    "a1": "R", "e1": "K", "h1": "R", "e5": "P", "d2": "P",
    "e8": "k", "d7": "p", "h7": "p",
}  # fmt: skip


class TestRules:
    def sequence(self, folder: Path, *moves: tuple[str, str, str], start: object = START) -> Path:
        """A sequence seen with White at the top: a1 is the image's top-right cell."""
        steps = []
        for number, (color, origin, end) in enumerate(moves):
            cells = [[7 - (ord(n[0]) - 97), int(n[1]) - 1] for n in (origin, end)]
            steps.append(
                {
                    "before": f"{number}.jpg",
                    "after": f"{number + 1}.jpg",
                    "kind": "move",
                    "moves": [{"colour": color, "piece": "p", "from": origin, "to": end}],
                    "changed_cells": [origin, end],
                    "changed_rc": cells,
                }
            )
        corners = [[0, 0], [99, 0], [99, 99], [0, 99]]
        truth = {"grid": [8, 8], "corners": corners, "start": start, "steps": steps}
        (folder / "truth.json").write_text(json.dumps(truth))
        photo = cv2.imencode(".jpg", np.full((100, 100, 3), 120, np.uint8))[1]
        for number in range(len(moves) + 1):
            (folder / f"{number}.jpg").write_bytes(photo.tobytes())
        return folder

    def asked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> list[set[tuple[tuple[str | None, str | None], ...]]]:
        """From and to of the candidates of every step, as cells are called in the picture."""
        seen: list[AnalysisRequest] = []

        def remember(request: AnalysisRequest) -> AnalysisResult:
            seen.append(request)
            return analyse(replace(request, candidates=()))

        monkeypatch.setattr("benchmarks.vision.rules.analyse", remember)
        sequence = load_sequence(folder)
        evaluate_sequence(sequence, Mode.GAME, ChessReader(sequence))
        return [
            {tuple((m.from_space, m.to_space) for m in c.moves) for c in r.candidates} for r in seen
        ]

    def test_candidates_are_in_the_pictures_cells(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = self.sequence(tmp_path, ("white", "d2", "d4"), ("black", "h7", "h5"))
        first, second = self.asked(folder, monkeypatch)
        # d2 → d4 is, with White at the top, from column E, row 2 to row 4.
        assert (("E2", "E4"),) in first and (("D1", "B1"), ("A1", "C1")) in first
        assert (("A7", "A5"),) in second and (("E2", "E4"),) not in second

    def test_a_double_step_is_remembered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = self.sequence(tmp_path, ("black", "d7", "d5"), ("white", "e5", "d6"))
        _, second = self.asked(folder, monkeypatch)
        assert (("D5", "E6"), ("E5", None)) in second

    def test_only_chess_is_chess(self, tmp_path: Path) -> None:
        assert is_chess(load_sequence(self.sequence(tmp_path, ("white", "d2", "d4"))))
        pawns = {"a1": {"piece": "pawn", "colour": "red"}}
        assert not is_chess(load_sequence(self.sequence(tmp_path, start=pawns)))
        assert not is_chess(load_sequence(self.sequence(tmp_path, start=None)))


class TestSpeed:
    @pytest.fixture(scope="class")
    def folder(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("speed") / "wooden"
        look = replace(look_named("wooden"), size=(768, 432), plan=speed.PLAN)
        write_look(look, folder)
        return folder

    def test_the_photos_follow_each_other(self, folder: Path) -> None:
        requests = speed._requests(folder, 12)
        for earlier, later in itertools.pairwise(requests):
            assert later.before == earlier.after
            assert later.reference == requests[0].before
        assert all(r.pieces and r.players for r in requests)

    def test_larger_photos_show_the_same(self, folder: Path) -> None:
        small, large = (speed._requests(folder, mp)[0] for mp in (12, 48))
        image = decode_image(large.after)
        assert image.shape[:2] == (864, 1536)
        again = cv2.resize(image, (768, 432), interpolation=cv2.INTER_AREA)
        assert np.abs(again.astype(int) - decode_image(small.after)).mean() < 4

    def test_marked_photos_are_other_files_of_the_same_picture(self, folder: Path) -> None:
        request = speed._requests(folder, 12)[0]
        one, other = (speed._marked(request, n) for n in (1, 2))
        assert one.after != other.after
        assert (decode_image(one.after) == decode_image(request.after)).all()

    def test_all_is_measured(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(speed, "ROUNDS", 1)
        requests = speed._requests(folder, 12)
        times = speed._time(requests)
        assert all(times[name] > 0 for name in ("naive", "still", "naive_moved", "moved", "cold"))
        assert all(times["stages"][camera]["total"] > 0 for camera in ("still", "moved"))
        assert speed._memory(requests, ours=True)["megabytes"] >= 0


class TestAccuracy:
    def test_every_sequence_is_read_in_every_way(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = (Planned("move"), Planned("nothing", ("light",)))
        look = replace(look_named("printed"), size=(960, 540), plan=plan)
        write_look(look, tmp_path / "data" / "game")
        monkeypatch.setattr("benchmarks.vision.accuracy.LOOKS", {"tuned": (), "aside": ()})
        readings = read_all(tmp_path / "data", tmp_path / "gallery", quick=False)
        groups = (Group.REAL, Group.PERTURBED)
        ways = (Way.NAIVE, Way.PAIRS, Way.GAME)
        assert [(r.group, r.way) for r in readings] == [(g, w) for g in groups for w in ways]
        for group in groups:
            assert len(steps_of(readings, group, Way.GAME)) == 2
        assert steps_of(readings, Group.TUNED, Way.GAME) == []


class TestFinding:
    def test_a_board_is_compared_with_its_true_corners_whichever_comes_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = (Planned("nothing"),)
        write_look(replace(look_named("wooden"), size=(960, 540), plan=plan), tmp_path)
        truth = json.loads((tmp_path / "truth.json").read_text())
        corners = truth.get("frame_corners", {}).get("000.jpg", truth["corners"])
        a, b, c, d = ((x / 960, y / 540) for x, y in corners)
        cell = np.linalg.norm(np.subtract(corners[1], corners[0])) / 8

        def said(*_: object) -> BoardSuggestion:
            return BoardSuggestion((b, c, d, (a[0] + cell / 960, a[1])), 0.85, "grid")

        monkeypatch.setattr(finding, "detect_board", said)
        board = find_board(tmp_path)
        assert board.error == pytest.approx(0.25, abs=0.02)
        assert board.used

        monkeypatch.setattr(finding, "detect_board", lambda *_: BoardSuggestion(None, 0.0, "none"))
        lost = find_board(tmp_path)
        assert lost.error is None
        assert not lost.right
        assert not lost.used


class TestCounts:
    def test_wrong_counts_are_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        plan = (Planned("nothing"), Planned("nothing", hand="piece"), Planned("nothing"))
        write_look(replace(look_named("regions"), size=(960, 540), plan=plan), tmp_path)
        true = json.loads((tmp_path / "truth.json").read_text())["counts"]["003.jpg"]

        def seen(request: AnalysisRequest) -> AnalysisResult:
            result = analyse(request)
            return replace(result, counts=true | {"region_a1": {"purple": 99}})

        monkeypatch.setattr(counts, "analyse", seen)
        photos = count_photos(tmp_path)
        assert [p.photo for p in photos] == ["000.jpg", "001.jpg", "003.jpg"]
        assert all(p.counts == 60 for p in photos)
        assert ("region_a1", "purple", true.get("region_a1", {}).get("purple", 0), 99) in photos[
            0
        ].wrong
        assert {zone for zone, *_ in photos[0].wrong} == {"region_a1"}
        assert len(count_photos(tmp_path, 1)) == 1
