"""What a service keeps in its data directory to be itself: an id and a bearer token."""

import hmac
import os
from pathlib import Path
import secrets
import tempfile
import uuid


class DataDirError(Exception):
    """The data directory cannot be used; the message says which and why."""


def prepare_data_dir(path: Path) -> None:
    """Make the data directory where missing, readable by its owner only.

    Raises:
        DataDirError: It cannot be made or written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise DataDirError(f"cannot make the data directory {path}: {err.strerror}") from err
    if not os.access(path, os.W_OK | os.X_OK):
        raise DataDirError(f"the data directory {path} is not writable")


def load_or_create_id(data_dir: Path) -> str:
    """Return this installation's id (32 hex digits), made on first use and kept in `id`."""
    file = data_dir / "id"
    kept = _read(file)
    if kept is not None:
        return kept
    made = uuid.uuid4().hex
    _write(file, made)
    return made


class TokenStore:
    """The bearer token in `<data_dir>/token`, mode 0600.

    The file is the truth: a token replaced by another process (`token --rotate`) counts from the
    next request on.
    """

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "token"
        self._seen: tuple[int, int] | None = None
        self._token = ""

    def current(self) -> str:
        """Return the token that is valid now, making one where there is none.

        Raises:
            DataDirError: The file can be neither read nor written.
        """
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return self.rotate()
        except OSError as err:
            raise DataDirError(f"cannot read {self._file}: {err.strerror}") from err
        # The inode counts too: two rotations can fall into one tick of a coarse clock.
        if self._seen != (stat.st_mtime_ns, stat.st_ino):
            token = _read(self._file)
            if token is None:
                return self.rotate()
            self._token, self._seen = token, (stat.st_mtime_ns, stat.st_ino)
        return self._token

    def rotate(self) -> str:
        """Replace the token; whoever holds the old one has to pair again."""
        token = secrets.token_urlsafe(32)
        _write(self._file, token)
        stat = self._file.stat()
        self._token, self._seen = token, (stat.st_mtime_ns, stat.st_ino)
        return token

    def accepts(self, offered: str) -> bool:
        """Say whether a token is the valid one, in a time that does not tell how much of it is."""
        return hmac.compare_digest(
            self.current().encode(), offered.encode("utf-8", "surrogateescape")
        )


def _read(file: Path) -> str | None:
    """Return a file's text, or None where it is missing or empty."""
    try:
        return file.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as err:
        raise DataDirError(f"cannot read {file}: {err}") from err


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all; `mkstemp` makes it 0600 from the start."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as temporary:
            temporary.write(text + "\n")
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(name).replace(file)
    except OSError as err:
        raise DataDirError(f"cannot write {file}: {err.strerror}") from err
