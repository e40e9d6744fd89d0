"""The measurement as tables for people, and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twat_vision.evaluation import (
    Gallery,
    StepReport,
    by_difficulty,
    calibration_error,
    confusion,
    describe,
    figures,
    format_reliability,
    judged,
    reliability,
    table,
)

from .accuracy import Group, Reading, Way, harder_steps_of, mild, steps_of
from .bars import BARS, COLUMNS, MISS, PASS, Score, scores
from .counts import PhotoCounts
from .finding import RIGHT, FoundBoard
from .speed import Speed

STILL_BAR, MOVED_BAR, MILLISECONDS_BAR = 0.8, 1.3, 250.0
ECE_BAR = 0.03
COUNTS_BAR = 2
"""Counts of the real board of zones that may be wrong, over all its photos."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that was measured; ``real_counts`` None without the real board, ``rendered_counts`` by look, ``boards`` found without corners."""

    readings: list[Reading]
    speeds: list[Speed]
    real_counts: list[PhotoCounts] | None
    rendered_counts: dict[str, list[PhotoCounts]]
    boards: list[FoundBoard]


def to_text(measured: Measurement) -> str:
    """All tables."""
    parts = [
        _accuracy(measured.readings),
        _difficulties(measured.readings),
        *_confusions(measured.readings),
        _speed(measured.speeds),
        _reliability(measured.readings),
        _counts(measured),
        _boards(measured.boards),
        _misses(measured.readings),
    ]
    return "\n\n".join(part for part in parts if part)


def _rows(readings: Sequence[Reading]) -> Iterator[tuple[Group, Way, list[StepReport]]]:
    for group in Group:
        for way in Way:
            if steps := steps_of(readings, group, way):
                yield group, way, steps


def _accuracy(readings: Sequence[Reading]) -> str:
    rows: list[Sequence[str]] = [("", "read", "steps", *COLUMNS)]
    shown: Group | None = None
    for group, way, steps in _rows(readings):
        found = scores(steps, way)
        head = "" if group is shown else group.value
        shown = group
        rows.append((head, way.value, str(len(steps)), *(str(found[c]) for c in COLUMNS)))
    for way, bars in BARS.items():
        rows.append(
            ("bars" if way is Way.PAIRS else "", way.value, "", *(bars.get(c, "") for c in COLUMNS))
        )
    note = (
        f"recall and precision: changed spaces, steps without a hand; exact: single moves; answered: exact once a\n"
        f"player has answered the reading's questions; falsely: other steps flagged as hands. {PASS} {MISS}: the bar.\n"
        f"Stress: exposure ±30 %, white balance ±800 K, shift ≤ 2 %, rotation ≤ 2°, noise, JPEG 60–95, soft shadows.\n"
        f"Perturbed: real after photos moved by ≤ 3 %, in another light, softer, noisier; moves and boards stay real.\n"
        f"game + rules: chess only, with its legal moves as candidates."
    )
    return f"{table(rows)}\n\n{note}"


def _difficulties(readings: Sequence[Reading]) -> str:
    """Every difficulty by itself; those that no step within the bars' conditions has are marked."""
    rows: list[Sequence[str]] = [("difficulty", "read", "steps", *COLUMNS)]
    for group in Group:
        for way in (Way.PAIRS, Way.GAME):
            steps = [s for r in readings if (r.group, r.way) == (group, way) for s in r.steps]
            if not steps:
                continue
            rows.append(("", "", "", *[""] * len(COLUMNS)))
            for name in by_difficulty(steps):
                named = [s for s in steps if name in s.difficulties]
                within = [s for s in named if mild(s)]
                found = scores(within or named, Way.NAIVE)
                head = name if within else f"{name} (beyond the bars)"
                cells = (str(found[c]) for c in COLUMNS)
                read = f"{group.name.lower()} {way.value}"
                rows.append((head, read, str(len(within or named)), *cells))
    return f"By difficulty; a step with several counts for each\n\n{table(rows)}"


