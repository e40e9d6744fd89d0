"""Only usable photos are stored, whole and under names that cannot lead elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
import errno
from hashlib import sha256
from io import BytesIO
import os
from pathlib import Path
import struct
import zlib

from PIL import Image
import pytest

from custom_components.twat.games.model import new_id
from custom_components.twat.storage import images
from custom_components.twat.storage.errors import DiskFull, ImageRejected, NotFound, NotWritable
from custom_components.twat.storage.images import ImageStore, validate

type Photo = Callable[..., bytes]

TAKEN = datetime(2026, 11, 22, 16, 5, 9, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    made = ImageStore(tmp_path / "media" / "twat")
    made.prepare()
    return made


def _refused(data: bytes) -> str:
    with pytest.raises(ImageRejected) as err:
        validate(data)
    assert str(err.value)
    return err.value.code


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has hardly any data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image.size


def test_a_photo_is_stored_unchanged_with_a_thumbnail(store: ImageStore, photo: Photo) -> None:
    data, game_id = photo(1920, 1080), new_id()

    stored = store.save(game_id, 3, TAKEN, data)

    assert stored.image == f"games/{game_id}/cap_0003_20261122T140509Z.jpg"
    assert stored.thumbnail == f"games/{game_id}/thumb_0003_20261122T140509Z.jpg"
    assert (store.base / stored.image).read_bytes() == data == store.read(stored.image)
    assert (stored.sha256, stored.size_bytes) == (sha256(data).hexdigest(), len(data))
    assert (stored.width, stored.height) == (1920, 1080)
    assert _size(store.read(stored.thumbnail)) == (480, 270)


def test_a_large_photo_is_fine(photo: Photo) -> None:
    info = validate(photo(4608, 2592))

    assert (info.width, info.height) == (4608, 2592)
    assert _size(info.thumbnail) == (480, 270)


def test_a_small_photo_is_not_enlarged(photo: Photo) -> None:
    info = validate(photo(64, 64))

    assert _size(info.thumbnail) == (64, 64)


def test_a_photo_of_a_turned_camera_is_as_wide_as_it_is_shown(photo: Photo) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    info = validate(photo(1200, 800, exif=exif))

    assert (info.width, info.height) == (800, 1200)
    assert _size(info.thumbnail) == (480, 720)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_become_jpeg(store: ImageStore, photo: Photo, kind: str) -> None:
    stored = store.save(new_id(), 0, TAKEN, photo(kind=kind))

    data = store.read(stored.image)
    assert data.startswith(b"\xff\xd8\xff")
    assert stored.sha256 == sha256(data).hexdigest()
    assert (stored.width, stored.height) == (640, 480) == _size(data)


def test_a_photo_with_a_second_one_inside_is_stored_unchanged(store: ImageStore) -> None:
    file = BytesIO()
    one, two = (Image.effect_noise((100, 100), 60).convert("RGB") for _ in range(2))
    one.save(file, "MPO", save_all=True, append_images=[two])

    stored = store.save(new_id(), 0, TAKEN, file.getvalue())

    assert store.read(stored.image) == file.getvalue()


def test_an_empty_file_is_refused() -> None:
    assert _refused(b"") == "empty"


@pytest.mark.parametrize("data", [b"hello", b"<html>503</html>", b"GIF89a" + bytes(50), b"\0" * 99])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert _refused(data) == "not_an_image"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9])
def test_a_truncated_photo_is_refused(photo: Photo, kind: str, share: float) -> None:
    data = photo(800, 600, kind)

    assert _refused(data[: max(12, int(len(data) * share))]) == "truncated"


def test_a_tiny_photo_is_refused(photo: Photo) -> None:
    assert _refused(photo(1, 1)) == "too_small"
    assert _refused(photo(640, 63)) == "too_small"


def test_a_file_that_is_too_long_is_refused(photo: Photo) -> None:
    assert _refused(photo() + bytes(images.MAX_BYTES)) == "too_large"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8001, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    assert _refused(_png_header(side, side)) == "too_many_pixels"


@pytest.mark.parametrize("color", ["black", "#050505"])
def test_a_black_photo_is_refused(photo: Photo, color: str) -> None:
    assert _refused(photo(color=color)) == "black"


def test_a_dark_photo_with_something_in_it_is_not_black(photo: Photo) -> None:
    image = Image.new("RGB", (640, 480), "#050505")
    image.paste((40, 40, 40), (300, 200, 360, 240))
    file = BytesIO()
    image.save(file, "JPEG")

    assert validate(file.getvalue()).width == 640


def test_a_refused_photo_leaves_no_file(store: ImageStore) -> None:
    with pytest.raises(ImageRejected):
        store.save(new_id(), 0, TAKEN, b"no")

    assert list(store.base.rglob("*.jpg")) == []


def test_an_annotated_photo_lies_beside_its_photo(store: ImageStore, photo: Photo) -> None:
    stored = store.save(new_id(), 1, TAKEN, photo())

    overlay = store.save_overlay(stored.image, photo(color="black"))
    again = store.save_overlay(stored.image, photo(kind="PNG"))

    assert overlay == again == stored.image.replace("/cap_", "/overlay_")
    assert store.read(overlay).startswith(b"\xff\xd8\xff")
    with pytest.raises(ImageRejected):
        store.save_overlay(stored.image, b"oops")


def test_the_pictures_of_a_game_are_removed_together(store: ImageStore, photo: Photo) -> None:
    game_id, other = new_id(), new_id()
    gone = store.save(game_id, 0, TAKEN, photo())
    kept = store.save(other, 0, TAKEN, photo())

    store.delete_game(game_id)
    store.delete_game(game_id)

    assert not (store.base / "games" / game_id).exists()
    assert store.read(kept.image)
    with pytest.raises(NotFound):
        store.read(gone.image)


@pytest.mark.parametrize("game_id", ["", "..", "../../etc", "a\0b", "x" * 300, "🎲" * 32, "a/b"])
def test_an_id_that_is_none_leads_nowhere(store: ImageStore, photo: Photo, game_id: str) -> None:
    with pytest.raises(ValueError, match="not a game id"):
        store.save(game_id, 0, TAKEN, photo())
    with pytest.raises(ValueError, match="not a game id"):
        store.delete_game(game_id)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../twat.db",
        "games/../../twat.db",
        "games/{id}/../{id}/cap_0000_20261122T140509Z.jpg",
        "games/{id}/cap_0000_20261122T140509Z.jpg\0",
        "games/{id}/cap_0000_20261122T140509Z.jpg\n",
        "games/{id}/cap_0000_20261122T140509Z.png",
        "games/{id}/.writing-1",
    ],
)
def test_a_path_that_is_none_of_the_store_leads_nowhere(store: ImageStore, name: str) -> None:
    name = name.format(id=new_id())

    for call in (store.read, store.path, lambda n: store.save_overlay(n, b"x")):
        with pytest.raises(ValueError, match="not a picture"):
            call(name)


def test_stray_temporary_files_are_swept_at_the_start(store: ImageStore, photo: Photo) -> None:
    stored = store.save(new_id(), 0, TAKEN, photo())
    folder = store.path(stored.image).parent
    (folder / ".writing-abc").write_bytes(b"half")
    (folder.parent / ".writing-def").touch()

    assert store.prepare() == 2

    assert sorted(path.name for path in folder.iterdir()) == [
        "cap_0000_20261122T140509Z.jpg",
        "thumb_0000_20261122T140509Z.jpg",
    ]


def test_a_sheet_is_no_picture_of_the_game_and_goes(store: ImageStore, photo: Photo) -> None:
    game_id = new_id()

    sheet = store.save_sheet(game_id, photo())

    assert sheet.parent == store.base / "games" / game_id
    assert sheet.read_bytes() == photo()
    assert store.files(game_id) == []
    assert store.size(game_id) == 0
    store.remove_sheet(sheet)
    store.remove_sheet(sheet)
    assert not sheet.exists()
    with pytest.raises(ValueError, match="not a game id"):
        store.save_sheet("..", photo())


def test_a_sheet_that_a_crash_left_is_swept(store: ImageStore, photo: Photo) -> None:
    sheet = store.save_sheet(new_id(), photo())

    assert store.prepare() == 1

    assert not sheet.exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotWritable):
        ImageStore(tmp_path / "file").prepare()


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, NotWritable)],
)
def test_a_failed_write_leaves_nothing_behind(
    store: ImageStore,
    photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Exception],
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(error):
        store.save(new_id(), 0, TAKEN, photo())

    assert [path for path in store.base.rglob("*") if path.is_file()] == []


def test_a_share_that_cannot_sync_folders_is_fine(
    store: ImageStore, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: object, _flags: int) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(images.os, "open", refuse)
    folder = store.base / "games"

    images._sync_folder(folder)


def test_a_picture_that_cannot_be_read_is_said(store: ImageStore) -> None:
    name = f"games/{new_id()}/cap_0000_20261122T140509Z.jpg"
    store.path(name).mkdir(parents=True)

    with pytest.raises(NotWritable):
        store.read(name)


def test_times_are_utc(store: ImageStore, photo: Photo) -> None:
    stored = store.save(new_id(), 0, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), photo())

    assert stored.image.endswith("/cap_0000_20260102T030405Z.jpg")
