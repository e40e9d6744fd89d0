"""`scripts/demo`: play games through camera service, Home Assistant and vision service."""

import argparse
import asyncio
from collections.abc import Sequence
import contextlib
import json
import os
from pathlib import Path
import shutil
import signal
import sys
import tempfile
import time
import webbrowser

import aiohttp

from .home_assistant import PASSWORD, USER, ApiError
from .naming import play_unknown
from .photos import load, play_photos
from .play import Result, play_script, total
from .processes import ROOT, ProcessFailed, python_missing
from .table import Stage, stage

GAMES = ("grid", "dune")
UNKNOWN = "mixed"
"""What is played where a model has to tell what stands on the table."""
PORT = 8123


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Set up a simulated game table with a real Home Assistant on this machine "
        "(nothing leaves it), play a scripted game by pressing the capture button, print each "
        "move beside the truth, and leave everything open in the browser until Ctrl-C.",
    )
    parser.add_argument("--once", action="store_true", help="play, print the result and exit")
    parser.add_argument(
        "--game", choices=GAMES, help="play this script only (default: all of them)"
    )
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE.yaml",
        help="play this script of your own instead (see docs/camera.md)",
    )
    parser.add_argument(
        "--profile",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.yaml",
        help="know this game of your own, too (see docs/profiles.md); may be repeated",
    )
    parser.add_argument(
        "--ollama-stub",
        action="store_true",
        help="play a game whose setup nobody tells instead: a vision-language model names the "
        "pieces, played by a stand-in for an Ollama server that looks at what it is sent",
    )
    parser.add_argument(
        "--ai-task-stub",
        action="store_true",
        help="the same, with an AI Task entity of Home Assistant in place of the Ollama server",
    )
    parser.add_argument(
        "--photos",
        type=Path,
        action="append",
        metavar="DIR",
        help="play this folder of real photos with its truth.json instead; may be repeated",
    )
    parser.add_argument(
        "--develop", action="store_true", help="play nothing: only set the table and wait"
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help="Home Assistant's port (%(default)s)"
    )
    options = parser.parse_args(argv)
    options.unknown = options.ollama_stub or options.ai_task_stub
    if options.unknown and (options.game or options.photos):
        parser.error("--ollama-stub and --ai-task-stub play a game of their own")
    if options.ollama_stub and options.ai_task_stub:
        parser.error("--ollama-stub and --ai-task-stub exclude each other")
    return options


async def _play(stage_: Stage, photos: Sequence[Path]) -> dict[str, Result]:
    results: dict[str, Result] = {}
    for name, camera in stage_.cameras.items():
        folder = next((p for p in photos if p.name == name), None)
        if folder is None:
            results[name] = await play_script(stage_, camera)
        else:
            results[name] = await play_photos(stage_, camera, load(folder))
    return results


async def _run(options: argparse.Namespace, work: Path) -> int:
    started = time.monotonic()
    photos = [folder.resolve() for folder in options.photos or ()]
    if photos:
        for folder in photos:
            load(folder)
        cameras = [(p.name, ["--backend", "folder", "--photos", str(p)]) for p in photos]
    elif options.script:
        script = options.script.resolve(strict=True)
        cameras = [(script.stem, ["--backend", "simulated", "--script", str(script)])]
    else:
        games = [options.game] if options.game else [UNKNOWN] if options.unknown else GAMES
        cameras = [(name, ["--backend", "simulated", "--script", name]) for name in games]
    print("Starting camera service, vision service and Home Assistant …", flush=True)
    async with stage(
        work,
        cameras,
        port=options.port,
        profiles=options.profile,
        ollama_stub=options.ollama_stub,
        ai_task_stub=options.ai_task_stub,
    ) as table:
        print(f"Everything is up after {time.monotonic() - started:.0f} s.", flush=True)
        naming = None
        if options.unknown and not options.develop:
            result, naming = await play_unknown(table, table.cameras[UNKNOWN])
            results = {UNKNOWN: result}
        else:
            results = {} if options.develop else await _play(table, photos)
        merged = total(list(results.values()))
        summary = {
            **merged.to_json(),
            **({} if naming is None else naming.to_json()),
            "seconds": round(time.monotonic() - started, 1),
            "games": {name: result.to_json() for name, result in results.items()},
        }
        if not options.once:
            print(
                f"\nOpen {table.home_assistant.base} — user {USER}, password {PASSWORD}."
                "\nCtrl-C ends everything.",
                flush=True,
            )
            if results:
                print(json.dumps(summary), flush=True)
            if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
                webbrowser.open(table.home_assistant.base)
            await asyncio.Event().wait()
    print(json.dumps(summary), flush=True)
    # Real photos are read as well as can be; the scripted games have to be right.
    named = naming is None or naming.right == naming.names
    return 0 if photos or (merged.perfect and named) else 1


async def _until_told(options: argparse.Namespace, work: Path) -> int:
    """Run, and end in order on Ctrl-C, SIGTERM or when the terminal closes."""
    task = asyncio.create_task(_run(options, work))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        print("\nEverything has ended.", flush=True)
        return 130 if options.once else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; return the exit code."""
    options = _arguments(sys.argv[1:] if argv is None else argv)
    if problem := python_missing():
        print(problem, file=sys.stderr)
        return 2
    work = Path(tempfile.mkdtemp(prefix="twat-demo-"))
    try:
        code = asyncio.run(_until_told(options, work))
    except* (ValueError, FileNotFoundError) as group:
        print(*group.exceptions, sep="\n", file=sys.stderr)
        code = 2
    except* (ApiError, ProcessFailed, aiohttp.ClientError, TimeoutError) as group:
        kept = ROOT / ".cache" / "demo-failed"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(work, kept, symlinks=True)
        print(
            "The demo failed:", *group.exceptions, f"Logs are in {kept}", sep="\n", file=sys.stderr
        )
        code = 1
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(work)
    return code


if __name__ == "__main__":
    sys.exit(main())
