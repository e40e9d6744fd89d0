"""Pieces and scenery made of blocks; lengths are piece units."""

from collections.abc import Iterable
import math
from typing import Final

from twat_camera.simulator.colors import Rgb
from twat_camera.simulator.solids import Block, Solid, Solids, box

Outline = tuple[tuple[float, float], ...]

_EARTH: Final = (84, 70, 52)
_STONE: Final = (136, 132, 124)
_LEAF: Final = (64, 84, 48)
_STEEL: Final = (92, 94, 98)
_IRON: Final = (40, 42, 46)


def _oval(x: float, y: float, across: float, deep: float, corners: int = 14) -> Outline:
    angles = [2 * math.pi * n / corners for n in range(corners)]
    return tuple((x + across * math.cos(a), y + deep * math.sin(a)) for a in angles)


def _slab(x: float, y: float, half_x: float, half_y: float) -> Outline:
    return (
        (x - half_x, y - half_y),
        (x + half_x, y - half_y),
        (x + half_x, y + half_y),
        (x - half_x, y + half_y),
    )


def _meeple() -> Solid:
    """Legs, body, arms and head, sawn from a board of wood."""
    profile = (
        (-0.11, 0.08, 0.00, 0.20),
        (0.11, 0.08, 0.00, 0.20),
        (0.00, 0.15, 0.20, 0.40),
        (0.00, 0.26, 0.40, 0.54),
        (0.00, 0.12, 0.54, 0.74),
        (0.00, 0.08, 0.74, 0.80),
    )
    return tuple(Block(_slab(x, 0, half, 0.10), low, high) for x, half, low, high in profile)


def _soldiers(places: Iterable[tuple[float, float]], floor: float) -> Iterable[Block]:
    for x, y in places:
        yield Block(_oval(x, y, 0.11, 0.08, 8), floor, floor + 0.34)
        yield Block(_oval(x, y, 0.06, 0.06, 8), floor + 0.34, floor + 0.46)


def _regiment() -> Solid:
    """Six soldiers on a rectangular tray."""
    places = [(x, y) for y in (-0.2, 0.2) for x in (-0.38, 0.0, 0.38)]
    return Block(_slab(0, 0, 0.60, 0.40), 0.0, 0.06, _EARTH), *_soldiers(places, 0.06)


def _warband() -> Solid:
    """Three soldiers and a banner on an oval tray."""
    tray = Block(_oval(0, 0, 0.56, 0.40), 0.0, 0.06, _EARTH)
    banner = (
        Block(_slab(0.0, -0.16, 0.02, 0.02), 0.06, 0.90, _EARTH),
        Block(_slab(0.13, -0.16, 0.13, 0.015), 0.62, 0.88),
    )
    return tray, *_soldiers([(-0.3, 0.05), (0.0, 0.18), (0.3, 0.05)], 0.06), *banner


def _trooper() -> Solid:
    """A soldier with a rifle on a small round base."""
    return (
        Block(_oval(0, 0, 0.32, 0.32), 0.0, 0.07, _EARTH),
        Block(_slab(-0.09, 0, 0.07, 0.09), 0.07, 0.34),
        Block(_slab(0.09, 0, 0.07, 0.09), 0.07, 0.34),
        Block(_oval(0, 0, 0.20, 0.14, 9), 0.34, 0.62),
        Block(_slab(0.15, -0.12, 0.03, 0.2), 0.44, 0.50, _STEEL),
        Block(_oval(0, -0.01, 0.10, 0.10, 9), 0.62, 0.80),
    )


def _gunner() -> Solid:
    """A soldier on a round base, a gun held out in front of him, a pack on his back."""
    return (
        Block(_oval(0, 0, 0.34, 0.34, 20), 0.0, 0.07, _EARTH),
        Block(_oval(0, 0.02, 0.2, 0.12, 10), 0.07, 0.55),
        Block(_slab(-0.02, 0.15, 0.11, 0.06), 0.30, 0.56, _IRON),
        Block(_slab(0.12, -0.2, 0.035, 0.24), 0.38, 0.46, _IRON),
        Block(_oval(0, 0, 0.09, 0.09, 10), 0.55, 0.78),
    )


def _walker() -> Solid:
    """A machine on two legs, a gun under its nose."""
    return (
        Block(_oval(0, 0, 0.5, 0.5, 24), 0.0, 0.06, _EARTH),
        Block(_slab(-0.25, 0, 0.07, 0.22), 0.06, 0.5),
        Block(_slab(0.25, 0, 0.07, 0.22), 0.06, 0.5),
        Block(_slab(0, 0.05, 0.22, 0.26), 0.5, 0.8),
        Block(_slab(0, -0.32, 0.05, 0.14), 0.6, 0.7, _IRON),
    )


def _speeder() -> Solid:
    """A pointed craft without a base, a fin at its stern."""
    hull = ((0.0, -0.6), (0.2, -0.2), (0.26, 0.45), (-0.26, 0.45), (-0.2, -0.2))
    return (
        Block(hull, 0.12, 0.28),
        Block(_slab(0, 0.12, 0.12, 0.12), 0.28, 0.42, _IRON),
        Block(_slab(0, 0.42, 0.3, 0.05), 0.28, 0.34),
    )


def _brute() -> Solid:
    """A monster on a large round base."""
    return (
        Block(_oval(0, 0, 0.62, 0.62, 20), 0.0, 0.08, _EARTH),
        Block(_oval(-0.22, 0.06, 0.13, 0.16, 8), 0.08, 0.5),
        Block(_oval(0.22, 0.06, 0.13, 0.16, 8), 0.08, 0.5),
        Block(_oval(0, 0, 0.42, 0.3, 12), 0.5, 1.0),
        Block(_oval(-0.46, -0.16, 0.1, 0.22, 8), 0.44, 0.9),
        Block(_oval(0.46, -0.16, 0.1, 0.22, 8), 0.44, 0.9),
        Block(_oval(0, -0.2, 0.15, 0.15, 10), 1.0, 1.24),
    )


