"""The command line's tools without a server: `compare` two photos, `evaluate` folders of them, print `markers`."""

import argparse
import asyncio
from collections.abc import Callable, Iterable
import json
from pathlib import Path
import sys
from typing import Any

from twat_vision.evaluation import (
    DatasetError,
    Gallery,
    Mode,
    NamingReport,
    Sequence,
    evaluate_names,
    evaluate_sequence,
    format_table,
    load_sequences,
    names_json,
    names_table,
    to_json,
)
from twat_vision.marker_sheet import marker_sheet
from twat_vision.pipeline import analyse, decode_image, detect_board, draw_overlay
from twat_vision.pipeline.colours import rgb_of
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Corners,
    Grid,
    PipelineError,
    Player,
)
from twat_vision.vlm import Namer, OllamaServer, VlmError

_COMPARE = """\
Say what changed on a board between two photos, and which moves explain it.

The board's corners may be pixels of the BEFORE photo or fractions of its size (all
between 0 and 1), in the order top-left, top-right, bottom-right, bottom-left as seen in
the picture. Without --corners the board is searched for."""

_COMPARE_EXAMPLES = """\
examples:
  python -m twat_vision compare before.jpg after.jpg --grid 8x8 \\
      --corners 140,9 507,11 508,378 138,376 --players white,black
  python -m twat_vision compare 1.jpg 2.jpg --grid 15x15 --overlay what-changed.jpg
"""

_EVALUATE = """\
Read sequences of photos whose truth is known, and count what was right.

A sequence is a folder with photos and a truth.json: the grid [columns, rows] (or zones), the
corners of the board in pixels, the start position where known, and the steps: the photos before
and after, the kind (move, multi, occluded, no-move), the moves and the changed cells. A folder of
such folders works too. docs/vision.md describes the format in full."""

_EVALUATE_EXAMPLES = """\
modes:
  pairs   every step alone: two photos, the corners in the first one, the grid's size
  game    the steps in order, each one's truth accepted before the next is read

columns of the table:
  recall, precision   of changed spaces, over all steps
  exact               single moves read exactly (in game: with from, to and colour)
  answered            the same once a player has answered the reading's questions
  false alarms        pairs without a move in which a change was reported
  hands               steps with a hand in a photo that were flagged
  asked               steps with a question to the players
  ms                  median time a step

rows with a dot are steps by what is difficult about them.

example:
  python -m twat_vision evaluate my-photos/ --mode pairs --json > report.json
"""


class _UsageError(Exception):
    """Input that makes no sense; shown without a traceback, exit code 2."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `compare`, `evaluate` and `markers` to a program's sub-commands; each sets ``handler`` on the parsed options."""
    raw = argparse.RawDescriptionHelpFormatter
    compare = commands.add_parser(
        "compare",
        help="say what changed between two photos",
        description=_COMPARE,
        epilog=_COMPARE_EXAMPLES,
        formatter_class=raw,
    )
    compare.add_argument("before", metavar="BEFORE", type=Path, help="the photo before the move")
    compare.add_argument("after", metavar="AFTER", type=Path, help="the photo after the move")
    compare.add_argument(
        "--corners",
        nargs=4,
        metavar=("TL", "TR", "BR", "BL"),
        type=_point,
        help="the board's corners in BEFORE, each as X,Y",
    )
    compare.add_argument(
        "--grid",
        type=_grid,
        required=True,
        metavar="COLUMNSxROWS",
        help="the board's cells, e.g. 8x8",
    )
    compare.add_argument(
        "--origin",
        choices=("top_left", "bottom_left"),
        default="top_left",
        help="where cell A1 is in the picture (default top_left)",
    )
    compare.add_argument(
        "--players",
        type=_players,
        default=(),
        metavar="COLOUR,…",
        help="the players' colours: names such as white or #rrggbb",
    )
    compare.add_argument("--json", action="store_true", help="print the whole result as JSON")
    compare.add_argument(
        "--overlay", type=Path, metavar="FILE", help="write the annotated photo (JPEG) to this file"
    )
    compare.set_defaults(handler=_guarded(_compare))

    markers = commands.add_parser(
        "markers",
        help="write a sheet of markers to print, by which a board is found",
        description="Write the four markers by which a board is found, with what to do with them, as an SVG file for A4.",
    )
    markers.add_argument("file", metavar="OUT.svg", type=Path, help="the file to write")
    markers.set_defaults(handler=_guarded(_markers))

    evaluate = commands.add_parser(
        "evaluate",
        help="measure accuracy on photos whose truth is known",
        description=_EVALUATE,
        epilog=_EVALUATE_EXAMPLES,
        formatter_class=raw,
    )
    evaluate.add_argument(
        "folders", metavar="DIR", type=Path, nargs="+", help="a sequence, or a folder of sequences"
    )
    evaluate.add_argument(
        "--mode", choices=("pairs", "game", "both"), default="both", help="see below (default both)"
    )
    evaluate.add_argument("--json", action="store_true", help="print JSON with every step")
    evaluate.add_argument(
        "--gallery", type=Path, metavar="DIR", help="write a picture of every misread step there"
    )
    evaluate.add_argument(
        "--model",
        metavar="NAME",
        help="also have this model of an Ollama server name the pieces (see docs/models.md)",
    )
    evaluate.add_argument(
        "--ollama",
        metavar="URL",
        default="http://127.0.0.1:11434",
        help="where that server is (%(default)s)",
    )
    evaluate.set_defaults(handler=_guarded(_evaluate))


