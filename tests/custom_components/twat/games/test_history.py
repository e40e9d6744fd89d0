"""Back and forth in a game's story; nothing is ever lost on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from custom_components.twat.games import history, log
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import JournalEntry, JournalKind, Move, Position, Proposal
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import Change, GameRecord, apply

type MakeMove = Callable[..., Move]
type Read = Callable[..., Proposal]
type Play = Callable[..., GameRecord]


def _only(change: Change) -> JournalEntry:
    (entry,) = change.journal
    return entry


@pytest.fixture
def play(grid: GameProfile, move: MakeMove, read: Read, at: datetime) -> Play:
    """Accept moves one after the other: `play(record, ("E4", "E5"), …)`."""

    def do(record: GameRecord, *moves: tuple[str, str], profile: GameProfile = grid) -> GameRecord:
        for number, (origin, target) in enumerate(moves):
            proposal = read(record, profile, move(origin, target), capture=f"p{number}")
            record = apply(record, log.propose(record, proposal, by=None, at=at))
            record = apply(record, log.accept(record, profile, by=None, at=at))
        return record

    return do


@pytest.fixture
def forked(begun: GameRecord, play: Play, at: datetime) -> GameRecord:
    """Two moves, both undone, and another one instead."""
    record = play(begun, ("E4", "E5"), ("F5", "F6"))
    for _ in range(2):
        record = apply(record, history.undo(record, by=None, at=at))
    return play(record, ("E4", "D4"))


def test_undo_goes_back_and_keeps_what_was_undone(moved: GameRecord, at: datetime) -> None:
    change = history.undo(moved, by="bob", at=at)
    after = apply(moved, change)

    assert after.head.id == moved.head.parent_id
    assert moved.head.id in after.states
    assert (after.game.current_turn, after.game.active_player) == (1, 1)
    assert change.append == ()
    entry = _only(change)
    assert (entry.kind, entry.details) == (
        JournalKind.UNDONE,
        {"undone_state_id": moved.head.id},
    )


def test_undo_drops_a_reading_of_the_undone_state_with_a_trace(
    read: Read, moved: GameRecord, grid: GameProfile, move: MakeMove, at: datetime
) -> None:
    proposal = read(moved, grid, move("F5", "F4"), capture="c2")
    waiting = apply(moved, log.propose(moved, proposal, by=None, at=at))

    change = history.undo(waiting, by=None, at=at)

    assert change.proposal is None
    assert _only(change).details["dropped"]["capture_id"] == "c2"


def test_the_beginning_cannot_be_undone(begun: GameRecord, at: datetime) -> None:
    with pytest.raises(GameError) as err:
        history.undo(begun, by=None, at=at)

    assert err.value.key == "nothing_to_undo"


def test_redo_goes_where_undo_came_from(moved: GameRecord, at: datetime) -> None:
    undone = apply(moved, history.undo(moved, by=None, at=at))

    change = history.redo(undone, by="bob", at=at)

    assert apply(undone, change).head == moved.head
    assert change.append == ()
    assert (_only(change).kind, _only(change).state_id) == (JournalKind.REDONE, moved.head.id)


def test_redo_follows_the_line_that_was_left_and_not_a_newer_one(
    forked: GameRecord, at: datetime
) -> None:
    old = next(s for s in forked.states.values() if s.board.piece("w1").space == "E5")
    record = apply(forked, history.go_to(forked, old.id, by=None, at=at))
    record = apply(record, history.undo(record, by=None, at=at))

    record = apply(record, history.redo(record, by=None, at=at))

    assert record.head == old


@pytest.mark.parametrize("forget", [False, True])
def test_at_the_end_of_the_line_there_is_nothing_to_redo(
    moved: GameRecord, at: datetime, forget: bool
) -> None:
    record = replace(moved, game=replace(moved.game, tip_id=None)) if forget else moved
    with pytest.raises(GameError) as err:
        history.redo(record, by=None, at=at)
    assert err.value.key == "nothing_to_redo"


def test_a_new_move_ends_the_line(forked: GameRecord, at: datetime) -> None:
    assert forked.game.tip_id == forked.head.id
    with pytest.raises(GameError):
        history.redo(forked, by=None, at=at)


def test_going_back_in_the_line_keeps_what_can_be_redone(
    begun: GameRecord, play: Play, at: datetime
) -> None:
    record = play(begun, ("E4", "E5"), ("F5", "F6"))

    back = apply(record, history.go_to(record, begun.head.id, by="bob", at=at))

    assert back.head == begun.head
    assert back.game.tip_id == record.head.id
    for _ in range(2):
        back = apply(back, history.redo(back, by=None, at=at))
    assert back.head == record.head


def test_going_to_an_abandoned_line_plays_it_to_its_end(forked: GameRecord, at: datetime) -> None:
    first, middle, end, other = forked.states.values()

    change = history.go_to(forked, middle.id, by="bob", at=at)
    record = apply(forked, change)

    assert record.head == middle
    assert record.game.tip_id == end.id
    assert apply(record, history.redo(record, by=None, at=at)).head == end
    assert _only(change).details == {"from_state_id": other.id}
    assert history.line_to(record.states, end.id) == (first, middle, end)


@pytest.mark.parametrize(("state", "key"), [("nothing", "unknown_state"), (None, "already_there")])
def test_places_one_cannot_go_to(
    moved: GameRecord, at: datetime, state: str | None, key: str
) -> None:
    with pytest.raises(GameError) as err:
        history.go_to(moved, state or moved.head.id, by=None, at=at)
    assert err.value.key == key


def test_moving_about_drops_a_waiting_reading_with_a_trace(
    moved: GameRecord, grid: GameProfile, move: MakeMove, read: Read, at: datetime
) -> None:
    undone = apply(moved, history.undo(moved, by=None, at=at))
    proposal = read(undone, grid, move("E4", "D4"), capture="c2")
    waiting = apply(undone, log.propose(undone, proposal, by=None, at=at))

    change = history.redo(waiting, by=None, at=at)

    assert change.proposal is None
    assert _only(change).details["dropped"]["capture_id"] == "c2"


# Taken back on the table


def test_moves_put_back_by_hand_are_offered_as_taken_back(
    begun: GameRecord, grid: GameProfile, move: MakeMove, read: Read, play: Play, at: datetime
) -> None:
    record = play(begun, ("E4", "E5"))
    back = read(record, grid, move("E5", "E4"), capture="c9", returns_to=begun.head.id)
    waiting = apply(record, log.propose(record, back, by=None, at=at))

    change = log.accept(waiting, grid, by="alice", at=at)
    after = apply(waiting, change)

    assert after.head == begun.head
    assert after.game.tip_id == record.head.id
    assert change.append == ()
    assert (_only(change).kind, _only(change).capture_id) == (JournalKind.TAKEN_BACK, "c9")
    assert _only(change).details["moves"][0]["to"] == "E4"


@pytest.mark.parametrize(
    ("moves", "back_to"),
    [
        ([("E5", "E4")], 0),  # White takes the move back though it is Black's turn
        ([("F5", "E5")], None),
        ([("F5", "F6")], None),  # Black plays
        ([], None),
    ],
)
def test_what_is_a_take_back(
    begun: GameRecord,
    grid: GameProfile,
    move: MakeMove,
    read: Read,
    play: Play,
    moves: list[tuple[str, str]],
    back_to: int | None,
) -> None:
    record = play(begun, ("E4", "E5"))
    shown = read(record, grid, *(move(*ends) for ends in moves), capture="c9")
    line = history.line_to(record.states, record.head.id)
    layout = grid.layout_for(record.game.settings)

    found = history.taken_back_to(grid, layout, shown.board, shown.moves, line[::-1])

    assert found == (None if back_to is None else line[back_to])


def test_a_repetition_by_the_active_player_is_play(
    begun: GameRecord, grid: GameProfile, move: MakeMove, read: Read, play: Play
) -> None:
    record = play(begun, ("E4", "E5"), ("F5", "F6"), ("E5", "E4"))
    shown = read(record, grid, move("F6", "F5"), capture="c9")
    line = history.line_to(record.states, record.head.id)
    layout = grid.layout_for(record.game.settings)

    assert history.taken_back_to(grid, layout, shown.board, shown.moves, line[::-1]) is None


def test_a_taken_piece_that_comes_back_without_its_kind_is_taken_back(
    begun: GameRecord, grid: GameProfile, move: MakeMove, read: Read, play: Play
) -> None:
    record = play(begun, ("E4", "F5"))
    moves = (move("F5", "E4"), move(None, "F5", player=2, type="token"))
    shown = read(record, grid, *moves, capture="c9")
    line = history.line_to(record.states, record.head.id)
    layout = grid.layout_for(record.game.settings)

    assert history.taken_back_to(grid, layout, shown.board, shown.moves, line[::-1]) == line[0]


@pytest.mark.parametrize(("x", "taken"), [(10.3, True), (11.0, False)])
def test_on_a_surface_a_unit_is_put_back_as_well_as_hands_can(
    record: Callable[..., GameRecord],
    profile: Callable[[str], GameProfile],
    move: MakeMove,
    read: Read,
    at: datetime,
    x: float,
    taken: bool,
) -> None:
    legion = profile("star_wars_legion")
    start = {"id": "u1", "type": "corps", "player": 1, "position": {"x": 10, "y": 10}}
    begun = record("star_wars_legion", pieces=[start])

    def moving(game: GameRecord, x: float, y: float) -> Proposal:
        place = Position(x, y)
        unit = move(None, None, kind="move", piece="u1", to_position=place)
        return read(game, legion, unit, capture="c1")

    there = apply(begun, log.propose(begun, moving(begun, 20, 10), by=None, at=at))
    there = apply(there, log.accept(there, legion, by=None, at=at))
    shown = moving(there, x, 9.8)
    line = history.line_to(there.states, there.head.id)

    found = history.taken_back_to(
        legion, legion.layout_for({}), shown.board, shown.moves, line[::-1]
    )

    assert (found == begun.head) is taken
