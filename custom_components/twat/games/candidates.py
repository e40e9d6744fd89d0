"""Plausible next moves, as a prior for the reading of the next photo.

The vision service scores each against the pixels beside its free reading, so rules help it without
its knowing any game. They are worked out from the accepted state alone and are cheap: a few
milliseconds for chess.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from . import chess, draughts
from .board import difference
from .chess.table import as_moves as chess_as_moves, chess_position
from .draughts.table import as_moves as draughts_as_moves, draughts_position
from .layout import Grid, Layout, Zones
from .model import Game, GameState, JsonObject, Move, MoveKind
from .profile import GameProfile

MAX_CANDIDATES: Final = 5000
"""Most that the vision service takes."""

_UNDERPROMOTION: Final = 0.05
"""Weight of a pawn that becomes anything but a queen, which hardly ever happens."""
_WAY_BACK: Final = 0.05
"""Weight of taking the last move back."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plausible next move.

    Attributes:
        moves: What it does to each piece.
        weight: How likely it is beside the others, above 0.
        returns_to: The earlier state that it leads back to; None for a new move.
    """

    moves: tuple[Move, ...]
    weight: float = 1.0
    returns_to: str | None = None

    def to_json(self) -> JsonObject:
        """Return the candidate as the vision service takes it."""
        return {
            "moves": [
                {
                    "kind": move.kind.value,
                    "piece": move.piece,
                    "type": move.type,
                    "player": move.player,
                    "from": move.from_space,
                    "to": move.to_space,
                }
                for move in self.moves
            ],
            "weight": self.weight,
            "returns_to": self.returns_to,
        }


def candidates(
    profile: GameProfile, game: Game, state: GameState, previous: GameState | None = None
) -> tuple[Candidate, ...]:
    """Return the plausible next moves in a state; none where the profile's rules name none.

    A rule that a profile does not check gives no candidates either. Where the rules say what may
    be played, taking back what was played last is among it.

    Args:
        profile: Its rules name the moves.
        game: The game.
        state: The accepted state.
        previous: The state before it, where there is one.
    """
    layout = profile.layout_for(game.settings)
    found = [
        candidate
        for rule in profile.rules
        if rule in _SOURCES
        for candidate in _SOURCES[rule](game, layout, state)
    ]
    if found and previous is not None:
        found = [*_way_back(state, previous), *found]
    return tuple(found[:MAX_CANDIDATES])


def _way_back(state: GameState, previous: GameState) -> Iterator[Candidate]:
    """Yield what puts the pieces back where they stood one state ago."""
    if not (state.board.complete and previous.board.complete):
        # Boards of which only a part is known are alike in what nobody knows of them.
        return
    moves = difference(state.board, previous.board)
    known = {piece.id for piece in state.board.pieces}
    if moves:
        put_back = (move if move.piece in known else replace(move, piece=None) for move in moves)
        yield Candidate(tuple(put_back), _WAY_BACK, previous.id)


def _chess(game: Game, layout: Layout, state: GameState) -> Iterator[Candidate]:
    position = chess_position(game, layout, state) if isinstance(layout, Grid) else None
    if position is None or not isinstance(layout, Grid):
        return
    for move in chess.legal_moves(position):
        weight = _UNDERPROMOTION if move.promotion not in ("", "q") else 1.0
        yield Candidate(chess_as_moves(move, state.board, layout), weight)


def _draughts(game: Game, layout: Layout, state: GameState) -> Iterator[Candidate]:
    position = draughts_position(game, layout, state) if isinstance(layout, Grid) else None
    if position is None or not isinstance(layout, Grid):
        return
    for move in draughts.legal_moves(position):
        yield Candidate(draughts_as_moves(move, state.board, layout))


def _agents(game: Game, layout: Layout, state: GameState) -> Iterator[Candidate]:
    """Yield the active player's next agent on every space that is free."""
    player = game.player(state.active_player)
    if player is None or not isinstance(layout, Zones):
        return
    for zone in layout.tagged("agents"):
        if not state.board.at(zone.id):
            place = Move(MoveKind.PLACE, None, "agent", player.position, to_space=zone.id)
            yield Candidate((place,))


_SOURCES: Final[Mapping[str, Callable[[Game, Layout, GameState], Iterator[Candidate]]]] = (
    MappingProxyType({"chess_moves": _chess, "draughts_moves": _draughts, "agents_owned": _agents})
)
