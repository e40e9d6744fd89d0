"""Whose time runs, and how much of it is left.

A clock is never stored: it is read off the game's journal, which says when each state began to
count, and when the players stopped and started the clock. So it survives every restart, and whoever
corrects the story corrects the clock with it. Time runs to the account of the player whose turn it
is, from the moment of the photo and not from that of its reading.

All times are aware; spans are seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from .errors import GameError
from .model import JournalKind, JsonObject, player_key

LONGEST: Final = 7 * 24 * 3600
"""Longest limit and largest correction, a week."""

DEFAULT_WARNING: Final = 60
"""How long before a limit the players are warned."""

CLOCK_KINDS: Final = (
    JournalKind.CREATED,
    JournalKind.ACCEPTED,
    JournalKind.CORRECTED,
    JournalKind.UPDATED,
    JournalKind.UNDONE,
    JournalKind.REDONE,
    JournalKind.WENT_TO,
    JournalKind.TAKEN_BACK,
    JournalKind.CLOCK_PAUSED,
    JournalKind.CLOCK_RESUMED,
    JournalKind.CLOCK_CORRECTED,
    JournalKind.FINISHED,
    JournalKind.REOPENED,
)
"""Lines of the journal that a clock is read off."""

_STOPS: Final = (JournalKind.CLOCK_PAUSED, JournalKind.FINISHED)
_STARTS: Final = (JournalKind.CLOCK_RESUMED, JournalKind.REOPENED)


class Limit(StrEnum):
    """What can run out of time."""

    GAME = "game"
    PLAYER = "player"
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """A line of the journal, as far as a clock is concerned.

    Attributes:
        kind: One of `CLOCK_KINDS`.
        at: When it happened: for a state that was read, when its photo was taken.
        turn: Of the state that counts from here on; None when no other state does.
        player: Of that state: the position of the active player. For a correction: whose time it
            corrects, None for the game's alone.
        seconds: What a correction adds.
    """

    kind: JournalKind
    at: datetime
    turn: int | None = None
    player: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TurnTime:
    """How long a player thought about a turn."""

    turn: int
    player: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock as it stands at one moment.

    Attributes:
        running: Whether time passes.
        since: The moment; None before the game began.
        turn: The turn that time is counted for; None before the game began.
        player: Position of the player whose time it is; None for nobody's.
        game: Seconds the game took.
        players: Seconds by position, of those who had the turn.
        turns: Each turn that was played, in order of its first second; one that was come back to
            goes on where it stopped.
    """

    running: bool = False
    since: datetime | None = None
    turn: int | None = None
    player: int | None = None
    game: float = 0.0
    players: Mapping[int, float] = field(default_factory=dict)
    turns: tuple[TurnTime, ...] = ()

    @property
    def this_turn(self) -> float:
        """Seconds of the present turn."""
        return sum(t.seconds for t in self.turns if (t.turn, t.player) == (self.turn, self.player))

    def at(self, now: datetime) -> Clock:
        """Return the clock as it will stand (or stands) at a moment after this one."""
        if not self.running or self.since is None or self.turn is None or now <= self.since:
            return self
        passed = (now - self.since).total_seconds()
        players = dict(self.players)
        if self.player is not None:
            players[self.player] = players.get(self.player, 0.0) + passed
        return replace(
            self,
            since=now,
            game=self.game + passed,
            players=players,
            turns=_with_turn(self.turns, TurnTime(self.turn, self.player, passed)),
        )

    def to_json(self) -> JsonObject:
        """Return the clock as JSON; seconds are rounded to tenths."""
        return {
            "running": self.running,
            "since": None if self.since is None else self.since.isoformat(),
            "turn": self.turn,
            "player": self.player,
            "game_seconds": round(self.game, 1),
            "turn_seconds": round(self.this_turn, 1),
            "players": {player_key(p): round(spent, 1) for p, spent in self.players.items()},
        }


def read_clock(events: Iterable[ClockEvent]) -> Clock:
    """Return the clock after the last of its events, which are in order of the journal.

    It starts with the first state that follows the game's beginning: the accepted setup. A photo's
    time that lies before the previous event (a camera whose clock is wrong, a photo read late)
    counts as that event's.
    """
    clock = Clock()
    for event in events:
        clock = _after(clock, event)
    return clock


