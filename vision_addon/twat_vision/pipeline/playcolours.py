"""Which colours are looked for: the players', and where nobody names any, those that the changes of a pair show.

Without players the common ones are looked for. Others are not added at a guess, because the more colours there are, the
more print is like one of them: a colour is added where a blob that is plainly a piece has it and no common one.
"""

import numpy as np

from .blobs import Blob, changed_blobs
from .colours import Lab, distance, palette
from .evidence import evidence, plainly_a_piece
from .pair import Pair
from .segments import COMMON_COLORS
from .state import Names

UNLIKE = 18.0
"""Distance from all colours looked for from which a colour is another one."""
SAME = 0.8
"""Shared part of two blobs from which they are one thing that is called by two colours."""


def colours_played(names: Names) -> dict[str, Lab]:
    """Nominal CIELAB ``(3,)`` of the players' colours, of common ones without players.

    Args:
        names: the request's players.
    """
    return palette([p.color for p in names.players.values()] or COMMON_COLORS)


def colours_changed(pair: Pair, names: Names) -> dict[str, Lab]:
    """Nominal CIELAB ``(3,)`` of the players' colours, without players of the common ones and of those plainly seen to change.

    Args:
        pair: the compared photos.
        names: the request's players.
    """
    known = colours_played(names)
    if names.players:
        return known
    named = palette()
    things = [b for b in changed_blobs(pair, known) if plainly_a_piece(b)]
    strange = [b for b in changed_blobs(pair, named) if plainly_a_piece(b)]
    for blob in sorted(strange, key=lambda b: -evidence(b, b.area)):
        if blob.color in known or (_unlike(blob, pair, known) and not _part(blob, things)):
            known[blob.color] = named[blob.color]
            things.append(blob)
    return known


def _unlike(blob: Blob, pair: Pair, known: dict[str, Lab]) -> bool:
    lab = pair.maps.lab_after if blob.appeared else pair.maps.lab_before
    seen = np.median(lab[blob.ys, blob.xs], axis=0).astype(np.float64)
    return min(distance(seen, color) for color in known.values()) >= UNLIKE


def _part(blob: Blob, things: list[Blob]) -> bool:
    """Whether a blob is the lit top, the dark side or the shadow of a larger one."""
    return any(
        other.appeared == blob.appeared
        and other.area > blob.area
        and other.touches(blob)
        and not (blob.area > SAME * other.area and blob.overlap(other) > SAME)
        for other in things
    )
