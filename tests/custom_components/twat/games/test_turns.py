"""Turns, phases and rounds: moved on by moves, by hand, and by the profile's rules."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.twat.games import turns
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.model import GameState, Move, MoveKind
from custom_components.twat.games.profile import (
    FirstPlayer,
    GameProfile,
    Number,
    PhaseEnd,
    Victory,
    Wins,
)
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.turns import Moment

type Profiles = Callable[[str], GameProfile]
type MakeRecord = Callable[..., GameRecord]


def _moved(*players: int | None, kind: MoveKind = MoveKind.MOVE) -> list[Move]:
    return [Move(kind, "p1", "pawn", player, "A1", "A2") for player in players]


@pytest.fixture
def dune(profile: Profiles) -> GameProfile:
    return profile("dune_imperium")


@pytest.fixture
def four(record: MakeRecord) -> GameRecord:
    """Dune with four players, in the first round's player turns."""
    return record("dune_imperium", players=4)


# Moves


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
        (1, [], 10, 1),
    ],
)
def test_the_turn_passes_with_the_moves(
    record: MakeRecord,
    profile: Profiles,
    active: int | None,
    moves: list[Move],
    turn: int,
    then: int,
) -> None:
    begun = record(players=3)
    moment = replace(Moment.of(begun.head), turn=10, active_player=active)

    after = turns.after_moves(profile("generic_grid"), begun.game, moment, moves)

    assert (after.turn, after.active_player) == (turn, then)


def test_some_games_pass_the_turn_by_hand_or_in_some_phases_only(
    record: MakeRecord, profile: Profiles, dune: GameProfile, four: GameRecord
) -> None:
    table = record("generic_table")
    by_hand = Moment.of(table.head)
    assert turns.after_moves(profile("generic_table"), table.game, by_hand, _moved(1)) == by_hand

    playing = Moment.of(four.head)
    after = turns.after_moves(dune, four.game, playing, _moved(1))
    assert (after.turn, after.active_player) == (2, 2)
    in_combat = replace(playing, phase="combat")
    assert turns.after_moves(dune, four.game, in_combat, _moved(1)) == in_combat


def test_the_rule_says_who_begins(record: MakeRecord, profile: Profiles) -> None:
    players = record("chess").game.players
    white, black = (replace(players[0], position=2), replace(players[1], position=1))

    assert turns.first_player(profile("chess").turn, [black, white]) == 2
    assert turns.first_player(profile("draughts").turn, [black, white]) == 1
    only = [replace(players[1], position=3)]
    assert turns.first_player(profile("chess").turn, [replace(only[0], color="red")]) == 3


def test_where_all_act_together_nobody_is_active(dune: GameProfile, four: GameRecord) -> None:
    together = replace(dune, start_phase="makers")

    assert turns.first_moment(together, four.game.players).active_player is None
    assert turns.first_moment(dune, four.game.players).active_player == 1


# Passing, phases, rounds


def test_a_player_who_passed_is_skipped_until_the_phase_ends(
    dune: GameProfile, four: GameRecord
) -> None:
    moment = turns.pass_turn(dune, four.game, Moment.of(four.head))
    assert (moment.turn, moment.active_player, moment.passed) == (2, 2, (1,))

    moment = turns.after_moves(dune, four.game, moment, _moved(2, 3, 4))
    assert (moment.turn, moment.active_player) == (5, 2)  # not 1

    moment = turns.pass_turn(dune, four.game, moment, 4)
    assert (moment.turn, moment.active_player, moment.passed) == (5, 2, (1, 4))
    moment = turns.pass_turn(dune, four.game, moment)
    assert moment.active_player == 3
    moment = turns.pass_turn(dune, four.game, moment)
    assert (moment.phase, moment.active_player, moment.passed, moment.turn) == (
        "combat",
        None,
        (),
        7,
    )


def test_a_dune_round_ends_with_recall_and_passes_the_first_player(
    dune: GameProfile, four: GameRecord
) -> None:
    moment = Moment.of(four.head)
    seen = []
    for _ in range(5):
        moment = turns.next_phase(dune, four.game, moment)
        seen.append((moment.round, moment.phase, moment.active_player))

    assert seen == [
        (1, "combat", None),
        (1, "makers", None),
        (1, "recall", None),
        (2, "round_start", None),
        (2, "player_turns", 2),
    ]
    assert moment.first_player == 2
    assert moment.turn == 2


