"""How well and how fast tables are read: `scripts/bench vision [--quick] [--json]`, and `scripts/bench calibration`.

Runs in the services' environment (`python -m benchmarks.vision`); from here it is only started.
"""

import asyncio

from scripts.stage.processes import ROOT, SERVICES_PYTHON


async def run(options: list[str]) -> None:
    """Run the measurement in the services' environment and print what it prints."""
    await _module("benchmarks.vision", options)


async def calibrate(options: list[str]) -> None:
    """Fit the confidence's constants in the services' environment and print them."""
    await _module("benchmarks.vision.calibration", options)


async def _module(name: str, options: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        str(SERVICES_PYTHON), "-m", name, *options, cwd=ROOT
    )
    if await process.wait():
        raise SystemExit(process.returncode)
