"""Looks that nobody who works on the reading has seen: other print, pieces, light, cameras and lenses.

They are kept aside: that their truth is true has been checked, and what is weighed on `provinces` was looked at once, without
changing anything for it.
"""

from typing import Final

from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.play import Standing
from twat_camera.simulator.scene import Art
from twat_camera.simulator.spaces import GridBoard, ZoneBoard

from . import materials
from .lens import Lens
from .look import Look, army
from .maps import atlas, provinces
from .solids import PIECES

_BOXWOOD: Final = (222, 184, 118)


def _about(shape: str, x: float, y: float, turn: float = 0.0) -> Standing:
    """Something that stands about."""
    return Standing(f"{shape} {x} {y}", shape, (128, 128, 128), x, y, turn)


UNSEEN: Final = (
    Look(
        "provinces",
        "zones",
        provinces(13, (1.0, 0.72), 0.046, 31),
        Art(
            materials.laminate((158, 148, 136)),
            atlas(
                ((176, 168, 150), (160, 162, 150), (186, 174, 158), (150, 152, 148)), (92, 84, 76)
            ),
            Lamp((0.42, 0.50, 0.76), 0.55, 0.62, shadow=0.36, blur=1.4, falloff=0.3),
            PIECES,
        ),
        tuple(
            army(color, ("cube", "meeple", "cube"), 13, paint)
            for color, paint in (
                ("white", (214, 208, 194)),
                ("black", (48, 46, 46)),
                ("orange", (200, 112, 52)),
                ("purple", (98, 66, 120)),
            )
        ),
        seed=31,
        size=(2560, 1440),
        tilt_deg=(-9.0, -7.0),
        roll_deg=(-4.0, -3.0),
        scenery=(_about("mug", 1.17, 0.62, 0.7), _about("rules", -0.19, 0.3, 0.2)),
        crowd=14,
    ),
    Look(
        "warbands",
        "surface",
        ZoneBoard((), size=(1.0, 2 / 3), piece_unit=0.05),
        Art(
            materials.wooden_table((122, 116, 108), (92, 86, 80)),
            materials.pavement((150, 146, 138), (104, 100, 94), (196, 176, 104)),
            Lamp((-0.30, 0.26, 0.92), 0.86, 0.26, shadow=0.24, blur=2.4, falloff=0.15),
            PIECES,
        ),
        (
            army("green", ("regiment", "warband"), 7, (78, 104, 62)),
            army("white", ("warband", "regiment"), 7, (208, 200, 184)),
        ),
        seed=32,
        tilt_deg=(5.0, 7.0),
        roll_deg=(6.0, 8.0),
        inches=(36.0, 24.0),
        scenery=(
            _about("hill", 0.24, 0.20, 0.5),
            _about("ruin", 0.70, 0.46, 0.3),
            _about("wood", 0.76, 0.15, 1.2),
            _about("ruin", 0.34, 0.52, 2.2),
        ),
        room=1.9,
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
