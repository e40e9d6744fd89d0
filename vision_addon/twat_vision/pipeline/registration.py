"""Finding the board of one photo again in another.

Candidates are tried from cheap to dear (the board did not move; ORB features with MAGSAC; each refined by ECC) and
compared by one score, which needs no trust in any of them: the median over the cells of the normalised correlation of
locally normalised brightness. A candidate is taken by its score alone, never because it is "small".

Sources: ORB (Rublee 2011), USAC_MAGSAC (Barath 2019, OpenCV 5 ``calib3d``), ECC (Evangelidis & Psarakis 2008, OpenCV
``findTransformECC``).
"""

from dataclasses import dataclass
from enum import Enum
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask, Matrix, project, resize_matrix
from .photo import Photo

SCALE = 24
"""Canvas pixels a unit used for scoring and ECC."""
GOOD_SCORE = 0.98
"""From this score on nothing better is looked for."""
LOST_SCORE = 0.30
"""Below this the board is lost."""
MIN_INLIERS = 12
LONG_SIDE = 1000
STILL = "identity"
"""Method of a camera that did not move."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the board is in the moved photo.

    ``to_image`` maps units to its pixels, ``score`` (-1…1) is the median correlation over the cells, ``low_score`` the
    tenth percentile, ``inliers`` the number of matches MAGSAC kept (0 if not used).
    """

    to_image: Matrix
    score: float
    low_score: float
    inliers: int
    method: str

    @property
    def lost(self) -> bool:
        """Whether nothing found looks like the same board."""
        return self.score < LOST_SCORE


def register(
    fixed: Photo, moved: Photo, fixed_to_image: Matrix, columns: int, rows: int
) -> Registration:
    """Find the board of ``fixed`` in ``moved``.

    Args:
        fixed: photo in which the board is known.
        moved: photo of any size.
        fixed_to_image: unit → pixel of ``fixed``.
        columns: units across.
        rows: units down.

    Returns:
        The best candidate; look at ``lost`` before using it.
    """
    frame = Frame(columns, rows, SCALE, 0.0)
    scorer = _Scorer(fixed, fixed_to_image, moved, frame)

    still = scorer.candidate(resize_matrix(fixed.size, moved.size) @ fixed_to_image, 0, STILL)
    if still.score >= GOOD_SCORE:
        return still
    found = [still]
    # A small bump is within reach of ECC, at a third of the cost of features.
    for start in (_Start.STILL, _Start.FEATURES):
        if start is _Start.FEATURES:
            matched = _match_features(fixed, moved, fixed_to_image, columns, rows)
            if matched is None:
                break
            matrix, inliers = matched
            candidate = scorer.candidate(matrix @ fixed_to_image, inliers, "features")
            found.append(candidate)
        else:
            candidate = still
        refined = scorer.refine(candidate)
        if refined is not None:
            found.append(refined)
        if max(found, key=lambda r: r.score).score >= GOOD_SCORE:
            break
    best = max(found, key=lambda r: r.score)
    # The camera that did not move wins ties: ECC drifts by hundredths on a perfect start.
    return still if still.score >= best.score - 0.01 else best


class _Start(Enum):
    """Where refinement starts from."""

    STILL = STILL
    FEATURES = "features"


class _Scorer:
    """The fixed board, prepared once, against candidates in the moved photo."""

    def __init__(self, fixed: Photo, fixed_to_image: Matrix, moved: Photo, frame: Frame) -> None:
        self._frame = frame
        self._moved = moved
        self._board, self._mask = normalised_board(fixed, fixed_to_image, frame)

    def candidate(self, to_image: Matrix, inliers: int, method: str) -> Registration:
        board, mask = normalised_board(self._moved, to_image, self._frame)
        median, low = cell_correlation(self._board, board, self._mask & mask, self._frame)
        return Registration(to_image, median, low, inliers, method)

    def refine(self, start: Registration) -> Registration | None:
        board, mask = normalised_board(self._moved, start.to_image, self._frame)
        valid = (self._mask & mask).astype(np.uint8) * 255
        warp = np.eye(3, dtype=np.float32)
        stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-5)
        try:
            _, found = cv2.findTransformECC(
                self._board, board, warp, cv2.MOTION_HOMOGRAPHY, stop, valid, 5
            )
        except cv2.error:
            # No overlap or no correlation: this start leads nowhere.
            return None
        to_canvas = np.linalg.inv(self._frame.to_units)
        step = self._frame.to_units @ np.asarray(found, np.float64) @ to_canvas
        return self.candidate(start.to_image @ step, start.inliers, start.method + "+ecc")


def normalised_board(photo: Photo, to_image: Matrix, frame: Frame) -> tuple[FloatImage, Mask]:
    """Return the rectified board as it is scored (`local_normalise`), and where it shows the photo."""

    def work() -> tuple[FloatImage, Mask]:
        board, mask = photo.grey_canvas(to_image, frame)
        return local_normalise(board), mask

    return photo.derive(("normalised", frame, to_image.tobytes()), work)


