"""From changed blobs to how many pieces of each colour every zone gained or lost.

Three things look like changes and are none: the print that a piece hides or frees (it overlaps the piece's blob the
other way round), a piece pushed or seen from elsewhere (it vanishes and appears in the same zone), and fringes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .blobs import Blob
from .evidence import CLEAR_CONTRAST, PLAIN, RUNS_ON, evidence, plainly_a_piece

LEAST_MARGIN, LEAST_STRENGTH, LEAST_CONTRAST = 3.0, 0.4, 3.0
"""Below these a blob is nothing; ``LEAST_CONTRAST`` is by how much more it stands out than the same place in the other photo."""
OVERLAP = 0.25
EQUAL = 2.0
"""Nats by which a blob may be less likely than an opposite one it overlaps, and both be pieces: one replaced the other."""
REPLACED = 0.5
"""Overlap from which what came stands in the place of what went."""
MOST = 6
"""Pieces of one colour that may come to a zone, or leave it, between two photos."""
LONE_SHARE = 0.28
"""Part of a piece's area that must have come (or gone) where nothing went the other way."""
NET_SHARE = 0.6
"""The same where blobs went both ways."""
SHADE = 0.2
"""Pieces' areas that fringes and shadows add to what came or went."""
NUDGE = 0.45
"""Units a piece may be pushed across a zone's border without having moved to the next one."""


@dataclass(frozen=True, slots=True)
class Change:
    """``count`` pieces of a colour that came to (or left) a zone; ``evidence`` in nats for each of them."""

    zone: int
    color: str
    appeared: bool
    count: int
    blobs: tuple[Blob, ...]
    evidence: float


def plausible(
    blobs: list[tuple[Blob, int]],
    unit: float,
    standing: Mapping[tuple[int, str], int] | None,
) -> list[tuple[Blob, int]]:
    """Leave out blobs that cannot be pieces, and print behind pieces.

    Args:
        blobs: blobs and their zones.
        unit: a piece's area in square units.
        standing: how many pieces of a colour the accepted state has in a zone, None where it is not known.
    """
    kept = []
    for blob, zone in blobs:
        if blob.margin < LEAST_MARGIN or blob.strength < LEAST_STRENGTH or zone < 0:
            continue
        if standing is not None and not blob.appeared and not standing.get((zone, blob.color), 0):
            # Nothing of this colour stood there: it was the print.
            continue
        kept.append((blob, zone))
    kept = [
        (blob, zone)
        for blob, zone in _replacing(kept)
        if blob.contrast - blob.other_contrast >= LEAST_CONTRAST
    ]
    return [(a, zone) for a, zone in kept if not any(_none_beside(a, b, unit) for b, _ in kept)]


def _none_beside(a: Blob, b: Blob, unit: float) -> bool:
    """Whether a blob is no piece because another one is: its print, its shadow, its lit top, or the same thing by another name."""
    opposite = a.appeared != b.appeared
    if opposite and a.runs_on >= RUNS_ON > b.runs_on and a.touches(b):
        return True
    if a.color == b.color:
        return False
    mine, other = evidence(a, unit), evidence(b, unit)
    if not opposite and mine < PLAIN <= other and a.touches(b):
        return True
    if a.overlap(b) < OVERLAP:
        return False
    replaced = opposite and mine >= other - EQUAL and a.runs_on < RUNS_ON
    return not replaced and (mine, -a.runs_on) < (other, -b.runs_on)


def _replacing(blobs: list[tuple[Blob, int]]) -> list[tuple[Blob, int]]:
    """Where one thing stands in the place of another both stand out, and neither is held against the other."""
    out = [i for i, (b, _) in enumerate(blobs) if b.contrast >= CLEAR_CONTRAST]
    freed = {
        i
        for i in out
        for j in out
        if blobs[i][0].appeared != blobs[j][0].appeared
        and blobs[i][0].color != blobs[j][0].color
        and blobs[i][0].overlap(blobs[j][0]) >= REPLACED
    }
    return [
        (replace(b, other_contrast=0.0) if i in freed else b, zone)
        for i, (b, zone) in enumerate(blobs)
    ]


def net_changes(
    blobs: list[tuple[Blob, int]],
    unit: float,
    standing: Mapping[tuple[int, str], int] | None,
    scale: int,
) -> tuple[list[Change], list[Change]]:
    """Count what every zone gained and lost.

    Args:
        blobs: plausible blobs and their zones (indices).
        unit: a piece's area in square units.
        standing: how many pieces of a colour the accepted state has in a zone, None where it is not known.
        scale: canvas pixels a unit.

    Returns:
        The changes between zones, and those within one (a piece pushed, or stepped on along a track).
    """
    by_zone: dict[tuple[int, str], list[Blob]] = defaultdict(list)
    for blob, zone in _settle(blobs, scale):
        by_zone[zone, blob.color].append(blob)
    between: list[Change] = []
    within: list[Change] = []
    for (zone, color), found in by_zone.items():
        came = [b for b in found if b.appeared]
        went = [b for b in found if not b.appeared]
        area = sum(b.area for b in came) - sum(b.area for b in went)
        appeared = area > 0
        main = came if appeared else went
        share = abs(area) / unit
        least = NET_SHARE if came and went else LONE_SHARE
        count = max(1, round(share - SHADE)) if share >= least else 0
        if not (came and went):
            count = max(count, len(_whole([b for b in main if plainly_a_piece(b)], unit)))
        if came and went:
            whole = min(len(_whole(came, unit)), len(_whole(went, unit)))
            within.extend(
                [Change(zone, color, True, max(1, whole), tuple(found), 0.0)] if whole else []
            )
        if not appeared and standing is not None:
            count = min(count, standing.get((zone, color), 0))
        if 0 < count <= MOST:
            sure = max(evidence(b, unit) for b in main)
            if came and went:
                sure = min(sure, 3.0)
            between.append(Change(zone, color, appeared, count, tuple(main), sure))
    return between, within


def _whole(blobs: list[Blob], unit: float) -> list[Blob]:
    return [b for b in blobs if b.area > 0.5 * unit]


def _settle(blobs: list[tuple[Blob, int]], scale: int) -> list[tuple[Blob, int]]:
    """Give a piece that was pushed across a border, or seen from elsewhere, the zone it came from."""
    settled = []
    gone = [(b, z) for b, z in blobs if not b.appeared]
    for blob, zone in blobs:
        home = zone
        if blob.appeared:
            for other, other_zone in gone:
                dx, dy = blob.centre[0] - other.centre[0], blob.centre[1] - other.centre[1]
                if other.color == blob.color and (dx * dx + dy * dy) ** 0.5 < NUDGE * scale:
                    home = other_zone
        settled.append((blob, home))
    return settled
