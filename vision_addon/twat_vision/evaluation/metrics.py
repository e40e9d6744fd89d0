"""Figures of readings: how many changed spaces and moves are right, and what was taken for what."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
import statistics
from typing import Any

import numpy as np

from .calibration import calibration_error, judged
from .run import StepReport


def figures(steps: Sequence[StepReport]) -> dict[str, Any]:
    """The figures of some steps.

    ``recall`` and ``precision`` of changed spaces over all of them (None without any), ``exact_moves`` of ``moves``
    single moves read exactly, ``false_alarm_pairs`` of ``no_move`` pairs with a change reported, ``hands_flagged`` of
    ``hands``, ``hands_misread`` of them with a change that is none, ``hands_false`` other steps flagged, ``turns`` see
    `turns`, ``asked`` steps with a question, ``…_answered`` the same after the answers, ``calibration_error`` of the
    confidence, median ``ms`` a step.
    """
    true = [set(s.step.changed) for s in steps]
    read = [set(s.predicted) for s in steps]
    hits = sum(len(t & r) for t, r in zip(true, read, strict=True))
    expected, reported = sum(map(len, true)), sum(map(len, read))
    moves = [s for s in steps if s.step.kind == "move"]
    still = [s for s in steps if s.step.kind == "no-move"]
    hands = [s for s in steps if s.step.kind == "occluded"]
    error = calibration_error(judged(steps))
    return {
        "recall": round(hits / expected, 4) if expected else None,
        "precision": round(hits / reported, 4) if reported else None,
        "exact_moves": sum(s.exact for s in moves),
        "exact_moves_answered": sum(s.exact_answered for s in moves),
        "moves": len(moves),
        "false_alarm_pairs": sum(bool(s.predicted) for s in still),
        "false_alarm_pairs_answered": sum(bool(s.predicted_answered) for s in still),
        "no_move": len(still),
        "hands_flagged": sum(s.hand for s in hands),
        "hands_misread": sum(bool(set(s.predicted) - set(s.step.changed)) for s in hands),
        "hands": len(hands),
        "hands_false": sum(s.hand for s in steps if s.step.kind != "occluded"),
        "turns": turns(steps),
        "asked": sum(s.asked for s in steps),
        "steps_total": len(steps),
        "calibration_error": None if error is None else round(error, 4),
        "ms": round(statistics.median(s.milliseconds for s in steps), 1) if steps else None,
    }


def by_difficulty(steps: Iterable[StepReport]) -> dict[str, dict[str, Any]]:
    """The figures of the steps that share a difficulty; a step with several counts for each."""
    groups: dict[str, list[StepReport]] = {}
    for step in steps:
        for name in step.difficulties:
            groups.setdefault(name, []).append(step)
    return {name: figures(group) for name, group in sorted(groups.items())}


RIGHT_TURN = 15.0
"""Degrees within which a turn is right."""


def turns(steps: Iterable[StepReport]) -> dict[str, Any]:
    """How well turns were read, of moves of which the sequence says how far the piece turned and that were read otherwise.

    ``turned`` of them, ``said`` the turns that the reading told, ``right`` of those within `RIGHT_TURN`; ``error`` and
    ``error_90`` of those that were told, in degrees: the median and what nine in ten do not exceed (None without any).
    """
    pairs = [pair for step in steps for pair in _turns(step)]
    errors = [abs((read - true + 180) % 360 - 180) for true, read in pairs if read is not None]
    return {
        "turned": len(pairs),
        "said": len(errors),
        "right": sum(error <= RIGHT_TURN for error in errors),
        "error": round(float(np.median(errors)), 1) if errors else None,
        "error_90": round(float(np.percentile(errors, 90)), 1) if errors else None,
    }


def _turns(report: StepReport) -> Iterator[tuple[float, float | None]]:
    """The true turns of moves that were read, and what was said of them."""
    left = list(report.moves)
    for true in report.step.moves:
        same = (m for m in left if (m.from_space, m.to_space) == (true.from_space, true.to_space))
        found = next(same, None)
        if true.turn is not None and found is not None:
            left.remove(found)
            yield true.turn, found.turn


NOTHING = "nothing"


def confusion(steps: Iterable[StepReport]) -> dict[str, dict[str, dict[str, int]]]:
    """What changes of spaces, and colours of what moved, were taken for: ``{"kinds": {true: {read: n}}, "colors": …}``.

    A change missed is read as ``nothing``, one that is none is truly ``nothing``. Only steps that name their moves count, and of
    them only spaces that one piece left or reached; colours only where they are players'.
    """
    kinds: Counter[tuple[str, str]] = Counter()
    colors: Counter[tuple[str, str]] = Counter()
    for report in steps:
        if not report.step.moves and report.step.changed:
            continue
        moves = report.step.moves
        true = _changes((m.from_space, m.to_space, m.color, m.captures) for m in moves)
        read = _changes(
            (m.from_space, m.to_space, m.color, m.kind == "capture") for m in report.moves
        )
        for space in {*true, *read}:
            kind, color = true.get(space, (NOTHING, None))
            read_kind, read_color = read.get(space, (NOTHING, None))
            kinds[kind, read_kind] += 1
            # Without players, what a sequence calls a colour may be a tile's print.
            if color in report.colors and read_color is not None:
                colors[color, read_color] += 1
    return {"kinds": _table(kinds), "colors": _table(colors)}


def _changes(
    moves: Iterable[tuple[str | None, str | None, str | None, bool]],
) -> dict[str, tuple[str, str | None]]:
    """Kind of change and mover's colour by space, from (from, to, colour, captures)."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for start, end, color, captures in moves:
        if start is not None:
            found.setdefault(start, []).append(("vanished", color))
        if end is not None:
            found.setdefault(end, []).append(("replaced" if captures else "appeared", color))
    return {space: changes[0] for space, changes in found.items() if len(changes) == 1}


def _table(pairs: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (true, read), number in sorted(pairs.items()):
        table.setdefault(true, {})[read] = number
    return table
