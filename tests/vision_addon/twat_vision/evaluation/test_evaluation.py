"""Sequences are read, scored and reported as their format says."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from twat_vision.evaluation import (
    CellNames,
    DatasetError,
    Mode,
    Step,
    TrueMove,
    evaluate_sequence,
    find_sequences,
    format_table,
    load_sequence,
    load_sequences,
    to_json,
)
from twat_vision.evaluation.judge import Judge, ReadMove, same_deltas, same_moves
from twat_vision.evaluation.state import GridState, players_of, surface_pieces
from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult, Move, MoveKind, Surface

Write = Callable[..., Path]
STEPS = '{"grid": [8, 8], "corners": [[0,0],[1,0],[1,1],[0,1]], "steps": [%s]}'


class TestDataset:
    def test_a_folder_of_folders(self, write_sequence: Write, tmp_path: Path) -> None:
        first, second = write_sequence("a"), write_sequence("b")
        assert find_sequences([tmp_path / "data", first]) == [first, second]

    def test_sequences_of_one_name_are_told_apart(
        self, write_sequence: Write, tmp_path: Path
    ) -> None:
        folder = write_sequence("game")
        write_sequence("other")
        shutil.copytree(folder, tmp_path / "data" / "more" / "game")
        names = [s.name for s in load_sequences([tmp_path / "data"])]
        assert names == ["data/game", "more/game", "other"]

    def test_what_need_not_be_said(self, write_sequence: Write) -> None:
        folder = write_sequence()
        truth = json.loads((folder / "truth.json").read_text())
        del truth["steps"][2]["changed_rc"], truth["steps"][2]["changed_cells"]
        truth["steps"][2]["moves"] = truth["steps"][2]["notes"] = None
        truth["frame_corners"] = {"000.jpg": truth.pop("corners"), "003.jpg": None}
        (folder / "truth.json").write_text(json.dumps(truth))
        sequence = load_sequence(folder)
        assert sequence.steps[2].changed == () and sequence.steps[2].moves == ()
        assert evaluate_sequence(sequence, Mode.GAME).steps[0].exact

    def test_folders_that_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="no such folder"):
            find_sequences([tmp_path / "missing"])
        with pytest.raises(DatasetError, match=r"truth\.json"):
            find_sequences([tmp_path])

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("{", "not valid JSON"),
            ("{}", "neither grid nor zones"),
            ('{"grid": [8, 8]}', "expected format"),
            ('{"grid": [0, 8], "corners": [], "steps": []}', "columns and rows"),
            ('{"grid": [8, 8], "holds": 0, "corners": [], "steps": []}', "holds must be"),
            ('{"grid": [8, 8], "corners": [[0, 0]], "steps": []}', "four points"),
            ('{"grid": [8, 8], "corners": [[0,0],[1,0],[1,1],[0,1]]}', "'steps' is missing"),
            (
                STEPS % '{"kind": "jump", "before": "a", "after": "b", "changed_rc": []}',
                "step 1: kind 'jump'",
            ),
            ("[]", "must be an object"),
            (
                STEPS % '{"kind": "move", "after": "b", "changed_rc": []}',
                "step 1: 'before' is missing",
            ),
            (
                STEPS % '{"kind": "no-move", "before": "a", "after": "b"}, {"kind": "move"}',
                "step 2: 'changed_rc' is missing",
            ),
            (STEPS % '{"kind": "move", "changed_rc": [[8, 0]]}', r"\[8, 0\] is not on the grid"),
            (STEPS % "7", "step 1: "),
            (
                (
                    '{"zones": [{"id": "a", "polygon": [[0,0],[1,0],[1,1]]}], "corners": '
                    '[[0,0],[1,0],[1,1],[0,1]], "steps": [{"kind": "move", "changed_zones": ["b"]}]}'
                ),
                "there is no zone 'b'",
            ),
        ],
    )
    def test_broken_truth_is_named(self, tmp_path: Path, text: str, why: str) -> None:
        (tmp_path / "truth.json").write_text(text)
        with pytest.raises(DatasetError, match=why):
            load_sequence(tmp_path)

    def test_truth_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="No such file"):
            load_sequence(tmp_path)

    def test_missing_and_broken_photos(self, write_sequence: Write) -> None:
        folder = write_sequence()
        (folder / "001.jpg").unlink()
        with pytest.raises(DatasetError, match=r"001\.jpg: no such photo"):
            load_sequence(folder)
        (folder / "001.jpg").write_bytes(b"no photo")
        with pytest.raises(DatasetError, match="not an image"):
            evaluate_sequence(load_sequence(folder), Mode.PAIRS)


class TestNaming:
    def test_the_orientation_follows_from_the_steps(self, write_sequence: Write) -> None:
        names = CellNames.of(load_sequence(write_sequence()), 8, 8)
        assert names.cell("a1") == (7, 0)
        assert names.cell("c4") == (4, 2)
        assert names.name((7, 0)) == "a1"
        assert names.name((0, 7)) == "h8"

    def test_without_labels_names_start_at_the_top_left(self, write_sequence: Write) -> None:
        names = CellNames.of(load_sequence(write_sequence(steps=[], start=None)), 8, 8)
        assert names.cell("A1") == (0, 0)
        assert names.name((2, 1)) == "C2"

    def test_names_of_wide_boards_and_none(self) -> None:
        names = CellNames(30, 30)
        assert names.name((26, 0)) == "AA1" and names.cell("AA1") == (26, 0)
        assert names.cell("garrison") is None and names.cell("AZ1") is None


class TestState:
    def test_truth_is_accepted_step_by_step(self, write_sequence: Write) -> None:
        sequence = load_sequence(write_sequence())
        names = CellNames.of(sequence, 8, 8)
        state = GridState.of(sequence, names)
        for step in sequence.steps:
            state.accept(step)
        assert state.latest is not None
        assert {names.name(c): p.type for c, p in state.latest.items()} == {
            "a1": "r",
            "c4": "r",
            "e1": "k",
            "b8": "r",
            "c8": "r",
            "e4": "k",
        }

    def test_the_position_in_a_photo_does_not_depend_on_the_order_of_steps(
        self, write_sequence: Write
    ) -> None:
        sequence = load_sequence(write_sequence())
        still = Step("004.jpg", "005.jpg", "no-move", (), (), ())
        jumbled = replace(sequence, steps=(*reversed(sequence.steps), still))
        names = CellNames.of(sequence, 8, 8)
        state = GridState.of(jumbled, names)
        board = state.before(Step("003.jpg", "x", "no-move", (), (), ()))
        assert board is not None and names.cell("c4") in board
        last = state.before(still)
        assert last is not None and names.cell("e4") in last

    def test_what_changes_beside_the_named_move(self, write_sequence: Write) -> None:
        sequence = load_sequence(write_sequence())
        names = CellNames.of(sequence, 8, 8)
        state = GridState.of(sequence, names)
        cells = [names.cell(n) for n in ("e1", "g1", "c1", "f1", "b8", "h5")]
        changed = tuple(c for c in cells if c is not None)
        castling = Step("000.jpg", "x", "move", (TrueMove("white", "K", "e1", "g1"),), changed, ())
        state.accept(castling)
        placed = Step("x", "y", "move", (TrueMove("white", "Q", None, "h1"),), (), ())
        state.accept(placed)
        assert state.latest is not None
        board = {names.name(c): p.type for c, p in state.latest.items()}
        assert board == {
            "a1": "r",
            "g1": "k",
            "f1": "r",
            "h5": "r",
            "d8": "r",
            "h8": "k",
            "h1": "q",
        }

    def test_a_pawn_becomes_what_it_is_promoted_to(self, write_sequence: Write) -> None:
        sequence = load_sequence(write_sequence())
        names = CellNames.of(sequence, 8, 8)
        state = GridState.of(sequence, names)
        move = TrueMove("white", "P", "a1", "a8", becomes="Q")
        state.accept(Step("000.jpg", "x", "move", (move,), (), ()))
        cell = names.cell("a8")
        assert state.latest is not None and cell is not None
        assert state.latest[cell].type == "q"

    def test_an_unknown_start_stays_unknown(self, write_sequence: Write) -> None:
        sequence = load_sequence(write_sequence(start=None))
        state = GridState.of(sequence, CellNames.of(sequence, 8, 8))
        state.accept(sequence.steps[0])
        assert state.latest is None and state.before(sequence.steps[1]) is None


class TestScoring:
    def test_a_sequence_is_read_in_both_modes(self, write_sequence: Write) -> None:
        # The pieces are red and blue; only the players' colours of chess could be wrong.
        sequence = load_sequence(write_sequence())
        reports = [evaluate_sequence(sequence, mode) for mode in Mode]
        data = json.loads(json.dumps(to_json(reports)))
        assert set(data) == {"pairs", "game"}
        for mode in data.values():
            game = mode["sequences"]["game"]
            assert (game["exact_moves"], game["moves"]) == (1, 1)
            assert (game["false_alarm_pairs"], game["no_move"]) == (0, 1)
            assert (game["hands_flagged"], game["hands"]) == (1, 1)
            assert game["recall"] == 1.0 and game["precision"] == 1.0
            assert mode["overall"]["moves"] == 1
            first = game["steps"][0]
            assert sorted(first["predicted"]) == [[4, 2], [7, 2]]
            assert [(m["from"], m["to"]) for m in first["moves"]] == [("c1", "c4")]
            assert set(first) >= {"before", "after", "kind", "confidence", "warnings", "ms"}
            assert "hand_in_view" in game["steps"][1]["warnings"]
        assert data["game"]["sequences"]["game"]["steps"][0]["moves"][0]["color"] == "white"

    def test_whose_turn_it_is_follows_from_the_position(self, write_sequence: Write) -> None:
        # Steps need not be listed in the order of the game.
        folder = write_sequence()
        truth = json.loads((folder / "truth.json").read_text())
        truth["steps"] = [truth["steps"][n] for n in (2, 3, 0, 1)]
        (folder / "truth.json").write_text(json.dumps(truth))
        seen: list[int | None] = []

        def remember(request: AnalysisRequest) -> AnalysisResult:
            seen.append(request.active_player)
            return analyse(request)

        evaluate_sequence(load_sequence(folder), Mode.GAME, remember)
        assert seen == [2, 2, 1, None]

    def test_zones_are_named_and_counted(self, write_zones: Callable[[], Path]) -> None:
        sequence = load_sequence(write_zones())
        reports = [evaluate_sequence(sequence, mode) for mode in Mode]
        data = to_json(reports)
        for mode in data.values():
            steps = mode["sequences"]["zones"]["steps"]
            assert [s["predicted"] for s in steps] == [[], ["south"]]
            assert steps[1]["counts"]["south"] == {"green": 1, "red": 1}
            assert steps[1]["counts"]["north"] == {"red": 1, "blue": 1}

    def test_cells_that_hold_several_are_counted(self, tmp_path: Path, desert: Any) -> None:
        red, blue = {(0.1, 0.1): "red", (0.2, 0.1): "red"}, {(0.9, 0.9): "blue"}
        for name, cubes in {
            "1.jpg": red | blue,
            "2.jpg": red | blue,
            "3.jpg": red | {(0.2, 0.2): "blue"},
        }.items():
            (tmp_path / name).write_bytes(desert.file({}, cubes=cubes))
        still = {"A4": {"red": 2}, "D1": {"blue": 1}}
        x, y, side = 150, 60, 360
        truth = {
            "grid": [4, 4],
            "holds": 9,
            "corners": [[x, y], [x + side, y], [x + side, y + side], [x, y + side]],
            "players": ["red", "blue"],
            "counts": {"1.jpg": still, "2.jpg": still, "3.jpg": {"A4": {"red": 2, "blue": 1}}},
            "steps": [
                {"kind": "no-move", "before": "1.jpg", "after": "2.jpg"},
                {
                    "kind": "move",
                    "before": "2.jpg",
                    "after": "3.jpg",
                    "moves": [{"colour": "blue", "from": "D1", "to": "A4"}],
                    "changed_cells": ["A4", "D1"],
                    "changed_rc": [[0, 0], [3, 3]],
                },
            ],
        }
        (tmp_path / "truth.json").write_text(json.dumps(truth))

        for mode in Mode:
            steps = evaluate_sequence(load_sequence(tmp_path), mode).steps
            assert [s.exact for s in steps] == [True, True]
        assert steps[1].counts == {"A4": {"red": 2, "blue": 1}}

    def test_the_table_names_what_was_misread(self, write_sequence: Write) -> None:
        folder = write_sequence()
        truth = json.loads((folder / "truth.json").read_text())
        still = {"kind": "no-move", "moves": [], "changed_cells": [], "changed_rc": []}
        truth["steps"][0] |= still
        truth["steps"][2]["kind"] = "occluded"
        truth["steps"][3]["changed_cells"] = ["a1"]
        truth["steps"][3]["changed_rc"] = [[7, 0]]
        (folder / "truth.json").write_text(json.dumps(truth))
        table = format_table([evaluate_sequence(load_sequence(folder), Mode.PAIRS)])
        assert "ALL" in table and "misread" in table and "expected calibration error" in table
        assert "000.jpg → 001.jpg (no-move; tall pieces): nothing; read " in table
        assert (
            "001.jpg → 003.jpg (occluded; hand, tall pieces): nothing; read nothing, hand not seen"
            in table
        )
        assert "003.jpg → 004.jpg (multi; tall pieces)" in table

    def test_an_empty_sequence_has_no_figures(self, write_sequence: Write) -> None:
        sequence = load_sequence(write_sequence(steps=[]))
        evaluate_sequence(sequence, Mode.GAME)
        report = evaluate_sequence(sequence, Mode.PAIRS)
        data = to_json([report])
        assert data["pairs"]["overall"]["recall"] is None
        assert "-" in format_table([report])

    @pytest.mark.parametrize(
        ("read", "right"),
        [
            ([("e1", "g1", "white"), ("h1", "f1", "white")], True),
            ([("e1", "g1", "black")], False),
            ([("h1", "g1", "white")], False),
            ([("e1", "g1", "white"), ("h1", "g1", "white")], False),
            ([], False),
        ],
    )
    def test_moves_must_be_right_but_may_have_company(
        self, read: list[tuple[str, str, str]], right: bool
    ) -> None:
        step = Step("a", "b", "move", (TrueMove("white", "K", "e1", "g1"),), (), ())
        moves = tuple(ReadMove(a, b, c, "move") for a, b, c in read)
        assert same_moves(step, moves, frozenset({"white", "black"})) is right

    @pytest.mark.parametrize(
        ("read", "right"),
        [
            ([("north", "south", "red")], True),
            ([(None, "south", "red"), ("north", None, "red")], True),
            ([("north", "south", "blue")], False),
            ([(None, "south", "red")], False),
            ([("north", "south", "red"), (None, "camp", "red")], False),
        ],
    )
    def test_gains_and_losses_of_zones(
        self, read: list[tuple[str | None, str | None, str]], right: bool
    ) -> None:
        deltas = {"north": {"red": -1}, "south": {"red": 1}}
        step = Step("a", "b", "move", (), ("north", "south"), (), deltas=deltas)
        assert same_deltas(step, [ReadMove(a, b, c, "move") for a, b, c in read]) is right

    def test_colours_that_are_no_players_do_not_count(self) -> None:
        step = Step("a", "b", "move", (TrueMove("tile", None, None, "H8"),), (), ())
        moves = (ReadMove(None, "H8", "white", "place"),)
        assert same_moves(step, moves, frozenset())
        assert same_moves(Step("a", "b", "move", (), (), ()), moves, frozenset())


class TestSurface:
    TRUTH = """{"surface": {"width": 36, "height": 24, "unit": "in"},
        "corners": [[0, 0], [1, 0], [1, 1], [0, 1]], "players": ["red", "blue"],
        "pieces": {"a.jpg": [{"piece": "figure", "colour": "blue", "at": [3, 4]}]},
        "steps": [{"before": "a.jpg", "after": "b.jpg", "kind": "move", "tags": ["light"],
          "moves": [{"colour": "blue", "from": "3.0,4.0", "to": "8.0,4.0"}],
          "changed_points": [[3, 4], [8, 4]]}]}"""

    def test_a_free_table_is_read_by_its_points(self, tmp_path: Path) -> None:
        (tmp_path / "truth.json").write_text(self.TRUTH)
        for photo in ("a.jpg", "b.jpg"):
            (tmp_path / photo).touch()
        sequence = load_sequence(tmp_path)
        assert sequence.layout == Surface(36, 24, "in")
        assert sequence.steps[0].changed == ("3.0,4.0", "8.0,4.0")
        assert sequence.steps[0].tags == ("light",)
        players = players_of(sequence)
        assert [p.color for p in players] == ["red", "blue"]
        assert sequence.positions is not None
        (piece,) = surface_pieces(sequence.positions["a.jpg"], players)
        assert (piece.type, piece.player, piece.position) == ("figure", 2, (3.0, 4.0))

    @pytest.mark.parametrize(
        ("place", "name"),
        [((3.4, 4.5), "3.0,4.0"), ((3.0, 5.2), "3.0,5.2"), ((8.9, 4.0), "8.0,4.0")],
    )
    def test_a_place_is_right_within_a_base(
        self, tmp_path: Path, place: tuple[float, float], name: str
    ) -> None:
        (tmp_path / "truth.json").write_text(self.TRUTH)
        for photo in ("a.jpg", "b.jpg"):
            (tmp_path / photo).touch()
        step = load_sequence(tmp_path).steps[0]
        judge = Judge(step, Surface(36, 24, "in"), None, None)
        move = Move(MoveKind.PLACE, None, "figure", 2, None, None, 1.0, to_position=place)
        assert judge.touched([move]) == (name,)
        assert judge.moves([move]) == (ReadMove(None, name, None, "place"),)
