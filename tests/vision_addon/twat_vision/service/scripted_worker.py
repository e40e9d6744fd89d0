"""A worker that speaks the real protocol over real pipes, and does what the capture's id says.

Standard library only, so that it starts in no time. `hold…` waits in the middle of the task until the test opens the
FIFO of that name for writing; `crash…` dies; `fail…` fails; `garbage…` breaks the protocol; everything else completes.
A detection has no id: it does what a file `…-detect` in the control folder is called.
"""

import json
import os
from pathlib import Path
import struct
import sys

CONTROL = Path(sys.argv[1])
LENGTH = struct.Struct(">I")

RESULTS = {
    "alignment": {
        "status": "aligned",
        "shift": 0.0,
        "rotation_deg": 0.0,
        "inliers": 0,
        "corners": None,
        "score": 1.0,
        "drift": 0.0,
        "before_corners": None,
    },
    "changed_regions": [],
    "moves": [],
    "detected_pieces": [],
    "counts": None,
    "confidence": 1.0,
    "summary": "Nothing changed",
    "warnings": [],
    "questions": [],
    "occlusions": [],
    "readings": [],
    "taken_back": None,
    "vlm": None,
    "timings_ms": {"total": 12.0},
}


def send(message: dict[str, object]) -> None:
    body = json.dumps(message).encode()
    sys.stdout.buffer.write(LENGTH.pack(len(body)) + body)
    sys.stdout.buffer.flush()


def receive() -> dict[str, str] | None:
    head = sys.stdin.buffer.read(LENGTH.size)
    if not head:
        return None
    return json.loads(sys.stdin.buffer.read(*LENGTH.unpack(head)))


def name_of(task: dict[str, str]) -> str:
    if task["kind"] == "analyse":
        return str(json.loads(task["request"])["capture_id"])
    found = [path.name for path in CONTROL.glob("*-detect")]
    return found[0] if found else "detect"


def do(task: dict[str, str]) -> None:
    name = name_of(task)
    send({"kind": "progress", "stage": "aligning"})
    if name.startswith("hold") and (CONTROL / name).exists():
        (CONTROL / name).open("rb").read()
    if name.startswith("crash"):
        os._exit(9)
    elif name.startswith("garbage"):
        send({"kind": "done"})
    elif name.startswith("fail"):
        send({"kind": "failed", "code": "not_an_image", "message": "No image."})
    elif task["kind"] == "detect":
        send(
            {
                "kind": "done",
                "results": {
                    "corners": None,
                    "confidence": 0.0,
                    "method": "none",
                    "marker_ids": [],
                    "distortion": 0.0,
                },
            }
        )
    else:
        Path(task["overlay"]).write_bytes(b"\xff\xd8overlay")
        send({"kind": "done", "results": RESULTS})


def main() -> None:
    if (CONTROL / "broken").exists():
        sys.exit(3)
    send({"kind": "ready"})
    while (task := receive()) is not None:
        do(task)


if __name__ == "__main__":
    main()
