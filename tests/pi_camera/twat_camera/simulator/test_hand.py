"""A hand over the board wears a sleeve."""

import numpy as np

from twat_camera.simulator.hand import Hand
from twat_camera.simulator.optics import HEIGHT, WIDTH

BLUE = (20, 40, 200)


def cloth(cuff: float) -> float:
    """The share of a hand that is sleeve."""
    hand = Hand((0.5, 0.3), True, np.random.default_rng(1), sleeve=BLUE, cuff=cuff)
    seen = hand.over(np.full((HEIGHT, WIDTH, 3), 255, np.uint8))[::4, ::4][hand.cover > 0.99]
    blue, red = seen[:, 0].astype(int), seen[:, 2].astype(int)
    return float((blue > red + 40).mean())


def test_a_sleeve_ends_as_far_behind_the_palm_as_its_cuff_says() -> None:
    short, long = cloth(0.63), cloth(0.05)
    assert 0.1 < short < long - 0.05 < 0.95
