"""Game profiles: what TWAT knows about a game before the first photo, as immutable values.

`profiles` finds them, `profile_schema` reads them; ``docs/profiles.md`` describes the format.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from ..errors import GameError
from ..layout import Layout
from ..model import JsonObject, Resources, player_key
from .areas import Area, AreaKind
from .course import (
    Acts,
    FirstPlayer,
    Phase,
    PhaseEnd,
    PieceCount,
    RoundEnd,
    RoundRule,
    TurnRule,
    Victory,
    Wins,
)
from .settings import ChoiceSetting, IntegerSetting, Number, Setting
from .things import Footprint, Measures, PieceType, Resource, Shape, StartPiece

__all__ = [
    "COMMON",
    "GENERIC_PIECE",
    "Acts",
    "Area",
    "AreaKind",
    "ChoiceSetting",
    "FirstPlayer",
    "Footprint",
    "GameProfile",
    "IntegerSetting",
    "Measures",
    "Notation",
    "Number",
    "Phase",
    "PhaseEnd",
    "PieceCount",
    "PieceType",
    "Resource",
    "RoundEnd",
    "RoundRule",
    "Setting",
    "Shape",
    "StartPiece",
    "TurnRule",
    "Victory",
    "Wins",
]

GENERIC_PIECE: Final = "piece"
"""Piece type that every profile knows: something of which only owner and place are known."""

COMMON: Final = "common"
"""Key of shared resources beside the players' keys."""

_THRESHOLD: Final = "confidence_threshold"


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


class Notation(StrEnum):
    """How moves are written in short.

    ``WORDS``: as the log tells them; ``COORDINATES``: ``E4-F5``; ``SAN``: chess, as in PGN;
    ``DRAUGHTS``: numbered cells, as in PDN.
    """

    WORDS = "words"
    COORDINATES = "coordinates"
    SAN = "san"
    DRAUGHTS = "draughts"


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
        start_pieces: On the board when the game starts; None where that differs from game to game.
        supply: What the place beside the board is called.
        rounds: What a round is.
        victory: Who wins; None where only the players know.
        rules: Names of the rules that moves are checked against, see `games.rules`.
        notation: How moves are written in short.
        areas: Marked areas whose content a model reads.
        measures: Distances that matter on a surface.
        language: That of all names, as BCP 47 tag.
        translations: The same profile in other languages; see `in_language`.
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
    start_pieces: tuple[StartPiece, ...] | None
    supply: str
    rounds: RoundRule
    victory: Victory | None
    rules: tuple[str, ...]
    notation: Notation
    areas: tuple[Area, ...]
    measures: Measures
    language: str
    translations: Mapping[str, GameProfile] = field(default_factory=dict, repr=False)

    def in_language(self, language: str) -> GameProfile:
        """Return the profile with its names in a language, as far as it knows that one.

        Args:
            language: BCP 47 tag; ``de-AT`` is served by ``de``.
        """
        for tag in (language, language.partition("-")[0]):
            if tag == self.language:
                return self
            if tag in self.translations:
                return self.translations[tag]
        return self

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

    def phase(self, phase_id: str) -> Phase:
        """Return a phase.

        Raises:
            GameError: ``unknown_phase``.
        """
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        allowed = ", ".join(phase.id for phase in self.phases)
        raise GameError("unknown_phase", phase=phase_id, allowed=allowed)

    def resource(self, resource_id: str) -> Resource:
        """Return a resource.

        Raises:
            GameError: ``unknown_resource``.
        """
        for resource in self.resources:
            if resource.id == resource_id:
                return resource
        allowed = ", ".join(resource.id for resource in self.resources)
        raise GameError("unknown_resource", resource=resource_id, allowed=allowed)

    def phase_name(self, phase: str) -> str:
        """Return what players call a phase; an unknown one is called by its id."""
        return next((p.name for p in self.phases if p.id == phase), phase)

    def piece_type(self, type_id: str) -> PieceType:
        """Return a kind of piece.

        Raises:
            GameError: ``unknown_piece_type``.
        """
        if (found := self.known_type(type_id)) is not None:
            return found
        raise GameError(
            "unknown_piece_type",
            type=type_id,
            allowed=", ".join(piece_type.id for piece_type in self.piece_types),
        )

    def known_type(self, type_id: str | None) -> PieceType | None:
        """Return a kind of piece; None for one that the profile does not know (any more)."""
        for piece_type in self.piece_types:
            if piece_type.id == type_id:
                return piece_type
        generic = PieceType(GENERIC_PIECE, GENERIC_PIECE, None, None)
        return generic if type_id == GENERIC_PIECE else None

    def likely_type(self, space: str | None) -> str:
        """Return the first kind of piece that a camera may see on a space (None: on a surface)."""
        for piece_type in self.piece_types:
            fits = piece_type.spaces is None or space in piece_type.spaces
            if fits and piece_type.visible:
                return piece_type.id
        return GENERIC_PIECE

    def start_resources(
        self, positions: Collection[int], settings: Mapping[str, Any] | None = None
    ) -> Resources:
        """Return what the players at these positions own at the start of a game."""
        count, given = len(positions), settings or {}
        own = {r.id: r.start_value(count, given) for r in self.resources if not r.common}
        shared = {r.id: r.start_value(count, given) for r in self.resources if r.common}
        resources = {player_key(position): dict(own) for position in sorted(positions)}
        return {**resources, COMMON: shared} if shared else resources
