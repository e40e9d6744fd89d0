"""A game that is about to begin: everything about it checked before anything is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
import unicodedata

from .board import make_board, piece_ids
from .colors import COLORS, normal_color
from .corrections import read_pieces
from .errors import GameError
from .layout import Layout
from .model import (
    Board,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Piece,
    Player,
    StateSource,
    new_id,
)
from .profile import GameProfile
from .turns import first_moment

MAX_NAME: Final = 100
MAX_POSITION: Final = 12

_PLAYER_FIELDS: Final = ("name", "position", "color")
# Control characters, halves of characters, and code points that mean nothing.
_REFUSED: Final = ("Cc", "Cs", "Cn", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class NewGame:
    """All that is kept of a game at its beginning.

    Attributes:
        game: With players; its head is the state.
        state: The start position.
        journal: The first line.
    """

    game: Game
    state: GameState
    journal: JournalEntry


def new_game(
    profile: GameProfile,
    *,
    name: str,
    players: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any] | None = None,
    pieces: Sequence[Mapping[str, Any]] | None = None,
    table: str | None = None,
    by: str | None = None,
    at: datetime,
) -> NewGame:
    """Return a new game.

    Args:
        profile: What is known about it.
        name: 1…100 characters; emoji are welcome.
        players: ``{"name", "position", "color"}`` each; a missing position is the place in the
            list, a missing colour the next free one.
        settings: Parameters of the profile, and ``confidence_threshold``.
        pieces: What stands on the board instead of the profile's start position, see
            `corrections.read_pieces`.
        table: Id of the table.
        by: Id of the user.
        at: Now, UTC.

    Raises:
        GameError: What is wrong, by name.
    """
    seated = _players(profile, players)
    checked = profile.checked_settings(settings or {})
    layout = profile.layout_for(checked)
    positions = [player.position for player in seated]
    moment = first_moment(profile, seated)
    game = Game(
        id=new_id(),
        name=_name("name", name),
        game_type=profile.id,
        status=GameStatus.SETUP,
        created_at=at,
        updated_at=at,
        players=seated,
        table=table,
        settings=checked,
    )
    state = GameState(
        id=new_id(),
        game_id=game.id,
        parent_id=None,
        capture_id=None,
        turn=moment.turn,
        phase=moment.phase,
        active_player=moment.active_player,
        board=(
            _start_board(profile, layout, seated)
            if pieces is None
            else _given_board(profile, layout, positions, pieces)
        ),
        resources=profile.start_resources(positions, checked),
        detected_changes=(),
        validation_notes=(),
        source=StateSource.MANUAL,
        created_at=at,
        first_player=moment.first_player,
    )
    game = replace(
        game,
        head_id=state.id,
        tip_id=state.id,
        current_turn=state.turn,
        current_phase=state.phase,
        active_player=state.active_player,
    )
    line = JournalEntry(game.id, at, JournalKind.CREATED, by, state_id=state.id)
    return NewGame(game, state, line)


def _name(field: str, name: object) -> str:
    """Return a name without surrounding space; what it may mean to a file system is no matter."""
    text = unicodedata.normalize("NFC", name).strip() if isinstance(name, str) else ""
    categories = {unicodedata.category(character) for character in text}
    visible = any(category[0] not in "CZ" for category in categories)
    if not visible or len(text) > MAX_NAME or categories.intersection(_REFUSED):
        raise GameError("invalid_name", field=field, maximum=MAX_NAME)
    return text


def _players(profile: GameProfile, players: Sequence[Mapping[str, Any]]) -> tuple[Player, ...]:
    if not profile.min_players <= len(players) <= profile.max_players:
        raise GameError(
            "player_count",
            game_type=profile.id,
            minimum=profile.min_players,
            maximum=profile.max_players,
            count=len(players),
        )
    for index, data in enumerate(players):
        if not isinstance(data, Mapping):
            raise GameError("invalid_field", field=f"players[{index}]", reason="must be an object")
        for key in data:
            if key not in _PLAYER_FIELDS:
                allowed = ", ".join(_PLAYER_FIELDS)
                reason = f"unknown; allowed: {allowed}"
                raise GameError("invalid_field", field=f"players[{index}].{key}", reason=reason)
    positions = [_position(data.get("position", i)) for i, data in enumerate(players, start=1)]
    _no_twins("duplicate_position", "position", positions)
    given = [None if data.get("color") is None else data["color"] for data in players]
    colors = [None if color is None else _color(profile, color) for color in given]
    _no_twins("duplicate_color", "color", [color for color in colors if color is not None])
    free = (color for color in profile.colors or COLORS if color not in colors)
    seated = [
        Player(
            new_id(),
            position,
            _name(f"players[{index}].name", data.get("name")),
            color or next(free),
        )
        for index, (data, position, color) in enumerate(
            zip(players, positions, colors, strict=True)
        )
    ]
    return tuple(sorted(seated, key=lambda player: player.position))


def _position(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_POSITION:
        raise GameError("invalid_position", position=value, maximum=MAX_POSITION)
    return value


def _color(profile: GameProfile, value: object) -> str:
    color = normal_color(value) if isinstance(value, str) else None
    if color is None or (profile.colors is not None and color not in profile.colors):
        allowed = ", ".join(profile.colors or (*COLORS, "#rrggbb"))
        raise GameError("unknown_color", color=value, allowed=allowed)
    return color


def _no_twins[T](key: str, placeholder: str, values: Sequence[T]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise GameError(key, **{placeholder: value})


def _start_board(profile: GameProfile, layout: Layout, players: Sequence[Player]) -> Board:
    """Return the profile's start position, less the pieces of players who are not there."""

    def pieces() -> Iterator[Piece]:
        ids = piece_ids(())
        for start in profile.start_pieces or ():
            owner = next((p for p in players if start.owner in (p.position, p.color)), None)
            if owner is None and start.owner is not None:
                continue
            position = None if owner is None else owner.position
            for space in start.spaces:
                yield Piece(next(ids), start.type, position, layout.position(space), space)

    # Without a start position it is for the first photo, or the players, to say what stands there.
    return make_board(layout, pieces(), complete=profile.start_pieces is not None)


def _given_board(
    profile: GameProfile,
    layout: Layout,
    positions: Sequence[int],
    pieces: Sequence[Mapping[str, Any]],
) -> Board:
    """Return the board with these pieces, each where its kind may stand, one to a cell."""
    found = read_pieces(profile, layout, positions, pieces)
    ids = piece_ids(piece.id for piece in found)
    for piece in found:
        spaces = profile.piece_type(piece.type).spaces
        if spaces is not None and piece.space not in spaces:
            raise GameError("space_not_allowed", type=piece.type, space=piece.space)
    board = make_board(layout, [replace(p, id=p.id or next(ids)) for p in found])
    if board.grid is not None:
        _no_twins("two_on_one_space", "space", [piece.space for piece in found])
    return board
