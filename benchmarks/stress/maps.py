"""Boards of zones and what is printed on them: nets of regions, irregular provinces; and a table without any."""

import itertools
import math

import cv2
import numpy as np
from PIL import ImageDraw, ImageFont

from twat_camera.simulator.boards import BOARD_PIXELS, from_pil, to_pil
from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.spaces import Board, Point, Zone, ZoneBoard
from twat_camera.simulator.texture import Image, blur, mottle, value_noise

from .materials import Drawing

_BEND = 0.14
"""How far borders wander, as a share of their length."""
_DOT = 15
"""Radius of a printed town, pixels."""


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


def provinces(count: int, size: Point, unit: float, seed: int) -> ZoneBoard:
    """A map of provinces: the Voronoi regions of scattered points, their borders bent.

    Args:
        count: How many there are.
        size: Width and height of the map in board units.
        unit: The pieces' unit in board units.
        seed: Where the points lie.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform((0.0, 0.0), size, (count, 2))
    for _ in range(4):
        # Lloyd's relaxation: no province too small for a few pieces (IEEE Trans. Inf. Theory 28, 1982).
        points = np.array([facet.mean(axis=0) for facet in _facets(points, size)])
    zones = []
    for number, facet in enumerate(_facets(points, size)):
        name = f"{'AEIOU'[number % 5]}{'lrnmst'[number % 6]}{'aoeiu'[number // 5 % 5]}{'nrdvk'[number % 5]}ia"
        outline = [p for a, b in _edges(facet) for p in _bent(a, b, size)]
        zones.append(Zone(f"{name.lower()}_{number + 1}", name, tuple(outline)))
    return ZoneBoard(tuple(zones), size=size, piece_unit=unit)


def free_table() -> ZoneBoard:
    """No board at all: a table three feet by two."""
    return ZoneBoard((), size=(1.0, 2 / 3), piece_unit=0.05)


def atlas(tones: tuple[Rgb, ...], ink: Rgb) -> Drawing:
    """A muted print of provinces: washes of tones, hachures of relief, names, towns, dashed borders."""

    def draw(board: Board, rng: np.random.Generator) -> Image:
        if not isinstance(board, ZoneBoard):
            raise TypeError("a map is a board of zones")
        shape = tuple(round(side * BOARD_PIXELS) for side in board.size[::-1])
        drawing = np.ones((shape[0], shape[1], 3), np.float32)
        line = [float(c) / 255 for c in ink]
        outlines = [
            np.round(np.array(z.polygon) * BOARD_PIXELS).astype(np.int32) for z in board.zones
        ]
        for number, outline in enumerate(outlines):
            tone = np.array(tones[number % len(tones)]) / 255
            cv2.fillPoly(drawing, [outline], [float(c) for c in tone])
        relief = value_noise((shape[0], shape[1]), (90, 120), rng)
        hachures = value_noise((shape[0], shape[1]), (26, 5), rng) * np.clip(relief, 0, 1)
        wash = value_noise((shape[0], shape[1]), (300, 260), rng)
        drawing *= (1 + 0.05 * wash + 0.06 * hachures)[..., None]
        for outline in outlines:
            cv2.polylines(drawing, [outline], True, line, 5, cv2.LINE_AA)
        drawing = _lettered(blur(drawing, 0.8), board, ink, rng)
        return mottle(drawing, 3, 0.012, rng)

    return draw


def _lettered(drawing: Image, board: ZoneBoard, ink: Rgb, rng: np.random.Generator) -> Image:
    picture = to_pil(drawing)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(44)
    for zone in board.zones:
        x, y = (side * BOARD_PIXELS for side in zone.center)
        draw.text((x, y + 70), zone.name, ink, font, anchor="mm")
        for _ in range(int(rng.integers(1, 4))):
            a, b = rng.uniform(-130, 130, 2)
            if zone.depth(((x + a) / BOARD_PIXELS, (y + b) / BOARD_PIXELS)) > 0.02:
                box = (x + a - _DOT, y + b - _DOT, x + a + _DOT, y + b + _DOT)
                draw.ellipse(box, (214, 206, 186), ink, 4)
    return from_pil(picture)


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
