"""The empty board: where its places are in a drawing, and what they look like."""

from dataclasses import dataclass
from typing import Final

from ..layout import Grid, Layout, Surface, Zone, Zones, column_name
from ..model import Position
from .svg import label, points, tag, text, wrapped

WIDTH: Final = 960.0
"""Width of a board in pixels of the drawing."""

# A surface is ruled every so many of its units.
_RULED: Final = {"in": 6.0, "mm": 150.0}


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns board units into pixels of the drawing, from the board's top-left corner.

    Attributes:
        layout: The board.
        height: Of the board in pixels; its width is `WIDTH`.
        unit: Pixels of one board unit (a grid's cell, a surface's inch; zones: the board).
    """

    layout: Layout
    height: float
    unit: float

    @classmethod
    def of(cls, layout: Layout) -> Frame:
        """Return the frame of a board; one of zones is taken to be square."""
        match layout:
            case Grid():
                unit = WIDTH / layout.columns
                return cls(layout, unit * layout.rows, unit)
            case Surface():
                unit = WIDTH / layout.width
                return cls(layout, unit * layout.height, unit)
            case _:
                return cls(layout, WIDTH, WIDTH)

    def stand(self, space: str) -> tuple[float, float]:
        """Return where pieces stand on a space, in pixels: in its middle, below a zone's name.

        Raises:
            GameError: ``unknown_space``.
        """
        x, y = self.point(self.layout.position(space))
        if isinstance(self.layout, Zones) and _is_named(self, self.layout.zone(space)):
            y += 12
        return x, y

    def point(self, position: Position) -> tuple[float, float]:
        """Return a point in pixels; of a grid's cell its middle."""
        middle = 0.5 if isinstance(self.layout, Grid) else 0.0
        return (position.x + middle) * self.unit, (position.y + middle) * self.unit


def empty_board(frame: Frame) -> str:
    """Return the board without anything on it."""
    match frame.layout:
        case Grid():
            return _grid(frame, frame.layout)
        case Surface():
            return _surface(frame, frame.layout)
        case _:
            by_size = sorted(frame.layout.zones, key=_area, reverse=True)
            return _table(frame) + "".join(_zone(frame, zone) for zone in by_size)


def _table(frame: Frame) -> str:
    return tag("rect", class_="t-board", width=WIDTH, height=frame.height, rx=6)


def _grid(frame: Frame, grid: Grid) -> str:
    unit = frame.unit
    cells = "".join(
        f"M{column * unit:.1f} {row * unit:.1f}h{unit:.1f}v{unit:.1f}h-{unit:.1f}z"
        for row in range(grid.rows)
        for column in range(grid.columns)
        if (column + grid.rows - 1 - row) % 2 == 0
    )
    lines = "".join(f"M{n * unit:.1f} 0V{frame.height:.1f}" for n in range(1, grid.columns))
    lines += "".join(f"M0 {n * unit:.1f}H{WIDTH:.1f}" for n in range(1, grid.rows))
    size = min(22.0, unit * 0.45)
    names = [
        label(column_name(n, grid.naming), (n + 0.5) * unit, frame.height + 26)
        for n in range(grid.columns)
    ]
    numbers = [
        label(
            str(grid.rows - n if grid.origin == "bottom_left" else n + 1),
            -18,
            (n + 0.5) * unit + size * 0.35,
        )
        for n in range(grid.rows)
    ]
    return (
        _table(frame)
        + tag("path", class_="t-cell", d=cells)
        + tag("path", class_="t-line", d=lines)
        + tag("rect", class_="t-edge", width=WIDTH, height=frame.height, rx=6)
        + tag("g", *names, *numbers, class_="t-name", font_size=size)
    )


def _surface(frame: Frame, surface: Surface) -> str:
    step = _RULED[surface.unit]
    across = range(1, int(surface.width / step) + 1)
    down = range(1, int(surface.height / step) + 1)
    lines = "".join(f"M{n * step * frame.unit:.1f} 0V{frame.height:.1f}" for n in across)
    lines += "".join(f"M0 {n * step * frame.unit:.1f}H{WIDTH:.1f}" for n in down)
    marks = [
        label(f"{n * step:g}", n * step * frame.unit, frame.height + 24)
        for n in across
        if n * step < surface.width
    ]
    unit = label(surface.unit, WIDTH, frame.height + 24)
    return (
        _table(frame)
        + tag("path", class_="t-line", d=lines)
        + tag("rect", class_="t-edge", width=WIDTH, height=frame.height, rx=6)
        + tag("g", *marks, unit, class_="t-name", font_size=18)
    )


def _zone(frame: Frame, zone: Zone) -> str:
    corners = [(x * frame.unit, y * frame.unit) for x, y in zone.polygon]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top = min(y for _, y in corners)
    parts = [tag("polygon", tag("title", text(zone.name)), class_="t-zone", points=points(corners))]
    if zone.track is not None:
        parts.extend(
            tag("circle", class_="t-step", cx=x, cy=y, r=7)
            for x, y in map(frame.point, zone.track.positions)
        )
    if _is_named(frame, zone):
        # On its upper edge, where pieces leave room.
        spans = [
            tag("tspan", text(line), x=(left + right) / 2, y=top + 13 + 14 * number)
            for number, line in enumerate(wrapped(zone.name, right - left + 26, 13, 2))
        ]
        parts.append(tag("text", *spans, class_="t-name t-halo", font_size=13))
    return tag("g", *parts)


def _is_named(frame: Frame, zone: Zone) -> bool:
    """Whether a zone is large enough for its name to be written into it."""
    xs, ys = [x for x, _ in zone.polygon], [y for _, y in zone.polygon]
    return (max(xs) - min(xs)) * frame.unit >= 56 and (max(ys) - min(ys)) * frame.unit >= 50


def _area(zone: Zone) -> float:
    xs, ys = [x for x, _ in zone.polygon], [y for _, y in zone.polygon]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))
