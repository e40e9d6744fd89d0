"""Drawing on a photo so that it stays readable: rims, plates under text, thicknesses that suit the picture's size."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .decode import Image

Bgr = tuple[int, int, int]
WHITE: Bgr = (255, 255, 255)
DARK: Bgr = (30, 26, 24)

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""
_Points = NDArray[np.float64]


class Pen:
    """Draws with thicknesses that suit the picture's size."""

    def __init__(self, picture: Image) -> None:
        self.picture = picture
        self.size = (picture.shape[1], picture.shape[0])
        self.width = max(1, round(max(self.size) / 700))
        self.text = max(0.35, max(self.size) / 1500)
        self._taken: list[Box] = []

    def outline(self, points: _Points, color: Bgr, opacity: float, width: int) -> None:
        """Draw a closed polygon's outline.

        Args:
            points: pixels (x, y), ``(n, 2)``.
            color: blue, green, red 0…255.
            opacity: 0…1.
            width: of the line, in pixels from 1.
        """
        self._blend(points, color, opacity, width)

    def fill(self, points: _Points, color: Bgr, opacity: float) -> None:
        """Draw a filled polygon.

        Args:
            points: pixels (x, y), ``(n, 2)``.
            color: blue, green, red 0…255.
            opacity: 0…1.
        """
        self._blend(points, color, opacity, 0)

    def _blend(self, points: _Points, color: Bgr, opacity: float, width: int) -> None:
        pts = np.round(points).astype(np.int32)
        low = np.maximum(pts.min(axis=0) - width - 2, 0)
        high = np.minimum(pts.max(axis=0) + width + 3, self.size)
        if (high <= low).any():
            return
        part = self.picture[low[1] : high[1], low[0] : high[0]]
        drawn = part.copy()
        if width:
            cv2.polylines(drawn, [pts - low], True, color, width, cv2.LINE_AA)
        else:
            cv2.fillPoly(drawn, [pts - low], color, cv2.LINE_AA)
        cv2.addWeighted(drawn, opacity, part, 1 - opacity, 0, part)

    def arrow(self, start: _Points, end: _Points, color: Bgr) -> None:
        """Draw an arrow with a contrasting rim.

        Args:
            start: pixel (x, y), ``(2,)``.
            end: where its tip is.
            color: blue, green, red 0…255.
        """
        a, b = np.round(start).astype(int).tolist(), np.round(end).astype(int).tolist()
        length = max(1.0, float(np.linalg.norm(end - start)))
        tip = min(0.45, 12 * self.width / length)
        for shade, width in ((contrast(color), 6 * self.width), (color, 3 * self.width)):
            cv2.arrowedLine(self.picture, a, b, shade, width, cv2.LINE_AA, 0, tip)

    def ring(self, centre: _Points, radius: float, color: Bgr) -> None:
        """Draw a circle with a contrasting rim.

        Args:
            centre: pixel (x, y), ``(2,)``.
            radius: in pixels.
            color: blue, green, red 0…255.
        """
        c = np.round(centre).astype(int).tolist()
        for shade, width in ((contrast(color), 5 * self.width), (color, 3 * self.width)):
            cv2.circle(self.picture, c, max(2, round(radius)), shade, width, cv2.LINE_AA)

    def turn(self, centre: _Points, radius: float, degrees: float, color: Bgr) -> None:
        """Draw how far something turned: a bent arrow that begins above it, with a contrasting rim.

        Args:
            centre: pixel (x, y), ``(2,)``.
            radius: in pixels.
            degrees: clockwise, -180…180.
            color: blue, green, red 0…255.
        """
        angles = np.deg2rad(np.linspace(0, degrees, max(3, round(abs(degrees) / 4))) - 90)
        bow = centre + radius * np.column_stack([np.cos(angles), np.sin(angles)])
        along = np.sign(degrees) * np.array([-np.sin(angles[-1]), np.cos(angles[-1])])
        across = np.array([-along[1], along[0]])
        size = 5 * self.width
        head = bow[-1] + size * np.array([1.2 * along, across, -across])
        for shade, more in ((contrast(color), 3 * self.width), (color, 0)):
            line, tip = (np.round(points).astype(np.int32) for points in (bow, head))
            width = 3 * self.width + more
            cv2.polylines(self.picture, [line], False, shade, width, cv2.LINE_AA)
            cv2.polylines(self.picture, [tip], True, shade, max(1, more), cv2.LINE_AA)
            cv2.fillPoly(self.picture, [tip], shade, cv2.LINE_AA)

    def cross(self, centre: _Points, radius: float, color: Bgr) -> None:
        """Draw a diagonal cross with a contrasting rim.

        Args:
            centre: pixel (x, y), ``(2,)``.
            radius: half its width, in pixels.
            color: blue, green, red 0…255.
        """
        for shade, width in ((contrast(color), 6 * self.width), (color, 3 * self.width)):
            for dx, dy in ((1, 1), (1, -1)):
                d = np.array([dx, dy]) * radius
                a, b = (np.round(centre + k * d).astype(int).tolist() for k in (-1, 1))
                cv2.line(self.picture, a, b, shade, width, cv2.LINE_AA)

    def keep_clear(self, points: _Points) -> None:
        """Let no label cover these points' bounding box.

        Args:
            points: pixels (x, y), ``(n, 2)``.
        """
        low, high = points.min(axis=0), points.max(axis=0)
        self._taken.append((round(low[0]), round(low[1]), round(high[0]), round(high[1])))

    def label(self, text: str, beside: _Points, color: Bgr) -> None:
        """Write on a plate with a bar of a colour, next to some points, where it covers least of what matters.

        Args:
            text: one line.
            beside: pixels (x, y), ``(n, 2)``.
            color: of the bar, blue, green, red 0…255.
        """
        size = 0.72 * self.text
        w, h, base, pad = self._measure(text, size)
        low, high = beside.min(axis=0), beside.max(axis=0)
        middle = (low + high) / 2
        width, height, gap = w + 3 * pad, h + base + 2 * pad, 2 * self.width + 2
        spots = (
            (middle[0] - width / 2, low[1] - gap - height),
            (middle[0] - width / 2, high[1] + gap),
            (high[0] + gap, middle[1] - height / 2),
            (low[0] - gap - width, middle[1] - height / 2),
            (high[0] + gap, low[1] - gap - height),
            (low[0] - gap - width, high[1] + gap),
        )
        boxes = [self._inside(x, y, width, height) for x, y in spots]
        box = min(boxes, key=self._covered)
        self._taken.append(box)
        self._plate(box)
        left, top, _, bottom = box
        cv2.rectangle(self.picture, (left, top), (left + pad, bottom), color, -1)
        self._write(text, (left + 2 * pad, top + pad + h), size, WHITE)

    def caption(self, text: str, color: Bgr, *, top: bool) -> None:
        """Write on a plate at the picture's top or bottom, shortened to fit.

        Args:
            text: one line.
            color: of the text, blue, green, red 0…255.
            top: at the top, else at the bottom.
        """
        size = self.text
        while text and self._measure(text, size)[0] > 0.94 * self.size[0]:
            text = text.removesuffix("…")[:-4].rstrip(" ;,:") + "…"
        w, h, base, pad = self._measure(text, size)
        width, height = w + 2 * pad, h + base + 2 * pad
        y = 0 if top else self.size[1] - height
        box = self._inside((self.size[0] - width) / 2, y, width, height)
        self._plate(box)
        self._write(text, (box[0] + pad, box[1] + pad + h), size, color)

    def _measure(self, text: str, size: float) -> tuple[int, int, int, int]:
        (w, h), base = cv2.getTextSize(text, _FONT, size, _weight(size))
        return w, h, base, max(3, round(0.45 * h))

    def _inside(self, x: float, y: float, width: float, height: float) -> Box:
        left = round(max(0.0, min(x, self.size[0] - width)))
        top = round(max(0.0, min(y, self.size[1] - height)))
        return left, top, left + round(width), top + round(height)

    def _covered(self, box: Box) -> int:
        """Square pixels that a plate would hide of what is taken."""
        return sum(
            max(0, min(box[2], other[2]) - max(box[0], other[0]))
            * max(0, min(box[3], other[3]) - max(box[1], other[1]))
            for other in self._taken
        )

    def _plate(self, box: Box) -> None:
        left, top, right, bottom = box
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        self.fill(np.array(corners, np.float64), DARK, 0.8)

    def _write(self, text: str, at: tuple[int, int], size: float, color: Bgr) -> None:
        cv2.putText(self.picture, text, at, _FONT, size, color, _weight(size), cv2.LINE_AA)


_FONT = cv2.FONT_HERSHEY_SIMPLEX


def _weight(size: float) -> int:
    return max(1, round(1.6 * size))


def contrast(color: Bgr) -> Bgr:
    """Dark for light colours and white for dark ones, by luma (ITU-R BT.601).

    Args:
        color: blue, green, red 0…255.

    Returns:
        `DARK` or `WHITE`.
    """
    luma = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
    return DARK if luma > 110 else WHITE
