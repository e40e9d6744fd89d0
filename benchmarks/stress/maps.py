"""Boards of zones: nets of regions, irregular provinces, hexagons, rectangles; and a table without any."""

import itertools
import math

import cv2
import numpy as np

from twat_camera.simulator.spaces import Point, Zone, ZoneBoard

_BEND = 0.14
"""How far borders wander, as a share of their length."""


def regions(columns: int, rows: int) -> ZoneBoard:
    """A map of regions: a net of quadrilaterals, its knots pulled about in a fixed way."""

    def knot(x: int, y: int) -> tuple[float, float]:
        inner = 0 < x < columns and 0 < y < rows
        pull = ((x * 7 + y * 3) % 5 - 2, (x * 5 + y * 11) % 5 - 2) if inner else (0, 0)
        return (
            0.04 + 0.92 * x / columns + 0.022 * pull[0],
            0.04 + 0.92 * y / rows + 0.022 * pull[1],
        )

    zones = [
        Zone(
            f"region_{chr(ord('a') + column)}{row + 1}",
            f"Region {chr(ord('A') + column)}{row + 1}",
            (
                knot(column, row),
                knot(column + 1, row),
                knot(column + 1, row + 1),
                knot(column, row + 1),
            ),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return ZoneBoard(tuple(zones))


def provinces(count: int, size: Point, unit: float, seed: int, evened: int = 4) -> ZoneBoard:
    """A map of provinces: the Voronoi regions of scattered points, their borders bent.

    Args:
        count: How many there are.
        size: Width and height of the map in board units.
        unit: The pieces' unit in board units.
        seed: Where the points lie.
        evened: How often sizes are evened out; without, some provinces hold a piece or two and others a crowd.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform((0.0, 0.0), size, (count, 2))
    for _ in range(evened):
        # Lloyd's relaxation (IEEE Trans. Inf. Theory 28, 1982).
        points = np.array([facet.mean(axis=0) for facet in _facets(points, size)])
    zones = []
    for number, facet in enumerate(_facets(points, size)):
        name = f"{'AEIOU'[number % 5]}{'lrnmst'[number % 6]}{'aoeiu'[number // 5 % 5]}{'nrdvk'[number % 5]}ia"
        outline = [p for a, b in _edges(facet) for p in _bent(a, b, size)]
        zones.append(Zone(f"{name.lower()}_{number + 1}", name, tuple(outline)))
    return ZoneBoard(tuple(zones), size=size, piece_unit=unit)


def hexagons(columns: int, rows: int, unit: float) -> ZoneBoard:
    """A map of hexagons, corners up, every other row half a hexagon to the right, within a margin of sea.

    Args:
        columns: Hexagons of a row.
        rows: How many rows there are.
        unit: The pieces' unit in board units.
    """
    margin = 0.05
    side = (1 - 2 * margin) / (columns + 0.5) / math.sqrt(3)
    across = math.sqrt(3) * side
    depth = 2 * margin + side * (1.5 * rows + 0.5)

    def hexagon(column: int, row: int) -> tuple[Point, ...]:
        x = margin + across * (column + 0.5 + 0.5 * (row % 2))
        y = margin + side * (1 + 1.5 * row)
        angles = [math.radians(60 * n - 90) for n in range(6)]
        return tuple((x + side * math.cos(a), y + side * math.sin(a)) for a in angles)

    zones = [
        Zone(
            f"hex_{chr(ord('a') + column)}{row + 1}",
            f"{chr(ord('A') + column)}{row + 1}",
            hexagon(column, row),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return ZoneBoard(tuple(zones), size=(1.0, depth), piece_unit=unit)


def districts(count: int, size: Point, unit: float, seed: int) -> ZoneBoard:
    """A board of rectangles of very different sizes: again and again one of them is cut in two, off its middle.

    Args:
        count: How many there are.
        size: Width and height of the board in board units.
        unit: The pieces' unit in board units; no rectangle is narrower than three.
        seed: Where the cuts lie.

    Raises:
        ValueError: The board is too small for so many.
    """
    rng = np.random.default_rng(seed)
    boxes = [(0.0, 0.0, *size)]
    while len(boxes) < count:
        wide = [b for b in boxes if max(b[2] - b[0], b[3] - b[1]) > 6 * unit]
        if not wide:
            raise ValueError(f"no room for {count} rectangles on a board of {size}")
        box = wide[int(rng.integers(len(wide)))]
        boxes.remove(box)
        boxes += _cut(box, 3 * unit, float(rng.uniform(0.25, 0.75)))
    zones = [
        Zone(f"district_{n}", f"District {n}", ((a, b), (c, b), (c, d), (a, d)))
        for n, (a, b, c, d) in enumerate(boxes, 1)
    ]
    return ZoneBoard(tuple(zones), size=size, piece_unit=unit)


_Box = tuple[float, float, float, float]


def _cut(box: _Box, least: float, share: float) -> tuple[_Box, _Box]:
    """Cut a rectangle across its longer side, neither part narrower than the least."""
    left, top, right, bottom = box
    if right - left > bottom - top:
        x = min(max(left + share * (right - left), left + least), right - least)
        return (left, top, x, bottom), (x, top, right, bottom)
    y = min(max(top + share * (bottom - top), top + least), bottom - least)
    return (left, top, right, y), (left, y, right, bottom)


def free_table(deep: float = 2 / 3, unit: float = 0.05) -> ZoneBoard:
    """No board at all.

    Args:
        deep: The shorter side of the table; the longer one is 1.
        unit: The pieces' unit in board units.
    """
    return ZoneBoard((), size=(1.0, deep), piece_unit=unit)


def _facets(points: np.ndarray, size: Point) -> list[np.ndarray]:
    """The points' Voronoi regions inside the map, N×2 each."""
    plan = cv2.Subdiv2D((-10, -10, 20, 20))
    for x, y in points:
        plan.insert((float(x), float(y)))
    page = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    facets, _ = plan.getVoronoiFacetList([])
    return [
        cv2.intersectConvexConvex(np.asarray(facet, np.float32), page)[1].reshape(-1, 2)
        for facet in facets
    ]


def _edges(facet: np.ndarray) -> list[tuple[Point, Point]]:
    corners = [(round(float(x), 3), round(float(y), 3)) for x, y in facet]
    return [
        (a, b) for a, b in itertools.pairwise([*corners, corners[0]]) if math.dist(a, b) > 0.004
    ]


def _bent(start: Point, end: Point, size: Point) -> list[Point]:
    """Points of a border, without its end; both its provinces get the same."""
    first, last = sorted((start, end))
    rim = any(
        abs(first[axis] - edge) < 0.002 and abs(last[axis] - edge) < 0.002
        for axis in (0, 1)
        for edge in (0.0, size[axis])
    )
    points = [first, last]
    rng = np.random.default_rng([round(1000 * value) for value in (*first, *last)])
    for _ in range(0 if rim else 3):
        halved = [first]
        for a, b in itertools.pairwise(points):
            off = float(rng.uniform(-_BEND, _BEND))
            middle = (
                (a[0] + b[0]) / 2 - off * (b[1] - a[1]),
                (a[1] + b[1]) / 2 + off * (b[0] - a[0]),
            )
            halved += [middle, b]
        points = halved
    return (points if start == first else points[::-1])[:-1]
