"""The looks: which tables there are, and which of them are kept aside.

Whoever works on the pipeline looks at the photos and misreadings of `TUNED` looks only. Those kept aside differ in
board, pieces, table, camera and game, and are measured without being looked at.
"""

from typing import Final

from twat_camera.simulator.scene import Art
from twat_camera.simulator.script import load_script
from twat_camera.simulator.spaces import GridBoard, Zone, ZoneBoard

from . import materials
from .look import Look, army
from .unseen import UNSEEN

_CHESS: Final = ("pawn", "pawn", "rook", "pawn", "king", "pawn")
_DUNE: Final = load_script("dune").board()
_TROOPS: Final = ("cube", "cube", "agent")
_PIECE_UNIT_ON_SURFACE: Final = 0.05


def _regions(columns: int, rows: int) -> ZoneBoard:
    """A map of regions: a net of quadrilaterals, its knots pulled about in a fixed way."""

    def knot(x: int, y: int) -> tuple[float, float]:
        inner = 0 < x < columns and 0 < y < rows
        pull = ((x * 7 + y * 3) % 5 - 2, (x * 5 + y * 11) % 5 - 2) if inner else (0, 0)
        return (
            0.04 + 0.92 * x / columns + 0.022 * pull[0],
            0.04 + 0.92 * y / rows + 0.022 * pull[1],
        )

    zones = [
        Zone(
            f"region_{chr(ord('a') + column)}{row + 1}",
            f"Region {chr(ord('A') + column)}{row + 1}",
            (
                knot(column, row),
                knot(column + 1, row),
                knot(column + 1, row + 1),
                knot(column, row + 1),
            ),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return ZoneBoard(tuple(zones))


def _free_table() -> ZoneBoard:
    """No board at all: a table three feet by two."""
    return ZoneBoard((), size=(1.0, 2 / 3), piece_unit=_PIECE_UNIT_ON_SURFACE)


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
            army("white", _CHESS, 10, (216, 196, 160)),
            army("brown", _CHESS, 10, (150, 118, 84)),
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
        Art(board=materials.printed_zones()),
        tuple(army(color, _TROOPS, 6) for color in ("blue", "red", "yellow", "green")),
        seed=15,
    ),
    Look(
        "miniatures",
        "surface",
        _free_table(),
        Art(materials.terrain((126, 124, 92), (92, 84, 66)), None),
        (army("blue", ("figure",), 8), army("red", ("figure",), 8)),
        seed=16,
        traits=("tall pieces",),
        inches=(36.0, 24.0),
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
            army("white", _CHESS, 9, (208, 206, 202)),
            army("grey", _CHESS, 9, (112, 114, 118)),
        ),
        seed=24,
        traits=("low contrast", "tall pieces"),
        gloss=45,
    ),
    Look(
        "regions",
        "zones",
        _regions(5, 4),
        Art(
            materials.cloth((58, 70, 62)),
            materials.quilt(
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
        "skirmish",
        "surface",
        _free_table(),
        Art(materials.cloth((76, 96, 72)), None),
        (
            army("yellow", ("figure", "disc"), 8),
            army("black", ("figure", "disc"), 8),
        ),
        seed=26,
        tilt_deg=(12.0, 15.0),
        traits=("tall pieces",),
        inches=(36.0, 24.0),
    ),
)
"""What the pipeline may be fitted to. The last four were kept aside until what they showed was looked into."""

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
            army("white", _CHESS, 12, (232, 222, 196)),
            army("black", _CHESS, 12, (34, 32, 34)),
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
    *UNSEEN,
)
"""What nobody looks at while the pipeline is worked on."""

LOOKS: Final[dict[str, tuple[Look, ...]]] = {"tuned": TUNED, "aside": ASIDE}


def look_named(name: str) -> Look:
    """The look of a name."""
    return next(look for look in (*TUNED, *ASIDE) if look.name == name)
