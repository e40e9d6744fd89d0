"""Folders of photos with their truth: one folder a sequence, with a ``truth.json`` beside the photos.

``truth.json`` has ``grid`` [columns, rows] (and ``holds`` where several pieces stand on a cell), ``zones`` or ``surface``,
``corners`` (pixels; ``frame_corners`` per photo where they differ), ``start`` where known, and ``steps`` with ``before``,
``after``, ``kind``, ``moves`` and what changed. The format is described in docs/vision.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import json
from pathlib import Path
from typing import Any

from twat_vision.pipeline.types import Corners, Grid, Layout, Point, Surface, Zone, Zones

Space = tuple[int, int] | str
"""A cell ``(column, row)`` from 0 at the image's top-left one, a zone's id, or a point of a surface (`point_name`)."""

Counts = Mapping[str, Mapping[str, int]]
"""Zone or cell → colour → pieces."""

KINDS = ("move", "multi", "occluded", "no-move")


class DatasetError(Exception):
    """A folder that cannot be read as a sequence; the text says which and why."""


@dataclass(frozen=True, slots=True)
class TrueMove:
    """What one piece did, in the sequence's own naming; None is off the board.

    ``becomes`` is what a pawn was promoted to, ``turn`` how far the piece turned, in degrees clockwise; None where the sequence does
    not say.
    """

    color: str | None
    piece: str | None
    from_space: str | None
    to_space: str | None
    captures: bool = False
    becomes: str | None = None
    turn: float | None = None


@dataclass(frozen=True, slots=True)
class TruePiece:
    """A piece that stands somewhere; ``color`` None is nobody's, ``at`` is where on a surface, in its unit."""

    piece: str
    color: str | None
    at: Point | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Two photos and what happened between them.

    ``changed`` are the changed spaces; ``names`` the same cells in the sequence's naming, in the same order. ``deltas`` are
    zone → colour → pieces more or less, where the sequence says so instead of naming moves. ``tags`` say what is difficult about
    it, None where the sequence does not say.
    """

    before: str
    after: str
    kind: str
    moves: tuple[TrueMove, ...]
    changed: tuple[Space, ...]
    names: tuple[str, ...]
    notes: str = ""
    tags: tuple[str, ...] | None = None
    deltas: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence.

    ``players`` are the players' colours where the sequence says them. What stands on the board is known, where it is, by
    ``start`` (cell name → piece), ``counts`` (photo → zone or cell → colour → pieces) or ``positions`` (photo → pieces of a surface).
    """

    name: str
    folder: Path
    layout: Layout
    steps: tuple[Step, ...]
    corners: Mapping[str, tuple[tuple[float, float], ...]]
    default_corners: tuple[tuple[float, float], ...]
    start: Mapping[str, TruePiece] | None
    counts: Mapping[str, Counts] | None
    players: tuple[str, ...] | None = None
    positions: Mapping[str, tuple[TruePiece, ...]] | None = None

    def corners_of(self, photo: str, size: tuple[int, int]) -> Corners:
        """Corners 0…1 of a photo of ``size`` (width, height)."""
        a, b, c, d = (
            (x / size[0], y / size[1]) for x, y in self.corners.get(photo, self.default_corners)
        )
        return a, b, c, d

    def read(self, photo: str) -> bytes:
        """The file of a photo."""
        try:
            return (self.folder / photo).read_bytes()
        except OSError as err:
            raise DatasetError(f"{self.folder / photo}: {err.strerror}") from err


