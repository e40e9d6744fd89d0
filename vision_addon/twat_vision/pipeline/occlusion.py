"""What hides a part of the board, in the terms of a result."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import HIDDEN, cell_share
from .geometry import Mask, project
from .pair import Pair
from .spaces import cell_name
from .types import Grid, Layout, Occlusion, Zones
from .zonemap import zone_map

SIMPLIFY = 0.08
"""Units by which the outline may leave the thing's true border."""


def occlusions(pair: Pair, layout: Layout, size: tuple[int, int]) -> tuple[Occlusion, ...]:
    """Outlines of hands and other things over the board, and the spaces they hide.

    Args:
        pair: the compared photos.
        layout: the board's layout; a free surface has no spaces to name.
        size: width and height of the decoded after photo in pixels.
    """
    found = []
    for part in pair.hand.parts:
        outline = _outline(part, SIMPLIFY * pair.frame.scale)
        units = project(pair.frame.to_units, outline)
        points = np.clip((project(pair.to_after, units) + 0.5) / np.array(size), 0, 1)
        polygon = tuple((float(x), float(y)) for x, y in points)
        found.append(Occlusion(polygon, _hidden(part, pair, layout)))
    return tuple(found)


def _outline(part: Mask, tolerance: float) -> NDArray[np.float64]:
    """The simplified outer border of a connected mask, ``(n, 2)`` canvas pixels."""
    contours, _ = cv2.findContours(
        part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    border = cv2.approxPolyDP(max(contours, key=cv2.contourArea), tolerance, True)
    return np.asarray(border.reshape(-1, 2), np.float64)


def _hidden(part: Mask, pair: Pair, layout: Layout) -> tuple[str, ...]:
    if isinstance(layout, Grid):
        share = cell_share(part.astype(np.float32), pair.frame)
        return tuple(cell_name((int(c), int(r)), layout) for r, c in np.argwhere(share > HIDDEN))
    if isinstance(layout, Zones):
        zones = zone_map(layout, pair.frame)
        areas = (zones == index for index in range(len(layout.zones)))
        return tuple(
            zone.id
            for zone, area in zip(layout.zones, areas, strict=True)
            if area.any() and float(part[area].mean()) > HIDDEN
        )
    return ()
