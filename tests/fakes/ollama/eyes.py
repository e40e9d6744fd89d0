"""How the stand-in sees: it looks for what it knows from the table in the pictures it is sent.

It is told where on a photo of the table what stands. A picture it is asked about it divides into its
tiles, and in each tile it looks for all it knows, at several sizes, by normalised cross-correlation.
What it is asked, and in what order, it does not know here.
"""

from dataclasses import dataclass, field
import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

Pixels = NDArray[np.uint8]

WHITE = 244
TILE = 64
"""Pixels to whose side tiles are brought before looking."""
LIKENESS = 0.62
"""Correlation from which something is recognised."""
SIZES = np.geomspace(0.42, 0.88, 9)
"""Sides of a known look, as fractions of the tile's height."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tile shows: words, or a number; `score` is how alike it is, `rival` the next best other."""

    words: frozenset[str]
    number: int | None
    score: float
    rival: float

    @property
    def certainty(self) -> float:
        return float(np.clip(0.85 + 1.5 * (self.score - self.rival), 0.34, 0.995))


EMPTY = Seen(frozenset({"empty"}), None, 1.0, 0.8)


@dataclass(slots=True)
class Eyes:
    """Known looks, and looking."""

    looks: list[tuple[frozenset[str], int | None, Pixels]] = field(default_factory=list)

    def learn(self, photo: bytes, things: list[dict[str, Any]]) -> None:
        """Remember how things look: each has `box` (pixels), and `words` or `number`."""
        pixels = decode(photo)
        self.looks = []
        for thing in things:
            x, y, w, h = thing["box"]
            cut = pixels[max(0, y) : y + h, max(0, x) : x + w]
            words = frozenset(thing.get("words", ()))
            self.looks.append((words, thing.get("number"), cut))

    def look(self, picture: bytes) -> list[Seen]:
        """What each tile of a picture shows, in reading order; of a pair the right half counts."""
        return [self._recognise(tile) for tile in tiles(decode(picture))]

    def _recognise(self, tile: Pixels) -> Seen:
        height, width = tile.shape[:2]
        if width > 1.6 * height:
            tile = tile[:, width // 2 :]
        tile = _sized(tile, TILE)
        scores: dict[tuple[frozenset[str], int | None], float] = {}
        for words, number, look in self.looks:
            best = max(_likeness(tile, look, size) for size in SIZES)
            scores[words, number] = max(best, scores.get((words, number), -1.0))
        if not scores:
            return EMPTY
        (words, number), score = max(scores.items(), key=lambda item: item[1])
        rival = max((s for key, s in scores.items() if key != (words, number)), default=0.5)
        return Seen(words, number, score, rival) if score >= LIKENESS else EMPTY


def decode(picture: bytes) -> Pixels:
    """Decode JPEG or PNG to RGB; raises ValueError as the server does for anything else."""
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError) as err:
        raise ValueError("failed to decode image") from err


def tiles(picture: Pixels) -> list[Pixels]:
    """Cut a contact sheet along its white gutters; a picture without any is one tile."""
    white = (picture > WHITE).all(axis=2)
    found = []
    for top, bottom in _runs(white.mean(axis=1) < 0.6, 24):
        for left, right in _runs(white[top:bottom].mean(axis=0) < 0.9, 24):
            found.append(picture[top:bottom, left:right])
    return found


def _runs(inside: NDArray[np.bool_], least: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= least]


def _sized(pixels: Pixels, height: int) -> Pixels:
    width = max(1, round(pixels.shape[1] * height / pixels.shape[0]))
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _likeness(tile: Pixels, look: Pixels, size: float) -> float:
    """Best correlation of a look with any place in a tile; colours count, brightness does not."""
    small = _sized(look, round(size * tile.shape[0]))
    if small.shape[0] > tile.shape[0] or small.shape[1] > tile.shape[1]:
        return -1.0
    return float(cv2.matchTemplate(tile, small, cv2.TM_CCOEFF_NORMED).max())
