"""What stands on a drawn board, and what moved last."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import math
from typing import Final

from ..colors import shade
from ..errors import GameError
from ..layout import Grid, Surface, Track, Zone, Zones, holds_one
from ..model import Board, Game, GameState, Move, Piece, Position
from ..profile import GameProfile, PieceType, Shape
from ..scoring import resource_of
from .places import Frame
from .svg import label, points, tag, text

NOBODY: Final = "#9a8f7d"

_SMALLEST: Final = 13.0
# Between the middles of markers that stand side by side, where there is room and where not.
_APART: Final = 34.0
_CLOSEST: Final = 28.0
# Chess men and the like are drawn as text, not as coloured pictures.
_AS_TEXT: Final = "\N{VARIATION SELECTOR-15}"


@dataclass(frozen=True, slots=True)
class _Marker:
    """Equal pieces in one place; `share` of their usual size where a cell holds others, too."""

    type: PieceType
    player: int | None
    count: int
    x: float
    y: float
    share: float = 1.0


def draw_pieces(frame: Frame, game: Game, profile: GameProfile, state: GameState) -> str:
    """Return all pieces; equal ones in one place are drawn once, with their number."""
    markers = list(_markers(frame, profile, state))
    letters = _letters({marker.type.id: marker.type.name for marker in markers})
    return "".join(
        _marker(frame, game, marker, marker.type.glyph or letters[marker.type.id])
        for marker in markers
    )


def _letters(kinds: Mapping[str, str]) -> Mapping[str, str]:
    """Return the shortest beginnings of names that tell kinds apart, of three letters at most.

    Where there is but one kind, none is needed.
    """
    if len(kinds) == 1:
        return dict.fromkeys(kinds, "")
    names = [name.casefold() for name in kinds.values()]
    letters = {}
    for kind, name in kinds.items():
        length = next(
            (n for n in (1, 2) if sum(o.startswith(name[:n].casefold()) for o in names) == 1), 3
        )
        letters[kind] = name[:length].capitalize()
    return letters


def draw_moves(frame: Frame, game: Game, moves: Sequence[Move]) -> str:
    """Return arrows from where pieces came to where they went, rings where new ones stand."""
    parts = []
    for origin, target in dict.fromkeys(
        (_end(frame, m, "from"), _end(frame, m, "to")) for m in moves
    ):
        if origin is not None and target is not None and math.dist(origin, target) > 1:
            parts.append(_arrow(origin, target, _reach(frame)))
            if isinstance(frame.layout, Surface):
                parts.append(_distance(frame, frame.layout, origin, target))
        elif target is not None:
            parts.append(
                tag("circle", class_="t-ring", cx=target[0], cy=target[1], r=_reach(frame))
            )
        elif origin is not None:
            parts.append(_cross(origin))
    return tag("g", *parts) if parts else ""


def _markers(frame: Frame, profile: GameProfile, state: GameState) -> Iterator[_Marker]:
    """Yield what stands where: in a zone or cell side by side, on a track at its player's step."""
    board = state.board
    if isinstance(frame.layout, Grid) and not holds_one(frame.layout):
        yield from _in_cells(frame, profile, board)
        return
    if not isinstance(frame.layout, Zones):
        for piece in board.pieces:
            yield _Marker(_type(profile, piece), piece.player, 1, *frame.point(piece.position))
        return
    for zone in frame.layout.zones:
        piles = Counter((piece.type, piece.player) for piece in board.at(zone.id))
        if zone.track is not None:
            yield from _on_track(frame, profile, state, zone.track, piles)
            continue
        places = _side_by_side(frame, zone, len(piles))
        for ((kind, player), count), (x, y) in zip(piles.items(), places, strict=True):
            yield _Marker(_type_of(profile, kind), player, count, x, y)


def _in_cells(frame: Frame, profile: GameProfile, board: Board) -> Iterator[_Marker]:
    """Yield what stands on cells that hold several pieces: every pile has its part of the cell."""
    piles = Counter((piece.position, piece.type, piece.player) for piece in board.pieces)
    cells: dict[Position, list[tuple[str, int | None]]] = {}
    for cell, kind, player in piles:
        cells.setdefault(cell, []).append((kind, player))
    for cell, standing in cells.items():
        abreast = max(2, math.ceil(math.sqrt(len(standing))))
        side = frame.unit / abreast
        places = _in_rows(frame.point(cell), len(standing), abreast, side, side)
        for (kind, player), (x, y) in zip(standing, places, strict=True):
            count = piles[cell, kind, player]
            yield _Marker(_type_of(profile, kind), player, count, x, y, 1 / abreast)


