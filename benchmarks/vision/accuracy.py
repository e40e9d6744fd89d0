"""Reads every sequence in every way, several at a time."""

from collections.abc import Callable, Iterator, Sequence as Many
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
import multiprocessing
import os
from pathlib import Path

import cv2

from benchmarks.stress import BAR_TAGS, LOOKS, another_game, look_named, rendered
from scripts.stage.processes import ROOT
from twat_vision.evaluation import (
    Gallery,
    Mode,
    Reader,
    StepReport,
    Witness,
    evaluate_sequence,
    find_sequences,
    load_sequence,
    read_naively,
)
from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import AnalysisRequest

from .perturbed import perturbed_request
from .rules import ChessReader, is_chess

REALDATA = Path(os.environ.get("TWAT_REALDATA", ROOT.parent / "shared" / "realdata"))


class Group(StrEnum):
    """Where photos come from."""

    REAL = "real photos"
    PERTURBED = "real photos, perturbed"
    TUNED = "stress, tuned looks"
    ASIDE = "stress, looks kept aside"


class Way(StrEnum):
    """How photos are read."""

    NAIVE = "naive"
    PAIRS = "pairs"
    GAME = "game"
    RULES = "game + rules"


@dataclass(frozen=True, slots=True)
class Reading:
    """A sequence, read in one way; ``pictures`` is the folder of its misread steps."""

    group: Group
    way: Way
    sequence: str
    steps: tuple[StepReport, ...]
    pictures: Path


@dataclass(frozen=True, slots=True)
class _Task:
    """A sequence to read; a rendered one, whose folder is None, goes by its look's name, and which of its games it is."""

    group: Group
    name: str
    folder: Path | None
    gallery: Path
    game: int = 0


Shown = Callable[[AnalysisRequest], AnalysisRequest]
"""What a reader is shown of a request."""

SEED = 1
"""Of the perturbations."""

MORE_GAMES = (1, 2, 3, 4)
"""Further games of the looks without cells: one game of each has too few misses to say what a confidence means."""

QUICK = {"chess_pcwawc", "qwirkle_g1", "wooden", "miniatures", "go", "regions"}


def read_all(
    realdata: Path | None, gallery: Path, *, quick: bool, more: bool = False
) -> list[Reading]:
    """Read the real sequences (None without any) and the stress set in all ways.

    Args:
        realdata: Folder of real sequences.
        gallery: Folder for pictures of what is misread.
        quick: Only a few of them.
        more: `MORE_GAMES`, too.
    """
    tasks = [_Task(Group.TUNED, look.name, None, gallery) for look in LOOKS["tuned"]]
    tasks += [_Task(Group.ASIDE, look.name, None, gallery) for look in LOOKS["aside"]]
    if realdata is not None:
        folders = find_sequences([realdata])
        for group in (Group.REAL, Group.PERTURBED):
            tasks += [_Task(group, folder.name, folder, gallery) for folder in folders]
    if more:
        free = [look.name for look in LOOKS["tuned"] if look.style in {"zones", "surface"}]
        tasks += [_Task(Group.TUNED, name, None, gallery, n) for name in free for n in MORE_GAMES]
    if quick:
        tasks = [t for t in tasks if t.name in QUICK]
    # A fresh process each, so that none inherits this one's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_alone) as pool:
        return [reading for found in pool.map(_read, tasks) for reading in found]


def _alone() -> None:
    """One thread each: there are as many processes as cores."""
    cv2.setNumThreads(1)


def _read(task: _Task) -> list[Reading]:
    folder = task.folder
    if folder is None:
        folder = rendered(another_game(look_named(task.name), task.game))
    return list(_in_all_ways(task, folder))


def _in_all_ways(task: _Task, folder: Path) -> Iterator[Reading]:
    sequence = load_sequence(folder)
    shown = _perturbed if task.group is Group.PERTURBED else _as_it_is
    ways = [(Way.NAIVE, read_naively), (Way.PAIRS, analyse), (Way.GAME, analyse)]
    if is_chess(sequence):
        ways.append((Way.RULES, ChessReader(sequence)))
    for way, read in ways:
        mode = Mode.PAIRS if way in {Way.NAIVE, Way.PAIRS} else Mode.GAME
        pictures = task.gallery / task.group.name.lower() / way.name.lower()
        report = evaluate_sequence(
            sequence,
            mode,
            _reader(read, shown),
            # The naive reading misreads nearly everything: that is known, and not worth a picture.
            None if way is Way.NAIVE else _witness(Gallery(pictures, sequence.name), shown),
        )
        yield Reading(task.group, way, sequence.name, report.steps, pictures)


def _as_it_is(request: AnalysisRequest) -> AnalysisRequest:
    return request


def _perturbed(request: AnalysisRequest) -> AnalysisRequest:
    return perturbed_request(request, SEED)


def _reader(read: Reader, shown: Shown) -> Reader:
    return lambda request: read(shown(request))


def _witness(gallery: Gallery, shown: Shown) -> Witness:
    return lambda step, request, result: gallery.add(step, shown(request), result)


def steps_of(readings: Many[Reading], group: Group, way: Way) -> list[StepReport]:
    """The steps of a group read in one way, as far as the bars speak of them.

    The stress set's bars hold for its milder conditions (`BAR_TAGS`), whatever the look.
    """
    return [s for r in readings if (r.group, r.way) == (group, way) for s in r.steps if mild(s)]


def harder_steps_of(readings: Many[Reading], group: Group, way: Way) -> list[StepReport]:
    """The steps of a group beyond what the bars speak of."""
    return [s for r in readings if (r.group, r.way) == (group, way) for s in r.steps if not mild(s)]


_TRAITS = frozenset({"low contrast", "tall pieces"})


def mild(step: StepReport) -> bool:
    """Whether the bars speak of a step: all real ones, rendered ones under the bars' conditions, and hands."""
    if step.step.tags is None:
        return True
    return set(step.step.tags) <= BAR_TAGS | _TRAITS | {"hand"}
