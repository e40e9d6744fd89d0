"""From changed blobs to how many pieces of each colour every zone gained or lost.

Three things look like changes and are none: the print that a piece hides or frees (it overlaps the piece's blob the
other way round), a piece pushed or seen from elsewhere (it vanishes and appears in the same zone), and fringes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .blobs import Blob

LEAST_MARGIN = 3.0
LEAST_STRENGTH = 0.4
OVERLAP = 0.25
EQUAL = 0.7
"""Quality ratio from which two overlapping opposite blobs are both pieces: one was replaced by the other."""
RUNS_ON = 0.3
"""Share of the surroundings from which a blob overlapping another one is the print around that one."""
MOST = 6
"""Pieces of one colour that may come to a zone, or leave it, between two photos."""
LONE_SHARE = 0.28
"""Part of a piece's area that must have come (or gone) where nothing went the other way."""
NET_SHARE = 0.6
"""The same where blobs went both ways."""
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


def quality(blob: Blob, unit: float) -> float:
    """How much a blob is like a whole piece of a clear colour that surely changed.

    Args:
        blob: the blob.
        unit: a piece's area in square units.

    Returns:
        0…1.
    """
    size = min(1.0, blob.area / (0.7 * unit))
    clear = min(1.0, max(0.0, (blob.margin - 2) / 12))
    return size * clear * min(1.0, blob.strength / 0.6)


def evidence(blob: Blob, unit: float) -> float:
    """How likely a blob is a piece that came or went.

    Args:
        blob: the blob.
        unit: a piece's area in square units.

    Returns:
        Log odds in nats, -2…8.
    """
    return max(-2.0, min(8.0, 14 * quality(blob, unit) - 2.5))


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
    dropped: set[int] = set()
    for i, (a, _) in enumerate(kept):
        for j, (b, _) in enumerate(kept):
            if a.color == b.color:
                continue
            if a.appeared != b.appeared and a.runs_on >= RUNS_ON > b.runs_on and a.touches(b):
                dropped.add(i)
            if a.overlap(b) < OVERLAP:
                continue
            qa, qb = quality(a, unit), quality(b, unit)
            replaced = a.appeared != b.appeared and qb >= EQUAL * qa and b.runs_on < RUNS_ON
            worse = (qb, -b.runs_on, j) < (qa, -a.runs_on, i)
            if worse and not replaced:
                dropped.add(j)
    return [entry for i, entry in enumerate(kept) if i not in dropped]


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
        count = max(1, round(share)) if share >= least else 0
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
