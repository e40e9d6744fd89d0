"""Accuracy on the real photo sequences and time a pair, as `python -m twat_vision evaluate` reads them."""

import asyncio
import os

from scripts.stage.processes import ROOT, SERVICES_PYTHON

REALDATA = os.environ.get("TWAT_REALDATA", str(ROOT.parent / "shared" / "realdata"))


async def run() -> None:
    """Print the evaluation's table, or say that the photos are not here."""
    if not os.path.isdir(REALDATA):  # noqa: PTH112 - one look before anything runs
        print(f"vision: skipped, no photo sequences at {REALDATA}")
        return
    process = await asyncio.create_subprocess_exec(
        str(SERVICES_PYTHON), "-m", "twat_vision", "evaluate", REALDATA
    )
    await process.wait()
