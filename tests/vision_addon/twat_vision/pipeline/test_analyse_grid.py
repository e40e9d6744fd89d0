"""From two photos of a grid to moves."""

import json
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.spaces import cell_name
from twat_vision.pipeline.types import (
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Candidate,
    CandidateMove,
    Grid,
    MoveKind,
    Piece,
    PipelineError,
    Player,
    RegionKind,
    Stage,
    VocabularyEntry,
    WarningCode,
)

GRID = Grid(8, 8)
PLAYERS = (Player(1, "Ann", "red"), Player(2, "Ben", "blue"))
START = {(c, r): "red" if r == 7 else "blue" for c in range(0, 8, 2) for r in (0, 7)}
START |= {(4, 4): "blue"}


def encode(photo: np.ndarray) -> bytes:
    return cv2.imencode(".png", photo)[1].tobytes()


Cells = dict[tuple[float, float], str]


def pieces_of(cells: Cells) -> tuple[Piece, ...]:
    owners = {"red": 1, "blue": 2}
    return tuple(
        Piece(f"{color}{c}{r}", "pawn", owners[color], (c, r), cell_name((int(c), int(r)), GRID))
        for (c, r), color in cells.items()
    )


def moved(*moves: tuple[tuple[int, int] | None, tuple[int, int] | None]) -> Cells:
    cells: Cells = dict(START)
    for start, end in moves:
        color = cells.pop(start) if start is not None else "red"
        if end is not None:
            cells[end] = color
    return cells


def read(
    scene: Any, after: Cells, *, known: bool = True, active: int | None = 1, **effects: Any
) -> AnalysisResult:
    extra = {k: effects.pop(k) for k in ("vocabulary", "candidates") if k in effects}
    return analyse(
        AnalysisRequest(
            after=scene.file(after, noise=7, **effects),
            before=scene.file(START),
            layout=GRID,
            corners=scene.corners,
            pieces=pieces_of(START) if known else None,
            players=PLAYERS if known else (),
            active_player=active if known else None,
            **extra,
        )
    )


def found(result: AnalysisResult) -> set[tuple[str, str | None, str | None]]:
    return {(m.kind.value, m.from_space, m.to_space) for m in result.moves}


