"""Reads a board from photos: what changed between two of them, and which moves explain it.

Pure functions on images, without network, files or games. What they take and return is in `types`.
"""

from .analyse import analyse
from .decode import decode_image
from .detect import detect_board
from .overlay import draw_overlay
from .photo import PhotoCache

__all__ = ["PhotoCache", "analyse", "decode_image", "detect_board", "draw_overlay"]
