"""Finding a board in a photo."""

from .decode import Image, decode_image
from .types import BoardSuggestion, Corners, Layout


def detect_board(image: Image | bytes, layout: Layout) -> BoardSuggestion:
    """Suggest where the board is in a photo."""
    if isinstance(image, bytes):
        decode_image(image)
    return BoardSuggestion(None, 0.0, "none")


def find_corners(
    image: Image, layout: Layout, markers: tuple[int, int, int, int] | None
) -> Corners | None:
    """Corners of the board in a photo, None when unsure."""
    return detect_board(image, layout).corners
