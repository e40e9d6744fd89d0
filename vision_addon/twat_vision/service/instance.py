"""Keeps two services from working on one data directory, where each would take the other's jobs."""

from collections.abc import Iterator
import contextlib
import fcntl
from pathlib import Path

from twat_service import DataDirError


@contextlib.contextmanager
def only_instance(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; the kernel lets go of it however the process ends.

    Raises:
        DataDirError: Another service holds it.
    """
    with (data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            raise DataDirError(f"another service is using the data directory {data_dir}") from err
        yield
