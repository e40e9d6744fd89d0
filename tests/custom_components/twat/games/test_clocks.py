"""The clock says whose time runs, and is never lost: it is read off the journal."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.clocks import (
    CLOCK_KINDS,
    Alarm,
    Clock,
    ClockEvent,
    ClockLimits,
    Limit,
    TurnTime,
    next_alarms,
    read_clock,
)
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import JournalKind

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def state(
    seconds: float, turn: int, player: int | None, kind: JournalKind = JournalKind.ACCEPTED
) -> ClockEvent:
    return ClockEvent(kind, at(seconds), turn, player)


def note(when: float, kind: JournalKind, **fields: Any) -> ClockEvent:
    return ClockEvent(kind, at(when), **fields)


CREATED = state(0, 1, 1, JournalKind.CREATED)
# The setup photo, Alice's move after 30 s, Bob's after 50 more.
PLAY = [CREATED, state(100, 1, 1), state(130, 2, 2), state(180, 3, 1)]


def test_nothing_runs_before_the_setup_is_accepted() -> None:
    assert not read_clock([CREATED]).at(at(500)).running
    assert read_clock([]).at(at(500)) == Clock()


def test_time_runs_to_the_account_of_the_active_player() -> None:
    clock = read_clock(PLAY).at(at(190))

    assert clock.running
    assert (clock.turn, clock.player, clock.this_turn) == (3, 1, 10)
    assert clock.game == 90
    assert clock.players == {1: 40, 2: 50}
    assert clock.turns == (TurnTime(1, 1, 30), TurnTime(2, 2, 50), TurnTime(3, 1, 10))


def test_a_pause_costs_nobody_anything_and_outlasts_new_states() -> None:
    clock = read_clock([*PLAY, note(200, JournalKind.CLOCK_PAUSED), state(900, 4, 2)]).at(at(1000))
    assert not clock.running
    assert (clock.game, clock.player) == (100, 2)

    resumed = read_clock(
        [
            *PLAY,
            note(200, JournalKind.CLOCK_PAUSED),
            state(900, 4, 2),
            note(1000, JournalKind.CLOCK_RESUMED),
        ]
    )
    assert resumed.at(at(1005)).players == {1: 50, 2: 55}


def test_a_turn_that_is_come_back_to_goes_on_where_it_stopped() -> None:
    clock = read_clock([*PLAY, state(190, 2, 2, JournalKind.UNDONE)]).at(at(200))
    assert (clock.turn, clock.player, clock.this_turn) == (2, 2, 60)
    assert len(clock.turns) == 3


def test_time_of_nobody_is_time_of_the_game() -> None:
    clock = read_clock([CREATED, state(0, 1, None)]).at(at(60))
    assert (clock.game, clock.players) == (60, {})
    assert clock.turns == (TurnTime(1, None, 60),)


def test_a_photo_that_is_older_than_what_came_before_takes_no_time_back() -> None:
    clock = read_clock([*PLAY, state(150, 4, 2)])
    assert (clock.game, clock.since) == (80, at(180))


def test_a_correction_changes_the_account() -> None:
    given_back = note(190, JournalKind.CLOCK_CORRECTED, player=2, seconds=-20)
    clock = read_clock([*PLAY, given_back])
    assert (clock.game, clock.players) == (70, {1: 40, 2: 30})
    assert clock.running
    too_much = note(190, JournalKind.CLOCK_CORRECTED, seconds=-500)
    assert read_clock([*PLAY, too_much]).game == 0


def test_the_end_stops_the_clock_and_reopening_starts_it() -> None:
    over = [*PLAY, note(200, JournalKind.FINISHED)]
    assert read_clock(over).at(at(9000)).game == 100
    again = read_clock([*over, note(9000, JournalKind.REOPENED)])
    assert again.at(at(9010)).game == 110


def test_what_is_told_of_a_clock() -> None:
    assert read_clock(PLAY).at(at(190.04)).to_json() == {
        "running": True,
        "since": at(190.04).isoformat(),
        "turn": 3,
        "player": 1,
        "game_seconds": 90.0,
        "turn_seconds": 10.0,
        "players": {"player_1": 40.0, "player_2": 50},
    }
    assert Clock().to_json()["since"] is None


# Limits


LIMITS = ClockLimits(game=3600, player=100, turn=60, warning=10)


def test_what_is_left() -> None:
    clock = read_clock(PLAY).at(at(190))
    assert LIMITS.left(clock) == {Limit.GAME: 3510, Limit.TURN: 50, Limit.PLAYER: 60}
    assert ClockLimits().left(clock) == {}
    nobody = read_clock([CREATED, state(0, 1, None)])
    assert Limit.PLAYER not in LIMITS.left(nobody)


def test_the_first_alarm_warns_and_the_next_says_that_time_is_up() -> None:
    clock = read_clock(PLAY)

    (warning,) = next_alarms(clock, LIMITS)
    assert warning == Alarm(at(230), Limit.TURN, 1, 10)
    both = next_alarms(clock.at(warning.at), LIMITS)
    assert both == (Alarm(at(240), Limit.TURN, 1, 0), Alarm(at(240), Limit.PLAYER, 1, 10))
    assert next_alarms(clock.at(at(240)), LIMITS) == (Alarm(at(250), Limit.PLAYER, 1, 0),)


@pytest.mark.parametrize(
    "clock", [Clock(), read_clock([*PLAY, note(200, JournalKind.CLOCK_PAUSED)])]
)
def test_a_clock_that_stands_has_no_alarm(clock: Clock) -> None:
    assert next_alarms(clock, LIMITS) == ()


def test_without_limits_there_is_no_alarm() -> None:
    assert next_alarms(read_clock(PLAY), ClockLimits()) == ()
    assert next_alarms(read_clock(PLAY).at(at(9999)), ClockLimits(game=60)) == ()


def test_limits_come_back_as_they_were_kept() -> None:
    assert ClockLimits.from_json(LIMITS.to_json()) == LIMITS
    assert ClockLimits.from_json({"turn": 30}) == ClockLimits(turn=30)


@pytest.mark.parametrize(
    "data",
    [
        {"turn": 0},
        {"turn": -5},
        {"game": "long"},
        {"player": 1.5},
        {"turn": True},
        {"game": 10**9},
        {"warning": None},
        {"warning": -1},
        {"byoyomi": 30},
    ],
)
def test_limits_that_cannot_be(data: dict[str, Any]) -> None:
    with pytest.raises(GameError) as err:
        ClockLimits.from_json(data)
    assert err.value.key == "invalid_field"


# Properties


EVENTS = st.lists(
    st.builds(
        ClockEvent,
        kind=st.sampled_from(CLOCK_KINDS[1:]),
        at=st.integers(-50, 500).map(at),
        turn=st.integers(1, 4),
        player=st.sampled_from([None, 1, 2]),
        seconds=st.just(0.0),
    ),
    max_size=12,
)


@given(EVENTS, st.integers(0, 1000))
def test_every_second_is_counted_once(events: list[ClockEvent], later: int) -> None:
    clock = read_clock([CREATED, *events]).at(at(later))

    assert sum(turn.seconds for turn in clock.turns) == pytest.approx(clock.game)
    owned = sum(turn.seconds for turn in clock.turns if turn.player is not None)
    assert sum(clock.players.values()) == pytest.approx(owned)
    assert 0 <= clock.game <= 1050


@given(EVENTS, st.integers(0, 600), st.integers(0, 600))
def test_looking_at_the_clock_in_between_changes_nothing(
    events: list[ClockEvent], early: int, more: int
) -> None:
    clock = read_clock([CREATED, *events])
    assert clock.at(at(early)).at(at(early + more)) == clock.at(at(early + more))


@given(EVENTS, st.builds(ClockLimits, turn=st.none() | st.integers(1, 400)))
def test_alarms_come_in_order_and_come_to_an_end(
    events: list[ClockEvent], limits: ClockLimits
) -> None:
    clock = read_clock([CREATED, *events])
    before = clock.since
    told = 0
    while told < 9 and (alarms := next_alarms(clock, limits)):
        assert before is not None
        assert alarms[0].at > before
        before, told = alarms[0].at, told + len(alarms)
        clock = clock.at(before)
    assert told <= 2