class TestKnownState:
    def test_nothing_changed_is_an_answer(self, scene: Any) -> None:
        result = read(scene, dict(START), light=0.85)
        assert result.moves == ()
        assert result.summary == "Nothing changed"
        assert result.confidence > 0.9
        assert result.alignment.status is AlignmentStatus.ALIGNED
        assert len(result.detected_pieces) == len(START)

    def test_a_move(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 5))))
        (move,) = result.moves
        assert (move.kind, move.piece, move.type, move.player) == (
            MoveKind.MOVE,
            "red27",
            "pawn",
            1,
        )
        assert (move.from_space, move.to_space, move.color) == ("C8", "D6", "red")
        assert move.from_position == (2.0, 7.0) and move.to_position == (3.0, 5.0)
        assert move.confidence > 0.9 and result.confidence > 0.9
        assert result.summary == "Red pawn: C8 → D6"
        assert {(r.kind, r.spaces) for r in result.changed_regions} == {
            (RegionKind.VANISHED, ("C8",)),
            (RegionKind.APPEARED, ("D6",)),
        }
        spot = {p.id: p.space for p in result.detected_pieces}
        assert spot["red27"] == "D6"
        stages = {"decode", "align", "rectify", "light", "compare", "gate", "name"}
        assert set(result.timings_ms) == stages | {"total"}
        assert sum(result.timings_ms[s] for s in stages) <= result.timings_ms["total"]

    def test_a_capture_names_the_taken_piece(self, scene: Any) -> None:
        cells = moved(((4, 7), (4, 4)))
        result = read(scene, cells)
        (move,) = result.moves
        assert move.kind is MoveKind.CAPTURE
        assert (move.from_space, move.to_space, move.captured) == ("E8", "E5", "blue44")
        assert "blue44" not in {p.id for p in result.detected_pieces}
        assert "×" in result.summary
        assert {r.kind for r in result.changed_regions} == {
            RegionKind.VANISHED,
            RegionKind.REPLACED,
        }

    def test_a_placed_piece_gets_the_only_type_there_is(self, scene: Any) -> None:
        vocabulary = (VocabularyEntry("pawn", "Pawn"), VocabularyEntry("king", "King", ("A1",)))
        result = read(scene, moved((None, (3, 3))), vocabulary=vocabulary)
        (move,) = result.moves
        assert (move.kind, move.type, move.player, move.to_space) == (
            MoveKind.PLACE,
            "pawn",
            1,
            "D4",
        )
        assert result.questions == ()

    def test_a_placed_piece_of_several_possible_types_is_asked_for(self, scene: Any) -> None:
        vocabulary = (VocabularyEntry("pawn", "Pawn"), VocabularyEntry("king", "King"))
        result = read(scene, moved((None, (3, 3))), vocabulary=vocabulary)
        assert result.moves[0].type == "unknown"
        assert result.questions[0].options == ("pawn", "king")
        assert result.questions[0].spaces == ("D4",)

    def test_candidates_know_the_type_of_a_placed_piece(self, scene: Any) -> None:
        vocabulary = (VocabularyEntry("pawn", "Pawn"), VocabularyEntry("king", "King"))
        place = CandidateMove(MoveKind.PLACE, None, "king", 1, None, "D4")
        result = read(
            scene,
            moved((None, (3, 3))),
            vocabulary=vocabulary,
            candidates=(Candidate((place,)),),
        )
        assert result.moves[0].type == "king"

    def test_a_removed_piece(self, scene: Any) -> None:
        result = read(scene, moved(((6, 7), None)))
        assert found(result) == {("remove", "G8", None)}
        assert "red67" not in {p.id for p in result.detected_pieces}

    def test_two_pieces_at_once(self, scene: Any) -> None:
        result = read(scene, moved(((0, 7), (0, 6)), ((6, 7), (6, 5))))
        assert found(result) == {("move", "A8", "A7"), ("move", "G8", "G6")}
        # Which of two like pieces went where makes no difference to the position.
        assert result.confidence > 0.8

    def test_a_piece_of_the_other_colour_in_the_place_of_one(self, scene: Any) -> None:
        cells = dict(START) | {(4, 4): "red"}
        result = read(scene, cells)
        (move,) = result.moves
        assert (move.kind, move.from_space, move.to_space) == (MoveKind.CAPTURE, None, "E5")
        assert move.player == 1 and move.captured == "blue44"
        assert "replaces" in result.summary

    def test_a_bumped_camera(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 5))), shift=(4, -3), turn=0.5)
        assert found(result) == {("move", "C8", "D6")}
        assert result.alignment.status is AlignmentStatus.MOVED
        assert result.alignment.rotation_deg == pytest.approx(-0.5, abs=0.1)
        assert WarningCode.BOARD_MOVED in result.warnings

    def test_photos_of_different_size(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 5))), size=(960, 720))
        assert found(result) == {("move", "C8", "D6")}
        _, _, w, h = result.changed_regions[0].box_px
        assert w == pytest.approx(68, abs=4) and h == pytest.approx(68, abs=4)

    def test_a_hand_is_reported_and_is_no_move(self, scene: Any) -> None:
        result = read(scene, dict(START), hand=(330, 300))
        assert WarningCode.HAND_IN_VIEW in result.warnings
        assert result.moves == ()
        assert result.confidence <= 0.5

    def test_a_hand_is_outlined_and_the_rest_is_read(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 5))), hand=(430, 200))
        (hand,) = result.occlusions
        assert {"G5", "G6", "G7", "H7"} <= set(hand.spaces)
        assert not {"C8", "D6"} & set(hand.spaces)
        outline = np.array(hand.polygon, np.float32) * (640, 480)
        assert cv2.pointPolygonTest(outline.astype(np.float32), (440, 300), False) > 0
        assert cv2.pointPolygonTest(outline.astype(np.float32), (300, 300), False) < 0
        assert found(result) == {("move", "C8", "D6")}
        assert result.to_json()["occlusions"][0]["spaces"] == list(hand.spaces)

    def test_a_cup_on_the_board_is_no_piece(self, scene: Any) -> None:
        photo = scene.photo(START, noise=1)
        cv2.circle(photo, (330, 240), 62, (190, 120, 60), -1)
        result = analyse(
            AnalysisRequest(
                after=encode(photo), before=scene.file(START), layout=GRID, corners=scene.corners
            )
        )
        assert WarningCode.HAND_IN_VIEW in result.warnings
        assert "E5" in result.occlusions[0].spaces
        assert result.moves == ()

    def test_nothing_hides_an_open_board(self, scene: Any) -> None:
        assert read(scene, moved(((2, 7), (3, 5)))).occlusions == ()

    def test_origin_at_the_bottom(self, scene: Any) -> None:
        result = analyse(
            AnalysisRequest(
                after=scene.file(moved(((2, 7), (3, 5)))),
                before=scene.file(START),
                layout=Grid(8, 8, "bottom_left"),
                corners=scene.corners,
            )
        )
        assert found(result) == {("move", "C1", "D3")}


