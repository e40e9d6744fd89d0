"""Figures of an evaluation, as JSON and as a table."""

from collections.abc import Iterable, Mapping, Sequence
import statistics
from typing import Any

from .run import Mode, SequenceReport, StepReport


def figures(steps: Sequence[StepReport]) -> dict[str, Any]:
    """The figures of some steps.

    ``recall`` and ``precision`` of changed spaces over all of them (None without any), ``exact_moves`` of ``moves``
    single moves read exactly, ``false_alarm_pairs`` of ``no_move`` pairs with a change reported, ``hands_flagged`` of
    ``hands``, ``hands_false`` other steps flagged, ``asked`` steps with a question, median ``ms`` a step.
    """
    true = [set(s.step.changed) for s in steps]
    read = [set(s.predicted) for s in steps]
    hits = sum(len(t & r) for t, r in zip(true, read, strict=True))
    expected, reported = sum(map(len, true)), sum(map(len, read))
    moves = [s for s in steps if s.step.kind == "move"]
    still = [s for s in steps if s.step.kind == "no-move"]
    hands = [s for s in steps if s.step.kind == "occluded"]
    return {
        "recall": round(hits / expected, 4) if expected else None,
        "precision": round(hits / reported, 4) if reported else None,
        "exact_moves": sum(s.exact for s in moves),
        "moves": len(moves),
        "false_alarm_pairs": sum(bool(s.predicted) for s in still),
        "no_move": len(still),
        "hands_flagged": sum(s.hand for s in hands),
        "hands": len(hands),
        "hands_false": sum(s.hand for s in steps if s.step.kind != "occluded"),
        "asked": sum(s.asked for s in steps),
        "steps_total": len(steps),
        "ms": round(statistics.median(s.milliseconds for s in steps), 1) if steps else None,
    }


def to_json(reports: Iterable[SequenceReport]) -> dict[str, Any]:
    """All reports by mode: ``{"pairs": {"overall": {…}, "sequences": {name: {…, "steps": […]}}}, "game": …}``."""
    result: dict[str, Any] = {}
    by_mode: dict[Mode, list[SequenceReport]] = {}
    for report in reports:
        by_mode.setdefault(report.mode, []).append(report)
    for mode, found in by_mode.items():
        result[mode.value] = {
            "overall": figures([s for r in found for s in r.steps]),
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
            for m in report.moves
        ],
        "confidence": round(report.confidence, 4),
        "warnings": list(report.warnings),
        "asked": report.asked,
        "exact": report.exact,
        "ms": round(report.milliseconds, 1),
    }
    if report.counts is not None:
        step["counts"] = {zone: dict(colors) for zone, colors in report.counts.items()}
    return step


_HEAD: tuple[str, ...] = (
    "sequence",
    "recall",
    "precision",
    "exact",
    "false alarms",
    "hands",
    "asked",
    "ms",
)


def format_table(reports: Iterable[SequenceReport]) -> str:
    """A table for people, one block a mode, misread steps below it."""
    blocks = []
    for mode, data in to_json(reports).items():
        rows = [_HEAD]
        rows += [_row(name, values) for name, values in data["sequences"].items()]
        rows.append(_row("ALL", data["overall"]))
        widths = [max(len(r[i]) for r in rows) for i in range(len(_HEAD))]
        lines = [
            "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows
        ]
        lines.insert(1, "-" * len(lines[0]))
        wrong = [
            f"  {name} {s['before']} → {s['after']} ({s['kind']}): read {_moves(s)}"
            for name, values in data["sequences"].items()
            for s in values["steps"]
            if _misread(s)
        ]
        blocks.append(f"{mode}\n" + "\n".join(lines))
        if wrong:
            blocks.append("misread\n" + "\n".join(wrong))
    return "\n\n".join(blocks)


def _misread(step: Mapping[str, Any]) -> bool:
    if step["kind"] == "no-move":
        return bool(step["predicted"])
    if step["kind"] == "occluded":
        return "hand_in_view" not in step["warnings"]
    return not step["exact"]


def _moves(step: Mapping[str, Any]) -> str:
    parts = [f"{m['from'] or '·'}→{m['to'] or '·'}" for m in step["moves"]]
    return ", ".join(parts) or "nothing"


def _row(name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    return (
        name,
        share(values["recall"]),
        share(values["precision"]),
        f"{values['exact_moves']}/{values['moves']}",
        f"{values['false_alarm_pairs']}/{values['no_move']}",
        f"{values['hands_flagged']}/{values['hands']}",
        str(values["asked"]),
        "-" if values["ms"] is None else f"{values['ms']:.0f}",
    )
