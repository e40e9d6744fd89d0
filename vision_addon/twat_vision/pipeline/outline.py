"""The outline of a board on a table: a large quadrilateral whose four sides are edges.

Candidates come from Otsu's thresholds of the LAB channels (Otsu, IEEE SMC 9, 1979) and from closed Canny edges; each side is
then fitted to the strongest gradients across it with a robust line, which is good to a fraction of a pixel. How much of each
side lies on an edge is the measure of belief.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image
from .geometry import is_convex

Quad = NDArray[np.float64]
"""``(4, 2)`` pixels, clockwise from the top left."""

LEAST_AREA = 0.06
"""A board covers at least this share of the photo."""
MOST_AREA = 0.97
_GROWN = (1.0, 1.02)
"""A printed border has an inner and an outer edge; the outer one is tried as well."""
_PERCENTILES = (8, 16, 25, 35, 50, 65, 80, 90)
"""Brightness and colour levels at which a board may part from its table."""
_SAMPLES = 80
_SIDE_TRIM = 0.06
"""Share of a side next to its corners that is not looked at."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A quadrilateral and the share (0…1) of its weakest side that lies on an edge."""

    corners: Quad
    support: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return float(cv2.contourArea(self.corners.astype(np.float32)))


def find_outlines(image: Image) -> list[Outline]:
    """Return the quadrilaterals that may be a board's outline, the best first.

    Args:
        image: BGR uint8 ``(h, w, 3)``, about 1,000 pixels long.
    """
    blurred = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2LAB), (0, 0), 1.5)
    lab = np.asarray(blurred, np.uint8)
    gradient = edge_strength(lab)
    threshold = max(12.0, 2.0 * float(np.median(gradient)))
    found: list[Outline] = []
    for quad in _candidates(lab):
        for grown in _GROWN:
            centre = quad.mean(axis=0)
            outline = _fit(centre + (quad - centre) * grown, gradient, threshold)
            if outline is not None and not any(_same(outline.corners, o.corners) for o in found):
                found.append(outline)
    return sorted(found, key=lambda o: o.support * np.sqrt(o.area), reverse=True)


