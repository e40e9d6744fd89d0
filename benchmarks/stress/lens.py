"""The lens before the sensor: how it bends straight lines and darkens the picture's corners."""

from dataclasses import dataclass
import math

import cv2
import numpy as np

from twat_camera.simulator.optics import HEIGHT, WIDTH, Array
from twat_camera.simulator.texture import Image


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens.

    Attributes:
        across_deg: What it sees from left to right, before it bends anything.
        k1: Radial distortion (Brown 1971, "Close-range camera calibration"): a point at a distance r from the axis, in
            focal lengths, is seen at r (1 + k1 r²). Negative bends lines outwards, as wide-angle lenses do.
        vignette: How much darker the picture's corners are, 0…1.
    """

    across_deg: float = 66.0
    k1: float = 0.0
    vignette: float = 0.18

    @property
    def focal(self) -> float:
        """Focal length in pixels of the rendered picture."""
        return WIDTH / 2 / math.tan(math.radians(self.across_deg / 2))

    def bend(self, pixels: Array) -> Array:
        """Where points of the straight picture (N×2) are seen; its corners stay where they are."""
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        rays = (pixels - middle) / self.focal
        square = (rays**2).sum(axis=1, keepdims=True)
        return np.asarray(middle + self._scale * rays * (1 + self.k1 * square))

    def through(self, picture: Image) -> Image:
        """The straight picture (H×W or H×W×3, any size) as the lens shows it."""
        if not self.k1:
            return picture
        height, width = picture.shape[:2]
        size = np.array([WIDTH / width, HEIGHT / height])
        # The way back has no closed form; a fixed point is found in a few steps.
        seen = (np.indices((height, width))[::-1].reshape(2, -1).T + 0.5) * size
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        rays = bent = (seen - middle) / self._scale
        for _ in range(12):
            rays = bent / (1 + self.k1 * (rays**2).sum(axis=1, keepdims=True))
        source = ((rays * self.focal + middle) / size - 0.5).reshape(height, width, 2)
        columns, rows = np.moveaxis(source.astype(np.float32), 2, 0)
        return np.asarray(
            cv2.remap(picture, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        )

    def shade(self, width: int, height: int) -> Image:
        """The light that the lens leaves (H×W), 1 in the middle."""
        x = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :]
        y = ((np.arange(height, dtype=np.float32) / height - 0.5) * height / width)[:, None]
        return np.asarray(1 - self.vignette * (x**2 + y**2) / 0.33, np.float32)

    @property
    def _scale(self) -> float:
        """Pixels of a focal length behind the lens: what keeps the corners of the picture in its corners."""
        corner = math.hypot(WIDTH / 2, HEIGHT / 2) / self.focal
        return self.focal / (1 + self.k1 * corner**2)
