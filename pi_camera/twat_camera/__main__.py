"""Command line of the camera service: `python -m twat_camera serve | token`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from aiohttp import web

from twat_service import ServiceCli, ServiceInfo, UsageError, create_app

from . import __version__
from .service import add_camera

INFO = ServiceInfo("twat-camera", "TWAT camera", __version__, default_port=8098)
BACKENDS = ("picamera2", "simulated", "folder")


def make_app(args: argparse.Namespace, info: ServiceInfo) -> web.Application:
    """Make the application with the backend that was asked for.

    Backends are imported here and not above: each needs packages that the others do without.

    Raises:
        UsageError: The options do not fit the backend.
        DataDirError: The data directory cannot be used.
    """
    app = create_app(info, args.data_dir)
    if args.backend == "folder":
        from .backends.folder import FolderCamera
        from .folder_routes import add_folder_routes

        if args.photos is None:
            raise UsageError("--backend folder needs --photos DIR")
        if not args.photos.is_dir():
            raise UsageError(f"--photos: there is no folder {args.photos}")
        folder = FolderCamera(args.photos)
        add_folder_routes(app, add_camera(app, folder, info.version), folder)
    elif args.backend == "simulated":
        try:
            from .backends.simulated import SimulatedCamera
            from .simulator.script import ScriptError, load_script
            from .simulator_routes import add_simulator_routes
        except ImportError as err:
            raise UsageError(
                f"--backend simulated needs OpenCV; install twat-camera[simulator] ({err})"
            ) from err
        try:
            script = load_script(args.script)
        except ScriptError as err:
            raise UsageError(f"--script: {err}") from err
        simulated = SimulatedCamera(
            script, args.script, args.seed, advance_after_still=args.advance == "after-still"
        )
        add_simulator_routes(app, add_camera(app, simulated, info.version), simulated)
    else:
        try:
            from .backends.picamera2 import PiCamera
        except ImportError as err:
            raise UsageError(
                "--backend picamera2 needs Picamera2: apt install python3-picamera2, and an "
                f"environment with system site packages ({err})"
            ) from err
        add_camera(app, PiCamera(), info.version)
    return app


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 4294967295")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    cli = ServiceCli(INFO, "Takes sharp, repeatable stills of a table, for Home Assistant.")
    cli.option(
        "--backend",
        choices=BACKENDS,
        default="picamera2",
        help="where photos come from: the Raspberry Pi's camera (default), a rendered game, "
        "or a folder of photos",
    )
    cli.option(
        "--script",
        default="grid",
        metavar="NAME|FILE.yaml",
        help="simulated: the game to play, grid (default), dune, or a file",
    )
    cli.option("--seed", type=_seed, default=0, help="simulated: same seed, same pictures")
    cli.option(
        "--advance",
        choices=("after-still", "manual"),
        default="manual",
        help="simulated: play the next step after each still, or by POST /simulator/advance "
        "(default)",
    )
    cli.option("--photos", type=Path, metavar="DIR", help="folder: where the photos are")
    return cli.run(argv, make_app)


if __name__ == "__main__":
    sys.exit(main())
