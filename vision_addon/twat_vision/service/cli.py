"""The command line of the service: `serve` and `token`."""

import argparse
from collections.abc import Callable
from importlib.metadata import version
import os
from urllib.parse import urlsplit

from aiohttp import web

from twat_service import DataDirError, ServiceCli, ServiceInfo, TokenStore

from . import supervisor
from .app import create_app
from .settings import Settings

_DESCRIPTION = """\
TWAT's vision service and its tools. Given two photos of a board, the service says what changed
between them and which moves explain it."""

_EPILOG = """\
The service listens for HTTP requests and shows a six-digit pairing code in its log; enter it in
Home Assistant to connect. For a try on this computer only:

  python -m twat_vision serve --host 127.0.0.1 --no-announce
"""


def make_cli() -> ServiceCli:
    """Make the parser of `serve` and `token`; other commands can be added to it.

    As a Home Assistant app, its options come first into the environment, where the parser finds
    them.
    """
    if supervisor.TOKEN_VARIABLE in os.environ:
        try:
            supervisor.apply_options(supervisor.OPTIONS_FILE, os.environ)
        except DataDirError as err:
            raise SystemExit(f"twat-vision: {err}") from err
    info = ServiceInfo(
        "twat-vision", title="TWAT vision", version=version("twat-vision"), default_port=8099
    )
    cli = ServiceCli(info, description=_DESCRIPTION)
    cli.serve_parser.formatter_class = argparse.RawDescriptionHelpFormatter
    cli.serve_parser.epilog = _EPILOG
    cli.option(
        "--workers",
        type=_whole(1, 16),
        default=1,
        metavar="N",
        help="analyses to run at once, each in a process of its own (default 1)",
    )
    cli.option(
        "--queue-size",
        type=_whole(1, 1000),
        default=32,
        metavar="N",
        help="analyses that may wait or run before new ones are refused (default 32)",
    )
    cli.option(
        "--cache-mb",
        type=_whole(256, 1_000_000),
        default=2048,
        metavar="MB",
        help="disk space for photos in MiB; those longest unused go first (default 2048)",
    )
    cli.option(
        "--job-timeout",
        type=_whole(5, 3600),
        default=120,
        metavar="SECONDS",
        help="how long one analysis may take before it is ended (default 120)",
    )
    cli.option(
        "--ollama",
        type=_url,
        metavar="URL",
        help="an Ollama server to ask for names of pieces, such as http://127.0.0.1:11434",
    )
    cli.option(
        "--model",
        metavar="NAME",
        help="which of its models to ask (default: the best one that is installed)",
    )
    cli.option(
        "--gpu-gb",
        type=_whole(1, 512),
        default=16,
        metavar="GB",
        help="memory of its graphics card, for choosing a model (default 16)",
    )
    return cli


def make_app(args: argparse.Namespace, info: ServiceInfo) -> web.Application:
    """Make the application that the options of `serve` ask for."""
    settings = Settings(
        data_dir=args.data_dir,
        workers=args.workers,
        queue_size=args.queue_size,
        cache_bytes=args.cache_mb * 1024**2,
        job_seconds=args.job_timeout,
        ollama_url=args.ollama,
        model=args.model or None,
        card_gib=args.gpu_gb,
    )
    app = create_app(info, settings)
    if token := os.environ.get(supervisor.TOKEN_VARIABLE):
        app.cleanup_ctx.append(
            supervisor.announcing(
                supervisor.URL,
                token,
                lambda: supervisor.Discovery(
                    supervisor.own_host(), args.port, TokenStore(args.data_dir).current()
                ),
            )
        )
    return app


def _whole(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return convert


def _url(text: str) -> str | None:
    """An address; empty is none, as the app's options cannot leave one out."""
    if not text:
        return None
    parts = urlsplit(text)
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as http://127.0.0.1:11434")
    return text.rstrip("/")
