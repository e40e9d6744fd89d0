"""The games that the simulated table plays are games that the profiles know."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from custom_components.twat.games import log
from custom_components.twat.games.corrections import parse_moves
from custom_components.twat.games.layout import Zones
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.notation import describe_moves
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import GameRecord, apply

SCRIPTS = Path(__file__).parents[4] / "pi_camera/twat_camera/scripts"


@pytest.mark.parametrize("name", ["grid", "dune", "mixed"])
def test_a_scripted_game_can_be_played_to_its_end(
    profile: Callable[[str], GameProfile], at: datetime, name: str
) -> None:
    script: dict[str, Any] = yaml.safe_load((SCRIPTS / f"{name}.yaml").read_text())
    known = profile(script["profile"])
    new = new_game(
        known,
        name=script["title"],
        players=script["players"],
        settings=script["settings"],
        pieces=script["start"],
        at=at,
    )
    record = GameRecord(new.game, {new.state.id: new.state})
    layout = known.layout_for(new.game.settings)
    if isinstance(layout, Zones):
        assert {zone["id"] for zone in script["layout"]["zones"]} == set(layout.spaces)
    else:
        assert script["layout"]["grid"].items() <= layout.to_json()["grid"].items()

    for number, step in enumerate(script["steps"]):
        moves = parse_moves(record, known, step["moves"])
        change = log.correct(record, known, capture_id=f"c{number}", moves=moves, by=None, at=at)
        record = apply(record, change)

        told = [(m.kind, m.piece, m.from_space, m.to_space) for m in record.head.detected_changes]
        assert told == [(m["kind"], m["piece"], m.get("from"), m.get("to")) for m in step["moves"]]
        assert bool(describe_moves(record.head.detected_changes, record.game, known)) == bool(told)
