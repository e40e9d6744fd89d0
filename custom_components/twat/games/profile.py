"""Game profiles: what TWAT knows about a game before the first photo, as immutable values.

`profiles` finds them, `profile_schema` reads them; ``docs/profiles.md`` describes the format.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .errors import GameError
from .layout import Layout
from .model import JsonObject, Resources, player_key

GENERIC_PIECE: Final = "piece"
"""Piece type that every profile knows: something of which only owner and place are known."""

COMMON: Final = "common"
"""Key of shared resources beside the players' keys."""


_THRESHOLD: Final = "confidence_threshold"


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


@dataclass(frozen=True, slots=True)
class IntegerSetting:
    """A whole number asked for when a game is created.

    Attributes:
        name: What players read.
        default: When it is not given.
        minimum: Smallest allowed.
        maximum: Largest allowed.
    """

    name: str
    default: int
    minimum: int
    maximum: int

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        return f"{self.minimum}…{self.maximum}"

    def accepts(self, value: object) -> bool:
        """Whether a value is allowed."""
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and self.minimum <= value <= self.maximum
        )


@dataclass(frozen=True, slots=True)
class ChoiceSetting:
    """One of a few words asked for when a game is created.

    Attributes:
        name: What players read.
        default: When it is not given.
        options: The allowed words.
    """

    name: str
    default: str
    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        return ", ".join(self.options)

    def accepts(self, value: object) -> bool:
        """Whether a value is allowed."""
        return value in self.options


type Setting = IntegerSetting | ChoiceSetting


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a round."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class TurnRule:
    """What an accepted move does to the turn.

    Attributes:
        passes_on_move: After a move it is the next player's turn; else only a player says so.
        phases: Phases in which that holds; None for all.
        first: Position or colour of the player who begins.
    """

    passes_on_move: bool
    phases: tuple[str, ...] | None
    first: int | str


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is counted.

    Attributes:
        id: Key in `GameState.resources`.
        name: What players read.
        start: Value at the start; ``start_by_players`` goes before.
        start_by_players: Start by number of players, where it differs.
        minimum: Smallest value.
        maximum: Largest value, or None.
        common: Shared by all instead of one for each player.
    """

    id: str
    name: str
    start: int
    start_by_players: Mapping[int, int]
    minimum: int
    maximum: int | None
    common: bool

    def start_value(self, players: int) -> int:
        """Return the value at the start of a game of so many players."""
        return self.start_by_players.get(players, self.start)


@dataclass(frozen=True, slots=True)
class PieceType:
    """A kind of piece.

    Attributes:
        id: Value of `Piece.type`.
        name: What players call one, lower case unless it is a proper name.
        spaces: Where it may stand; None for anywhere.
        count: How many each player (or nobody) has; None for any number.
    """

    id: str
    name: str
    spaces: tuple[str, ...] | None
    count: int | None


@dataclass(frozen=True, slots=True)
class StartPiece:
    """Equal pieces on their spaces at the start.

    Attributes:
        type: Id of the piece type.
        owner: Position or colour of the player; None for nobody. Without such a player in the
            game the pieces stay in the box.
        spaces: One piece on each; a space may be named several times.
    """

    type: str
    owner: int | str | None
    spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GameProfile:
    """What is known about a game.

    Attributes:
        id: Value of `Game.game_type`.
        name: What players read.
        min_players: Fewest.
        max_players: Most.
        colors: Colours the pieces come in; None for any.
        settings: Parameters asked for when a game is created, by id.
        layout: The board; see `layout_for` for its parameters.
        layout_settings: Field of the layout → id of the setting that gives it.
        phases: In order.
        start_phase: Id of the phase in which the first photo is taken.
        turn: What advances the turn.
        resources: In order of display.
        piece_types: In order of display; the first is assumed where a photo shows no more.
        start_pieces: On the board when the game starts.
        supply: What the place beside the board is called.
    """

    id: str
    name: str
    min_players: int
    max_players: int
    colors: tuple[str, ...] | None
    settings: Mapping[str, Setting]
    layout: Layout
    layout_settings: Mapping[str, str]
    phases: tuple[Phase, ...]
    start_phase: str
    turn: TurnRule
    resources: tuple[Resource, ...]
    piece_types: tuple[PieceType, ...]
    start_pieces: tuple[StartPiece, ...]
    supply: str

    def checked_settings(self, settings: Mapping[str, Any]) -> JsonObject:
        """Return settings as `Game.settings` holds them, with defaults filled in.

        Besides the profile's own there is ``confidence_threshold``, 0…1, for every game.

        Raises:
            GameError: ``unknown_setting``, ``invalid_setting``.
        """
        checked: JsonObject = {key: setting.default for key, setting in self.settings.items()}
        for key, value in settings.items():
            if key == _THRESHOLD:
                if not _is_fraction(value):
                    raise GameError("invalid_setting", setting=key, value=value, allowed="0…1")
                checked[key] = float(value)
            elif (setting := self.settings.get(key)) is None:
                raise GameError(
                    "unknown_setting",
                    game_type=self.id,
                    setting=key,
                    allowed=", ".join([*self.settings, _THRESHOLD]),
                )
            else:
                # Number boxes of user interfaces give 8.0 for 8.
                plain = int(value) if isinstance(value, float) and value.is_integer() else value
                if not setting.accepts(plain):
                    raise GameError(
                        "invalid_setting", setting=key, value=value, allowed=setting.allowed
                    )
                checked[key] = plain
        return checked

    def layout_for(self, settings: Mapping[str, Any]) -> Layout:
        """Return the board of a game with these settings; those it does not depend on are ignored.

        Raises:
            GameError: ``invalid_setting``.
        """
        used = self.layout_settings.values()
        checked = self.checked_settings({k: v for k, v in settings.items() if k in used})
        values = {field: checked[setting] for field, setting in self.layout_settings.items()}
        return replace(self.layout, **values)

    def phase_name(self, phase: str) -> str:
        """Return what players call a phase; an unknown one is called by its id."""
        return next((p.name for p in self.phases if p.id == phase), phase)

    def piece_type(self, type_id: str) -> PieceType:
        """Return a kind of piece.

        Raises:
            GameError: ``unknown_piece_type``.
        """
        for piece_type in self.piece_types:
            if piece_type.id == type_id:
                return piece_type
        if type_id == GENERIC_PIECE:
            return PieceType(GENERIC_PIECE, "piece", None, None)
        raise GameError(
            "unknown_piece_type",
            type=type_id,
            allowed=", ".join(piece_type.id for piece_type in self.piece_types),
        )

    def likely_type(self, space: str | None) -> str:
        """Return the first kind of piece that may stand on a space (None: on a surface)."""
        for piece_type in self.piece_types:
            if piece_type.spaces is None or space in piece_type.spaces:
                return piece_type.id
        return GENERIC_PIECE

    def start_resources(self, positions: Collection[int]) -> Resources:
        """Return what the players at these positions own at the start."""
        count = len(positions)
        own = {r.id: r.start_value(count) for r in self.resources if not r.common}
        shared = {r.id: r.start_value(count) for r in self.resources if r.common}
        resources = {player_key(position): dict(own) for position in sorted(positions)}
        return {**resources, COMMON: shared} if shared else resources
