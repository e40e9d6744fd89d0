"""Every part of a profile is read strictly: a fault has a line, a place, and what is allowed."""

import pytest
from tests.custom_components.twat.games.profile_documents import GRID, SURFACE, ZONES

from custom_components.twat.games.errors import ProfileError
from custom_components.twat.games.profile_schema import parse_profile

MEASURES = "measures: {actions: 2}"


@pytest.mark.parametrize(
    ("document", "old", "new", "path", "reason"),
    [
        (ZONES, "[en, de]", "[en, en]", "languages[1]", "en is there twice"),
        (ZONES, "[en, de]", "[en, English]", "languages[1]", "such as en, de or pt-BR"),
        (ZONES, "[en, de]", "[]", "languages", "1 to 20 items"),
        (ZONES, "de: Vorrat", "fr: réserve", "supply.fr", "allowed: en, de"),
        (ZONES, "{en: supply, de: Vorrat}", "{de: Vorrat}", "supply", "en is missing"),
        (ZONES, ", long: 9}}", "}}", "rounds.limit.values", "long is missing"),
        (ZONES, ", values: {short: 5, long: 9}}", "}", "rounds.limit", "each of short, long"),
        (ZONES, "{setting: length,", "{setting: goal,", "rounds.limit.values", "with options"),
        (ZONES, "limit: {", "limit: 0 #", "rounds.limit", "from 1 to 1000"),
        (ZONES, "ends: last_phase", "ends: lunch", "rounds.ends", "last_phase, each_once"),
        (ZONES, "passes\n", "lunch\n", "rounds.first_player", "stays, passes, by_hand"),
        (ZONES, "starts_with: income", "starts_with: lunch", "rounds.starts_with", "income, main"),
        (ZONES, "acts: together", "acts: alone", "phases[0].acts", "in_turn, together"),
        (ZONES, "ends: all_passed", "ends: never", "phases[1].ends", "by_hand, all_passed"),
        (ZONES, "next: main", "next: lunch", "phases[0].next", "income, main"),
        (ZONES, "next: main", "next: income", "phases[1]", "main is never reached"),
        (
            ZONES,
            "start: {setting: goal}",
            "start: {setting: goal}, max: 5",
            "resources[1].start.setting",
            "a setting from 0 to at most 5",
        ),
        (ZONES, "{default: 3, 2: 5}", "{lunch: 3}", "resources[0].start.lunch", "1 to 4, or set"),
        (ZONES, "{coins: 1}", "{gold: 1}", "board.zones[0].cost.gold", "allowed: coins, fame"),
        (ZONES, "{coins: 1}", "{bank: 1}", "board.zones[0].cost.bank", "allowed: coins, fame"),
        (ZONES, "{fame: 2}", "{fame: -2}", "board.zones[0].needs.fame", "from 1 to"),
        (ZONES, "stock: bank", "stock: coins", "board.zones[0].stock", "one of bank"),
        (ZONES, "[market]", "[market, market]", "board.zones[0].tags[1]", "twice"),
        (ZONES, "holds: 2", "holds: 0", "board.zones[0].holds", "from 1 to 1000"),
        (ZONES, "steps: 5,", "", "board.zones[2].track", "steps is missing"),
        (ZONES, "steps: 5", "steps: 1", "board.zones[2].track.steps", "from 2 to 200"),
        (
            ZONES,
            "{resource: fame, min: 1,",
            "{resource: fame, positions: [[0, 0], [1, 1]],",
            "board.zones[2].track.steps",
            "allowed: resource, positions, min",
        ),
        (
            ZONES,
            "[[0.1, 0.5], [0.2, 0.5], [0.15, 0.6]]",
            "[[0.1, 0.1], [0.2, 0.2], [0.1, 0.2], [0.2, 0.1]]",
            "board.zones[2].polygon",
            "cross",
        ),
        (ZONES, "score: fame", "score: bank", "victory.score", "one of coins, fame"),
        (ZONES, "wins: highest", "wins: me", "victory.wins", "highest, lowest"),
        (ZONES, "[coins, {", "[bank, {", "victory.tie_breaks[0]", "one of coins, fame"),
        (ZONES, "pieces: cube,", "pieces: king,", "victory.tie_breaks[1].pieces", "worker, cube"),
        (ZONES, "[more_than_exist,", "[lunch,", "rules[0]", "color_out_of_turn"),
        (ZONES, "[more_than_exist,", "[space_over_capacity,", "rules[1]", "twice"),
        (ZONES, "notation: words", "notation: poems", "notation", "words, coordinates, san"),
        (ZONES, "visible: false", "visible: no", "pieces[2].visible", "true or false"),
        (ZONES, "glyph: W", "glyph: Worker", "pieces[0].glyph", "1 to 2 printable"),
        (
            ZONES,
            "{diameter: 0.02}",
            "{diameter: 0.02, width: 1}",
            "pieces[2].footprint.width",
            "allowed: diameter",
        ),
        (ZONES, "{diameter: 0.02}", "{}", "pieces[2].footprint", "width is missing"),
        (ZONES, "notation: words", MEASURES, "measures", "only a surface is measured"),
        (GRID, "naming: numbers", "naming: roman", "board.grid.naming", "letters, letters_w"),
        (GRID, "origin: {setting: corner}", "origin: {setting: size}", "board.grid.origin", "opt"),
        (SURFACE, "to: 24.5", "to: 5", "measures.bands[1].to", "from 6 to"),
        (SURFACE, "speeds: [3, 6.5]", "speeds: []", "measures.speeds", "1 to 20 items"),
        (SURFACE, "cohesion: 3", "reach: 3", "measures.reach", "bands, speeds, actions, cohesion"),
        (SURFACE, "speed: 2", "speed: 0", "pieces[0].speed", "from 1 to 20"),
    ],
)
def test_a_fault_has_its_place_and_says_what_is_allowed(
    document: str, old: str, new: str, path: str, reason: str
) -> None:
    assert old in document
    changed = document.replace(old, new, 1)

    with pytest.raises(ProfileError) as err:
        parse_profile("mine.yaml", changed.encode())

    fault = err.value
    assert fault.path.startswith(path)
    assert reason in fault.reason
    assert 1 <= fault.line <= len(changed.splitlines())


