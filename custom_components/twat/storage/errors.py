"""What can go wrong when something is kept or fetched."""

from pathlib import Path


class StorageError(Exception):
    """Base of everything `storage` raises on purpose."""


class NotFound(StorageError):
    """There is no such thing.

    Attributes:
        kind: ``game``, ``capture``, ``state``, ``proposal`` or ``image``.
        id: What was asked for.
    """

    def __init__(self, kind: str, wanted: str) -> None:
        """Name what is missing."""
        super().__init__(f"no {kind} {wanted}")
        self.kind = kind
        self.id = wanted


class GameExists(StorageError):
    """A game of this id is there already; nothing was written.

    Attributes:
        id: The game.
    """

    def __init__(self, game_id: str) -> None:
        """Name the game."""
        super().__init__(f"game {game_id} is there already")
        self.id = game_id


class HeadMoved(StorageError):
    """The game's head is not the state the change was made for; nothing was written."""


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, read or written at all (missing rights, folder gone)."""


class DatabaseLocked(StorageError):
    """Somebody else held the database longer than the busy timeout; nothing was written."""


class DatabaseCorrupt(StorageError):
    """The database file is damaged.

    Attributes:
        copy: Where the damaged file was moved; None when it was found while in use and is still in
            place. Opening again after a move starts an empty database.
    """

    def __init__(self, reason: str, copy: Path | None) -> None:
        """Say what the check found and where the file is now."""
        super().__init__(f"{reason} (kept as {copy})" if copy else reason)
        self.reason = reason
        self.copy = copy


class DatabaseTooNew(StorageError):
    """A newer TWAT wrote the database. Nothing was touched.

    Attributes:
        found: Schema revision in the file.
        known: Newest revision this version knows.
    """

    def __init__(self, found: str, known: str) -> None:
        """Name both revisions."""
        super().__init__(f"schema {found} is newer than {known}")
        self.found = found
        self.known = known


class DiskFull(StorageError):
    """There is no room left; nothing was written."""


class NotWritable(StorageError):
    """The folder cannot be written.

    Attributes:
        path: The folder or file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the place and the system's reason."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class ImageRejected(StorageError):
    """Bytes that are no usable photo; nothing was written.

    Attributes:
        code: ``empty``, ``truncated``, ``not_an_image``, ``too_small``, ``too_large``,
            ``too_many_pixels`` or ``black``.
    """

    def __init__(self, code: str, message: str) -> None:
        """Give the reason for programs and for people."""
        super().__init__(message)
        self.code = code
