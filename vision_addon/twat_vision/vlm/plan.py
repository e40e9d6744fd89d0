"""From doubts to questions: crops of both photos, on as few sheets as will do."""

from collections.abc import Iterator, Sequence
from typing import Final

from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult, Corners

from .crops import (
    Cutter,
    Place,
    Square,
    inside,
    moved,
    outline,
    photo_size,
    square_of,
    square_of_box,
)
from .doubts import Doubt
from .questions import Kind, Question
from .sheet import Sheet, draw, fits, lay_out, pair
from .tokens import SHEET_TOKENS, Patches

ORDINARY: Final = 4
"""Places up to which a change is an ordinary move: what a capture and a castling touch."""

_Placed = tuple[Doubt, Square]


def plan(
    request: AnalysisRequest,
    result: AnalysisResult,
    doubts: Sequence[Doubt],
    patches: Patches,
    budget: int = SHEET_TOKENS,
) -> tuple[Question, ...]:
    """Cut out what is to be looked at and put it on numbered sheets.

    Args:
        request: The analysis, with its photos.
        result: What tracking made of it; says where the board is.
        doubts: The places.
        patches: How the model cuts pictures up.
        budget: Tokens one sheet may cost.

    Returns:
        A sheet's worth of places each, one kind a sheet; places that the photo does not show are left out. An ordinary move is
        one sheet.
    """
    corners = result.alignment.corners
    if corners is None:
        return ()
    size = photo_size(request.after)
    placed = [
        (doubt, square)
        for doubt in doubts
        if (square := _square(request, result, doubt, corners, size)) is not None
        and inside(square, size)
    ]
    found = []
    for kind in Kind:
        of_kind = [one for one in placed if one[0].kind is kind]
        ordinary = kind is Kind.CHANGE and len(of_kind) <= ORDINARY
        for some in _batches(of_kind, fits(_aspect(kind), patches, budget)):
            sheet = _sheet(request, result, kind, some, patches, budget)
            found.append(
                Question(
                    kind,
                    sheet.picture,
                    (sheet.width, sheet.height),
                    patches.tokens(sheet.width, sheet.height),
                    tuple(doubt.subject for doubt, _ in some),
                    ordinary,
                )
            )
    return tuple(found)


def _square(
    request: AnalysisRequest,
    result: AnalysisResult,
    doubt: Doubt,
    corners: Corners,
    size: tuple[int, int],
) -> Square | None:
    if doubt.kind is Kind.NUMBER:
        area = next(a for a in request.areas if doubt.subject.key == f"area:{a.id}")
        return square_of(area.polygon, corners, size)
    if doubt.kind is Kind.CHANGE and doubt.space is not None:
        here = [r for r in result.changed_regions if doubt.space in r.spaces]
        alike = [r for r in here if r.color == doubt.color] or here
        if alike:
            return square_of_box(max(alike, key=lambda r: r.score).box_px, corners, size)
    if doubt.box_px is not None:
        return square_of_box(doubt.box_px, corners, size)
    polygon = outline(request.layout, doubt.space, doubt.position)
    return None if polygon is None else square_of(polygon, corners, size)


def _aspect(kind: Kind) -> int:
    return 2 if kind is Kind.CHANGE else 1


def _batches(placed: Sequence[_Placed], most: int) -> Iterator[Sequence[_Placed]]:
    """Divide evenly: two half-full sheets show more than a full one and a rest."""
    count = -(-len(placed) // most)
    for index in range(count):
        yield placed[index * len(placed) // count : (index + 1) * len(placed) // count]


def _sheet(
    request: AnalysisRequest,
    result: AnalysisResult,
    kind: Kind,
    placed: Sequence[_Placed],
    patches: Patches,
    budget: int,
) -> Sheet:
    smallest = min(square.side for _, square in placed)
    layout = lay_out(len(placed), _aspect(kind), patches, budget, max(1, int(smallest)))
    after = Cutter(request.after, layout.side, smallest)
    crops = [after.cut(square) for _, square in placed]
    if kind is Kind.CHANGE:
        earlier = _earlier(request, result, [square for _, square in placed])
        before = Cutter(request.before or b"", layout.side, smallest)
        crops = [
            pair(before.cut(then), now, layout.side)
            for then, now in zip(earlier, crops, strict=True)
        ]
    return draw(crops, layout, patches)


def _earlier(
    request: AnalysisRequest, result: AnalysisResult, squares: Sequence[Square]
) -> list[Square]:
    """Where the before photo shows what squares of the after photo show."""
    now, then = result.alignment.corners, result.alignment.before_corners
    if now is None or then is None or request.before is None:
        raise ValueError("a change was found without a board in both photos")
    place = Place(now, photo_size(request.after)), Place(then, photo_size(request.before))
    return [moved(square, *place) for square in squares]