def test_where_only_players_end_a_phase_all_may_have_passed(
    record: MakeRecord, profile: Profiles
) -> None:
    grid, begun = profile("generic_grid"), record()
    moment = Moment.of(begun.head)
    for _ in range(2):
        moment = turns.pass_turn(grid, begun.game, moment)

    assert (moment.active_player, moment.passed, moment.turn) == (None, (1, 2), 3)
    with pytest.raises(GameError) as err:
        turns.pass_turn(grid, begun.game, moment)
    assert err.value.key == "nobody_active"
    assert turns.next_turn(grid, begun.game, moment) == moment
    assert turns.pass_turn(grid, begun.game, moment, 2).passed == (1, 2)


def test_a_phase_may_end_with_everybodys_turn(record: MakeRecord, profile: Profiles) -> None:
    grid, begun = profile("generic_grid"), record(players=3)
    once = replace(grid, phases=(replace(grid.phases[0], ends=PhaseEnd.EACH_ONCE),))
    moment = Moment.of(begun.head)
    for _ in range(3):
        moment = turns.next_turn(once, begun.game, moment)

    assert (moment.turn, moment.round, moment.active_player) == (4, 2, 1)


def test_a_round_of_chess_is_a_move_of_each(record: MakeRecord, profile: Profiles) -> None:
    chess, begun = profile("chess"), record("chess")
    moment = Moment.of(begun.head)
    seen = []
    for _ in range(4):
        moment = turns.next_turn(chess, begun.game, moment)
        seen.append((moment.turn, moment.round, moment.active_player))

    assert seen == [(2, 1, 2), (3, 2, 1), (4, 2, 2), (5, 3, 1)]


def test_legion_says_by_hand_or_by_its_first_move_who_has_priority(
    record: MakeRecord, profile: Profiles
) -> None:
    legion, begun = profile("star_wars_legion"), record("star_wars_legion")
    moment = Moment.of(begun.head)
    for _ in range(3):  # end, command, activation
        moment = turns.next_phase(legion, begun.game, moment)
    assert (moment.round, moment.phase, moment.active_player, moment.first_player) == (
        2,
        "activation",
        None,
        None,
    )

    moved = turns.after_moves(legion, begun.game, moment, _moved(2))
    assert (moved.first_player, moved.active_player) == (2, 1)
    said = turns.set_moment(legion, begun.game, moment, first_player=2, active_player=2)
    assert (said.first_player, said.active_player) == (2, 2)


# Out of the game


def test_who_is_out_is_skipped_and_begins_no_round(dune: GameProfile, four: GameRecord) -> None:
    moment = turns.eliminate(dune, four.game, Moment.of(four.head), 1)
    assert (moment.eliminated, moment.active_player, moment.first_player) == ((1,), 2, 2)

    moment = turns.eliminate(dune, four.game, moment, 3)
    assert moment.active_player == 2
    assert turns.next_turn(dune, four.game, moment).active_player == 4
    again = turns.bring_back(four.game, moment, 3)
    assert turns.next_turn(dune, four.game, again).active_player == 3

    for position in (2, 4):
        moment = turns.eliminate(dune, four.game, moment, position)
    assert (moment.active_player, moment.first_player) == (None, None)


def test_out_is_out(dune: GameProfile, four: GameRecord) -> None:
    moment = turns.eliminate(dune, four.game, Moment.of(four.head), 1)

    for wrong, key in (
        (lambda: turns.eliminate(dune, four.game, moment, 1), "player_is_out"),
        (lambda: turns.pass_turn(dune, four.game, moment, 1), "player_is_out"),
        (lambda: turns.set_moment(dune, four.game, moment, active_player=1), "player_is_out"),
        (lambda: turns.eliminate(dune, four.game, moment, 9), "unknown_player"),
        (lambda: turns.bring_back(four.game, moment, 2), "player_not_out"),
        (lambda: turns.bring_back(four.game, moment, 9), "unknown_player"),
    ):
        with pytest.raises(GameError) as err:
            wrong()
        assert err.value.key == key


# By hand


