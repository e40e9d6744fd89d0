"""From things that changed to the pieces that came to a zone or left it.

What left a zone is of a colour that stands there. Like pieces that touch are one thing: how many it is, is told by how much
of it has its owner's colour, beside the pieces of that colour on this very table.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .colours import Lab
from .evidence import Yardstick, evidence
from .pair import Pair
from .pieces import Table
from .segments import largest_circle
from .thinglook import Histogram, coloured, histogram, nearness, strange, turn
from .things import Thing

NATS = 0.25
"""What it tells against a colour that a thing is further from it than from another one, for each ΔE."""
MOST_NATS = 6.0
"""The most that a colour can tell."""
TURNED_WEIGHT, TURNED_BIAS = 2.1, 0.6
CLEAR_TURN, LEAST_TURN = 20.0, -0.5
"""Logistic regression like that of `evidence`, and how much nearer to its colour a place must have turned (ΔE) to be clear."""
ONE_PIECE = 1.1
"""Area of its owner's colour of a thing that is one piece, in areas of the pieces found on the photo."""
ROUND = 1.2
"""The same in areas of the largest circle within it."""
OCTAVES = 0.25
"""Spread of that area."""
SEVERAL_COST = 1.0
"""What it costs, in nats, that a thing is one piece more."""
MOST, LEAST_GAIN = 6, -3.0
"""Pieces of one colour that may come to a zone, or leave it, together; evidence below which there is not one more."""
REPLACED, STANDS_CLEAR = 0.5, 25.0
"""Overlap from which what came stands in the place of what went, where both stand out by so much (ΔE): print does not."""
KNOWN = 3
"""Pieces of a colour from which their own area is the usual one."""


@dataclass(frozen=True, slots=True)
class Change:
    """A piece that came to a zone or left it.

    ``gain`` is the evidence for it in nats, ``tints`` what its colour tells for every player's, at most 0; empty where
    nobody says who plays.
    """

    thing: Thing
    zone: int
    color: str
    gain: float
    look: Histogram
    tints: Mapping[str, float]

    def against(self, color: str) -> float:
        """What its colour tells against another colour than its own.

        Args:
            color: a player's.

        Returns:
            Nats, from 0.
        """
        return -self.tints.get(color, 0.0 if not self.tints else -MOST_NATS)


def zone_changes(
    things: Sequence[tuple[Thing, int]],
    usual: Yardstick,
    pair: Pair,
    nominal: Mapping[str, Lab],
    standing: Mapping[tuple[int, str], int] | None,
    table: Table,
    *,
    named: bool,
) -> list[Change]:
    """The pieces that may have come to a zone or left it.

    Args:
        things: what changed, and the zone (index) it is in, -1 for none.
        usual: what they are measured by.
        pair: the compared photos.
        nominal: CIELAB ``(3,)`` of the colours looked for, as this table shows them where that is known (`seencolours`).
        standing: how many pieces of a colour the accepted state has in a zone, None where it is not known.
        table: the pieces found on a photo; tells how large those of every colour are.
        named: whether the colours are the players'.
    """
    seen = [
        Change(thing, zone, color, gain, histogram(pair, thing), tints)
        for thing, zone in things
        if zone >= 0
        for color, gain, tints in _named(thing, zone, pair, nominal, standing)
    ]
    found: list[Change] = []
    left = None if standing is None else Counter(standing)
    freed = _replacing(seen) if named else set()
    for one in sorted(seen, key=lambda c: -evidence(c.thing, usual)):
        thing = replace(one.thing, other_contrast=0.0) if one.thing in freed else one.thing
        first = evidence(thing, usual) + one.gain
        more = _more(pair, one.thing, one.color, nominal, table)[: MOST - 1]
        # What is no piece is not several.
        gains = [first, *(min(first, gain) for gain in more)]
        if left is not None and not one.thing.appeared:
            gains = gains[: left[one.zone, one.color]]
            left[one.zone, one.color] -= sum(gain > 0 for gain in gains)
        said = one.tints if named else {}
        found.extend(replace(one, gain=gain, tints=said) for gain in gains)
    return found


def _named(
    thing: Thing,
    zone: int,
    pair: Pair,
    nominal: Mapping[str, Lab],
    standing: Mapping[tuple[int, str], int] | None,
) -> Iterator[tuple[str, float, Mapping[str, float]]]:
    """The likeliest colour of a thing, what its colours tell for its being a piece, and for every player's.

    Nothing where it is nobody's, or where nothing like it stood: shade or print.
    """
    known = standing is not None and not thing.appeared
    if not known and strange(pair, thing, nominal):
        return
    near = nearness(pair, thing, nominal)
    nearest = min(near.values())
    tints = {color: max(-MOST_NATS, NATS * (nearest - away)) for color, away in near.items()}
    own = [c for c in tints if not known or (standing or {}).get((zone, c), 0)]
    if own:
        color = max(own, key=tints.__getitem__)
        yield color, tints[color] + _turned(pair, thing, nominal[color]), tints


def replaces(came: Change, went: Change) -> bool:
    """Whether one piece stands in the place of another of another colour: both stand out, as print does not.

    Args:
        came: what came.
        went: what went.
    """
    clear = min(came.thing.contrast, went.thing.contrast) >= STANDS_CLEAR
    return clear and came.color != went.color and came.thing.overlap(went.thing) >= REPLACED


def _replacing(seen: Sequence[Change]) -> set[Thing]:
    """The things one of which stands in the place of another: neither speaks against the other."""
    came = [one for one in seen if one.thing.appeared]
    went = [one for one in seen if not one.thing.appeared]
    return {one.thing for a in came for b in went if replaces(a, b) for one in (a, b)}


def _turned(pair: Pair, thing: Thing, color: Lab) -> float:
    """What it tells, in nats, that a place turned to a colour or from it."""
    share = turn(pair, thing, color) / CLEAR_TURN
    return TURNED_WEIGHT * max(LEAST_TURN, min(1.0, share)) - TURNED_BIAS


def _more(
    pair: Pair, thing: Thing, color: str, nominal: Mapping[str, Lab], table: Table
) -> list[float]:
    """Evidence for a second piece, a third and so on, as far as there may be one: log likelihood ratios of areas."""
    if not table.pieces:
        return []
    mine = coloured(pair, thing, nominal[color])
    scale = pair.frame.scale
    # Some are larger than the others: what is round is one piece, and several that touch are longer.
    round_ = ROUND * largest_circle(thing.ys[mine], thing.xs[mine], scale)
    one = max(ONE_PIECE * _usual(table, color), round_)
    octaves = float(np.log2(mine.sum() / scale**2 / one))

    def unlikely(count: int) -> float:
        return float((octaves - np.log2(count)) ** 2 / (2 * OCTAVES**2))

    gains = []
    for count in range(2, MOST + 1):
        gain = unlikely(count - 1) - unlikely(count) - SEVERAL_COST
        if gain < LEAST_GAIN:
            break
        gains.append(gain)
    return gains


def _usual(table: Table, color: str) -> float:
    areas = [p.segment.area for p in table.pieces if p.color == color and p.count == 1]
    return float(np.median(areas)) if len(areas) >= KNOWN else table.unit
