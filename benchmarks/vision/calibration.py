"""Fits what a confidence means: the constants of `pipeline/calibration.py`, and how well they hold.

Fitted by penalised maximum likelihood (Platt 1999; iteratively reweighted least squares) to the real photos, the same perturbed, and the
rendered looks that are tuned on, those without cells with five games each. What the fit promises is measured on games it has not seen: each game left out in turn, and the
looks kept aside.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from twat_vision.evaluation import StepReport, calibration_error, table
from twat_vision.pipeline.calibration import CURVES, Basis, Curve, Grounds, calibrated, log_odds

from .accuracy import REALDATA, Group, Reading, Way, read_all

RIDGE = 0.05
"""Of the penalty: keeps the constants finite where right and wrong are told apart without a slip."""
ROUNDS = 60
DOUBTED = {"hand_in_view", "too_dark", "blurred"}
"""Warnings whose doubt comes on top of what is calibrated."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A reading: of which game, what its confidence rests on, and whether it was right."""

    group: Group
    game: str
    grounds: Grounds
    right: bool


def samples(readings: Sequence[Reading]) -> list[Sample]:
    """Every reading that somebody would rely on, by the pipeline; a game's two photos alone count once."""
    return list(_samples(readings))


def _samples(readings: Sequence[Reading]) -> Iterator[Sample]:
    for reading in readings:
        for step in reading.steps:
            if reading.way is not Way.NAIVE and _relied_on(step, reading.way):
                assert step.grounds is not None
                yield Sample(reading.group, reading.sequence, step.grounds, step.exact)


def _relied_on(step: StepReport, way: Way) -> bool:
    if step.grounds is None or DOUBTED & set(step.warnings):
        return False
    # Where no state is known, a game is read as its pairs are.
    return step.grounds.basis is not Basis.PHOTOS or way is Way.PAIRS


def fit(found: Sequence[Sample]) -> Curve:
    """The curve under which these readings are the likeliest.

    Args:
        found: readings on the same basis.
    """
    logit = np.array([log_odds(s.grounds.raw) for s in found])
    left = np.array([-s.grounds.unexplained for s in found])
    design = np.stack([np.ones(len(found)), logit, left], axis=1)
    right = np.array([s.right for s in found], np.float64)
    weights: NDArray[np.float64] = np.zeros(3)
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-design @ weights))
        curvature = (design * (p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(3)
        weights += np.linalg.solve(curvature, design.T @ (right - p) - RIDGE * weights)
    return Curve(*(round(float(w), 1) for w in weights))


def error(found: Sequence[Sample], curve: Curve) -> float | None:
    """The expected calibration error of readings under a curve, None of none."""
    return calibration_error([(calibrated(s.grounds, curve), s.right) for s in found])


def left_out(found: Sequence[Sample]) -> float | None:
    """The expected calibration error with each game judged by a curve that has not seen it; perturbed, it is the same game."""
    judged = []
    for game in sorted({s.game for s in found}):
        others = [s for s in found if s.game != game]
        if others:
            curve = fit(others)
            judged += [(calibrated(s.grounds, curve), s.right) for s in found if s.game == game]
    return calibration_error(judged)


def report(found: Sequence[Sample]) -> str:
    """The constants and how well they hold, a line a basis."""
    head = ("basis", "readings", "fitted", "in the code", "games left out", "real", "kept aside")
    rows: list[Sequence[str]] = [head]
    for basis in Basis:
        mine = [s for s in found if s.grounds.basis is basis]
        seen = [s for s in mine if s.group is not Group.ASIDE]
        if not seen:
            continue
        code = CURVES[basis]
        real = [s for s in seen if s.group is Group.REAL]
        aside = [s for s in mine if s.group is Group.ASIDE]
        errors = (left_out(seen), error(real, code), error(aside, code))
        rows.append(
            (
                basis.value,
                str(len(seen)),
                _constants(fit(seen)),
                _constants(code),
                *("-" if e is None else f"{e:.3f}" for e in errors),
            )
        )
    return (
        "Constants: constant, certainty, unexplained; then the expected calibration error: of every game by the constants of the "
        f"others,\nand of the real photos and the looks kept aside by those in the code\n\n{table(rows)}"
    )


def _constants(curve: Curve) -> str:
    return f"{curve.constant:.1f} {curve.certainty:.1f} {curve.unexplained:.1f}"


def main() -> None:
    """Read everything, fit and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.vision.calibration", description=__doc__
    )
    parser.add_argument("--quick", action="store_true", help="a few sequences and looks only")
    args = parser.parse_args()
    real = REALDATA if REALDATA.is_dir() else None
    with TemporaryDirectory() as pictures:
        print(report(samples(read_all(real, Path(pictures), quick=args.quick, more=True))))


if __name__ == "__main__":
    main()
