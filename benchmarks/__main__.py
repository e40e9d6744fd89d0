"""`scripts/bench [capture] [vision]`: what takes how long."""

import argparse
import asyncio

from . import press_to_state, vision

BENCHMARKS = {"capture": press_to_state.run, "vision": vision.run}


async def _run(names: list[str]) -> None:
    for name in names:
        await BENCHMARKS[name]()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="default: all of them")
    asyncio.run(_run(parser.parse_args().names or list(BENCHMARKS)))