def find_sequences(paths: list[Path]) -> list[Path]:
    """The sequence folders among, or anywhere inside, the given folders.

    Raises:
        DatasetError: a folder is missing, or neither is a sequence nor holds one.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            raise DatasetError(f"{path}: no such folder")
        if (path / "truth.json").is_file():
            found.append(path)
            continue
        inside = sorted(p.parent for p in path.rglob("truth.json"))
        if not inside:
            raise DatasetError(f"{path}: neither it nor a folder in it has a truth.json")
        found.extend(inside)
    return list(dict.fromkeys(found))


def load_sequence(folder: Path) -> Sequence:
    """Read a folder's truth.

    Raises:
        DatasetError: the file is not there, not JSON, not of the format, or names photos that are not there.
    """
    path = folder / "truth.json"
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise DatasetError(f"{path}: {err.strerror}") from err
    except ValueError as err:
        raise DatasetError(f"{path}: not valid JSON ({err})") from err
    try:
        sequence = _parse(folder, truth)
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise DatasetError(f"{path}: not in the expected format ({_reason(err)})") from err
    for photo in dict.fromkeys(p for s in sequence.steps for p in (s.before, s.after)):
        if not (folder / photo).is_file():
            raise DatasetError(f"{folder / photo}: no such photo, but truth.json speaks of it")
    return sequence


def load_sequences(paths: list[Path]) -> list[Sequence]:
    """Read the sequences among and inside the given folders; those of one name get their parent folder's before it.

    Raises:
        DatasetError: see `find_sequences` and `load_sequence`.
    """
    sequences = [load_sequence(folder) for folder in find_sequences(paths)]
    names = [s.name for s in sequences]
    return [
        replace(s, name=f"{s.folder.resolve().parent.name}/{s.name}")
        if names.count(s.name) > 1
        else s
        for s in sequences
    ]


def _reason(err: Exception) -> str:
    return f"{err} is missing" if isinstance(err, KeyError) else str(err)


def _parse(folder: Path, truth: Mapping[str, Any]) -> Sequence:
    if not isinstance(truth, dict):
        raise TypeError("it must be an object")
    layout: Layout
    if truth.get("grid") is not None:
        columns, rows = (int(n) for n in truth["grid"])
        if min(columns, rows) < 1:
            raise ValueError("grid must have columns and rows")
        holds = int(truth.get("holds", 1))
        if holds < 1:
            raise ValueError("holds must be at least 1")
        layout = Grid(columns, rows, holds=holds)
    elif "zones" in truth:
        zones = (Zone(z["id"], z["id"], _points(z["polygon"])) for z in truth["zones"])
        layout = Zones(tuple(zones))
    elif "surface" in truth:
        surface = truth["surface"]
        layout = Surface(float(surface["width"]), float(surface["height"]), surface["unit"])
    else:
        raise ValueError("neither grid nor zones nor surface is there")
    frames = truth.get("frame_corners") or {}
    first = truth["corners"] if "corners" in truth or not frames else next(iter(frames.values()))
    return Sequence(
        name=folder.resolve().name,
        folder=folder,
        layout=layout,
        steps=tuple(_step(n, s, layout) for n, s in enumerate(truth["steps"], 1)),
        corners={photo: _four(c) for photo, c in frames.items() if c is not None},
        default_corners=_four(first),
        start=_start(truth.get("start")),
        counts=truth.get("counts"),
        players=tuple(truth["players"]) if truth.get("players") else None,
        positions={
            photo: tuple(TruePiece(p["piece"], _color(p), _point(p["at"])) for p in pieces)
            for photo, pieces in truth["pieces"].items()
        }
        if truth.get("pieces")
        else None,
    )


def _start(start: Mapping[str, Any] | None) -> dict[str, TruePiece] | None:
    """Pieces by cell: a FEN letter (upper case is white), or an object that names piece and colour."""
    if start is None:
        return None
    return {
        cell: TruePiece(value.lower(), "white" if value.isupper() else "black")
        if isinstance(value, str)
        else TruePiece(str(value["piece"]).lower(), _color(value))
        for cell, value in start.items()
    }


def _color(value: Mapping[str, Any]) -> str | None:
    color = value.get("colour", value.get("color"))
    return None if color is None else str(color)


def _step(number: int, step: Mapping[str, Any], layout: Layout) -> Step:
    try:
        changed, names = _changed(step, layout)
        return Step(
            before=str(step["before"]),
            after=str(step["after"]),
            kind=_kind(step["kind"]),
            moves=tuple(_move(m) for m in step.get("moves") or ()),
            changed=changed,
            names=names,
            notes=step.get("notes") or "",
            tags=tuple(step["tags"]) if step.get("tags") is not None else None,
            deltas=step.get("deltas"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise ValueError(f"step {number}: {_reason(err)}") from err


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    return kind


def _move(move: Mapping[str, Any]) -> TrueMove:
    return TrueMove(
        color=_color(move),
        piece=move.get("piece"),
        from_space=move.get("from"),
        to_space=move.get("to"),
        captures=bool(move.get("captures")),
        becomes=move.get("promotion"),
        turn=None if move.get("turn") is None else float(move["turn"]),
    )


def _changed(step: Mapping[str, Any], layout: Layout) -> tuple[tuple[Space, ...], tuple[str, ...]]:
    """The changed spaces, and what the sequence calls them; a step where nothing moved need not say that there are none."""
    key = {Grid: "changed_rc", Zones: "changed_zones", Surface: "changed_points"}[type(layout)]
    changed = step.get(key, ()) if step["kind"] == "no-move" else step[key]
    if isinstance(layout, Grid):
        cells = tuple((int(c), int(r)) for c, r in changed)
        for column, row in cells:
            if not (0 <= column < layout.columns and 0 <= row < layout.rows):
                raise ValueError(f"cell {[column, row]} is not on the grid")
        return cells, tuple(step.get("changed_cells") or ())
    if isinstance(layout, Zones):
        zones = tuple(str(z) for z in changed)
        if unknown := set(zones) - {z.id for z in layout.zones}:
            raise ValueError(f"there is no zone {min(unknown)!r}")
        return zones, zones
    points = tuple(point_name(_point(p)) for p in changed)
    return points, points


def point_name(point: Point) -> str:
    """What a point of a surface is called: its place to a tenth of the unit, ``12.5,7.0``."""
    return f"{point[0]:.1f},{point[1]:.1f}"


def _point(value: list[float]) -> Point:
    x, y = value
    return float(x), float(y)


def _points(values: list[list[float]]) -> tuple[Point, ...]:
    return tuple(_point(v) for v in values)


def _four(values: list[list[float]]) -> tuple[tuple[float, float], ...]:
    points = _points(values)
    if len(points) != 4:
        raise ValueError("corners must be four points")
    return points
