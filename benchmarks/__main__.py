"""`scripts/bench [capture] [games] [vision [--quick] [--json]] [calibration [--quick]]`: what takes how long, what is read rightly."""

import argparse
import asyncio

from . import games, press_to_state, vision

NAMES = ("capture", "games", "vision")
CALIBRATION = "calibration"
"""Not among what is run by default: it is for whoever changes the reading of tables."""


async def _run(names: list[str], options: list[str]) -> None:
    if "capture" in names:
        await press_to_state.run()
    if "games" in names:
        await games.run()
    if "vision" in names:
        await vision.run(options)
    if CALIBRATION in names:
        await vision.calibrate([option for option in options if option == "--quick"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *NAMES, CALIBRATION],
        help="default: all but the calibration",
    )
    parser.add_argument(
        "--quick", action="store_true", help="vision, calibration: a few sequences and looks only"
    )
    parser.add_argument("--json", action="store_true", help="vision: print JSON")
    args = parser.parse_args()
    flags = [f"--{name}" for name in ("quick", "json") if getattr(args, name)]
    asyncio.run(_run(args.names or list(NAMES), flags))
