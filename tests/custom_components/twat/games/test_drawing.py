"""Any state of any game can be drawn from its profile alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.colors import COLORS, shade
from custom_components.twat.games.drawing import draw_board
from custom_components.twat.games.drawing.svg import label, tag, text, wrapped
from custom_components.twat.games.model import Board, Move, Piece, Position
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profiles import ProfileLibrary
from custom_components.twat.games.record import GameRecord

type Profiles = Callable[[str], GameProfile]
type MakeRecord = Callable[..., GameRecord]
type MakeMove = Callable[..., Move]

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def draw(profile: Profiles) -> Callable[..., ET.Element]:
    """Draw a game's head, with moves made on it and fields changed."""

    def make(record: GameRecord, *moves: Move, **fields: Any) -> ET.Element:
        rules = profile(record.game.game_type)
        layout = rules.layout_for(record.game.settings)
        applied = apply_moves(record.head.board, layout, moves)
        state = replace(record.head, board=applied.board, detected_changes=applied.moves)
        return ET.fromstring(draw_board(record.game, rules, replace(state, **fields)))

    return make


def drawn(root: ET.Element, kind: str) -> list[ET.Element]:
    return [e for e in root.iter() if kind in (e.get("class") or "").split()]


def words(root: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]


def test_every_shipped_game_can_be_drawn(
    library: ProfileLibrary, record: MakeRecord, draw: Callable[..., ET.Element]
) -> None:
    for game_type, rules in library.profiles.items():
        root = draw(record(game_type, players=min(2, rules.max_players)))
        assert root.tag == f"{SVG}svg"
        assert "http" not in ET.tostring(root, encoding="unicode").replace(SVG[1:-1], "")


def test_chess_at_the_start(record: MakeRecord, draw: Callable[..., ET.Element]) -> None:
    root = draw(record("chess"))

    men = drawn(root, "t-piece")
    assert len(men) == 32 + 2  # and a dot for each player
    assert len(drawn(root, "t-glyph")) == 32
    assert {"A", "H", "1", "8", "Alice", "Bob"} <= set(words(root))
    assert any(word.startswith("♞") for word in words(root))
    assert drawn(root, "t-arrow") == []


def test_the_last_moves_are_arrows(
    record: MakeRecord, draw: Callable[..., ET.Element], move: MakeMove
) -> None:
    root = draw(record("chess"), move("E2", "E4"), move("D7", None), move(None, "D5", player=2))

    (arrow,) = [e for e in drawn(root, "t-arrow") if e.tag == f"{SVG}line"]
    (cross,) = [e for e in drawn(root, "t-arrow") if e.tag == f"{SVG}path"]
    assert float(arrow.get("y1")) > float(arrow.get("y2"))
    assert arrow.get("x1") == arrow.get("x2") == "540"
    assert cross is not None
    assert len(drawn(root, "t-ring")) == 1
    assert len(drawn(root, "t-head")) == 1


def test_zones_count_what_is_alike_and_tracks_show_values(
    record: MakeRecord, draw: Callable[..., ET.Element]
) -> None:
    game = record("dune_imperium", players=4)
    resources = {**game.head.resources, "player_1": {"victory_points": 7, "influence_fremen": 2}}
    resources["common"] = {"bonus_hagga_basin": 2}
    root = draw(game, resources=resources, round=3, eliminated=(4,))

    assert words(root).count("×3") == 4  # the garrisons
    assert "Influence with the Fremen" in words(root)
    assert len(drawn(root, "t-pip")) == 4 * 6
    assert sum(e.get("fill") != "none" for e in drawn(root, "t-pip")) == 2
    assert any("Round 3" in word for word in words(root))
    struck = [e for e in root.iter() if e.get("text-decoration") == "line-through"]
    assert ["".join(e.itertext()) for e in struck] == ["Dave"]
    titles = ["".join(e.itertext()) for e in root.iter(f"{SVG}title")]
    assert "Alice: score marker" in titles


