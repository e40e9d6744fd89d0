"""Time and memory of a capture: ours against the naive reading, in turn in one process.

Photos of a game follow each other: moves with the camera still, then one with the camera knocked. They are sent as Home Assistant
sends them, with the setup's photo as the reference. Ours has the photo before in its cache, as the service has; both get the
photos as files. Memory is each reader's own process's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
import json
import os
from pathlib import Path
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import cv2
import numpy as np

from benchmarks.stress import look_named, write_look
from benchmarks.stress.conditions import Planned
from twat_vision.evaluation import Mode, evaluate_sequence, load_sequence, read_naively
from twat_vision.pipeline import PhotoCache, analyse, decode_image
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult

ROUNDS = 7
LOOKS = ("wooden", "zones", "miniatures")
PLAN = (Planned("move"), Planned("move"), Planned("move"), Planned("move", ("bump",)))
STILL, MOVED = 2, 3
MEGAPIXELS = (12, 24, 50)
FULL = (4608, 2592)

Reader = Callable[[AnalysisRequest], AnalysisResult]


@dataclass(frozen=True, slots=True)
class Speed:
    """Median milliseconds and peak megabytes of a capture.

    ``still`` and ``moved`` are times with the previous photo in the cache, ``naive`` and ``naive_moved`` those of the naive
    reading of the same photos; ``cold`` is without a cache, the camera still. Memory is what a reading takes at its peak
    beyond the process before it. ``stages`` and ``moved_stages`` are the times by stage.
    """

    board: str
    megapixels: int
    naive: float
    still: float
    naive_moved: float
    moved: float
    cold: float
    memory: float
    naive_memory: float
    stages: dict[str, float]
    moved_stages: dict[str, float]


def measure(*, quick: bool) -> list[Speed]:
    """Measure boards of cells, of zones and free tables at several sizes; quickly, cells at the camera's alone."""
    wanted = [(name, mp) for name in LOOKS for mp in MEGAPIXELS]
    if quick:
        del wanted[1:]
    with tempfile.TemporaryDirectory(prefix="twat-speed-") as work:
        return [_measure(name, megapixels, Path(work)) for name, megapixels in wanted]


def _measure(name: str, megapixels: int, work: Path) -> Speed:
    look = look_named(name)
    folder = work / name
    if not folder.is_dir():
        write_look(replace(look, size=FULL, plan=PLAN), folder)
    times = _child("time", folder, megapixels)
    ours, naive = (_child(f"memory-{who}", folder, megapixels) for who in ("ours", "naive"))
    return Speed(
        board=name,
        megapixels=megapixels,
        naive=times["naive"],
        still=times["still"],
        naive_moved=times["naive_moved"],
        moved=times["moved"],
        cold=times["cold"],
        memory=ours["megabytes"],
        naive_memory=naive["megabytes"],
        stages=times["stages"]["still"],
        moved_stages=times["stages"]["moved"],
    )


def _child(what: str, folder: Path, megapixels: int) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.vision.speed", what, str(folder), str(megapixels)]
    environment = dict(os.environ)
    if what != "time":
        # Pictures go back to the system when they are let go of, or memory freed earlier would hide what is taken now.
        environment["MALLOC_MMAP_THRESHOLD_"] = "65536"
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _requests(folder: Path, megapixels: int) -> list[AnalysisRequest]:
    """What the service is asked for each photo of the game, the photos at a size."""
    requests: list[AnalysisRequest] = []

    def remember(request: AnalysisRequest) -> AnalysisResult:
        requests.append(request)
        return read_naively(request)

    evaluate_sequence(load_sequence(folder), Mode.GAME, remember)
    sizes: dict[bytes, bytes] = {}

    def resized(photo: bytes) -> bytes:
        if photo not in sizes:
            sizes[photo] = _resized(photo, megapixels)
        return sizes[photo]

    setup = requests[0]
    return [
        replace(
            r,
            before=resized(r.before or b""),
            after=resized(r.after),
            reference=resized(setup.before or b""),
            corners=setup.corners,
        )
        for r in requests
    ]


def _resized(photo: bytes, megapixels: int) -> bytes:
    """A photo as a larger sensor would deliver it, with a larger sensor's noise."""
    scale = (megapixels / 12) ** 0.5
    if scale == 1:
        return photo
    image = decode_image(photo)
    large = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(megapixels).normal(0, 2, (1024, 1024, 3)).astype(np.int8)
    repeats = (-(-large.shape[0] // 1024), -(-large.shape[1] // 1024), 1)
    grain = np.tile(noise, repeats)[: large.shape[0], : large.shape[1]]
    noisy = cv2.add(large, grain, dtype=cv2.CV_8U)
    _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return data.tobytes()


def _marked(request: AnalysisRequest, number: int) -> AnalysisRequest:
    """The same photos as files of another round: a comment makes them others to every cache (ITU-T T.81, B.2.4.5)."""
    text = f"round {number}".encode()
    comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2) + text

    def mark(photo: bytes) -> bytes:
        return photo[:2] + comment + photo[2:]

    return replace(
        request,
        before=mark(request.before or b""),
        after=mark(request.after),
        reference=mark(request.reference or b""),
    )


def _time(requests: list[AnalysisRequest]) -> dict[str, Any]:
    """Median times, the readers taking turns."""
    cache = PhotoCache()
    times: dict[str, list[float]] = {}
    stages: dict[str, dict[str, list[float]]] = {"still": {}, "moved": {}}

    def clock(name: str, read: Reader, request: AnalysisRequest) -> AnalysisResult:
        start = time.perf_counter()
        result = read(request)
        times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
        for stage, took in result.timings_ms.items() if name in stages else ():
            stages[name].setdefault(stage, []).append(took)
        return result

    def warm(request: AnalysisRequest) -> AnalysisResult:
        return analyse(request, cache=cache)

    # The first round only warms up libraries.
    for number in range(ROUNDS + 1):
        marked = [_marked(r, number) for r in requests]
        for request in marked[:STILL]:
            warm(request)
        clock("naive", read_naively, marked[STILL])
        clock("still", warm, marked[STILL])
        clock("naive_moved", read_naively, marked[MOVED])
        clock("moved", warm, marked[MOVED])
        clock("cold", analyse, marked[STILL])
    medians: dict[str, Any] = {name: statistics.median(t[1:]) for name, t in times.items()}
    medians["stages"] = {
        name: {stage: round(statistics.median(t[1:]), 1) for stage, t in found.items()}
        for name, found in stages.items()
    }
    return medians


def _memory(requests: list[AnalysisRequest], *, ours: bool) -> dict[str, float]:
    """Peak resident memory of a capture beyond what the process had before the first one, in MB."""
    cache = PhotoCache()

    def read(request: AnalysisRequest) -> AnalysisResult:
        return analyse(request, cache=cache) if ours else read_naively(request)

    before = _status("VmRSS")
    for request in requests[:STILL]:
        read(request)
    # 5 resets the peak to what is resident now: proc(5), clear_refs.
    Path("/proc/self/clear_refs").write_text("5")
    read(requests[STILL])
    return {"megabytes": _status("VmHWM") - before}


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


def _main(what: str, folder: str, megapixels: str) -> None:
    requests = _requests(Path(folder), int(megapixels))
    if what == "time":
        found: dict[str, Any] = _time(requests)
    else:
        found = _memory(requests, ours=what == "memory-ours")
    print(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])
