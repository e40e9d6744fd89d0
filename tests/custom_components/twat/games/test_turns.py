"""Whose turn it is after a move."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.twat.games.log import GameRecord
from custom_components.twat.games.model import Move, MoveKind
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.turns import first_player, turn_after


def _moved(*players: int | None, kind: MoveKind = MoveKind.MOVE) -> list[Move]:
    return [Move(kind, "p1", "pawn", player, "A1", "A2") for player in players]


@pytest.mark.parametrize(
    ("active", "moves", "turn", "then"),
    [
        (1, _moved(1), 11, 2),
        (3, _moved(3), 11, 1),
        (1, _moved(1, 1), 11, 2),
        (1, _moved(1, 2), 12, 3),  # a photo was forgotten
        (3, _moved(3, 1), 12, 2),
        (1, _moved(2), 11, 3),  # out of turn
        (1, _moved(None), 11, 2),
        (2, _moved(1, kind=MoveKind.REMOVE), 11, 3),  # the active player took it off
        (2, _moved(2) + _moved(1, kind=MoveKind.REMOVE), 11, 3),
        (None, _moved(1), 11, 2),
    ],
)
def test_the_turn_passes_with_the_moves(
    record: Callable[..., GameRecord],
    profile: Callable[[str], GameProfile],
    active: int | None,
    moves: list[Move],
    turn: int,
    then: int,
) -> None:
    begun = record(players=3)
    state = replace(begun.head, turn=10, active_player=active)

    assert turn_after(profile("generic_grid"), begun.game, state, moves) == (turn, then)


def test_some_games_pass_the_turn_by_hand_or_in_some_phases_only(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    table, dune = record("generic_table"), record("dune_imperium", players=4)

    assert turn_after(profile("generic_table"), table.game, table.head, _moved(1)) == (1, 1)
    in_combat = replace(dune.head, phase="combat")
    assert turn_after(profile("dune_imperium"), dune.game, dune.head, _moved(1)) == (2, 2)
    assert turn_after(profile("dune_imperium"), dune.game, in_combat, _moved(1)) == (1, 1)


def test_the_rule_says_who_begins(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    players = record("chess").game.players
    white, black = (replace(players[0], position=2), replace(players[1], position=1))

    assert first_player(profile("chess").turn, [black, white]) == 2
    assert first_player(profile("draughts").turn, [black, white]) == 1
    only = [replace(players[1], position=3)]
    assert first_player(profile("chess").turn, [replace(only[0], color="red")]) == 3
