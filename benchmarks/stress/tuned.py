"""Looks to tune on: whoever works on the reading may look at their photos, and at what is misread in them."""

from typing import Final

from twat_camera.simulator.lamp import Lamp
from twat_camera.simulator.scene import Art
from twat_camera.simulator.script import load_script
from twat_camera.simulator.spaces import GridBoard

from . import materials, prints
from .conditions import FOOTAGE, TURNS
from .framing import Crop
from .lens import Lens
from .look import CHESSMEN, Look, Sleeves, Surface, about, army
from .maps import free_table, provinces, regions
from .solids import PIECES

_NEAR_THE_AXIS: Final = Lens(vignette=0.05)
"""Where a board fills the photo, that is what the lens's middle saw."""
_DUNE: Final = load_script("dune").board()
_TROOPS: Final = ("cube", "cube", "agent")


TUNED: Final = (
    Look(
        "wooden",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(),
        (
            army("white", ("pawn",), 10, (222, 196, 150)),
            army("black", ("pawn",), 10, (58, 42, 34)),
        ),
        seed=11,
    ),
    Look(
        "printed",
        "chess",
        GridBoard(10, 10),
        Art(
            materials.wooden_table((150, 112, 78), (104, 74, 50)),
            materials.checkered((238, 230, 208), (126, 164, 150), (84, 104, 120), "paper"),
        ),
        (
            army("red", ("disc", "token"), 9),
            army("blue", ("disc", "token"), 9),
            army("yellow", ("disc",), 6),
        ),
        seed=12,
        size=(1920, 1080),
    ),
    Look(
        "low_contrast",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.laminate((176, 172, 166)),
            materials.checkered((206, 186, 152), (178, 152, 116), (150, 126, 96), "wood"),
        ),
        (
            army("white", CHESSMEN, 10, (216, 196, 160)),
            army("brown", CHESSMEN, 10, (150, 118, 84)),
        ),
        seed=13,
        size=(1920, 1080),
        traits=("low contrast", "tall pieces"),
    ),
    Look(
        "glossy",
        "chess",
        GridBoard(8, 8),
        Art(
            materials.laminate((64, 66, 70)),
            materials.checkered((232, 228, 220), (36, 38, 42), (120, 22, 26), "lacquer"),
        ),
        (army("green", ("rook", "disc"), 9), army("orange", ("rook", "disc"), 9)),
        seed=14,
        traits=("tall pieces",),
        gloss=70,
    ),
    Look(
        "zones",
        "zones",
        _DUNE,
        Art(board=prints.printed_zones()),
        tuple(army(color, _TROOPS, 6) for color in ("blue", "red", "yellow", "green")),
        seed=15,
    ),
    Look(
        "miniatures",
        "surface",
        free_table(),
        Art(materials.terrain((126, 124, 92), (92, 84, 66)), None),
        (army("blue", ("figure",), 8), army("red", ("figure",), 8)),
        seed=16,
        traits=("tall pieces",),
        surface=Surface(36.0, 24.0),
    ),
    Look(
        "platoon",
        "surface",
        free_table(),
        Art(materials.terrain((132, 118, 88), (98, 86, 66)), None, solids=PIECES),
        (army("blue", ("gunner", "walker"), 8), army("red", ("gunner", "speeder"), 8)),
        seed=61,
        traits=("tall pieces",),
        surface=Surface(36.0, 24.0),
        plan=TURNS,
    ),
    Look(
        "words",
        "tiles",
        GridBoard(15, 15),
        Art(
            materials.laminate((206, 200, 190)),
            materials.premium_squares((198, 196, 176), 0.3),
        ),
        (army("white", ("tile",), 16, (226, 206, 160)),),
        seed=23,
        size=(1920, 1080),
    ),
    Look(
        "marble",
        "chess",
        GridBoard(8, 8),
        Art(
            materials.wooden_table((204, 184, 156), (172, 148, 118)),
            materials.checkered((222, 220, 214), (150, 152, 156), (96, 98, 104), "marble"),
        ),
        (
            army("white", CHESSMEN, 9, (208, 206, 202)),
            army("grey", CHESSMEN, 9, (112, 114, 118)),
        ),
        seed=24,
        traits=("low contrast", "tall pieces"),
        gloss=45,
    ),
    Look(
        "regions",
        "zones",
        regions(5, 4),
        Art(
            materials.cloth((58, 70, 62)),
            prints.quilt(
                (
                    (172, 160, 112),
                    (134, 152, 116),
                    (178, 142, 110),
                    (150, 150, 140),
                    (196, 184, 148),
                )
            ),
        ),
        tuple(army(color, ("cube", "token"), 8) for color in ("purple", "white", "red")),
        seed=25,
    ),
    Look(
        "depots",
        "zones",
        GridBoard(6, 6, holds=4),
        Art(
            materials.wooden_table((150, 112, 78), (104, 74, 50)),
            materials.ruled((222, 214, 190), (70, 64, 58), "paper", through_centres=False),
        ),
        tuple(army(color, ("cube", "disc"), 9) for color in ("red", "blue", "yellow")),
        seed=71,
    ),
    Look(
        "skirmish",
        "surface",
        free_table(),
        Art(materials.cloth((76, 96, 72)), None),
        (
            army("yellow", ("figure", "disc"), 8),
            army("black", ("figure", "disc"), 8),
        ),
        seed=26,
        tilt_deg=(12.0, 15.0),
        traits=("tall pieces",),
        surface=Surface(36.0, 24.0),
    ),
    Look(
        "provinces",
        "zones",
        provinces(13, (1.0, 0.72), 0.046, 31),
        Art(
            materials.laminate((158, 148, 136)),
            prints.atlas(
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
        scenery=(about("mug", 1.17, 0.62, 0.7), about("rules", -0.19, 0.3, 0.2)),
        crowd=14,
    ),
    Look(
        "warbands",
        "surface",
        free_table(),
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
        surface=Surface(36.0, 24.0),
        scenery=(
            about("hill", 0.24, 0.20, 0.5),
            about("ruin", 0.70, 0.46, 0.3),
            about("wood", 0.76, 0.15, 1.2),
            about("ruin", 0.34, 0.52, 2.2),
        ),
        room=1.9,
    ),
    Look(
        "broadcast",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.laminate((120, 112, 104)),
            materials.checkered((226, 214, 184), (134, 100, 74), (84, 60, 44), "wood"),
            Lamp((0.30, -0.42, 0.86), 0.62, 0.52, shadow=0.3, blur=1.6, falloff=0.3),
        ),
        (
            army("white", CHESSMEN, 14, (214, 186, 140)),
            army("black", CHESSMEN, 14, (62, 46, 40)),
        ),
        seed=51,
        size=(480, 480),
        tilt_deg=(23.0, 26.0),
        traits=("tall pieces",),
        lens=_NEAR_THE_AXIS,
        plan=FOOTAGE,
        crop=Crop(border=0.0, straightened=True),
        sleeves=Sleeves(((146, 108, 74), (42, 40, 44), (176, 146, 106)), cuff=0.05),
    ),
    Look(
        "club",
        "chess",
        GridBoard(8, 8, "bottom_left"),
        Art(
            materials.wooden_table((140, 104, 70), (100, 72, 48)),
            materials.checkered((224, 222, 212), (96, 114, 142), (224, 222, 212), "paper"),
            Lamp((-0.50, 0.30, 0.81), 0.56, 0.60, shadow=0.4, falloff=0.5),
        ),
        (
            army("white", CHESSMEN, 13, (228, 216, 186)),
            army("black", CHESSMEN, 13, (34, 32, 34)),
        ),
        seed=52,
        size=(576, 480),
        tilt_deg=(26.0, 29.0),
        traits=("tall pieces",),
        lens=_NEAR_THE_AXIS,
        plan=FOOTAGE,
        crop=Crop(border=0.1, straightened=False),
        sleeves=Sleeves(((34, 34, 38), (52, 56, 78), (96, 66, 46)), cuff=0.05),
    ),
)
"""What the pipeline may be fitted to. From `words` to `warbands` they were kept aside until what they showed was looked into."""
