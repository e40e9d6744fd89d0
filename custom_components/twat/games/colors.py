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


_SHADES: Final = {
    "white": "#fbf8f0",
    "black": "#26231f",
    "red": "#c62f2f",
    "green": "#2f8a3e",
    "blue": "#2b62c4",
    "yellow": "#efc12f",
    "orange": "#e5792a",
    "purple": "#7b3fa8",
    "pink": "#e487b0",
    "brown": "#7a4d2b",
    "grey": "#8d8d8d",
}


def shade(color: str) -> tuple[str, str]:
    """Return how a colour is drawn, and the ink that is readable on it, as ``#rrggbb``.

    Ink is chosen by the luma of ITU-R BT.601.
    """
    fill = _SHADES.get(color, color)
    red, green, blue = (int(fill[start : start + 2], 16) for start in (1, 3, 5))
    return fill, "#1d1a16" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"
