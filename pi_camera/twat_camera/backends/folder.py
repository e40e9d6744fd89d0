"""A camera that shows the photos of a folder, one after the other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from twat_camera.camera import CameraError, Locks, Still

_UNREADABLE = (UnidentifiedImageError, OSError, Image.DecompressionBombError)
"""What Pillow raises for something that is no photo, or would not fit into memory."""


class UnknownPhoto(Exception):
    """The folder has no photo of that name."""


class FolderCamera:
    """Serves the stored bytes of `*.jpg` in the order of their names; the last one repeats.

    Photos keep their own size, whatever resolution is asked for: nothing is made up.

    Args:
        folder: Where the photos are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0
        self._photos: list[str] = []
        self._locks = Locks(focus=True, exposure=True, white_balance=True)

    @property
    def model(self) -> str:
        """Names the folder."""
        return f"Photos in {self._folder.name}"

    @property
    def locks(self) -> Locks:
        """What was asked for; photos are what they are."""
        return self._locks

    @property
    def photos(self) -> tuple[str, ...]:
        """Names of the photos, in order."""
        return tuple(self._photos)

    @property
    def next_photo(self) -> str:
        """Name of the photo that the next still is."""
        return self._photos[self._next]

    def start(self) -> None:
        """List the folder."""
        try:
            names = sorted(
                entry.name
                for entry in self._folder.iterdir()
                if entry.suffix.lower() in {".jpg", ".jpeg"} and entry.is_file()
            )
        except OSError as err:
            raise CameraError(f"cannot read the folder {self._folder}: {err.strerror}") from err
        if not names:
            raise CameraError(f"there are no JPEG photos in {self._folder}")
        self._photos = names
        self._next = min(self._next, len(names) - 1)

    def close(self) -> None:
        """Nothing to let go of."""

    def capture(self, resolution: str) -> Still:
        """Return the next photo unchanged and go on to the one after it."""
        name = self.next_photo
        data = self._read(name)
        try:
            with Image.open(io.BytesIO(data)) as photo:
                size = photo.size
                focus = _sharpness(photo)
        except _UNREADABLE as err:
            raise CameraError(f"{name} is no photo: {err}") from err
        self._next = min(self._next + 1, len(self._photos) - 1)
        return Still(data, datetime.now(UTC), size, sharpness=focus)

    def preview(self, width: int) -> bytes:
        """Return the next photo, small."""
        name = self.next_photo
        try:
            with Image.open(io.BytesIO(self._read(name))) as photo:
                photo.draft("RGB", (width, width))
                upright = ImageOps.exif_transpose(photo).convert("RGB")
                height = max(1, round(width * upright.height / upright.width))
                out = io.BytesIO()
                upright.resize((width, height), Image.Resampling.BILINEAR).save(
                    out, "JPEG", quality=85
                )
        except _UNREADABLE as err:
            raise CameraError(f"{name} is no photo: {err}") from err
        return out.getvalue()

    def set_locks(self, changes: Mapping[str, bool]) -> Locks:
        """Remember what was asked for."""
        self._locks = replace(self._locks, **changes)
        return self._locks

    def prepare(self) -> None:
        """Nothing can be done ahead."""

    def select(self, photo: str) -> None:
        """Make a photo the next still.

        Raises:
            UnknownPhoto: The folder has none of that name.
        """
        if photo not in self._photos:
            raise UnknownPhoto(photo)
        self._next = self._photos.index(photo)

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as err:
            raise CameraError(f"cannot read {name}: {err.strerror}") from err


def _sharpness(photo: Image.Image) -> float:
    """Return the variance of the Laplacian at the size at which it decodes fastest."""
    photo.draft("L", (1024, 1024))
    grey = np.asarray(photo.convert("L"), np.float32)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return round(float(laplacian.var()), 2) if laplacian.size else 0.0
