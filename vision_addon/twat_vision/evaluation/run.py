"""Reads a sequence step by step and compares with its truth.

*Pairs*: every step alone, from the two photos, the before photo's corners and the layout, nothing else. *Game*: the
steps in order with the accepted state; each step's truth is accepted afterwards, as players would.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
import math

from twat_vision.pipeline import (
    AnalysisRequest,
    AnalysisResult,
    Grid,
    Move,
    PipelineError,
    Player,
    Point,
    RegionKind,
    Surface,
    WarningCode,
    Zones,
    analyse,
    decode_image,
)
from twat_vision.pipeline.decode import image_size
from twat_vision.pipeline.spaces import cell_of

from .dataset import DatasetError, Sequence, Space, Step, point_name
from .naming import CellNames
from .state import GridState, players_of, surface_pieces, zone_pieces

NEAR = {"in": 1.0, "mm": 25.4}
"""How near (in the surface's unit) a place must be read to be the true one: about a miniature's base."""


class Mode(StrEnum):
    """What the reader is told."""

    PAIRS = "pairs"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class ReadMove:
    """A move that was read, in the sequence's naming."""

    from_space: str | None
    to_space: str | None
    color: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class StepReport:
    """What was read from one step, and whether it is right.

    ``exact`` means that the changed spaces are the true ones, in *game* also every move's spaces and colour.
    """

    step: Step
    predicted: tuple[Space, ...]
    moves: tuple[ReadMove, ...]
    confidence: float
    warnings: tuple[str, ...]
    asked: bool
    milliseconds: float
    exact: bool
    hand: bool
    counts: Mapping[str, Mapping[str, int]] | None


@dataclass(frozen=True, slots=True)
class SequenceReport:
    """All steps of a sequence in one mode."""

    name: str
    mode: Mode
    steps: tuple[StepReport, ...]


def evaluate_sequence(
    sequence: Sequence, mode: Mode, progress: Callable[[int, int], None] | None = None
) -> SequenceReport:
    """Read all steps of a sequence.

    Args:
        sequence: the photos and their truth.
        mode: what the reader is told.
        progress: called with (steps done, steps) after each.

    Raises:
        DatasetError: a photo is missing or broken.
    """
    names = None
    state = None
    if isinstance(sequence.layout, Grid):
        names = CellNames.of(sequence, sequence.layout.columns, sequence.layout.rows)
        if mode is Mode.GAME:
            state = GridState.of(sequence, names)
    reports = []
    for number, step in enumerate(sequence.steps):
        request = _request(sequence, step, mode, state, number)
        try:
            result = analyse(request)
        except PipelineError as err:
            raise DatasetError(f"{sequence.name} {step.before} → {step.after}: {err}") from err
        reports.append(_report(step, result, names, sequence.layout, mode, request.players))
        if state is not None:
            state.accept(step)
        if progress is not None:
            progress(number + 1, len(sequence.steps))
    return SequenceReport(sequence.name, mode, tuple(reports))


def _request(
    sequence: Sequence, step: Step, mode: Mode, state: GridState | None, number: int
) -> AnalysisRequest:
    before, after = sequence.read(step.before), sequence.read(step.after)
    corners = sequence.corners_of(step.before, _size(before))
    players: tuple[Player, ...] = ()
    pieces = None
    active = None
    if mode is Mode.GAME:
        players = players_of(sequence)
        if state is not None:
            board = state.before(step)
            pieces = None if board is None else tuple(board.values())
        elif sequence.counts is not None and isinstance(sequence.layout, Zones) and number > 0:
            # The photos before the first step were never accepted; later ones were.
            known = sequence.counts.get(step.before)
            pieces = None if known is None else zone_pieces(sequence.layout, known, players)
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
    """Whose turn it is: the player of this step's first move, else of the next one's."""
    by_color = {p.color: p.position for p in players}
    for step in sequence.steps[number:]:
        for move in step.moves:
            return by_color.get(move.color or "")
    return None


def _report(
    step: Step,
    result: AnalysisResult,
    names: CellNames | None,
    layout: object,
    mode: Mode,
    players: tuple[Player, ...],
) -> StepReport:
    def translate(space: str | None, position: Point | None) -> str | None:
        if isinstance(layout, Surface):
            return None if position is None else _place(position, step, layout)
        if space is None or names is None or not isinstance(layout, Grid):
            return space
        cell = cell_of(space, layout)
        return None if cell is None else names.name(cell)

    moves = tuple(_read(m, translate) for m in result.moves)
    spaces: set[Space] = set()
    if isinstance(layout, Surface):
        spaces = {s for m in moves for s in (m.from_space, m.to_space) if s is not None}
    for region in result.changed_regions:
        if region.kind is RegionKind.MOVED_WITHIN:
            continue
        for space in region.spaces:
            cell = cell_of(space, layout) if isinstance(layout, Grid) else space
            if cell is not None:
                spaces.add(cell)
    exact = spaces == set(step.changed)
    if mode is Mode.GAME:
        exact = exact and _same_moves(step, moves, {p.color for p in players})
    return StepReport(
        step=step,
        predicted=tuple(sorted(spaces, key=None if isinstance(layout, Grid) else str)),
        moves=moves,
        confidence=result.confidence,
        warnings=tuple(w.value for w in result.warnings),
        asked=bool(result.questions),
        milliseconds=result.timings_ms["total"],
        exact=exact,
        hand=WarningCode.HAND_IN_VIEW in result.warnings,
        counts=result.counts,
    )


def _read(move: Move, translate: Callable[[str | None, Point | None], str | None]) -> ReadMove:
    return ReadMove(
        translate(move.from_space, move.from_position),
        translate(move.to_space, move.to_position),
        move.color,
        move.kind.value,
    )


def _place(position: Point, step: Step, layout: Surface) -> str:
    """The true changed point that was read, where it is near enough, else where it was read."""
    true = [(math.dist(position, _coordinates(s)), s) for s in step.changed if isinstance(s, str)]
    if true and min(true)[0] <= NEAR[layout.unit]:
        return min(true)[1]
    return point_name(position)


def _coordinates(name: str) -> Point:
    x, y = name.split(",")
    return float(x), float(y)


def _same_moves(step: Step, moves: tuple[ReadMove, ...], colors: set[str]) -> bool:
    """Whether every true move was read, with its colour where it is a player's.

    Nothing else may have been read but what belongs to a true move without being named there (a castling's rook).
    """
    if not step.moves:
        return True
    left = list(moves)
    for true in step.moves:
        found = next(
            (
                m
                for m in left
                if (m.from_space, m.to_space) == (true.from_space, true.to_space)
                and (true.color not in colors or m.color == true.color)
            ),
            None,
        )
        if found is None:
            return False
        left.remove(found)
    named = {s for m in step.moves for s in (m.from_space, m.to_space)}
    return all(m.from_space not in named and m.to_space not in named for m in left)
