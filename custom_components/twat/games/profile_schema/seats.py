"""Who may play: how many, in which colours, and how a profile speaks of them."""

from dataclasses import dataclass
from typing import Final

from ..yaml_edge import Entry
from .values import color, unique

MAX_PLAYERS: Final = 12


@dataclass(frozen=True, slots=True)
class Seats:
    """How many players a game takes, and the colours of their pieces (None: any)."""

    minimum: int
    maximum: int
    colors: tuple[str, ...] | None


def read_players(entry: Entry) -> Seats:
    """Read how many players there are, and their colours."""
    found = entry.mapping(("min", "max"), ("colors",))
    low = found["min"].integer(1, MAX_PLAYERS)
    high = found["max"].integer(low, MAX_PLAYERS)
    if "colors" not in found:
        return Seats(low, high, None)
    items = found["colors"].items(high, 50)
    return Seats(low, high, unique(items, [color(item) for item in items]))


def read_owner(entry: Entry, seats: Seats) -> int | str:
    """Read a player: by position, or by colour."""
    if entry.is_integer:
        return entry.integer(1, seats.maximum)
    value = color(entry)
    if seats.colors is not None and value not in seats.colors:
        raise entry.fault(f"must be one of this game's colors: {', '.join(seats.colors)}")
    return value
