"""Whether outlines drawn by people make sense. Points are (x, y), y downwards as in images."""

from collections.abc import Sequence

Point = tuple[float, float]

MIN_AREA = 0.0001
"""Smallest outline of a board, as a fraction of the image: 1 % of each side."""


def corner_fault(corners: Sequence[Point]) -> str | None:
    """Say what is wrong with a board's four corners, or None when nothing is.

    A flat board is convex from wherever it is seen, and its corners, in the order top-left,
    top-right, bottom-right, bottom-left, run clockwise.

    Args:
        corners: Four points in fractions of the image.
    """
    turns = [_turn(corners[i], corners[(i + 1) % 4], corners[(i + 2) % 4]) for i in range(4)]
    if polygon_crosses(corners):
        return "The board's outline crosses itself."
    if all(turn < 0 for turn in turns):
        return "The corners run anticlockwise."
    if not all(turn > 0 for turn in turns):
        return "The outline is not convex."
    if _area(corners) < MIN_AREA:
        return "The board is too small to be seen."
    return None


def polygon_crosses(polygon: Sequence[Point]) -> bool:
    """Say whether two sides of a polygon that are not neighbours meet."""
    count = len(polygon)
    sides = [(polygon[i], polygon[(i + 1) % count]) for i in range(count)]
    return any(
        _meet(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (j + 1) % count != i
    )


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the signed area of a triangle: positive when a → b → c turns clockwise on screen."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Say whether the segments a-b and c-d cross; merely touching, as zones drawn by hand do, is fine."""
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _area(polygon: Sequence[Point]) -> float:
    """Area by the shoelace formula, positive when clockwise on screen."""
    count = len(polygon)
    return (
        sum(
            polygon[i][0] * polygon[(i + 1) % count][1]
            - polygon[(i + 1) % count][0] * polygon[i][1]
            for i in range(count)
        )
        / 2
    )
