"""Uploading photos."""

import asyncio
import errno
import io
import os

from PIL import Image
import pytest


async def test_upload_is_kept_and_known_afterwards(service, photo, sha):
    data = photo()
    address = f"/v1/images/{sha(data)}"
    assert (await service.session.head(address)).status == 404

    async with service.session.put(address, data=data) as response:
        assert response.status == 201
        assert await response.json() == {"sha256": sha(data)}

    assert (await service.session.head(address)).status == 200
    assert (await service.session.put(address, data=data)).status == 200
    assert (service.data_dir / "images" / sha(data)).read_bytes() == data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_formats_that_cameras_write_are_taken(service, photo, kind):
    await service.upload(photo(kind=kind))


async def test_upload_in_pieces_without_a_length(service, photo, sha):
    data = photo(size=(1600, 1200), kind="PNG")
    assert len(data) > 1024 * 1024

    async def pieces():
        for start in range(0, len(data), 10_000):
            yield data[start : start + 10_000]

    async with service.session.put(f"/v1/images/{sha(data)}", data=pieces()) as response:
        assert response.status == 201


async def test_same_photo_uploaded_twice_at_once(service, photo, sha):
    data = photo()
    first, second = await asyncio.gather(
        service.session.put(f"/v1/images/{sha(data)}", data=data),
        service.session.put(f"/v1/images/{sha(data)}", data=data),
    )
    assert sorted([first.status, second.status]) == [200, 201]
    assert [p.name for p in (service.data_dir / "images").iterdir()] == [sha(data)]


def _truncated(data):
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda photo: b"", "not_an_image"),
        (lambda photo: b"hello", "not_an_image"),
        (lambda photo: _truncated(photo()), "not_an_image"),
        (lambda photo: _truncated(photo(kind="PNG")), "not_an_image"),
        (lambda photo: _truncated(photo(kind="WEBP")), "not_an_image"),
        (lambda photo: photo(kind="GIF"), "not_an_image"),
        (lambda photo: photo(size=(1, 1)), "image_too_small"),
        (lambda photo: photo(size=(640, 63)), "image_too_small"),
    ],
    ids=["empty", "text", "half JPEG", "half PNG", "half WebP", "GIF", "1×1", "63 high"],
)
async def test_what_is_no_photo_is_refused(service, photo, sha, make, code):
    data = make(photo)
    status, error = await service.error("PUT", f"/v1/images/{sha(data)}", data=data)
    assert (status, error["code"]) == (422, code)
    assert list((service.data_dir / "images").iterdir()) == []


async def test_wrong_hash_is_refused(service, photo, sha):
    data = photo()
    status, error = await service.error("PUT", f"/v1/images/{'0' * 64}", data=data)
    assert (status, error["code"]) == (422, "hash_mismatch")
    assert error["details"] == {"expected": "0" * 64, "received": sha(data)}
    assert list((service.data_dir / "images").iterdir()) == []


@pytest.mark.parametrize("name", ["abc", "g" * 64, "A" * 64, "..%2f..%2ftoken", "%00" * 64, "😀"])
async def test_address_that_is_no_hash_is_refused(service, photo, name):
    status, error = await service.error("PUT", f"/v1/images/{name}", data=photo())
    assert (status, error["code"]) == (422, "invalid_field")
    assert error["details"]["field"] == "sha256"
    assert (await service.session.head(f"/v1/images/{name}")).status == 404


def _bomb(side):
    """A PNG of a few kilobytes that unpacks to side² pixels."""
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG", optimize=True)
    return file.getvalue()


@pytest.mark.parametrize("side", [8_001, 20_000], ids=["64 MP", "400 MP"])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_bomb_is_refused_by_its_header(service, sha, side):
    data = _bomb(side)
    assert len(data) < 100_000
    status, error = await service.error("PUT", f"/v1/images/{sha(data)}", data=data)
    assert (status, error["code"]) == (413, "too_many_pixels")
    assert error["details"] == {"max_pixels": 64_000_000}


async def test_more_bytes_than_allowed_are_refused_before_they_are_sent(service):
    status, error = await service.error(
        "PUT", f"/v1/images/{'0' * 64}", data=bytes(32 * 1024 * 1024 + 1)
    )
    assert (status, error["code"]) == (413, "too_large")
    assert error["details"] == {"max_bytes": 32 * 1024 * 1024}


async def test_more_bytes_than_allowed_without_a_length_are_refused(service):
    async def pieces():
        for _ in range(33):
            yield bytes(1024 * 1024)

    status, error = await service.error("PUT", f"/v1/images/{'0' * 64}", data=pieces())
    assert (status, error["code"]) == (413, "too_large")
    assert list((service.data_dir / "images").iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_full_disk_is_said(service, photo, sha, monkeypatch, number):
    def full(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    data = photo()
    status, error = await service.error("PUT", f"/v1/images/{sha(data)}", data=data)
    assert (status, error["code"]) == (507, "disk_full")
    monkeypatch.undo()

    assert list((service.data_dir / "images").iterdir()) == []
    await service.upload(data)


async def test_broken_disk_is_an_internal_error(service, photo, sha, monkeypatch):
    def broken(handle):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    data = photo()
    status, error = await service.error("PUT", f"/v1/images/{sha(data)}", data=data)
    assert (status, error["code"]) == (500, "internal")
    monkeypatch.undo()


async def test_least_recently_used_photos_go_first(start_service, photo):
    photos = [photo(seed) for seed in range(4)]
    room = sum(len(data) for data in photos[:3])
    async with start_service(cache_bytes=room + 1000) as service:
        shas = [await service.upload(data) for data in photos[:3]]
        await service.upload(photos[0])  # used again
        last = await service.upload(photos[3])

        known = [(await service.session.head(f"/v1/images/{s}")).status for s in [*shas, last]]
        assert known == [200, 404, 200, 200]


async def test_order_of_use_survives_a_restart(start_service, photo):
    photos = [photo(seed) for seed in range(3)]
    room = sum(len(data) for data in photos[:2]) + 1000
    async with start_service(cache_bytes=room) as service:
        first, second = [await service.upload(data) for data in photos[:2]]
        await service.upload(photos[0])
    async with start_service(cache_bytes=room) as service:
        await service.upload(photos[2])
        assert (await service.session.head(f"/v1/images/{first}")).status == 200
        assert (await service.session.head(f"/v1/images/{second}")).status == 404


async def test_photos_of_unfinished_jobs_are_never_evicted(start_service, photo, sha):
    photos = [photo(seed) for seed in range(3)]
    async with start_service(cache_bytes=len(photos[0]) + len(photos[1]) // 2) as service:
        held = service.hold("hold-1")
        first = await service.upload(photos[0])
        async with service.events() as events:
            await service.submit("hold-1", first)
            await events.until("progress", stage="aligning")

            status, error = await service.error(
                "PUT", f"/v1/images/{sha(photos[1])}", data=photos[1]
            )
            assert (status, error["code"]) == (503, "cache_full")
            assert (await service.session.head(f"/v1/images/{first}")).status == 200

            await service.release(held)
            await events.until("completed")
        await service.upload(photos[1])
        assert (await service.session.head(f"/v1/images/{first}")).status == 404


async def test_photo_removed_by_hand_is_asked_for_again(service, photo, analysis):
    known = await service.upload(photo())
    (service.data_dir / "images" / known).unlink()
    status, error = await service.error("POST", "/v1/analyses", json=analysis("a", known))
    assert (status, error["code"]) == (409, "images_missing")
    await service.upload(photo())
    await service.submit("a", known)
