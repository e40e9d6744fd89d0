"""A game as one JSON document: everything but the photos' bytes.

Written the same way every time, so that an imported game's export is the file it came from.
"""

from collections import Counter
from collections.abc import Collection, Iterable
import json
from typing import Any, Final

from ..errors import GameError
from ..model import (
    Annotation,
    Capture,
    Game,
    GameArchive,
    GameResult,
    GameState,
    JournalEntry,
    JsonObject,
    Proposal,
)
from .errors import ImportFault
from .shape import check

FORMAT: Final = "twat-game"
VERSION: Final = 1
"""Raised whenever an older TWAT could not read what a newer one writes."""

LARGEST: Final = 256 * 1024 * 1024
"""Largest document that is read, in bytes."""

# Where a capture's files lie says the photo store, or the bundle they come in.
_ELSEWHERE: Final = ("image", "thumbnail", "overlay")


def write_document(archive: GameArchive) -> bytes:
    """Return a game as UTF-8 text."""
    return _dump(_document(archive))


def read_document(data: bytes) -> GameArchive:
    """Return the game of a document; its captures have no photos.

    Raises:
        ImportFault: It is no whole export, with the first thing that is wrong.
        GameError: ``import_too_new``.
    """
    if len(data) > LARGEST:
        raise ImportFault("", f"is larger than {LARGEST >> 20} MiB")
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as err:
        raise ImportFault("", f"is no JSON: {err}") from err
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ImportFault("format", f"must be {FORMAT}: this is no game exported by TWAT")
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise GameError("import_too_new", found=version, known=VERSION)
    archive = _archive(check(content))
    _consistent(archive)
    return archive


def _document(archive: GameArchive) -> JsonObject:
    return {
        "format": FORMAT,
        "version": VERSION,
        "game": archive.game.to_json(),
        "states": [state.to_json() for state in archive.states],
        "captures": [_without_files(capture) for capture in archive.captures],
        "proposal": None if archive.proposal is None else archive.proposal.to_json(),
        "journal": [line.to_json() for line in archive.journal],
        "annotations": [annotation.to_json() for annotation in archive.annotations],
        "result": None if archive.result is None else archive.result.to_json(),
    }


def _dump(document: JsonObject) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _without_files(capture: Capture) -> JsonObject:
    return {key: value for key, value in capture.to_json().items() if key not in _ELSEWHERE}


def _archive(data: JsonObject) -> GameArchive:
    game = Game.from_json(data["game"])
    nowhere = dict.fromkeys(_ELSEWHERE)
    proposal, result = data["proposal"], data["result"]
    return GameArchive(
        game=game,
        states=tuple(GameState.from_json(state) for state in data["states"]),
        captures=tuple(Capture.from_json({**c, **nowhere}) for c in data["captures"]),
        proposal=None if proposal is None else Proposal.from_json(proposal),
        journal=tuple(JournalEntry.from_json(line, game.id) for line in data["journal"]),
        annotations=tuple(Annotation.from_json(line) for line in data["annotations"]),
        result=None if result is None else GameResult.from_json(result),
    )


def _consistent(archive: GameArchive) -> None:
    """Check that everything that is spoken of is there, once.

    Raises:
        ImportFault: The first thing that is not.
    """
    game = archive.game
    for path, owner in _owners(archive):
        if owner != game.id:
            raise ImportFault(path, "belongs to another game")
    positions = [player.position for player in game.players]
    _no_twins("game.players", [player.id for player in game.players])
    _no_twins("game.players", positions)
    _no_twins("game.players", [player.color for player in game.players])
    captures = [capture.id for capture in archive.captures]
    _no_twins("captures", captures)
    _no_twins("captures", [capture.sequence for capture in archive.captures])
    states = _tree(archive, positions, captures)
    _known("game.head_id", [game.head_id], states)
    _known("game.tip_id", [game.tip_id], states)
    _known("annotations", [a.state_id for a in archive.annotations], states)
    _no_twins("annotations", [a.state_id for a in archive.annotations])
    head = archive.head
    if (game.current_turn, game.current_phase, game.active_player) != (
        head.turn,
        head.phase,
        head.active_player,
    ):
        raise ImportFault("game", "turn, phase and active player are not those of its head")
    if archive.proposal is not None:
        _known("proposal.base_state_id", [archive.proposal.base_state_id], states)
        _known("proposal.capture_id", [archive.proposal.capture_id], captures)
        _known("proposal.returns_to", [archive.proposal.returns_to or game.head_id], states)
    if not archive.journal:
        raise ImportFault("journal", "is empty")


def _tree(
    archive: GameArchive, positions: Collection[int], captures: Collection[str]
) -> Collection[str]:
    """Return the ids of the states, which must follow one another."""
    states: set[str] = set()
    for index, state in enumerate(archive.states):
        path = f"states[{index}]"
        if state.id in states:
            raise ImportFault(f"{path}.id", "is there twice")
        if (state.parent_id is None) != (index == 0):
            raise ImportFault(f"{path}.parent_id", "only the first state has no parent")
        if index:
            _known(f"{path}.parent_id", [state.parent_id], states)
        if state.capture_id is not None:
            _known(f"{path}.capture_id", [state.capture_id], captures)
        acting = {state.active_player, state.first_player} - {None}
        if not acting <= set(positions):
            raise ImportFault(path, "speaks of a player who is not in this game")
        states.add(state.id)
    return states


def _owners(archive: GameArchive) -> Iterable[tuple[str, str]]:
    """Yield what says which game it belongs to, with its place."""
    for index, state in enumerate(archive.states):
        yield f"states[{index}].game_id", state.game_id
    for index, capture in enumerate(archive.captures):
        yield f"captures[{index}].game_id", capture.game_id
    if archive.proposal is not None:
        yield "proposal.game_id", archive.proposal.game_id
    if archive.result is not None:
        yield "result.game_id", archive.result.game_id


def _known(path: str, spoken_of: Iterable[str | None], there: Collection[str]) -> None:
    if any(name not in there for name in spoken_of):
        raise ImportFault(path, "speaks of something that is not in this file")


def _no_twins(path: str, values: Iterable[Any]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise ImportFault(path, f"{value} is there twice")