class TestWrongState:
    """The accepted state is wrong: the photos are not bent to fit it, nor silently believed."""

    def read(self, scene: Any, accepted: Cells, after: Cells) -> AnalysisResult:
        return analyse(
            AnalysisRequest(
                after=scene.file(after, noise=7),
                before=scene.file(START),
                layout=GRID,
                corners=scene.corners,
                pieces=pieces_of(accepted),
                players=PLAYERS,
                active_player=1,
            )
        )

    @pytest.mark.parametrize("unrecorded", [True, False])
    def test_it_is_said_and_is_no_move(self, scene: Any, unrecorded: bool) -> None:
        accepted = dict(START) | {(3, 3): "red"}
        if unrecorded:
            accepted = {cell: color for cell, color in START.items() if cell != (4, 4)}
        result = self.read(scene, accepted, dict(START))
        assert result.moves == ()
        assert WarningCode.STATE_CONFLICT in result.warnings

    def test_a_piece_nobody_recorded_may_move_all_the_same(self, scene: Any) -> None:
        accepted = {cell: color for cell, color in START.items() if cell != (2, 7)}
        result = self.read(scene, accepted, moved(((2, 7), (3, 5))))
        assert WarningCode.STATE_CONFLICT not in result.warnings
        assert ("place", None, "D6") in found(result) or ("move", "C8", "D6") in found(result)

    def test_a_right_state_is_not_doubted(self, scene: Any) -> None:
        result = self.read(scene, dict(START), moved(((2, 7), (3, 5))))
        assert WarningCode.STATE_CONFLICT not in result.warnings
        assert found(result) == {("move", "C8", "D6")}


