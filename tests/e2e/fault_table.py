"""What each fault of the suite left and how it was mended; printed at the end of the run."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class FaultTable:
    """What was killed when, what was kept and how it resumed."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, process: str, moment: str, kept: str, resumed: str) -> None:
        """Record one line; called when a fault's checks have all passed."""
        self.rows.append((process, moment, kept, resumed))


FAULTS = FaultTable()