def test_players_may_say_where_they_are(dune: GameProfile, four: GameRecord) -> None:
    passed = replace(Moment.of(four.head), passed=(1, 2))

    said = turns.set_moment(
        dune, four.game, passed, turn=7, round_number=3, first_player=3, active_player=2
    )
    assert said == Moment(7, 3, "player_turns", 2, 3, (1,))
    back = turns.set_moment(dune, four.game, passed, phase="recall")
    assert (back.phase, back.active_player, back.passed) == ("recall", None, ())
    again = turns.set_moment(dune, four.game, back, phase="player_turns", first_player=4)
    assert again.active_player == 4
    assert turns.set_moment(dune, four.game, passed, phase="player_turns") == passed


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"turn": 0}, "out_of_range"),
        ({"turn": turns.MAX_TURN + 1}, "out_of_range"),
        ({"round_number": -1}, "out_of_range"),
        ({"round_number": True}, "out_of_range"),
        ({"phase": "lunch"}, "unknown_phase"),
        ({"active_player": 5}, "unknown_player"),
        ({"first_player": 0}, "unknown_player"),
    ],
)
def test_what_cannot_be_is_refused(
    dune: GameProfile, four: GameRecord, wrong: dict[str, int], key: str
) -> None:
    with pytest.raises(GameError) as err:
        turns.set_moment(dune, four.game, Moment.of(four.head), **wrong)
    assert err.value.key == key


# The end


def test_a_game_ends_with_its_last_round_or_its_goal(dune: GameProfile, four: GameRecord) -> None:
    def scored(score: int, **changes: object) -> GameState:
        return replace(four.head, resources={"player_2": {"victory_points": score}}, **changes)

    assert not turns.is_over(dune, four.game, four.head)
    assert not turns.is_over(dune, four.game, scored(10))
    assert turns.is_over(dune, four.game, scored(10, phase="recall"))
    assert not turns.is_over(dune, four.game, scored(9, phase="recall"))
    assert turns.is_over(dune, four.game, scored(0, round=10, phase="recall"))
    assert not turns.is_over(dune, four.game, scored(0, round=10, phase="makers"))
    assert turns.is_over(dune, four.game, scored(0, round=11))
    assert turns.is_over(dune, four.game, scored(0, eliminated=(1, 2, 3)))


def test_the_lowest_score_may_win(record: MakeRecord, profile: Profiles) -> None:
    begun = record("star_wars_legion")
    golf = replace(
        profile("star_wars_legion"), victory=Victory("victory_points", Number(-5), Wins.LOWEST, ())
    )
    resources = {"player_1": {"victory_points": 3}, "player_2": {"victory_points": -5}}

    assert turns.is_over(golf, begun.game, replace(begun.head, phase="end", resources=resources))
    assert not turns.is_over(golf, begun.game, replace(begun.head, phase="end"))


def test_the_edition_says_how_many_rounds_legion_has(record: MakeRecord, profile: Profiles) -> None:
    legion = profile("star_wars_legion")

    for edition, rounds in (("2.6", 5), ("2.0", 6)):
        begun = record("star_wars_legion", settings={"edition": edition})
        state = replace(begun.head, phase="end", round=rounds)
        assert turns.is_over(legion, begun.game, state)
        assert not turns.is_over(legion, begun.game, replace(state, round=rounds - 1))


# Whatever happens

_LIBRARY = load_profiles()
_STEPS = st.lists(
    st.tuples(st.sampled_from(("turn", "phase", "pass", "out", "back", "move")), st.integers(1, 4)),
    max_size=20,
)


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_STEPS, ends=st.sampled_from(list(PhaseEnd)), first=st.sampled_from(list(FirstPlayer)))
def test_the_course_never_leaves_the_rails(
    record: MakeRecord, steps: list[tuple[str, int]], ends: PhaseEnd, first: FirstPlayer
) -> None:
    dune = _LIBRARY.get("dune_imperium")
    phases = tuple(replace(phase, ends=ends) for phase in dune.phases)
    profile = replace(dune, phases=phases, rounds=replace(dune.rounds, first_player=first))
    begun = record("dune_imperium", players=4)
    game, moment = begun.game, Moment.of(begun.head)

    for step, position in steps:
        before = moment
        try:
            match step:
                case "turn":
                    moment = turns.next_turn(profile, game, moment)
                case "phase":
                    moment = turns.next_phase(profile, game, moment)
                case "pass":
                    moment = turns.pass_turn(profile, game, moment, position)
                case "out":
                    moment = turns.eliminate(profile, game, moment, position)
                case "back":
                    moment = turns.bring_back(game, moment, position)
                case "move":
                    moment = turns.after_moves(profile, game, moment, _moved(position))
        except GameError:
            assert moment is before
        assert moment.turn >= before.turn
        assert before.round <= moment.round <= before.round + 1
        assert len(set(moment.passed)) == len(moment.passed)
        assert len(set(moment.eliminated)) == len(moment.eliminated)
        assert moment.active_player not in (*moment.passed, *moment.eliminated)
        assert moment.active_player is None or game.player(moment.active_player)
        assert moment.first_player not in moment.eliminated
        assert Moment.of(moment.in_state(begun.head)) == moment