def test_cells_that_hold_several_show_every_pile(
    record: MakeRecord, draw: Callable[..., ET.Element], move: MakeMove
) -> None:
    game = record("generic_grid", settings={"columns": 4, "rows": 4, "holds": 9})
    cubes = [move(None, "B2", type="cube", player=player) for player in (1, 1, 1, 2)]
    root = draw(game, *cubes, move(None, "D4", type="cube", player=1))

    side = 960 / 4
    piles = [e for e in drawn(root, "t-piece") if e.get("cx") is not None]
    in_b2 = [e for e in piles if side < float(e.get("cx", 0)) < 2 * side]
    alone = [e for e in piles if float(e.get("cx", 0)) == 3.5 * side]
    assert words(root).count("×3") == 1
    assert len(in_b2) == 2
    assert len({e.get("cx") for e in in_b2}) == 2
    assert {e.get("r") for e in (*in_b2, *alone)} == {in_b2[0].get("r")}
    assert float(in_b2[0].get("r", 0)) < side / 4


def test_players_read_their_own_language(record: MakeRecord, profile: Profiles) -> None:
    game = record("dune_imperium", players=4)
    german = profile("dune_imperium").in_language("de-AT")
    root = ET.fromstring(draw_board(game.game, german, game.head))
    assert any("Spielerzüge" in word for word in words(root))
    assert any("Zug 1" in word for word in words(root))


def test_a_surface_has_inches_and_says_how_far_a_unit_went(
    record: MakeRecord, draw: Callable[..., ET.Element], move: MakeMove
) -> None:
    unit = {"id": "u1", "type": "commander", "player": 1, "position": {"x": 10, "y": 10}}
    game = record("star_wars_legion", pieces=[unit])
    root = draw(game, move(None, None, kind="move", piece="u1", to_position=Position(13, 14)))

    assert "5.0 in" in words(root)
    assert {"6", "66"} <= set(words(root))


def test_what_the_profile_has_lost_is_drawn_all_the_same(
    record: MakeRecord, draw: Callable[..., ET.Element], move: MakeMove
) -> None:
    game = record("dune_imperium", players=4)
    ghost = Piece("g", "sandworm", None, Position(0.5, 0.5), "arrakeen")
    gone = move("atlantis", "arrakeen", piece="g", type="sandworm")
    board = Board((*game.head.board.pieces, ghost))

    root = draw(game, board=board, detected_changes=(gone,))

    titles = ["".join(e.itertext()) for e in root.iter(f"{SVG}title")]
    assert "sandworm" in titles
    assert len(drawn(root, "t-ring")) == 1


def test_names_are_harmless(record: MakeRecord, draw: Callable[..., ET.Element]) -> None:
    game = record("chess")
    bad = '<script>alert("1")</script>\x00&\x1b'
    players = (replace(game.game.players[0], name=bad), game.game.players[1])
    game = replace(game, game=replace(game.game, name=bad, players=players))

    root = draw(game)

    assert not list(root.iter(f"{SVG}script"))
    assert any("<script>" in word for word in words(root))


@pytest.mark.parametrize("color", [*COLORS, "#102030", "#ffffff"])
def test_ink_is_readable_on_every_colour(color: str) -> None:
    def luminance(code: str) -> float:  # WCAG 2.2, relative luminance
        channels = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    fill, ink = shade(color)
    dark, light = sorted((luminance(fill), luminance(ink)))
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_long_names_are_broken_and_cut() -> None:
    assert wrapped("Selective Breeding", 90, 13, 2) == ["Selective", "Breeding"]
    assert wrapped("one two three four", 40, 13, 2) == ["one", "two…"]
    assert wrapped("Donaudampfschifffahrt", 60, 13, 1) == ["Donaudam…"]


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_whatever_is_written_can_be_read(content: str, number: float) -> None:
    content = content.replace("\ud800", "")
    document = tag("g", tag("title", text(content)), label(content, number, 1, class_=content))
    try:
        content.encode()
    except UnicodeEncodeError:
        return
    ET.fromstring(document)


def test_a_drawing_is_the_same_every_time(
    record: MakeRecord, profile: Profiles, at: datetime
) -> None:
    game = record("go")
    rules = profile("go")
    assert draw_board(game.game, rules, game.head) == draw_board(game.game, rules, game.head)
