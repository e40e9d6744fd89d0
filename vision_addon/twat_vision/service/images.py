"""Photos on disk by the SHA-256 of their bytes, within a size, the least recently used ones go first."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterable, Iterable
import errno
import hashlib
import os
from pathlib import Path
import tempfile
from typing import IO

from .image_check import MAX_BYTES, ImageRejected, check_image

_WRITE_AT_ONCE = 1024 * 1024
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class DiskFull(Exception):
    """The disk has no room for the image."""


class CacheFull(Exception):
    """The cache's size is taken up by images that unfinished jobs need."""


class ImageCache:
    """The cache. Its methods are called on the event loop; slow file work happens on threads.

    An image that is pinned, by a job that needs it, is never evicted.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        # Least recently used first: SHA-256 → bytes on disk.
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._bytes = 0
        self._pins: dict[str, frozenset[str]] = {}
        # A checked PNG is in memory whole: 200 MB for the largest that is allowed.
        self._checks = asyncio.Semaphore(2)

    @property
    def total_bytes(self) -> int:
        """How much disk space the images take."""
        return self._bytes

    def __len__(self) -> int:
        """How many images there are."""
        return len(self._sizes)

    def __contains__(self, sha: str) -> bool:
        """Whether an image is here."""
        if sha in self._sizes and not self.path(sha).exists():
            # Somebody tidied up by hand; the client is asked for it again.
            self._bytes -= self._sizes.pop(sha)
        return sha in self._sizes

    def load(self) -> None:
        """Find what is on disk, and remove uploads that were cut off. To be called once, at start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = []
        for path in self._folder.iterdir():
            if path.suffix == ".part":
                path.unlink()
            else:
                stat = path.stat()
                found.append((stat.st_mtime_ns, path.name, stat.st_size))
        for _, sha, size in sorted(found):
            self._sizes[sha] = size
            self._bytes += size

    def path(self, sha: str) -> Path:
        """Return where an image is, or would be."""
        return self._folder / sha

    def touch(self, sha: str) -> None:
        """Note that an image is being used."""
        self._sizes.move_to_end(sha)
        # The time of last use survives a restart as the file's own.
        os.utime(self.path(sha))

    def pin(self, owner: str, shas: Iterable[str]) -> list[str]:
        """Keep images from eviction until `unpin(owner)`; return those that are missing.

        When some are missing none is pinned.
        """
        wanted = list(shas)
        missing = [sha for sha in wanted if sha not in self]
        if not missing:
            self._pins[owner] = frozenset(wanted)
            for sha in wanted:
                self.touch(sha)
        return missing

    def unpin(self, owner: str) -> None:
        """Let go of what an owner has pinned, if anything."""
        self._pins.pop(owner, None)

    async def store(self, sha: str, chunks: AsyncIterable[bytes]) -> bool:
        """Take in an image as it arrives; False when it was here already.

        It is complete, checked and on the disk for good before it can be seen.

        Args:
            sha: What the SHA-256 of the bytes must be, 64 lower-case hex digits.
            chunks: The bytes, in pieces of any size.

        Raises:
            ImageRejected: See `check_image`; also `too_large` and `hash_mismatch`.
            DiskFull: The disk is full.
            CacheFull: Everything in the cache is needed.
        """
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=f"{sha[:16]}-", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                size = await _receive(sha, chunks, file)
            async with self._checks:
                await asyncio.to_thread(check_image, part)
            return await self._admit(sha, part, size)
        except OSError as err:
            if err.errno in _NO_ROOM:
                raise DiskFull(str(err)) from err
            raise
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)

    async def _admit(self, sha: str, part: Path, size: int) -> bool:
        if sha in self:
            self.touch(sha)
            return False
        self._make_room(size)
        self._keep(sha, part, size)
        await asyncio.to_thread(_sync_folder, self._folder)
        return True

    def _keep(self, sha: str, part: Path, size: int) -> None:
        part.replace(self.path(sha))
        self._sizes[sha] = size
        self._bytes += size

    def _make_room(self, size: int) -> None:
        pinned = frozenset[str]().union(*self._pins.values())
        excess = self._bytes + size - self._max_bytes
        victims = []
        for sha, freed in self._sizes.items():
            if excess <= 0:
                break
            if sha not in pinned:
                victims.append(sha)
                excess -= freed
        if excess > 0:
            raise CacheFull
        for sha in victims:
            self.path(sha).unlink(missing_ok=True)
            self._bytes -= self._sizes.pop(sha)


async def _receive(sha: str, chunks: AsyncIterable[bytes], file: IO[bytes]) -> int:
    """Write what arrives to a file and to the disk; return how many bytes that were."""
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()

    def write(data: bytes) -> None:
        digest.update(data)
        file.write(data)

    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            raise ImageRejected(
                "too_large", "The image has too many bytes.", {"max_bytes": MAX_BYTES}
            )
        waiting += chunk
        if len(waiting) >= _WRITE_AT_ONCE:
            await asyncio.to_thread(write, bytes(waiting))
            waiting.clear()

    def finish() -> None:
        write(bytes(waiting))
        file.flush()
        os.fsync(file.fileno())

    await asyncio.to_thread(finish)
    if digest.hexdigest() != sha:
        raise ImageRejected(
            "hash_mismatch",
            "The bytes have another SHA-256 than the address says.",
            {"expected": sha, "received": digest.hexdigest()},
        )
    return size


def _sync_folder(folder: Path) -> None:
    """Make a renaming in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
