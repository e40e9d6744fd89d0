"""The shipped profiles are right, and users' own are read strictly."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from custom_components.twat.games import yaml_edge
from custom_components.twat.games.errors import GameError, ProfileError
from custom_components.twat.games.layout import Grid, Surface, Zones
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profile_schema import parse_profile
from custom_components.twat.games.profiles import (
    SCHEMA,
    SHIPPED,
    ProfileLibrary,
    copy_profile,
    load_profiles,
)

type Profiles = Callable[[str], GameProfile]

DUNE_TRUTH = Path(__file__).parents[5] / "shared/realdata/dune_table/truth.json"

SMALL = """\
id: nine_mens_morris
name: Nine Men's Morris
players: {min: 2, max: 2, colors: [white, black]}
settings:
  size: {name: Size, default: 7, min: 3, max: 9}
  mode: {name: Mode, default: "1.0", options: ["1.0", "2.0"]}
board:
  grid: {columns: {setting: size}, rows: 7}
phases:
  - {id: place, name: Place}
  - {id: move, name: Move}
turn: {passes: after_each_move, phases: [move], first: black}
resources:
  - {id: stones, name: Stones, start: {default: 9, 2: 8}, min: 0, max: 9}
  - {id: clock, name: Clock, start: 3, common: true}
pieces:
  - {id: man, name: man, spaces: [A1, B2], count: 9}
start:
  phase: move
  pieces:
    - {type: man, player: white, spaces: [A1]}
    - {type: man, player: 2, spaces: [B2]}
