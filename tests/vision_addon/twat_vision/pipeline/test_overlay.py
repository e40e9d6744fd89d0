"""The annotated photo."""

from typing import Any

import cv2
import numpy as np

from twat_vision.pipeline import draw_overlay
from twat_vision.pipeline.overlay import LEAST_SIDE
from twat_vision.pipeline.pen import WHITE, Pen
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    ChangedRegion,
    Grid,
    Layout,
    Move,
    MoveKind,
    Occlusion,
    RegionKind,
    Surface,
    WarningCode,
    Zones,
)


def overlay(
    scene: Any,
    layout: Layout,
    *moves: Move,
    warnings: tuple[WarningCode, ...] = (),
    lost: bool = False,
    summary: str = "Red pawn: C8 → D6",
    regions: tuple[ChangedRegion, ...] = (),
    occlusions: tuple[Occlusion, ...] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """The photo, and the overlay at the photo's size."""
    photo = scene.photo({(2, 5): "red"})
    status = AlignmentStatus.LOST if lost else AlignmentStatus.ALIGNED
    result = AnalysisResult(
        alignment=Alignment(status, 0.0, 0.0, 0, None if lost else scene.corners),
        changed_regions=regions,
        moves=moves,
        detected_pieces=(),
        confidence=0.9,
        summary=summary,
        warnings=warnings,
        questions=(),
        timings_ms={},
        occlusions=occlusions,
    )
    request = AnalysisRequest(after=b"", layout=layout)
    drawn = cv2.imdecode(np.frombuffer(draw_overlay(photo, request, result), np.uint8), 1)
    assert drawn.shape == (960, LEAST_SIDE, 3)
    size = (photo.shape[1], photo.shape[0])
    return photo, cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)


def move(kind: MoveKind, start: str | None, end: str | None, **more: Any) -> Move:
    return Move(kind, None, "pawn", 1, start, end, 0.9, color="red", **more)


def redness(picture: np.ndarray, x: slice, y: slice) -> float:
    part = picture[y, x].astype(float)
    return float((part[..., 2] - part[..., :2].mean(axis=-1)).mean())


CELL = 45
C8 = (slice(150 + 2 * CELL, 150 + 3 * CELL), slice(60 + 7 * CELL, 60 + 8 * CELL))
D6 = (slice(150 + 3 * CELL, 150 + 4 * CELL), slice(60 + 5 * CELL, 60 + 6 * CELL))


def test_a_move_is_drawn_in_the_players_colour(scene: Any) -> None:
    photo, drawn = overlay(scene, Grid(8, 8), move(MoveKind.MOVE, "C8", "D6"))
    for space in (C8, D6):
        assert redness(drawn, *space) > redness(photo, *space) + 10


def test_placed_removed_and_captured_pieces_are_marked(scene: Any) -> None:
    for kind, start, end, space in (
        (MoveKind.PLACE, None, "D6", D6),
        (MoveKind.REMOVE, "D6", None, D6),
        (MoveKind.CAPTURE, "C8", "D6", D6),
    ):
        photo, drawn = overlay(scene, Grid(8, 8), move(kind, start, end))
        assert redness(drawn, *space) > redness(photo, *space) + 8


def test_the_board_is_drawn_even_when_nothing_changed(scene: Any, zones: Zones) -> None:
    for layout in (Grid(8, 8), zones, Surface(48, 48)):
        photo, drawn = overlay(scene, layout)
        edge = drawn[200, 148:153].astype(int) - photo[200, 148:153]
        assert edge.max() > 25


def test_zones_and_free_positions(scene: Any, zones: Zones) -> None:
    photo, drawn = overlay(
        scene, zones, move(MoveKind.MOVE, "north", "camp"), move(MoveKind.PLACE, None, "nowhere")
    )
    assert np.abs(drawn.astype(int) - photo).mean() > 1
    free = move(MoveKind.MOVE, None, None, from_position=(5.0, 5.0), to_position=(24.0, 24.0))
    photo, drawn = overlay(scene, Surface(48, 48), free)
    middle = (slice(190, 330), slice(100, 240))
    assert redness(drawn, *middle) > redness(photo, *middle) + 2