class TestCandidates:
    def test_an_expected_move_is_more_certain(self, scene: Any) -> None:
        after = moved(((2, 7), (3, 5)))
        free = read(scene, after)
        expected = Candidate((CandidateMove(MoveKind.MOVE, "red27", "pawn", 1, "C8", "D6"),))
        other = Candidate((CandidateMove(MoveKind.MOVE, "red07", "pawn", 1, "A8", "B6"),))
        helped = read(scene, after, candidates=(expected, other))
        assert found(helped) == found(free) == {("move", "C8", "D6")}
        assert helped.moves[0].confidence >= free.moves[0].confidence
        assert helped.questions == ()

    def test_a_clear_move_nobody_expected_is_read_and_asked_about(self, scene: Any) -> None:
        other = Candidate((CandidateMove(MoveKind.MOVE, "red07", "pawn", 1, "A8", "B6"),))
        bad = Candidate((CandidateMove(MoveKind.MOVE, None, None, 1, "Z9", "A1"),))
        result = read(scene, moved(((2, 7), (3, 5))), candidates=(other, bad))
        assert found(result) == {("move", "C8", "D6")}
        assert result.questions

    def test_an_expected_move_and_its_answer_are_not_asked_about(self, scene: Any) -> None:
        # A photo was missed: what the other player did then nobody could list.
        expected = Candidate((CandidateMove(MoveKind.MOVE, "red27", "pawn", 1, "C8", "D6"),))
        answer = read(scene, moved(((2, 7), (3, 5)), ((4, 0), (5, 2))), candidates=(expected,))
        assert found(answer) == {("move", "C8", "D6"), ("move", "E1", "F3")}
        assert answer.questions == ()
        twice = read(scene, moved(((2, 7), (3, 5)), ((6, 7), (6, 4))), candidates=(expected,))
        assert found(twice) == {("move", "C8", "D6"), ("move", "G8", "G5")}
        assert twice.questions

    def test_candidates_of_several_parts(self, scene: Any) -> None:
        after = moved(((0, 7), (0, 6)), ((6, 7), None), (None, (7, 3)))
        parts = (
            CandidateMove(MoveKind.MOVE, None, None, 1, "A8", "A7"),
            CandidateMove(MoveKind.REMOVE, None, None, 1, "G8", None),
            CandidateMove(MoveKind.PLACE, None, None, 1, None, "H4"),
        )
        result = read(scene, after, candidates=(Candidate(parts), Candidate(())))
        assert found(result) == {
            ("move", "A8", "A7"),
            ("remove", "G8", None),
            ("place", None, "H4"),
        }

    def test_a_move_taken_back_is_recognised(self, scene: Any) -> None:
        # Red took the blue piece on E5 with the one from E8, and thinks better of it.
        played = moved(((4, 7), (4, 4)))
        back = (
            CandidateMove(MoveKind.MOVE, "red44", "pawn", 1, "E5", "E8"),
            CandidateMove(MoveKind.PLACE, "blue44", "pawn", 2, None, "E5"),
        )
        older = (CandidateMove(MoveKind.MOVE, "red27", "pawn", 1, "C8", "D6"),)
        ways = (Candidate(back, returns_to="before"), Candidate(older, returns_to="older"))

        def again(after: Cells) -> AnalysisResult:
            return analyse(
                AnalysisRequest(
                    after=scene.file(after, noise=7),
                    before=scene.file(played),
                    layout=GRID,
                    corners=scene.corners,
                    pieces=pieces_of(played),
                    players=PLAYERS,
                    active_player=2,
                    candidates=ways,
                )
            )

        returned = again(dict(START))
        assert returned.taken_back == "before"
        assert found(returned) == {("move", "E5", "E8"), ("place", None, "E5")}
        onward = {cell: color for cell, color in played.items() if cell != (0, 0)}
        new = again(onward | {(0, 3): "blue"})
        assert new.taken_back is None
        assert found(new) == {("move", "A1", "A4")}
        assert new.questions == ()
        assert again(played).taken_back is None

    def test_candidates_do_not_invent_a_move(self, scene: Any) -> None:
        expected = Candidate((CandidateMove(MoveKind.MOVE, None, None, 1, "C8", "D6"),))
        assert read(scene, dict(START), candidates=(expected,)).moves == ()


class TestUnknownState:
    def test_from_and_to_are_told_apart(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 4))), known=False)
        (move,) = result.moves
        assert (move.kind, move.from_space, move.to_space) == (MoveKind.MOVE, "C8", "D5")
        assert move.color == "red" and move.piece is None and move.type == "unknown"
        assert result.detected_pieces == ()

    def test_several_placed(self, scene: Any) -> None:
        result = read(scene, moved((None, (2, 3)), (None, (3, 3)), (None, (5, 4))), known=False)
        assert found(result) == {
            ("place", None, "C4"),
            ("place", None, "D4"),
            ("place", None, "F5"),
        }

    def test_a_piece_that_vanished_beside_a_move_is_asked_about(self, scene: Any) -> None:
        result = read(scene, moved(((2, 7), (3, 5)), ((4, 4), None)), known=False)
        assert found(result) == {("move", "C8", "D6"), ("remove", "E5", None)}
        (question,) = (q for q in result.questions if q.outcomes)
        assert {(m.from_space, m.to_space) for m in question.outcomes[1]} == {("C8", "D6")}
        assert result.confidence < 0.9

    def test_light_is_no_change(self, scene: Any) -> None:
        result = read(scene, dict(START), known=False, light=1.2, slope=0.3)
        assert result.moves == ()
        assert result.confidence > 0.9