supply: off the board
"""


def _parse(text: str) -> GameProfile:
    return parse_profile("mine.yaml", text.encode())


def _fault(text: str) -> ProfileError:
    with pytest.raises(ProfileError) as err:
        _parse(text)
    return err.value


# The shipped ones


def test_eight_games_are_shipped(library: ProfileLibrary) -> None:
    assert set(library.profiles) == {
        "chess",
        "draughts",
        "dune_imperium",
        "generic_grid",
        "generic_table",
        "go",
        "scrabble_board",
        "star_wars_legion",
    }
    assert library.errors == ()


def test_dune_has_its_five_phases_and_resources(profile: Profiles) -> None:
    dune = profile("dune_imperium")

    assert [phase.id for phase in dune.phases] == [
        "round_start",
        "player_turns",
        "combat",
        "makers",
        "recall",
    ]
    assert dune.phase_name("player_turns") == "Player turns"
    assert dune.phase_name("lunch") == "lunch"
    four = dune.start_resources([1, 2, 3, 4])
    assert four["player_3"]["water"] == 1
    assert four["player_3"]["victory_points"] == 1
    assert dune.start_resources([1, 2])["player_2"]["victory_points"] == 0
    assert dune.likely_type("garrison_red") == "troop"
    assert dune.likely_type("arrakeen") == "agent"
    assert dune.likely_type("somewhere_else") == "piece"


def test_dune_agents_have_22_spaces(profile: Profiles) -> None:
    agent = profile("dune_imperium").piece_type("agent")

    assert agent.spaces is not None
    assert len(agent.spaces) == 22


@pytest.mark.realdata
@pytest.mark.skipif(not DUNE_TRUTH.exists(), reason="the photo sequences are not here")
def test_dune_zones_are_where_they_were_measured(profile: Profiles) -> None:
    truth = {zone["id"]: zone["polygon"] for zone in json.loads(DUNE_TRUTH.read_text())["zones"]}
    layout = profile("dune_imperium").layout
    assert isinstance(layout, Zones)

    assert set(layout.spaces) == set(truth)
    for zone in layout.zones:
        assert [list(corner) for corner in zone.polygon] == [
            pytest.approx(corner, abs=0.001) for corner in truth[zone.id]
        ]


def test_chess_starts_as_it_should(profile: Profiles) -> None:
    chess = profile("chess")
    counts = Counter(
        (start.owner, start.type) for start in chess.start_pieces for _ in start.spaces
    )

    for color in ("white", "black"):
        assert counts[color, "pawn"] == 8
        assert counts[color, "king"] == counts[color, "queen"] == 1
        assert counts[color, "rook"] == counts[color, "knight"] == counts[color, "bishop"] == 2
    assert chess.layout == Grid(8, 8, "bottom_left")


def test_draughts_starts_on_the_dark_cells(profile: Profiles) -> None:
    draughts = profile("draughts")
    spaces = [space for start in draughts.start_pieces for space in start.spaces]

    assert len(set(spaces)) == 24
    grid = draughts.layout
    for space in spaces:
        position = grid.position(space)
        assert (position.x + position.y) % 2 == 1  # A1, at the bottom left, is dark


def test_legion_is_played_on_a_table_of_six_by_three_feet(profile: Profiles) -> None:
    legion = profile("star_wars_legion")

    assert legion.layout == Surface(72, 36, "in")
    assert legion.checked_settings({"edition": "2.0"})["edition"] == "2.0"


# Settings


def test_settings_make_the_board(profile: Profiles) -> None:
    grid, table = profile("generic_grid"), profile("generic_table")

    assert grid.layout_for({}) == Grid(8, 8, "top_left")
    assert grid.layout_for({"columns": 15.0, "rows": 50, "origin": "bottom_left"}) == Grid(
        15, 50, "bottom_left"
    )
    assert table.layout_for({"width": 900, "unit": "mm"}) == Surface(900, 36, "mm")
    assert grid.layout_for({"something": "kept beside"}) == Grid(8, 8)


@pytest.mark.parametrize(
    "settings",
    [
        {"columns": 0},
        {"columns": 27},
        {"rows": 51},
        {"rows": "8"},
        {"columns": True},
        {"columns": 8.5},
        {"origin": "middle"},
        {"origin": ["top_left"]},
        {"confidence_threshold": 1.1},
        {"confidence_threshold": True},
        {"confidence_threshold": "high"},
    ],
)
def test_settings_out_of_range_are_refused(profile: Profiles, settings: dict[str, Any]) -> None:
    with pytest.raises(GameError) as err:
        profile("generic_grid").checked_settings(settings)

    assert err.value.key == "invalid_setting"
    assert err.value.placeholders["setting"] == next(iter(settings))


def test_unknown_settings_are_refused_and_the_known_ones_named(profile: Profiles) -> None:
    with pytest.raises(
        GameError, match="columns, rows, origin, naming, holds, confidence_threshold"
    ):
        profile("generic_grid").checked_settings({"colums": 8})


def test_settings_are_completed(profile: Profiles) -> None:
    assert profile("generic_grid").checked_settings({"rows": 9, "confidence_threshold": 1}) == {
        "columns": 8,
        "rows": 9,
        "origin": "top_left",
        "naming": "letters",
        "holds": 1,
        "confidence_threshold": 1.0,
    }


def test_every_profile_knows_a_plain_piece(profile: Profiles) -> None:
    assert profile("chess").piece_type("piece").spaces is None
    with pytest.raises(GameError, match="pawn, knight"):
        profile("chess").piece_type("jester")


# A user's own


def test_a_whole_profile_is_read() -> None:
    profile = _parse(SMALL)

    assert profile.layout_for({"size": 9}) == Grid(9, 7)
    assert profile.start_phase == "move"
    assert profile.turn.first == "black"
    assert profile.turn.phases == ("move",)
    assert profile.start_resources([1, 2]) == {
        "player_1": {"stones": 8},
        "player_2": {"stones": 8},
        "common": {"clock": 3},
    }
    assert profile.supply == "off the board"
    assert profile.piece_type("man").count == 9


def test_the_example_of_the_documentation_is_a_whole_game() -> None:
    docs = Path(__file__).parents[4] / "docs"
    example = (docs / "examples/nine_mens_morris.yaml").read_text()

    assert example.partition("\n")[2] in (docs / "profiles.md").read_text()
    assert len(example.splitlines()) < 60
    morris = _parse(example)
    assert morris.in_language("de").name == "Mühle"
    assert morris.phase("move").next == "move"
    assert len(morris.piece_type("man").spaces or ()) == 24
    new = new_game(
        morris,
        name="Friday",
        players=[{"name": "Alice"}, {"name": "Bob"}],
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert new.state.board.complete
    assert new.state.resources["player_2"] == {"in_hand": 9, "men_taken": 0}


def test_shapes_of_zones() -> None:
    zones = """
    - {id: a, name: A, rectangle: [0.1, 0.1, 0.2, 0.3]}
    - {id: b, name: B, circle: [0.5, 0.5, 0.1]}
    - {id: c, name: C, polygon: [[0.1, 0.5], [0.2, 0.5], [0.15, 0.6]]}
