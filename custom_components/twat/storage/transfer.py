"""Whole games out of the database and photo store, and in again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO

from ..games.export.bundle import Bundle, write_bundle
from ..games.export.document import read_document
from ..games.model import Capture, Game, GameArchive
from ..games.profiles import ProfileLibrary
from .errors import GameExists, NotFound
from .images import ImageStore
from .repository import Repository


def export_bundle(
    repository: Repository, images: ImageStore, game_id: str, target: IO[bytes]
) -> None:
    """Write a game with its photos as a bundle. Blocks.

    Raises:
        StorageError: As repository and image store say.
    """
    archive = repository.archive.load(game_id)

    def photos() -> Iterator[tuple[str, bytes]]:
        for name in images.files(game_id):
            yield name, images.read(f"games/{game_id}/{name}")

    write_bundle(target, archive, photos())


def import_document(repository: Repository, library: ProfileLibrary, data: bytes) -> Game:
    """Bring a game back without photos. Blocks.

    Raises:
        GameError: It is no whole export, or of a game that nobody knows; nothing was written.
        GameExists: The game is there already.
        StorageError: As `Repository` says.
    """
    archive = read_document(data)
    _playable(library, archive)
    repository.archive.store(archive)
    return archive.game


def import_bundle(
    repository: Repository, images: ImageStore, library: ProfileLibrary, source: IO[bytes]
) -> Game:
    """Bring a game back with its photos. Blocks.

    The photos are written first, beside the others, and the rows last: whatever is killed in
    between leaves a folder that belongs to no game and is replaced by the next try.

    Raises:
        GameError: It is no whole export, or of a game that nobody knows; nothing was written.
        GameExists: The game is there already.
        ImageRejected: A photo is none.
        StorageError: As repository and image store say.
    """
    bundle = Bundle(source)
    game_id = bundle.archive.game.id
    _playable(library, bundle.archive)
    if _exists(repository, game_id):
        raise GameExists(game_id)
    paths: dict[int, dict[str, str]] = {}
    for photo in bundle.photos:
        paths.setdefault(photo.sequence, {})[photo.field] = f"games/{game_id}/{photo.name}"
    captures = tuple(
        _with_files(capture, paths.get(capture.sequence, {})) for capture in bundle.archive.captures
    )
    if bundle.photos:
        images.adopt(game_id, ((photo.name, bundle.read(photo)) for photo in bundle.photos))
    try:
        repository.archive.store(replace(bundle.archive, captures=captures))
    except BaseException:
        if bundle.photos:
            images.delete_game(game_id)
        raise
    return bundle.archive.game


def _with_files(capture: Capture, paths: Mapping[str, str]) -> Capture:
    return replace(
        capture,
        image=paths.get("image"),
        thumbnail=paths.get("thumbnail"),
        overlay=paths.get("overlay"),
    )


def _playable(library: ProfileLibrary, archive: GameArchive) -> None:
    """Check that there is a profile for the game, and that it takes its settings.

    Raises:
        GameError: ``unknown_profile``, ``invalid_setting``.
    """
    library.get(archive.game.game_type).layout_for(archive.game.settings)


def _exists(repository: Repository, game_id: str) -> bool:
    try:
        repository.get_game(game_id)
    except NotFound:
        return False
    return True
