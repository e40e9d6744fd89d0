"""Measures the reading of tables and prints it against the design's bars."""

import argparse
import json
from pathlib import Path
import shutil
import sys

from benchmarks.stress import LOOKS, forget_others, rendered
from scripts.stage.processes import ROOT
from twat_vision.evaluation import find_sequences

from .accuracy import QUICK, REALDATA, read_all
from .counts import PhotoCounts, count_photos
from .finding import FoundBoard, find_board
from .report import Measurement, to_json, to_text
from .speed import measure

GALLERY = ROOT / ".cache" / "gallery"
RENDERED_PHOTOS = 6
"""Photos of each rendered board of zones that are counted."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vision", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few sequences and looks only")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    real = REALDATA if REALDATA.is_dir() else None
    if real is None:
        print(f"no real photos at {REALDATA}: the rendered ones only", file=sys.stderr)
    forget_others()
    shutil.rmtree(GALLERY, ignore_errors=True)
    readings = read_all(real, GALLERY, quick=args.quick)
    measured = Measurement(
        readings,
        measure(quick=args.quick),
        _real_counts(real),
        _rendered_counts(quick=args.quick),
        _boards(real, quick=args.quick),
    )
    print(json.dumps(to_json(measured), indent=1) if args.json else to_text(measured))


def _real_counts(real: Path | None) -> list[PhotoCounts] | None:
    folder = None if real is None else real / "dune_table"
    return None if folder is None or not folder.is_dir() else count_photos(folder)


def _rendered_counts(*, quick: bool) -> dict[str, list[PhotoCounts]]:
    looks = [look for looks in LOOKS.values() for look in looks if look.style == "zones"]
    return {
        look.name: count_photos(rendered(look), RENDERED_PHOTOS)
        for look in looks
        if not quick or look.name in QUICK
    }


def _boards(real: Path | None, *, quick: bool) -> list[FoundBoard]:
    """Boards found without corners; a bare table has none to be found."""
    folders = [] if real is None else find_sequences([real])
    looks = [look for looks in LOOKS.values() for look in looks if look.art.board is not None]
    folders += [rendered(look) for look in looks if not quick or look.name in QUICK]
    return [find_board(folder) for folder in folders if not quick or folder.name in QUICK]


if __name__ == "__main__":
    main()
