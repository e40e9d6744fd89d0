"""How well a model names the pieces of photos whose truth is known, and what that costs.

Places are given, so that nothing but the naming is measured: the pieces of the start position on the first photo, and every
piece that a step brings onto the board, before and after.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence as Items
from dataclasses import dataclass, replace
from typing import Any, Final

from twat_vision.pipeline import analyse
from twat_vision.pipeline.spaces import cell_name
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    DetectedPiece,
    Grid,
    Move,
    MoveKind,
    PipelineError,
    Player,
    VocabularyEntry,
)
from twat_vision.vlm import Namer, Respondent, Spent
from twat_vision.vlm.crops import photo_size
from twat_vision.vlm.doubts import UNKNOWN, doubts
from twat_vision.vlm.plan import plan
from twat_vision.vlm.questions import UNSURE

from .dataset import DatasetError, Sequence, Step
from .naming import CellNames
from .report import table
from .state import players_of

_CHESSMEN: Final = {
    "p": "pawn",
    "n": "knight",
    "b": "bishop",
    "r": "rook",
    "q": "queen",
    "k": "king",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A name that is not the true one; ``said`` is None where the model told none."""

    photo: str
    place: str
    truth: str
    said: str | int | None


@dataclass(frozen=True, slots=True)
class NamingReport:
    """What a model made of one sequence; ``unsure`` of the ``asked`` it did not tell."""

    name: str
    asked: int
    right: int
    unsure: int
    spent: Spent
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A reading with nothing but names missing, and those names by the places' keys."""

    photo: str
    request: AnalysisRequest
    result: AnalysisResult
    truth: Mapping[str, tuple[str, int | None]]


async def evaluate_names(sequence: Sequence, namer: Namer, respondent: Respondent) -> NamingReport:
    """Ask a model for every name that the truth tells.

    Raises:
        DatasetError: A photo is missing or broken.
        VlmError: The model does not answer.
    """
    asked = right = unsure = 0
    spent = Spent()
    wrong: list[Wrong] = []
    for case in _cases(sequence):
        found = doubts(case.request, case.result)
        questions = plan(case.request, case.result, found, respondent.patches, respondent.budget)
        answers, cost = await namer.ask(respondent, questions)
        spent += cost
        for answer in answers:
            kind, player = case.truth[answer.subject.key]
            choices = answer.subject.choices
            true = next(c.text for c in choices if (c.type, c.player) == (kind, player))
            asked += 1
            right += answer.value == true
            unsure += answer.value == UNSURE
            if answer.value != true:
                wrong.append(Wrong(case.photo, answer.subject.place, true, answer.value))
    return NamingReport(sequence.name, asked, right, unsure, spent, tuple(wrong))


def names_json(model: str, reports: Iterable[NamingReport]) -> dict[str, Any]:
    """Figures of all sequences that know names: ``{"model", "overall", "sequences"}``."""
    known = [report for report in reports if report.asked]
    return {
        "model": model,
        "overall": _figures(known),
        "sequences": {
            report.name: _figures([report])
            | {
                "wrong": [
                    {"photo": w.photo, "place": w.place, "truth": w.truth, "said": w.said}
                    for w in report.wrong
                ]
            }
            for report in known
        },
    }


def names_table(model: str, reports: Iterable[NamingReport]) -> str:
    """The same for people."""
    data = names_json(model, reports)
    if not data["sequences"]:
        return f"names by {model}: none of the sequences knows any"
    rows = [("sequence", "names", "right", "unsure", "calls", "image tokens", "prompt", "s")]
    for name, figures in [*data["sequences"].items(), ("ALL", data["overall"])]:
        rows.append(
            (
                name,
                str(figures["asked"]),
                f"{figures['accuracy']:.3f}",
                str(figures["unsure"]),
                str(figures["calls"]),
                str(figures["image_tokens"]),
                str(figures["prompt_tokens"]),
                f"{figures['seconds']:.1f}",
            )
        )
    return f"names by {model}\n{table(rows)}"


def _figures(reports: Items[NamingReport]) -> dict[str, Any]:
    asked = sum(report.asked for report in reports)
    right = sum(report.right for report in reports)
    spent = sum((report.spent for report in reports), Spent())
    return {
        "asked": asked,
        "right": right,
        "accuracy": round(right / asked, 4) if asked else None,
        "unsure": sum(report.unsure for report in reports),
        "calls": spent.calls,
        "image_tokens": spent.image_tokens,
        "prompt_tokens": spent.prompt_tokens,
        "seconds": round(spent.seconds, 2),
    }