def edge_strength(lab: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the largest gradient magnitude of the channels (Sobel, 3 × 3).

    Args:
        lab: CIELAB in 8 bits, uint8 ``(h, w, 3)``.

    Returns:
        float32 ``(h, w)``, from 0.
    """
    strength: NDArray[np.float32] = np.zeros(lab.shape[:2], np.float32)
    for channel in cv2.split(lab):
        gx, gy = cv2.Sobel(channel, cv2.CV_32F, 1, 0), cv2.Sobel(channel, cv2.CV_32F, 0, 1)
        np.maximum(strength, cv2.magnitude(gx, gy), out=strength)
    return strength


def in_order(points: Quad) -> Quad:
    """Return four points clockwise, starting with the one nearest the photo's top left.

    Args:
        points: pixels (x, y), float64 ``(4, 2)``, in any order.

    Returns:
        float64 ``(4, 2)``.
    """
    centre = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    clockwise = points[np.argsort(angles)]
    return np.roll(clockwise, -int(clockwise.sum(axis=1).argmin()), axis=0)


def _candidates(lab: NDArray[np.uint8]) -> Iterator[Quad]:
    """Return rough quadrilaterals, from a picture half as large."""
    half = np.asarray(cv2.resize(lab, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    size = max(half.shape[:2])
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (size // 75 | 1, size // 75 | 1))
    for channel in cv2.split(half):
        otsu, _ = cv2.threshold(channel, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        for level in {round(otsu), *np.percentile(channel, _PERCENTILES).round().astype(int)}:
            for mask in (channel > level, channel <= level):
                for how in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
                    closed = cv2.morphologyEx(mask.astype(np.uint8), how, kernel)
                    yield from (2 * quad + 0.5 for quad in _quads(np.asarray(closed, np.uint8)))
        for high in (40, 90, 160):
            edges = cv2.Canny(channel, high / 2.5, high)
            closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, kernel)
            yield from (2 * quad + 0.5 for quad in _quads(np.asarray(closed, np.uint8)))


def _quads(mask: NDArray[np.uint8]) -> Iterator[Quad]:
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    whole = mask.shape[0] * mask.shape[1]
    for contour in contours:
        hull = cv2.convexHull(contour)
        area = cv2.contourArea(hull)
        if not LEAST_AREA * whole < area < MOST_AREA * whole:
            continue
        for tolerance in (0.01, 0.02, 0.035, 0.05):
            polygon = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
            if len(polygon) == 4:
                quad = in_order(polygon.reshape(4, 2).astype(np.float64))
                if is_convex(quad) and cv2.contourArea(polygon) > 0.8 * area:
                    yield quad
                break


def _same(a: Quad, b: Quad) -> bool:
    size = float(np.linalg.norm(b[2] - b[0]))
    return bool(np.linalg.norm(a - b, axis=1).max() < 0.003 * size)


def _fit(quad: Quad, gradient: NDArray[np.float32], threshold: float) -> Outline | None:
    """Move the sides onto the edges nearby; None when that leaves no quadrilateral."""
    size = float(np.linalg.norm(quad[2] - quad[0]))
    support = 0.0
    for reach in (0.012 * size, 0.006 * size):
        lines, shares = [], []
        for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
            points, strong = _edge_points(start, end, gradient, reach, threshold)
            if strong.sum() < _SAMPLES // 5:
                return None
            normal, distance, near = _line(points, strong, 1.5 + 0.002 * size)
            shares.append(float(near.mean()))
            lines.append((normal, distance))
        support = min(shares)
        crossed = [_cross(lines[k - 1], lines[k]) for k in range(4)]
        if any(point is None for point in crossed):
            return None
        quad = np.array(crossed, np.float64)
        if not is_convex(quad):
            return None
    return Outline(quad, support)


def _line(
    points: NDArray[np.float64], strong: NDArray[np.bool_], tolerance: float
) -> tuple[NDArray[np.float64], float, NDArray[np.bool_]]:
    """Fit a line to the strong points, twice without those far off; return normal, distance, who is near."""
    near = strong
    for _ in range(3):
        vx, vy, x, y = cv2.fitLine(
            points[near].astype(np.float32), cv2.DIST_WELSCH, 0, 0.01, 0.01
        ).ravel()
        normal = np.array([-vy, vx], np.float64)
        close = strong & (np.abs((points - np.array([x, y])) @ normal) < tolerance)
        if close.sum() < _SAMPLES // 8:
            break
        near = close
    return normal, float(normal @ (x, y)), np.asarray(close, np.bool_)


def _edge_points(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    gradient: NDArray[np.float32],
    reach: float,
    threshold: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the strongest point across the side at every sample, and whether it stands out there."""
    along = np.linspace(_SIDE_TRIM, 1 - _SIDE_TRIM, _SAMPLES)
    direction = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    normal = np.array([-direction[1], direction[0]])
    offsets = np.linspace(-reach, reach, 2 * round(reach * 2) + 1)
    base = start + along[:, None] * (end - start)
    grid = base[:, None, :] + offsets[None, :, None] * normal
    values = cv2.remap(
        gradient,
        grid[..., 0].astype(np.float32),
        grid[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    # Offsets where a straight side would have its edge in most samples are preferred.
    common = values.mean(axis=0)
    best = np.argmax(values * (0.5 + common / max(float(common.max()), 1e-6)), axis=1)
    rows = np.arange(_SAMPLES)
    peak = values[rows, best]
    return base + offsets[best][:, None] * normal, np.asarray(peak > threshold, np.bool_)


def _cross(
    a: tuple[NDArray[np.float64], float], b: tuple[NDArray[np.float64], float]
) -> NDArray[np.float64] | None:
    matrix = np.array([a[0], b[0]])
    if abs(np.linalg.det(matrix)) < 1e-3:
        return None
    return np.asarray(np.linalg.solve(matrix, np.array([a[1], b[1]])), np.float64)
