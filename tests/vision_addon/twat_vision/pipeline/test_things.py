"""What came and what went, whatever its colour, how surely it is a piece, and whose it looks like."""

from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest

from twat_vision.pipeline.colours import palette
from twat_vision.pipeline.evidence import Yardstick, evidence, left_over, yardstick
from twat_vision.pipeline.geometry import Frame, units_to_image
from twat_vision.pipeline.pair import Pair, compare
from twat_vision.pipeline.photo import Photo
from twat_vision.pipeline.photometry import true_colours
from twat_vision.pipeline.registration import register
from twat_vision.pipeline.thinglook import (
    colour_of,
    coloured,
    disc,
    histogram,
    histogram_of,
    nearness,
    ownership,
    turn,
    unlike,
)
from twat_vision.pipeline.things import Thing, changed_things

FRAME = Frame(16, 16, 32, 1.0)
BOARD = (150, 60, 360)
"""Left, top and side of the board in the photos."""

Tray = tuple[float, float, tuple[int, int, int]]
"""A brown base with figures: where, 0…1 of the board, and the figures' colour."""

WHITE, GREEN = (220, 225, 228), (60, 120, 50)


def pair_of(desert: Any, before: np.ndarray, after: np.ndarray) -> Pair:
    to_before = units_to_image(16, 16, desert.corners, (640, 480))
    found = register(Photo(before), Photo(after), to_before, 16, 16)
    light = partial(true_colours, sigma=3.0)
    return compare(Photo(before), Photo(after), to_before, found, FRAME, {}, light)


def with_trays(photo: np.ndarray, *trays: Tray) -> np.ndarray:
    image = photo.copy()
    for u, v, figures in trays:
        x, y = round(BOARD[0] + u * BOARD[2]), round(BOARD[1] + v * BOARD[2])
        cv2.rectangle(image, (x - 11, y - 8), (x + 11, y + 8), (40, 62, 84), -1)
        for dx in (-7, 0, 7):
            for dy in (-4, 4):
                cv2.circle(image, (x + dx, y + dy), 2, figures, -1, cv2.LINE_AA)
    return image


def at(thing: Thing) -> tuple[float, float]:
    """Where a thing is, 0…1 of the board."""
    x, y = ((c - FRAME.offset + 0.5) / (FRAME.scale * 16) for c in thing.centre)
    return x, y


def plain(things: tuple[Thing, ...]) -> list[Thing]:
    usual = yardstick(things)
    return [thing for thing in things if evidence(thing, usual) > 0]


class TestThings:
    def test_a_piece_of_many_colours_is_one_thing_where_it_stood_and_where_it_stands(
        self, desert: Any
    ) -> None:
        before = with_trays(desert.photo(), (0.3, 0.3, WHITE))
        after = with_trays(desert.photo(noise=1), (0.6, 0.7, WHITE))
        came, went = sorted(plain(changed_things(pair_of(desert, before, after))), key=at)[::-1]
        assert came.appeared and at(came) == pytest.approx((0.6, 0.7), abs=0.02)
        assert not went.appeared and at(went) == pytest.approx((0.3, 0.3), abs=0.02)
        x0, y0, x1, y1 = came.box
        assert (x1 - x0) * (y1 - y0) == pytest.approx(came.area * FRAME.scale**2, rel=0.3)

    @pytest.mark.parametrize("colour", ["white", "black", "red", "yellow"])
    def test_pieces_of_every_colour_are_things(self, desert: Any, colour: str) -> None:
        after = desert.photo(cubes={(0.5, 0.4): colour}, noise=1)
        (came,) = plain(changed_things(pair_of(desert, desert.photo(), after)))
        assert came.appeared and at(came) == pytest.approx((0.5, 0.4), abs=0.02)

    def test_one_thing_in_the_place_of_another_came_and_the_other_went(self, desert: Any) -> None:
        before, after = (
            desert.photo(cubes={(0.5, 0.4): color}, noise=n)
            for n, color in enumerate(("red", "blue"))
        )
        found = changed_things(pair_of(desert, before, after))
        assert {thing.appeared for thing in found} == {True, False}
        assert len({thing.place for thing in found}) == 1

    def test_light_is_nothing_that_came(self, desert: Any) -> None:
        cubes = {(0.5, 0.4): "red", (0.2, 0.6): "blue"}
        after = desert.photo(cubes=cubes, light=0.8, slope=0.3, noise=1)
        assert plain(changed_things(pair_of(desert, desert.photo(cubes=cubes), after))) == []

    def test_a_piece_that_was_pushed_leaves_nothing_that_is_plainly_one(self, desert: Any) -> None:
        before = with_trays(desert.photo(), (0.5, 0.5, WHITE))
        after = with_trays(desert.photo(noise=1), (0.506, 0.505, WHITE))
        found = changed_things(pair_of(desert, before, after))
        assert found and plain(found) == []

    def test_what_is_under_a_hand_is_left_out(self, desert: Any) -> None:
        after = with_trays(desert.photo(hand=(300, 250), noise=1), (0.42, 0.53, WHITE))
        pair = pair_of(desert, desert.photo(), after)
        assert pair.hand.found
        assert plain(changed_things(pair)) == []


