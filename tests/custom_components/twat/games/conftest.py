"""Profiles, and games to play with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.twat.games.log import GameRecord
from custom_components.twat.games.model import Move, MoveKind
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profiles import ProfileLibrary, load_profiles

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)

COLORS = {
    "chess": ("white", "black"),
    "go": ("black", "white"),
    "dune_imperium": ("red", "blue", "green", "yellow"),
    "star_wars_legion": ("blue", "red"),
}


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
        colors = COLORS.get(game_type, ("white", "blue", "red", "green"))
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
