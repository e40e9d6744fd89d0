"""The figures say what happened: right and wrong, sure and unsure, asked and answered."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from twat_vision.evaluation import (
    Gallery,
    Mode,
    SequenceReport,
    Step,
    StepReport,
    TrueMove,
    by_difficulty,
    calibration_error,
    confusion,
    evaluate_sequence,
    figures,
    format_reliability,
    judged,
    load_sequence,
    read_naively,
    reliability,
    to_json,
)
from twat_vision.evaluation.answers import answered
from twat_vision.evaluation.difficulty import difficulties
from twat_vision.evaluation.judge import Judge, ReadMove
from twat_vision.evaluation.metrics import turns
from twat_vision.evaluation.report import format_turns
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Grid,
    Move,
    MoveKind,
    PipelineError,
    Question,
    Surface,
)

MOVED = Step("a", "b", "move", (TrueMove("white", "P", "A1", "A2"),), ((0, 0), (0, 1)), ())
STILL = Step("a", "b", "no-move", (), (), ())
HAND = Step("a", "b", "occluded", (), (), ())


def report(step: Step, read: tuple[tuple[int, int], ...] = (), **fields: object) -> StepReport:
    exact = set(read) == set(step.changed)
    made = StepReport(
        step=step,
        difficulties=("easy",),
        predicted=read,
        moves=(),
        exact=exact,
        predicted_answered=read,
        exact_answered=exact,
        confidence=0.9,
        warnings=(),
        asked=False,
        hand=False,
        milliseconds=10.0,
        counts=None,
        colors=frozenset({"white", "black"}),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def move(start: str | None, end: str | None, confidence: float = 0.5, color: str = "white") -> Move:
    kind = MoveKind.MOVE if start and end else MoveKind.PLACE if end else MoveKind.REMOVE
    return Move(kind, None, "pawn", 1, start, end, confidence, color)


def result(moves: tuple[Move, ...], *questions: Question) -> AnalysisResult:
    alignment = Alignment(AlignmentStatus.ALIGNED, 0, 0, 0, None)
    return AnalysisResult(alignment, (), moves, (), 0.5, "", (), questions, {"total": 1.0})


class TestFigures:
    def test_what_is_counted(self) -> None:
        steps = [
            report(MOVED, ((0, 0), (0, 1))),
            report(MOVED, ((0, 0),), asked=True, exact_answered=True),
            report(STILL, ((3, 3),), predicted_answered=()),
            report(STILL, hand=True),
            report(HAND, hand=True),
            report(HAND, ((2, 2),)),
        ]
        found = figures(steps)
        assert (found["recall"], found["precision"]) == (0.75, 0.6)
        assert (found["exact_moves"], found["exact_moves_answered"], found["moves"]) == (1, 2, 2)
        assert (found["false_alarm_pairs"], found["false_alarm_pairs_answered"]) == (1, 0)
        assert (found["hands_flagged"], found["hands_misread"], found["hands"]) == (1, 1, 2)
        assert (found["hands_false"], found["asked"], found["steps_total"]) == (1, 1, 6)

    def test_a_step_counts_for_each_of_its_difficulties(self) -> None:
        steps = [
            report(MOVED, ((0, 0), (0, 1)), difficulties=("bump", "light")),
            report(MOVED, (), difficulties=("light",)),
        ]
        found = by_difficulty(steps)
        assert list(found) == ["bump", "light"]
        assert found["bump"]["exact_moves"] == 1
        assert (found["light"]["exact_moves"], found["light"]["moves"]) == (1, 2)

    def test_what_was_taken_for_what(self) -> None:
        capture = replace(MOVED, moves=(TrueMove("white", "P", "A1", "A2", captures=True),))
        right = (ReadMove("A1", "A2", "black", "capture"),)
        elsewhere = (ReadMove("A1", "B2", "white", "move"),)
        found = confusion([report(capture, moves=right), report(MOVED, moves=elsewhere)])
        assert found["kinds"] == {
            "appeared": {"nothing": 1},
            "nothing": {"appeared": 1},
            "replaced": {"replaced": 1},
            "vanished": {"vanished": 2},
        }
        assert found["colors"] == {"white": {"black": 2, "white": 1}}

    def test_moves_nobody_wrote_down_and_names_that_are_no_colours_are_left_out(self) -> None:
        nameless = replace(MOVED, moves=())
        tile = replace(MOVED, moves=(TrueMove("tile", None, None, "A1"),))
        read = (ReadMove(None, "A1", "white", "place"),)
        found = confusion([report(nameless, moves=read), report(tile, moves=read)])
        assert found == {"kinds": {"appeared": {"appeared": 1}}, "colors": {}}


class TestCalibration:
    def test_the_table_and_the_error(self) -> None:
        readings = [(0.95, True)] * 9 + [(0.95, False), (0.3, False), (1.0, True), (0.0, False)]
        bins = reliability(readings)
        assert [(b.low, b.readings) for b in bins] == [(0.0, 1), (0.3, 1), (0.9, 11)]
        assert bins[-1].right == pytest.approx(10 / 11)
        error = calibration_error(readings)
        gap = abs((0.95 * 10 + 1) / 11 - 10 / 11)
        assert error == pytest.approx((0.3 + 11 * gap) / 13)

    def test_a_confidence_that_means_what_it_says_has_no_error(self) -> None:
        readings = [(0.75, True)] * 3 + [(0.75, False)]
        assert calibration_error(readings) == pytest.approx(0)

    def test_what_nobody_relies_on_is_not_judged(self) -> None:
        steps = [report(MOVED, hand=True), report(STILL, confidence=0.8)]
        assert judged(steps) == [(0.8, True)]
        assert calibration_error([]) is None
        assert "no readings" in format_reliability([])


class TestTurns:
    def step(self, true: float | None, read: float | None, *, found: bool = True) -> StepReport:
        places = ("1.0,1.0", "5.0,5.0")
        told = (ReadMove(*places, "white", "move", read),) if found else ()
        return report(
            replace(MOVED, moves=(TrueMove("white", "P", *places, turn=true),)), moves=told
        )

    def test_what_was_told_is_compared_with_the_truth(self) -> None:
        steps = [
            self.step(90, 86),
            self.step(-178, 178),
            self.step(30, -150),
            self.step(45, None),
            self.step(45, None, found=False),
            self.step(None, 20),
        ]
        found = turns(steps)
        assert (found["turned"], found["said"], found["right"]) == (4, 3, 2)
        assert (found["error"], found["error_90"]) == (4.0, 144.8)
        assert format_turns(steps) == (
            "turns: told of 3 of 4 moves, right within 15° 2; "
            "error 4.0°, of nine in ten 144.8° at the most"
        )
        data = to_json([SequenceReport("s", Mode.GAME, tuple(steps))])
        assert data["game"]["overall"]["turns"] == found

    def test_turns_that_nobody_told_have_no_error(self) -> None:
        assert turns([self.step(45, None)])["error"] is None
        assert format_turns([self.step(45, None)]) == (
            "turns: told of 0 of 1 moves, right within 15° 0"
        )

    def test_where_the_truth_says_nothing_of_turns_neither_do_the_figures(self) -> None:
        assert format_turns([self.step(None, None)]) == ""


class TestAnswers:
    GRID = Grid(8, 8)

    def judge(self, step: Step = MOVED) -> Judge:
        return Judge(step, self.GRID, None, frozenset({"white", "black"}))

    def ask(self, *outcomes: tuple[Move, ...]) -> Question:
        options = tuple(f"option {n}" for n in range(len(outcomes)))
        return Question("Which?", (), options, outcomes)

    def test_the_true_option_is_chosen(self) -> None:
        read, other = (move("A1", "B2"),), (move("A1", "A2", 0.1),)
        found = answered(result(read, self.ask(read, other, ())), self.judge())
        assert [(m.from_space, m.to_space) for m in found] == [("A1", "A2")]

    def test_only_options_can_be_chosen(self) -> None:
        read = (move("A1", "B2"),)
        found = answered(result(read, self.ask(read, (move("C1", "C2"),))), self.judge())
        assert found == read

    def test_what_is_right_stays(self) -> None:
        read = (move("A1", "A2"),)
        found = answered(result(read, self.ask(read, ())), self.judge())
        assert found == read

    def test_every_question_changes_what_its_option_differs_in(self) -> None:
        one, two, three = move("A1", "A2"), move(None, "C3"), move("D4", None)
        read = (one, two, three)
        questions = (self.ask(read, (one, three)), self.ask(read, (one, two)))
        assert answered(result(read, *questions), self.judge()) == (one,)

    def test_a_reading_of_nothing_can_be_put_right(self) -> None:
        found = answered(result((), self.ask((), (move("A1", "A2"),))), self.judge())
        assert len(found) == 1

    def test_the_same_move_of_another_certainty_is_the_same(self) -> None:
        read = (move("A1", "A2", 0.9), move(None, "H8", 0.6))
        other = (move("A1", "A2", 0.2),)
        found = answered(result(read, self.ask(read, other)), self.judge())
        assert found == (read[0],)

    def test_questions_about_types_change_no_moves(self) -> None:
        read = (move("A1", "A2"),)
        question = Question("Which piece?", ("A2",), ("pawn", "rook"))
        assert answered(result(read, question), self.judge()) == read

    def test_the_reading_is_judged_before_and_after(
        self, write_sequence: Callable[..., Path]
    ) -> None:
        def unsure(request: AnalysisRequest) -> AnalysisResult:
            # c1 is column 7, row 2 of the photo.
            wrong, right = (move("H3", "H4"),), (move("H3", "E3"),)
            return result(wrong, self.ask(wrong, right))

        sequence = load_sequence(write_sequence())
        step = evaluate_sequence(sequence, Mode.GAME, unsure).steps[0]
        assert (step.exact, step.exact_answered, step.asked) == (False, True, True)
        assert step.predicted_answered == ((4, 2), (7, 2))


class TestDifficulty:
    def test_tags_are_taken_as_they_are(self, write_sequence: Callable[..., Path]) -> None:
        sequence = load_sequence(write_sequence())
        tagged = replace(MOVED, tags=("nudge",), notes="lamp")
        assert difficulties(sequence, tagged) == ("nudge",)
        assert difficulties(sequence, replace(MOVED, tags=())) == ("easy",)

    def test_what_the_truth_tells(self, write_sequence: Callable[..., Path]) -> None:
        near, far = (
            [[x + d, d], [400 + d, d], [400 + d, 400], [d, 400]] for x, d in ((0, 0), (0, 9))
        )
        frames = {"a": near, "b": far, "c": near}
        sequence = load_sequence(write_sequence(frame_corners=frames, start=None))
        assert difficulties(sequence, MOVED) == ("bump",)
        assert difficulties(sequence, replace(MOVED, after="c")) == ("easy",)
        assert difficulties(sequence, replace(HAND, after="x")) == ("hand",)
        noted = replace(MOVED, after="c", notes="hard shadow of the lamp, pawn pushed aside")
        assert difficulties(sequence, noted) == ("light", "shadow", "nudge")


class TestBaseline:
    def test_differences_are_laid_on_cells(self, write_sequence: Callable[..., Path]) -> None:
        sequence = load_sequence(write_sequence())
        steps = evaluate_sequence(sequence, Mode.PAIRS, read_naively).steps
        assert (4, 2) in steps[0].predicted
        assert steps[1].predicted and not steps[1].hand

    def test_zones_and_surfaces(self, write_zones: Callable[[], Path]) -> None:
        folder = write_zones()
        before, after = (cv2.imread(str(folder / f"{n}.jpg")) for n in (1, 2))
        assert before is not None and after is not None
        cv2.rectangle(after, (200, 100), (300, 200), (0, 0, 255), -1)
        files = [cv2.imencode(".jpg", p)[1].tobytes() for p in (before, after)]
        corners = (
            (150 / 640, 60 / 480),
            (510 / 640, 60 / 480),
            (510 / 640, 420 / 480),
            (150 / 640, 420 / 480),
        )
        request = AnalysisRequest(files[1], load_sequence(folder).layout, files[0], corners=corners)
        regions = read_naively(request).changed_regions
        assert [r.spaces for r in regions] == [("north",)]
        x, y, width, height = regions[0].box_px
        assert (x, y) == pytest.approx((168, 78), abs=3) and width == pytest.approx(144, abs=3)
        assert height == pytest.approx(144, abs=3)
        (placed,) = read_naively(replace(request, layout=Surface(36, 36))).moves
        assert placed.to_position == pytest.approx((10, 9), abs=0.5)

    def test_photos_of_two_sizes_and_none(self) -> None:
        grey = np.full((120, 160, 3), 90, np.uint8)
        files = [cv2.imencode(".jpg", p)[1].tobytes() for p in (grey, grey[::2, ::2])]
        request = AnalysisRequest(files[1], Grid(2, 2), files[0])
        assert read_naively(request).changed_regions == ()
        with pytest.raises(PipelineError, match="not an image"):
            read_naively(replace(request, before=None))


class TestGallery:
    def test_only_misread_steps_are_drawn(
        self, write_sequence: Callable[..., Path], tmp_path: Path
    ) -> None:
        folder = write_sequence()
        truth = json.loads((folder / "truth.json").read_text())
        truth["steps"][2]["kind"] = "occluded"
        (folder / "truth.json").write_text(json.dumps(truth))
        gallery = Gallery(tmp_path / "gallery", "game")
        evaluate_sequence(load_sequence(folder), Mode.PAIRS, witness=gallery.add)
        (picture,) = gallery.folder.iterdir()
        image = cv2.imread(str(picture))
        assert picture.name == "game_001-003.jpg"
        assert image is not None and image.shape[1] == 2000 and image[:750].std() > 20


class TestJson:
    def test_the_contract_and_what_was_added(self) -> None:
        data = to_json([SequenceReport("s", Mode.PAIRS, (report(MOVED, ((0, 0),)),))])["pairs"]
        assert set(data) == {"overall", "difficulty", "confusion", "reliability", "sequences"}
        sequence = data["sequences"]["s"]
        assert set(sequence) >= {
            "recall",
            "precision",
            "exact_moves",
            "moves",
            "false_alarm_pairs",
            "no_move",
            "hands_flagged",
            "hands",
            "steps",
        }
        step = sequence["steps"][0]
        assert step["predicted"] == [[0, 0]]
        assert (step["exact"], step["difficulties"]) == (False, ["easy"])
        assert data["reliability"] == [
            {"low": 0.9, "high": 1.0, "readings": 1, "confidence": 0.9, "right": 0.0}
        ]