class TestSetup:
    def request(self, scene: Any, **more: Any) -> AnalysisRequest:
        return AnalysisRequest(
            after=scene.file(START), layout=GRID, corners=scene.corners, players=PLAYERS, **more
        )

    def test_an_unknown_position_is_read(self, scene: Any) -> None:
        result = analyse(self.request(scene))
        assert {(p.space, p.color) for p in result.detected_pieces} == {
            (cell_name((int(c), int(r)), GRID), color) for (c, r), color in START.items()
        }
        assert result.moves == ()

    def test_a_known_position_is_confirmed(self, scene: Any) -> None:
        result = analyse(self.request(scene, pieces=pieces_of(START)))
        assert result.confidence == 1.0
        assert {p.id for p in result.detected_pieces} == {p.id for p in pieces_of(START)}

    def test_a_wrong_position_is_asked_about(self, scene: Any) -> None:
        wrong = {(c, 7 - r): color for (c, r), color in START.items() if (c, r) != (4, 4)}
        wrong |= {(c, 3): "red" for c in range(8)}
        result = analyse(self.request(scene, pieces=pieces_of(wrong)))
        assert result.confidence < 0.8
        assert result.questions

    def test_no_comparison_when_none_is_wanted(self, scene: Any) -> None:
        request = self.request(scene, before=scene.file({}), detect_changes=False)
        assert analyse(request).moves == ()

    def test_an_empty_state_has_nothing_to_compare_with(self, scene: Any) -> None:
        assert analyse(self.request(scene, pieces=())).confidence == 1.0

    def test_the_reference_says_where_the_board_is(self, scene: Any) -> None:
        request = AnalysisRequest(
            after=scene.file(START, shift=(12, 6), noise=1),
            reference=scene.file(START),
            layout=GRID,
            corners=scene.corners,
        )
        corners = np.array(analyse(request).alignment.corners)
        expected = np.array(scene.corners) + np.array([12 / 640, 6 / 480])
        assert np.abs(corners - expected).max() < 0.004


