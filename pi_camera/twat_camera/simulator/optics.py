"""Where points of the table come to lie in the photo.

A pinhole camera with the field of view of a Camera Module 3 hangs over the table, not quite
level. World: board units (see `spaces`), z up from the board's surface. Image: pixels of the
full-resolution still, pixel centres at whole numbers plus a half.
"""

from dataclasses import dataclass, field, replace
import math

import numpy as np
import numpy.typing as npt

from .spaces import Board

WIDTH, HEIGHT = 4608, 2592
FOCAL = WIDTH / 2 / math.tan(math.radians(66 / 2))
"""Focal length in pixels: the lens sees 66° across."""
Range = tuple[float, float]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Optics:
    """A camera at a fixed place.

    Attributes:
        center: What it looks at, board units.
        distance: From there to the lens, board units.
        rotation: 3×3, world to camera.
        focal: Focal length, pixels.
    """

    center: tuple[float, float]
    distance: float
    rotation: Array = field(repr=False)
    focal: float = FOCAL

    @classmethod
    def over(
        cls,
        board: Board,
        rng: np.random.Generator,
        tilt_deg: Range = (3.5, 5.0),
        pan_deg: Range = (-1.5, 1.5),
        roll_deg: Range = (-1.2, 1.2),
        focal: float = FOCAL,
    ) -> "Optics":
        """Hang a camera over a board: all of it in view, and at least a cell of table around.

        Args:
            board: What it looks at.
            rng: Source of chance.
            tilt_deg: Range of the angle between its axis and the vertical, away from the lower edge.
            pan_deg: The same, away from the left edge.
            roll_deg: Range of the picture's turn.
            focal: Focal length, pixels.
        """
        width, height = board.size
        tilt, pan, roll = (
            math.radians(rng.uniform(*angles)) for angles in (tilt_deg, pan_deg, roll_deg)
        )
        rotation = _about_z(roll) @ _about_y(pan) @ _about_x(tilt)
        margin = board.frame + 1.05 * max(0.12, board.cell)
        ends = ((-margin, width + margin), (-margin, height + margin))
        corners = [(x, y, 0) for x in ends[0] for y in ends[1]]
        optics = cls((width / 2, height / 2), focal / WIDTH, rotation, focal)
        # Raised by a hundredth at a time: tilted, what has to fit is no rectangle any more.
        while not optics.sees(corners):
            optics = replace(optics, distance=optics.distance * 1.01)
        return optics

    def sees(self, points: npt.ArrayLike) -> bool:
        """Say whether all of some world points (N×3) are in the picture."""
        seen = self.project(points)
        return bool((seen >= 0).all() and (seen <= (WIDTH, HEIGHT)).all())

    def project(self, points: npt.ArrayLike) -> Array:
        """Project world points (N×3) to pixels (N×2)."""
        world = np.asarray(points, np.float64).reshape(-1, 3)
        seen = self._camera_space(world)
        return np.asarray(self.focal * seen[:, :2] / seen[:, 2:] + (WIDTH / 2, HEIGHT / 2))

    def scale(self, x: float, y: float, z: float) -> float:
        """Return the pixels that a board unit measures at a point."""
        return float(self.focal / self._camera_space(np.array([[x, y, z]]))[0, 2])

    @property
    def foot(self) -> tuple[float, float]:
        """The point of the table straight below the lens: what stands on it leans away from there."""
        x, y = -self.distance * self.rotation[2, :2]
        return self.center[0] + float(x), self.center[1] + float(y)

    def plane(self, z: float) -> Array:
        """Return the homography (3×3) from board units at height z to pixels."""
        intrinsic = np.array([[self.focal, 0, WIDTH / 2], [0, self.focal, HEIGHT / 2], [0, 0, 1.0]])
        columns = np.array([[1, 0, -self.center[0]], [0, 1, -self.center[1]], [0, 0, -z]])
        seen = self.rotation @ columns
        seen[2, 2] += self.distance
        return np.asarray(intrinsic @ seen)

    def _camera_space(self, world: Array) -> Array:
        # The camera looks down: its third axis is the world's z turned round.
        relative = (world - (*self.center, 0.0)) * (1, 1, -1)
        return np.asarray(relative @ self.rotation.T + (0, 0, self.distance))


@dataclass(frozen=True, slots=True)
class Pose:
    """How the camera has been knocked since the start, as a movement of the image.

    Attributes:
        shift: Fractions of the image's width and height, to the right and down.
        rotation_deg: Clockwise about the image's middle.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    rotation_deg: float = 0.0

    def bumped(self, shift: tuple[float, float], rotation_deg: float) -> "Pose":
        """Return the pose after one more knock."""
        moved = (self.shift[0] + shift[0], self.shift[1] + shift[1])
        return Pose(moved, self.rotation_deg + rotation_deg)

    def matrix(self) -> Array:
        """Return the 2×3 matrix that moves pixels of the unmoved camera to where they are now."""
        turn = math.radians(self.rotation_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        linear = np.array([[cos, -sin], [sin, cos]])
        offset = middle - linear @ middle + np.array(self.shift) * (WIDTH, HEIGHT)
        return np.column_stack([linear, offset])

    def apply(self, pixels: Array) -> Array:
        """Move pixels (N×2)."""
        matrix = self.matrix()
        return np.asarray(pixels @ matrix[:, :2].T + matrix[:, 2])


def _about_x(angle: float) -> Array:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])


def _about_y(angle: float) -> Array:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


def _about_z(angle: float) -> Array:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
