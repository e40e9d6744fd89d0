"""`python -m twat_vision compare` and `evaluate`."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import pytest

from twat_vision.__main__ import main

CORNERS = ["150,60", "510,60", "510,420", "150,420"]
START = {(c, 7): "red" for c in range(8)} | {(c, 0): "blue" for c in range(8)}


@pytest.fixture
def photos(tmp_path: Path, scene: Any) -> tuple[str, str]:
    """Two photos between which a red piece moved from C8 to C6."""
    before, after = tmp_path / "before.jpg", tmp_path / "after.jpg"
    before.write_bytes(scene.file(START))
    moved = {k: v for k, v in START.items() if k != (2, 7)} | {(2, 5): "red"}
    after.write_bytes(scene.file(moved, noise=1, light=0.9))
    return str(before), str(after)


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    try:
        code = main(args)
    except SystemExit as err:
        code = int(err.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


class TestCompare:
    def test_says_what_changed(
        self, capsys: pytest.CaptureFixture[str], photos: tuple[str, str], tmp_path: Path
    ) -> None:
        overlay = tmp_path / "overlay.jpg"
        code, out, _ = run(
            capsys, "compare", *photos, "--grid", "8x8", "--corners", *CORNERS,
            "--players", "red,blue", "--overlay", str(overlay),
        )  # fmt: skip
        assert code == 0
        assert "Red piece: C8 → C6" in out
        assert overlay.read_bytes()[:2] == b"\xff\xd8"

    def test_json_fractions_and_origin(
        self, capsys: pytest.CaptureFixture[str], photos: tuple[str, str]
    ) -> None:
        fractions = ["0.234,0.125", "0.797,0.125", "0.797,0.875", "0.234,0.875"]
        code, out, _ = run(
            capsys, "compare", *photos, "--grid", "8×8", "--corners", *fractions,
            "--origin", "bottom_left", "--json",
        )  # fmt: skip
        assert code == 0
        move = json.loads(out)["moves"][0]
        assert (move["from"], move["to"]) == ("C1", "C3")

    def test_without_corners_the_board_is_found(
        self, capsys: pytest.CaptureFixture[str], photos: tuple[str, str]
    ) -> None:
        code, out, _ = run(capsys, "compare", *photos, "--grid", "8x8")
        assert code == 0 and "C8 → C6" in out

    def test_questions_and_warnings_are_shown(
        self,
        capsys: pytest.CaptureFixture[str],
        photos: tuple[str, str],
        tmp_path: Path,
        scene: Any,
    ) -> None:
        hand = tmp_path / "hand.jpg"
        moved = {k: v for k, v in START.items() if k != (0, 7)} | {(0, 5): "red"}
        hand.write_bytes(scene.file(moved, hand=(400, 330)))
        code, out, _ = run(
            capsys, "compare", photos[0], str(hand), "--grid", "8x8", "--corners", *CORNERS
        )
        assert code == 0
        assert "warnings: hand_in_view" in out

    @pytest.mark.parametrize(
        ("args", "why"),
        [
            (["--grid", "8"], "COLUMNSxROWS"),
            (["--grid", "0x8"], "1 to 64"),
            (["--grid", "8x8", "--corners", "1,2", "3,4", "5,6", "x"], "not a point X,Y"),
            (["--grid", "8x8", "--players", "mauve"], "mauve"),
            (["--grid", "8x8", "--players", "red,red"], "same colour"),
            (["--grid", "8x8", "--corners", *CORNERS[::-1]], "corners cross"),
            (["--grid", "8x8", "--corners", "0,0", "9999,0", "9999,9999", "0,9999"], "outside"),
            (
                ["--grid", "8x8", "--corners", *CORNERS, "--overlay", "/no/such/dir/x.jpg"],
                "No such",
            ),
            ([], "--grid"),
        ],
    )
    def test_bad_options_are_named(
        self,
        capsys: pytest.CaptureFixture[str],
        photos: tuple[str, str],
        args: list[str],
        why: str,
    ) -> None:
        code, _, err = run(capsys, "compare", *photos, *args)
        assert code == 2
        assert why in err
        assert "Traceback" not in err

    def test_files_that_are_missing_or_no_photos(
        self, capsys: pytest.CaptureFixture[str], photos: tuple[str, str], tmp_path: Path
    ) -> None:
        text = tmp_path / "text.jpg"
        text.write_text("no photo")
        code, _, err = run(capsys, "compare", photos[0], "missing.jpg", "--grid", "8x8")
        assert code == 2 and "missing.jpg: No such file" in err
        code, _, err = run(capsys, "compare", photos[0], str(text), "--grid", "8x8")
        assert code == 2 and "not an image" in err

    def test_a_photo_without_a_board(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        import cv2
        import numpy as np

        blank = tmp_path / "blank.png"
        cv2.imwrite(str(blank), np.full((200, 300, 3), 120, np.uint8))
        code, _, err = run(capsys, "compare", str(blank), str(blank), "--grid", "8x8")
        assert code == 2 and "--corners" in err


class TestEvaluate:
    def test_a_table_or_json(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        write_sequence: Callable[..., Path],
    ) -> None:
        folder = write_sequence()
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        code, out, err = run(capsys, "evaluate", str(folder), "--mode", "pairs")
        assert code == 0 and out.startswith("pairs\n")
        assert "misread" not in out
        assert "pairs: game, 4 steps" in err
        code, out, _ = run(capsys, "evaluate", str(folder.parent), "--json")
        assert code == 0
        assert set(json.loads(out)) == {"pairs", "game"}

    def test_a_gallery_of_what_was_misread(
        self,
        capsys: pytest.CaptureFixture[str],
        write_sequence: Callable[..., Path],
        tmp_path: Path,
    ) -> None:
        folder = write_sequence()
        truth = json.loads((folder / "truth.json").read_text())
        truth["steps"][0]["kind"] = "no-move"
        truth["steps"][0]["changed_rc"] = []
        (folder / "truth.json").write_text(json.dumps(truth))
        gallery = tmp_path / "gallery"
        args = ("evaluate", str(folder), "--mode", "pairs", "--gallery", str(gallery))
        assert run(capsys, *args)[0] == 0
        assert [p.name for p in (gallery / "pairs").iterdir()] == ["game_000-001.jpg"]
        code, _, err = run(capsys, *args[:-1], str(folder / "truth.json"))
        assert code == 2 and "truth.json" in err and "Traceback" not in err

    def test_folders_that_are_none(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        code, _, err = run(capsys, "evaluate", str(tmp_path))
        assert code == 2 and "truth.json" in err


@pytest.mark.parametrize("command", ["compare", "evaluate"])
def test_help_is_for_strangers(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "example" in out
