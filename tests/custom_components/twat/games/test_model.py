"""What is written as JSON is read again as it was; the library needs nobody else."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
import json
from pathlib import Path
import sys
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.twat import games
from custom_components.twat.games.errors import MESSAGES, GameError
from custom_components.twat.games.model import (
    Board,
    Capture,
    CaptureFailure,
    JournalEntry,
    JournalKind,
    Move,
    Piece,
    Position,
    Proposal,
    Question,
    Region,
    new_id,
)
from custom_components.twat.games.record import GameRecord

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)

positions = st.builds(Position, st.floats(0, 99), st.floats(0, 99))
words = st.text(max_size=9)
pieces = st.builds(Piece, words, words, st.none() | st.integers(1, 9), positions, st.none() | words)
boards = st.builds(
    Board,
    st.lists(pieces, max_size=4).map(tuple),
    st.none() | st.just((("a", None), (None, "b"))),
)
moves = st.from_type(Move)
regions = st.builds(
    Region,
    st.tuples(*[st.floats(0, 9)] * 4),
    st.lists(words).map(tuple),
    words,
    st.none() | words,
    st.floats(0, 1),
)
questions = st.builds(Question, words, st.lists(words).map(tuple), st.lists(words).map(tuple))
proposals = st.builds(
    Proposal,
    game_id=words,
    capture_id=words,
    base_state_id=words,
    moves=st.lists(moves, max_size=3).map(tuple),
    board=boards,
    confidence=st.floats(0, 1),
    warnings=st.lists(words, max_size=3).map(tuple),
    questions=st.lists(questions, max_size=2).map(tuple),
    summary=words,
    regions=st.lists(regions, max_size=2).map(tuple),
    acceptable=st.booleans(),
    setup=st.booleans(),
    created_at=st.just(AT),
)


def _through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=True))


@given(proposals)
def test_a_proposal_survives_json(proposal: Proposal) -> None:
    again = Proposal.from_json(_through_json(proposal.to_json()))

    assert repr(again) == repr(proposal)  # a confidence may be any float, also nan


def test_states_are_written_with_their_board(record: Callable[..., GameRecord]) -> None:
    head = record("chess").head

    data = _through_json(head.to_json())

    assert data["board_state"]["grid"][7][4] == "p8"
    assert data["board_state"]["pieces"][0] == {
        "id": "p1",
        "type": "rook",
        "player": 1,
        "position": {"x": 0, "y": 7},
        "space": "A1",
    }
    assert (data["source"], data["turn"], data["detected_changes"]) == ("manual", 1, [])
    assert data["created_at"] == "2026-11-22T14:00:00+00:00"


def test_games_captures_and_journals_are_written(record: Callable[..., GameRecord]) -> None:
    game = record("dune_imperium").game
    capture = Capture("c1", game.id, 0, AT, error=CaptureFailure("camera", "busy", "Try again"))
    entry = JournalEntry(game.id, AT, JournalKind.CREATED, "alice")

    written = _through_json([game.to_json(), capture.to_json(), entry.to_json()])

    assert written[0]["players"][0]["name"] == "Alice"
    assert (written[0]["status"], written[0]["current_phase"]) == ("setup", "player_turns")
    assert written[1]["error"] == {"hop": "camera", "code": "busy", "message": "Try again"}
    assert written[1]["analysis_status"] == "pending"
    assert replace(capture, error=None).to_json()["error"] is None
    assert (written[2]["kind"], written[2]["by"]) == ("created", "alice")


def test_players_are_found_by_position(record: Callable[..., GameRecord]) -> None:
    game = record().game

    assert game.player(2).name == "Bob"
    assert game.player(2).key == "player_2"
    assert game.player(None) is None
    assert game.confidence_threshold == 0.9


def test_ids_are_their_own(record: Callable[..., GameRecord]) -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in ids)


def test_every_error_has_a_text() -> None:
    with pytest.raises(KeyError):
        GameError("no_such_key")

    err = GameError("unknown_space", space="Z9")
    assert (str(err), err.placeholders) == ("There is no space Z9 on this board", {"space": "Z9"})
    assert all(text and not text.endswith(".") for text in MESSAGES.values())


def test_the_library_needs_neither_home_assistant_nor_storage() -> None:
    folder = Path(games.__file__).parent
    everywhere = {*sys.stdlib_module_names, "yaml"}
    # Pictures, templates and the form of foreign files; Home Assistant itself has all of them.
    in_exports = {"PIL", "jinja2", "markupsafe", "probatio"}

    for file in folder.rglob("*.py"):
        depth = len(file.relative_to(folder).parts)
        allowed = everywhere | (in_exports if "export" in file.parts else set())
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= depth, f"{file.name} reaches outside games/"
                names = [] if node.level else [node.module or ""]
            else:
                continue
            for name in names:
                assert name.split(".")[0] in allowed, f"{file.name} imports {name}"