def _confusions(readings: Sequence[Reading]) -> Iterator[str]:
    for way in (Way.PAIRS, Way.GAME):
        found = confusion(s for r in readings if r.way is way for s in r.steps)
        for what, matrix in found.items():
            names = sorted({*matrix, *(n for row in matrix.values() for n in row)})
            rows: list[Sequence[str]] = [("truly", *names)]
            rows += [
                (true, *(str(matrix.get(true, {}).get(n, "·")) for n in names))
                for true in names
                if true in matrix
            ]
            yield f"{what} read as ({way.value}, all steps)\n\n{table(rows)}"


def speed_scores(speed: Speed) -> dict[str, Score]:
    """Ratios to the naive reading and milliseconds; the bars hold at 12 megapixels."""
    judged_here = speed.megapixels == 12

    def ratio(milliseconds: float, naive: float, most: float) -> Score:
        value = milliseconds / naive
        return Score(f"{value:.2f}", value <= most if judged_here else None)

    return {
        "still": Score(
            f"{speed.still:.0f}", speed.still <= MILLISECONDS_BAR if judged_here else None
        ),
        "still/naive": ratio(speed.still, speed.naive, STILL_BAR),
        "moved": Score(f"{speed.moved:.0f}"),
        "moved/naive": ratio(speed.moved, speed.naive_moved, MOVED_BAR),
        "cold": Score(f"{speed.cold:.0f}"),
        "naive": Score(f"{speed.naive:.0f}"),
        "MB": Score(f"{speed.memory:.0f}"),
        "naive MB": Score(f"{speed.naive_memory:.0f}"),
    }


def _speed(speeds: Sequence[Speed]) -> str:
    if not speeds:
        return ""
    columns = list(speed_scores(speeds[0]))
    rows: list[Sequence[str]] = [("board", "megapixels", *columns)]
    for speed in speeds:
        found = speed_scores(speed)
        rows.append((speed.board, str(speed.megapixels), *(str(found[c]) for c in columns)))
    rows.append(
        (
            "bars",
            "12",
            f"≤ {MILLISECONDS_BAR:.0f}",
            f"≤ {STILL_BAR}",
            "",
            f"≤ {MOVED_BAR}",
            "",
            "",
            "",
            "",
        )
    )
    return (
        "Time of a capture in ms and peak memory, the previous photo in the cache (cold: not), in turn in one run\n\n"
        f"{table(rows)}\n\n{_stages(speeds)}"
    )


def _stages(speeds: Sequence[Speed]) -> str:
    names = list(speeds[0].stages)
    rows: list[Sequence[str]] = [("ms by stage", "megapixels", "camera", *names)]
    for speed in speeds:
        for camera, stages in (("still", speed.stages), ("moved", speed.moved_stages)):
            values = (f"{stages.get(name, 0):.0f}" for name in names)
            rows.append((speed.board, str(speed.megapixels), camera, *values))
    return table(rows)


def _relied_on(readings: Sequence[Reading], way: Way) -> list[StepReport]:
    return [s for r in readings if r.way is way for s in r.steps]


def _reliability(readings: Sequence[Reading]) -> str:
    parts = ["Confidence, all photos and conditions"]
    for way in (Way.PAIRS, Way.GAME):
        steps = _relied_on(readings, way)
        error = calibration_error(judged(steps))
        if error is None:
            continue
        mark = PASS if error <= ECE_BAR else MISS
        parts.append(f"{way.value}\n{format_reliability(steps)} {mark} (bar ≤ {ECE_BAR})")
    return "\n\n".join(parts)


