"""Colours of pieces: names, what a named colour looks like, and which player's it is.

Distances are taken in CIELAB (CIE 1976, OpenCV's float conversion: L 0…100, a and b about -110…110), with lightness
counting less than hue because light changes it most.
"""

from collections.abc import Iterable, Mapping
import re

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

Lab = NDArray[np.float64]
"""``(3,)``: L, a, b."""

NAMED: Mapping[str, tuple[int, int, int]] = {
    "white": (228, 222, 208),
    "black": (38, 36, 36),
    "red": (178, 34, 40),
    "green": (36, 124, 62),
    "blue": (38, 78, 170),
    "yellow": (226, 188, 48),
    "orange": (226, 112, 28),
    "purple": (104, 50, 140),
    "pink": (226, 128, 168),
    "brown": (108, 68, 40),
    "grey": (128, 128, 128),
}
"""Typical sRGB of a painted piece of that colour (not of the pure colour of a screen); what is looked for where nobody says."""
MATERIALS: Mapping[str, tuple[int, int, int]] = {
    "natural": (212, 176, 124),
    "wood": (190, 142, 92),
    "bone": (222, 210, 182),
    "cream": (232, 220, 188),
    "rust": (150, 76, 44),
    "copper": (168, 102, 66),
    "bronze": (140, 104, 62),
    "mustard": (204, 160, 52),
    "burgundy": (112, 34, 50),
    "charcoal": (62, 62, 64),
}
"""The same of words that players have for their pieces and that name no other colour."""

_HEX = re.compile(r"#[0-9a-f]{6}")
HUELESS = 15.0
"""Chroma below which a nominal colour has no hue: white, black, grey."""
BGR_OF_UNKNOWN = (200, 160, 40)


def rgb_of(color: str) -> tuple[int, int, int] | None:
    """The sRGB of a colour.

    Args:
        color: in any case a name of `NAMED` (``gray`` too) or `MATERIALS`, ``#rrggbb``, or else a colour of CSS (W3C, CSS Color
            Module Level 4, section 6.1).

    Returns:
        Red, green, blue 0…255; None for a word that is no colour.
    """
    name = color.strip().lower()
    if name == "gray":
        name = "grey"
    if (known := NAMED.get(name) or MATERIALS.get(name)) is not None:
        return known
    if name not in ImageColor.colormap and not _HEX.fullmatch(name):
        return None
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def bgr_of(color: str | None) -> tuple[int, int, int]:
    """The colour to draw with.

    Args:
        color: as of `rgb_of`, or None.

    Returns:
        Blue, green, red 0…255; a sand yellow where the colour is unknown.
    """
    rgb = rgb_of(color) if color else None
    return BGR_OF_UNKNOWN if rgb is None else (rgb[2], rgb[1], rgb[0])


def lab_of_rgb(rgb: tuple[int, int, int]) -> Lab:
    """CIELAB of an sRGB colour (CIE 1976, OpenCV's conversion).

    Args:
        rgb: red, green, blue 0…255.

    Returns:
        float64 ``(3,)``: L 0…100, a and b about -110…110.
    """
    pixel = np.array([[rgb[::-1]]], np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_BGR2LAB)[0, 0], np.float64)


def palette(colors: Iterable[str] = ()) -> dict[str, Lab]:
    """Nominal CIELAB of colours.

    Args:
        colors: names or ``#rrggbb``; nothing stands for all of `NAMED`. Words that are no colours are left out.

    Returns:
        float64 ``(3,)`` by the colour as it was given.
    """
    wanted = tuple(colors) or tuple(NAMED)
    found = ((name, rgb_of(name)) for name in wanted)
    return {name: lab_of_rgb(rgb) for name, rgb in found if rgb is not None}


def likeness(lab: NDArray[np.float32], nominal: Mapping[str, Lab]) -> NDArray[np.float32]:
    """How unlike every pixel's colour is to every nominal one.

    A coloured paint is compared by hue, its saturation may be anything from half to one and a half times the nominal
    one (glare and shade); a grey one by lightness and by having little colour.

    Args:
        lab: CIELAB float32 ``(H, W, 3)``.
        nominal: CIELAB ``(3,)`` of ``n`` colours, by name.

    Returns:
        ΔE-like units from 0, float32 ``(n, H, W)`` in the order of ``nominal``.
    """
    light, a, b = cv2.split(lab)
    stack = []
    for color in nominal.values():
        chroma = float(np.hypot(color[1], color[2]))
        dl = light - np.float32(color[0])
        if chroma < HUELESS:
            colourful = np.maximum(cv2.magnitude(a, b) - 12, 0)
            stack.append(cv2.magnitude(0.6 * dl, 1.2 * colourful))
            continue
        u, v = (np.float32(c / chroma) for c in color[1:])
        along = a * u + b * v
        across = a * v - b * u
        beyond = np.maximum(np.maximum(0.5 * chroma - along, along - 1.5 * chroma), 0)
        stack.append(np.sqrt(beyond**2 + (1.3 * across) ** 2 + (0.35 * dl) ** 2))
    return np.asarray(np.stack(stack), np.float32)


def name_colour(seen: Lab, choices: Mapping[str, Lab]) -> str | None:
    """The most similar colour of a palette.

    Args:
        seen: CIELAB, ``(3,)``.
        choices: CIELAB ``(3,)`` by name.

    Returns:
        A key of ``choices``, None of an empty palette.
    """
    if not choices:
        return None
    away = likeness(np.array([[seen]], np.float32), choices)[:, 0, 0]
    return list(choices)[int(away.argmin())]


def median_colour(lab: NDArray[np.float32], mask: NDArray[np.bool_]) -> Lab | None:
    """Median colour of some pixels.

    Args:
        lab: CIELAB float32 ``(h, w, 3)``.
        mask: which pixels, bool ``(h, w)``.

    Returns:
        float64 ``(3,)``; None when there are no such pixels.
    """
    pixels = lab[mask]
    return np.median(pixels, axis=0).astype(np.float64) if len(pixels) else None
