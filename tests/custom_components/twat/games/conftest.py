"""Profiles, and games to play with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
import pytest

from custom_components.twat.games import log
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.model import Move, MoveKind, Proposal
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profiles import ProfileLibrary, load_profiles
from custom_components.twat.games.record import GameRecord, apply

# Enough to find what people would not think of, the same on every machine.
settings.register_profile(
    "twat",
    max_examples=2000,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("twat")

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def library() -> ProfileLibrary:
    return load_profiles()


@pytest.fixture(scope="session")
def profile(library: ProfileLibrary) -> Callable[[str], GameProfile]:
    return library.get


@pytest.fixture(scope="session")
def record(library: ProfileLibrary) -> Callable[..., GameRecord]:
    """Begin a game: `record("chess")`, `record("generic_grid", pieces=[…], settings={…})`."""

    def make(
        game_type: str = "generic_grid",
        *,
        players: int = 2,
        pieces: list[dict[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> GameRecord:
        colors = library.get(game_type).colors or ("white", "blue", "red", "green")
        names = ("Alice", "Bob", "Carol", "Dave")
        new = new_game(
            library.get(game_type),
            name="Friday",
            players=[
                {"name": name, "position": position, "color": color}
                for position, (name, color) in enumerate(
                    zip(names[:players], colors, strict=False), start=1
                )
            ],
            settings=settings,
            pieces=pieces,
            at=AT,
        )
        return GameRecord(new.game, {new.state.id: new.state})

    return make


@pytest.fixture(scope="session")
def move() -> Callable[..., Move]:
    """Make a move: `move("E4", "F5")`, `move(None, "A1", type="pawn")`."""

    def make(origin: str | None, target: str | None, **fields: Any) -> Move:
        kind = MoveKind.REMOVE if target is None else MoveKind.MOVE
        kind = MoveKind.PLACE if origin is None else kind
        defaults = {"kind": kind, "piece": None, "type": None, "player": None}
        return Move(**{**defaults, "from_space": origin, "to_space": target, **fields})

    return make


@pytest.fixture(scope="session")
def read() -> Callable[..., Proposal]:
    """Make a reading of moves: `read(record, profile, move("E4", "E5"), capture="c1")`."""
    return reading_of


def reading_of(
    record: GameRecord, profile: GameProfile, *moves: Move, capture: str, **fields: Any
) -> Proposal:
    layout = profile.layout_for(record.game.settings)
    applied = apply_moves(record.head.board, layout, moves)
    proposal = Proposal(
        game_id=record.game.id,
        capture_id=capture,
        base_state_id=record.head.id,
        moves=applied.moves,
        board=applied.board,
        confidence=0.7,
        warnings=("blurred",),
        questions=(),
        summary="White pawn: E4 → E5",
        regions=(),
        acceptable=False,
        setup=False,
        created_at=record.head.created_at,
    )
    return replace(proposal, **fields)


@pytest.fixture
def grid(profile: Callable[[str], GameProfile]) -> GameProfile:
    return profile("generic_grid")


@pytest.fixture
def begun(record: Callable[..., GameRecord]) -> GameRecord:
    """A game of two pawns."""
    pieces = [
        {"id": "w1", "type": "pawn", "player": 1, "space": "E4"},
        {"id": "b1", "type": "pawn", "player": 2, "space": "F5"},
    ]
    return record(pieces=pieces)


@pytest.fixture
def waiting(
    begun: GameRecord, grid: GameProfile, move: Callable[..., Move], at: datetime
) -> GameRecord:
    """A game with a reading that waits."""
    proposal = reading_of(begun, grid, move("E4", "E5"), capture="c1")
    return apply(begun, log.propose(begun, proposal, by=None, at=at))


@pytest.fixture
def moved(waiting: GameRecord, grid: GameProfile, at: datetime) -> GameRecord:
    """A game with one accepted move."""
    return apply(waiting, log.accept(waiting, grid, by="alice", at=at))
