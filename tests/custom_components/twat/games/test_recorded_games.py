"""Whole games, written down as tables of what happened, replay as they were told.

Each entry of a table is one of:

* ``photo``: moves, ``red agent: supply > arrakeen`` or ``blue c1: 10,8 > 14,8`` (with a count in
  front for several equal ones);
* ``say``: what players own now, ``red spice: 3``;
* ``step``: ``pass``, ``next_turn`` or ``next_phase``.

Beside it stand the log's lines, the rules' warnings, and turn, round, phase and active player where they are to
be looked at; an entry without warnings must raise none.
"""

from collections.abc import Callable
from pathlib import Path
import re
from typing import Any

import pytest
from tests.custom_components.twat.games.table import Table, texts
import yaml

from custom_components.twat.games import turns
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.scoring import score_table, standings

FOLDER = Path(__file__).parent / "recorded"
_MOVE = re.compile(r"(?:(\d+) )?(\w+) ([\w.]+): (.+) > (.+)")


def _place(text: str, key: str) -> dict[str, Any]:
    if text in ("supply", "reserve"):
        return {}
    if "," in text:
        x, y = (float(part) for part in text.split(","))
        return {f"{key}_position": {"x": x, "y": y}}
    return {key: text}


def _moves(table: Table, lines: list[str]) -> list[dict[str, Any]]:
    """Read the moves of a photo."""
    found = []
    for line in lines:
        match = _MOVE.fullmatch(line)
        assert match, line
        count, color, what, origin, target = match.groups()
        (player,) = (p.position for p in table.record.game.players if p.color == color)
        move = {"player": player, **_place(origin, "from"), **_place(target, "to")}
        on_board = table.head.board.piece(what)
        move |= {"piece": what} if on_board else {"type": what}
        found.extend([move] * int(count or 1))
    return found


def _said(table: Table, said: dict[str, int]) -> dict[str, dict[str, int]]:
    resources: dict[str, dict[str, int]] = {}
    for name, value in said.items():
        who, resource = name.split(" ")
        key = next((p.key for p in table.record.game.players if p.color == who), "common")
        resources.setdefault(key, {})[resource] = value
    return resources


def _replay(table: Table, entries: list[dict[str, Any]]) -> None:
    for number, entry in enumerate(entries, start=1):
        if "photo" in entry:
            warnings = table.play(*_moves(table, entry["photo"]))
        elif "say" in entry:
            warnings = table.say(**_said(table, entry["say"]))
        else:
            warnings = table.step(entry["step"])
        told = f"entry {number}: {entry}"
        assert list(table.last_lines()) == entry.get("log", []), told
        assert texts(warnings) == entry.get("warnings", []), told
        at = {"turn", "round", "phase", "active_player", "first_player", "passed"} & entry.keys()
        state = table.head
        now = {key: getattr(state, key) for key in at}
        assert {**now, **({"passed": list(state.passed)} if "passed" in at else {})} == {
            key: entry[key] for key in at
        }, told


@pytest.mark.parametrize("name", ["dune_imperium", "star_wars_legion"])
def test_a_recorded_game_replays(
    name: str, record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    recorded = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    begun = record(
        name,
        players=recorded["players"],
        pieces=recorded.get("pieces"),
        settings=recorded.get("settings"),
    )
    table = Table(begun, profile(name))

    _replay(table, recorded["entries"])

    assert turns.is_over(table.profile, table.record.game, table.head) == recorded["over"]
    scores = {
        entry.round: [entry.scores[player.position] for player in begun.game.players]
        for entry in score_table(table.profile, table.record.game, table.line)
    }
    assert scores == recorded["scores"]
    assert [
        [standing.player, standing.rank, standing.score]
        for standing in standings(table.profile, table.record.game, table.head)
    ] == recorded["standings"]
