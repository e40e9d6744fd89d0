"""What a long history costs: 100 and 1,000 games of 100 captures each, in one database.

Listing, opening, appending a capture's reading, undoing and counting statistics, as the integration
does them; medians of many tries on a file of its own, with every write really on disk. And what TWAT
adds to the start of a real Home Assistant with that file, in which twenty games are still played.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
import statistics
import tempfile
import time
from typing import Final

from custom_components.twat.coordinator import load_view
from custom_components.twat.games import history, log
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.export.story import tell
from custom_components.twat.games.model import (
    AnalysisStatus,
    Capture,
    GameArchive,
    GameResult,
    GameStatus,
    Move,
    MoveKind,
    PlayerResult,
    Proposal,
    new_id,
)
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import Change, GameRecord, apply
from custom_components.twat.games.statistics import summarise
from custom_components.twat.storage.repository import Repository, sqlite_url

from .start_up import start_up

SIZES: Final = (100, 1000)
CAPTURES: Final = 100
TRIES: Final = 30
PLAYED: Final = 20
"""Games that are not over: more than any house has on its tables."""
AT: Final = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)

# DESIGN, section 11; None where growth is the measure.
BARS: Final = {"list": 50.0, "open": 100.0, "start-up": 1000.0}


async def run() -> None:
    """Measure both sizes and print the table."""
    profile = load_profiles().get("chess")
    template = _play(profile)
    with tempfile.TemporaryDirectory(prefix="twat-bench-") as work:
        columns = []
        for size in SIZES:
            file = Path(work) / f"{size}.db"
            found = _measure(file, profile, template, size)
            seconds = await start_up(Path(work) / f"home-{size}", file)
            columns.append(found | {"start-up": seconds * 1000})
    few, many = columns
    print(f"Games of {CAPTURES} captures (chess, 32 men): ms, median of {TRIES}")
    print(f"  {'':<12}{SIZES[0]:>8}{SIZES[1]:>8}   growth   bar")
    for name in few:
        bar = f"≤ {BARS[name]:.0f}" if name in BARS else ""
        growth = f"× {many[name] / few[name]:.2f}"
        print(f"  {name:<12}{few[name]:8.1f}{many[name]:8.1f}   {growth:<8} {bar}")


def _measure(
    file: Path, profile: GameProfile, template: GameArchive, size: int
) -> dict[str, float]:
    repository = Repository(sqlite_url(file))
    repository.open()
    for number in range(size):
        repository.archive.store(_copy(template, number, finished=number >= PLAYED))
    game_id = f"{0:08x}{template.game.id[8:]}"
    times = {
        "list": _median(lambda: repository.list_games(limit=20)),
        "open": _median(lambda: load_view(repository, profile, game_id)),
        "log": _median(lambda: _log(repository, profile, game_id)),
        "capture": _median(lambda: _capture(repository, profile, game_id)),
        "undo": _median(lambda: _undo(repository, game_id)),
        "statistics": _median(lambda: summarise(repository.chronicle.results())),
    }
    repository.close()
    return times


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _log(repository: Repository, profile: GameProfile, game_id: str) -> None:
    view = load_view(repository, profile, game_id)
    tell(repository.archive.load(game_id), profile, view.clock)


def _capture(repository: Repository, profile: GameProfile, game_id: str) -> None:
    """What one capture writes: its row, the reading, the accepted state, the row again."""
    now = datetime.now(UTC)
    capture = repository.add_capture(game_id, capture_id=new_id(), captured_at=now)
    record = repository.record(game_id)
    repository.line(record.head.id, limit=20)
    proposed = log.propose(record, _reading(record, profile, capture.id), by=None, at=now)
    accepted = log.accept(apply(record, proposed), profile, by=None, at=now)
    repository.commit(
        proposed, accepted, capture_id=capture.id, analysis_status=AnalysisStatus.COMPLETED
    )


def _undo(repository: Repository, game_id: str) -> None:
    record = repository.record(game_id)
    repository.commit(history.undo(record, by=None, at=datetime.now(UTC)))


def _play(profile: GameProfile) -> GameArchive:
    """A game in which knights go to and fro for a hundred photos."""
    new = new_game(profile, name="Bench", players=[{"name": "Alice"}, {"name": "Bob"}], at=AT)
    record = GameRecord(new.game, {new.state.id: new.state})
    captures, journal = [], [new.journal]

    def do(change: Change) -> None:
        nonlocal record
        record = apply(record, change)
        journal.extend(change.journal)

    for sequence in range(CAPTURES):
        at = AT + timedelta(minutes=sequence)
        captures.append(
            Capture(
                id=new_id(),
                game_id=new.game.id,
                sequence=sequence,
                captured_at=at,
                analysis_status=AnalysisStatus.COMPLETED,
                analysis_results={"warnings": [], "changed_regions": [], "confidence": 0.98},
            )
        )
        do(log.propose(record, _reading(record, profile, captures[-1].id), by=None, at=at))
        do(log.accept(record, profile, by=None, at=at))
    return GameArchive(
        record.game, tuple(record.states.values()), tuple(captures), None, tuple(journal), (), None
    )


def _reading(record: GameRecord, profile: GameProfile, capture_id: str) -> Proposal:
    head = record.head
    home, away = (("B1", "C3"), ("B8", "C6"))[head.active_player == 2]
    if not head.board.at(home):
        home, away = away, home
    move = Move(MoveKind.MOVE, None, None, head.active_player, home, away, confidence=0.98)
    applied = apply_moves(head.board, profile.layout_for(record.game.settings), [move])
    return Proposal(
        game_id=record.game.id,
        capture_id=capture_id,
        base_state_id=head.id,
        moves=applied.moves,
        board=applied.board,
        confidence=0.98,
        warnings=(),
        questions=(),
        summary="Knight",
        regions=(),
        acceptable=True,
        setup=False,
        created_at=AT,
    )


def _copy(template: GameArchive, number: int, *, finished: bool) -> GameArchive:
    """The same game under other ids, over or not."""

    def other[T: str | None](old: T) -> T:
        return old if old is None else f"{number:08x}{old[8:]}"  # type: ignore[return-value]

    game = template.game
    at = AT + timedelta(days=number)
    result = GameResult(
        game_id=other(game.id),
        name=game.name,
        game_type=game.game_type,
        started_at=at,
        finished_at=at,
        seconds=6000.0,
        turns=CAPTURES,
        rounds=CAPTURES // 2,
        players=tuple(
            PlayerResult(p.name, p.position, p.color, p.position == 1 + number % 2, None, 3000.0, 50, {})
            for p in game.players
        ),
    )  # fmt: skip
    return GameArchive(
        game=replace(
            game,
            id=other(game.id),
            updated_at=at,
            head_id=other(game.head_id),
            tip_id=other(game.tip_id),
            players=tuple(replace(player, id=other(player.id)) for player in game.players),
            status=GameStatus.COMPLETED if finished else game.status,
        ),
        states=tuple(
            replace(
                state,
                id=other(state.id),
                game_id=other(game.id),
                parent_id=other(state.parent_id),
                capture_id=other(state.capture_id),
            )
            for state in template.states
        ),
        captures=tuple(
            replace(capture, id=other(capture.id), game_id=other(game.id))
            for capture in template.captures
        ),
        proposal=None,
        journal=tuple(
            replace(
                line,
                game_id=other(game.id),
                capture_id=other(line.capture_id),
                state_id=other(line.state_id),
            )
            for line in template.journal
        ),
        annotations=(),
        result=result if finished else None,
    )
