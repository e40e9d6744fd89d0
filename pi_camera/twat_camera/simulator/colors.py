"""The colours of players' pieces, as paint under white light."""

import re
from typing import Final

Rgb = tuple[int, int, int]

PAINTS: Final[dict[str, Rgb]] = {
    "white": (226, 218, 196),
    "black": (44, 42, 44),
    "red": (190, 38, 34),
    "green": (38, 128, 58),
    "blue": (32, 74, 168),
    "yellow": (226, 178, 28),
    "orange": (224, 112, 26),
    "purple": (104, 48, 140),
    "pink": (222, 112, 152),
    "brown": (104, 66, 38),
    "grey": (128, 128, 126),
}
"""sRGB, 0…255. Never fully saturated: no plastic is."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def paint(color: str) -> Rgb:
    """Return the paint of a colour name or `#rrggbb`.

    Raises:
        ValueError: Neither a known name nor `#rrggbb`.
    """
    if color in PAINTS:
        return PAINTS[color]
    if _HEX.fullmatch(color):
        return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
    raise ValueError(f"unknown colour {color!r}: use #rrggbb or one of {', '.join(PAINTS)}")