def _rider() -> Solid:
    """A horse and its rider on an oval base."""
    return (
        Block(_oval(0, 0, 0.34, 0.56, 18), 0.0, 0.07, _EARTH),
        Block(_slab(0, -0.24, 0.1, 0.06), 0.07, 0.36),
        Block(_slab(0, 0.24, 0.1, 0.06), 0.07, 0.36),
        Block(_oval(0, 0, 0.14, 0.4, 12), 0.36, 0.62),
        Block(_slab(0, -0.42, 0.06, 0.12), 0.5, 0.84),
        Block(_oval(0, 0.04, 0.13, 0.1, 8), 0.62, 0.94),
        Block(_oval(0, 0.03, 0.08, 0.08, 9), 0.94, 1.1),
    )


def _engine() -> Solid:
    """A plastic locomotive."""
    return (
        Block(_slab(0, 0, 0.40, 0.14), 0.0, 0.16),
        Block(_slab(-0.24, 0, 0.16, 0.13), 0.16, 0.44),
        Block(_slab(0.12, 0, 0.24, 0.10), 0.16, 0.32),
        Block(_oval(0.26, 0, 0.05, 0.05, 8), 0.32, 0.46),
    )


def _house() -> Solid:
    """A house of plastic, its roof in steps."""
    return tuple(
        Block(_slab(0, 0, half, 0.2), low, high)
        for half, low, high in ((0.2, 0, 0.24), (0.17, 0.24, 0.31), (0.1, 0.31, 0.38))
    )


def _wall() -> Solid:
    """A barricade of slabs."""
    return (
        Block(_slab(-0.55, 0.05, 0.5, 0.09), 0.0, 0.5, _STONE),
        Block(_slab(0.5, -0.05, 0.46, 0.09), 0.0, 0.42, _STONE),
    )


def _pointed(size: float) -> Solid:
    """A five-sided wooden tile that points at the opponent."""
    outline = ((0.0, -0.42), (0.27, -0.27), (0.34, 0.42), (-0.34, 0.42), (-0.27, -0.27))
    scaled = tuple((x * size, y * size) for x, y in outline)
    return (Block(scaled, 0.0, 0.17 * size, print="letter"),)


def _hill() -> Solid:
    sides = ((1.5, 1.1, 0.0), (1.15, 0.8, 0.22), (0.7, 0.5, 0.44))
    return tuple(
        Block(_oval(0.1 * n, 0, across, deep, 11), low, low + 0.22, (96 - 6 * n, 92, 62))
        for n, (across, deep, low) in enumerate(sides)
    )


def _ruin() -> Solid:
    """Two walls and what fell off them."""
    return (
        Block(_slab(0.0, -0.7, 0.9, 0.09), 0.0, 1.0, _STONE),
        Block(_slab(-0.8, 0.05, 0.09, 0.64), 0.0, 0.7, _STONE),
        Block(_oval(0.3, 0.1, 0.22, 0.16, 6), 0.0, 0.18, _STONE),
        Block(_oval(-0.2, 0.45, 0.15, 0.18, 5), 0.0, 0.14, _EARTH),
    )


def _wood() -> Solid:
    """Three trees on a flat piece of ground."""
    ground = Block(_oval(0, 0, 1.2, 0.9), 0.0, 0.05, (104, 100, 60))
    trees = [
        Block(_oval(x, y, size * share, size * share, 9), low, high, _LEAF)
        for x, y, size in ((-0.5, 0.1, 0.5), (0.35, -0.3, 0.42), (0.4, 0.42, 0.36))
        for share, low, high in (
            (0.22, 0.05, 0.3),
            (1.0, 0.3, 0.65),
            (0.75, 0.65, 1.0),
            (0.4, 1.0, 1.25),
        )
    ]
    return ground, *trees


def _mug(paint: Rgb, drink: Rgb) -> Solid:
    return (
        Block(_oval(0, 0, 0.8, 0.8, 28), 0.0, 1.7, paint),
        Block(_oval(0, 0, 0.7, 0.7, 28), 1.7, 1.701, drink),
        Block(_slab(1.0, 0.0, 0.22, 0.1), 0.5, 1.3, paint),
    )


PIECES: Final[Solids] = {
    "meeple": _meeple(),
    "regiment": _regiment(),
    "warband": _warband(),
    "trooper": _trooper(),
    "gunner": _gunner(),
    "walker": _walker(),
    "speeder": _speeder(),
    "brute": _brute(),
    "rider": _rider(),
    "engine": _engine(),
    "house": _house(),
    "die": box(0.27, 0.27, 0.54, print="letter"),
    "chip": (Block(_oval(0, 0, 0.36, 0.36, 22), 0.0, 0.06),),
    "peg": (
        Block(_oval(0, 0, 0.12, 0.12), 0.0, 1.1),
        Block(_oval(0, 0, 0.18, 0.18), 1.1, 1.25),
        Block(_oval(0, 0, 0.12, 0.12), 1.25, 1.35),
    ),
    "general": _pointed(1.0),
    "soldier": _pointed(0.8),
    "card": box(0.43, 0.31, 0.012, print="picture"),
    "hill": _hill(),
    "ruin": _ruin(),
    "wood": _wood(),
    "wall": _wall(),
    "mug": _mug((52, 84, 96), (58, 34, 22)),
    "rules": box(1.6, 2.2, 0.05, paint=(206, 196, 180), print="picture"),
}
"""What the tables of looks have besides the simulator's own pieces."""
