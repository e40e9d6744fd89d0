"""The real camera's backend, against a fake as strict as the library."""

import importlib
import io
import logging

from PIL import Image
import pytest

from twat_camera.camera import CameraError, Locks


@pytest.fixture
def world(fake_picamera2):
    return fake_picamera2.world


@pytest.fixture
def new_camera(world):
    return importlib.import_module("twat_camera.backends.picamera2").PiCamera


@pytest.fixture
def camera(new_camera):
    camera = new_camera()
    camera.start()
    yield camera
    camera.close()


def _configured(world):
    return [call for call in world.calls if call[0] == "configure"]


def test_a_still_has_the_size_asked_for_and_says_how_it_was_taken(camera):
    still = camera.capture("4k")

    assert Image.open(io.BytesIO(still.jpeg)).size == still.size == (4608, 2592)
    assert still.exposure_us == 12000
    assert still.gain == 1.5
    assert still.lens_position == 2.5
    assert still.sharpness == 10000


@pytest.mark.parametrize(("name", "size"), [("1080p", (1920, 1080)), ("720p", (1280, 720))])
def test_smaller_stills_show_the_whole_sensor_too(camera, world, name, size):
    assert camera.capture(name).size == size
    assert {str(call[2]) for call in _configured(world)} == {
        "{'output_size': (4608, 2592), 'bit_depth': 10}"
    }


def test_focus_is_found_once_and_held_in_both_configurations(camera, world):
    for _ in range(3):
        assert camera.capture("4k").lens_position == 2.5
    world.sharp_at = 9.0
    assert camera.capture("4k").lens_position == 2.5
    camera.preview(640)

    assert world.calls.count(("autofocus",)) == 1
    assert all(call[3]["LensPosition"] == 2.5 for call in _configured(world)[1:])


def test_exposure_and_white_balance_are_settled_before_they_are_held(camera, world):
    held = _configured(world)[-1][3]

    assert held["AeEnable"] is False
    assert (held["ExposureTime"], held["AnalogueGain"]) == (12000, 1.5)
    assert held["AwbEnable"] is False
    assert held["ColourGains"] == (2.1, 1.7)


def test_what_is_held_stays_when_the_light_changes(camera, world):
    world.exposure, world.gain = 3000, 8.0
    still = camera.capture("4k")

    assert (still.exposure_us, still.gain) == (12000, 1.5)


def test_a_still_with_everything_locked_needs_no_warm_up(camera, world):
    camera.capture("4k")

    assert ("still", 0) in world.calls


def test_a_still_with_something_unlocked_lets_it_settle(camera, world):
    assert camera.set_locks({"exposure": False}) == Locks(True, False, True)
    world.exposure = 7000
    still = camera.capture("4k")

    assert ("still", 8) in world.calls
    assert still.exposure_us == 7000


def test_locking_again_settles_anew(camera, world):
    camera.set_locks({"focus": False, "exposure": False, "white_balance": False})
    world.sharp_at, world.exposure, world.colour_gains = 4.0, 9000, (1.5, 2.5)
    locks = camera.set_locks({"focus": True, "exposure": True, "white_balance": True})
    still = camera.capture("4k")

    assert locks == Locks(True, True, True)
    assert (still.lens_position, still.exposure_us) == (4.0, 9000)


def test_locking_what_is_locked_changes_nothing(camera, world):
    before = len(world.calls)
    camera.set_locks({"focus": True})

    assert len(world.calls) == before


def test_unlocking_what_is_unlocked_changes_nothing(camera, world):
    camera.set_locks({"focus": False})
    before = len(world.calls)
    camera.set_locks({"focus": False})

    assert len(world.calls) == before


def test_the_preview_has_the_width_asked_for(camera, world):
    before = len(world.calls)
    assert Image.open(io.BytesIO(camera.preview(640))).size == (640, 360)
    assert len(world.calls) == before


def test_the_model_names_the_sensor(camera, new_camera):
    assert camera.model == "Raspberry Pi Camera Module 3 (imx708_wide)"
    assert new_camera().model == "Raspberry Pi camera"


def test_a_lens_that_cannot_move_counts_as_locked(world, new_camera):
    world.autofocus, world.model = False, "arducam_64mp"
    camera = new_camera()
    camera.start()

    assert camera.locks.focus
    assert camera.set_locks({"focus": False}).focus
    assert camera.capture("4k").lens_position is None
    assert camera.model == "Raspberry Pi camera (arducam_64mp)"


def test_a_focus_that_finds_nothing_is_logged_and_held_all_the_same(world, new_camera, caplog):
    world.focuses = False
    camera = new_camera()
    camera.start()

    assert camera.capture("4k").lens_position == 0.5
    assert "autofocus found nothing sharp" in caplog.text


def test_light_that_never_settles_is_logged_and_taken_as_it_is(world, new_camera, caplog):
    world.settles = False
    camera = new_camera()
    camera.start()

    assert camera.locks == Locks(True, True, True)
    assert "do not settle" in caplog.text
    assert all(record.levelno == logging.WARNING for record in caplog.records)


def _no_camera(world):
    world.cameras = 0


def _coarse(world):
    world.sensor_resolution = (3280, 2464)


def _taken(world):
    world.open = 1


def _hangs(world):
    world.hangs = True


def _mute(world):
    world.missing = {"ColourGains"}


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (_no_camera, "no camera is connected"),
        (_coarse, "stills need 4608x2592"),
        (_taken, "did not complete"),
        (_hangs, "nothing for 20 s"),
        (_mute, "does not report 'ColourGains'"),
    ],
)
def test_a_camera_that_cannot_be_used_says_why(world, new_camera, break_it, message):
    break_it(world)
    camera = new_camera()

    with pytest.raises(CameraError, match=message):
        camera.start()
    camera.close()


def test_a_camera_that_breaks_can_be_opened_again(camera, world):
    world.breaks = True
    with pytest.raises(CameraError, match="frontend has timed out"):
        camera.capture("4k")
    camera.close()
    world.breaks = False
    camera.start()

    assert camera.capture("720p").size == (1280, 720)


def test_closing_twice_is_harmless(camera, world):
    camera.close()
    camera.close()

    assert world.calls.count(("close",)) == 1


async def test_the_service_takes_stills_with_it(serve, new_camera):
    client = await serve(new_camera())
    async with client.post("/capture", json={}) as response:
        assert response.status == 200
        assert response.headers["X-Twat-Lens-Position"] == "2.5"
    async with client.get("/status") as response:
        status = await response.json()
    assert status["camera_model"] == "Raspberry Pi Camera Module 3 (imx708_wide)"
    assert status["locked"] == {"focus": True, "exposure": True, "white_balance": True}
