"""Decoded photos and what is worked out of them, each once.

The after photo of one analysis is the before photo of the next, and the reference stays: decoded picture, brightness,
features, rectified boards and colours of a photo are kept with it, and photos by their SHA-256 in a bounded cache.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass
import hashlib
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image, decode_image
from .geometry import FloatImage, Frame, Mask, Matrix, fineness, rectify, resize_matrix
from .lens import PLAIN, Lens
from .maps import to_lab

T = TypeVar("T")

CACHE_BYTES = 160 * 1024 * 1024
"""What a cache holds at most. A 12-megapixel photo of a board that fills it takes 10 to 30 MB."""
KEPT = 3
"""Photos that are kept whatever their size: the ones of a single analysis."""
NEARLY = 0.2
"""What may be missing to the next whole number for a photo to be reduced by it."""
MOST_DERIVED = 24
"""Things kept with one photo; rectified boards of positions that were tried and dropped go first."""


class Photo:
    """One decoded photo; not to be written to.

    Args:
        image: BGR uint8 ``(h, w, 3)``.
        factor: full-size pixels per pixel of ``image``, from 1.
        digest: SHA-256 of the file, empty for a picture that never was one.
    """

    def __init__(self, image: Image, factor: int = 1, digest: bytes = b"") -> None:
        self.image = image
        self.digest = digest
        self.factor = factor
        self._derived: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of ``image``."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of the picture and of all that is kept with it."""
        return self.image.nbytes + sum(size for _, size in self._derived.values())

    def derive(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what is worked out of this photo, from memory when it was worked out before.

        Args:
            key: what it is, with all it depends on besides the photo.
            work: makes it; called at most once while the photo keeps it.

        Returns:
            The work's result; not to be written to.
        """
        if key not in self._derived:
            value = work()
            self._derived[key] = value, _nbytes(value)
            while len(self._derived) > MOST_DERIVED:
                self._derived.popitem(last=False)
        self._derived.move_to_end(key)
        return cast("T", self._derived[key][0])

    @property
    def grey(self) -> NDArray[np.uint8]:
        """Brightness, uint8 ``(h, w)``."""
        return self._grey(1)

    def canvas(
        self, to_image: Matrix, frame: Frame, shifts: NDArray[np.float32] | None = None
    ) -> tuple[Image, Mask]:
        """Return the rectified board, see `geometry.rectify`; kept.

        Args:
            to_image: unit → pixel, float64 ``(3, 3)``.
            frame: the canvas.
            shifts: local shifts in units, float32 ``(rows, columns, 2)``, None for none.

        Returns:
            BGR uint8 ``(H, W, 3)``, and where it shows the photo, bool ``(H, W)``.
        """
        key = ("canvas", frame, _place(to_image, shifts))

        def work() -> tuple[Image, Mask]:
            reduce, to_reduced = _whole_reduction(to_image, frame)
            return rectify(self._reduced(reduce), to_reduced @ to_image, frame, shifts)

        return self.derive(key, work)

    def lab_canvas(self, to_image: Matrix, frame: Frame) -> FloatImage:
        """Return the rectified board in CIELAB, see `maps.to_lab`; kept.

        Args:
            to_image: unit → pixel, float64 ``(3, 3)``.
            frame: the canvas.

        Returns:
            float32 ``(H, W, 3)``.
        """
        key = ("lab", frame, _place(to_image))
        canvas, _ = self.canvas(to_image, frame)
        return self.derive(key, lambda: to_lab(canvas.astype(np.float32)))

    def grey_canvas(
        self, to_image: Matrix, frame: Frame, shifts: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.uint8], Mask]:
        """Return the rectified board's brightness, see `geometry.rectify`.

        Args:
            to_image: unit → pixel, float64 ``(3, 3)``.
            frame: the canvas.
            shifts: local shifts in units, float32 ``(rows, columns, 2)``, None for none.

        Returns:
            uint8 ``(H, W)``, and where it shows the photo, bool ``(H, W)``.
        """
        reduce, to_reduced = _whole_reduction(to_image, frame)
        return rectify(self._grey(reduce), to_reduced @ to_image, frame, shifts)

    def _grey(self, reduce: int) -> NDArray[np.uint8]:
        """Brightness of the picture reduced by a whole number."""

        def work() -> NDArray[np.uint8]:
            return np.asarray(cv2.cvtColor(self._reduced(reduce), cv2.COLOR_BGR2GRAY), np.uint8)

        return self.derive(("grey", reduce), work)

    def _reduced(self, reduce: int) -> Image:
        """The picture reduced by a whole number, by area: OpenCV is twenty times as fast at it as at a fraction.

        Rows and columns at the right and the bottom that do not fill a pixel are left out.
        """
        if reduce == 1:
            return self.image
        width, height = self.size[0] // reduce, self.size[1] // reduce
        whole = self.image[: height * reduce, : width * reduce]

        def work() -> Image:
            return np.asarray(
                cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8
            )

        return self.derive(("reduced", reduce), work)


@dataclass(frozen=True, slots=True)
class Board:
    """A photo and where the board is in it: unit → pixel, for a board of ``columns`` × ``rows`` units."""

    photo: Photo
    to_image: Matrix
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Boards:
    """The boards of a pair; ``first`` is the one whose corners were given: the setup's in a game, else ``before``."""

    first: Board
    before: Board
    after: Board


class PhotoCache:
    """Photos by their content, the ones used last; not to be shared between threads.

    Args:
        most_bytes: what is kept at most, besides the `KEPT` photos used last.
    """

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._most = most_bytes
        self._photos: OrderedDict[tuple[bytes, int, Lens], Photo] = OrderedDict()

    def photo(self, data: bytes, reduce: int) -> Photo:
        """Return the photo of a file, decoded now or before.

        Args:
            data: a JPEG, PNG or WebP file.
            reduce: 1, 2, 4 or 8, see `decode.decode_image`.

        Returns:
            The photo; the cache keeps it.

        Raises:
            PipelineError: see `decode.decode_image`.
        """
        digest = hashlib.sha256(data).digest()
        return self._kept(
            (digest, reduce, PLAIN), lambda: Photo(decode_image(data, reduce), reduce, digest)
        )

    def straight(self, photo: Photo, lens: Lens) -> Photo:
        """Return a photo without the bend of its lens, straightened now or before.

        Args:
            photo: as taken, from `photo`.
            lens: what it was taken with.

        Returns:
            The straightened photo; the cache keeps it.
        """
        factor, digest = photo.factor, photo.digest
        return self._kept(
            (digest, factor, lens), lambda: Photo(lens.picture(photo.image), factor, digest)
        )

    def _kept(self, key: tuple[bytes, int, Lens], work: Callable[[], Photo]) -> Photo:
        if key not in self._photos:
            self._photos[key] = work()
        self._photos.move_to_end(key)
        return self._photos[key]

    def trim(self) -> None:
        """Let go of the photos that were not used for longest, until the rest fits."""
        held = sum(photo.nbytes for photo in self._photos.values())
        while held > self._most and len(self._photos) > KEPT:
            _, photo = self._photos.popitem(last=False)
            held -= photo.nbytes


def _whole_reduction(to_image: Matrix, frame: Frame) -> tuple[int, Matrix]:
    """The whole number by which a photo is reduced on the way to a canvas, and pixel → pixel of the reduced photo."""
    reduce = max(1, int(fineness(to_image, frame) + NEARLY))
    return reduce, resize_matrix((reduce, reduce), (1, 1))


def _place(to_image: Matrix, shifts: NDArray[np.float32] | None = None) -> tuple[bytes, bytes]:
    return to_image.tobytes(), b"" if shifts is None else shifts.tobytes()


def _nbytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, tuple):
        return sum(map(_nbytes, value))
    if is_dataclass(value):
        return sum(_nbytes(getattr(value, field.name)) for field in fields(value))
    return 0
