"""The command line, as a process: options, environment, ready line, signals."""

import argparse
import asyncio
import json
import os
import signal
import sys
import textwrap
import urllib.request

import pytest

from twat_service import ServiceCli, ServiceInfo, create_app

PROGRAM = textwrap.dedent(
    """
    import sys
    from twat_service import ServiceCli, ServiceInfo, UsageError, create_app

    def make_app(args, info):
        if args.color == "blue":
            raise UsageError("blue is out")
        return create_app(info, args.data_dir)

    cli = ServiceCli(ServiceInfo("twat-camera", "TWAT camera", "1.2.3", 8098), "A test.")
    cli.option("--color", choices=("red", "blue"), default="red", help="which")
    extra = cli.commands.add_parser("answer")
    extra.set_defaults(handler=lambda args: 42)
    sys.exit(cli.run(None, make_app))
    """
)


@pytest.fixture
def start(tmp_path):
    """Start the program; it is killed after the test if it still runs."""
    processes = []

    async def run(*arguments, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TWAT_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=clean | {"HOME": str(tmp_path)} | environment,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.returncode is None:
            process.kill()


async def _get(url):
    return await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(url)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_ends_cleanly(start, tmp_path, number):
    process = await start(
        "serve", "--host", "127.0.0.1", "--port", "0", "--no-announce",
        "--data-dir", str(tmp_path / "data"), "--name", "Attic",
    )  # fmt: skip
    line = (await process.stdout.readline()).decode().strip()
    health = await _get(line.removeprefix("listening on ") + "/health")
    process.send_signal(number)
    out, err = await process.communicate()

    assert line.startswith("listening on http://127.0.0.1:")
    assert health["name"] == "Attic"
    assert process.returncode == 0
    assert out == b""
    assert f"pairing code: {health['pairing_code']}" in err.decode()
    assert "Traceback" not in err.decode()


async def test_every_option_can_come_from_the_environment(start, tmp_path):
    process = await start(
        "serve",
        TWAT_CAMERA_HOST="127.0.0.1",
        TWAT_CAMERA_PORT="0",
        TWAT_CAMERA_NAME="From outside",
        TWAT_CAMERA_DATA_DIR=str(tmp_path / "env"),
        TWAT_CAMERA_NO_ANNOUNCE="1",
        TWAT_CAMERA_LOG_LEVEL="warning",
    )
    line = (await process.stdout.readline()).decode().strip()
    health = await _get(line.removeprefix("listening on ") + "/health")
    process.terminate()
    _, err = await process.communicate()

    assert health["name"] == "From outside"
    assert (tmp_path / "env" / "token").exists()
    assert err == b""


async def test_options_that_do_not_go_together_exit_2_in_one_line(start):
    process = await start("serve", "--color", "blue")
    out, err = await process.communicate()

    assert process.returncode == 2
    assert err.decode().endswith("error: blue is out\n")
    assert out == b""


async def test_a_taken_port_is_said_in_one_line(start, tmp_path):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await start(
        "serve", "--host", "127.0.0.1", "--port", str(port), "--no-announce",
        "--data-dir", str(tmp_path), "--log-level", "error",
    )  # fmt: skip
    out, err = await process.communicate()
    server.close()

    assert process.returncode == 1
    assert err.decode().startswith(f"twat-camera: cannot listen on 127.0.0.1:{port}: ")
    assert err.decode().count("\n") == 1
    assert out == b""


async def test_the_token_is_shown_and_replaced(start, tmp_path):
    async def token(*more):
        process = await start("token", "--data-dir", str(tmp_path), *more)
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out.decode().strip()

    first = await token()
    assert await token() == first
    second = await token("--rotate")
    assert second != first
    assert await token() == second


async def test_a_command_of_the_services_own(start):
    process = await start("answer")
    await process.communicate()

    assert process.returncode == 42


async def test_a_data_directory_that_cannot_be_used_exits_1(start, tmp_path):
    (tmp_path / "file").write_text("")
    process = await start("token", "--data-dir", str(tmp_path / "file"))
    _, err = await process.communicate()

    assert process.returncode == 1
    assert "cannot make the data directory" in err.decode()


# The same in this process, where coverage sees it.


def _cli():
    cli = ServiceCli(ServiceInfo("twat-vision", "TWAT vision", "1.2.3", 8099), "A test.")
    cli.option("--color", choices=("red", "blue"), default="red", help="which")
    return cli


def test_help_names_the_environment(capsys):
    with pytest.raises(SystemExit) as done:
        _cli().run(["serve", "--help"], lambda args, info: create_app(info, args.data_dir))

    assert done.value.code == 0
    assert "TWAT_VISION_DATA_DIR" in capsys.readouterr().out


def test_serving_passes_options_on(tmp_path, monkeypatch):
    seen = {}

    async def fake_serve(app, info, **options):
        seen.update(options, info=info)

    monkeypatch.setattr("twat_service.cli.serve", fake_serve)
    monkeypatch.setenv("TWAT_VISION_ANNOUNCE_ADDRESS", "192.0.2.1, 192.0.2.2")

    code = _cli().run(
        ["serve", "--data-dir", str(tmp_path), "--color", "blue", "--port", "5"],
        lambda args, info: create_app(info, args.data_dir),
    )

    assert code == 0
    assert seen["port"] == 5
    assert seen["announce"] is True
    assert seen["announce_addresses"] == ["192.0.2.1", "192.0.2.2"]
    assert seen["info"].name == "TWAT vision"


def test_a_handler_of_its_own_decides_the_exit_code():
    cli = _cli()
    parser: argparse.ArgumentParser = cli.commands.add_parser("answer")
    parser.set_defaults(handler=lambda _: 42)

    assert cli.run(["answer"], lambda *_: None) == 42


def test_the_token_command(tmp_path, capsys):
    assert _cli().run(["token", "--data-dir", str(tmp_path)], lambda *_: None) == 0
    assert _cli().run(["token", "--data-dir", str(tmp_path), "--rotate"], lambda *_: None) == 0

    first, second = capsys.readouterr().out.split()
    assert first != second


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["serve", "--port", "65536"], {}, "no port from 0 to 65535"),
        (["serve", "--port", "-1"], {}, "no port from 0 to 65535"),
        (["serve", "--name", "x" * 64], {}, "1 to 63 printable characters"),
        (["serve", "--name", "a\nb"], {}, "1 to 63 printable characters"),
        (["serve", "--announce-address", "here"], {}, "'here' is no IP address"),
        (["serve", "--color", "green"], {}, "'green' is none of red, blue"),
        (["serve", "--nonsense"], {}, "unrecognized arguments"),
        ([], {}, "required: COMMAND"),
        (["serve"], {"TWAT_VISION_PORT": "x"}, "no port from 0 to 65535"),
        (["serve"], {"TWAT_VISION_COLOR": "green"}, "'green' is none of red, blue"),
        (["serve"], {"TWAT_VISION_ANNOUNCE_ADDRESS": "1.2.3.4,x"}, "'x' is no IP address"),
    ],
)
def test_a_bad_option_exits_2_and_says_which(arguments, environment, message, monkeypatch, capsys):
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as done:
        _cli().run(arguments, lambda *_: None)

    assert done.value.code == 2
    assert message in capsys.readouterr().err


def test_an_unusable_data_directory(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code = _cli().run(
        ["serve", "--data-dir", str(tmp_path / "file"), "--announce-address", "::1"],
        lambda args, info: create_app(info, args.data_dir),
    )

    assert code == 1
    assert "twat-vision: cannot make the data directory" in capsys.readouterr().err
