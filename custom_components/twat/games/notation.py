"""What happened, in the game's own words and language: one line for the interface and the log."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .layout import Layout, Surface
from .model import Game, GameState, Move, MoveKind, Position, Resources
from .numbers import decimal
from .profile import COMMON, GameProfile, PhaseEnd, PieceType
from .words import Words, words

MAX_LENGTH: Final = 255
"""Longest state that Home Assistant takes."""

LEAST_TURN: Final = 5
"""Degrees from which a turn is told; smaller ones are within the error of measuring."""


def describe_moves(moves: Sequence[Move], game: Game, profile: GameProfile) -> str:
    """Return moves as one line, e.g. ``White pawn: E4 → F5``; equal ones are counted.

    Args:
        moves: What happened, as `games.board` filled it in.
        game: For its players.
        profile: For the names of pieces and spaces, and the language.

    Returns:
        At most 255 characters, cut with an ellipsis; empty when nothing moved.
    """
    text = "; ".join(_Teller(game, profile).moves(moves))
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1].rstrip() + "…"


def describe_step(
    before: GameState, after: GameState, game: Game, profile: GameProfile
) -> tuple[str, ...]:
    """Return what is different in a state from the one before, one line a change.

    Moves first, then what is counted (``Alice: spice 3 → 5``), then the course of the game: who
    passed, who is out, a new phase, a new round, who begins it. Whose turn it is is not told: it
    changes all the time.
    """
    teller = _Teller(game, profile)
    return (
        *teller.moves(after.detected_changes),
        *teller.resources(before.resources, after.resources),
        *teller.course(before, after),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """What somebody did, which others may have done in the same way.

    Attributes:
        who: The beginning of the line.
        what: The rest of it; with a `kind` a template for how many of them came or left.
        kind: The kind of counted pieces.
        space: Where they came or left.
    """

    who: str
    what: str
    kind: PieceType | None = None
    space: str = ""

    def told(self, count: int) -> str:
        """Return the line for so many who did it."""
        if self.kind is None:
            return f"{self.who}{f' × {count}' if count > 1 else ''}{self.what}"
        name = self.kind.name if count == 1 else self.kind.plural
        return self.who + self.what.format(count=count, kind=name, space=self.space)


class _Teller:
    """Tells of one game in its profile's language."""

    def __init__(self, game: Game, profile: GameProfile) -> None:
        self._game = game
        self._profile = profile
        self._layout: Layout = profile.layout_for(game.settings)
        self._words: Words = words(profile.language)

    def moves(self, moves: Sequence[Move]) -> Iterator[str]:
        """Yield a line for each move; equal ones, and those of counted pieces, share one."""
        for line, count in Counter(map(self._move, moves)).items():
            yield line.told(count)

    def resources(self, before: Resources, after: Resources) -> Iterator[str]:
        """Yield a line for each resource of each player, and each common one, that changed."""
        for key in (*(player.key for player in self._game.players), COMMON):
            owner = next((f"{p.name}: " for p in self._game.players if p.key == key), "")
            was, now = before.get(key, {}), after.get(key, {})
            for resource in self._profile.resources:
                old, new = was.get(resource.id, 0), now.get(resource.id, 0)
                if old != new:
                    yield _capital(f"{owner}{resource.name} {old} → {new}")

    def course(self, before: GameState, after: GameState) -> Iterator[str]:
        """Yield a line for each thing that is different in the game's course."""
        for position in (*after.passed, *self._last_to_pass(before, after)):
            if position not in before.passed:
                yield self._words.passed.format(player=self._name(position))
        for position in after.eliminated:
            if position not in before.eliminated:
                yield self._words.is_out.format(player=self._name(position))
        for position in before.eliminated:
            if position not in after.eliminated:
                yield self._words.is_back.format(player=self._name(position))
        if before.round != after.round:
            yield self._words.round.format(number=after.round)
        if before.phase != after.phase:
            yield self._words.phase.format(phase=self._profile.phase_name(after.phase))
        if after.first_player not in (before.first_player, None):
            yield self._words.begins.format(player=self._name(after.first_player))

    def _last_to_pass(self, before: GameState, after: GameState) -> list[int]:
        """Return who ended a phase by passing: the only one who had not yet."""
        gone = (*before.passed, *before.eliminated)
        left = [p.position for p in self._game.players if p.position not in gone]
        by_passing = any(
            (phase.id, phase.ends) == (before.phase, PhaseEnd.ALL_PASSED)
            for phase in self._profile.phases
        )
        ended = before.phase != after.phase and by_passing and len(left) == 1
        return left if ended else []

    def _move(self, move: Move) -> _Line:
        if (counted := self._counted(move)) is not None:
            return counted
        who = _capital(self._piece(move.type, move.player, move.color))
        if move.kind is MoveKind.CAPTURE:
            taken = self._piece(move.captured_type, move.captured_player, None)
            who = self._words.takes.format(piece=who, taken=taken)
        if (way := self._way(move)) is not None:
            return _Line(who, f" {way}")
        origin = self._place(move.from_space, move.from_position) or self._profile.supply
        target = self._place(move.to_space, move.to_position) or self._profile.supply
        return _Line(who, f": {origin} → {target}")

    def _way(self, move: Move) -> str | None:
        """Return how far a piece went on a surface, and how far it turned; None where there is no saying."""
        if move.distance is None or not isinstance(self._layout, Surface):
            return None
        told = []
        if move.distance > 0:
            length = decimal(move.distance, self._profile.language)
            distance = f"{length} {self._words.units[self._layout.unit]}"
            told.append(self._words.moved.format(distance=distance))
        degrees = round(move.rotation_deg or 0)
        if abs(degrees) >= LEAST_TURN:
            turned = self._words.clockwise if degrees > 0 else self._words.counterclockwise
            told.append(turned.format(degrees=abs(degrees)))
        return ", ".join(told) or self._words.turned

    def _counted(self, move: Move) -> _Line | None:
        """Return the line of a piece of which only the number on a space matters."""
        kind = self._profile.known_type(move.type)
        owner = self._game.player(move.player)
        if kind is None or not kind.counted or owner is None:
            return None
        who = owner.name if owner.color.startswith("#") else self._words.colors[owner.color]
        target = self._place(move.to_space, move.to_position)
        template = self._words.arrived if target is not None else self._words.left
        where = target or self._place(move.from_space, move.from_position) or self._profile.supply
        return _Line(_capital(who), f": {template}", kind, where)

    def _piece(self, type_id: str | None, player: int | None, color: str | None) -> str:
        """Return ``blue agent``, ``Alice's agent`` where the colour has no name, or ``agent``."""
        kinds = self._profile.piece_types
        name = next((kind.name for kind in kinds if kind.id == type_id), self._words.piece)
        owner = self._game.player(player)
        if owner is not None:
            color = owner.color
            if color.startswith("#"):
                return self._words.owned.format(owner=owner.name, kind=name)
        if color is None or color.startswith("#"):
            return name
        return self._words.colored.format(color=self._words.colors.get(color, color), kind=name)

    def _place(self, space: str | None, position: Position | None) -> str | None:
        if space is not None:
            known = space in self._layout.spaces
            return self._layout.name(space) if known else space  # a profile may have lost it
        if position is not None and isinstance(self._layout, Surface):
            language = self._profile.language
            x, y = decimal(position.x, language), decimal(position.y, language)
            return f"({x}, {y}) {self._words.units[self._layout.unit]}"
        return None

    def _name(self, position: int | None) -> str:
        player = self._game.player(position)
        return "?" if player is None else player.name


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
