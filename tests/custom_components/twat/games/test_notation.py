"""Moves are told in the game's own words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.twat.games.model import Move, MoveKind, Position
from custom_components.twat.games.notation import MAX_LENGTH, describe_moves, describe_step
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord

type MakeMove = Callable[..., Move]


@pytest.fixture
def tell(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> Callable[..., str]:
    def make(game_type: str, *moves: Move, colors: tuple[str, ...] = ()) -> str:
        game = record(game_type, players=2 if game_type != "dune_imperium" else 4).game
        players = tuple(
            replace(player, color=color)
            for player, color in zip(game.players, colors, strict=False)
        )
        return describe_moves(
            moves, replace(game, players=players or game.players), profile(game_type)
        )

    return make


def test_a_move(tell: Callable[..., str], move: MakeMove) -> None:
    assert tell("generic_grid", move("E4", "F5", type="pawn", player=1)) == "White pawn: E4 → F5"


def test_a_capture(tell: Callable[..., str], move: MakeMove) -> None:
    taking = move(
        "E4",
        "F5",
        kind=MoveKind.CAPTURE,
        type="pawn",
        player=1,
        captured="b1",
        captured_type="pawn",
        captured_player=2,
    )

    assert tell("generic_grid", taking) == "White pawn takes blue pawn: E4 → F5"


def test_coming_and_going(tell: Callable[..., str], move: MakeMove) -> None:
    agent = {"type": "agent", "player": 2}

    assert tell("dune_imperium", move(None, "arrakeen", **agent)) == "Blue agent: supply → Arrakeen"
    assert tell("dune_imperium", move("arrakeen", None, **agent)) == "Blue agent: Arrakeen → supply"
    assert (
        tell("chess", move("E4", None, type="pawn", player=2)) == "Black pawn: E4 → off the board"
    )


def test_several_moves_are_joined_and_equal_ones_counted(
    tell: Callable[..., str], move: MakeMove
) -> None:
    troop = move("garrison_red", "conflict", type="troop", player=1)
    agent = move(None, "arrakeen", type="agent", player=1)

    assert tell("dune_imperium", agent, troop, troop) == (
        "Red agent: supply → Arrakeen; Red: +2 troops to Conflict"
    )


def test_what_is_not_known_is_left_out(tell: Callable[..., str], move: MakeMove) -> None:
    assert tell("generic_grid", move("A1", "A2")) == "Piece: A1 → A2"
    assert tell("generic_grid", move("A1", "A2", color="red")) == "Red piece: A1 → A2"
    assert tell("generic_grid", move("A1", "A2", color="#ff0000")) == "Piece: A1 → A2"
    assert tell("generic_grid") == ""


def test_a_colour_without_a_name_is_told_by_its_player(
    tell: Callable[..., str], move: MakeMove
) -> None:
    pawn = move("A1", "A2", type="pawn", player=1)

    assert tell("generic_grid", pawn, colors=("#ff0000", "blue")) == "Alice's pawn: A1 → A2"


def test_points_are_told_in_the_tables_unit(tell: Callable[..., str], move: MakeMove) -> None:
    shift = move(
        None,
        None,
        kind=MoveKind.MOVE,
        type="commander",
        player=2,
        from_position=Position(1, 2.04),
        to_position=Position(3.25, 2),
    )

    assert tell("star_wars_legion", shift) == "Red commander moved 2.3 in"
    arrival = replace(shift, kind=MoveKind.PLACE, from_position=None)
    assert tell("star_wars_legion", arrival) == "Red commander: reserve → (3.2, 2.0) in"


@pytest.mark.parametrize(
    ("degrees", "end", "told"),
    [
        (45, Position(3.25, 2), "Red commander moved 2.3 in, turned 45° clockwise"),
        (-90, Position(3.25, 2), "Red commander moved 2.3 in, turned 90° counterclockwise"),
        (3, Position(3.25, 2), "Red commander moved 2.3 in"),
        (180, Position(1, 2.04), "Red commander turned 180° clockwise"),
        (None, Position(1, 2.04), "Red commander turned"),
    ],
)
def test_turns_are_told_in_degrees(
    tell: Callable[..., str], move: MakeMove, degrees: float | None, end: Position, told: str
) -> None:
    shift = move(
        None,
        None,
        kind=MoveKind.MOVE,
        type="commander",
        player=2,
        from_position=Position(1, 2.04),
        to_position=end,
        rotation_deg=degrees,
    )

    assert tell("star_wars_legion", shift) == told


def test_a_long_line_is_cut(tell: Callable[..., str], move: MakeMove) -> None:
    moves = [move(f"A{n}", f"B{n}", type="pawn", player=1) for n in range(1, 9)]
    moves += [move(f"C{n}", f"D{n}", type="king", player=2) for n in range(1, 9)]

    text = tell("generic_grid", *moves)

    assert len(text) <= MAX_LENGTH
    assert text.endswith("…")
    assert text.startswith("White pawn: A1 → B1; ")


def test_counted_pieces_are_told_by_their_number(tell: Callable[..., str], move: MakeMove) -> None:
    troop = {"type": "troop", "player": 2}

    assert tell("dune_imperium", move("conflict", None, **troop)) == "Blue: −1 troop from Conflict"
    gone = tell("dune_imperium", move("conflict", None, **troop), colors=("red", "#00ff00"))
    assert gone == "Bob: −1 troop from Conflict"
    nobodys = move(None, "conflict", type="troop")
    assert tell("dune_imperium", nobodys) == "Troop: supply → Conflict"


def test_the_same_in_german(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], move: MakeMove
) -> None:
    def tell(game_type: str, *moves: Move) -> str:
        game = record(game_type, players=2).game
        return describe_moves(moves, game, profile(game_type).in_language("de-AT"))

    takes = move("E4", "F5", type="queen", player=1, kind=MoveKind.CAPTURE)
    takes = replace(takes, captured_type="knight", captured_player=2)
    assert tell("chess", takes) == "Dame (weiß) schlägt Springer (schwarz): E4 → F5"
    assert tell("chess", move("E4", None, type="pawn", player=2)) == (
        "Bauer (schwarz): E4 → neben dem Brett"
    )
    troop = move("garrison_red", "conflict", type="troop", player=1)
    assert tell("dune_imperium", troop, troop) == "Rot: +2 Truppen nach Konflikt"
    points = {"from_position": Position(1, 2), "to_position": Position(4, 6)}
    shift = move(None, None, type="commander", player=2, kind=MoveKind.MOVE, **points)
    assert tell("star_wars_legion", shift) == "Kommandant (rot) zog 5,0 Zoll weit"
    assert tell("star_wars_legion", replace(shift, rotation_deg=45)) == (
        "Kommandant (rot) zog 5,0 Zoll weit, drehte sich um 45° im Uhrzeigersinn"
    )
    back = replace(shift, to_position=shift.from_position, rotation_deg=-30)
    assert tell("star_wars_legion", back) == (
        "Kommandant (rot) drehte sich um 30° gegen den Uhrzeigersinn"
    )
    unknown = move("E4", "E5", player=1)
    assert tell("generic_grid", unknown) == "Figur (weiß): E4 → E5"


def test_a_step_is_told_line_by_line(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], move: MakeMove
) -> None:
    begun = record("dune_imperium", players=3)
    dune, before = profile("dune_imperium"), begun.head
    resources = {
        **before.resources,
        "player_1": {**before.resources["player_1"], "spice": 5, "water": 0},
        "common": {**before.resources["common"], "bonus_hagga_basin": 1},
    }
    after = replace(
        before,
        detected_changes=(move(None, "arrakeen", type="agent", player=1),),
        resources=resources,
        passed=(2,),
        eliminated=(3,),
        round=2,
        phase="combat",
        first_player=2,
    )

    assert describe_step(before, after, begun.game, dune) == (
        "Red agent: supply → Arrakeen",
        "Alice: spice 0 → 5",
        "Alice: water 1 → 0",
        "Bonus spice on Hagga Basin 0 → 1",
        "Bob passed",
        "Carol is out of the game",
        "Round 2",
        "Phase: Combat",
        "Bob begins",
    )
    assert describe_step(after, before, begun.game, dune.in_language("de"))[:2] == (
        "Alice: Spice 5 → 0",
        "Alice: Wasser 0 → 1",
    )
    assert "Carol is back in the game" in describe_step(after, before, begun.game, dune)
    assert describe_step(before, before, begun.game, dune) == ()


def test_a_space_that_the_profile_has_lost_is_told_by_its_id(
    tell: Callable[..., str], move: MakeMove
) -> None:
    agent = move(None, "ix", type="agent", player=2)

    assert tell("dune_imperium", agent) == "Blue agent: supply → ix"
