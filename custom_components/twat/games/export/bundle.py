"""A game with its photos as one ZIP file.

``game.json`` is the document, ``photos/`` has the files as the photo store calls them, and
``manifest.json`` names every file with its size and SHA-256. Written the same way every time: the
files in order, without times of their own, photos as they are.

A file that somebody else made is not believed: neither its names (only those above are read), nor
its sizes (nothing is unpacked beyond what the manifest says, and that has limits), nor its bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
import json
import re
from typing import IO, Any, Final
import zipfile
import zlib

from ..errors import GameError
from ..model import GameArchive
from .document import LARGEST, read_document, write_document
from .errors import ImportFault

FORMAT: Final = "twat-bundle"
VERSION: Final = 1

LARGEST_PHOTO: Final = 32 * 1024 * 1024
MOST_PHOTOS: Final = 30_000
LARGEST_BUNDLE: Final = 64 * 1024**3
"""Limits of what is unpacked, in bytes and files."""

_MANIFEST: Final = "manifest.json"
_GAME: Final = "game.json"
_PHOTO: Final = re.compile(
    r"photos/((cap|thumb|overlay)_([0-9]{4,9})_[0-9]{8}T[0-9]{6}Z\.jpg)", re.ASCII
)
_FIELDS: Final = {"cap": "image", "thumb": "thumbnail", "overlay": "overlay"}
# DOS has no time before this one.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BundledPhoto:
    """A photo in a bundle.

    Attributes:
        name: What the photo store calls the file.
        sequence: Of its capture.
        field: Which of the capture's pictures it is: ``image``, ``thumbnail`` or ``overlay``.
        size: Bytes.
        sha256: Of the bytes, in hexadecimal digits.
    """

    name: str
    sequence: int
    field: str
    size: int
    sha256: str


def write_bundle(
    target: IO[bytes], archive: GameArchive, photos: Iterable[tuple[str, bytes]]
) -> int:
    """Write a game and its photos, each read when its turn comes.

    Args:
        target: Where to; must be seekable.
        archive: The game.
        photos: File names with their bytes, in order of the names.

    Returns:
        How many photos there are.
    """
    listed: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(target, "w") as bundle:
        _add(bundle, listed, _GAME, write_document(archive), zipfile.ZIP_DEFLATED)
        for name, data in photos:
            _add(bundle, listed, f"photos/{name}", data, zipfile.ZIP_STORED)
        manifest = {"format": FORMAT, "version": VERSION, "files": listed}
        text = json.dumps(manifest, indent=1) + "\n"
        bundle.writestr(_info(_MANIFEST), text.encode(), zipfile.ZIP_DEFLATED)
    return len(listed) - 1


def _add(bundle: zipfile.ZipFile, listed: dict[str, Any], name: str, data: bytes, how: int) -> None:
    bundle.writestr(_info(name), data, how)
    listed[name] = {"size": len(data), "sha256": sha256(data).hexdigest()}


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.create_system = 3  # the same on every system: Unix
    info.external_attr = 0o644 << 16
    return info


class Bundle:
    """A bundle that was opened and whose game and list of photos have been checked.

    Attributes:
        archive: The game; its captures have no photos yet.
        photos: In order of their names.
    """

    def __init__(self, source: IO[bytes]) -> None:
        """Read everything but the photos.

        Raises:
            ImportFault: It is no whole export, with the first thing that is wrong.
            GameError: ``import_too_new``.
        """
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as err:
            raise ImportFault("", f"is no ZIP file: {err}") from err
        entries = self._entries()
        files = _listed(self._read(entries, _MANIFEST, LARGEST))
        for name in files:
            if name not in entries:
                raise ImportFault(name, "is missing")
        for name in entries:
            if name not in files and name != _MANIFEST:
                raise ImportFault(name, "is not in the manifest")
        if _GAME not in files:
            raise ImportFault(_GAME, "is missing")
        game = self._read(entries, _GAME, LARGEST)
        _verify(_GAME, game, *files[_GAME])
        self.archive = read_document(game)
        self.photos = tuple(_photos(files, self.archive))
        self._entries_by_name = entries

    def read(self, photo: BundledPhoto) -> bytes:
        """Return the bytes of a photo.

        Raises:
            ImportFault: They are not what the manifest says.
        """
        name = f"photos/{photo.name}"
        data = self._read(self._entries_by_name, name, LARGEST_PHOTO)
        _verify(name, data, photo.size, photo.sha256)
        return data

    def _entries(self) -> Mapping[str, zipfile.ZipInfo]:
        """Return the files by name, once all names have been looked at."""
        infos = self._zip.infolist()
        if len(infos) > MOST_PHOTOS + 2:
            raise ImportFault("", f"has more than {MOST_PHOTOS} files")
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if name not in (_MANIFEST, _GAME) and not _PHOTO.fullmatch(name):
                raise ImportFault(repr(name), "is no file of an exported game")
            if name in entries:
                raise ImportFault(name, "is there twice")
            if info.flag_bits & 0x1:
                raise ImportFault(name, "is encrypted")
            entries[name] = info
        if _MANIFEST not in entries:
            raise ImportFault(_MANIFEST, "is missing")
        return entries

    def _read(self, entries: Mapping[str, zipfile.ZipInfo], name: str, most: int) -> bytes:
        """Unpack one file, at most so many bytes of it, whatever its header says."""
        if name not in entries:
            raise ImportFault(name, "is missing")
        try:
            with self._zip.open(entries[name]) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as err:
            raise ImportFault(name, f"is damaged: {err}") from err
        if len(data) > most:
            raise ImportFault(name, f"is larger than {most >> 20} MiB")
        return data


def _listed(manifest: bytes) -> Mapping[str, tuple[int, str]]:
    """Return size and hash of every file of the manifest."""
    try:
        content = json.loads(manifest)
    except (ValueError, RecursionError) as err:
        raise ImportFault(_MANIFEST, f"is no JSON: {err}") from err
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ImportFault(_MANIFEST, "this is no game exported by TWAT")
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise GameError("import_too_new", found=version, known=VERSION)
    files = content.get("files")
    if version != VERSION or not isinstance(files, dict):
        raise ImportFault(_MANIFEST, "is not understood")
    listed: dict[str, tuple[int, str]] = {}
    for name, about in files.items():
        size = about.get("size") if isinstance(about, dict) else None
        digest = about.get("sha256") if isinstance(about, dict) else None
        if not isinstance(size, int) or isinstance(size, bool) or not isinstance(digest, str):
            raise ImportFault(_MANIFEST, f"{name}: must have size and sha256")
        listed[name] = size, digest
    if sum(size for size, _ in listed.values()) > LARGEST_BUNDLE:
        raise ImportFault(_MANIFEST, f"has more than {LARGEST_BUNDLE >> 30} GiB")
    return listed


def _photos(files: Mapping[str, tuple[int, str]], archive: GameArchive) -> Iterator[BundledPhoto]:
    """Yield the photos, each of a capture of the game."""
    hashes = {capture.sequence: capture.image_sha256 for capture in archive.captures}
    seen: set[tuple[int, str]] = set()
    for name, (size, digest) in files.items():
        if name == _GAME:
            continue
        match = _PHOTO.fullmatch(name)
        if match is None:
            raise ImportFault(repr(name), "is no file of an exported game")
        sequence, field = int(match[3]), _FIELDS[match[2]]
        if sequence not in hashes:
            raise ImportFault(name, f"there is no capture {sequence}")
        if (sequence, field) in seen:
            raise ImportFault(name, f"is a second {field} of capture {sequence}")
        if field == "image" and digest != hashes[sequence]:
            raise ImportFault(name, "is not the photo that the capture knows")
        seen.add((sequence, field))
        yield BundledPhoto(match[1], sequence, field, size, digest)


def _verify(name: str, data: bytes, size: int, digest: str) -> None:
    if len(data) != size or sha256(data).hexdigest() != digest:
        raise ImportFault(name, "is damaged: its checksum is not that of the manifest")
