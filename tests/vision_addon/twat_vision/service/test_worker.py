"""The worker's side of the protocol, with the real pipeline, and the pool's side of it."""

import io
import json
import os
from pathlib import Path
import sys

from PIL import Image
import pytest

from twat_vision.pipeline import PhotoCache
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    ChangedRegion,
    Grid,
    PipelineError,
    RegionKind,
)
from twat_vision.service import frames, worker
from twat_vision.service.pool import Worker, WorkerDied
from twat_vision.service.sheets import ANSWERS, QUESTIONS
from twat_vision.vlm import Answer, Report, Status

GRID = {"grid": {"columns": 8, "rows": 8}}


def _task(tmp_path, analysis, photo, **more):
    paths = {}
    for name, seed in (("a", 1), ("b", 2)):
        path = tmp_path / name
        path.write_bytes(photo(seed, (320, 240)))
        paths[name * 64] = str(path)
    body = analysis("cap-1", "a" * 64, **more)
    return {
        "kind": "analyse",
        "request": json.dumps(body),
        "images": paths,
        "overlay": str(tmp_path / "overlay.jpg"),
        "naming": False,
    }


def _answers(task):
    sent = []
    worker.answer(task, sent.append, PhotoCache())
    return sent


def test_analysis(tmp_path, analysis, photo):
    task = _task(tmp_path, analysis, photo, images={"after": "a" * 64, "before": "b" * 64})
    *stages, done = _answers(task)
    assert [message["stage"] for message in stages][:1] == ["aligning"]
    assert all(message["kind"] == "progress" for message in stages)
    assert "done" not in [message["stage"] for message in stages]
    assert done["kind"] == "done"
    timings = done["results"]["timings_ms"]
    assert set(timings) >= {"decode", "align", "overlay", "total"}
    assert timings["total"] > timings["overlay"]
    assert (tmp_path / "overlay.jpg").read_bytes()[:2] == b"\xff\xd8"
    frames.pack(done)


ZONES = {
    "zones": [{"id": "a", "name": "A", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}],
}
PLAYERS = [{"position": 1, "name": "Alice", "color": "white"}]
PIECES = [{"id": "p", "type": "pawn", "player": 1, "position": {"x": 0, "y": 0}, "space": "A1"}]


@pytest.mark.parametrize(
    "layout", [GRID, ZONES, {"surface": {"width": 72, "height": 36, "unit": "in"}}]
)
@pytest.mark.parametrize("known", [False, True])
def test_every_kind_of_request_reaches_the_pipeline(tmp_path, analysis, photo, layout, known):
    state = {
        "pieces": PIECES,
        "players": PLAYERS,
        "active_player": 1,
        "vocabulary": [{"type": "pawn", "name": "Pawn", "spaces": ["A1"], "color": "white"}],
        "candidates": [{"moves": [{"kind": "move", "from": "A1", "to": "A2"}], "weight": 2}],
    }
    task = _task(
        tmp_path,
        analysis,
        photo,
        images={"after": "a" * 64, "before": "b" * 64, "reference": "b" * 64},
        board={"layout": layout, "corners": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]},
        **(state if known else {}),
    )
    assert _answers(task)[-1]["kind"] == "done"


@pytest.mark.parametrize(
    ("size", "reduce"), [((2400, 1600), 1), ((1600, 2401), 2), ((4608, 2592), 2), ((9601, 64), 8)]
)
def test_overlay_is_drawn_at_the_size_of_a_screen(photo, monkeypatch, tmp_path, size, reduce):
    drawn = []

    def draw(after, request, result):
        drawn.append((after.shape[1::-1], result.changed_regions[0].box_px))
        return b""

    monkeypatch.setattr(worker, "draw_overlay", draw)
    file = io.BytesIO()
    Image.new("L", size).save(file, "JPEG")
    region = ChangedRegion((80, 160, 240, 320), ("A1",), RegionKind.APPEARED, None, 1.0)
    alignment = Alignment(AlignmentStatus.ALIGNED, 0.0, 0.0, 0, None)
    result = AnalysisResult(alignment, (region,), (), (), 1.0, "", (), (), {})
    request = AnalysisRequest(after=file.getvalue(), layout=Grid(8, 8))
    worker._store_overlay(tmp_path / "overlay.jpg", request, result)

    scaled = tuple(-(-side // reduce) for side in size)
    box = tuple(side // reduce for side in (80, 160, 240, 320))
    assert drawn == [(scaled, box)]


def test_detection(tmp_path, photo):
    path = tmp_path / "a"
    path.write_bytes(photo(1, (320, 240)))
    (done,) = _answers({"kind": "detect", "image": str(path), "layout": json.dumps(GRID)})
    assert done["kind"] == "done"
    assert set(done["results"]) == {
        "corners",
        "confidence",
        "method",
        "marker_ids",
        "distortion",
    }


def test_photo_that_cannot_be_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"no photo")
    (failed,) = _answers({"kind": "detect", "image": str(path), "layout": json.dumps(GRID)})
    assert (failed["kind"], failed["code"]) == ("failed", "not_an_image")


def test_photo_that_is_gone(tmp_path):
    (failed,) = _answers({"kind": "detect", "image": "/gone", "layout": json.dumps(GRID)})
    assert (failed["kind"], failed["code"]) == ("failed", "image_lost")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out_of_memory"),
        (ZeroDivisionError(), "internal"),
        (PipelineError("board_unknown", "No board."), "board_unknown"),
    ],
)
def test_failures_are_told_by_their_code(tmp_path, analysis, photo, monkeypatch, error, code):
    def broken(*args):
        raise error

    monkeypatch.setattr(worker, "analyse", broken)
    failed = _answers(_task(tmp_path, analysis, photo))[-1]
    assert (failed["kind"], failed["code"]) == ("failed", code)


