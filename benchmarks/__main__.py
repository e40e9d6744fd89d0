"""`scripts/bench [capture] [games] [vision [--quick] [--json]]`: what takes how long, and what is read rightly."""

import argparse
import asyncio

from . import games, press_to_state, vision

NAMES = ("capture", "games", "vision")


async def _run(names: list[str], options: list[str]) -> None:
    if "capture" in names:
        await press_to_state.run()
    if "games" in names:
        await games.run()
    if "vision" in names:
        await vision.run(options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help="default: all of them")
    parser.add_argument(
        "--quick", action="store_true", help="vision: a few sequences and looks only"
    )
    parser.add_argument("--json", action="store_true", help="vision: print JSON")
    args = parser.parse_args()
    flags = [f"--{name}" for name in ("quick", "json") if getattr(args, name)]
    asyncio.run(_run(args.names or list(NAMES), flags))
