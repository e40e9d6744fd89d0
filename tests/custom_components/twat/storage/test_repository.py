"""What is stored is found again, and nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from custom_components.twat.games import history, log
from custom_components.twat.games.model import (
    AnalysisStatus,
    CaptureFailure,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Proposal,
    new_id,
)
from custom_components.twat.games.new_game import NewGame
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import apply
from custom_components.twat.storage.errors import HeadMoved, NotFound
from custom_components.twat.storage.repository import Repository, sqlite_url

type Begin = Callable[..., NewGame]
type Child = Callable[..., GameState]
type Reading = Callable[[GameState, str], Proposal]
type Grow = Callable[..., Game]


def _capture(repository: Repository, game: NewGame, at: datetime) -> str:
    capture_id = new_id()
    repository.add_capture(game.game.id, capture_id=capture_id, captured_at=at)
    return capture_id


def test_a_game_comes_back_as_it_was_stored(repository: Repository, begin: Begin) -> None:
    new = begin("Dünen 🏜️ ../../etc")

    created = repository.create_game(new.game, new.state, new.journal)

    assert created == new.game
    assert repository.get_game(new.game.id) == new.game
    assert repository.head_state(new.game.id) == new.state
    assert repository.journal(new.game.id) == [new.journal]


def test_everything_is_there_after_closing_and_opening(
    repository: Repository, stored: NewGame, path: Path
) -> None:
    repository.close()
    repository.close()

    again = Repository(sqlite_url(path))
    again.open()

    assert again.get_game(stored.game.id) == stored.game
    again.close()


def test_games_are_listed_by_page_and_status_last_changed_first(
    repository: Repository, begin: Begin, at: datetime
) -> None:
    games = [begin(f"Game {number}", minutes=number) for number in range(5)]
    for new in games:
        repository.create_game(new.game, new.state, new.journal)
    repository.update_game(games[0].game.id, at + timedelta(hours=1), status=GameStatus.COMPLETED)

    page, total = repository.list_games(limit=2, offset=1)
    done, done_total = repository.list_games(GameStatus.COMPLETED)
    two, two_total = repository.list_games([GameStatus.COMPLETED, GameStatus.SETUP], limit=0)

    assert [game.name for game in page] == ["Game 4", "Game 3"]
    assert total == 5
    assert [game.name for game in done] == ["Game 0"]
    assert done_total == 1
    assert (two, two_total) == ([], 5)


def test_a_game_can_be_changed(repository: Repository, stored: NewGame, at: datetime) -> None:
    later = at + timedelta(minutes=3)

    changed = repository.update_game(
        stored.game.id,
        later,
        name="Saturday",
        status=GameStatus.ABANDONED,
        table="kitchen",
        settings={"columns": 8},
        metadata={"place": "attic"},
    )

    assert changed == repository.get_game(stored.game.id)
    assert changed == replace(
        stored.game,
        name="Saturday",
        status=GameStatus.ABANDONED,
        table="kitchen",
        settings={"columns": 8},
        metadata={"place": "attic"},
        updated_at=later,
    )


def test_a_deleted_game_takes_all_its_rows_along_and_no_others(
    repository: Repository,
    stored: NewGame,
    begin: Begin,
    child: Child,
    grow: Grow,
    reading: Reading,
    at: datetime,
) -> None:
    other = begin("Other")
    repository.create_game(other.game, other.state, other.journal)
    capture_id = _capture(repository, stored, at)
    state = child(stored.state, capture_id=capture_id)
    grow(state, reading(state, capture_id))

    repository.delete_game(stored.game.id)

    assert repository.list_games() == ([other.game], 1)
    assert repository.list_captures(stored.game.id) == []
    assert repository.states(stored.game.id) == []
    assert repository.journal(stored.game.id) == []
    assert repository.proposal(stored.game.id) is None
    assert repository.head_state(other.game.id) == other.state


def test_captures_are_numbered_from_zero_and_listed(
    repository: Repository, stored: NewGame, at: datetime
) -> None:
    first = repository.add_capture(
        stored.game.id, capture_id=new_id(), captured_at=at, triggered_by="user", notes="hm"
    )
    rest = [_capture(repository, stored, at) for _ in range(3)]

    assert (first.sequence, first.triggered_by, first.notes) == (0, "user", "hm")
    assert first.analysis_status is AnalysisStatus.PENDING
    listed = repository.list_captures(stored.game.id)
    assert [capture.sequence for capture in listed] == [0, 1, 2, 3]
    newest = repository.list_captures(stored.game.id, limit=2, offset=1, newest_first=True)
    assert [capture.id for capture in newest] == [rest[1], rest[0]]


def test_a_capture_can_be_changed_and_keeps_what_was_not_named(
    repository: Repository, stored: NewGame, at: datetime
) -> None:
    capture_id = _capture(repository, stored, at)
    failure = CaptureFailure("camera", "busy", "The camera is busy; try again")
    zone = timezone(timedelta(hours=2))

    repository.update_capture(
        capture_id, image="games/x.jpg", captured_at=datetime(2026, 11, 22, 16, 5, tzinfo=zone)
    )
    repository.update_capture(
        capture_id,
        analysis_status=AnalysisStatus.FAILED,
        analysis_results={"moves": []},
        error=failure,
    )
    capture = repository.get_capture(capture_id)

    assert capture.image == "games/x.jpg"
    assert capture.captured_at == at + timedelta(minutes=5)
    assert capture.captured_at.utcoffset() == timedelta(0)
    assert capture.analysis_status is AnalysisStatus.FAILED
    assert capture.analysis_results == {"moves": []}
    assert capture.error == failure
    assert repository.update_capture(capture_id, error=None).error is None


def test_unfinished_captures_of_all_games_are_found(
    repository: Repository, stored: NewGame, begin: Begin, at: datetime
) -> None:
    other = begin("Other")
    repository.create_game(other.game, other.state, other.journal)
    late = _capture(repository, stored, at + timedelta(minutes=2))
    early = _capture(repository, other, at)
    done = _capture(repository, stored, at)
    repository.update_capture(late, analysis_status=AnalysisStatus.PROCESSING)
    repository.update_capture(done, analysis_status=AnalysisStatus.COMPLETED)

    assert [capture.id for capture in repository.unfinished_captures()] == [early, late]


def test_states_form_a_tree_under_the_head(
    repository: Repository, stored: NewGame, child: Child, grow: Grow, at: datetime
) -> None:
    left, right = child(stored.state), child(stored.state, active_player=2)

    game = grow(left)
    assert (game.head_id, game.tip_id, game.current_turn) == (left.id, left.id, 2)
    undone = repository.commit(history.undo(repository.record(stored.game.id), by=None, at=at))
    assert (undone.head_id, undone.tip_id) == (stored.state.id, left.id)
    game = grow(right)

    assert (game.head_id, game.tip_id, game.active_player) == (right.id, right.id, 2)
    assert repository.states(stored.game.id) == [stored.state, left, right]
    assert repository.state(right.id) == right
    assert repository.head_state(stored.game.id) == right
    assert set(repository.record(stored.game.id).states) == {stored.state.id, right.id}
    whole = repository.record(stored.game.id, whole=True)
    assert list(whole.states.values()) == [stored.state, left, right]


def test_a_line_leads_from_a_state_towards_the_beginning(
    repository: Repository, stored: NewGame, child: Child, grow: Grow
) -> None:
    line = [stored.state]
    for _ in range(4):
        line.append(child(line[-1]))
        grow(line[-1])

    assert repository.line(line[4].id, limit=9) == line[::-1]
    assert repository.line(line[4].id, limit=2) == [line[4], line[3], line[2]]
    assert repository.line(new_id(), limit=2) == []


def test_one_reading_waits_a_game(
    repository: Repository, stored: NewGame, reading: Reading, at: datetime
) -> None:
    first, second = (reading(stored.state, _capture(repository, stored, at)) for _ in range(2))

    for proposal in (first, second):
        record = repository.record(stored.game.id)
        repository.commit(log.propose(record, proposal, by=None, at=at))

    assert repository.proposal(stored.game.id) == second
    repository.clear_proposal(stored.game.id)
    repository.clear_proposal(stored.game.id)
    assert repository.proposal(stored.game.id) is None


def test_the_state_that_a_reading_takes_back_to_comes_along(
    repository: Repository,
    stored: NewGame,
    child: Child,
    grow: Grow,
    reading: Reading,
    at: datetime,
) -> None:
    middle = child(stored.state)
    head = child(middle)
    grow(middle)
    grow(head)
    back = replace(reading(head, _capture(repository, stored, at)), returns_to=stored.state.id)
    repository.commit(log.propose(repository.record(stored.game.id), back, by=None, at=at))

    record = repository.record(stored.game.id)

    assert set(record.states) == {head.id, middle.id, stored.state.id}
    assert record.proposal == back


def test_a_change_of_the_log_is_written_as_decided(
    repository: Repository, stored: NewGame, reading: Reading, at: datetime
) -> None:
    profile = load_profiles().get("generic_grid")
    game_id = stored.game.id
    capture_id = _capture(repository, stored, at)
    proposal = reading(stored.state, capture_id)

    repository.commit(log.propose(repository.record(game_id), proposal, by=None, at=at))
    record = repository.record(game_id)
    change = log.accept(record, profile, by="alice", at=at)
    game = repository.commit(change)

    assert game == apply(record, change).game
    assert game.status is GameStatus.IN_PROGRESS
    after = repository.record(game_id, capture_id)
    assert after.proposal is None
    assert after.head == change.append[0]
    assert set(after.states) == {stored.state.id, after.head.id}
    kinds = [entry.kind for entry in repository.journal(game_id)]
    assert kinds == [JournalKind.CREATED, JournalKind.PROPOSED, JournalKind.ACCEPTED]
    assert repository.journal(game_id, limit=1)[0].by == "alice"
    undone = repository.commit(history.undo(after, by="bob", at=at))
    assert undone.head_id == stored.state.id
    assert set(repository.record(game_id).states) == {stored.state.id}
    assert len(repository.record(game_id, capture_id).states) == 2


def test_a_reading_that_is_accepted_at_once_is_one_transaction(
    repository: Repository, stored: NewGame, reading: Reading, at: datetime
) -> None:
    profile = load_profiles().get("generic_grid")
    capture_id = _capture(repository, stored, at)
    record = repository.record(stored.game.id)
    proposed = log.propose(record, reading(stored.state, capture_id), by=None, at=at)
    accepted = log.accept(apply(record, proposed), profile, by=None, at=at)
    done = AnalysisStatus.COMPLETED

    with pytest.raises(NotFound):
        repository.commit(proposed, accepted, capture_id=new_id(), analysis_status=done)
    assert repository.record(stored.game.id) == record
    assert len(repository.journal(stored.game.id)) == 1

    game = repository.commit(proposed, accepted, capture_id=capture_id, analysis_status=done)

    assert game.head_id == accepted.head.id
    assert repository.proposal(stored.game.id) is None
    assert repository.get_capture(capture_id).analysis_status is done
    assert len(repository.journal(stored.game.id)) == 3


def test_a_change_decided_on_an_old_head_writes_nothing(
    repository: Repository,
    stored: NewGame,
    child: Child,
    grow: Grow,
    reading: Reading,
    at: datetime,
) -> None:
    game_id = stored.game.id
    proposal = reading(stored.state, _capture(repository, stored, at))
    change = log.propose(repository.record(game_id), proposal, by=None, at=at)
    grow(child(stored.state))
    before = repository.record(game_id)

    with pytest.raises(HeadMoved):
        repository.commit(change)

    assert repository.record(game_id) == before
    assert len(repository.journal(game_id)) == 2


def test_the_journal_only_grows(repository: Repository, stored: NewGame, at: datetime) -> None:
    entry = JournalEntry(
        stored.game.id, at, JournalKind.UNREADABLE, "button", details={"warnings": ["too_dark"]}
    )

    repository.add_journal(entry)

    assert repository.journal(stored.game.id) == [stored.journal, entry]


def test_unknown_things_are_said_to_be_unknown(repository: Repository, stored: NewGame) -> None:
    nothing, at = new_id(), stored.state.created_at
    missing_game = JournalEntry(nothing, at, JournalKind.CREATED)
    asked = {
        "game": [
            lambda: repository.get_game(nothing),
            lambda: repository.update_game(nothing, at, name="x"),
            lambda: repository.delete_game(nothing),
            lambda: repository.add_capture(nothing, capture_id=new_id(), captured_at=at),
            lambda: repository.record(nothing),
            lambda: repository.head_state(nothing),
            lambda: repository.add_journal(missing_game),
        ],
        "capture": [
            lambda: repository.get_capture("../../etc/passwd\0"),
            lambda: repository.update_capture(nothing, notes="x"),
        ],
        "state": [
            lambda: repository.state(nothing),
        ],
    }

    for kind, calls in asked.items():
        for call in calls:
            with pytest.raises(NotFound) as err:
                call()
            assert err.value.kind == kind


def test_many_threads_write_at_once_and_nothing_is_lost(
    repository: Repository, begin: Begin, at: datetime
) -> None:
    games = [begin(f"Game {number}") for number in range(3)]
    for new in games:
        repository.create_game(new.game, new.state, new.journal)

    def work(number: int) -> None:
        new = games[number % 3]
        capture_id = _capture(repository, new, at)
        repository.update_capture(capture_id, notes=str(number))
        repository.list_captures(new.game.id)
        repository.add_journal(JournalEntry(new.game.id, at, JournalKind.CAPTURED))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(60)))

    for new in games:
        captures = repository.list_captures(new.game.id)
        assert [capture.sequence for capture in captures] == list(range(20))
        assert all(capture.notes for capture in captures)
        assert len(repository.journal(new.game.id)) == 21