def local_normalise(grey: NDArray[np.uint8], sigma: float = SCALE) -> FloatImage:
    """``(g - mean) / (sd + 4)`` in a Gaussian neighbourhood: what light and exposure leave of a picture."""
    g = grey.astype(np.float32)
    mean = _blur(g, sigma)
    variance = np.maximum(_blur(g * g, sigma) - mean * mean, 0)
    return np.asarray((g - mean) / (np.sqrt(variance) + 4), np.float32)


def cell_correlation(
    a: FloatImage, b: FloatImage, valid: Mask, frame: Frame
) -> tuple[float, float]:
    """Median and tenth percentile over the cells of the correlation in a window of 1.33 cells.

    Args:
        a: canvas of the fixed board, float32 ``(H, W)``.
        b: canvas of the candidate.
        valid: where both show something; cells of which less than half is valid do not count.
        frame: their canvas.
    """
    window = (round(frame.scale * 1.33) // 2 * 2 + 1,) * 2
    weight = valid.astype(np.float32)

    def mean(values: FloatImage) -> FloatImage:
        return np.asarray(
            cv2.boxFilter(values, cv2.CV_32F, window, borderType=cv2.BORDER_CONSTANT), np.float32
        )

    share = mean(weight)
    n = np.maximum(share, 1e-6)
    ma, mb = mean(a * weight) / n, mean(b * weight) / n
    va = mean(a * a * weight) / n - ma * ma
    vb = mean(b * b * weight) / n - mb * mb
    cov = mean(a * b * weight) / n - ma * mb
    ncc = cov / np.sqrt(np.maximum(va, 1e-4) * np.maximum(vb, 1e-4))
    half = frame.scale // 2
    start = frame.offset + half
    cells = ncc[
        start : start + frame.rows * frame.scale : frame.scale,
        start : start + frame.columns * frame.scale : frame.scale,
    ]
    usable = (
        share[
            start : start + frame.rows * frame.scale : frame.scale,
            start : start + frame.columns * frame.scale : frame.scale,
        ]
        > 0.25
    )
    if usable.sum() < max(1, usable.size // 4):
        return -1.0, -1.0
    values = cells[usable]
    return float(np.median(values)), float(np.percentile(values, 10))


def _match_features(
    fixed: Photo, moved: Photo, fixed_to_image: Matrix, columns: int, rows: int
) -> tuple[Matrix, int] | None:
    """Homography pixel of ``fixed`` → pixel of ``moved`` and its inliers, from ORB features on the board."""
    centre = np.array([columns / 2, rows / 2])
    units = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    quad = project(fixed_to_image, centre + (units - centre) * 1.15)
    on_board, desc_f, to_small_fixed = _features(fixed, quad)
    anywhere, desc_m, to_small_moved = _features(moved, None)
    if min(len(on_board), len(anywhere)) < MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(desc_f, desc_m, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
    if len(good) < MIN_INLIERS:
        return None
    source = on_board[[m.queryIdx for m in good]]
    target = anywhere[[m.trainIdx for m in good]]
    found, kept = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 2.0)
    # None where no homography fits, whatever the stubs say.
    matrix = cast("NDArray[np.float64] | None", found)
    if matrix is None or int(kept.sum()) < MIN_INLIERS:
        return None
    full = np.linalg.inv(to_small_moved) @ np.asarray(matrix, np.float64) @ to_small_fixed
    return full, int(kept.sum())


def _features(
    photo: Photo, quad: NDArray[np.float64] | None
) -> tuple[NDArray[np.float32], NDArray[np.uint8], Matrix]:
    """ORB features of a photo (within ``quad``, ``(4, 2)`` pixels): places ``(n, 2)``, descriptors, pixel → their picture."""

    def work() -> tuple[NDArray[np.float32], NDArray[np.uint8], Matrix]:
        small, to_small = _limit(photo.grey)
        mask = None
        if quad is not None:
            mask = np.zeros(small.shape, np.uint8)
            cv2.fillConvexPoly(mask, np.round(project(to_small, quad)).astype(np.int32), 255)
        orb = cv2.ORB.create(3000, fastThreshold=8)
        points, found = orb.detectAndCompute(cv2.createCLAHE(3.0, (8, 8)).apply(small), mask)
        places = np.array([p.pt for p in points], np.float32).reshape(-1, 2)
        # None where there is no corner, whatever the stubs say.
        described = np.asarray(found if len(points) else [], np.uint8)
        return places, described, to_small

    return photo.derive(("features", None if quad is None else quad.tobytes()), work)


def _limit(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Matrix]:
    h, w = grey.shape
    factor = LONG_SIDE / max(h, w)
    if factor >= 1:
        return grey, np.eye(3)
    size = (round(w * factor), round(h * factor))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, resize_matrix((w, h), size)


def _blur(values: FloatImage, sigma: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
