"""A game as an animated WebP: its photos one after the other, the board turned straight.

Only Pillow is used: it is what Home Assistant has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

type Corners = Sequence[tuple[float, float]]
"""Top left, top right, bottom right, bottom left of the board, 0…1 of the photo."""

LONGER_SIDE: Final = 640
"""Of the film, in pixels."""

MOST_FRAMES: Final = 150
"""Pillow holds all pictures of a film in memory: 1.3 MB each."""

_CAPTION: Final = 56
_INK: Final = (245, 240, 228)
_PAPER: Final = (28, 26, 23)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the film.

    Attributes:
        photo: JPEG bytes.
        caption: What happened, one line.
    """

    photo: bytes
    caption: str


def write_timelapse(
    frames: Iterable[Frame],
    corners: Corners | None,
    aspect: float = 1.0,
    *,
    seconds: float = 1.2,
) -> bytes:
    """Return the film; the last picture stays three times as long.

    Args:
        frames: In order; at least one, and at most `MOST_FRAMES` (see `thinned`).
        corners: Where the board lies in the photos; None shows them whole.
        aspect: The board's width over its height.
        seconds: How long each picture is shown.

    Raises:
        ValueError: There are no frames.
    """
    size = _size(aspect)
    pictures = [_picture(frame, corners, size) for frame in frames]
    if not pictures:
        raise ValueError("a film needs a picture")
    spans = [round(seconds * 1000)] * len(pictures)
    spans[-1] *= 3
    target = BytesIO()
    pictures[0].save(
        target,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=spans,
        loop=0,
        quality=70,
        method=2,
    )
    return target.getvalue()


def thinned[T](pictures: Sequence[T]) -> Sequence[T]:
    """Return at most `MOST_FRAMES` of a game's pictures, evenly chosen, the first and last among them."""
    if len(pictures) <= MOST_FRAMES:
        return pictures
    step = (len(pictures) - 1) / (MOST_FRAMES - 1)
    return [pictures[round(n * step)] for n in range(MOST_FRAMES)]


def _size(aspect: float) -> tuple[int, int]:
    if aspect >= 1:
        return LONGER_SIDE, max(2, round(LONGER_SIDE / aspect))
    return max(2, round(LONGER_SIDE * aspect)), LONGER_SIDE


def _picture(frame: Frame, corners: Corners | None, size: tuple[int, int]) -> Image.Image:
    """Return the board as seen from straight above, with the caption below it."""
    with Image.open(BytesIO(frame.photo), formats=["JPEG"]) as opened:
        # A photo of twelve megapixels is read at a fraction of its size.
        opened.draft("RGB", (2 * size[0], 2 * size[1]))
        photo = ImageOps.exif_transpose(opened).convert("RGB")
    if corners is None:
        board = ImageOps.pad(photo, size, color=_PAPER)
    else:
        board = photo.transform(
            size,
            Image.Transform.PERSPECTIVE,
            _perspective([(x * photo.width, y * photo.height) for x, y in corners], size),
            Image.Resampling.BILINEAR,
        )
    picture = Image.new("RGB", (size[0], size[1] + _CAPTION), _PAPER)
    picture.paste(board, (0, 0))
    font = ImageFont.load_default(20)  # which has no arrows
    drawing = ImageDraw.Draw(picture)
    text = _fitting(frame.caption.replace("→", ">"), drawing, font, size[0] - 32)
    drawing.text((16, size[1] + _CAPTION // 2), text, _INK, font, "lm")
    return picture


def _fitting(
    text: str,
    drawing: ImageDraw.ImageDraw,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    width: int,
) -> str:
    if drawing.textlength(text, font) <= width:
        return text
    while text and drawing.textlength(f"{text}…", font) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _perspective(corners: Corners, size: tuple[int, int]) -> tuple[float, ...]:
    """Return the coefficients with which Pillow maps the film's pixels to the photo's.

    Source: P. Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989), section 2.2.3:
    the projective map of the unit square to a quadrilateral, here of the film's rectangle.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    determinant = dx1 * dy2 - dx2 * dy1
    g = (dx3 * dy2 - dx2 * dy3) / determinant
    h = (dx1 * dy3 - dx3 * dy1) / determinant
    width, height = size
    return (
        (x1 - x0 + g * x1) / width,
        (x3 - x0 + h * x3) / height,
        x0,
        (y1 - y0 + g * y1) / width,
        (y3 - y0 + h * y3) / height,
        y0,
        g / width,
        h / height,
    )
