"""Which places a model has to look at, because tracking and state cannot say what stands there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from twat_vision.pipeline.state import Names
from twat_vision.pipeline.types import (
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Area,
    Point,
    WarningCode,
)

from .questions import Choice, Kind, Subject

UNKNOWN = "unknown"
"""Type of a piece of which only the colour is known."""
_HOPELESS = frozenset({WarningCode.HAND_IN_VIEW, WarningCode.TOO_DARK})
"""Warnings with which a photo has to be taken again anyway."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place to be looked at.

    ``space``, ``position`` and ``box_px`` as of a piece, ``color`` what changed there.
    """

    kind: Kind
    subject: Subject
    space: str | None
    position: Point | None
    color: str | None = None
    box_px: tuple[int, int, int, int] | None = None


def doubts(request: AnalysisRequest, result: AnalysisResult) -> tuple[Doubt, ...]:
    """Say what is to be asked about a reading; nothing where tracking suffices.

    A first photo: pieces of unknown type (all of them with ``identify_pieces`` "always"). A pair: new pieces of unknown type,
    and both ends of moves below the caller's threshold. Marked areas: on the first photo, and those that look different.
    """
    if request.identify_pieces == "never" or result.alignment.status is AlignmentStatus.LOST:
        return ()
    if _HOPELESS.intersection(result.warnings):
        return ()
    names = Names.of(request)
    setup = request.before is None or not request.detect_changes
    found = _of_pieces(request, result, names) if setup else _of_moves(request, result, names)
    areas = [a for a in request.areas if setup or a.id in result.changed_areas]
    return (*found, *_of_areas(areas))


def choices_for(names: Names, space: str | None, color: str | None = None) -> tuple[Choice, ...]:
    """What may stand on a place: every type that is allowed there, in every player's colour.

    Args:
        names: Players and vocabulary.
        space: The place.
        color: Only pieces of this colour; None for all. Colours seen are not told to the model: whether it sees the same
            is how the two check each other.
    """
    request = names.request
    found: dict[str, Choice] = {}
    for entry in request.vocabulary:
        if entry.spaces is not None and space is not None and space not in entry.spaces:
            continue
        label = entry.name.lower() or entry.type.replace("_", " ")
        owners = [
            p
            for p in request.players
            if entry.color in (None, p.color) and color in (None, p.color)
        ]
        for player in owners:
            shade = player.name if player.color.startswith("#") else player.color
            text = f"{shade} {label}"
            found[text] = Choice(text, entry.type, player.position, entry.hint)
        if not owners and color in (None, entry.color):
            text = f"{entry.color} {label}" if entry.color else label
            found[text] = Choice(text, entry.type, None, entry.hint)
    return tuple(found.values())


def _of_pieces(request: AnalysisRequest, result: AnalysisResult, names: Names) -> list[Doubt]:
    pieces = result.detected_pieces
    crowd = Counter(piece.space for piece in pieces)
    found = []
    for index, piece in enumerate(pieces):
        known = piece.type != UNKNOWN
        if known and request.identify_pieces != "always":
            continue
        if pieces.index(piece) < index:
            # Like pieces that touch: one answer is for all of them.
            continue
        if piece.space is not None and piece.box_px is None and crowd[piece.space] > 1:
            # The state says that it is somewhere in this zone or cell, but not where among the others.
            continue
        choices = choices_for(names, piece.space)
        kind = Kind.SETUP if choices else Kind.DESCRIBE
        subject = Subject(f"piece:{index}", names.place(piece.space or ""), choices)
        place = piece.space, piece.position, piece.color, piece.box_px
        found.append(Doubt(kind, subject, *place))
    return found


def _of_moves(request: AnalysisRequest, result: AnalysisResult, names: Names) -> list[Doubt]:
    found = []
    for index, move in enumerate(result.moves):
        low = move.confidence < request.thresholds.confidence
        unnamed = move.type == UNKNOWN and move.to_space is not None
        if not (low or unnamed or request.identify_pieces == "always"):
            continue
        ends = [("to", move.to_space, move.to_position)]
        if low:
            ends.append(("from", move.from_space, move.from_position))
        for end, space, position in ends:
            choices = choices_for(names, space)
            if (space is not None or position is not None) and choices:
                subject = Subject(f"{end}:{index}", names.place(space or ""), choices)
                found.append(Doubt(Kind.CHANGE, subject, space, position, move.color))
    return found


def _of_areas(areas: Sequence[Area]) -> list[Doubt]:
    found = []
    for area in areas:
        what = {
            "number": "the number shown",
            "count": "how many things lie there",
            "track": "the number of the field the marker stands on",
        }[area.kind]
        words = f"{area.name}: {what}" + (f" ({area.hint})" if area.hint else "")
        subject = Subject(f"area:{area.id}", words, (), area.least, area.most)
        found.append(Doubt(Kind.NUMBER, subject, None, None))
    return found
