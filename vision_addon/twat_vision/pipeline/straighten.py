"""Photos without the bend of their lens, and results in terms of the photos as taken.

Everything between is homographies, which know straight lines only. Where the lens bends nothing, nothing is done.
"""

from dataclasses import replace

import numpy as np

from .geometry import corners_px
from .lattice import grid_lens
from .lens import PLAIN, Lens, Points
from .photo import Photo, PhotoCache
from .scene import Photos
from .types import AnalysisResult, Corners, Grid, Layout, Point


def lens_of(photos: Photos, corners: Corners, layout: Layout) -> Lens:
    """The lens that the photos of an analysis were taken with; found once.

    Args:
        photos: as taken.
        corners: the board's corners in the first of them, 0…1.
        layout: the board's layout; only the lines of a `Grid` tell of the lens.

    Returns:
        The lens, `PLAIN` where nothing is known of it.
    """
    if not isinstance(layout, Grid):
        return PLAIN
    first, size = photos.first, (layout.columns, layout.rows)
    quad = corners_px(corners, first.size)
    key = ("lens", corners, size)
    lens = first.derive(key, lambda: grid_lens(first.image, quad, *size))
    # The next analysis may begin with this after photo.
    return photos.after.derive(key, lambda: lens)


def straightened(photos: Photos, lens: Lens, cache: PhotoCache) -> Photos:
    """The same photos without the bend of their lens.

    Args:
        photos: as taken, all with one camera.
        lens: the camera's.
        cache: keeps the straightened ones as well.
    """
    after, before, reference = (
        photo and cache.straight(photo, lens)
        for photo in (photos.after, photos.before, photos.reference)
    )
    assert after is not None
    return Photos(after, before, reference)


def straight_corners(corners: Corners, lens: Lens, size: tuple[int, int]) -> Corners:
    """Corners in the straightened picture.

    Args:
        corners: 0…1 of the photo as taken.
        lens: its lens.
        size: its width and height in pixels.

    Returns:
        0…1 of the straightened picture.
    """
    straight = lens.straight(corners_px(corners, size), size)
    a, b, c, d = _points((straight + 0.5) / lens.straight_size(size))
    return a, b, c, d


def as_taken(result: AnalysisResult, lens: Lens, taken: Photos) -> AnalysisResult:
    """A result of straightened photos in terms of the photos as taken: corners, boxes and outlines.

    Args:
        result: places are those of the straightened pictures.
        lens: what they were straightened by.
        taken: the photos as taken.
    """
    after = taken.after

    def points(fractions: tuple[Point, ...], photo: Photo = after) -> list[Point]:
        straight = np.asarray(fractions) * lens.straight_size(photo.size) - 0.5
        return _points((lens.bent(straight, photo.size) + 0.5) / photo.size)

    def corners(found: Corners | None, photo: Photo) -> Corners | None:
        if found is None:
            return None
        a, b, c, d = points(found, photo)
        return a, b, c, d

    def box(found: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        x, y, w, h = found
        rim = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]) / after.factor - 0.5
        bent = (lens.bent(rim, after.size) + 0.5) * after.factor
        left, top = np.floor(bent.min(axis=0))
        right, bottom = np.ceil(bent.max(axis=0))
        return int(left), int(top), int(right - left), int(bottom - top)

    where = result.alignment
    return replace(
        result,
        alignment=replace(
            where,
            corners=corners(where.corners, after),
            before_corners=corners(where.before_corners, taken.before or after),
        ),
        changed_regions=tuple(replace(r, box_px=box(r.box_px)) for r in result.changed_regions),
        occlusions=tuple(replace(o, polygon=tuple(points(o.polygon))) for o in result.occlusions),
    )


def _points(found: Points) -> list[Point]:
    return [(float(x), float(y)) for x, y in found]
