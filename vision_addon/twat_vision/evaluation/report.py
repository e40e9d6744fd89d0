"""Figures of an evaluation, as JSON and as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .calibration import calibration_error, judged, reliability
from .metrics import by_difficulty, confusion, figures, turns
from .run import Mode, SequenceReport, StepReport


def to_json(reports: Iterable[SequenceReport]) -> dict[str, Any]:
    """All reports by mode.

    ``{"pairs": {"overall": {…}, "difficulty": {name: {…}}, "confusion": {…}, "reliability": […], "sequences":
    {name: {…, "steps": […]}}}, "game": …}``
    """
    result: dict[str, Any] = {}
    by_mode: dict[Mode, list[SequenceReport]] = {}
    for report in reports:
        by_mode.setdefault(report.mode, []).append(report)
    for mode, found in by_mode.items():
        steps = [s for r in found for s in r.steps]
        result[mode.value] = {
            "overall": figures(steps),
            "difficulty": by_difficulty(steps),
            "confusion": confusion(steps),
            "reliability": [asdict(b) for b in reliability(judged(steps))],
            "sequences": {
                r.name: figures(r.steps) | {"steps": [_step(s) for s in r.steps]} for r in found
            },
        }
    return result


def _step(report: StepReport) -> dict[str, Any]:
    step: dict[str, Any] = {
        "before": report.step.before,
        "after": report.step.after,
        "kind": report.step.kind,
        "predicted": [s if isinstance(s, str) else list(s) for s in report.predicted],
        "moves": [
            {"from": m.from_space, "to": m.to_space, "color": m.color, "kind": m.kind}
            | ({} if m.turn is None else {"turn": m.turn})
            for m in report.moves
        ],
        "confidence": round(report.confidence, 4),
        "warnings": list(report.warnings),
        "asked": report.asked,
        "exact": report.exact,
        "exact_answered": report.exact_answered,
        "difficulties": list(report.difficulties),
        "ms": round(report.milliseconds, 1),
    }
    if report.counts is not None:
        step["counts"] = {zone: dict(colors) for zone, colors in report.counts.items()}
    return step


_HEAD = (
    "",
    "recall",
    "precision",
    "exact",
    "answered",
    "false alarms",
    "hands",
    "asked",
    "ms",
)


def format_table(reports: Iterable[SequenceReport]) -> str:
    """Tables for people, one block a mode: sequences, difficulties, the confidence, and misread steps below them."""
    by_mode: dict[Mode, list[SequenceReport]] = {}
    for report in reports:
        by_mode.setdefault(report.mode, []).append(report)
    return "\n\n".join(_block(mode, found) for mode, found in by_mode.items())


def _block(mode: Mode, reports: list[SequenceReport]) -> str:
    steps = [s for r in reports for s in r.steps]
    rows = [_row(r.name, figures(r.steps)) for r in reports]
    rows.append(_row("ALL", figures(steps)))
    rows += [_row(f"· {name}", values) for name, values in by_difficulty(steps).items()]
    parts = [f"{mode.value}\n{table([_HEAD, *rows])}", format_reliability(steps)]
    if told := format_turns(steps):
        parts.append(told)
    wrong = [f"  {r.name} {describe(s)}" for r in reports for s in r.steps if s.misread]
    if wrong:
        parts.append("misread\n" + "\n".join(wrong))
    return "\n\n".join(parts)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many cells in columns, the first one underlined."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def format_reliability(steps: Iterable[StepReport]) -> str:
    """The reliability table of the confidence and its expected calibration error, in lines."""
    readings = judged(steps)
    error = calibration_error(readings)
    if error is None:
        return "confidence: no readings"
    rows = [("confidence", "readings", "mean", "right")]
    rows += [
        (f"{b.low:.1f}–{b.high:.1f}", str(b.readings), f"{b.confidence:.3f}", f"{b.right:.3f}")
        for b in reliability(readings)
    ]
    return f"{table(rows)}\nexpected calibration error {error:.3f}"


def format_turns(steps: Iterable[StepReport]) -> str:
    """How well turns were read, in a line; empty where the sequences say nothing of turns."""
    found = turns(steps)
    if not found["turned"]:
        return ""
    line = f"turns: told of {found['said']} of {found['turned']} moves, right within 15° {found['right']}"
    return (
        f"{line}; error {found['error']}°, of nine in ten {found['error_90']}° at the most"
        if found["said"]
        else line
    )


def describe(report: StepReport) -> str:
    """A step in words: photos, difficulties, what happened and what was read."""
    step = report.step
    true = _arrows((m.from_space, m.to_space) for m in step.moves)
    if not step.moves and step.changed:
        true = "changed " + ", ".join(map(str, step.names or step.changed))
    read = _arrows((m.from_space, m.to_space) for m in report.moves)
    hand = ", hand not seen" if step.kind == "occluded" and not report.hand else ""
    sure = f"{report.confidence:.2f}{', asked' if report.asked else ''}"
    difficulty = ", ".join(report.difficulties)
    return (
        f"{step.before} → {step.after} ({step.kind}; {difficulty}): {true}; "
        f"read {read}{hand} ({sure})"
    )


def _arrows(moves: Iterable[tuple[str | None, str | None]]) -> str:
    return ", ".join(f"{start or '·'}→{end or '·'}" for start, end in moves) or "nothing"


def _row(name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    return (
        name,
        share(values["recall"]),
        share(values["precision"]),
        f"{values['exact_moves']}/{values['moves']}",
        f"{values['exact_moves_answered']}/{values['moves']}",
        f"{values['false_alarm_pairs']}/{values['no_move']}",
        f"{values['hands_flagged']}/{values['hands']}",
        f"{values['asked']}/{values['steps_total']}",
        "-" if values["ms"] is None else f"{values['ms']:.0f}",
    )
