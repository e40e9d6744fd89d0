"""What the players' pieces look like on this table, learnt from where the accepted state says they stand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.colours import Lab, lab_of_rgb, palette
from twat_vision.pipeline.geometry import units_to_image
from twat_vision.pipeline.photo import Board, Photo
from twat_vision.pipeline.seencolours import colours_seen
from twat_vision.pipeline.types import AnalysisRequest, AnalysisResult, Piece, Player, Zones

from .test_things import BOARD, pair_of

Rgb = tuple[int, int, int]
Cube = tuple[float, float, str]
"""Where, 0…1 of the board, and whose."""

PAINTS: Mapping[str, Rgb] = {"blue": (30, 96, 168), "purple": (66, 74, 160)}
"""The purple ones have more of the blue's hue than of their own name's."""
SEEN: Mapping[str, Rgb] = {**PAINTS, "faded": (59, 78, 162)}
START: Sequence[Cube] = (
    (0.12, 0.12, "blue"),
    (0.22, 0.12, "blue"),
    (0.55, 0.9, "purple"),
    (0.6, 0.6, "purple"),
    (0.75, 0.78, "blue"),
    (0.82, 0.78, "purple"),
)
ZONES = ("north", "north", "south", "south", "camp", "camp")
UNIT = (10 * 16 / BOARD[2]) ** 2
"""Area of a cube in square units."""


def photo(desert: Any, cubes: Sequence[Cube], **effects: Any) -> np.ndarray:
    image = desert.photo(**effects)
    for u, v, whose in cubes:
        x, y = round(BOARD[0] + u * BOARD[2]), round(BOARD[1] + v * BOARD[2])
        cv2.rectangle(image, (x - 4, y - 4), (x + 7, y + 7), (45, 55, 65), -1)
        cv2.rectangle(image, (x - 5, y - 5), (x + 4, y + 4), SEEN[whose][::-1], -1)
    return image


def encode(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def seen(
    desert: Any, layout: Zones, nominal: Mapping[str, Lab], cubes: Sequence[Cube] = START
) -> Mapping[str, Lab]:
    index = {zone.id: n for n, zone in enumerate(layout.zones)}
    held = zip(ZONES, START, strict=True)
    standing = Counter((index[zone], whose) for zone, (_, _, whose) in held)
    before = photo(desert, cubes)
    pair = pair_of(desert, before, before)
    to_before = units_to_image(16, 16, desert.corners, (640, 480))
    board = Board(Photo(before), to_before, 16, 16)
    return colours_seen(pair, board, layout, nominal, standing, UNIT)


def read(
    desert: Any, layout: Zones, before: Sequence[Cube], after: Sequence[Cube]
) -> AnalysisResult:
    players = tuple(Player(n, name, name) for n, name in enumerate(PAINTS, 1))
    owner = {player.color: player.position for player in players}
    held = zip(ZONES, START, strict=True)
    pieces = (
        Piece(f"{n}", "troop", owner[whose], (0, 0), zone)
        for n, (zone, (_, _, whose)) in enumerate(held)
    )
    return analyse(
        AnalysisRequest(
            after=encode(photo(desert, after, noise=2)),
            before=encode(photo(desert, before)),
            layout=layout,
            corners=desert.corners,
            pieces=tuple(pieces),
            players=players,
        )
    )


class TestColoursSeen:
    def test_every_player_has_the_colour_of_the_pieces_that_stand_where_theirs_do(
        self, desert: Any, zones: Zones
    ) -> None:
        nominal = palette(PAINTS)
        learnt = seen(desert, zones, nominal)
        assert list(learnt) == list(nominal)
        for name, paint in PAINTS.items():
            true = lab_of_rgb(paint)
            assert np.linalg.norm(learnt[name] - true) < 6
            assert np.linalg.norm(learnt[name] - true) < np.linalg.norm(nominal[name] - true) / 2

    def test_what_is_not_seen_looks_as_its_name_says(self, desert: Any, zones: Zones) -> None:
        nominal = palette([*PAINTS, "yellow"])
        learnt = seen(desert, zones, nominal)
        assert learnt["yellow"] == pytest.approx(nominal["yellow"])
        assert seen(desert, zones, nominal, ()) == nominal

    def test_pieces_where_none_should_stand_tell_nothing(self, desert: Any, zones: Zones) -> None:
        nominal = palette(PAINTS)
        beside = [(0.65, 0.15, "purple"), (0.5, 0.3, "purple"), (0.5, 0.4, "blue")]
        assert seen(desert, zones, nominal, beside) == nominal

    def test_a_new_piece_is_theirs_whose_pieces_look_like_it(
        self, desert: Any, zones: Zones
    ) -> None:
        result = read(desert, zones, START, [*START, (0.65, 0.15, "purple")])
        assert [(m.color, m.to_space) for m in result.moves] == [("purple", "flag")]

    @pytest.mark.parametrize("came", [True, False])
    def test_whose_it_is_is_asked_where_it_looks_like_two_players_pieces(
        self, desert: Any, zones: Zones, *, came: bool
    ) -> None:
        if came:
            before, after = START, [*START, (0.65, 0.15, "faded")]
        else:
            before, after = [*START[:-1], (0.82, 0.78, "faded")], START[:-1]
        result = read(desert, zones, before, after)
        (move,) = result.moves
        assert move.confidence < 0.9
        (question,) = result.questions
        offered = {tuple(m.color for m in moves) for moves in question.outcomes}
        assert {("blue",), ("purple",)} <= offered