def _on_track(
    frame: Frame,
    profile: GameProfile,
    state: GameState,
    track: Track,
    piles: Counter[tuple[str, int | None]],
) -> Iterator[_Marker]:
    """Yield the markers of a track; those on one step stand beside and above each other."""
    on_step: dict[Position, list[tuple[str, int | None]]] = {}
    for kind, player in piles:
        value = track.minimum if player is None else resource_of(state, player, track.resource)
        on_step.setdefault(track.position(value), []).append((kind, player))
    for step, markers in on_step.items():
        x, y = frame.point(step)
        aside = 9 if len(markers) > 1 else 0
        for n, (kind, player) in enumerate(markers):
            count = piles[kind, player]
            at = x + aside * (2 * (n % 2) - 1), y - 9 * (n // 2)
            yield _Marker(_type_of(profile, kind), player, count, *at)


def _side_by_side(frame: Frame, zone: Zone, count: int) -> list[tuple[float, float]]:
    """Return a place for each of so many markers, in rows about the zone's middle."""
    xs = [x * frame.unit for x, _ in zone.polygon]
    width = max(xs) - min(xs)
    columns = max(1, min(count, int(width / _CLOSEST)))
    step = min(_APART, max(_CLOSEST, width / columns))
    return _in_rows(frame.stand(zone.id), count, columns, step, _APART)


def _in_rows(
    middle: tuple[float, float], count: int, columns: int, step: float, down: float
) -> list[tuple[float, float]]:
    """Return places in rows about a middle, so far apart in a row and from row to row."""
    x, y = middle
    rows = math.ceil(count / columns)
    return [
        (
            x + step * (n % columns - (min(columns, count - n // columns * columns) - 1) / 2),
            y + down * (n // columns - (rows - 1) / 2),
        )
        for n in range(count)
    ]


def _type(profile: GameProfile, piece: Piece) -> PieceType:
    return _type_of(profile, piece.type)


def _type_of(profile: GameProfile, kind: str) -> PieceType:
    """Return a kind of piece; one that the profile has lost is drawn all the same."""
    try:
        return profile.piece_type(kind)
    except GameError:
        return PieceType(kind, kind, None, None)


def _marker(frame: Frame, game: Game, marker: _Marker, glyph: str) -> str:
    owner = game.player(marker.player)
    color = marker.type.color or (NOBODY if owner is None else owner.color)
    fill, ink = shade(color)
    width, height = (marker.share * side for side in _size(frame, marker.type))
    whose = marker.type.name if owner is None else f"{owner.name}: {marker.type.name}"
    parts = [tag("title", text(whose if marker.count == 1 else f"{whose} × {marker.count}"))]
    footprint = marker.type.footprint
    if footprint is not None and footprint.shape is Shape.RECTANGLE:
        box = {"x": marker.x - width / 2, "y": marker.y - height / 2}
        parts.append(
            tag("rect", class_="t-piece", **box, width=width, height=height, rx=4, fill=fill)
        )
    else:
        parts.append(
            tag("circle", class_="t-piece", cx=marker.x, cy=marker.y, r=width / 2, fill=fill)
        )
    if glyph:
        share = 0.78 if marker.type.glyph else (0.62, 0.5, 0.4)[len(glyph) - 1]
        size = min(width, height) * share
        parts.append(
            label(
                glyph + _AS_TEXT,
                marker.x,
                marker.y + size * 0.36,
                class_="t-glyph",
                font_size=size,
                fill=ink,
            )
        )
    if marker.count > 1:
        at = {"x": marker.x + width / 2, "y": marker.y - height / 2 + 4}
        parts.append(
            label(f"×{marker.count}", at["x"], at["y"], class_="t-count t-halo", font_size=17)
        )
    return tag("g", *parts)


def _size(frame: Frame, kind: PieceType) -> tuple[float, float]:
    """Return a piece's width and height in pixels, large enough to be seen."""
    if isinstance(frame.layout, Grid):
        share = 0.78 if kind.footprint is None else min(0.94, max(0.5, kind.footprint.width))
        return frame.unit * share, frame.unit * share
    if kind.footprint is None:
        return 2 * _SMALLEST, 2 * _SMALLEST
    width = max(2 * _SMALLEST, kind.footprint.width * frame.unit)
    return width, max(2 * _SMALLEST, kind.footprint.height * frame.unit)


def _reach(frame: Frame) -> float:
    """Return how far from a place's middle arrows end and rings go around."""
    return frame.unit * 0.46 if isinstance(frame.layout, Grid) else _SMALLEST + 5


def _end(frame: Frame, move: Move, which: str) -> tuple[float, float] | None:
    """Return one end of a move in pixels; None for the box, or a place the board has lost."""
    space, position = (
        (move.from_space, move.from_position)
        if which == "from"
        else (move.to_space, move.to_position)
    )
    if space is None:
        return None if position is None else frame.point(position)
    try:
        return frame.stand(space)
    except GameError:
        return None


def _arrow(origin: tuple[float, float], target: tuple[float, float], reach: float) -> str:
    """Return an arrow that ends at the edge of what stands there, on a halo that lifts it off."""
    (x0, y0), (x1, y1) = origin, target
    length = math.dist(origin, target)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    short = min(reach * 0.85, length / 3)
    tip = (x1 - short * ux, y1 - short * uy)
    neck = (tip[0] - 20 * ux, tip[1] - 20 * uy)
    head = [tip, (neck[0] - 10 * uy, neck[1] + 10 * ux), (neck[0] + 10 * uy, neck[1] - 10 * ux)]
    line = {"x1": x0, "y1": y0, "x2": neck[0], "y2": neck[1]}
    return (
        tag("line", class_="t-halo-line", **line)
        + tag("polygon", class_="t-head", points=points(head))
        + tag("line", class_="t-arrow", **line)
    )


def _distance(
    frame: Frame, surface: Surface, origin: tuple[float, float], target: tuple[float, float]
) -> str:
    length = math.dist(origin, target) / frame.unit
    x, y = (origin[0] + target[0]) / 2, (origin[1] + target[1]) / 2
    return label(f"{length:.1f} {surface.unit}", x, y - 12, class_="t-count t-halo", font_size=18)


def _cross(at: tuple[float, float]) -> str:
    x, y = at
    return tag("path", class_="t-arrow", d=f"M{x - 11:.1f} {y - 11:.1f}l22 22m0 -22l-22 22")
