"""Pictures: right where the script says, different only where the game is, the same every time."""

from dataclasses import replace
import io

import cv2
import numpy as np
from PIL import Image
import pytest

from twat_camera.backends.simulated import SimulatedCamera
from twat_camera.camera import RESOLUTIONS
from twat_camera.simulator.boards import grid_board
from twat_camera.simulator.script import load_script
from twat_camera.simulator.sensor import LightNow, light_field
from twat_camera.simulator.spaces import GridBoard, Zone, ZoneBoard
from twat_camera.simulator.zone_art import zone_board


def _pixels(still):
    return cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)


def _rectified(camera, still, cells=8, side=60):
    """Return the board as seen from straight above, `side` pixels a cell."""
    image = _pixels(still)
    height, width = image.shape[:2]
    corners = np.float32(camera.describe()["corners"]) * (width, height)
    edge = cells * side
    matrix = cv2.getPerspectiveTransform(
        corners.astype(np.float32), np.float32([[0, 0], [edge, 0], [edge, edge], [0, edge]])
    )
    return cv2.warpPerspective(image, matrix, (edge, edge), flags=cv2.INTER_AREA)


def _changed_cells(before, after, side=60):
    """Return the cells whose middle differs, less the light."""
    changed = set()
    for row in range(8):
        for column in range(8):
            cut = (
                slice(row * side + 15, row * side + 45),
                slice(column * side + 15, column * side + 45),
            )
            # A shadow darkens a whole cell alike; a piece does not.
            gain = np.median(after[cut] / np.maximum(before[cut], 1.0), axis=(0, 1))
            if np.abs(after[cut] - before[cut] * gain).mean() > 12:
                changed.add(f"{'ABCDEFGH'[column]}{row + 1}")
    return changed


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_still_has_the_size_asked_for(simulated, resolution):
    still = simulated.capture(resolution)

    assert Image.open(io.BytesIO(still.jpeg)).size == still.size == RESOLUTIONS[resolution]
    assert (still.exposure_us, still.gain, still.lens_position) == (16000, 2.0, 2.4)


def test_every_step_changes_the_cells_it_names_and_no_others(simulated):
    script = load_script("grid")
    before = _rectified(simulated, simulated.capture("1080p"))
    for step in script.steps:
        simulated.advance()
        after = _rectified(simulated, simulated.capture("1080p"))
        named = {space for move in step.moves for space in (move.from_space, move.to_space)}
        assert _changed_cells(before, after) == named - {None}
        before = after


def test_the_same_calls_give_the_same_pictures(simulated):
    def session():
        simulated.reset()
        first = simulated.capture("720p").jpeg
        simulated.advance(2)
        simulated.show_hand(True)
        return first, simulated.capture("720p").jpeg

    assert session() == session()


def test_two_stills_of_one_position_differ_in_noise_and_a_little_light(simulated):
    one, other = (_pixels(simulated.capture("4k")).astype(np.int16) for _ in range(2))
    difference = one[::7, ::7] - other[::7, ::7]

    assert 1.0 < difference.std() < 12
    assert abs(difference.mean()) < 12


def test_unlocked_settings_drift_more(simulated):
    def spread():
        simulated.reset()
        tones = [_pixels(simulated.capture("720p")).mean(axis=(0, 1)) for _ in range(8)]
        return np.std(tones, axis=0)

    locked = spread()
    simulated.set_locks({"exposure": False, "white_balance": False})
    assert (spread() > 1.5 * locked).all()


def test_an_unlocked_lens_blurs_some_stills(simulated):
    sharp = simulated.capture("1080p")
    simulated.set_locks({"focus": False})
    soft = [simulated.capture("1080p") for _ in range(3)]

    assert {still.lens_position for still in soft} != {2.4}
    assert min(still.sharpness for still in soft) < 0.8 * sharp.sharpness


def test_a_bump_moves_the_board_where_the_corners_say(simulated):
    before = _rectified(simulated, simulated.capture("1080p"))
    was = np.array(simulated.describe()["corners"])
    simulated.advance(9)
    simulated.reset()
    simulated.bump(load_script("grid").steps[8].bump)
    now = np.array(simulated.describe()["corners"])
    after = _rectified(simulated, simulated.capture("1080p"))

    assert 0.001 < np.linalg.norm(now - was, axis=1).max() < 0.02
    assert _changed_cells(before, after) == set()


def test_light_changes_brightness_and_warmth_and_stays(simulated):
    plain = _pixels(simulated.capture("720p")).mean(axis=(0, 1))
    simulated.advance(4)
    for _ in range(2):
        blue, green, red = _pixels(simulated.capture("720p")).mean(axis=(0, 1)) / plain
        assert green > 1.08
        assert red > green > blue


def test_a_hand_covers_much_and_goes_away_again(simulated):
    empty = _pixels(simulated.capture("720p")).astype(int)
    simulated.show_hand(True)
    simulated.show_hand(True)
    covered = _pixels(simulated.capture("720p")).astype(int)
    simulated.show_hand(False)
    gone = _pixels(simulated.capture("720p")).astype(int)

    different = np.abs(covered - empty).max(axis=2) > 45
    assert 0.02 < different.mean() < 0.4
    assert different[0].any() or different[-1].any(), "it reaches in from an edge"
    assert (np.abs(gone - empty).max(axis=2) > 45).mean() < 0.002


def test_a_hand_over_a_finished_game_reaches_for_the_middle(simulated):
    simulated.advance(len(load_script("grid").steps))
    simulated.show_hand(True)

    assert simulated.describe()["hand"] is True
    assert simulated.capture("720p").jpeg


@pytest.mark.parametrize("width", [160, 641, 1920])
def test_the_preview_has_the_width_asked_for(simulated, width):
    size = Image.open(io.BytesIO(simulated.preview(width))).size

    assert size == (width, round(width * 9 / 16))


def test_with_advance_after_still_every_still_is_one_step_on():
    whole = load_script("dune")
    script = whole.model_copy(update={"steps": whole.steps[:2]})
    camera = SimulatedCamera(script, "dune", seed=3, advance_after_still=True)
    camera.start()
    camera.start()
    steps = []
    for _ in range(4):
        steps.append(camera.describe()["step"])
        camera.capture("720p")
    camera.prepare()
    camera.close()

    assert steps == [0, 1, 2, 2]
    with pytest.raises(RuntimeError, match="has not been started"):
        camera.capture("720p")
    with pytest.raises(RuntimeError, match="has not been started"):
        camera.preview(640)


def test_boards_of_other_shapes_can_be_drawn():
    rng = np.random.default_rng(0)
    tall = grid_board(GridBoard(3, 6, "bottom_left"), rng)
    assert tall.shape[0] > 1.5 * tall.shape[1]
    zones = ZoneBoard((Zone("lake", "Lake", ((0.1, 0.1), (0.6, 0.1), (0.6, 0.6), (0.1, 0.6))),))
    assert zone_board(zones, rng).shape == (2200, 2200, 3)


def test_the_light_field_holds_shadows_and_warmth():
    even = light_field(LightNow())
    warm = light_field(LightNow(white_balance_k=800))
    shaded = light_field(replace(LightNow(), shadows=((0.5, 0.5, 0.2, 0.3),)))

    assert (even == 128).all()
    assert warm[0, 0, 2] > 128 > warm[0, 0, 0]
    assert shaded[40, 72, 1] < 0.75 * 128
    assert shaded[0, 0, 1] > 0.97 * 128
