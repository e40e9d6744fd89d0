"""Finding the board of one photo again in another.

Candidates are tried from cheap to dear (the board did not move; its units matched one by one; ORB features with MAGSAC;
ECC) and compared by one score, which needs no trust in any of them: the median and the tenth percentile over the units of
the normalised correlation of locally normalised brightness. A candidate is taken by its score alone, never because it is
"small". What one homography leaves over is followed from place to place (`localshift`).

Sources: ORB (Rublee 2011), USAC_MAGSAC (Barath 2019, OpenCV 5 ``calib3d``), ECC (Evangelidis & Psarakis 2008, OpenCV
``findTransformECC``).
"""

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import FloatImage, Frame, Mask, Matrix, project, resize_matrix
from .localshift import Matches, Shifts, fit_homography, match_units, smooth_shifts
from .photo import Photo

SCALE = 24
"""Canvas pixels a unit used for scoring and ECC."""
GOOD_SCORE = 0.98
"""From this score on nothing better is looked for."""
LOST_SCORE = 0.30
"""Below this the board is lost."""
SETTLED_SCORE, SETTLED_LOW_SCORE = 0.9, 0.7
"""Median and tenth percentile from which on the right place is found."""
EVEN_SCORE = 0.95
"""Tenth percentile from which on one homography fits everywhere."""
LEAST_UNITS = 9
"""Units along the longer side that a board is matched by at least."""
CLEARLY_TURNED = 0.1
"""By how much more alike the board must look for having been turned."""
TEXTURE, LEAST_TELLING = 0.1, 9
"""Variance of a unit's locally normalised brightness below which it shows noise alone and does not tell where it is; the units
that show most tell all the same."""
LOCAL_ROUNDS = 2
WORTHWHILE = 0.01
MIN_INLIERS = 12
LONG_SIDE = 1000
STILL = "identity"
"""Method of a camera that did not move."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the board is in the moved photo.

    ``to_image`` maps units to its pixels, ``score`` (-1…1) is the median correlation over the cells, ``low_score`` the
    tenth percentile, ``inliers`` the number of matches MAGSAC kept (0 if not used). ``shifts`` is what the homography leaves
    over from place to place (see `geometry.rectify`), None where that is nothing worth mentioning.
    """

    to_image: Matrix
    score: float
    low_score: float
    inliers: int
    method: str
    shifts: Shifts | None = None

    @property
    def lost(self) -> bool:
        """Whether nothing found looks like the same board."""
        return self.score < LOST_SCORE

    @property
    def settled(self) -> bool:
        """Whether the right place is found: what is missing is noise and pieces that moved."""
        return self.score >= SETTLED_SCORE and self.low_score >= SETTLED_LOW_SCORE


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
    # Few large cells are too few to be matched one by one: they are divided.
    parts = max(1, LEAST_UNITS // max(columns, rows))
    divide = np.diag([1 / parts, 1 / parts, 1.0])
    found = _register(fixed, moved, fixed_to_image @ divide, columns * parts, rows * parts)
    shifts = None if found.shifts is None else found.shifts / np.float32(parts)
    return replace(found, to_image=found.to_image @ np.linalg.inv(divide), shifts=shifts)


def _register(
    fixed: Photo, moved: Photo, fixed_to_image: Matrix, columns: int, rows: int
) -> Registration:
    frame = Frame(columns, rows, SCALE, 0.0)
    scorer = _Scorer(fixed, fixed_to_image, moved, frame)

    still = scorer.candidate(resize_matrix(fixed.size, moved.size) @ fixed_to_image, 0, STILL)
    if still.score >= GOOD_SCORE:
        return still
    best = scorer.settle(still)
    if not best.settled:
        matched = _match_features(fixed, moved, fixed_to_image, columns, rows)
        if matched is not None:
            matrix, inliers = matched
            features = scorer.candidate(matrix @ fixed_to_image, inliers, "features")
            best = max(best, scorer.settle(features), key=_likeness)
    if not best.settled:
        best = max(best, scorer.maximise(still), key=_likeness)
    if not best.settled:
        turned = scorer.turned(best)
        if _likeness(turned) > _likeness(best) + CLEARLY_TURNED:
            best = max(turned, scorer.settle(turned), key=_likeness)
    # The camera that did not move wins ties: refinement drifts by hundredths on a perfect start.
    return still if still.score >= best.score - 0.01 else best


def _likeness(found: Registration) -> float:
    """What candidates are compared by: the board as a whole, and its worst part."""
    return found.score + found.low_score


class _Scorer:
    """The fixed board, prepared once, against candidates in the moved photo."""

    def __init__(self, fixed: Photo, fixed_to_image: Matrix, moved: Photo, frame: Frame) -> None:
        self._frame = frame
        self._moved = moved
        self._board, self._mask = normalised_board(fixed, fixed_to_image, frame)

    def candidate(
        self, to_image: Matrix, inliers: int, method: str, shifts: Shifts | None = None
    ) -> Registration:
        board, mask = normalised_board(self._moved, to_image, self._frame, shifts)
        median, low = cell_correlation(self._board, board, self._mask & mask, self._frame)
        return Registration(to_image, median, low, inliers, method, shifts)

    def settle(self, start: Registration) -> Registration:
        """The best that refinement makes of a start: a homography, then what it leaves over locally."""
        best = self._refine(start)
        return best if best.lost or best.low_score >= EVEN_SCORE else self._follow(best)

    def _refine(self, start: Registration) -> Registration:
        """Matched units, from coarse to fine, or ECC where too few of them match."""
        best, matched = start, False
        for scale in (SCALE // 4, SCALE // 2):
            step = fit_homography(self._match(best, scale))
            if step is None:
                continue
            matched = True
            found = self.candidate(best.to_image @ step, best.inliers, start.method + "+units")
            best = max(best, found, key=_likeness)
        return best if matched else max(best, self._maximise(best), key=_likeness)

    def maximise(self, start: Registration) -> Registration:
        """ECC, which reaches furthest without features, and what it leaves over locally."""
        best = self._maximise(start)
        return best if best.lost else self._follow(best)

    def _follow(self, start: Registration) -> Registration:
        """The same homography with local shifts, as long as they make the board more alike."""
        best = start
        for _ in range(LOCAL_ROUNDS):
            shifts = smooth_shifts(self._match(best, SCALE // 2))
            if shifts is None:
                break
            if best.shifts is not None:
                shifts = shifts + best.shifts
            found = self.candidate(start.to_image, start.inliers, start.method, shifts)
            if _likeness(found) < _likeness(best) + WORTHWHILE:
                break
            best = found
        return best

    def _match(self, start: Registration, scale: int) -> Matches:
        board, mask = normalised_board(self._moved, start.to_image, self._frame, start.shifts)
        frame = Frame(self._frame.columns, self._frame.rows, scale, 0.0)

        def reduce(canvas: FloatImage) -> FloatImage:
            return np.asarray(cv2.resize(canvas, frame.size, interpolation=cv2.INTER_AREA))

        step = SCALE // scale
        valid = np.asarray((self._mask & mask)[::step, ::step], np.bool_)
        return match_units(reduce(self._board), reduce(board), valid, frame)

    def turned(self, start: Registration) -> Registration:
        """The best of the board's other orientations in the same place: a symmetric board hides that it was turned."""
        w, h = float(self._frame.columns), float(self._frame.rows)
        half = np.array([[-1, 0, w], [0, -1, h], [0, 0, 1.0]])
        quarter = np.array([[0, 1, 0], [-1, 0, h], [0, 0, 1.0]])
        turns = (half, quarter, half @ quarter) if w == h else (half,)
        found = [self.candidate(start.to_image @ t, start.inliers, "turned") for t in turns]
        return max(found, key=_likeness)

    def _maximise(self, start: Registration) -> Registration:
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
            return start
        to_canvas = np.linalg.inv(self._frame.to_units)
        step = self._frame.to_units @ np.asarray(found, np.float64) @ to_canvas
        return self.candidate(start.to_image @ step, start.inliers, start.method + "+ecc")


def normalised_board(
    photo: Photo, to_image: Matrix, frame: Frame, shifts: Shifts | None = None
) -> tuple[FloatImage, Mask]:
    """Return the rectified board as it is scored (`local_normalise`).

    Args:
        photo: the photo.
        to_image: unit → pixel, float64 ``(3, 3)``.
        frame: the canvas.
        shifts: local shifts in units, float32 ``(rows, columns, 2)``, None for none.

    Returns:
        float32 ``(H, W)``, and where it shows the photo, bool ``(H, W)``.
    """
    place = to_image.tobytes(), b"" if shifts is None else shifts.tobytes()

    def work() -> tuple[FloatImage, Mask]:
        board, mask = photo.grey_canvas(to_image, frame, shifts)
        return local_normalise(board), mask

    return photo.derive(("normalised", frame, place), work)


def local_normalise(grey: NDArray[np.uint8], sigma: float = SCALE) -> FloatImage:
    """``(g - mean) / (sd + 4)`` in a Gaussian neighbourhood: what light and exposure leave of a picture.

    Args:
        grey: uint8 ``(H, W)``.
        sigma: the neighbourhood in pixels.

    Returns:
        float32 ``(H, W)``, about -3…3.
    """
    g = grey.astype(np.float32)
    h, w = grey.shape
    # So wide a neighbourhood is as well measured at a quarter of the resolution.
    size = (max(1, w // 4), max(1, h // 4))

    def local_mean(values: FloatImage) -> FloatImage:
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        return _blur(np.asarray(small, np.float32), sigma / 4)

    mean = local_mean(g)
    deviation = np.sqrt(np.maximum(local_mean(g * g) - mean * mean, 0))
    smooth = cv2.resize(np.dstack([mean, deviation]), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray((g - smooth[..., 0]) / (smooth[..., 1] + 4), np.float32)


def cell_correlation(
    a: FloatImage, b: FloatImage, valid: Mask, frame: Frame
) -> tuple[float, float]:
    """Median and tenth percentile over the cells of the correlation in a window of 1.33 cells.

    Args:
        a: canvas of the fixed board, float32 ``(H, W)``.
        b: canvas of the candidate.
        valid: where both show something; cells of which less than half is valid, or which show nothing in ``a``, do not count.
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
    start = frame.offset + frame.scale // 2
    middles = (
        slice(start, start + frame.rows * frame.scale, frame.scale),
        slice(start, start + frame.columns * frame.scale, frame.scale),
    )
    usable = share[middles] > 0.25
    if usable.sum() < max(1, usable.size // 4):
        return -1.0, -1.0
    values, texture = ncc[middles][usable], va[middles][usable]
    # On a bare table only what stands on it tells where it is.
    telling = values[texture >= min(TEXTURE, np.sort(texture)[-min(LEAST_TELLING, texture.size)])]
    return float(np.median(telling)), float(np.percentile(telling, 10))


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
