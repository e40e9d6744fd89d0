"""Whose turn it is after a move."""

from collections.abc import Sequence

from .model import Game, GameState, Move, MoveKind, Player
from .profile import GameProfile, TurnRule


def first_player(rule: TurnRule, players: Sequence[Player]) -> int:
    """Return the position of the player who begins: the rule's, else the lowest."""
    for player in players:
        if rule.first in (player.position, player.color):
            return player.position
    return min(player.position for player in players)


def turn_after(
    profile: GameProfile, game: Game, state: GameState, moves: Sequence[Move]
) -> tuple[int, int | None]:
    """Return turn and active player after moves were made in a state.

    A turn is one player's go. When pieces of several players moved since the last photo, that many
    turns have passed, counted from the active player. A piece that only left the board says
    nothing about who took it off. Moves of a player out of turn hand the turn to the one after.
    """
    rule = profile.turn
    if not rule.passes_on_move or (rule.phases is not None and state.phase not in rule.phases):
        return state.turn, state.active_player
    order = [player.position for player in game.players]
    active = state.active_player
    if active in order:
        start = order.index(active)
        order = order[start:] + order[:start]
    moved = {move.player for move in moves if move.kind is not MoveKind.REMOVE}
    movers = [index for index, position in enumerate(order) if position in moved] or [0]
    return state.turn + len(movers), order[(movers[-1] + 1) % len(order)]
