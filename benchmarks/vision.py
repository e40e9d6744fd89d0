"""Accuracy on the real photo sequences and time a pair, as `python -m twat_vision evaluate` reads them."""

import asyncio
import os
from pathlib import Path

from scripts.stage.processes import ROOT, SERVICES_PYTHON

REALDATA = Path(os.environ.get("TWAT_REALDATA", ROOT.parent / "shared" / "realdata"))
AVAILABLE = REALDATA.is_dir()


async def run() -> None:
    """Print the evaluation's table, or say that the photos are not here."""
    if not AVAILABLE:
        print(f"vision: skipped, no photo sequences at {REALDATA}")
        return
    process = await asyncio.create_subprocess_exec(
        str(SERVICES_PYTHON), "-m", "twat_vision", "evaluate", str(REALDATA)
    )
    await process.wait()
