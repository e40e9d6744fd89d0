"""Photos of games, as files.

``<base>/games/<game id>/cap_<sequence>_<UTC time>.jpg`` with ``thumb_…`` and ``overlay_…`` beside
it, and for as long as somebody is asked about them ``sheet_…`` with crops of them; the base is
``twat`` in one of Home Assistant's media folders. All paths given out and taken in, but those of
sheets, are relative to the base, with forward slashes.

JPEG bytes are stored unchanged. PNG and WebP are converted to JPEG (quality 95, no chroma
subsampling), so that everything that shows or serves a photo deals with one type.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
import errno
from hashlib import sha256
from io import BytesIO
import os
from pathlib import Path
import re
import shutil
import struct
from typing import Final
from uuid import uuid4
import zlib

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from .errors import DiskFull, ImageRejected, NotFound, NotWritable

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest accepted file."""

MAX_PIXELS: Final = 64_000_000
"""Largest accepted picture, read from the header before anything is decoded."""

MIN_SIDE: Final = 64
"""Shortest accepted side in pixels."""

THUMBNAIL_WIDTH: Final = 480
"""Width of thumbnails in pixels; smaller pictures are not enlarged."""


BLACK_LEVEL: Final = 16
"""A photo is black when 99.9 % of its thumbnail's pixels are darker than this luma (0…255).

A lens cap or a shutter that never opened gives noise below it; the darkest photos of real tables
lie well above, and are for the vision service to judge. The last thousandth is hot pixels.
"""

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
# Pillow calls a JPEG with further pictures in it (as phones write them) MPO.
_JPEG: Final = frozenset({"JPEG", "MPO"})
_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
# What Pillow's decoders raise on damaged files.
_DAMAGE: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError)

# EXIF: the camera was turned by a quarter when the photo was taken.
_LYING: Final = frozenset({5, 6, 7, 8})

