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

from .decode import Image
from .geometry import FloatImage, Frame, Mask, Matrix, project, rectify, resize_matrix

SCALE = 24
"""Canvas pixels a unit used for scoring and ECC."""
GOOD_SCORE = 0.98
"""From this score on nothing better is looked for."""
LOST_SCORE = 0.30
"""Below this the board is lost."""
MIN_INLIERS = 12
LONG_SIDE = 1000


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
    fixed: Image, moved: Image, fixed_to_image: Matrix, columns: int, rows: int
) -> Registration:
    """Find the board of ``fixed`` in ``moved``.

    Args:
        fixed: BGR photo in which the board is known.
        moved: BGR photo of any size.
        fixed_to_image: unit → pixel of ``fixed``.
        columns: units across.
        rows: units down.

    Returns:
        The best candidate; look at ``lost`` before using it.
    """
    frame = Frame(columns, rows, SCALE, 0.0)
    grey_fixed = np.asarray(cv2.cvtColor(fixed, cv2.COLOR_BGR2GRAY), np.uint8)
    grey_moved = np.asarray(cv2.cvtColor(moved, cv2.COLOR_BGR2GRAY), np.uint8)
    scorer = _Scorer(grey_fixed, fixed_to_image, grey_moved, frame)

    size_fixed = (fixed.shape[1], fixed.shape[0])
    size_moved = (moved.shape[1], moved.shape[0])
    still = scorer.candidate(resize_matrix(size_fixed, size_moved) @ fixed_to_image, 0, "identity")
    if still.score >= GOOD_SCORE:
        return still
    found = [still]
    # A small bump is within reach of ECC, at a third of the cost of features.
    for start in (_Start.STILL, _Start.FEATURES):
        if start is _Start.FEATURES:
            matched = _match_features(grey_fixed, grey_moved, fixed_to_image, columns, rows)
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

    STILL = "identity"
    FEATURES = "features"


class _Scorer:
    """The fixed board, prepared once, against candidates in the moved photo."""

    def __init__(
        self,
        fixed: NDArray[np.uint8],
        fixed_to_image: Matrix,
        moved: NDArray[np.uint8],
        frame: Frame,
    ) -> None:
        self._frame = frame
        self._moved = moved
        board, self._mask = rectify(fixed, fixed_to_image, frame)
        self._board = local_normalise(board)

    def candidate(self, to_image: Matrix, inliers: int, method: str) -> Registration:
        board, mask = rectify(self._moved, to_image, self._frame)
        median, low = cell_correlation(
            self._board, local_normalise(board), self._mask & mask, self._frame
        )
        return Registration(to_image, median, low, inliers, method)

    def refine(self, start: Registration) -> Registration | None:
        board, mask = rectify(self._moved, start.to_image, self._frame)
        valid = (self._mask & mask).astype(np.uint8) * 255
        warp = np.eye(3, dtype=np.float32)
        stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-5)
        try:
            _, found = cv2.findTransformECC(
                self._board, local_normalise(board), warp, cv2.MOTION_HOMOGRAPHY, stop, valid, 5
            )
        except cv2.error:
            # No overlap or no correlation: this start leads nowhere.
            return None
        to_canvas = np.linalg.inv(self._frame.to_units)
        step = self._frame.to_units @ np.asarray(found, np.float64) @ to_canvas
        return self.candidate(start.to_image @ step, start.inliers, start.method + "+ecc")


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
    fixed: NDArray[np.uint8],
    moved: NDArray[np.uint8],
    fixed_to_image: Matrix,
    columns: int,
    rows: int,
) -> tuple[Matrix, int] | None:
    """Homography pixel of ``fixed`` → pixel of ``moved`` and its inliers, from ORB features on the board."""
    small_fixed, to_small_fixed = _limit(fixed)
    small_moved, to_small_moved = _limit(moved)
    centre = np.array([columns / 2, rows / 2])
    units = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    quad = project(to_small_fixed @ fixed_to_image, centre + (units - centre) * 1.15)
    mask = np.zeros(small_fixed.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(quad).astype(np.int32), 255)

    clahe = cv2.createCLAHE(3.0, (8, 8))
    orb = cv2.ORB.create(3000, fastThreshold=8)
    points_f, desc_f = orb.detectAndCompute(clahe.apply(small_fixed), mask)
    points_m, desc_m = orb.detectAndCompute(clahe.apply(small_moved), None)
    if min(len(points_f), len(points_m)) < MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(desc_f, desc_m, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
    if len(good) < MIN_INLIERS:
        return None
    source = np.array([points_f[m.queryIdx].pt for m in good], np.float32)
    target = np.array([points_m[m.trainIdx].pt for m in good], np.float32)
    found, kept = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 2.0)
    # None where no homography fits, whatever the stubs say.
    matrix = cast("NDArray[np.float64] | None", found)
    if matrix is None or int(kept.sum()) < MIN_INLIERS:
        return None
    full = np.linalg.inv(to_small_moved) @ np.asarray(matrix, np.float64) @ to_small_fixed
    return full, int(kept.sum())


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
