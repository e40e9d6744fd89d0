"""What players say beside the readings is checked, kept as a state, and never lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.twat.games import by_hand, history, log
from custom_components.twat.games.by_hand import Step, Update
from custom_components.twat.games.clocks import Clock, ClockEvent, read_clock
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import GameStatus, JournalKind, Move, Proposal, StateSource
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord, apply

type MakeRecord = Callable[..., GameRecord]


@pytest.fixture
def dune(profile: Callable[[str], GameProfile]) -> GameProfile:
    return profile("dune_imperium")


@pytest.fixture
def round_one(record: MakeRecord) -> GameRecord:
    """A game of Dune among four, before the first agent."""
    return record("dune_imperium", players=4)


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(GameError) as err:
        call()
    return err.value.key


def test_the_next_turn_is_a_state_that_can_be_undone(
    round_one: GameRecord, dune: GameProfile, at: datetime
) -> None:
    change = by_hand.advance(round_one, dune, Step.NEXT_TURN, by="alice", at=at)
    after = apply(round_one, change)

    assert (after.head.turn, after.head.active_player) == (2, 2)
    assert (after.head.source, after.head.detected_changes) == (StateSource.MANUAL, ())
    assert after.head.board == round_one.head.board
    assert after.game.status is GameStatus.IN_PROGRESS
    (line,) = change.journal
    assert (line.kind, line.by, line.state_id) == (JournalKind.UPDATED, "alice", after.head.id)
    assert apply(after, history.undo(after, by=None, at=at)).head == round_one.head


@pytest.mark.parametrize(
    ("step", "player", "field", "value"),
    [
        (Step.NEXT_PHASE, None, "phase", "combat"),
        (Step.PASS, None, "passed", (1,)),
        (Step.PASS, 3, "passed", (3,)),
        (Step.ELIMINATE, 2, "eliminated", (2,)),
    ],
)
def test_ways_to_go_on(
    round_one: GameRecord,
    dune: GameProfile,
    at: datetime,
    step: Step,
    player: int | None,
    field: str,
    value: Any,
) -> None:
    head = by_hand.advance(round_one, dune, step, player=player, by=None, at=at).head
    assert getattr(head, field) == value


def test_who_was_out_may_come_back(round_one: GameRecord, dune: GameProfile, at: datetime) -> None:
    out = apply(
        round_one, by_hand.advance(round_one, dune, Step.ELIMINATE, player=2, by=None, at=at)
    )
    back = by_hand.advance(out, dune, Step.BRING_BACK, player=2, by=None, at=at)
    assert back.head.eliminated == ()


@pytest.mark.parametrize(
    ("step", "player", "key"),
    [
        (Step.ELIMINATE, None, "unknown_player"),
        (Step.ELIMINATE, 9, "unknown_player"),
        (Step.BRING_BACK, 2, "player_not_out"),
        (Step.PASS, 9, "unknown_player"),
    ],
)
def test_ways_one_cannot_go_on(
    round_one: GameRecord,
    dune: GameProfile,
    at: datetime,
    step: Step,
    player: int | None,
    key: str,
) -> None:
    found = _refusal(lambda: by_hand.advance(round_one, dune, step, player=player, by=None, at=at))
    assert found == key


def test_how_the_game_stands_is_what_the_players_say(
    round_one: GameRecord, dune: GameProfile, at: datetime
) -> None:
    update = Update(
        turn=9.0,
        round=3,
        phase="combat",
        active_player=None,
        first_player=2,
        resources={"player_1": {"spice": 5}, "common": {"bonus_hagga_basin": 2}},
        pieces=[{"type": "agent", "player": 1, "space": "Arrakeen"}],
    )

    head = by_hand.update_state(round_one, dune, update, by=None, at=at).head

    assert (head.turn, head.round, head.phase) == (9, 3, "combat")
    assert (head.active_player, head.first_player) == (None, 2)
    assert head.resources["player_1"]["spice"] == 5
    assert head.resources["player_1"]["water"] == 1
    assert head.resources["common"]["bonus_hagga_basin"] == 2
    assert [piece.space for piece in head.board.pieces] == ["arrakeen"]
    assert any(move.to_space == "arrakeen" for move in head.detected_changes)


@pytest.mark.parametrize(
    ("update", "key"),
    [
        (Update(), "nothing_to_update"),
        (Update(turn=1), "nothing_to_update"),
        (Update(turn=0), "out_of_range"),
        (Update(turn=10**9), "out_of_range"),
        (Update(turn="soon"), "invalid_field"),
        (Update(turn=True), "invalid_field"),
        (Update(round=-1), "out_of_range"),
        (Update(phase="endgame"), "unknown_phase"),
        (Update(active_player=7), "unknown_player"),
        (Update(active_player="Alice"), "invalid_field"),
        (Update(first_player=7), "unknown_player"),
        (Update(resources=["spice"]), "invalid_field"),
        (Update(resources={"player_9": {"spice": 1}}), "unknown_player"),
        (Update(resources={"player_1": 3}), "invalid_field"),
        (Update(resources={"player_1": {"gold": 1}}), "unknown_resource"),
        (Update(resources={"player_1": {"bonus_hagga_basin": 1}}), "unknown_resource"),
        (Update(resources={"common": {"spice": 1}}), "unknown_resource"),
        (Update(resources={"player_1": {"spice": -1}}), "out_of_range"),
        (Update(resources={"player_1": {"influence_fremen": 7}}), "out_of_range"),
        (Update(resources={"player_1": {"spice": "many"}}), "invalid_field"),
        (Update(pieces=[{"type": "agent", "space": "Atlantis"}]), "unknown_space"),
        (Update(pieces=[{"type": "dragon", "space": "Arrakeen"}]), "unknown_piece_type"),
    ],
)
def test_what_cannot_be_is_refused(
    round_one: GameRecord, dune: GameProfile, at: datetime, update: Update, key: str
) -> None:
    call = lambda: by_hand.update_state(round_one, dune, update, by=None, at=at)  # noqa: E731
    assert _refusal(call) == key


def test_a_game_without_resources_says_so(
    begun: GameRecord, grid: GameProfile, at: datetime
) -> None:
    with pytest.raises(GameError, match="no resource spice"):
        by_hand.adjust_resource(begun, grid, player=1, resource="spice", amount=1, by=None, at=at)


def test_a_player_gains_and_pays(round_one: GameRecord, dune: GameProfile, at: datetime) -> None:
    def adjusted(record: GameRecord, player: int | None, resource: str, amount: int) -> GameRecord:
        return apply(
            record,
            by_hand.adjust_resource(
                record, dune, player=player, resource=resource, amount=amount, by=None, at=at
            ),
        )

    rich = adjusted(round_one, 1, "spice", 4)
    assert adjusted(rich, 1, "spice", -3).head.resources["player_1"]["spice"] == 1
    shared = adjusted(rich, None, "bonus_hagga_basin", 1)
    assert shared.head.resources["common"]["bonus_hagga_basin"] == 1
    for refused, key in (
        ((1, "spice", -5), "out_of_range"),
        ((1, "spice", 0), "nothing_to_update"),
        ((8, "spice", 1), "unknown_player"),
        ((None, "spice", 1), "unknown_resource"),
        ((1, "spice", "x"), "invalid_field"),
    ):
        assert _refusal(lambda refused=refused: adjusted(rich, *refused)) == key


# The clock


@pytest.fixture
def running(at: datetime) -> Clock:
    """Two minutes of Alice's first turn."""
    clock = read_clock(
        [
            ClockEvent(JournalKind.CREATED, at, 1, 1),
            ClockEvent(JournalKind.ACCEPTED, at, 1, 1),
        ]
    )
    return clock.at(at + timedelta(minutes=2))