"""
    text = SMALL.replace("  grid: {columns: {setting: size}, rows: 7}", f"  zones:{zones}")
    text = text.replace("[A1, B2]", "[a, b]").replace("[A1]", "[a]").replace("[B2]", "[b]")

    layout = _parse(text).layout

    assert isinstance(layout, Zones)
    assert layout.zones[0].polygon == ((0.1, 0.1), (0.2, 0.1), (0.2, 0.3), (0.1, 0.3))
    assert len(layout.zones[1].polygon) == 16
    assert layout.zones[1].centre == layout.position("b")
    assert layout.zones[2].name == "C"


ZONE = "  zones:\n    - {id: a, name: A, %s}"
GRID = "  grid: {columns: {setting: size}, rows: 7}"
MAN = "  - {id: man, name: man, spaces: [A1, B2], count: 9}"
WHITE = "    - {type: man, player: white, spaces: [A1]}"
STONES = "  - {id: stones, name: Stones, start: {default: 9, 2: 8}, min: 0, max: 9}"


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "reason"),
    [
        ("supply: off", "suply: off", 22, "suply", "unknown key; allowed: id, name"),
        ("name: Nine Men's Morris", "", 1, "", "name is missing"),
        ("name: Nine Men's Morris", "name: [a]", 2, "name", "must be a text"),
        ("name: Nine Men's Morris", 'name: ""', 2, "name", "1 to 100 printable"),
        ("name: Nine Men's Morris", 'name: "a\\nb"', 2, "name", "1 to 100 printable"),
        ("id: nine_mens_morris", "id: Nine-Men", 1, "id", "must be an id"),
        ("id: nine_mens_morris", "id: ../../etc", 1, "id", "must be an id"),
        ("id: nine_mens_morris", "id: 9", 1, "id", "must be an id"),
        ("min: 2, max: 2", "min: 3, max: 2", 3, "players.max", "a whole number from 3 to 12"),
        ("min: 2, max: 2", "min: 0x2, max: 2", 3, "players.min", "a whole number"),
        ("min: 2, max: 2", "min: two, max: 2", 3, "players.min", "a whole number"),
        ("[white, black]", "[white]", 3, "players.colors", "2 to 50 items"),
        ("[white, black]", "[white, white]", 3, "players.colors[1]", "white is there twice"),
        ("[white, black]", "[white, beige]", 3, "players.colors[1]", "#rrggbb or one of"),
        ("[white, black]", "white", 3, "players.colors", "must be a list"),
        ("default: 7,", "default: 99,", 5, "settings.size.default", "from 3 to 9"),
        ("mode: {", "confidence_threshold: {", 6, "settings.confidence_threshold", "already"),
        ('default: "1.0"', 'default: "3.0"', 6, "settings.mode.default", "one of 1.0, 2.0"),
        (GRID, f"{GRID}\n  surface: {{width: 1, height: 1, unit: in}}", 8, "board", "exactly one"),
        (GRID, "  {}", 8, "board", "exactly one"),
        (GRID, "  - grid", 8, "board", "must be a mapping"),
        (
            "{setting: size}",
            "{setting: mode}",
            8,
            "board.grid.columns.setting",
            "a setting that is a number",
        ),
        ("{setting: size}", "{setting: sice}", 8, "board.grid.columns.setting", "size, mode"),
        ("{setting: size}", "51", 8, "board.grid.columns", "from 1 to 50"),
        ("rows: 7", "rows: 7, origin: middle", 8, "board.grid.origin", "top_left, bottom_left"),
        (
            "rows: 7",
            "rows: 7, origin: {setting: size}",
            8,
            "board.grid.origin.setting",
            "options of",
        ),
        (
            GRID,
            "  surface: {width: 0, height: 1, unit: in}",
            8,
            "board.surface.width",
            "1 to 10000",
        ),
        (GRID, "  surface: {width: 1, height: 1, unit: ft}", 8, "board.surface.unit", "in, mm"),
        (GRID, ZONE % "rectangle: [0.1, 0.1, 0.2]", 9, "board.zones[0].rectangle", "4 to 4"),
        (GRID, ZONE % "rectangle: [0.1, 0.1, 0.1, 0.2]", 9, "board.zones[0].rectangle", "same"),
        (GRID, ZONE % "rectangle: [0, 0, 1, 1.1]", 9, "board.zones[0].rectangle[3]", "from 0 to 1"),
        (
            GRID,
            ZONE % "rectangle: [0, 0, 1, .nan]",
            9,
            "board.zones[0].rectangle[3]",
            "from 0 to 1",
        ),
        (GRID, ZONE % "rectangle: [0, 0, 1, 1:30.5]", 9, "board.zones[0].rectangle[3]", "a number"),
        (GRID, ZONE % "circle: [0.1, 0.5, 0.2]", 9, "board.zones[0].circle[0]", "from 0.2 to 0.8"),
        (GRID, ZONE % "circle: [0, 0, 1], polygon: []", 9, "board.zones[0]", "exactly one"),
        (
            GRID,
            ZONE % "polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]",
            9,
            "board.zones[0].polygon",
            "sides 1 and 3 cross",
        ),
        (
            GRID,
            ZONE % "circle: [0.5, 0.5, 0.1]" + "\n    - {id: a, name: B, circle: [0.5, 0.5, 0.1]}",
            10,
            "board.zones[1]",
            "a is there twice",
        ),
        (
            GRID,
            ZONE % "circle: [0.5, 0.5, 0.1]" + "\n    - {id: b, name: a, circle: [0.5, 0.5, 0.1]}",
            10,
            "board.zones[1]",
            "a is there twice",
        ),
        ("  - {id: place, name: Place}\n", "  - {id: move, name: P}\n", 11, "phases[1]", "twice"),
        ("passes: after_each_move", "passes: maybe", 12, "turn.passes", "by_hand"),
        ("phases: [move]", "phases: [lunch]", 12, "turn.phases[0]", "place, move"),
        ("first: black", "first: red", 12, "turn.first", "game's colors: white, black"),
        ("first: black", "first: 3", 12, "turn.first", "from 1 to 2"),
        ("{default: 9, 2: 8}", "{default: 9, 5: 8}", 14, "resources[0].start.5", "1 to 2"),
        ("{default: 9, 2: 8}", "{default: 10}", 14, "resources[0].start.default", "from 0 to 9"),
        ("common: true", "common: maybe", 15, "resources[1].common", "true or false"),
        ("common: true", "common: yes", 15, "resources[1].common", "true or false"),
        ("id: clock", "id: stones", 15, "resources[1]", "stones is there twice"),
        ("[A1, B2]", "[A1, Z9]", 17, "pieces[0].spaces[1]", "no cell of a board of 7 × 7"),
        (MAN, f"{MAN}\n{MAN}", 18, "pieces[1]", "man is there twice"),
        ("count: 9}", "count: 0}", 17, "pieces[0].count", "from 1 to 1000"),
        ("phase: move", "phase: lunch", 19, "start.phase", "place, move"),
        ("{type: man, player: 2", "{type: king, player: 2", 22, "start.pieces[1].type", "man"),
        ("[B2]}", "[C3]}", 22, "start.pieces[1].spaces[0]", "a man cannot stand there"),
        ("[B2]}", "[B2], each: 2}", 22, "start.pieces[1].each", "a cell holds one piece"),
        ("rows: 7", "rows: 7, holds: 0", 8, "board.grid.holds", "from 1 to 1000"),
        ("player: 2,", "player: 2, player: 1,", 22, "start.pieces[1].player", "written twice"),
    ],
)
def test_a_fault_is_named_by_file_line_place_and_what_is_allowed(
    old: str, new: str, line: int, path: str, reason: str
) -> None:
    assert old in SMALL

    fault = _fault(SMALL.replace(old, new, 1))

    assert fault.file == "mine.yaml"
    assert fault.path == path
    assert reason in fault.reason
    assert abs(fault.line - line) <= 1
    assert str(fault).startswith(f"mine.yaml:{fault.line}: {path}: ")


def test_a_surface_has_no_spaces() -> None:
    text = SMALL.replace(GRID, "  surface: {width: 9, height: 9, unit: in}")

    assert "a surface has no spaces" in _fault(text).reason


def test_ten_thousand_zones_are_too_many() -> None:
    zones = "\n".join(
        f"    - {{id: z{n}, name: Z{n}, circle: [0.5, 0.5, 0.1]}}" for n in range(10_000)
    )

    fault = _fault(SMALL.replace(GRID, f"  zones:\n{zones}"))

    assert fault.path == "board.zones"
    assert "1 to 500 items, not 10000" in fault.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "is empty"),
        ("# nothing\n", 1, "is empty"),
        ("- a\n- b\n", 1, "must be a mapping"),
        ("a: [1\nb: 2\n", 2, "is not YAML"),
        ("a: b: c\n", 1, "is not YAML"),
        ("a: \t- b\n c\n", 1, "is not YAML"),
        ("x: &a [1]\ny: *a\n", 1, "aliases"),
        ("a: *nothing\n", 1, "is not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "is not YAML"),
        ("a: \x00\n", 0, "is not YAML"),
        pytest.param("[" * 100_000, 0, "is not YAML", id="nested deeply"),
    ],
)
def test_what_is_no_yaml_is_said(text: str, line: int, reason: str) -> None:
    fault = _fault(text)

    assert reason in fault.reason
    assert abs(fault.line - line) <= 1 or not line


def test_a_yaml_bomb_goes_nowhere() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )

    assert "aliases" in _fault(bomb).reason


def test_an_endless_or_unreadable_file_is_refused() -> None:
    with pytest.raises(ProfileError, match="longer than 1024 KiB"):
        parse_profile("mine.yaml", b"#" * (yaml_edge.MAX_BYTES + 1))
    with pytest.raises(ProfileError, match=r"mine\.yaml:2: .*is not UTF-8"):
        parse_profile("mine.yaml", b"a: 1\nb: \xff\n")


def test_the_slow_reader_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_edge, "_LOADER", yaml.SafeLoader)

    assert _parse(SMALL).id == "nine_mens_morris"
    assert "is not YAML" in _fault("[" * 5_000).reason
    assert "aliases" in _fault("x: &a [1]\ny: *a\n").reason


# The user's folder


def test_users_profiles_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "morris.yaml").write_text(SMALL)
    (tmp_path / "notes.txt").write_text("not a profile")
    (tmp_path / "broken.yml").write_text(SMALL.replace("turn:", "trun:"))
    (tmp_path / "again.yaml").write_text((SHIPPED / "chess.yaml").read_text())
    (tmp_path / "folder.yaml").mkdir()

    library = load_profiles(tmp_path)

    assert library.get("nine_mens_morris").name == "Nine Men's Morris"
    assert len(library.profiles) == 9
    assert [(error.file, error.path) for error in library.errors] == [
        ("again.yaml", "id"),
        ("broken.yml", "trun"),
        ("folder.yaml", ""),
    ]
    assert "there is a profile chess already" in library.errors[0].reason


def test_no_folder_means_no_profiles(tmp_path: Path) -> None:
    assert load_profiles(tmp_path / "missing") == load_profiles()


def test_an_unknown_game_is_said_with_the_known_ones(library: ProfileLibrary) -> None:
    with pytest.raises(GameError, match="chess, draughts") as err:
        library.get("../../etc/passwd")

    assert err.value.key == "unknown_profile"


def test_a_shipped_profile_can_be_copied_and_changed(
    library: ProfileLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "profiles"

    path = copy_profile(library, "dune_imperium", "dune_house_rules", folder)

    assert path == folder / "dune_house_rules.yaml"
    own = load_profiles(folder)
    assert own.errors == ()
    copied, shipped = own.get("dune_house_rules"), own.get("dune_imperium")
    assert copied.layout == shipped.layout
    assert own.files["dune_house_rules"] == path
    again = copy_profile(own, "dune_house_rules", "another", folder)
    assert again.read_text().count("yaml-language-server") == 1
    assert (folder / "profile.schema.json").read_bytes() == SCHEMA.read_bytes()


@pytest.mark.parametrize(
    ("game_type", "new_id", "key"),
    [
        ("solitaire", "mine", "unknown_profile"),
        ("chess", "../mine", "invalid_profile_id"),
        ("chess", "draughts", "profile_exists"),
        ("chess", "taken", "profile_exists"),
    ],
)
def test_a_copy_never_writes_over_anything(
    library: ProfileLibrary, tmp_path: Path, game_type: str, new_id: str, key: str
) -> None:
    (tmp_path / "taken.yaml").write_text("mine")

    with pytest.raises(GameError) as err:
        copy_profile(library, game_type, new_id, tmp_path)

    assert err.value.key == key
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_profiles_are_in_the_language_of_the_house() -> None:
    german = load_profiles(language="de")

    assert german.get("chess").piece_type("queen").name == "Dame"
    assert german.get("chess").language == "de"


def test_what_a_game_does_not_have_is_said_with_what_it_has(profile: Profiles) -> None:
    dune = profile("dune_imperium")

    with pytest.raises(GameError, match="spice, water") as err:
        dune.resource("lunch")
    assert err.value.key == "unknown_resource"
    with pytest.raises(GameError, match="round_start, player_turns") as err:
        dune.phase("lunch")
    assert err.value.key == "unknown_phase"