def test_a_profile_speaks_its_languages() -> None:
    profile = parse_profile("mine.yaml", ZONES.encode())

    assert profile.language == "en"
    assert profile.in_language("de").name == "Jede Zone"
    assert profile.in_language("de-AT").supply == "Vorrat"
    assert profile.in_language("de").layout == profile.layout  # what is written once is so for all
    assert profile.in_language("en") is profile
    assert profile.in_language("fr") is profile
    german = ZONES.replace("[en, de]", "[de]").replace("en: Every zone, ", "")
    german = german.replace("en: supply, ", "")
    assert parse_profile("mine.yaml", german.encode()).name == "Jede Zone"


def test_numbers_come_from_settings() -> None:
    profile = parse_profile("mine.yaml", ZONES.encode())

    assert profile.rounds.last({}) == 5
    assert profile.rounds.last({"length": "long"}) == 9
    owned = profile.start_resources([1, 2], {"goal": 12})
    assert owned["player_1"] == {"coins": 5, "fame": 12}
    assert owned["common"] == {"bank": 7}
    assert profile.victory is not None
    assert profile.victory.ends_at is not None
    assert profile.victory.ends_at.of({"goal": 20}) == 20


def test_a_tracks_steps_are_where_they_are_said_to_be() -> None:
    layout = parse_profile("mine.yaml", ZONES.encode()).layout
    line, given = layout.zone("c").track, layout.zone("d").track

    assert [line.position(value).x for value in (1, 2, 5)] == [0.1, 0.3, 0.9]
    assert line.position(-3) == line.position(1)
    assert line.position(99) == line.position(5)
    assert [(p.x, p.y) for p in given.positions] == [(0.8, 0.1), (0.9, 0.3)]
    assert [zone.id for zone in layout.tagged("market")] == ["a"]
