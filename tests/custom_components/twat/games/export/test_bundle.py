"""A bundle brings a game back with its photos; no other ZIP file gets anything past it."""

from collections.abc import Callable
from io import BytesIO
import json
from typing import Any
import zipfile

from hypothesis import given, strategies as st
import pytest

from custom_components.twat.games.errors import GameError
from custom_components.twat.games.export import bundle
from custom_components.twat.games.export.bundle import Bundle, write_bundle
from custom_components.twat.games.export.errors import ImportFault
from custom_components.twat.games.profiles import load_profiles

from .conftest import Playing


def packed(playing: Playing) -> bytes:
    target = BytesIO()
    count = write_bundle(target, playing.archive, sorted(playing.photos.items()))
    assert count == len(playing.photos)
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def repacked(files: list[tuple[str, bytes]]) -> BytesIO:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files:
            file.writestr(name, data)
    return target


def test_a_game_comes_back_with_its_photos(chess: Playing) -> None:
    data = packed(chess)

    opened = Bundle(BytesIO(data))
    photos = {photo.name: opened.read(photo) for photo in opened.photos}

    assert opened.archive == chess.archive
    assert photos == chess.photos
    assert (opened.photos[0].sequence, opened.photos[0].field) == (0, "image")
    again = BytesIO()
    write_bundle(again, opened.archive, sorted(photos.items()))
    assert again.getvalue() == data


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04nonsense", b"%PDF-1.7"])
def test_no_zip(data: bytes) -> None:
    with pytest.raises(ImportFault, match="no ZIP"):
        Bundle(BytesIO(data))


@pytest.mark.parametrize(
    "name",
    [
        "../../configuration.yaml",
        "/etc/passwd",
        "photos/../../evil.jpg",
        "photos/cap_0000_20261122T190100Z.jpg/../x",
        "photos/cap_0000_20261122T190100Z.png",
        "C:\\evil.jpg",
        "photos/",
        "photos/cap_0000_20261122T190100Z.jpg\n",
    ],
)
def test_paths_that_lead_elsewhere(chess: Playing, name: str) -> None:
    files = [*unpacked(packed(chess)).items(), (name, b"x")]
    with pytest.raises(ImportFault, match="no file of an exported game"):
        Bundle(repacked(files))


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__delitem__(name)


def _manifest(change: Callable[[Any], None]) -> Callable[[dict[str, bytes]], None]:
    def rewrite(files: dict[str, bytes]) -> None:
        content = json.loads(files["manifest.json"])
        change(content)
        files["manifest.json"] = json.dumps(content).encode()

    return rewrite


PHOTO = "photos/cap_0000_20261122T190100Z.jpg"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_without("manifest.json"), "manifest.json: is missing"),
        (_without("game.json"), "game.json: is missing"),
        (_without(PHOTO), "is missing"),
        (_manifest(lambda m: m["files"].pop(PHOTO)), "not in the manifest"),
        (_manifest(lambda m: m["files"].pop("game.json")), "not in the manifest"),
        (_manifest(lambda m: m.update(format="other")), "no game exported"),
        (_manifest(lambda m: m.update(version="x")), "not understood"),
        (_manifest(lambda m: m.update(files=[])), "not understood"),
        (_manifest(lambda m: m["files"].update({PHOTO: 3})), "size and sha256"),
        (_manifest(lambda m: m["files"]["game.json"].update(size=1)), "checksum"),
        (_manifest(lambda m: m["files"][PHOTO].update(size=2**50)), "GiB"),
        (_manifest(lambda m: m["files"][PHOTO].update(sha256="0" * 64)), "capture knows"),
        (lambda files: files.update({"manifest.json": b"{"}), "no JSON"),
        (lambda files: files.update({"game.json": b"{}"}), "checksum"),
    ],
)
def test_bundles_that_are_not_whole(
    chess: Playing, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    files = unpacked(packed(chess))
    change(files)
    with pytest.raises(ImportFault, match=reason):
        Bundle(repacked(list(files.items())))


def test_a_newer_bundle_is_said(chess: Playing) -> None:
    files = unpacked(packed(chess))
    _manifest(lambda m: m.update(version=2))(files)
    with pytest.raises(GameError) as err:
        Bundle(repacked(list(files.items())))
    assert err.value.key == "import_too_new"


def test_a_photo_that_was_changed_is_found_when_it_is_read(chess: Playing) -> None:
    files = unpacked(packed(chess))
    files[PHOTO] = files[PHOTO][:-1] + b"x"
    opened = Bundle(repacked(list(files.items())))
    with pytest.raises(ImportFault, match="checksum"):
        opened.read(opened.photos[0])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("photos/cap_0099_20261122T190100Z.jpg", "no capture 99"),
        ("photos/cap_0000_20271122T190100Z.jpg", "second image"),
    ],
)
def test_photos_of_no_capture(chess: Playing, name: str, reason: str) -> None:
    chess.photos[name.removeprefix("photos/")] = chess.photos[PHOTO.removeprefix("photos/")]
    with pytest.raises(ImportFault, match=reason):
        Bundle(BytesIO(packed(chess)))


def test_a_name_that_is_there_twice(chess: Playing) -> None:
    files = [*unpacked(packed(chess)).items()]
    with pytest.warns(UserWarning, match="Duplicate"):
        target = repacked([*files, files[0]])
    with pytest.raises(ImportFault, match="twice"):
        Bundle(target)


def test_a_bomb_is_not_unpacked(chess: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST_PHOTO", 100_000)
    chess.photos[PHOTO.removeprefix("photos/")] = b"\0" * 50_000_000
    files = unpacked(packed(chess))
    _manifest(lambda m: m["files"][PHOTO].update(sha256=chess.captures[0].image_sha256))(files)
    target = repacked(list(files.items()))
    assert len(target.getvalue()) < 1_000_000
    opened = Bundle(target)
    with pytest.raises(ImportFault, match="larger than"):
        opened.read(opened.photos[0])


def test_too_many_files(chess: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_PHOTOS", 2)
    with pytest.raises(ImportFault, match="more than 2 files"):
        Bundle(BytesIO(packed(chess)))


def _small() -> bytes:
    playing = Playing(
        load_profiles().get("generic_grid"), [{"name": "Alice"}, {"name": "Bob"}], name="Small"
    )
    playing.capture()
    return packed(playing)


SMALL = _small()


@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=0, max_size=3), st.booleans())
def test_a_damaged_file_is_refused_or_harmless(at: int, garbage: bytes, cut: bool) -> None:
    data = SMALL[:at] + garbage + (b"" if cut else SMALL[at + len(garbage) :])
    try:
        opened = Bundle(BytesIO(data))
        photos = [opened.read(photo) for photo in opened.photos]
    except GameError:
        return
    original = Bundle(BytesIO(SMALL))
    assert opened.archive == original.archive
    assert photos == [original.read(photo) for photo in original.photos]
