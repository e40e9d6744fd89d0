"""Which photos may go. By default none: everything is kept until the host makes a rule.

Only photos of games that are over are ever freed, never those of a pinned game, and nothing but
photos: the log, the states and the drawings stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .model import Game, GameStatus

_OVER: Final = (GameStatus.COMPLETED, GameStatus.ABANDONED)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long photos are kept; None is for ever.

    Attributes:
        days: Photos of games that were last touched longer ago are freed.
        most_bytes: Beyond so many bytes for all games together, those of the games that were
            longest not touched are freed.
    """

    days: int | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """A game and how many bytes its photos take."""

    game: Game
    size: int


def to_free(keepings: Iterable[Keeping], rule: RetentionRule, now: datetime) -> tuple[Keeping, ...]:
    """Return the games whose photos a rule frees, longest untouched first.

    Args:
        keepings: All games that have photos, also those that may not be freed: they take room.
        rule: What the host wants.
        now: The time, UTC.
    """
    keepings = list(keepings)
    candidates = sorted(
        (k for k in keepings if k.game.status in _OVER and not k.game.pinned and k.size > 0),
        key=lambda keeping: (keeping.game.updated_at, keeping.game.id),
    )
    room = sum(keeping.size for keeping in keepings)
    free: list[Keeping] = []
    for keeping in candidates:
        old = rule.days is not None and keeping.game.updated_at < now - timedelta(days=rule.days)
        much = rule.most_bytes is not None and room > rule.most_bytes
        if old or much:
            free.append(keeping)
            room -= keeping.size
    return tuple(free)
