"""Photos of games, as files below the media folder.

``<base>/twat/games/<game id>/cap_<sequence>_<UTC time>.jpg`` with ``thumb_…`` and ``overlay_…``
beside it. All paths given out and taken in are relative to the base, with forward slashes.

JPEG bytes are stored unchanged. PNG and WebP are converted to JPEG (quality 95, no chroma
subsampling), so that everything that shows or serves a photo deals with one type.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest accepted file."""

MAX_PIXELS: Final = 64_000_000
"""Largest accepted picture, read from the header before anything is decoded."""

MIN_SIDE: Final = 64
"""Shortest accepted side in pixels."""

THUMBNAIL_WIDTH: Final = 480
"""Width of thumbnails in pixels; smaller pictures are not enlarged."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a usable photo is.

    Attributes:
        format: ``JPEG``, ``PNG`` or ``WEBP``.
        width: Pixels, as shown (after the camera's rotation mark).
        height: Pixels, as shown.
        size_bytes: Length of the file.
        thumbnail: The small picture, JPEG.
    """

    format: str
    width: int
    height: int
    size_bytes: int
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A photo that is on disk.

    Attributes:
        image: Path below the base.
        thumbnail: Path below the base.
        sha256: Hash of the stored bytes, lower-case hexadecimal.
        size_bytes: Length of the stored file.
        width: Pixels.
        height: Pixels.
    """

    image: str
    thumbnail: str
    sha256: str
    size_bytes: int
    width: int
    height: int


def validate(data: bytes) -> ImageInfo:
    """Check that bytes are a usable photo, and make its thumbnail on the way.

    The whole picture is decoded (JPEG at an eighth to a quarter of its size), so a truncated file
    is found.

    Raises:
        ImageRejected: See its codes.
    """
    raise NotImplementedError


class ImageStore:
    """The photos of all games below one base folder. Every method blocks; any thread may call."""

    def __init__(self, base: Path) -> None:
        """Remember the media folder; nothing is touched before `prepare`."""
        self.base = base

    def prepare(self) -> int:
        """Create the folder, check that it can be written, remove stray temporary files.

        Returns:
            How many stray files were removed.

        Raises:
            NotWritable: The folder cannot be made or written.
            DiskFull: No room left.
        """
        raise NotImplementedError

    def save(self, game_id: str, sequence: int, captured_at: datetime, data: bytes) -> StoredImage:
        """Validate and store a photo and its thumbnail.

        Args:
            game_id: Id of the game, as `games.model.new_id` makes it.
            sequence: Of the capture, from 0.
            captured_at: Aware time.
            data: The file as it came from the camera.

        Raises:
            ImageRejected: It is no usable photo.
            ValueError: ``game_id`` is no id.
            NotWritable, DiskFull: It could not be written; nothing was.
        """
        raise NotImplementedError

    def save_overlay(self, image: str, data: bytes) -> str:
        """Store the annotated picture of a stored photo and return its path.

        Raises:
            ImageRejected: ``data`` is no usable picture.
            ValueError: ``image`` is no path of this store.
            NotWritable, DiskFull: It could not be written; nothing was.
        """
        raise NotImplementedError

    def read(self, image: str) -> bytes:
        """Return the bytes of a stored picture.

        Raises:
            ValueError: No path of this store.
            NotFound: There is no such file.
        """
        raise NotImplementedError

    def path(self, image: str) -> Path:
        """Return the file of a stored picture.

        Raises:
            ValueError: No path of this store.
        """
        raise NotImplementedError

    def delete_game(self, game_id: str) -> None:
        """Remove all pictures of a game; none is fine.

        Raises:
            ValueError: ``game_id`` is no id.
            NotWritable: Something could not be removed.
        """
        raise NotImplementedError
