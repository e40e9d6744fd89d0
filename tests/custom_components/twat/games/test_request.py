"""The vision service is told all it needs and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
import json

import pytest
from tests.custom_components.twat.games.profile_documents import ZONES

from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.profile_schema import parse_profile
from custom_components.twat.games.profiles import load_profiles
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.request import ImageHashes, Wishes, analysis_request
from twat_vision.service.schemas import AnalysisIn

CORNERS = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]


def test_a_request_says_what_is_on_the_table(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    begun = record(
        pieces=[{"id": "w1", "type": "pawn", "player": 1, "space": "E4"}],
        settings={"columns": 9, "confidence_threshold": 0.8},
    )

    body = analysis_request(
        begun.game,
        profile("generic_grid"),
        begun.head,
        capture_id="c1",
        images=ImageHashes("a" * 64, "b" * 64, "c" * 64),
        corners=CORNERS,
    )

    assert body.pop("areas") == []
    assert body["vocabulary"] == [
        {"type": "pawn", "name": "pawn", "spaces": None, "color": None, "hint": None}
    ]
    del body["vocabulary"]
    assert json.loads(json.dumps(body)) == {
        "capture_id": "c1",
        "images": {"after": "a" * 64, "before": "b" * 64, "reference": "c" * 64},
        "board": {
            "corners": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]],
            "markers": None,
            "layout": {"grid": {"columns": 9, "rows": 8, "origin": "top_left"}},
        },
        "pieces": [
            {
                "id": "w1",
                "type": "pawn",
                "player": 1,
                "position": {"x": 4, "y": 3},
                "space": "E4",
            }
        ],
        "players": [
            {"position": 1, "name": "Alice", "color": "white"},
            {"position": 2, "name": "Bob", "color": "blue"},
        ],
        "active_player": 1,
        "candidates": [],
        "tasks": {"detect_changes": True, "identify_pieces": "auto"},
        "model": None,
        "names": "vlm",
        "thresholds": {"confidence": 0.8},
    }


def test_a_board_of_which_nobody_said_what_stands_there_is_unknown(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    def pieces(begun: GameRecord) -> object:
        body = analysis_request(
            begun.game,
            profile("generic_grid"),
            begun.head,
            capture_id="c1",
            images=ImageHashes("a" * 64, "b" * 64),
            corners=None,
        )
        assert body["board"]["corners"] is None
        return body["pieces"]

    assert pieces(record()) is None
    assert pieces(record(pieces=[])) == []


def test_pieces_may_only_be_named_where_they_may_stand(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    begun = record("dune_imperium", players=3)

    body = analysis_request(
        begun.game,
        profile("dune_imperium"),
        begun.head,
        capture_id="c1",
        images=ImageHashes("a" * 64),
        corners=None,
        wishes=Wishes("qwen3-vl", detect_changes=False, identify_pieces="never", names="ai_task"),
    )

    assert "arrakeen" in body["vocabulary"][0]["spaces"]
    assert len(body["board"]["layout"]["zones"]) == 38
    assert (body["model"], body["names"]) == ("qwen3-vl", "ai_task")
    assert body["tasks"] == {"detect_changes": False, "identify_pieces": "never"}


def test_a_game_nobody_knows_is_not_asked_what_its_pieces_are(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile]
) -> None:
    first, later = ImageHashes("a" * 64), ImageHashes("b" * 64, "a" * 64)

    def kinds(begun: GameRecord, images: ImageHashes) -> list[str]:
        body = analysis_request(
            begun.game,
            profile("generic_grid"),
            begun.head,
            capture_id="c1",
            images=images,
            corners=None,
        )
        return [kind["type"] for kind in body["vocabulary"]]

    for images in (first, later):
        assert kinds(record(pieces=[]), images) == ["piece"]
        assert kinds(record(pieces=[{"type": "pawn", "space": "A1"}]), images) == ["pawn"]
    # Only on the first photo of what nobody described may it be any, for a model to tell.
    assert {"pawn", "king", "disc"} < set(kinds(record(), first))
    assert "piece" not in kinds(record(), first)
    assert kinds(record(), later) == ["piece"]


@pytest.mark.parametrize("game_type", sorted(load_profiles().profiles))
def test_the_vision_service_takes_the_first_request_of_every_game(
    record: Callable[..., GameRecord], profile: Callable[[str], GameProfile], game_type: str
) -> None:
    begun = record(game_type)

    body = analysis_request(
        begun.game,
        profile(game_type),
        begun.head,
        capture_id="c1",
        images=ImageHashes("a" * 64, "b" * 64),
        corners=CORNERS,
    )

    taken = AnalysisIn.model_validate_json(json.dumps(body))
    ruled = {"chess": 20, "draughts": 7, "dune_imperium": 22}
    assert len(taken.candidates) == ruled.get(game_type, 0)


def test_what_no_camera_sees_is_not_looked_for() -> None:
    profile = parse_profile("mine.yaml", ZONES.encode())
    new = new_game(
        profile,
        name="Friday",
        players=[{"name": "Alice"}],
        pieces=[
            {"type": "worker", "player": 1, "space": "a"},
            {"type": "spy", "player": 1, "space": "b"},
            {"type": "cube", "space": "c"},
        ],
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )

    body = analysis_request(
        new.game,
        profile,
        new.state,
        capture_id="c1",
        images=ImageHashes("a" * 64, "b" * 64),
        corners=CORNERS,
    )

    assert [piece["type"] for piece in body["pieces"]] == ["worker", "cube"]
    assert [kind["type"] for kind in body["vocabulary"]] == ["worker", "cube"]
    assert profile.likely_type("d") == "cube"  # not the spy
