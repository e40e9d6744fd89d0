"""What things look like: whose colour they have, and how unlike two of them are."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .colours import HUELESS, Lab, likeness, palette
from .geometry import FloatImage, Mask
from .pair import Pair
from .things import Thing

BINS = (10, 14, 14)
"""Of a histogram over L, a and b."""
RANGES = (0.0, 100.0, -84.0, 84.0, -84.0, 84.0)
SPREAD = 1.0
"""Bins over which a histogram is smoothed: no light is taken out wholly."""
TELLING = 0.2
"""Part of a thing that may be all that has its owner's colour: figures on a base."""
ANOTHER = 12.0
"""By how much nearer a vivid colour must be for a thing not to have any of those looked for (like ΔE)."""
_VIVID = {name: lab for name, lab in palette().items() if np.hypot(lab[1], lab[2]) > 35.0}
"""The common colours but white, black, grey and brown: those are bases and shadows, too."""
COLOURFUL = 0.6
"""How much of the colour that a thing has counts against its having none."""
SHADES = 10.0
"""How much further from its colour than the most telling part the shades of one colour are."""
DEEPEST = 0.75
"""Cube root of the light that the deepest shadow leaves."""
RARE = 1e-3
"""Share of a colour that pieces may have although none was seen to."""
INDEPENDENT = 25.0
"""Pixels of a thing whose colours are independent of each other."""

Histogram = NDArray[np.float32]
"""Smoothed shares of colours, ``(10, 14, 14)``; their sum is 1."""


def histogram(pair: Pair, thing: Thing) -> Histogram:
    """The colours of a thing in the photo in which it stands.

    Args:
        pair: the compared photos, in the same light.
        thing: what came or went.

    Returns:
        float32 ``(10, 14, 14)``.
    """
    return histogram_of(_pixels(pair, thing))


def histogram_of(pixels: NDArray[np.float32]) -> Histogram:
    """The colours of some pixels.

    Args:
        pixels: CIELAB float32 ``(n, 3)``.

    Returns:
        float32 ``(10, 14, 14)``.
    """
    ranges = tuple(zip(RANGES[::2], RANGES[1::2], strict=True))
    held = np.clip(pixels, *(np.array(edge) for edge in zip(*ranges, strict=True)))
    counts, _ = np.histogramdd(held, BINS, ranges)
    smooth: Histogram = counts.astype(np.float32)
    for axis in range(3):
        moved = np.moveaxis(smooth, axis, -1)
        flat = np.ascontiguousarray(moved).reshape(-1, moved.shape[-1])
        blurred = cv2.GaussianBlur(flat, (5, 1), SPREAD, borderType=cv2.BORDER_CONSTANT)
        smooth = np.moveaxis(np.asarray(blurred, np.float32).reshape(moved.shape), -1, axis)
    return np.asarray(smooth / max(float(smooth.sum()), 1e-6), np.float32)


def unlike(a: Histogram, b: Histogram) -> float:
    """How unlike two things' colours are: the Hellinger distance of their histograms (Bhattacharyya 1943).

    Args:
        a: of one thing.
        b: of the other.

    Returns:
        0…1.
    """
    return float(np.sqrt(max(0.0, 1 - float(np.sqrt(a * b).sum()))))


def colour_of(pair: Pair, thing: Thing, nominal: Mapping[str, Lab]) -> str | None:
    """Whose colour a thing has, see `nearness`.

    Args:
        pair: the compared photos.
        thing: what came or went.
        nominal: CIELAB ``(3,)`` by name, at least one.

    Returns:
        A key of ``nominal``; None where the thing is `strange`.
    """
    if strange(pair, thing, nominal):
        return None
    near = nearness(pair, thing, nominal)
    return min(near, key=near.__getitem__)


def nearness(pair: Pair, thing: Thing, nominal: Mapping[str, Lab]) -> dict[str, float]:
    """How far the most telling part of a thing is from every colour.

    Args:
        pair: the compared photos.
        thing: what came or went.
        nominal: CIELAB ``(3,)`` by name, at least one.

    Returns:
        ΔE-like units by name; more for those without hue where the thing has some: its shadow and its edges have none.
    """
    away = _nearness(_pixels(pair, thing), nominal)
    colourful = COLOURFUL * _colourful(pair, thing)
    return {
        name: float(distance) + (colourful if _hueless(nominal[name]) else 0.0)
        for name, distance in zip(nominal, away, strict=True)
    }


def strange(pair: Pair, thing: Thing, nominal: Mapping[str, Lab]) -> bool:
    """Whether a thing plainly has a vivid colour that nobody looks for.

    Args:
        pair: the compared photos.
        thing: what came or went.
        nominal: CIELAB ``(3,)`` of the colours looked for, by name, at least one.
    """
    pixels = _pixels(pair, thing)
    nearest = _nearness(pixels, nominal).min() - _nearness(pixels, _VIVID).min()
    return bool(nearest >= ANOTHER)


