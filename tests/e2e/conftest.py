"""One set table for the tests that play on it, and the fault suite's table of outcomes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from scripts.stage.table import Stage, stage
from tests.e2e.fault_table import FAULTS, FaultTable


@pytest.fixture
def faults() -> FaultTable:
    """Return the table printed at the end of the run."""
    return FAULTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the fault suite's table."""
    if not FAULTS.rows:
        return
    rows = [("killed", "moment", "kept", "how it resumed"), *FAULTS.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    terminalreporter.section("fault suite")
    for row in rows:
        terminalreporter.write_line(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def table(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Return a running table: simulated camera, vision service, real Home Assistant."""
    work: Path = tmp_path_factory.mktemp("table")
    async with stage(work, [("grid", ["--backend", "simulated", "--script", "grid"])]) as running:
        yield running
