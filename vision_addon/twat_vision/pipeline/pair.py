"""Two photos made comparable: registered, rectified, in the same light, with what hides the board marked."""

from collections.abc import Callable
from dataclasses import dataclass
import time

from .decode import Image
from .gate import Obstruction, blurred, find_hand, too_dark
from .geometry import FloatImage, Frame, Mask, Matrix
from .maps import ChangeMaps, change_maps
from .photo import Photo
from .photometry import match_light
from .registration import Registration

MARGIN = 1.0
"""Units of table around the board that are looked at; hands come from there."""

LightMatcher = Callable[[Image, Image, Mask, int], FloatImage]
"""Shows the after canvas in the before canvas's light: before, after, valid pixels, canvas pixels a unit → 0…255."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparable pair.

    ``before`` and ``after`` are canvases, BGR uint8 ``(H, W, 3)``; ``matched`` is the after canvas in the before photo's
    light, float32 0…255. ``valid`` marks pixels both photos show. ``to_before`` and ``to_after`` map units to pixels
    of the decoded photos.
    """

    frame: Frame
    before: Image
    after: Image
    matched: FloatImage
    valid: Mask
    maps: ChangeMaps
    hand: Obstruction
    dark: bool
    soft: bool
    to_before: Matrix
    to_after: Matrix
    registration: Registration


def compare(
    before: Photo,
    after: Photo,
    to_before: Matrix,
    registration: Registration,
    frame: Frame,
    timings: dict[str, float],
    light: LightMatcher = match_light,
) -> Pair:
    """Rectify both photos, take the light out and compare.

    Args:
        before: decoded photo.
        after: decoded photo of any size.
        to_before: unit → pixel of ``before``.
        registration: where the board is in ``after``.
        frame: the canvas to compare on.
        timings: milliseconds per stage are added under ``rectify``, ``light``, ``compare`` and ``gate``.
        light: takes the light out.
    """
    t0 = time.perf_counter()
    canvas_b, shown_b = before.canvas(to_before, frame)
    canvas_a, shown_a = after.canvas(registration.to_image, frame, registration.shifts)
    valid = shown_a & shown_b
    t1 = time.perf_counter()
    matched = light(canvas_b, canvas_a, valid, frame.scale)
    t2 = time.perf_counter()
    maps = change_maps(canvas_b, before.lab_canvas(to_before, frame), matched, valid, frame)
    t3 = time.perf_counter()
    hand = find_hand(maps, valid, frame)
    board_b, board_a = frame.board(canvas_b), frame.board(canvas_a)
    dark = too_dark(board_a)
    soft = blurred(board_b, board_a)
    t4 = time.perf_counter()
    timings["rectify"] = (t1 - t0) * 1000
    timings["light"] = (t2 - t1) * 1000
    timings["compare"] = (t3 - t2) * 1000
    timings["gate"] = (t4 - t3) * 1000
    return Pair(
        frame,
        canvas_b,
        canvas_a,
        matched,
        valid,
        maps,
        hand,
        dark,
        soft,
        to_before,
        registration.to_image,
        registration,
    )
