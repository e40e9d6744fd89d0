"""Reads a sequence step by step and compares with its truth.

*Pairs*: every step alone, from the two photos, the before photo's corners and the layout, nothing else. *Game*: the
steps in order with the accepted state; each step's truth is accepted afterwards, as players would.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from twat_vision.pipeline import analyse, decode_image
from twat_vision.pipeline.calibration import Grounds
from twat_vision.pipeline.decode import image_size
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Grid,
    PipelineError,
    Player,
    WarningCode,
)

from .answers import answered
from .dataset import Counts, DatasetError, Sequence, Space, Step
from .difficulty import difficulties
from .judge import Judge, ReadMove
from .naming import CellNames
from .state import GridState, counted_pieces, players_of, surface_pieces


class Mode(StrEnum):
    """What the reader is told."""

    PAIRS = "pairs"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class StepReport:
    """What was read from one step, and whether it is right.

    ``exact`` means that the changed spaces are the true ones, in *game* also every move's spaces and colour. The fields named
    ``answered`` are the same after a player has answered the reading's questions. ``counts`` are those of the after photo,
    ``colors`` the players' (none where the sequence has no players), whether or not the reader was told them; ``grounds``
    what the confidence was worked out from.
    """

    step: Step
    difficulties: tuple[str, ...]
    predicted: tuple[Space, ...]
    moves: tuple[ReadMove, ...]
    exact: bool
    predicted_answered: tuple[Space, ...]
    exact_answered: bool
    confidence: float
    warnings: tuple[str, ...]
    asked: bool
    hand: bool
    milliseconds: float
    counts: Counts | None
    colors: frozenset[str]
    grounds: Grounds | None = None

    @property
    def misread(self) -> bool:
        """Whether players would have been told something wrong: a hand not seen, or changes that are not the true ones."""
        if self.step.kind == "occluded":
            return not self.hand or bool(set(self.predicted) - set(self.step.changed))
        return not self.exact


@dataclass(frozen=True, slots=True)
class SequenceReport:
    """All steps of a sequence in one mode."""

    name: str
    mode: Mode
    steps: tuple[StepReport, ...]


Reader = Callable[[AnalysisRequest], AnalysisResult]
"""Reads two photos; may raise `PipelineError`."""

Witness = Callable[[StepReport, AnalysisRequest, AnalysisResult], None]
"""Is shown every reading."""


def evaluate_sequence(
    sequence: Sequence, mode: Mode, read: Reader = analyse, witness: Witness | None = None
) -> SequenceReport:
    """Read all steps of a sequence.

    Args:
        sequence: the photos and their truth.
        mode: what the reader is told.
        read: the reader.
        witness: is shown every step's reading, once it has been judged.

    Raises:
        DatasetError: a photo is missing or broken.
    """
    names = None
    state = None
    if isinstance(sequence.layout, Grid):
        names = CellNames.of(sequence, sequence.layout.columns, sequence.layout.rows)
        if mode is Mode.GAME and sequence.layout.holds == 1:
            state = GridState.of(sequence, names)
    colors = frozenset(p.color for p in players_of(sequence))
    reports = []
    for number, step in enumerate(sequence.steps):
        request = _request(sequence, step, mode, state, names, number)
        try:
            result = read(request)
        except PipelineError as err:
            raise DatasetError(f"{sequence.name} {step.before} → {step.after}: {err}") from err
        judge = Judge(step, sequence.layout, names, colors if mode is Mode.GAME else None)
        report = _report(judge, result, difficulties(sequence, step), colors)
        if witness is not None:
            witness(report, request, result)
        reports.append(report)
        if state is not None:
            state.accept(step)
    return SequenceReport(sequence.name, mode, tuple(reports))


def _request(
    sequence: Sequence,
    step: Step,
    mode: Mode,
    state: GridState | None,
    names: CellNames | None,
    number: int,
) -> AnalysisRequest:
    before, after = sequence.read(step.before), sequence.read(step.after)
    try:
        corners = sequence.corners_of(step.before, _size(before))
    except PipelineError as err:
        raise DatasetError(f"{sequence.folder / step.before}: {err}") from err
    players: tuple[Player, ...] = ()
    pieces = None
    active = None
    if mode is Mode.GAME:
        players = players_of(sequence)
        if state is not None:
            board = state.before(step)
            pieces = None if board is None else tuple(board.values())
        elif sequence.counts is not None and number > 0:
            # The photos before the first step were never accepted; later ones were.
            known = sequence.counts.get(step.before)
            pieces = None if known is None else counted_pieces(known, players, names)
        elif sequence.positions is not None:
            standing = sequence.positions.get(step.before)
            pieces = None if standing is None else surface_pieces(standing, players)
        active = _active(sequence, number, players)
    return AnalysisRequest(
        after=after,
        before=before,
        layout=sequence.layout,
        corners=corners,
        pieces=pieces,
        players=players,
        active_player=active,
    )


def _size(photo: bytes) -> tuple[int, int]:
    size = image_size(photo)
    if size is not None:
        return size
    image = decode_image(photo)
    return image.shape[1], image.shape[0]


def _active(sequence: Sequence, number: int, players: tuple[Player, ...]) -> int | None:
    """Whose turn it is: the player of this step's first move, else of one from the same position, else of the next listed."""
    step = sequence.steps[number]
    same = [s for s in sequence.steps if s.before in {step.before, step.after}]
    by_color = {p.color: p.position for p in players}
    moves = (m for s in (step, *same, *sequence.steps[number:]) for m in s.moves)
    return next((by_color.get(m.color or "") for m in moves), None)


def _report(
    judge: Judge, result: AnalysisResult, difficulty: tuple[str, ...], colors: frozenset[str]
) -> StepReport:
    changed = judge.changed(result)
    exact = judge.exact(changed, result.moves)
    final, exact_final = changed, exact
    if result.questions and not exact:
        moves = answered(result, judge)
        final = judge.touched(moves)
        exact_final = judge.exact(final, moves)
    return StepReport(
        step=judge.step,
        difficulties=difficulty,
        predicted=changed,
        moves=judge.moves(result.moves),
        exact=exact,
        predicted_answered=final,
        exact_answered=exact_final,
        confidence=result.confidence,
        warnings=tuple(w.value for w in result.warnings),
        asked=bool(result.questions),
        hand=WarningCode.HAND_IN_VIEW in result.warnings,
        milliseconds=result.timings_ms["total"],
        counts=judge.counts(result),
        colors=colors,
        grounds=result.grounds,
    )