def test_result_counts_even_without_room_for_its_overlay(
    tmp_path, analysis, photo, monkeypatch, caplog
):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    done = _answers(_task(tmp_path, analysis, photo))[-1]
    assert done["kind"] == "done"
    assert "could not be stored" in caplog.text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_run_answers_until_its_input_ends(tmp_path, photo):
    path = tmp_path / "a"
    path.write_bytes(photo(1, (320, 240)))
    task = frames.pack({"kind": "detect", "image": str(path), "layout": json.dumps(GRID)})
    answers = io.BytesIO()
    ended = []
    worker.run(io.BytesIO(task * 2), answers, lambda: ended.append(True))
    answers.seek(0)
    kinds = []
    while (message := frames.read(answers)) is not None:
        kinds.append(message["kind"])
    assert kinds == ["ready", "done", "done"]
    assert ended == [True]


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_message_that_is_cut_off_is_the_end(cut):
    assert frames.read(io.BytesIO(frames.pack({"a": 1})[:cut])) is None


def test_nan_is_no_message():
    with pytest.raises(ValueError, match="JSON"):
        frames.pack({"a": float("nan")})


async def test_worker_that_dies_while_starting():
    with pytest.raises(WorkerDied):
        await Worker.start((sys.executable, "-S", "-c", "raise SystemExit(3)"))


async def test_service_without_a_worker_does_not_start(start_service, tmp_path):
    (tmp_path / "control" / "broken").touch()
    with pytest.raises(WorkerDied):
        async with start_service():
            pass


async def test_task_for_a_worker_that_is_gone(tmp_path):
    scripted = (
        sys.executable,
        "-S",
        "-E",
        str(Path(__file__).with_name("scripted_worker.py")),
        str(tmp_path),
    )
    process = await Worker.start(scripted)
    process.kill()
    await process.wait()

    async def ignore(stage):
        pass

    with pytest.raises(WorkerDied):
        await process.run({"kind": "detect", "image": "x" * 1_000_000}, ignore)
    assert not process.alive
    # Twice does no harm.
    process.kill()


def test_names_in_three_steps(tmp_path, analysis, scene):
    """A reading is marked, its questions are cut out, and the answers make the reading."""
    path = tmp_path / "photo"
    path.write_bytes(scene.file({(2, 5): "red"}))
    sha = "a" * 64
    body = analysis(
        "cap-1",
        sha,
        players=[{"position": 1, "name": "Alice", "color": "red"}],
        vocabulary=[{"type": kind, "name": kind} for kind in ("pawn", "disc")],
    )
    body["board"]["corners"] = [list(corner) for corner in scene.corners]
    task = {
        "kind": "analyse",
        "request": json.dumps(body),
        "images": {sha: str(path)},
        "overlay": str(tmp_path / "overlay.jpg"),
        "naming": True,
    }
    read = _answers(task)[-1]["results"]
    assert read["warnings"] == ["names_pending"]
    assert read["vlm"]["status"] == "pending"

    patches = {"side": 32, "least": 1024, "most": 4096}
    common = {"request": task["request"], "results": read}
    sheets = {"kind": "sheets", "images": task["images"], "patches": patches, "budget": 1024}
    cut = _answers({**common, **sheets})[-1]["results"]
    (question,) = QUESTIONS.validate_json(cut["questions"])
    assert question.image_tokens == 1024
    assert [choice.text for choice in question.subjects[0].choices] == ["red pawn", "red disc"]

    answer = Answer(question.subjects[0], "red disc", 0.97)
    report = Report(Status.DONE, "m").to_json()
    merge = {
        "kind": "merge",
        "report": report,
        "answers": ANSWERS.dump_python((answer,), mode="json"),
    }
    merged = _answers({**common, **merge})[-1]["results"]
    assert [(p["type"], p["source"]) for p in merged["detected_pieces"]] == [("disc", "vlm")]
    assert merged["warnings"] == []
    assert merged["vlm"]["answers"][0]["answer"] == "red disc"


def test_numbers_alone_do_not_hold_up_a_reading(tmp_path, analysis, photo):
    area = {"id": "a", "name": "A", "polygon": [[0, 0], [0.2, 0], [0.2, 0.2]]}
    task = _task(tmp_path, analysis, photo, areas=[area], pieces=[])
    results = _answers({**task, "naming": True})[-1]["results"]
    assert results["vlm"]["status"] == "pending"
    assert "names_pending" not in results["warnings"]