def test_the_clock_is_stopped_and_started(begun: GameRecord, running: Clock, at: datetime) -> None:
    change = by_hand.set_clock(begun, running, running=False, by="alice", at=at)
    assert change.journal[0].kind is JournalKind.CLOCK_PAUSED
    assert (change.head, change.append, change.status) == (begun.head, (), begun.game.status)
    stopped = read_clock([])
    change = by_hand.set_clock(begun, stopped, running=True, by="alice", at=at)
    assert change.journal[0].kind is JournalKind.CLOCK_RESUMED
    call = lambda: by_hand.set_clock(begun, running, running=True, by=None, at=at)  # noqa: E731
    assert _refusal(call) == "clock_so_already"


@pytest.mark.parametrize(
    ("player", "seconds", "key"),
    [
        (1, -120, None),
        (None, 60, None),
        (1, -121, "out_of_range"),
        (2, -1, "out_of_range"),
        (1, 10**9, "out_of_range"),
        (5, 10, "unknown_player"),
        (1, 1.5, "invalid_field"),
    ],
)
def test_the_clock_is_corrected(
    begun: GameRecord,
    running: Clock,
    at: datetime,
    player: int | None,
    seconds: Any,
    key: str | None,
) -> None:
    now = at + timedelta(minutes=2)

    def correct() -> Any:
        return by_hand.correct_clock(
            begun, running, player=player, seconds=seconds, by=None, at=now
        )

    if key is not None:
        assert _refusal(correct) == key
        return
    (line,) = correct().journal
    assert (line.kind, line.details) == (
        JournalKind.CLOCK_CORRECTED,
        {"player": player, "seconds": seconds},
    )


