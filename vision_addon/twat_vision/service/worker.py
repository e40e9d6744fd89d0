"""The worker process: runs the pipeline on what the service sends it, one task at a time.

Started as `python -m twat_vision.service.worker` by `pool`. Tasks arrive on standard input,
answers leave on standard output (see `frames`); everything else goes to standard error.
"""

from collections.abc import Callable
import contextlib
from dataclasses import replace
import io
import logging
import os
from pathlib import Path
import queue
import signal
import sys
import tempfile
import threading
import time
from typing import IO, Any, Final

import cv2
import numpy as np
from PIL import Image

from twat_vision.pipeline import PhotoCache, analyse, decode_image, detect_board, draw_overlay
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult, Grid, PipelineError, Stage
from twat_vision.vlm import AI_TASK

from . import frames
from .convert import to_layout, to_request
from .naming_work import cut_sheets, marked, merge_names
from .schemas import AnalysisIn, LayoutIn

_LOGGER = logging.getLogger(__name__)

OVERLAY_SIDE: Final = 2400
"""Pixels of an overlay's longer side, at most."""

Send = Callable[[frames.Message], None]


def run(tasks: IO[bytes], answers: IO[bytes], end: Callable[[], None]) -> None:
    """Answer tasks until `tasks` ends.

    Args:
        tasks: Messages with `kind` "analyse", "detect", "sheets" or "merge"; see `answer`.
        answers: First gets `ready`, then what each task leads to.
        end: Called, on another thread, as soon as `tasks` ends: when the service is gone nobody
            wants the rest of what is being computed.
    """
    waiting: queue.SimpleQueue[frames.Message | None] = queue.SimpleQueue()

    def receive() -> None:
        while (message := frames.read(tasks)) is not None:
            waiting.put(message)
        end()
        waiting.put(None)

    def send(message: frames.Message) -> None:
        answers.write(frames.pack(message))
        answers.flush()

    threading.Thread(target=receive, name="tasks", daemon=True).start()
    warm_up()
    send({"kind": "ready"})
    cache = PhotoCache()
    while (task := waiting.get()) is not None:
        answer(task, send, cache)


def answer(task: frames.Message, send: Send, cache: PhotoCache) -> None:
    """Do one task.

    Sends any number of `{"kind": "progress", "stage"}` and then one `{"kind": "done", "results"}`
    or `{"kind": "failed", "code", "message"}`.

    Args:
        task: `{"kind": "analyse", "request": JSON text, "images": {sha: path}, "overlay": path,
            "naming": whether the service has a model to ask}`,
            `{"kind": "detect", "image": path, "layout": JSON text}`, or what `sheets` makes.
        send: Takes the answers.
        cache: What is known of earlier tasks' photos.
    """
    try:
        match task["kind"]:
            case "analyse":
                results = _analyse(task, send, cache)
            case "sheets":
                results = cut_sheets(task)
            case "merge":
                results = merge_names(task)
            case _:
                results = _detect(task)
        send({"kind": "done", "results": results})
    except PipelineError as err:
        send(_failed(err.code, str(err)))
    except FileNotFoundError as err:
        send(_failed("image_lost", f"A photo has gone from the image cache: {err.filename}"))
    except MemoryError:
        send(_failed("out_of_memory", "There is not enough memory for photos of this size."))
    except Exception:
        _LOGGER.exception("A task failed")
        send(_failed("internal", "The analysis failed; the vision service's log says why."))


def warm_up() -> None:
    """Run a small analysis, so that the first real one does not pay for loading and caches."""
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    photo = cv2.imencode(".jpg", noise)[1].tobytes()
    request = AnalysisRequest(
        after=photo,
        before=photo,
        layout=Grid(8, 8),
        corners=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)),
    )
    with contextlib.suppress(PipelineError):
        draw_overlay(noise, request, analyse(request))


def _analyse(task: frames.Message, send: Send, cache: PhotoCache) -> dict[str, Any]:
    body = AnalysisIn.model_validate_json(task["request"])
    images = {sha: Path(path).read_bytes() for sha, path in task["images"].items()}
    request = to_request(body, images)

    def progress(stage: Stage) -> None:
        # Done is said by the result itself.
        if stage is not Stage.DONE:
            send({"kind": "progress", "stage": stage.value})

    result = analyse(request, progress, cache)
    start = time.perf_counter()
    _store_overlay(Path(task["overlay"]), request, result)
    spent = (time.perf_counter() - start) * 1000
    timings = {**result.timings_ms, "overlay": spent}
    timings["total"] += spent
    result = replace(result, timings_ms=timings)
    asks = task["naming"] or body.names == AI_TASK
    return marked(request, result, body.names) if asks else result.to_json()


def _store_overlay(path: Path, request: AnalysisRequest, result: AnalysisResult) -> None:
    reduce = _overlay_reduction(request.after)
    after = decode_image(request.after, reduce)
    picture = draw_overlay(after, request, _in_pixels_of(result, reduce))
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(picture)
        Path(name).replace(path)
    except OSError as err:
        # The reading itself is worth more than the picture of it.
        _LOGGER.warning("The overlay could not be stored: %s", err)
        Path(name).unlink(missing_ok=True)


def _overlay_reduction(photo: bytes) -> int:
    """Return by what to divide a photo's sides, so that its overlay fits a screen.

    Decoding 12 megapixels again at full size, only to be looked at, would take as long as half of
    the analysis.
    """
    with Image.open(io.BytesIO(photo)) as header:
        longest = max(header.size)
    return next((by for by in (1, 2, 4) if longest <= by * OVERLAY_SIDE), 8)


def _in_pixels_of(result: AnalysisResult, reduce: int) -> AnalysisResult:
    """Return the result with its boxes in pixels of a photo whose sides were divided."""
    regions = []
    for region in result.changed_regions:
        x, y, width, height = region.box_px
        box = (x // reduce, y // reduce, width // reduce, height // reduce)
        regions.append(replace(region, box_px=box))
    return replace(result, changed_regions=tuple(regions))


def _detect(task: frames.Message) -> dict[str, Any]:
    layout = to_layout(LayoutIn.model_validate_json(task["layout"]))
    return detect_board(decode_image(Path(task["image"]).read_bytes()), layout).to_json()


def _failed(code: str, message: str) -> frames.Message:
    return {"kind": "failed", "code": code, "message": message}


def main() -> None:
    """Work until the service closes standard input."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Ctrl-C in a terminal reaches the whole process group; only the service decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    # Native libraries that print must not garble the answers.
    os.dup2(2, 1)
    run(sys.stdin.buffer, answers, lambda: os._exit(0))


if __name__ == "__main__":
    main()
