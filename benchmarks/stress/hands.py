"""The players' hands and arms: whose they are, and where they come over the board."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.hand import Hand
from twat_camera.simulator.optics import HEIGHT, WIDTH, Optics
from twat_camera.simulator.spaces import Board, Point

from .conditions import Reach
from .look import Look

_SKINS: Final[tuple[Rgb, ...]] = (
    (196, 138, 108),
    (226, 178, 150),
    (120, 80, 58),
    (168, 112, 82),
)
_OVER: Final[dict[Reach, tuple[float, float]]] = {"border": (0.3, 2.8), "beside": (2.8, 4.2)}
"""How far the fingertips are past the border that an arm comes over, in piece units."""
_ASIDE: Final = (0.3, 0.6)
"""How far they are beside the board where the arm goes past it, in piece units."""


@dataclass(frozen=True, slots=True)
class Grasp:
    """What a hand does: the point of the board that it is about, and how it gets there."""

    point: Point
    reach: Reach


def hand_over(look: Look, optics: Optics, grasp: Grasp, rng: np.random.Generator) -> Hand:
    """The hand of a photo: somebody's arm from the picture's lower or upper edge.

    Args:
        look: Whose table it is.
        optics: The camera.
        grasp: What the hand does.
        rng: Whose hand it is, and from which side.
    """
    skin = _SKINS[int(rng.integers(len(_SKINS)))]
    sleeve = look.sleeves.paints[int(rng.integers(len(look.sleeves.paints)))]
    from_below = bool(rng.random() < 0.5)
    tip = grasp.point
    if grasp.reach != "piece":
        tip = _past_border(look.board, optics, grasp, from_below, rng)
    x, y = optics.project([(*tip, 0.0)])[0] / (WIDTH, HEIGHT)
    target = (float(np.clip(x, 0.1, 0.9)), float(np.clip(y, 0.1, 0.9)))
    return Hand(target, from_below, rng, skin, sleeve, look.sleeves.cuff)


def _past_border(
    board: Board, optics: Optics, grasp: Grasp, from_below: bool, rng: np.random.Generator
) -> Point:
    """Where the fingertips are, past the border that is the lower or upper one in the picture."""
    half = np.array(board.size) / 2
    outwards = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)])
    middles = half + outwards * half
    heights = optics.project(np.column_stack([middles, np.zeros(4)]))[:, 1]
    border = int(heights.argmax() if from_below else heights.argmin())
    over, aside = rng.uniform(*_OVER[grasp.reach]), rng.uniform(*_ASIDE)
    along = np.abs(outwards[border][::-1])
    level = float((np.array(grasp.point) - half) @ along)
    if grasp.reach == "beside":
        level = float(np.copysign(half @ along + aside * board.piece_unit, level))
    tip = middles[border] - over * board.piece_unit * outwards[border] + level * along
    return float(tip[0]), float(tip[1])
