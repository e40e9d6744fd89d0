"""The command line, as a stranger uses it."""

import json
import subprocess
import sys

import pytest

from twat_service import ServiceInfo
from twat_vision import __main__ as program
from twat_vision.service import cli, supervisor
from twat_vision.service.keys import SETTINGS


def test_help_says_how_to_start(capsys):
    with pytest.raises(SystemExit) as ended:
        program.main(["serve", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for word in ("--workers", "--queue-size", "--cache-mb", "--job-timeout", "pairing code"):
        assert word in text


@pytest.mark.parametrize(
    "options",
    [
        ["--workers", "0"],
        ["--workers", "many"],
        ["--queue-size", "0"],
        ["--cache-mb", "1"],
        ["--job-timeout", "4"],
        ["--port", "70000"],
    ],
)
def test_bad_option_ends_with_2_and_a_line(capsys, options):
    with pytest.raises(SystemExit) as ended:
        program.main(["serve", *options])
    assert ended.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_token_command(tmp_path, capsys):
    assert program.main(["token", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == (tmp_path / "token").read_text().strip()


def _app(tmp_path, *options):
    service = cli.make_cli()
    args = service.serve_parser.parse_args(["--data-dir", str(tmp_path), *options])
    return cli.make_app(args, ServiceInfo("twat-vision", "TWAT vision", "1", 8099))


def test_options_become_settings(tmp_path):
    settings = _app(
        tmp_path, "--workers", "2", "--queue-size", "5", "--cache-mb", "256", "--job-timeout", "9"
    )[SETTINGS]
    assert (settings.workers, settings.queue_size) == (2, 5)
    assert (settings.cache_bytes, settings.job_seconds) == (256 * 1024**2, 9)


def test_options_of_the_app_become_settings(tmp_path, monkeypatch):
    options = tmp_path / "options.json"
    options.write_text(json.dumps({"log_level": "info", "workers": 3, "image_cache_mb": 512}))
    for name in ("LOG_LEVEL", "WORKERS", "CACHE_MB"):
        # Set and deleted, so that what the options set is taken back afterwards.
        monkeypatch.setenv(f"TWAT_VISION_{name}", "x")
        monkeypatch.delenv(f"TWAT_VISION_{name}")
    monkeypatch.setattr(supervisor, "OPTIONS_FILE", options)
    monkeypatch.setenv("SUPERVISOR_TOKEN", "t")
    announced = []
    monkeypatch.setattr(
        supervisor,
        "announcing",
        lambda url, token, message: announced.append((url, token, message())),
    )
    app = _app(tmp_path)
    assert (app[SETTINGS].workers, app[SETTINGS].cache_bytes) == (3, 512 * 1024**2)
    ((url, token, message),) = announced
    assert (url, token, message.port) == ("http://supervisor", "t", 8099)
    assert message.token == (tmp_path / "token").read_text().strip()


def test_options_of_the_app_that_cannot_be_read(monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "OPTIONS_FILE", tmp_path / "missing.json")
    monkeypatch.setenv("SUPERVISOR_TOKEN", "t")
    with pytest.raises(SystemExit, match="cannot read the app's options"):
        cli.make_cli()


async def test_second_service_on_one_data_directory_is_refused(spawn, tmp_path):
    async with spawn():
        second = subprocess.run(
            [
                *(sys.executable, "-m", "twat_vision", "serve", "--host", "127.0.0.1"),
                *("--port", "0", "--no-announce", "--data-dir", str(tmp_path / "data")),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 1
    assert "another service is using the data directory" in second.stderr
    assert "Traceback" not in second.stderr


def test_all_commands_are_listed(capsys):
    with pytest.raises(SystemExit):
        program.main(["--help"])
    text = capsys.readouterr().out
    assert all(command in text for command in ("serve", "token", "compare", "evaluate"))


@pytest.mark.parametrize("command", ["serve", "token"])
def test_service_leaves_opencv_to_its_workers(command):
    """It takes a second to load, and a hundred megabytes of the process that only answers HTTP."""
    code = (
        "import sys\nfrom twat_vision.__main__ import main\n"
        f"try:\n    main([{command!r}, '--help'])\nfinally:\n    assert 'cv2' not in sys.modules"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
