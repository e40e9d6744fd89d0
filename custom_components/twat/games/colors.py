"""Names of piece colours, as players, photos and the vision service use them."""

import re
from typing import Final

COLORS: Final = (
    "white",
    "black",
    "red",
    "green",
    "blue",
    "yellow",
    "orange",
    "purple",
    "pink",
    "brown",
    "grey",
)

_HEX: Final = re.compile(r"#[0-9a-f]{6}")


def normal_color(text: str) -> str | None:
    """Return a colour as it is stored: one of `COLORS` or ``#rrggbb``; None when it is neither."""
    color = text.strip().lower()
    color = "grey" if color == "gray" else color
    return color if color in COLORS or _HEX.fullmatch(color) else None
