"""Which colours are looked for: the players', and where nobody names any, those that the changes of a pair show.

Without players the common ones are looked for. Others are not added at a guess, because the more colours there are, the
more print is like one of them: a colour is added where a thing that is plainly a piece has it and no common one.
"""

from collections.abc import Sequence

from .colours import Lab, palette
from .pair import Pair
from .state import Names
from .thinglook import nearness
from .things import Thing

COMMON_COLORS = ("red", "green", "blue", "yellow")
"""The colours looked for when nobody says which ones are played."""
UNLIKE = 12.0
"""By how much nearer another colour must be than all common ones (like ΔE)."""


def colours_played(names: Names) -> dict[str, Lab]:
    """Nominal CIELAB ``(3,)`` of the players' colours, of common ones without players.

    Args:
        names: the request's players.
    """
    return palette([p.color for p in names.players.values()] or COMMON_COLORS)


def colours_changed(pair: Pair, names: Names, plain: Sequence[Thing]) -> dict[str, Lab]:
    """Nominal CIELAB ``(3,)`` of the players' colours, without players of the common ones and of those plainly seen to change.

    Args:
        pair: the compared photos.
        names: the request's players.
        plain: the things that are plainly pieces.
    """
    known = colours_played(names)
    if names.players:
        return known
    named = palette()
    for thing in plain:
        near = nearness(pair, thing, named)
        best = min(near, key=near.__getitem__)
        if near[best] + UNLIKE < min(near[color] for color in known):
            known[best] = named[best]
    return known
