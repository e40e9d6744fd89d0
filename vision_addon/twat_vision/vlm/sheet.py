"""Contact sheets: several numbered crops on one picture, as large as its tokens allow."""

from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .tokens import SHEET_TOKENS, Patches

Pixels = NDArray[np.uint8]
"""BGR, ``(height, width, 3)``, 0…255."""

GUTTER: Final = 8
LABEL: Final = 26
"""Pixels of the strip above a crop, with its number."""
LEAST_SIDE: Final = 128
"""Pixels a crop must have on a sheet for a model to make something of it: four patches each way."""
QUALITY: Final = 92
_WHITE: Final = 255


@dataclass(frozen=True, slots=True)
class Plan:
    """How crops are laid out: columns, rows, and the height of a crop in pixels."""

    columns: int
    rows: int
    side: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as JPEG, and its size in pixels."""

    picture: bytes
    width: int
    height: int


def lay_out(
    count: int, aspect: int, patches: Patches, budget: int = SHEET_TOKENS, native: int = 10_000
) -> Plan:
    """Find the columns and rows in which so many crops become largest.

    Args:
        count: How many crops.
        aspect: Width of a crop by its height: 1, or 2 for a pair.
        patches: How the model cuts pictures up.
        budget: Tokens the sheet may cost.
        native: Height of the smallest crop in pixels of its photo; crops are never enlarged.
    """
    best = Plan(1, count, 0)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        low, high = 0, native
        while low < high:
            side = (low + high + 1) // 2
            if _tokens(Plan(columns, rows, side), aspect, patches) <= budget:
                low = side
            else:
                high = side - 1
        if low > best.side:
            best = Plan(columns, rows, low)
    return best


def fits(aspect: int, patches: Patches, budget: int = SHEET_TOKENS) -> int:
    """How many crops a sheet can take with each of them still large enough; at least one."""
    count = 1
    while lay_out(count + 1, aspect, patches, budget).side >= LEAST_SIDE:
        count += 1
    return count


def pair(before: Pixels, after: Pixels, side: int) -> Pixels:
    """Two square crops side by side, parted by a dark line; the pair is ``side`` pixels high."""
    halves = [
        cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA) for crop in (before, after)
    ]
    joined = np.asarray(np.concatenate(halves, axis=1), np.uint8)
    joined[:, side - 1 : side + 1] = 0
    return joined


def draw(crops: Sequence[Pixels], plan: Plan, patches: Patches) -> Sheet:
    """Draw crops (all of one aspect) in reading order, numbered from 1.

    Args:
        crops: At least ``plan.side`` pixels high; they are reduced to it.
        plan: Where they go.
        patches: The sheet's sides are whole numbers of its patches.
    """
    aspect = round(crops[0].shape[1] / crops[0].shape[0])
    width, height = _size(plan, aspect, patches)
    sheet = np.full((height, width, 3), _WHITE, np.uint8)
    for index, crop in enumerate(crops):
        row, column = divmod(index, plan.columns)
        x = GUTTER + column * (aspect * plan.side + GUTTER)
        y = row * (plan.side + LABEL + GUTTER) + LABEL
        small = cv2.resize(crop, (aspect * plan.side, plan.side), interpolation=cv2.INTER_AREA)
        sheet[y : y + plan.side, x : x + aspect * plan.side] = small
        cv2.putText(
            sheet, str(index + 1), (x + 2, y - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2
        )
    encoded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return Sheet(encoded.tobytes(), width, height)


def _tokens(plan: Plan, aspect: int, patches: Patches) -> int:
    return patches.uncapped(*_size(plan, aspect, patches))


def _size(plan: Plan, aspect: int, patches: Patches) -> tuple[int, int]:
    width = GUTTER + plan.columns * (aspect * plan.side + GUTTER)
    height = plan.rows * (plan.side + LABEL + GUTTER)
    side = patches.side
    return math.ceil(width / side) * side, math.ceil(height / side) * side
