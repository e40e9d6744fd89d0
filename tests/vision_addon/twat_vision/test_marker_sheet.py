"""The printed sheet of markers is one that the pipeline finds."""

from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

from twat_vision.__main__ import main
from twat_vision.marker_sheet import MARKS, PAGE, marker_sheet
from twat_vision.pipeline.detect import detect_board
from twat_vision.pipeline.types import Grid

SVG = "{http://www.w3.org/2000/svg}"


def printed(dots: int = 4) -> np.ndarray:
    """The sheet as a printer draws it: its filled rectangles, in order."""
    page = np.full((PAGE[1] * dots, PAGE[0] * dots, 3), 255, np.uint8)
    for rect in ET.fromstring(marker_sheet()).iter(f"{SVG}rect"):
        if rect.get("fill") == "none":
            continue
        x, y = (float(rect.get(k, "0")) * dots for k in ("x", "y"))
        w, h = (float(rect.get(k, "0")) * dots for k in ("width", "height"))
        shade = 0 if rect.get("fill") == "black" else 255
        page[round(y) : round(y + h), round(x) : round(x + w)] = shade
    return page


def test_its_marks_are_those_of_the_dictionary() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, rows in enumerate(MARKS):
        mark = cv2.aruco.generateImageMarker(dictionary, number, 6)[1:-1, 1:-1] > 127
        assert ["".join("1" if bit else "0" for bit in row) for row in mark] == list(rows)


def test_a_board_between_the_printed_markers_is_found() -> None:
    page = printed()
    found = detect_board(page, Grid(8, 8))
    assert found.method == "markers"
    assert found.confidence == 1
    # The inner corners of the four: between them lies the board.
    true = np.array([[85, 110], [125, 110], [125, 165], [85, 165]]) / PAGE
    assert np.array(found.corners) == pytest.approx(true, abs=0.002)


def test_it_is_written_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sheet.svg"
    assert main(["markers", str(file)]) == 0
    assert file.read_text() == marker_sheet()
    assert str(file) in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["markers", str(tmp_path / "no" / "sheet.svg")]) == 2
    assert "No such file" in capsys.readouterr().err