# The end


def test_a_game_ends_with_its_winners(
    waiting: GameRecord, grid: GameProfile, at: datetime, running: Clock
) -> None:
    change = by_hand.finish(waiting, status=GameStatus.COMPLETED, winners=[2], by="bob", at=at)
    over = apply(waiting, change)

    assert over.game.status is GameStatus.COMPLETED
    assert over.proposal is None
    assert change.journal[0].details == {"status": "completed", "winners": [2]}
    assert _refusal(
        lambda: by_hand.finish(over, status=GameStatus.ABANDONED, winners=[], by=None, at=at)
    ) == ("game_is_over")
    assert (
        _refusal(lambda: by_hand.set_clock(over, running, running=False, by=None, at=at))
        == "game_is_over"
    )
    again = apply(over, by_hand.reopen(over, by="bob", at=at))
    assert again.game.status is GameStatus.IN_PROGRESS
    assert _refusal(lambda: by_hand.reopen(again, by=None, at=at)) == "game_not_over"


def test_nobody_who_is_not_there_can_win(begun: GameRecord, at: datetime) -> None:
    call = lambda: by_hand.finish(  # noqa: E731
        begun, status=GameStatus.COMPLETED, winners=[3], by=None, at=at
    )
    assert _refusal(call) == "unknown_player"


def test_a_note_on_the_clock_keeps_the_reading_that_waits(
    waiting: GameRecord, running: Clock, at: datetime
) -> None:
    change = by_hand.set_clock(waiting, running, running=False, by=None, at=at)
    assert change.proposal == waiting.proposal


def test_a_state_by_hand_drops_the_reading_that_waits(
    begun: GameRecord,
    grid: GameProfile,
    move: Callable[..., Move],
    read: Callable[..., Proposal],
    at: datetime,
) -> None:
    proposal = read(begun, grid, move("E4", "E5"), capture="c1")
    waiting = apply(begun, log.propose(begun, proposal, by=None, at=at))

    change = by_hand.advance(waiting, grid, Step.NEXT_TURN, by=None, at=at)

    assert change.proposal is None
    assert change.journal[0].details["dropped"]["capture_id"] == "c1"
