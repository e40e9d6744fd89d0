"""The bars of the design (section 11), and whether figures are over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twat_vision.evaluation import StepReport, figures

from .accuracy import Way

PASS, MISS = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Score:
    """A figure in words, and whether it is over its bar (None without one)."""

    text: str
    passed: bool | None = None

    def __str__(self) -> str:
        """Return the figure with its mark."""
        return self.text if self.passed is None else f"{self.text} {PASS if self.passed else MISS}"

    def to_json(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        return {"value": self.text, "passed": self.passed}


COLUMNS = (
    "recall",
    "precision",
    "exact",
    "answered",
    "false alarms",
    "hands",
    "hands misread",
    "falsely",
    "asked",
    "ECE",
)

BARS: Mapping[Way, Mapping[str, str]] = {
    Way.PAIRS: {
        "recall": "≥ 0.99",
        "precision": "≥ 0.98",
        "exact": "≥ 97 %",
        "false alarms": "0",
        "hands": "≥ 95 %",
        "hands misread": "0",
        "falsely": "≤ 2 %",
    },
    Way.GAME: {
        "exact": "≥ 99 %",
        "answered": "≥ 99.5 %",
        "false alarms": "0",
        "hands": "≥ 95 %",
        "hands misread": "0",
        "falsely": "≤ 2 %",
        "asked": "≤ 8 %",
    },
}


def scores(steps: Sequence[StepReport], way: Way) -> dict[str, Score]:
    """The figures of steps read in one way, by column.

    Changed spaces are counted without the steps with a hand, whose bar is that it is seen and nothing false is read.
    """
    clear = figures([s for s in steps if s.step.kind != "occluded"])
    every = figures(steps)
    others = every["steps_total"] - every["hands"]
    bars = BARS.get(Way.GAME if way is Way.RULES else way, {})
    found = {
        "recall": _share(clear["recall"], 0.99),
        "precision": _share(clear["precision"], 0.98),
        "exact": _of(every["exact_moves"], every["moves"], 0.97 if way is Way.PAIRS else 0.99),
        "answered": _of(every["exact_moves_answered"], every["moves"], 0.995),
        "false alarms": _none(every["false_alarm_pairs"], every["no_move"]),
        "hands": _of(every["hands_flagged"], every["hands"], 0.95),
        "hands misread": _none(every["hands_misread"], every["hands"]),
        "falsely": _most(every["hands_false"], others, 0.02),
        "asked": _most(every["asked"], every["steps_total"], 0.08),
        "ECE": _share(every["calibration_error"], None),
    }
    return {name: s if name in bars else Score(s.text) for name, s in found.items()}


def _share(value: float | None, least: float | None) -> Score:
    if value is None:
        return Score("-")
    return Score(f"{value:.3f}", None if least is None else value >= least)


def _of(number: int, of: int, least: float) -> Score:
    return Score(f"{number}/{of}", number >= least * of) if of else Score("-")


def _most(number: int, of: int, most: float) -> Score:
    return Score(f"{number}/{of}", number <= most * of) if of else Score("-")


def _none(number: int, of: int) -> Score:
    return Score(f"{number}/{of}", number == 0) if of else Score("-")
