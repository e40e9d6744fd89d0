"""The accepted state as the pipeline uses it: who stands where, and which type a new piece may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from .candidates import expected_type
from .colours import Lab, lab_of_rgb, rgb_of
from .types import AnalysisRequest, Player, Zones


@dataclass(frozen=True, slots=True)
class Names:
    """Players by position, and the vocabulary, ready for naming."""

    players: Mapping[int, Player]
    request: AnalysisRequest

    @classmethod
    def of(cls, request: AnalysisRequest) -> Self:
        """Index a request.

        Args:
            request: the analysis.
        """
        return cls({p.position: p for p in request.players}, request)

    def color(self, player: int | None) -> str | None:
        """The player's colour as given.

        Args:
            player: position from 1, None for nobody.

        Returns:
            A name or ``#rrggbb``; None for nobody's.
        """
        found = self.players.get(player) if player is not None else None
        return found.color if found else None

    def nominal(self) -> dict[int, Lab]:
        """CIELAB ``(3,)`` of every player whose colour is one, by position."""
        labs = {}
        for position, player in self.players.items():
            rgb = rgb_of(player.color)
            if rgb is not None:
                labs[position] = lab_of_rgb(rgb)
        return labs

    def player_of(self, color: str | None) -> int | None:
        """The player with a colour.

        Args:
            color: as the players have it, or None.

        Returns:
            Position from 1, None where nobody has it.
        """
        return next((p.position for p in self.players.values() if p.color == color), None)

    def types_for(self, space: str | None, color: str | None) -> tuple[str, ...]:
        """Types of the vocabulary that may be placed somewhere.

        Args:
            space: where, None for a place without a name.
            color: of the piece, None where it was not seen.
        """
        fitting = []
        for entry in self.request.vocabulary:
            here = entry.spaces is None or space is None or space in entry.spaces
            if here and (entry.color is None or color is None or entry.color == color):
                fitting.append(entry.type)
        return tuple(dict.fromkeys(fitting))

    def type_for(self, space: str | None, color: str | None) -> str:
        """The one type that fits, else the one that the candidates expect there.

        Args:
            space: where, None for a place without a name.
            color: of the piece, None where it was not seen.

        Returns:
            A type of the vocabulary, or ``unknown``.
        """
        fitting = self.types_for(space, color)
        if len(fitting) == 1:
            return fitting[0]
        expected = expected_type(self.request.candidates, space, self.player_of(color))
        return expected or "unknown"

    def label(self, piece_type: str) -> str:
        """How a type is called in a sentence.

        Args:
            piece_type: its id in the vocabulary.
        """
        entries = self.request.vocabulary
        found = next((e.name for e in entries if e.type == piece_type and e.name), None)
        return found.lower() if found else piece_type.replace("_", " ")

    def place(self, space: str) -> str:
        """How a space is called in a sentence: a zone by its name, a cell as it is.

        Args:
            space: its id.
        """
        layout = self.request.layout
        zones = layout.zones if isinstance(layout, Zones) else ()
        return next((z.name for z in zones if z.id == space and z.name), space)

    def who(self, player: int | None, color: str | None, piece_type: str) -> str:
        """A piece in words, e.g. "white pawn", "blue piece".

        Args:
            player: whose it is, by position, None for nobody's.
            color: its colour, None where it was not seen.
            piece_type: its id in the vocabulary.
        """
        noun = "piece" if piece_type == "unknown" else self.label(piece_type)
        shade = color or self.color(player)
        return f"{shade} {noun}" if shade else noun