def _counts(measured: Measurement) -> str:
    lines = ["Boards of zones, counts by colour from single photos"]
    if measured.real_counts is not None:
        wrong = sum(len(p.wrong) for p in measured.real_counts)
        mark = PASS if wrong <= COUNTS_BAR else MISS
        every = sum(p.counts for p in measured.real_counts)
        lines.append(f"dune_table: {wrong} of {every} wrong {mark} (bar ≤ {COUNTS_BAR})")
        for photo in measured.real_counts:
            lines += [
                f"  {photo.photo} {zone}: {true} {color}, read {read}"
                for zone, color, true, read in photo.wrong
            ]
        for reading in measured.readings:
            if reading.sequence == "dune_table" and reading.way in {Way.PAIRS, Way.GAME}:
                right = sum(set(s.predicted) == set(s.step.changed) for s in reading.steps)
                mark = PASS if right == len(reading.steps) else MISS
                lines.append(
                    f"  changed zones, {reading.way.value}: {right}/{len(reading.steps)} steps right {mark}"
                )
    for look, photos in measured.rendered_counts.items():
        wrong = sum(len(p.wrong) for p in photos)
        lines.append(
            f"{look} (rendered, {len(photos)} photos): {wrong} of {sum(p.counts for p in photos)} wrong"
        )
    return "\n".join(lines)


def _boards(found: Sequence[FoundBoard]) -> str:
    rows: list[Sequence[str]] = [("board", "found by", "sure", "corners off", "")]
    for board in found:
        off = "-" if board.error is None else f"{board.error:.3f}"
        verdict = "" if board.right else "wrong" if board.used else "asked for"
        rows.append((board.sequence, board.method, f"{board.confidence:.2f}", off, verdict))
    used = [board for board in found if board.used]
    right = sum(board.right for board in used)
    return (
        f"Boards found in the first photo alone; corners in cells, or sixteenths of the board; right within {RIGHT}\n\n"
        f"{table(rows)}\n{len(used)} of {len(found)} are used without asking, {right} of them rightly"
    )


def _misses(readings: Sequence[Reading]) -> str:
    parts = []
    for reading in readings:
        missed = [s for s in reading.steps if s.misread]
        if reading.way is Way.NAIVE or not missed:
            continue
        gallery = Gallery(reading.pictures, reading.sequence)
        lines = [f"{reading.sequence} ({reading.group.value}, {reading.way.value})"]
        for step in missed:
            beyond = "" if mild(step) else "beyond the bars: "
            lines.append(f"  {beyond}{describe(step)}\n    {gallery.path(step)}")
        parts.append("\n".join(lines))
    return "Misread\n\n" + "\n".join(parts) if parts else ""


def to_json(measured: Measurement) -> dict[str, Any]:
    """All figures; ``accuracy`` by group and way, with what the bars say."""
    accuracy: dict[str, dict[str, Any]] = {}
    for group, way, steps in _rows(measured.readings):
        harder = harder_steps_of(measured.readings, group, way)
        accuracy.setdefault(group.name.lower(), {})[way.name.lower()] = {
            "figures": figures(steps),
            "bars": {name: s.to_json() for name, s in scores(steps, way).items()},
            "beyond": figures(harder),
            "difficulty": by_difficulty([*steps, *harder]),
        }
    confidence = {}
    for way in (Way.PAIRS, Way.GAME):
        found = judged(_relied_on(measured.readings, way))
        confidence[way.name.lower()] = {
            "calibration_error": calibration_error(found),
            "reliability": [asdict(b) for b in reliability(found)],
        }
    return {
        "accuracy": accuracy,
        "speed": [
            asdict(s) | {"bars": {name: b.to_json() for name, b in speed_scores(s).items()}}
            for s in measured.speeds
        ],
        "confidence": confidence,
        "counts": {
            "dune_table": None
            if measured.real_counts is None
            else [asdict(p) for p in measured.real_counts],
            "rendered": {k: [asdict(p) for p in v] for k, v in measured.rendered_counts.items()},
        },
        "boards": [asdict(b) | {"right": b.right, "used": b.used} for b in measured.boards],
        "misread": [
            {
                "group": r.group.name.lower(),
                "way": r.way.name.lower(),
                "sequence": r.sequence,
                "step": describe(s),
                "picture": str(Gallery(r.pictures, r.sequence).path(s)),
            }
            for r in measured.readings
            if r.way is not Way.NAIVE
            for s in r.steps
            if s.misread
        ],
    }