def _guarded(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Show what is wrong with the input in one line instead of a traceback."""

    def run(args: argparse.Namespace) -> int:
        try:
            return command(args)
        except (_UsageError, DatasetError, PipelineError, VlmError, OSError) as err:
            print(f"twat-vision {args.command}: {err}", file=sys.stderr)
            return 2

    return run


def _compare(args: argparse.Namespace) -> int:
    before, after = _read(args.before), _read(args.after)
    image = _decode(args.before, before)
    _decode(args.after, after)
    columns, rows = args.grid
    grid = Grid(columns, rows, args.origin)
    corners: Corners | None
    if args.corners is None:
        corners = detect_board(image, grid).corners
        if corners is None:
            raise _UsageError(f"{args.before}: no board was found; give its corners with --corners")
    else:
        corners = _fractions(args.corners, (image.shape[1], image.shape[0]))
    request = AnalysisRequest(
        after=after, before=before, layout=grid, corners=corners, players=args.players
    )
    result = analyse(request)
    if args.overlay is not None:
        try:
            args.overlay.write_bytes(draw_overlay(decode_image(after), request, result))
        except OSError as err:
            raise _UsageError(f"{args.overlay}: {err.strerror}") from err
    if args.json:
        print(json.dumps(result.to_json(), indent=2, ensure_ascii=False))
    else:
        print(_describe(result))
    return 0


def _describe(result: AnalysisResult) -> str:
    alignment = result.alignment
    lines = [f"{result.summary} (confidence {result.confidence:.2f})"]
    lines += [f"question: {q.text}" for q in result.questions]
    if result.warnings:
        lines.append("warnings: " + ", ".join(w.value for w in result.warnings))
    lines.append(
        f"board {alignment.status.value}: shift {alignment.shift:.4f} of its diagonal, "
        f"turn {alignment.rotation_deg:.2f}°; {result.timings_ms['total']:.0f} ms"
    )
    return "\n".join(lines)


def _markers(args: argparse.Namespace) -> int:
    try:
        args.file.write_text(marker_sheet(), encoding="utf-8")
    except OSError as err:
        raise _UsageError(f"{args.file}: {err.strerror}") from err
    print(f"{args.file}: print it at 100 %")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    modes = [Mode.PAIRS, Mode.GAME] if args.mode == "both" else [Mode(args.mode)]
    sequences = load_sequences(args.folders)
    reports = []
    for mode in modes:
        for sequence in sequences:
            if sys.stderr.isatty():
                print(
                    f"{mode.value}: {sequence.name}, {len(sequence.steps)} steps", file=sys.stderr
                )
            witness = None
            if args.gallery is not None:
                witness = Gallery(args.gallery / mode.value, sequence.name).add
            reports.append(evaluate_sequence(sequence, mode, witness=witness))
    model = ""
    names: list[NamingReport] = []
    if args.model is not None:
        model, names = asyncio.run(_ask_model(args.model, args.ollama, sequences))
    if args.json:
        data = to_json(reports) | ({"names": names_json(model, names)} if model else {})
        print(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        print(format_table(reports))
        if model:
            print(f"\n{names_table(model, names)}")
    return 0


async def _ask_model(
    name: str, url: str, sequences: Iterable[Sequence]
) -> tuple[str, list[NamingReport]]:
    """Have a model name the pieces; returns the name under which the server has it, and the reports."""
    namer = Namer(OllamaServer(url))
    try:
        respondent = await namer.respondent(name)
        for note in respondent.notes:
            print(note, file=sys.stderr)
        reports = [await evaluate_names(sequence, namer, respondent) for sequence in sequences]
    finally:
        await namer.close()
    return respondent.model.name, reports


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise _UsageError(f"{path}: {err.strerror}") from err


def _decode(path: Path, data: bytes) -> Any:
    try:
        return decode_image(data)
    except PipelineError as err:
        raise _UsageError(f"{path}: {err}") from err


def _fractions(corners: list[tuple[float, float]], size: tuple[int, int]) -> Corners:
    """Corners as given, pixels or fractions, in fractions of the photo."""
    if max(abs(v) for point in corners for v in point) > 1.5:
        corners = [(x / size[0], y / size[1]) for x, y in corners]
    outside = [p for p in corners if not (-0.2 <= p[0] <= 1.2 and -0.2 <= p[1] <= 1.2)]
    if outside:
        raise _UsageError(f"--corners: a corner is far outside the photo of {size[0]}×{size[1]}")
    a, b, c, d = corners
    return a, b, c, d


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"{text!r} is not a point X,Y") from err
    return x, y


def _grid(text: str) -> tuple[int, int]:
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() for p in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMNSxROWS, e.g. 8x8")
    columns, rows = int(parts[0]), int(parts[1])
    if not (1 <= columns <= 64 and 1 <= rows <= 64):
        raise argparse.ArgumentTypeError("a grid has 1 to 64 columns and rows")
    return columns, rows


def _players(text: str) -> tuple[Player, ...]:
    colors = [part.strip().lower() for part in text.split(",") if part.strip()]
    for color in colors:
        if rgb_of(color) is None:
            raise argparse.ArgumentTypeError(f"{color!r} is neither a colour's name nor #rrggbb")
    if len(set(colors)) != len(colors):
        raise argparse.ArgumentTypeError("two players have the same colour")
    return tuple(Player(i + 1, color.title(), color) for i, color in enumerate(colors))