def _after(clock: Clock, event: ClockEvent) -> Clock:
    clock = clock.at(event.at)
    if event.kind is JournalKind.CLOCK_CORRECTED:
        players = dict(clock.players)
        if event.player is not None:
            players[event.player] = max(0.0, players.get(event.player, 0.0) + event.seconds)
        return replace(clock, game=max(0.0, clock.game + event.seconds), players=players)
    since = event.at if clock.since is None else max(clock.since, event.at)
    if event.kind in _STOPS:
        return replace(clock, running=False, since=since)
    if event.kind in _STARTS:
        return replace(clock, running=True, since=since)
    # The first state is only where the players sit down; a stopped clock stays stopped.
    starts = clock.turn is None and event.kind is not JournalKind.CREATED
    turn = event.turn if event.kind is not JournalKind.CREATED else None
    return replace(
        clock, running=clock.running or starts, since=since, turn=turn, player=event.player
    )


def _with_turn(turns: tuple[TurnTime, ...], more: TurnTime) -> tuple[TurnTime, ...]:
    for index, turn in enumerate(turns):
        if (turn.turn, turn.player) == (more.turn, more.player):
            longer = replace(turn, seconds=turn.seconds + more.seconds)
            return (*turns[:index], longer, *turns[index + 1 :])
    return (*turns, more)


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """What the players agreed on; None is no limit.

    Attributes:
        game: Seconds for the whole game.
        player: Seconds for each player in the whole game.
        turn: Seconds for each turn.
        warning: Seconds before the end of any of them at which the players are warned.
    """

    game: int | None = None
    player: int | None = None
    turn: int | None = None
    warning: int = DEFAULT_WARNING

    def to_json(self) -> JsonObject:
        """Return the limits as JSON."""
        return {
            "game": self.game,
            "player": self.player,
            "turn": self.turn,
            "warning": self.warning,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ClockLimits:
        """Read what `to_json` wrote, or what somebody asks for.

        Raises:
            GameError: ``invalid_field``.
        """
        for key, value in data.items():
            if key not in _LIMIT_FIELDS:
                reason = f"unknown; allowed: {', '.join(_LIMIT_FIELDS)}"
                raise GameError("invalid_field", field=f"clock.{key}", reason=reason)
            least = 0 if key == "warning" else 1
            is_span = isinstance(value, int) and not isinstance(value, bool)
            if (value is not None or key == "warning") and not (
                is_span and least <= value <= LONGEST
            ):
                reason = f"must be whole seconds from {least} to {LONGEST}"
                raise GameError("invalid_field", field=f"clock.{key}", reason=reason)
        return cls(**data)

    def left(self, clock: Clock) -> Mapping[Limit, float]:
        """Return the seconds left of each limit there is, below zero once it has run out."""
        spent = {
            Limit.GAME: (self.game, clock.game),
            Limit.TURN: (self.turn, clock.this_turn),
        }
        if clock.player is not None:
            spent[Limit.PLAYER] = (self.player, clock.players.get(clock.player, 0.0))
        return {
            limit: allowed - used for limit, (allowed, used) in spent.items() if allowed is not None
        }


_LIMIT_FIELDS: Final = ("game", "player", "turn", "warning")


# Sums of seconds are floats: a limit that is this near has been reached.
_INSTANT: Final = 0.001


@dataclass(frozen=True, slots=True)
class Alarm:
    """A moment at which players are to be told of their time.

    Attributes:
        at: When.
        limit: What is running out.
        player: Position of the player whose turn it is then.
        left: Seconds left then: the warning, or 0 when the time is up.
    """

    at: datetime
    limit: Limit
    player: int | None
    left: int


def next_alarms(clock: Clock, limits: ClockLimits) -> tuple[Alarm, ...]:
    """Return the alarms of the next moment that has any; none while none is coming."""
    if not clock.running or clock.since is None or clock.turn is None:
        return ()
    coming = [
        Alarm(clock.since + timedelta(seconds=left - mark), limit, clock.player, mark)
        for limit, left in limits.left(clock).items()
        for mark in sorted({limits.warning, 0})
        if left - mark > _INSTANT
    ]
    first = min((alarm.at for alarm in coming), default=None)
    return tuple(alarm for alarm in coming if alarm.at == first)
