"""Marked areas: which of them look different, so that what they show has to be read again."""

from collections.abc import Iterable

import cv2
import numpy as np

from .pair import Pair
from .things import CHANGED
from .types import Area
from .zonemap import canvas_polygon


def changed_areas(pair: Pair, areas: Iterable[Area]) -> tuple[str, ...]:
    """Say in which areas anything changed.

    One pixel that changed beyond doubt is enough: to read an area in vain costs a little, to miss what changed costs its reading.

    Args:
        pair: the compared photos.
        areas: the areas.

    Returns:
        Their ids, in order; none with a hand over the board, whose shadow changes what it does not hide.
    """
    if pair.hand.found:
        return ()
    changed = (pair.maps.change > CHANGED) & pair.valid
    width, height = pair.frame.size
    found = []
    for area in areas:
        inside = np.zeros((height, width), np.uint8)
        outline = np.round(canvas_polygon(area.polygon, pair.frame)).astype(np.int32)
        cv2.fillPoly(inside, [outline], 1.0)
        if changed[inside > 0].any():
            found.append(area.id)
    return tuple(found)