def turn(pair: Pair, thing: Thing, color: Lab) -> float:
    """How much nearer to a colour the most telling part of a place is in the photo in which the thing stands.

    Args:
        pair: the compared photos.
        thing: what came or went.
        color: CIELAB ``(3,)``.

    Returns:
        ΔE-like units; less than 0 where the other photo is nearer to it.
    """
    away = _nearness(_pixels(pair, thing, there=True), {"": color})
    return float((away - _nearness(_pixels(pair, thing), {"": color}))[0])


def coloured(pair: Pair, thing: Thing, color: Lab) -> Mask:
    """Which of a thing's pixels have a colour as its most telling part has it: no base, and nothing that is the board in shadow.

    Args:
        pair: the compared photos.
        thing: what came or went.
        color: CIELAB ``(3,)``.

    Returns:
        bool ``(n,)``, at least one of them.
    """
    pixels = _pixels(pair, thing)
    distances = likeness(pixels[None], {"": color})[0, 0]
    telling = np.sort(distances)[: max(1, round(TELLING * distances.size))].mean()
    alike = distances <= telling + SHADES
    lit = alike & (distances < _from_shade(pixels, _pixels(pair, thing, there=True)))
    return np.asarray(lit if lit.any() else alike, np.bool_)


def _from_shade(pixels: NDArray[np.float32], board: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far pixels are from the colours that the board in their places has in any shadow, ΔE ``(n,)``.

    In CIELAB (CIE 1976) a fraction of the light scales lightness + 16, a and b alike, by its cube root.
    """
    zero = np.array([16, 0, 0], np.float32)
    seen, lit = pixels + zero, board + zero
    share = np.clip((seen * lit).sum(axis=1) / np.maximum((lit**2).sum(axis=1), 1), DEEPEST, 1)
    return np.asarray(np.linalg.norm(seen - share[:, None] * lit, axis=1), np.float32)


def _hueless(color: Lab) -> bool:
    return bool(np.hypot(color[1], color[2]) < HUELESS)


def _colourful(pair: Pair, thing: Thing) -> float:
    """By how much the most colourful part of a thing is more so than what has little colour, and than the board in its place."""
    chroma, ground = (
        float(np.percentile(np.hypot(pixels[:, 1], pixels[:, 2]), 100 * (1 - TELLING)))
        for pixels in (_pixels(pair, thing), _pixels(pair, thing, there=True))
    )
    return max(0.0, chroma - max(HUELESS, ground))


def _nearness(pixels: NDArray[np.float32], nominal: Mapping[str, Lab]) -> NDArray[np.float32]:
    """How far the most telling part of some pixels is from every colour, ``(n,)``."""
    distances = likeness(pixels[None], nominal)[:, 0]
    some = max(1, round(TELLING * distances.shape[1]))
    return np.asarray(np.partition(distances, some - 1, axis=1)[:, :some].mean(axis=1), np.float32)


def ownership(look: Histogram, known: Mapping[str, Sequence[Histogram]]) -> dict[str, float]:
    """How likely a thing is each player's: naive Bayes on its colours, given those of all pieces.

    What all pieces have around them, the board and their shadows, tells nothing; what only one player's have tells most.

    Args:
        look: the thing's colours.
        known: the colours of every player's pieces, by the player's colour; at least one of each.

    Returns:
        Log likelihood in nats, by colour.
    """
    return {
        color: INDEPENDENT * float((look * np.log(np.mean(looks, axis=0) + RARE)).sum())
        for color, looks in known.items()
    }


def disc(lab: FloatImage, centre: tuple[float, float], radius: float) -> NDArray[np.float32]:
    """The pixels around a point, as far as they are on the canvas.

    Args:
        lab: canvas in CIELAB, float32 ``(H, W, 3)``.
        centre: x and y in canvas pixels.
        radius: in canvas pixels.

    Returns:
        float32 ``(n, 3)``; none where the point is far off.
    """
    x, y = centre
    left, top = max(0, round(x - radius)), max(0, round(y - radius))
    part = lab[top : max(0, round(y + radius) + 1), left : max(0, round(x + radius) + 1)]
    ys, xs = np.ogrid[: part.shape[0], : part.shape[1]]
    inside = (xs + left - x) ** 2 + (ys + top - y) ** 2 <= radius**2
    return np.asarray(part[inside], np.float32)


def _pixels(pair: Pair, thing: Thing, *, there: bool = False) -> NDArray[np.float32]:
    """A thing's pixels in the photo in which it stands, or ``there``, in the other one."""
    lab = pair.maps.lab_after if thing.appeared != there else pair.maps.lab_before
    return np.asarray(lab[thing.ys, thing.xs], np.float32)
