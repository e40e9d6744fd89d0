"""What was exported comes back byte for byte; what is no export is refused with the reason."""

from collections.abc import Callable
import copy
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.errors import GameError
from custom_components.twat.games.export import document
from custom_components.twat.games.export.document import read_document, write_document
from custom_components.twat.games.export.errors import ImportFault
from custom_components.twat.games.profiles import load_profiles

from .conftest import Playing


@pytest.fixture(params=["chess", "dune"])
def played(request: pytest.FixtureRequest) -> Playing:
    playing: Playing = request.getfixturevalue(request.param)
    return playing


def test_a_game_comes_back_as_it_was(played: Playing) -> None:
    data = write_document(played.archive)

    archive = read_document(data)

    assert archive == played.archive
    assert write_document(archive) == data


def test_a_reading_that_waits_comes_along(dune: Playing) -> None:
    dune.move((None, "wealth"), type="agent", player=3)
    lines = dune.journal[-2:]
    accepted = dune.record
    dune.undo()
    waiting = accepted.states[accepted.head.parent_id or ""]
    assert waiting == dune.record.head
    assert lines[0].kind.value == "proposed"
    data = write_document(dune.archive)
    assert write_document(read_document(data)) == data


def test_photos_are_not_in_the_document(chess: Playing) -> None:
    content = json.loads(write_document(chess.archive))
    assert not {"image", "thumbnail", "overlay"} & content["captures"][0].keys()
    assert content["captures"][0]["image_sha256"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no game exported"),
        (b'{"format": "something-else"}', "no game exported"),
        (b'{"format": "twat-game", "version": NaN}', "NaN"),
        (b'{"format": "twat-game", "version": 1}', "is required|required"),
    ],
)
def test_other_files(data: bytes, reason: str) -> None:
    with pytest.raises(ImportFault, match=reason):
        read_document(data)


def test_a_newer_version_is_said(chess: Playing) -> None:
    content = json.loads(write_document(chess.archive))
    content["version"] = 99
    with pytest.raises(GameError) as err:
        read_document(json.dumps(content).encode())
    assert err.value.key == "import_too_new"
    assert "99" in str(err.value)


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "LARGEST", 10)
    with pytest.raises(ImportFault, match="larger"):
        read_document(b" " * 11)


def _set(path: str, value: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *way, last = [int(p) if p.lstrip("-").isdecimal() else p for p in path.split(".")]
        for part in way:
            content = content[part]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (_set("game.id", "../../etc"), "game.id"),
        (_set("game.name", ""), "game.name"),
        (_set("game.status", "won"), "game.status"),
        (_set("game.players", []), "game.players"),
        (_set("game.players.0.position", 99), "game.players[0].position"),
        (_set("game.players.1.position", 1), "game.players"),
        (_set("game.created_at", "yesterday"), "game.created_at"),
        (_set("game.created_at", "2026-11-22T19:00:00"), "game.created_at"),
        (_set("game.created_at", "2026-11-22T20:00:00+01:00"), "game.created_at"),
        (_set("game.head_id", "0" * 32), "game.head_id"),
        (_set("game.tip_id", "0" * 32), "game.tip_id"),
        (_set("game.current_turn", 77), "game"),
        (_set("game.extra", 1), "game.extra"),
        (_set("states.1.parent_id", None), "states[1].parent_id"),
        (_set("states.1.parent_id", "0" * 32), "states[1].parent_id"),
        (_set("states.1.game_id", "0" * 32), "states[1].game_id"),
        (_set("states.2.capture_id", "f" * 32), "states[2].capture_id"),
        (_set("states.1.turn", True), "states[1].turn"),
        (_set("states.1.turn", 0), "states[1].turn"),
        (_set("states.1.active_player", 7), "states[1]"),
        (_set("states.1.board_state.pieces.0.position.x", "left"), None),
        (_set("states.1.board_state.complete", 1), "states[1].board_state.complete"),
        (_set("states.1.resources", {"player_1": {"spice": "lots"}}), None),
        (_set("captures.0.image_sha256", "short"), "captures[0].image_sha256"),
        (_set("captures.1.sequence", 0), "captures"),
        (_set("captures.0.analysis_status", "maybe"), "captures[0].analysis_status"),
        (_set("journal", []), "journal"),
        (_set("annotations.0.state_id", "0" * 32), "annotations"),
        (_set("result.players.0.score", 1.5), "result.players[0].score"),
    ],
)
def test_what_cannot_be_is_named(
    chess: Playing, change: Callable[[Any], None], path: str | None
) -> None:
    content = json.loads(write_document(chess.archive))
    change(content)

    with pytest.raises(ImportFault) as err:
        read_document(json.dumps(content).encode())

    assert path is None or err.value.path == path


def test_twins_are_named(chess: Playing) -> None:
    content = json.loads(write_document(chess.archive))
    for key in ("states", "annotations"):
        twice = copy.deepcopy(content)
        twice[key].append(copy.deepcopy(twice[key][-1]))
        with pytest.raises(ImportFault, match="twice"):
            read_document(json.dumps(twice).encode())


def _small() -> dict[str, Any]:
    """Return a game of one state, in which every field is there."""
    playing = Playing(
        load_profiles().get("generic_grid"),
        [{"name": "Alice"}, {"name": "Bob"}],
        name="Small",
        settings={"columns": 2, "rows": 2},
        pieces=[{"type": "pawn", "player": 1, "space": "A1"}],
    )
    playing.move(("A1", "B2"))
    playing.annotate("note")
    playing.finish(1)
    content: dict[str, Any] = json.loads(write_document(playing.archive))
    return content


SMALL = _small()


def _places(content: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    if isinstance(content, dict):
        for key, value in content.items():
            found += _places(value, (*way, key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            found += _places(value, (*way, index))
    return found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(st.sampled_from(_places(SMALL)), JSON | st.just("remove"))
def test_whatever_is_damaged_is_refused_or_kept_as_it_is(way: tuple[Any, ...], value: Any) -> None:
    content = copy.deepcopy(SMALL)
    inner = content
    for part in way[:-1]:
        inner = inner[part]
    if value == "remove":
        del inner[way[-1]]
    else:
        inner[way[-1]] = value
    data = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "surrogatepass"
    )
    try:
        archive = read_document(data)
    except GameError:
        return
    assert json.loads(write_document(archive)) == content
