"""A game to keep, a database to keep it in, and photos."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
import pytest

from custom_components.twat.games.model import (
    Game,
    GameState,
    JournalEntry,
    JournalKind,
    Move,
    MoveKind,
    Proposal,
    new_id,
)
from custom_components.twat.games.new_game import NewGame, new_game
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import change
from custom_components.twat.storage.repository import Repository, sqlite_url

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture
def begin() -> Callable[..., NewGame]:
    """Make a small game; nothing is stored."""
    profile = load_profiles().get("generic_grid")

    def make(name: str = "Friday", minutes: int = 0) -> NewGame:
        return new_game(
            profile,
            name=name,
            players=[{"name": "Alice", "color": "white"}, {"name": "Bob", "color": "blue"}],
            pieces=[{"type": "pawn", "player": 1, "space": "E4"}],
            at=AT + timedelta(minutes=minutes),
        )

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "twat" / "twat.db"


@pytest.fixture
def repository(path: Path) -> Iterator[Repository]:
    opened = Repository(sqlite_url(path))
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def stored(repository: Repository, begin: Callable[..., NewGame]) -> NewGame:
    """Store a game."""
    new = begin()
    repository.create_game(new.game, new.state, new.journal)
    return new


@pytest.fixture
def child() -> Callable[[GameState], GameState]:
    """Make a state that follows another one."""

    def make(parent: GameState, **changes: object) -> GameState:
        return replace(parent, id=new_id(), parent_id=parent.id, turn=parent.turn + 1, **changes)

    return make


@pytest.fixture
def grow(repository: Repository) -> Callable[..., Game]:
    """Append a state under its parent and make it the head; let a reading wait."""

    def commit(state: GameState, proposal: Proposal | None = None) -> Game:
        record = repository.record(state.game_id)
        at = state.created_at
        line = JournalEntry(state.game_id, at, JournalKind.UPDATED, state_id=state.id)
        return repository.commit(change(record, state, line, at, proposal=proposal))

    return commit


@pytest.fixture
def reading() -> Callable[..., Proposal]:
    """Make a reading of a capture."""

    def make(base: GameState, capture_id: str) -> Proposal:
        move = Move(MoveKind.MOVE, "p1", "pawn", 1, "E4", "F5", confidence=0.8, source="tracking")
        return Proposal(
            game_id=base.game_id,
            capture_id=capture_id,
            base_state_id=base.id,
            moves=(move,),
            board=base.board,
            confidence=0.8,
            warnings=("blurred",),
            questions=(),
            summary="White pawn: E4 → F5",
            regions=(),
            acceptable=False,
            setup=False,
            created_at=AT,
        )

    return make


@pytest.fixture(scope="session")
def photo() -> Callable[..., bytes]:
    """Make a file with a picture in it."""

    def make(
        width: int = 640,
        height: int = 480,
        kind: str = "JPEG",
        color: str | None = None,
        **options: object,
    ) -> bytes:
        if color is None:
            image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        else:
            image = Image.new("RGB", (width, height), color)
        file = BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return make