def test_a_turn_is_drawn_from_above_a_unit_round_to_how_far_it_turned(scene: Any) -> None:
    def drawn(degrees: float | None) -> np.ndarray:
        turned = move(MoveKind.MOVE, None, None, from_position=(24.0, 24.0),
            to_position=(24.0, 24.0), distance=0.0, rotation_deg=degrees)  # fmt: skip
        return overlay(scene, Surface(48, 48), turned)[1].astype(int)

    # The middle is at 330, 240; the bow's radius is 7 pixels, and its head beyond its end.
    right, left = (slice(236, 245), slice(334, 340)), (slice(236, 245), slice(321, 327))
    plain = drawn(None)
    for degrees, inked, bare in ((100.0, right, left), (-100.0, left, right)):
        change = np.abs(drawn(degrees) - plain).max(axis=2)
        assert change[inked].mean() > 30
        assert change[bare].mean() < 10


def test_a_lost_board_still_gives_a_picture(scene: Any) -> None:
    photo, drawn = overlay(
        scene, Grid(8, 8), lost=True, warnings=(WarningCode.BOARD_LOST,), summary="long " * 40
    )
    assert np.abs(drawn[:30].astype(int) - photo[:30]).mean() > 3


def test_spaces_outside_the_picture_do_no_harm(scene: Any) -> None:
    photo = scene.photo()
    result = AnalysisResult(
        alignment=Alignment(
            AlignmentStatus.ALIGNED, 0, 0, 0, ((1.2, 1.2), (1.9, 1.2), (1.9, 1.9), (1.2, 1.9))
        ),
        changed_regions=(),
        moves=(move(MoveKind.MOVE, "C8", "D6"),),
        detected_pieces=(),
        confidence=0.9,
        summary="",
        warnings=(),
        questions=(),
        timings_ms={},
    )
    assert draw_overlay(photo, AnalysisRequest(after=b"", layout=Grid(8, 8)), result)


def test_a_piece_of_a_zone_is_marked_where_it_was_seen(scene: Any, zones: Zones) -> None:
    region = ChangedRegion((200, 120, 20, 20), ("north",), RegionKind.APPEARED, "red", 0.9)
    placed = move(MoveKind.PLACE, None, "north")
    photo, drawn = overlay(scene, zones, placed, regions=(region,))
    _, elsewhere = overlay(scene, zones, placed)
    around = (slice(190, 230), slice(110, 150))
    assert redness(drawn, *around) > redness(photo, *around) + 10
    assert redness(drawn, *around) > redness(elsewhere, *around) + 5


def test_a_hand_is_outlined(scene: Any) -> None:
    hand = Occlusion(((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)), ("E5",))
    photo, drawn = overlay(scene, Grid(8, 8), occlusions=(hand,))
    inside = (slice(270, 370), slice(200, 280))
    assert redness(drawn, *inside) > redness(photo, *inside) + 5


def test_a_large_photo_keeps_its_size(scene: Any) -> None:
    photo = scene.photo(size=(1600, 1200))
    result = AnalysisResult(
        Alignment(AlignmentStatus.LOST, 0, 0, 0, None), (), (), (), 0.0, "", (), (), {}
    )
    drawn = draw_overlay(photo, AnalysisRequest(after=b"", layout=Grid(8, 8)), result)
    assert cv2.imdecode(np.frombuffer(drawn, np.uint8), 1).shape == photo.shape


class TestLabels:
    def test_they_keep_off_each_other_and_what_they_are_about(self) -> None:
        canvas = np.zeros((600, 800, 3), np.uint8)
        pen = Pen(canvas)
        cells = [
            np.array([(x, y), (x + 50, y), (x + 50, y + 50), (x, y + 50)], float)
            for x, y in ((300, 200), (300, 250), (350, 200))
        ]
        for cell in cells:
            pen.keep_clear(cell)
        before = canvas[200:300, 300:350].copy()
        for cell in cells:
            pen.label("+ B13", cell, WHITE)
        assert np.array_equal(canvas[200:300, 300:350], before)
        white = cv2.inRange(canvas, (250, 250, 250), (255, 255, 255))
        bars = cv2.connectedComponentsWithStats(white)[2][1:]
        assert sum(bar[cv2.CC_STAT_HEIGHT] > 2 * bar[cv2.CC_STAT_WIDTH] for bar in bars) >= 3

    def test_they_stay_inside_the_picture(self) -> None:
        pen = Pen(np.zeros((300, 400, 3), np.uint8))
        corner = np.array([(0, 0), (20, 0), (20, 20), (0, 20)], float)
        pen.label("+ somewhere", corner, WHITE)
        pen.caption("a very long sentence about nothing; " * 9, WHITE, top=False)
        assert pen.picture.any()
