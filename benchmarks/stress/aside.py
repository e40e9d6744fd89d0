"""Looks that nobody who works on the reading has seen: that their truth is true has been checked, and no more."""

from typing import Final

from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.scene import Art
from twat_camera.simulator.spaces import GridBoard

from . import materials
from .lens import Lens
from .look import CHESSMEN, Look, army
from .solids import PIECES

_BOXWOOD: Final = (222, 184, 118)

ASIDE: Final = (
    Look(
        "tournament",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.cloth((94, 98, 108)),
            materials.checkered((232, 226, 200), (72, 112, 76), (232, 226, 200), "paper"),
        ),
        (
            army("white", CHESSMEN, 12, (232, 222, 196)),
            army("black", CHESSMEN, 12, (34, 32, 34)),
        ),
        seed=21,
        tilt_deg=(24.0, 27.0),
        traits=("tall pieces",),
    ),
    Look(
        "go",
        "tiles",
        GridBoard(13, 13),
        Art(
            materials.wooden_table((112, 70, 48), (72, 44, 32)),
            materials.ruled((214, 172, 108), (48, 36, 26), "wood", through_centres=True),
        ),
        (
            army("black", ("stone",), 14, (36, 36, 38)),
            army("white", ("stone",), 14, (228, 226, 218)),
        ),
        seed=22,
    ),
    Look(
        "pointed",
        "chess",
        GridBoard(9, 9),
        Art(
            materials.matting((176, 172, 128)),
            materials.ruled((206, 168, 106), (70, 52, 34), "wood", through_centres=False),
            Lamp((0.72, -0.12, 0.68), 0.52, 0.66, shadow=0.5, blur=0.4, falloff=0.8),
            PIECES,
        ),
        (army("yellow", ("soldier", "general", "soldier"), 24, _BOXWOOD),),
        seed=33,
        size=(2048, 1152),
        tilt_deg=(8.0, 10.0),
        pan_deg=(18.0, 20.0),
    ),
    Look(
        "cards",
        "chess",
        GridBoard(9, 6),
        Art(
            materials.wooden_table((88, 62, 48), (60, 42, 34)),
            materials.ruled((42, 50, 66), (120, 128, 140), "lacquer", through_centres=False),
            Lamp((-0.46, 0.44, 0.77), 0.6, 0.52, shadow=0.3, falloff=0.4),
            PIECES,
        ),
        (
            army("purple", ("card",), 8, (122, 96, 150)),
            army("white", ("card",), 8, (222, 218, 210)),
        ),
        seed=34,
        size=(2304, 1296),
        gloss=110,
        lens=Lens(across_deg=84.0, k1=-0.15, vignette=0.26),
    ),
)
"""What nobody looks at while the pipeline is worked on."""
