"""Units of a free table that go somewhere, turn on their way, or turn where they stand."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.facing import Turn
from twat_vision.pipeline.turns import Stayed
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    MoveKind,
    Piece,
    Player,
    RegionKind,
    Surface,
)

TABLE = Surface(48.0, 48.0, "in")
BLUE, STEEL = (170, 78, 38), (46, 42, 40)
PLAYERS = (Player(1, "Ann", "blue"),)

Units = Mapping[tuple[float, float], float | None]
"""Where units stand, in inches, and how far each is turned, in degrees clockwise; None is a round one."""
START: Units = {(12, 12): 0, (36, 12): 40, (12, 36): None}
PIECES = tuple(Piece(f"u{n}", "unit", 1, at, None) for n, at in enumerate(START))


def photo(
    desert: Any,
    units: Units,
    noise: int = 0,
    hand: tuple[int, int] | None = None,
    shadow: float = 0.0,
) -> bytes:
    """The table with darts and discs on it, a JPEG file; a shadow of that depth has its edge right through the first of them."""
    picture = desert.photo(noise=noise, hand=hand)
    for (x, y), degrees in units.items():
        at = np.array([150 + x / 48 * 360, 60 + y / 48 * 360])
        if degrees is None:
            cv2.circle(picture, np.round(at).astype(int).tolist(), 8, BLUE, -1, cv2.LINE_AA)
            continue
        turn = np.deg2rad(degrees)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        for color, outline in (
            (BLUE, [(0, -11), (5, 1), (6, 8), (-6, 8), (-5, 1)]),
            (STEEL, [(-3, 2), (3, 2), (3, 6), (-3, 6)]),
        ):
            points = np.array(outline) @ matrix.T + at
            cv2.fillPoly(picture, [np.round(points * 16).astype(int)], color, cv2.LINE_AA, 4)
    picture[:, :240] = np.round(picture[:, :240] * (1 - shadow))
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def read(
    desert: Any, after: Units, pieces: tuple[Piece, ...] | None = PIECES, **more: Any
) -> AnalysisResult:
    return analyse(
        AnalysisRequest(
            before=photo(desert, START),
            after=photo(desert, after, noise=1, **more),
            layout=TABLE,
            corners=desert.corners,
            players=PLAYERS,
            pieces=pieces,
        )
    )


def test_a_unit_goes_somewhere_and_turns(desert: Any) -> None:
    result = read(desert, {(18, 20): 90, (36, 12): 40, (12, 36): None})
    (move,) = result.moves
    assert move.piece == "u0"
    assert move.distance == pytest.approx(10, abs=0.6)
    assert move.rotation_deg == pytest.approx(90, abs=5)
    assert " in, turned " in result.summary
    (told,) = (m.to_json() for m in result.moves)
    assert told["distance"] == round(move.distance or 0, 3)
    assert told["rotation_deg"] == move.rotation_deg


def test_nothing_is_said_of_how_far_a_round_unit_turned(desert: Any) -> None:
    (move,) = read(desert, {(12, 12): 0, (36, 12): 40, (24, 36): None}).moves
    assert move.distance == pytest.approx(12, abs=0.6)
    assert move.rotation_deg is None


def test_a_unit_that_turns_where_it_stands_has_moved(desert: Any) -> None:
    result = read(desert, {(12, 12): -100, (36, 12): 40, (12, 36): None})
    (move,) = result.moves
    assert (move.kind, move.piece, move.color) == (MoveKind.MOVE, "u0", "blue")
    assert move.from_position == move.to_position == (12, 12)
    assert move.distance == 0 and move.rotation_deg == pytest.approx(-100, abs=5)
    assert move.confidence > 0.9
    (region,) = result.changed_regions
    x, y, width, height = region.box_px
    assert region.kind is RegionKind.MOVED_WITHIN
    assert x < 240 < x + width and y < 150 < y + height
    assert {p.id: p.position for p in result.detected_pieces}["u0"] == (12, 12)


def test_a_nudge_is_no_turn(desert: Any) -> None:
    assert read(desert, {(12.2, 11.9): 10, (36, 12): 32, (12.1, 36): None}).moves == ()


def test_the_edge_of_a_shadow_turns_nothing(desert: Any) -> None:
    assert read(desert, START, shadow=0.5).moves == ()


@pytest.mark.parametrize(
    ("degrees", "moved_on", "clear", "turned"),
    [(90, 0.2, True, True), (90, 0.2, False, False), (10, 0.2, True, False), (90, 0, True, False)],
)
def test_what_has_turned_is_plainly_not_as_it_was_and_its_surroundings_are(
    degrees: float, moved_on: float, clear: bool, turned: bool
) -> None:
    turn = Turn(degrees, 0.95, 0.9, moved_on, (0.0, 0.0), 0.0, 0.3)
    there = Stayed(PIECES[0], turn, (100.0, 100.0), 10.0, clear)
    assert there.turned is turned
    assert there.certainty > 0.9


def test_where_the_state_is_not_known_nothing_is_said_to_have_turned(desert: Any) -> None:
    after = {(12, 12): -100, (36, 12): 40, (12, 36): None}
    assert all(m.distance != 0 for m in read(desert, after, pieces=None).moves)


def test_under_a_hand_nothing_is_said_to_have_turned(desert: Any) -> None:
    after = {(12, 12): -100, (36, 12): 40, (12, 36): None}
    assert read(desert, after, hand=(330, 330)).moves == ()
