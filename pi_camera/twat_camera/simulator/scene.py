"""The table under even light and without noise: what is rendered once per position, not per still.

Table and board never change and are drawn when the scene is made. A position is composed when it
is first asked for: pieces, the shadows they cast, and where a knocked camera sees it all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from . import boards
from .lamp import Lamp
from .optics import HEIGHT, WIDTH, Optics, Pose
from .pieces import draw, foot, height
from .play import Standing
from .solids import Solids, draw_solid
from .spaces import Board, GridBoard
from .sprite import Sprite
from .texture import Image, blur
from .zone_art import zone_board

Photo = npt.NDArray[np.uint8]
"""H×W×3, BGR as OpenCV and its JPEG writer want it."""

_SHADOW_SCALE = 4
_BOARD_THICKNESS = 0.008
_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
"""Centres of pixels are at whole numbers for OpenCV, at halves for us."""


def _drawn_board(board: Board, rng: np.random.Generator) -> Image:
    return boards.grid_board(board, rng) if isinstance(board, GridBoard) else zone_board(board, rng)


@dataclass(frozen=True, slots=True)
class Art:
    """How the flat things look, as seen from straight above: RGB float32 in 0…1.

    Attributes:
        table: Draws a table of a width and height in board units, `boards.TABLE_PIXELS` a unit.
        board: Draws playing area and frame, `boards.BOARD_PIXELS` a unit; None for a bare table.
        lamp: What lights it all.
        solids: Shapes of pieces besides those that every table has.
    """

    table: Callable[[float, float, np.random.Generator], Image] = boards.table_top
    board: Callable[[Board, np.random.Generator], Image] | None = _drawn_board
    lamp: Lamp = field(default_factory=Lamp)
    solids: Solids = field(default_factory=dict)


class Scene:
    """A table with a board on it, seen by one camera.

    Args:
        board: The board that lies on the table.
        seed: Everything random about the scene follows from it.
        art: What table and board look like.
        optics: The camera; None hangs one over the board.
    """

    def __init__(
        self, board: Board, seed: int, art: Art | None = None, optics: Optics | None = None
    ) -> None:
        rng = np.random.default_rng([seed, 1])
        self.board = board
        self.optics = optics or Optics.over(board, rng)
        self._art = art or Art()
        self._static = self._draw_static(self._art, rng)
        self._first = self.optics, self._static
        self._sprites: dict[Standing, Sprite] = {}
        self._composed: tuple[tuple[Standing, ...], Pose, Photo] | None = None

    def corners(self, pose: Pose) -> npt.NDArray[np.float64]:
        """Return the playing area's corners in pixels (4×2): TL, TR, BR, BL."""
        width, depth = self.board.size
        world = [(0, 0, 0), (width, 0, 0), (width, depth, 0), (0, depth, 0)]
        return pose.apply(self.optics.project(world))

    def move_camera(self, optics: Optics) -> None:
        """See the same table from somewhere else.

        Table and board are flat: their picture is a homography of the first one (Hartley and
        Zisserman 2004, "Multiple View Geometry", 13.1). What stands on them is drawn anew.
        """
        first, drawn = self._first
        matrix = optics.plane(0.0) @ np.linalg.inv(first.plane(0.0))
        moved = cv2.warpPerspective(
            drawn,
            np.linalg.inv(_HALF) @ matrix @ _HALF,
            (WIDTH, HEIGHT),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        self.optics, self._static = optics, np.asarray(moved, np.uint8)
        self._sprites = {}
        self._composed = None

    def compose(self, pieces: tuple[Standing, ...], pose: Pose) -> Photo:
        """Return the picture of a position (2592×4608×3, not to be written to)."""
        if self._composed is None or self._composed[:2] != (pieces, pose):
            picture = self._place(pieces)
            if pose != Pose():
                picture = cv2.warpAffine(
                    picture,
                    pose.matrix(),
                    (WIDTH, HEIGHT),
                    flags=cv2.INTER_CUBIC,
                    borderMode=cv2.BORDER_REFLECT,
                ).astype(np.uint8, copy=False)
            self._composed = (pieces, pose, picture)
        return self._composed[2]

    def _place(self, pieces: Sequence[Standing]) -> Photo:
        picture = _darken(self._static, self._shadows(pieces))
        self._sprites = {piece: self._sprites.get(piece) or self._draw(piece) for piece in pieces}
        # A piece leans away from the camera, over the foot of the next one out: inner ones last.
        x, y = self.optics.foot
        for piece in sorted(pieces, key=lambda p: -((p.x - x) ** 2 + (p.y - y) ** 2)):
            _paste(picture, self._sprites[piece])
        return picture

    def _draw(self, piece: Standing) -> Sprite:
        unit, lamp = self.board.piece_unit, self._art.lamp
        if piece.shape in self._art.solids:
            return draw_solid(piece, self._art.solids[piece.shape], unit, self.optics, lamp)
        return draw(piece, unit, self.optics, lamp)

    def _shadows(self, pieces: Sequence[Standing]) -> npt.NDArray[np.uint8]:
        """Return how much of the light is left, 255 being all, at a quarter of the size."""
        size = (HEIGHT // _SHADOW_SCALE, WIDTH // _SHADOW_SCALE)
        cast = np.zeros(size, np.float32)
        contact = np.zeros(size, np.float32)
        for piece in pieces:
            if piece.shape in self._art.solids:
                self._solid_shadow(piece, cast, contact)
            else:
                self._round_shadow(piece, cast, contact)
        lamp = self._art.lamp
        spread = self.board.piece_unit * self.optics.scale(*self.optics.center, 0) / _SHADOW_SCALE
        cast = blur(cast, 0.11 * spread * lamp.blur)
        contact = blur(contact, 0.07 * spread)
        left = (1 - lamp.shadow * cast) * (1 - 0.30 * contact)
        return np.asarray(np.round(255 * left), np.uint8)

    def _round_shadow(self, piece: Standing, cast: Image, contact: Image) -> None:
        """Darken what a piece on a round foot keeps from the lamp, and from the room."""
        unit, away = self.board.piece_unit, self._art.lamp.away
        radius, tall = foot(piece.shape) * unit * 0.8, height(piece.shape) * unit
        spots = np.array(
            [(piece.x + away[0] * z, piece.y + away[1] * z, 0) for z in (0, tall * 0.9)]
        )
        pixels = self.optics.project(spots) / _SHADOW_SCALE
        wide = radius * self.optics.scale(piece.x, piece.y, 0) / _SHADOW_SCALE
        _capsule(cast, pixels, wide, wide * 0.75)
        _capsule(contact, pixels[:1].repeat(2, axis=0), wide * 1.3, wide * 1.3)

    def _solid_shadow(self, piece: Standing, cast: Image, contact: Image) -> None:
        """The same of every block of a solid: the hull of both its faces' shadows."""
        unit, away = self.board.piece_unit, self._art.lamp.away
        for block in self._art.solids[piece.shape]:
            ring = block.ring(piece, unit)
            faces = np.concatenate([ring + away * z * unit for z in (block.low, block.high)])
            self._shade(cast, faces)
            if block.low == 0:
                self._shade(contact, ring + 0.12 * (ring - ring.mean(axis=0)))

    def _shade(self, mask: Image, points: npt.NDArray[np.float64]) -> None:
        """Fill the hull of points of the table (N×2) with 1."""
        flat = np.column_stack([points, np.zeros(len(points))])
        pixels = (self.optics.project(flat) / _SHADOW_SCALE).astype(np.float32)
        hull = np.round(cv2.convexHull(pixels) * 16).astype(np.int32)
        cv2.fillConvexPoly(mask, hull, 1.0, cv2.LINE_AA, 4)

    def _draw_static(self, art: Art, rng: np.random.Generator) -> Photo:
        optics, board = self.optics, self.board
        across = 1.12 * WIDTH / optics.scale(*optics.center, 0)
        deep = 1.16 * HEIGHT / optics.scale(*optics.center, 0)
        origin = (optics.center[0] - across / 2, optics.center[1] - deep / 2)
        top = art.table(across, deep, rng)
        if art.board is None:
            picture = self._lay(top, origin, boards.TABLE_PIXELS, 0.0)
        else:
            picture = self._lay(top, origin, boards.TABLE_PIXELS, -_BOARD_THICKNESS)
            self._board_shadow(picture)
            drawing = _round_edge(art.board(board, rng))
            corner = (-board.frame, -board.frame)
            picture = self._lay(
                drawing * 0.45, corner, boards.BOARD_PIXELS, -0.5 * _BOARD_THICKNESS, picture
            )
            picture = self._lay(drawing, corner, boards.BOARD_PIXELS, 0.0, picture)
        picture *= _lamp(art.lamp, rng)[..., None]
        return np.ascontiguousarray((np.clip(picture, 0, 1) * 255)[..., ::-1].astype(np.uint8))

    def _lay(
        self,
        drawing: Image,
        corner: tuple[float, float],
        pixels: int,
        z: float,
        onto: Image | None = None,
    ) -> Image:
        """Put a flat drawing into the picture.

        Args:
            drawing: RGB, 0…1.
            corner: Where its top-left corner lies, board units.
            pixels: Its pixels per board unit.
            z: Its height, board units.
            onto: The picture so far, painted over; None starts one.
        """
        place = np.array([[1 / pixels, 0, corner[0]], [0, 1 / pixels, corner[1]], [0, 0, 1.0]])
        matrix = np.linalg.inv(_HALF) @ self.optics.plane(z) @ place @ _HALF
        mode = cv2.BORDER_REFLECT if onto is None else cv2.BORDER_TRANSPARENT
        target = None if onto is None else onto
        laid = cv2.warpPerspective(
            drawing, matrix, (WIDTH, HEIGHT), target, flags=cv2.INTER_LINEAR, borderMode=mode
        )
        return np.asarray(laid, np.float32)

    def _board_shadow(self, picture: Image) -> None:
        width, depth = self.board.size
        edge = self.board.frame
        right, down = np.copysign(1.6 * _BOARD_THICKNESS, self._art.lamp.away)
        outline = [
            (x + right, y + down, -_BOARD_THICKNESS)
            for x, y in (
                (-edge, -edge), (width + edge, -edge), (width + edge, depth + edge), (-edge, depth + edge),
            )
        ]  # fmt: skip
        size = (HEIGHT // _SHADOW_SCALE, WIDTH // _SHADOW_SCALE)
        mask = np.zeros(size, np.float32)
        points = np.round(self.optics.project(outline) / _SHADOW_SCALE).astype(np.int32)
        cv2.fillConvexPoly(mask, points, 1.0)
        mask = blur(mask, 5)
        picture *= 1 - 0.5 * cv2.resize(mask, (WIDTH, HEIGHT))[..., None]


def _lamp(lamp: Lamp, rng: np.random.Generator) -> Image:
    """Return the evenness of the light, 1 at its brightest: a lamp to one side, and a lens."""
    rows, columns = np.mgrid[0:81, 0:144].astype(np.float32)
    x, y = columns / 143 - 0.5, (rows / 80 - 0.5) * 9 / 16
    lamp_x, lamp_y = np.copysign(
        (rng.uniform(-0.25, -0.1), rng.uniform(-0.2, -0.1)), lamp.toward[:2]
    )
    lit = 1 / (1 + lamp.falloff * ((x - lamp_x) ** 2 + (y - lamp_y) ** 2))
    vignette = 1 - 0.22 * (x**2 + y**2)
    return np.asarray(cv2.resize(1.1 * lit * vignette, (WIDTH, HEIGHT)), np.float32)


def _round_edge(drawing: Image) -> Image:
    """Return the drawing with the lit and worn outermost millimetres of a real board."""
    worn = drawing.copy()
    worn[:6] *= 1.15
    worn[:, :6] *= 1.12
    worn[-6:] *= 0.7
    worn[:, -6:] *= 0.75
    return worn


def _capsule(
    mask: npt.NDArray[np.float32], ends: npt.NDArray[np.float64], first: float, last: float
) -> None:
    """Fill the hull of two circles with 1."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    points = np.concatenate([ends[0] + first * ring, ends[1] + last * ring]).astype(np.float32)
    hull = np.round(cv2.convexHull(points) * 16).astype(np.int32)
    cv2.fillConvexPoly(mask, hull, 1.0, cv2.LINE_AA, 4)


def _darken(picture: Photo, left: npt.NDArray[np.uint8]) -> Photo:
    full = cv2.resize(left, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    dark = cv2.multiply(picture, cv2.merge([full, full, full]), scale=1 / 255)
    return np.asarray(dark, np.uint8)


def _paste(picture: Photo, sprite: Sprite) -> None:
    """Blend a piece into the picture; what lies outside of it is cut off."""
    rows, columns = sprite.alpha.shape
    top, left = max(0, sprite.top), max(0, sprite.left)
    bottom, right = min(HEIGHT, sprite.top + rows), min(WIDTH, sprite.left + columns)
    if top >= bottom or left >= right:
        return
    window = picture[top:bottom, left:right]
    inner = (
        slice(top - sprite.top, bottom - sprite.top),
        slice(left - sprite.left, right - sprite.left),
    )
    alpha = sprite.alpha[inner][..., None]
    window[:] = np.round(window * (1 - alpha) + sprite.color[inner][..., ::-1] * alpha)