class TestEvidence:
    def thing(self, **other: Any) -> Thing:
        pixels, place = other.pop("pixels", np.arange(100)), other.pop("place", 1)
        some = {"area": 0.1, "strength": 0.8, "contrast": 20.0, "other_contrast": 1.0}
        some |= {"compact": 0.7} | other
        return Thing(True, place, pixels, pixels, (5.0, 5.0), **some)

    def test_a_piece_is_surer_than_what_lacks_anything_of_one(self) -> None:
        usual = Yardstick(0.1, 2)
        sure = evidence(self.thing(), usual)
        assert sure > 2
        for lacks in (
            {"area": 0.02},
            {"strength": 0.3},
            {"other_contrast": 18.0},
            {"compact": 0.1},
        ):
            assert evidence(self.thing(**lacks), usual) < sure - 1

    def test_where_much_changes_each_thing_is_less_sure_to_be_a_piece(self) -> None:
        few, many = (evidence(self.thing(), Yardstick(0.1, count)) for count in (2, 40))
        assert many < few - 2

    def test_things_are_measured_by_what_is_plainly_a_piece(self) -> None:
        plainly = [self.thing(area=0.3), self.thing(area=0.34)]
        sliver = self.thing(area=0.02, strength=0.3)
        assert yardstick([*plainly, sliver]).area == pytest.approx(0.32)
        assert yardstick([*plainly, sliver]).things == 3
        assert yardstick([sliver]).area == yardstick([]).area

    def test_what_is_left_over_counts_by_what_it_is_worth(self) -> None:
        usual, used = Yardstick(0.1, 2), self.thing()
        assert left_over([used], [used], usual) == left_over([], [], usual) == 0
        faint, clear = self.thing(place=2, strength=0.4, compact=0.2), self.thing(place=2)
        faint_nats, clear_nats = (left_over([used, t], [used], usual) for t in (faint, clear))
        assert 0 < faint_nats < 1 < clear_nats

    def test_what_hangs_together_with_a_piece_is_not_left_over(self) -> None:
        used, shadow = self.thing(), self.thing()
        assert left_over([used, shadow], [used], Yardstick(0.1, 2)) == 0

    def test_things_overlap_by_their_share_of_the_smaller_one(self) -> None:
        whole = self.thing()
        half = self.thing(pixels=np.arange(50, 150))
        elsewhere = self.thing(place=2)
        assert whole.overlap(whole) == 1
        assert whole.overlap(half) == half.overlap(whole) == 0.5
        assert whole.overlap(elsewhere) == 0


