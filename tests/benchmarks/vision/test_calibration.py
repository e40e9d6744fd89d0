"""The fit finds the constants that readings were drawn with, and says how well they hold for games it has not seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.vision.accuracy import Group, Reading, Way
from benchmarks.vision.calibration import Sample, error, fit, left_out, report, samples
from twat_vision.evaluation import Step, StepReport
from twat_vision.pipeline.calibration import CURVES, Basis, Curve, Grounds, calibrated

STILL = Step("a.jpg", "b.jpg", "no-move", (), (), ())


def drawn(curve: Curve, number: int = 6000, basis: Basis = Basis.STATE) -> list[Sample]:
    rng = np.random.default_rng(5)
    found = []
    for n in range(number):
        grounds = Grounds(basis, float(rng.uniform(0.02, 0.98)), float(rng.exponential(0.5)))
        right = rng.uniform() < calibrated(grounds, curve)
        found.append(Sample(Group.REAL, f"game {n % 4}", grounds, bool(right)))
    return found


def step(basis: Basis, **fields: object) -> StepReport:
    made = StepReport(
        step=STILL,
        difficulties=("easy",),
        predicted=(),
        moves=(),
        exact=True,
        predicted_answered=(),
        exact_answered=True,
        confidence=0.9,
        warnings=(),
        asked=False,
        hand=False,
        milliseconds=1.0,
        counts=None,
        colors=frozenset(),
        grounds=Grounds(basis, 0.9),
    )
    return replace(made, **fields)


def test_the_fit_finds_the_true_constants() -> None:
    true = Curve(-0.8, 1.6, 0.7)
    found = fit(drawn(true))
    assert found.constant == pytest.approx(true.constant, abs=0.2)
    assert found.certainty == pytest.approx(true.certainty, abs=0.2)
    assert found.unexplained == pytest.approx(true.unexplained, abs=0.2)


def test_the_true_constants_hold_and_others_do_not() -> None:
    true = Curve(-0.8, 1.6, 0.7)
    found = drawn(true)
    assert (error(found, true) or 1) < 0.02
    assert (left_out(found) or 1) < 0.02
    assert (error(found, Curve(2.0, 1.6, 0.0)) or 0) > 0.1
    assert error([], true) is None


def test_only_what_somebody_would_rely_on_counts_and_a_pair_once() -> None:
    steps = (
        step(Basis.PHOTOS),
        step(Basis.STATE),
        step(Basis.STATE, warnings=("hand_in_view",)),
        step(Basis.STATE, grounds=None),
    )
    ways = [Reading(Group.REAL, way, "chess", steps, Path()) for way in Way]
    found = samples(ways)
    assert [s.grounds.basis for s in found].count(Basis.PHOTOS) == 1
    # By its pairs, with the state, and with rules.
    assert [s.grounds.basis for s in found].count(Basis.STATE) == 3


def test_the_report_compares_with_the_constants_in_the_code() -> None:
    text = report(drawn(CURVES[Basis.STATE], 800))
    (line,) = [row for row in text.splitlines() if row.startswith(Basis.STATE.value)]
    code = CURVES[Basis.STATE]
    assert f"{code.constant:.1f} {code.certainty:.1f} {code.unexplained:.1f}" in line
    assert line.split()[-1] == "-"
