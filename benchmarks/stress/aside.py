"""Looks that nobody who works on the reading has seen: that their truth is true has been checked, and no more."""

from typing import Final

from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.scene import Art
from twat_camera.simulator.spaces import GridBoard

from . import materials, prints
from .conditions import FOOTAGE
from .framing import Crop
from .lens import Lens
from .look import CHESSMEN, Look, Sleeves, Surface, about, army
from .maps import districts, free_table, hexagons, provinces
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
    Look(
        "frontier",
        "zones",
        provinces(15, (1.0, 0.66), 0.05, 41, evened=1),
        Art(
            materials.wooden_table((196, 168, 132), (160, 132, 98)),
            prints.atlas(((44, 52, 66), (56, 62, 60), (62, 54, 58), (38, 58, 62)), (128, 122, 104)),
            Lamp((0.30, -0.48, 0.82), 0.60, 0.54, shadow=0.38, blur=1.2, falloff=0.5),
            PIECES,
        ),
        (
            army("pink", ("disc", "token", "token"), 10, (222, 164, 172)),
            army("green", ("disc", "token", "token"), 10, (158, 198, 164)),
            army("blue", ("disc", "token", "token"), 10, (150, 180, 206)),
        ),
        seed=41,
        size=(2048, 1152),
        tilt_deg=(11.0, 13.0),
        pan_deg=(-6.0, -4.0),
        scenery=(about("mug", 1.16, 0.10, 1.9),),
        crowd=9,
    ),
    Look(
        "parchment",
        "zones",
        hexagons(6, 5, 0.05),
        Art(
            materials.cloth((120, 44, 46)),
            prints.parchment(
                (222, 204, 164), (96, 70, 46), ((176, 150, 90), (140, 160, 110), (150, 170, 176))
            ),
            Lamp((-0.62, -0.22, 0.75), 0.66, 0.46, shadow=0.3, blur=1.8, falloff=0.2),
            PIECES,
        ),
        (
            army("brown", ("cube",), 14, (186, 140, 88)),
            army("grey", ("cube",), 14, (112, 114, 116)),
            army("green", ("cube",), 14, (36, 122, 120)),
        ),
        seed=42,
        size=(1920, 1080),
        tilt_deg=(2.0, 4.0),
        roll_deg=(-8.0, -6.0),
    ),
    Look(
        "railways",
        "zones",
        districts(11, (1.0, 0.7), 0.05, 43),
        Art(
            materials.laminate((226, 224, 218)),
            prints.posters(
                (
                    (232, 196, 120),
                    (142, 188, 120),
                    (126, 178, 206),
                    (226, 150, 124),
                    (238, 226, 190),
                    (170, 140, 182),
                ),
                (60, 48, 44),
            ),
            Lamp((0.16, 0.34, 0.93), 0.72, 0.42, shadow=0.34, blur=0.8, falloff=0.6),
            PIECES,
        ),
        (
            army("red", ("engine", "house", "house"), 10, (178, 30, 34)),
            army("orange", ("engine", "house", "house"), 10, (230, 112, 30)),
            army("brown", ("engine", "house", "house"), 10, (98, 62, 38)),
            army("black", ("engine", "house", "house"), 10, (40, 40, 42)),
        ),
        seed=43,
        size=(2048, 1152),
        tilt_deg=(-14.0, -12.0),
        crowd=7,
    ),
    Look(
        "desert",
        "surface",
        free_table(1.0, 0.048),
        Art(
            materials.terrain((196, 166, 118), (166, 130, 88)),
            None,
            Lamp((0.55, -0.30, 0.78), 0.54, 0.62, shadow=0.46, blur=0.6, falloff=0.3),
            PIECES,
        ),
        (
            army("white", ("trooper", "trooper", "brute"), 9, (216, 206, 178)),
            army("red", ("trooper", "trooper", "brute"), 9, (150, 62, 36)),
        ),
        seed=44,
        size=(2048, 1152),
        tilt_deg=(9.0, 11.0),
        traits=("tall pieces",),
        surface=Surface(48.0, 48.0),
        scenery=(
            about("hill", 0.30, 0.34, 0.9),
            about("hill", 0.72, 0.70, 2.4),
            about("ruin", 0.66, 0.28, 1.1),
        ),
        room=1.5,
    ),
    Look(
        "baize",
        "surface",
        free_table(2 / 3, 0.046),
        Art(
            materials.cloth((38, 92, 62)),
            None,
            Lamp((-0.20, -0.10, 0.97), 0.70, 0.48, shadow=0.32, blur=1.6, falloff=0.9),
            PIECES,
        ),
        (
            army("white", ("die", "chip"), 8, (226, 216, 188)),
            army("red", ("die", "chip"), 8, (164, 38, 42)),
            army("blue", ("die", "chip"), 8, (38, 60, 128)),
        ),
        seed=45,
        size=(1920, 1080),
        tilt_deg=(4.0, 6.0),
        pan_deg=(9.0, 11.0),
        surface=Surface(900.0, 600.0, "mm"),
        lens=Lens(across_deg=78.0, k1=-0.09, vignette=0.24),
        room=1.5,
    ),
    Look(
        "snow",
        "surface",
        free_table(22 / 30, 0.062),
        Art(
            materials.terrain((216, 220, 226), (186, 194, 206)),
            None,
            Lamp((-0.66, 0.20, 0.72), 0.64, 0.44, shadow=0.28, blur=1.3, falloff=0.5),
            PIECES,
        ),
        (
            army("black", ("trooper", "rider"), 7, (50, 48, 54)),
            army("green", ("trooper", "rider"), 7, (46, 78, 54)),
        ),
        seed=46,
        size=(2048, 1152),
        tilt_deg=(-8.0, -6.0),
        roll_deg=(3.0, 5.0),
        traits=("tall pieces",),
        surface=Surface(30.0, 22.0),
        scenery=(
            about("wall", 0.30, 0.22, 0.4),
            about("wall", 0.62, 0.40, 1.7),
            about("wall", 0.36, 0.54, 2.7),
            about("wood", 0.80, 0.18, 0.2),
        ),
        room=1.5,
    ),
    Look(
        "pegs",
        "chess",
        GridBoard(6, 6),
        Art(
            materials.wooden_table((72, 50, 40), (50, 34, 28)),
            materials.hollowed((112, 128, 146), (80, 94, 112)),
            Lamp((0.40, -0.50, 0.77), 0.58, 0.56, shadow=0.36, falloff=0.4),
            PIECES,
        ),
        (
            army("red", ("peg",), 6, (196, 44, 40)),
            army("yellow", ("peg",), 6, (230, 190, 40)),
            army("green", ("peg",), 6, (44, 140, 70)),
        ),
        seed=47,
        size=(1600, 900),
        tilt_deg=(14.0, 16.0),
        traits=("tall pieces",),
        gloss=40,
    ),
    Look(
        "draughts",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.cloth((146, 148, 140)),
            materials.worn(
                materials.checkered((196, 166, 116), (94, 58, 42), (70, 46, 34), "wood")
            ),
            Lamp((-0.58, -0.50, 0.64), 0.50, 0.66, shadow=0.4, falloff=0.7),
        ),
        (
            army("white", ("disc",), 11, (226, 212, 176)),
            army("black", ("disc",), 11, (42, 38, 38)),
        ),
        seed=48,
        size=(854, 480),
        tilt_deg=(30.0, 33.0),
    ),
    Look(
        "blitz",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.cloth((60, 64, 74)),
            materials.checkered((210, 180, 136), (150, 106, 70), (110, 74, 50), "wood"),
            Lamp((-0.26, -0.60, 0.76), 0.60, 0.54, shadow=0.36, blur=1.2, falloff=0.4),
        ),
        (
            army("white", CHESSMEN, 13, (224, 200, 158)),
            army("brown", CHESSMEN, 13, (92, 56, 38)),
        ),
        seed=53,
        size=(512, 512),
        tilt_deg=(16.0, 19.0),
        roll_deg=(88.0, 91.0),
        traits=("tall pieces",),
        lens=Lens(across_deg=60.0, vignette=0.05),
        plan=FOOTAGE,
        crop=Crop(border=0.06, straightened=True),
        sleeves=Sleeves(((140, 98, 64), (40, 36, 36), (196, 164, 120)), cuff=0.05),
    ),
    Look(
        "colonies",
        "zones",
        GridBoard(7, 5, "bottom_left", holds=9),
        Art(
            materials.cloth((84, 92, 108)),
            materials.checkered((198, 188, 162), (150, 166, 142), (96, 88, 76), "paper"),
            Lamp((0.36, 0.44, 0.82), 0.58, 0.56, shadow=0.34, blur=1.4, falloff=0.3),
            PIECES,
        ),
        tuple(
            army(color, ("token", "meeple"), 13, paint)
            for color, paint in (
                ("purple", (112, 70, 140)),
                ("orange", (206, 124, 52)),
                ("white", (222, 218, 206)),
            )
        ),
        seed=54,
        size=(2560, 1440),
        tilt_deg=(6.0, 8.0),
    ),
)
"""What nobody looks at while the pipeline is worked on."""