class TestLooks:
    def test_two_of_one_kind_are_liker_than_two_armies(self, desert: Any) -> None:
        after = with_trays(
            desert.photo(noise=1), (0.2, 0.2, WHITE), (0.7, 0.3, WHITE), (0.4, 0.7, GREEN)
        )
        pair = pair_of(desert, desert.photo(), after)
        third, one, two = sorted(plain(changed_things(pair)), key=lambda t: -at(t)[1])
        looks = [histogram(pair, thing) for thing in (one, two, third)]
        assert unlike(looks[0], looks[0]) == pytest.approx(0, abs=1e-3)
        assert unlike(looks[0], looks[1]) < 0.5 * unlike(looks[0], looks[2])

    def test_a_piece_has_its_owners_colour_though_most_of_it_is_base(self, desert: Any) -> None:
        nominal = palette(["white", "green"])
        for figures, name in ((WHITE, "white"), (GREEN, "green")):
            after = with_trays(desert.photo(noise=1), (0.3, 0.3, figures))
            pair = pair_of(desert, desert.photo(), after)
            (thing,) = plain(changed_things(pair))
            assert colour_of(pair, thing, nominal) == name

    def test_what_is_of_a_colour_that_nobody_plays_is_nobodys(self, desert: Any) -> None:
        after = desert.photo(cubes={(0.5, 0.4): "yellow"}, noise=1)
        pair = pair_of(desert, desert.photo(), after)
        (thing,) = plain(changed_things(pair))
        assert colour_of(pair, thing, palette(["red", "blue"])) is None
        assert colour_of(pair, thing, palette(["red", "yellow"])) == "yellow"

    def test_a_shadow_does_not_make_a_piece_black(self, desert: Any) -> None:
        after = desert.photo(cubes={(0.5, 0.4): "red"}, noise=1)
        pair = pair_of(desert, desert.photo(), after)
        (thing,) = plain(changed_things(pair))
        near = nearness(pair, thing, palette(["black", "red"]))
        assert near["red"] + 5 < near["black"]

    def test_a_shadow_does_not_make_a_piece_grey(self, desert: Any) -> None:
        # A dull teal cube, and about as much of its grey shadow.
        before = desert.photo()
        after = before.copy()
        cv2.rectangle(after, (330, 240), (352, 262), (96, 96, 92), -1)
        cv2.rectangle(after, (324, 240), (340, 262), (116, 118, 62), -1)
        pair = pair_of(desert, before, after)
        (cube,) = plain(changed_things(pair))
        near = nearness(pair, cube, palette(["grey", "teal", "white"]))
        assert near["teal"] + 3 < near["grey"]

    def test_a_shadow_is_no_part_of_the_coloured_area(self, desert: Any) -> None:
        nominal = palette(["red"])
        after = desert.photo(cubes={(0.5, 0.4): "red"}, noise=1)
        twice = desert.photo(cubes={(0.5, 0.4): "red", (0.529, 0.4): "red"}, noise=1)
        areas = []
        for photo in (after, twice):
            pair = pair_of(desert, desert.photo(), photo)
            (thing,) = plain(changed_things(pair))
            areas.append(coloured(pair, thing, nominal["red"]).sum() / pair.frame.scale**2)
            assert areas[-1] < 0.85 * thing.area
        assert areas[1] == pytest.approx(2 * areas[0], rel=0.3)

    def test_a_place_turns_to_the_colour_of_what_came(self, desert: Any) -> None:
        after = desert.photo(cubes={(0.5, 0.4): "blue"}, noise=1)
        pair = pair_of(desert, desert.photo(), after)
        (thing,) = plain(changed_things(pair))
        colours = palette(["blue", "yellow"])
        assert turn(pair, thing, colours["blue"]) > 15
        assert turn(pair, thing, colours["yellow"]) < 0

    def test_ownership_is_told_by_what_only_one_players_pieces_have(self) -> None:
        ground, red, blue = ([60.0, 0, 10], [40.0, 50, 30], [35.0, 10, -45])

        def look(*colours: list[float]) -> Any:
            return histogram_of(np.array(colours, np.float32))

        known = {
            "red": [look(ground, red), look(ground, ground, red)],
            "blue": [look(ground, blue)],
        }
        nats = ownership(look(ground, ground, red), known)
        assert nats["red"] > nats["blue"] + 3
        bare = ownership(look(ground), known)
        assert abs(bare["red"] - bare["blue"]) < abs(nats["red"] - nats["blue"]) / 2

    def test_a_disc_is_cut_off_at_the_canvass_edge(self) -> None:
        canvas = np.zeros((20, 30, 3), np.float32)
        assert len(disc(canvas, (15, 10), 3)) == 29
        assert 0 < len(disc(canvas, (0, 0), 3)) < 29
        assert disc(canvas, (-50, 10), 3).shape == (0, 3)
