"""What a look is: a table with a game on it."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from twat_camera.simulator.colors import PAINTS, Rgb
from twat_camera.simulator.play import Standing
from twat_camera.simulator.scene import Art
from twat_camera.simulator.spaces import Board

from .conditions import PLAN, Planned
from .framing import Crop
from .lens import Lens

CHESSMEN: Final = ("pawn", "pawn", "rook", "pawn", "king", "pawn")
"""Shapes of a chess set, as they are dealt."""

Style = Literal["chess", "tiles", "zones", "surface"]


@dataclass(frozen=True, slots=True)
class Army:
    """One player's pieces.

    Attributes:
        color: Its name, as the players would say it.
        paint: sRGB 0…255.
        shapes: What the pieces look like; they are dealt in turn.
        count: Pieces on the board at the start.
    """

    color: str
    paint: Rgb
    shapes: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Sleeves:
    """What people wear: paints, and how far behind the palm their sleeves end, in hand lengths."""

    paints: tuple[Rgb, ...] = (
        (62, 70, 92),
        (150, 40, 44),
        (214, 208, 198),
        (44, 44, 46),
        (88, 110, 78),
    )
    cuff: float = 0.63


@dataclass(frozen=True, slots=True)
class Surface:
    """A free table: width and height in a unit."""

    width: float
    height: float
    unit: Literal["in", "mm"] = "in"

    @property
    def inch(self) -> float:
        """An inch in the table's unit."""
        return {"in": 1.0, "mm": 25.4}[self.unit]

    @property
    def longer(self) -> float:
        """The longer side: what is 1 in board units."""
        return max(self.width, self.height)


_PINHOLE: Final = Lens()
_SLEEVES: Final = Sleeves()


@dataclass(frozen=True, slots=True)
class Look:
    """A table with a game.

    Attributes:
        name: Also the folder's.
        style: How the game goes.
        board: In board units.
        art: What table and board look like.
        armies: The players', in the order of their seats.
        seed: Everything random follows from it.
        size: Of the photos, width and height in pixels; 16:9 where nothing is cropped.
        tilt_deg: Range of the camera's angle off the vertical.
        traits: Difficulties of every step: ``low contrast``, ``tall pieces``.
        gloss: Brightness (0…255) of the lamp's fixed reflection in the board.
        surface: The free table, None where there is a board.
        pan_deg: Range of the camera's angle off the vertical, to the side.
        roll_deg: Range of the picture's turn.
        lens: Before the camera's sensor.
        scenery: What stands about and belongs to no player.
        crowd: Most pieces of a zone.
        room: Piece units between the middles of two miniatures.
        plan: What the game goes through, photo by photo.
        crop: What the photos keep of the camera's picture, None for all of it.
        sleeves: Of the arms that reach over the board.
    """

    name: str
    style: Style
    board: Board
    art: Art
    armies: tuple[Army, ...]
    seed: int
    size: tuple[int, int] = (2304, 1296)
    tilt_deg: tuple[float, float] = (3.5, 5.0)
    traits: tuple[str, ...] = ()
    gloss: float = 0.0
    surface: Surface | None = None
    pan_deg: tuple[float, float] = (-1.5, 1.5)
    roll_deg: tuple[float, float] = (-1.2, 1.2)
    lens: Lens = _PINHOLE
    scenery: tuple[Standing, ...] = ()
    crowd: int = 6
    room: float = 1.6
    plan: tuple[Planned, ...] = PLAN
    crop: Crop | None = None
    sleeves: Sleeves = _SLEEVES


def another_game(look: Look, number: int) -> Look:
    """The same table with another game on it, as another folder.

    Args:
        look: The table.
        number: Which of its games, from 1; 0 is the look's own.
    """
    if not number:
        return look
    return replace(look, name=f"{look.name}_{number}", seed=look.seed + 1000 * number)


def about(shape: str, x: float, y: float, turn: float = 0.0) -> Standing:
    """Something that stands about."""
    return Standing(f"{shape} {x} {y}", shape, (128, 128, 128), x, y, turn)


def army(color: str, shapes: tuple[str, ...], count: int, paint: Rgb | None = None) -> Army:
    """An army in its colour's usual paint, or in its own."""
    return Army(color, paint or PAINTS[color], shapes, count)