_GAME: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.ASCII)
_IMAGE: Final = re.compile(
    rf"games/({_GAME.pattern})/(cap|thumb|overlay)(_[0-9]{{4,9}}_[0-9]{{8}}T[0-9]{{6}}Z\.jpg)",
    re.ASCII,
)
_TEMPORARY: Final = ".writing-"
_SHEET: Final = "sheet_"


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a usable photo is.

    Attributes:
        is_jpeg: Whether the bytes can be stored as they are.
        width: Pixels, as shown (after the camera's rotation mark).
        height: Pixels, as shown.
        size_bytes: Length of the file.
        thumbnail: The small picture, JPEG.
    """

    is_jpeg: bool
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

    The whole picture is decoded (a large JPEG at an eighth of its size), so a truncated file is
    found.

    Raises:
        ImageRejected: See its codes.
    """
    info, small = _decode(data)
    counts = small.convert("L").histogram()
    if sum(counts[BLACK_LEVEL:]) <= sum(counts) // 1000:
        raise ImageRejected("black", "the photo is all black")
    return info


class ImageStore:
    """The photos of all games below one base folder. Every method blocks; any thread may call."""

    def __init__(self, base: Path) -> None:
        """Remember the folder; nothing is touched before `prepare`."""
        self.base = base

    def prepare(self) -> int:
        """Create the folder, check that it can be written, remove stray temporary files and sheets.

        Returns:
            How many stray files were removed.

        Raises:
            NotWritable: The folder cannot be made or written.
            DiskFull: No room left.
        """
        games = self.base / "games"
        with _failures(games):
            games.mkdir(parents=True, exist_ok=True)
            probe = games / f"{_TEMPORARY}{uuid4().hex}"
            probe.write_bytes(b"twat")
            probe.unlink()
            passing = (f"{_TEMPORARY}*", f"*/{_TEMPORARY}*", f"*/{_SHEET}*")
            stray = [path for pattern in passing for path in games.glob(pattern)]
            for path in stray:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        return len(stray)

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
            NotWritable, DiskFull: It could not be written.
        """
        folder = f"games/{_checked_id(game_id)}"
        info = validate(data)
        if not info.is_jpeg:
            data = _as_jpeg(data)
        tail = f"_{sequence:04d}_{captured_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.jpg"
        image, thumbnail = f"{folder}/cap{tail}", f"{folder}/thumb{tail}"
        self._write(image, data)
        self._write(thumbnail, info.thumbnail)
        return StoredImage(
            image, thumbnail, sha256(data).hexdigest(), len(data), info.width, info.height
        )

    def save_overlay(self, image: str, data: bytes) -> str:
        """Store the annotated picture of a stored photo and return its path.

        Raises:
            ImageRejected: ``data`` is no usable picture.
            ValueError: ``image`` is no path of this store.
            NotWritable, DiskFull: It could not be written.
        """
        game_id, _, tail = _parts(image)
        info, _ = _decode(data)
        overlay = f"games/{game_id}/overlay{tail}"
        self._write(overlay, data if info.is_jpeg else _as_jpeg(data))
        return overlay

    def save_sheet(self, game_id: str, data: bytes) -> Path:
        """Put a picture that was made of a game's photos on disk, until `remove_sheet`.

        It is no picture of the game's: it is in none of its lists, and `prepare` sweeps what a crash left.

        Args:
            game_id: Id of the game.
            data: JPEG.

        Raises:
            ValueError: ``game_id`` is no id.
            NotWritable, DiskFull: It could not be written.
        """
        sheet = f"games/{_checked_id(game_id)}/{_SHEET}{uuid4().hex}.jpg"
        self._write(sheet, data)
        return self.base / sheet

    def remove_sheet(self, sheet: Path) -> None:
        """Remove what `save_sheet` made; gone already is fine.

        Raises:
            NotWritable: It could not be removed.
        """
        with _failures(sheet):
            sheet.unlink(missing_ok=True)

    def read(self, image: str) -> bytes:
        """Return the bytes of a stored picture.

        Raises:
            ValueError: No path of this store.
            NotFound: There is no such file.
            NotWritable: It is there but cannot be read.
        """
        path = self.path(image)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise NotFound("image", image) from None
        except OSError as err:
            raise NotWritable(path, err.strerror or str(err)) from err

    def path(self, image: str) -> Path:
        """Return the file of a stored picture.

        Raises:
            ValueError: No path of this store.
        """
        _parts(image)
        return self.base / image

    def files(self, game_id: str) -> list[str]:
        """Return the names of a game's pictures, in order; none is fine.

        Raises:
            ValueError: ``game_id`` is no id.
            NotWritable: The folder is there but cannot be read.
        """
        folder = self.base / "games" / _checked_id(game_id)
        with _failures(folder):
            if not folder.is_dir():
                return []
            prefix = f"games/{game_id}/"
            return sorted(
                path.name for path in folder.iterdir() if _IMAGE.fullmatch(prefix + path.name)
            )

    def size(self, game_id: str) -> int:
        """Return how many bytes a game's pictures take.

        Raises:
            ValueError, NotWritable: As `files`.
        """
        folder = self.base / "games" / _checked_id(game_id)
        with _failures(folder):
            return sum((folder / name).stat().st_size for name in self.files(game_id))

    def adopt(self, game_id: str, pictures: Iterable[tuple[str, bytes]]) -> None:
        """Store all pictures of a game that has none yet, whole or not at all.

        Args:
            game_id: Id of the game. Pictures that lie in its folder belong to no game: they are
                what a crash left, and are replaced.
            pictures: File names as `files` returns them, with JPEG bytes.

        Raises:
            ImageRejected: One is no usable picture.
            ValueError: ``game_id`` is no id, or a name none of this store's.
            NotWritable, DiskFull: They could not be written.
        """
        folder = self.base / "games" / _checked_id(game_id)
        temporary = folder.with_name(f"{_TEMPORARY}{uuid4().hex}")
        with _failures(folder):
            try:
                temporary.mkdir(parents=True)
                for name, data in pictures:
                    _parts(f"games/{game_id}/{name}")
                    if not _decode(data)[0].is_jpeg:
                        raise ImageRejected("not_an_image", f"{name} is no JPEG")
                    with (temporary / name).open("xb") as file:
                        file.write(data)
                        file.flush()
                        os.fsync(file.fileno())
                if folder.exists():
                    shutil.rmtree(folder)
                temporary.rename(folder)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
            _sync_folder(folder.parent)

    def delete_game(self, game_id: str) -> None:
        """Remove all pictures of a game; none is fine.

        Raises:
            ValueError: ``game_id`` is no id.
            NotWritable: Something could not be removed.
        """
        folder = self.base / "games" / _checked_id(game_id)
        with _failures(folder), suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def _write(self, image: str, data: bytes) -> None:
        """Write a file so that it is there whole or not at all, whatever is killed."""
        path = self.base / image
        temporary = path.with_name(f"{_TEMPORARY}{uuid4().hex}")
        with _failures(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
            except OSError:
                with suppress(OSError):
                    temporary.unlink()
                raise
            _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last. Network shares may refuse it; they keep names by their own means."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        if err.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"{path}: {err.strerror}") from err
        raise NotWritable(path, err.strerror or str(err)) from err


def _checked_id(game_id: str) -> str:
    if not _GAME.fullmatch(game_id):
        raise ValueError(f"not a game id: {game_id!r}")
    return game_id


def _parts(image: str) -> tuple[str, str, str]:
    """Split a path into game id, kind and the rest of the name."""
    match = _IMAGE.fullmatch(image)
    if match is None:
        raise ValueError(f"not a picture of this store: {image!r}")
    return match[1], match[2], match[3]


def _decode(data: bytes) -> tuple[ImageInfo, Image.Image]:
    """Return what the picture is, and the picture at thumbnail size."""
    if not data:
        raise ImageRejected("empty", "the photo is empty")
    if len(data) > MAX_BYTES:
        raise ImageRejected("too_large", f"the photo is larger than {MAX_BYTES >> 20} MiB")
    with _open(data) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise ImageRejected("too_many_pixels", f"the photo has {width} × {height} pixels")
        if min(width, height) < MIN_SIDE:
            raise ImageRejected("too_small", f"the photo has only {width} × {height} pixels")
        is_jpeg = image.format in _JPEG
        # Decoding at 1/2, 1/4 or 1/8 is built into JPEG and skips most of the work. Either side may
        # become the width when the camera was turned.
        image.draft("RGB", (THUMBNAIL_WIDTH, THUMBNAIL_WIDTH))
        try:
            lies = image.getexif().get(ExifTags.Base.Orientation) in _LYING
            turned = ImageOps.exif_transpose(image).convert("RGB")
        except _DAMAGE as err:
            raise ImageRejected("truncated", f"the photo is damaged or cut off: {err}") from err
    if lies:
        width, height = height, width
    if width > THUMBNAIL_WIDTH:
        size = (THUMBNAIL_WIDTH, max(1, round(height * THUMBNAIL_WIDTH / width)))
        turned = turned.resize(size, Image.Resampling.BOX)
    thumbnail = BytesIO()
    turned.save(thumbnail, "JPEG", quality=80)
    return ImageInfo(is_jpeg, width, height, len(data), thumbnail.getvalue()), turned


def _open(data: bytes) -> Image.Image:
    """Read a picture's header; nothing is decoded yet."""
    try:
        return Image.open(BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as err:
        raise ImageRejected("too_many_pixels", str(err)) from err
    except (UnidentifiedImageError, *_DAMAGE) as err:
        code = "truncated" if data.startswith(_STARTS) else "not_an_image"
        raise ImageRejected(code, "the photo is no JPEG, PNG or WebP picture") from err


def _as_jpeg(data: bytes) -> bytes:
    target = BytesIO()
    with _open(data) as image:
        picture = ImageOps.exif_transpose(image).convert("RGB")
        picture.save(target, "JPEG", quality=95, subsampling=0)
    return target.getvalue()