def _cases(sequence: Sequence) -> Iterator[_Case]:
    if not isinstance(sequence.layout, Grid):
        return
    names = CellNames.of(sequence, sequence.layout.columns, sequence.layout.rows)
    called = _called(sequence)
    players = players_of(sequence)
    vocabulary = tuple(VocabularyEntry(name, name) for name in sorted(set(called.values())))
    if sequence.start is not None:
        yield _start(sequence, sequence.layout, names, called, players, vocabulary)
    for step in sequence.steps:
        case = _placed(sequence, sequence.layout, step, names, called, players, vocabulary)
        if case is not None:
            yield case


def _called(sequence: Sequence) -> dict[str, str]:
    """What pieces are called: letters of chessmen by their names, others as the sequence calls them."""
    found = {piece.piece for piece in (sequence.start or {}).values()}
    found |= {m.piece for s in sequence.steps for m in s.moves if m.piece is not None}
    if {name.lower() for name in found} <= _CHESSMEN.keys():
        return {name: _CHESSMEN[name.lower()] for name in found}
    return {name: name for name in found}


def _start(
    sequence: Sequence,
    grid: Grid,
    names: CellNames,
    called: Mapping[str, str],
    players: tuple[Player, ...],
    vocabulary: tuple[VocabularyEntry, ...],
) -> _Case:
    photo = min(photo for step in sequence.steps for photo in (step.before, step.after))
    data = sequence.read(photo)
    corners = sequence.corners_of(photo, photo_size(data))
    seats = {player.color: player.position for player in players}
    pieces: list[DetectedPiece] = []
    truth: dict[str, tuple[str, int | None]] = {}
    for name, piece in (sequence.start or {}).items():
        cell = names.cell(name)
        if cell is None:
            continue
        truth[f"piece:{len(pieces)}"] = (called[piece.piece], seats.get(piece.color or ""))
        place = (float(cell[0]), float(cell[1]))
        pieces.append(DetectedPiece(UNKNOWN, None, place, cell_name(cell, grid), 1.0))
    request = AnalysisRequest(
        after=data, layout=grid, corners=corners, players=players, vocabulary=vocabulary
    )
    found = Alignment(AlignmentStatus.ALIGNED, 0.0, 0.0, 0, corners)
    return _Case(photo, request, _reading(found, pieces=tuple(pieces)), truth)


def _placed(
    sequence: Sequence,
    grid: Grid,
    step: Step,
    names: CellNames,
    called: Mapping[str, str],
    players: tuple[Player, ...],
    vocabulary: tuple[VocabularyEntry, ...],
) -> _Case | None:
    """The pieces that a step brings onto the board; None when it brings none, or the board cannot be found again."""
    seats = {player.color: player.position for player in players}
    moves: list[Move] = []
    truth: dict[str, tuple[str, int | None]] = {}
    for move in step.moves:
        cell = names.cell(move.to_space) if move.to_space and not move.from_space else None
        if cell is None or move.piece is None:
            continue
        truth[f"to:{len(moves)}"] = (called[move.piece], seats.get(move.color or ""))
        place = (float(cell[0]), float(cell[1]))
        space = cell_name(cell, grid)
        moves.append(Move(MoveKind.PLACE, None, UNKNOWN, None, None, space, 1.0, to_position=place))
    if not moves:
        return None
    before, after = sequence.read(step.before), sequence.read(step.after)
    corners = sequence.corners_of(step.before, photo_size(before))
    request = AnalysisRequest(
        after=after,
        before=before,
        layout=grid,
        corners=corners,
        players=players,
        vocabulary=vocabulary,
    )
    try:
        found = analyse(request).alignment
    except PipelineError as err:
        raise DatasetError(f"{sequence.name} {step.before} → {step.after}: {err}") from err
    if found.status is AlignmentStatus.LOST:
        return None
    return _Case(step.after, request, replace(_reading(found), moves=tuple(moves)), truth)


def _reading(found: Alignment, pieces: tuple[DetectedPiece, ...] = ()) -> AnalysisResult:
    return AnalysisResult(
        alignment=found,
        changed_regions=(),
        moves=(),
        detected_pieces=pieces,
        confidence=1.0,
        summary="",
        warnings=(),
        questions=(),
        timings_ms={},
    )
