"""`python -m benchmarks.stress OUT [--looks tuned|aside] [--look NAME]`: render the stress set as folders of photos."""

import argparse
from pathlib import Path

from . import LOOKS, write_look


def main() -> None:
    """Render what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stress", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write into; one folder a look")
    parser.add_argument("--looks", choices=list(LOOKS), default="tuned", help="default: tuned")
    parser.add_argument("--look", help="only the look of this name")
    args = parser.parse_args()
    for look in LOOKS[args.looks]:
        if args.look in {None, look.name}:
            write_look(look, args.out / look.name)
            print(args.out / look.name)


if __name__ == "__main__":
    main()