class TestAlignment:
    def test_the_reference_is_carried_on_to_before_and_after(self, scene: Any) -> None:
        request = AnalysisRequest(
            after=scene.file(moved(((2, 7), (3, 5))), shift=(14, 6), noise=1),
            before=scene.file(START, shift=(12, 6), noise=2),
            reference=scene.file(START),
            layout=GRID,
            corners=scene.corners,
        )
        result = analyse(request)
        assert found(result) == {("move", "C8", "D6")}
        assert result.alignment.shift < 0.01

    def test_drift_is_measured_from_the_reference(self, scene: Any) -> None:
        request = AnalysisRequest(
            after=scene.file(START, shift=(14, 6), noise=1),
            before=scene.file(START, shift=(12, 6), noise=2),
            reference=scene.file(START),
            layout=GRID,
            corners=scene.corners,
        )
        alignment = analyse(request).alignment
        diagonal = 360 * 2**0.5
        assert alignment.drift == pytest.approx(np.hypot(14, 6) / diagonal, abs=0.004)
        assert alignment.shift == pytest.approx(2 / diagonal, abs=0.004)
        assert alignment.score > 0.9

    @pytest.mark.parametrize("quarters", [1, 2, 3])
    def test_a_turned_board_is_said_and_followed(self, scene: Any, quarters: int) -> None:
        photo = scene.photo(moved(((2, 7), (3, 5))), noise=1)
        x, y, side = 150, 60, 360
        photo[y : y + side, x : x + side] = np.rot90(photo[y : y + side, x : x + side], -quarters)
        request = AnalysisRequest(
            after=encode(photo), before=scene.file(START), layout=GRID, corners=scene.corners
        )
        result = analyse(request)
        assert result.alignment.status is AlignmentStatus.TURNED
        turn = (result.alignment.rotation_deg - 90 * quarters + 180) % 360 - 180
        assert turn == pytest.approx(0, abs=1)
        assert found(result) == {("move", "C8", "D6")}
        assert WarningCode.BOARD_MOVED in result.warnings

    def test_a_lost_board_is_said(self, scene: Any) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)
        stages: list[Stage] = []
        request = AnalysisRequest(
            after=cv2.imencode(".jpg", noise)[1].tobytes(),
            before=scene.file(START),
            layout=GRID,
            corners=scene.corners,
        )
        result = analyse(request, stages.append)
        assert result.alignment.status is AlignmentStatus.LOST
        assert result.warnings == (WarningCode.BOARD_LOST,)
        assert result.confidence == 0 and result.moves == ()
        assert stages == [Stage.ALIGNING, Stage.DONE]

    def test_in_the_dark_light_is_asked_for_not_the_board(self, scene: Any) -> None:
        black = np.zeros((480, 640, 3), np.uint8)
        request = AnalysisRequest(
            after=cv2.imencode(".jpg", black)[1].tobytes(),
            before=scene.file(START),
            layout=GRID,
            corners=scene.corners,
        )
        result = analyse(request)
        assert result.warnings == (WarningCode.TOO_DARK,)
        assert result.moves == ()

    @pytest.mark.parametrize("side", [1, 63])
    def test_a_photo_too_small_to_show_anything_is_refused(self, scene: Any, side: int) -> None:
        tiny = cv2.imencode(".png", np.zeros((side, side, 3), np.uint8))[1].tobytes()
        request = AnalysisRequest(
            after=tiny, before=scene.file(START), layout=GRID, corners=scene.corners
        )
        with pytest.raises(PipelineError, match="at least 64 pixels"):
            analyse(request)

    def test_a_reference_of_another_board_is_said(self, scene: Any, desert: Any) -> None:
        request = AnalysisRequest(
            after=scene.file(START),
            before=scene.file(START),
            reference=desert.file({}, cubes={(0.2, 0.2): "red"}, turn=40),
            layout=GRID,
            corners=((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3)),
        )
        assert analyse(request).alignment.status is AlignmentStatus.LOST

    def test_progress_runs_through_the_stages(self, scene: Any) -> None:
        stages: list[Stage] = []
        request = AnalysisRequest(
            after=scene.file(START), before=scene.file(START), layout=GRID, corners=scene.corners
        )
        analyse(request, stages.append)
        assert stages == [Stage.ALIGNING, Stage.COMPARING, Stage.NAMING, Stage.DONE]

    def test_crossing_corners_are_refused(self, scene: Any) -> None:
        a, b, c, d = scene.corners
        with pytest.raises(PipelineError) as err:
            analyse(AnalysisRequest(after=scene.file(START), layout=GRID, corners=(a, c, b, d)))
        assert err.value.code == "bad_corners"

    def test_without_corners_the_board_is_searched_for(self, scene: Any) -> None:
        blank = cv2.imencode(".png", np.full((480, 640, 3), 120, np.uint8))[1].tobytes()
        with pytest.raises(PipelineError) as err:
            analyse(AnalysisRequest(after=blank, layout=GRID))
        assert err.value.code == "board_not_found"

    def test_a_dark_and_a_blurred_photo_are_said(self, scene: Any) -> None:
        def warnings(after: bytes) -> tuple[WarningCode, ...]:
            request = AnalysisRequest(
                after=after, before=scene.file(START), layout=GRID, corners=scene.corners
            )
            result = analyse(request)
            assert result.confidence < 0.7
            return result.warnings

        dark = cv2.imencode(".png", (scene.photo(START) * 0.05).astype(np.uint8))[1].tobytes()
        assert WarningCode.TOO_DARK in warnings(dark)
        soft = cv2.GaussianBlur(scene.photo(START), (0, 0), 3)
        assert WarningCode.BLURRED in warnings(cv2.imencode(".png", soft)[1].tobytes())

    def test_results_are_json(self, scene: Any) -> None:
        data = json.loads(json.dumps(read(scene, moved(((2, 7), (3, 5)))).to_json()))
        assert data["moves"][0]["from"] == "C8"
        assert data["alignment"]["status"] == "aligned"
        assert data["vlm"] is None
        assert data["counts"] is None
        assert len(data["alignment"]["corners"]) == 4
