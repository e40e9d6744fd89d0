"""Every failure of the inner layers has its translated form."""

from pathlib import Path

import pytest

from custom_components.twat.clients.errors import (
    Busy,
    ConnectionFailed,
    Hop,
    NotAService,
    Rejected,
    TimedOut,
    Unauthorized,
    WrongService,
    WrongVersion,
)
from custom_components.twat.errors import service_error, storage_error
from custom_components.twat.storage.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    DatabaseUnavailable,
    DiskFull,
    HeadMoved,
    ImageRejected,
    NotFound,
    NotWritable,
)


@pytest.mark.parametrize("hop", [Hop.CAMERA, Hop.VISION])
@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda hop: ConnectionFailed(hop, "x"), "unreachable"),
        (lambda hop: TimedOut(hop, "x"), "unreachable"),
        (lambda hop: Unauthorized(hop, "x"), "unauthorized"),
        (lambda hop: WrongVersion(hop, 2), "wrong_version"),
        (lambda hop: WrongService(hop, "other"), "not_understood"),
        (lambda hop: NotAService(hop, "x"), "not_understood"),
        (lambda hop: Rejected(hop, 422, "no", "x"), "rejected"),
        (lambda hop: Busy(hop, 503, "full", "x", retry_after=1), "busy"),
    ],
)
async def test_services(hass, hop, make, key) -> None:
    error = service_error(make(hop))
    assert (error.hop, error.translation_key) == (hop, f"{hop}_{key}")
    assert error.failure.hop == hop


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (NotFound("game", "x"), "unknown_game"),
        (NotFound("image", "x"), "unknown_image"),
        (HeadMoved("x"), "game_moved_on"),
        (ImageRejected("black", "x"), "image_black"),
        (DiskFull("x"), "disk_full"),
        (NotWritable(Path("x"), "y"), "not_writable"),
        (DatabaseLocked("x"), "database_locked"),
        (DatabaseCorrupt("x", None), "database_damaged"),
        (DatabaseUnavailable("x"), "database_unavailable"),
    ],
)
async def test_storage(hass, error, key) -> None:
    assert storage_error(error).translation_key == key
