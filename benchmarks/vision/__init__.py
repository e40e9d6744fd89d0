"""How well and how fast tables are read: `scripts/bench vision [--quick] [--json]`.

Runs in the services' environment (`python -m benchmarks.vision`); from here it is only started.
"""

import asyncio

from scripts.stage.processes import ROOT, SERVICES_PYTHON


async def run(options: list[str]) -> None:
    """Run the measurement in the services' environment and print what it prints."""
    process = await asyncio.create_subprocess_exec(
        str(SERVICES_PYTHON), "-m", "benchmarks.vision", *options, cwd=ROOT
    )
    if await process.wait():
        raise SystemExit(process.returncode)
