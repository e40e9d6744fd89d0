"""The command line both services have: `serve` and `token`, each option also an environment variable."""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
import ipaddress
import logging
import os
from pathlib import Path
import sys
from typing import Any

from aiohttp import web

from .data_dir import DataDirError, TokenStore, prepare_data_dir
from .info import ServiceInfo
from .runner import CannotListen, serve

MakeApp = Callable[[argparse.Namespace, ServiceInfo], web.Application]


class UsageError(Exception):
    """Options that make no sense together; ends the program like a bad option, with exit code 2."""


class ServiceCli:
    """Parser and main function of a service.

    Attributes:
        commands: Sub-command parsers, for commands of the service's own.
        serve_parser: The parser of `serve`, for groups and epilogues.
    """

    def __init__(self, info: ServiceInfo, description: str) -> None:
        self._info = info
        module = info.service.replace("-", "_")
        self._parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
        self._parser.add_argument("--version", action="version", version=info.version)
        self.commands = self._parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND"
        )
        self.serve_parser = self.commands.add_parser(
            "serve",
            help="run the service",
            description="Run the service until it is stopped. Every option can also be set by "
            f"an environment variable, such as {info.env_prefix}PORT for --port.",
        )
        self._add_serve_options()
        token = self.commands.add_parser(
            "token",
            help="show or replace the bearer token",
            description="Show the bearer token that clients must send.",
        )
        token.add_argument("--rotate", action="store_true", help="replace the token by a new one")
        self._add_data_dir(token)

    def option(
        self,
        flag: str,
        *,
        help: str,
        type: Callable[[str], Any] = str,
        default: Any = None,
        choices: Sequence[str] | None = None,
        metavar: str | None = None,
        parser: argparse.ArgumentParser | None = None,
    ) -> None:
        """Add an option with a value to `serve`, read from the environment where not given.

        Args:
            flag: Such as `--data-dir`, read from `TWAT_…_DATA_DIR`.
            help: What it does.
            type: Turns the text into a value; raises ArgumentTypeError for a bad one.
            default: The value (text, or of the type) where neither flag nor environment has one.
            choices: The texts allowed.
            metavar: Name of the value in `--help`.
            parser: Another sub-command's parser.
        """
        convert = _one_of(choices) if choices else type
        (parser or self.serve_parser).add_argument(
            flag,
            type=convert,
            # argparse converts a default only where it is text, and so checks the environment's.
            default=os.environ.get(self._env(flag)) or default,
            metavar=metavar or ("{" + ",".join(choices) + "}" if choices else None),
            help=f"{help} [{self._env(flag)}]",
        )

    def run(self, argv: Sequence[str] | None, make_app: MakeApp) -> int:
        """Parse, do what was asked, and return the exit code.

        Args:
            argv: Arguments after the program's name; None takes the process's own.
            make_app: Makes the application of `serve` from parsed options; may raise UsageError.
        """
        args = self._parser.parse_args(argv)
        if "handler" in args:
            return int(args.handler(args))
        try:
            if args.command == "token":
                return _token(args)
            _set_up_logging(args.log_level)
            info = replace(self._info, name=args.name)
            addresses = args.announce_address or self._env_addresses()
            app = make_app(args, info)
            asyncio.run(
                serve(
                    app,
                    info,
                    host=args.host,
                    port=args.port,
                    announce=not args.no_announce,
                    announce_addresses=addresses,
                )
            )
        except UsageError as err:
            self.serve_parser.error(str(err))
        except (DataDirError, CannotListen) as err:
            print(f"{self._info.service}: {err}", file=sys.stderr)  # noqa: T201
            return 1
        return 0

    def _add_serve_options(self) -> None:
        info, parser = self._info, self.serve_parser
        self.option("--host", default="0.0.0.0", metavar="ADDRESS", help="address to listen on")
        self.option(
            "--port",
            type=_port,
            default=info.default_port,
            help=f"port to listen on, 0 for a free one (default {info.default_port})",
        )
        self._add_data_dir(parser)
        self.option("--name", type=_name, default=info.title, help="name of this installation")
        self.option(
            "--log-level",
            choices=("debug", "info", "warning", "error"),
            default="info",
            help="how much to log to standard error",
        )
        parser.add_argument(
            "--no-announce",
            action="store_true",
            default=_env_flag(self._env("--no-announce")),
            help=f"do not announce the service by mDNS [{self._env('--no-announce')}]",
        )
        parser.add_argument(
            "--announce-address",
            type=_address,
            action="append",
            metavar="IP",
            help="announce this address instead of the machine's own; may be repeated "
            f"[{self._env('--announce-address')}, separated by commas]",
        )

    def _add_data_dir(self, parser: argparse.ArgumentParser) -> None:
        self.option(
            "--data-dir",
            type=Path,
            default=Path.home() / ".local" / "share" / self._info.service,
            metavar="DIR",
            help="where token, id and other data are kept",
            parser=parser,
        )

    def _env_addresses(self) -> list[str]:
        listed = os.environ.get(self._env("--announce-address"), "")
        try:
            return [_address(part.strip()) for part in listed.split(",") if part.strip()]
        except argparse.ArgumentTypeError as err:
            raise UsageError(f"{self._env('--announce-address')}: {err}") from err

    def _env(self, flag: str) -> str:
        return self._info.env_prefix + flag.removeprefix("--").upper().replace("-", "_")


def _token(args: argparse.Namespace) -> int:
    prepare_data_dir(args.data_dir)
    tokens = TokenStore(args.data_dir)
    print(tokens.rotate() if args.rotate else tokens.current())  # noqa: T201
    return 0


def _set_up_logging(level: str) -> None:
    logging.basicConfig(
        level=level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    """Like argparse's `choices`, which does not look at defaults, and so not at the environment."""

    def convert(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(choices)}")
        return text

    return convert


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to 65535")
    return int(text)


def _name(text: str) -> str:
    name = text.strip()
    if not (0 < len(name) <= 63 and name.isprintable()):
        raise argparse.ArgumentTypeError("a name is 1 to 63 printable characters")
    return name


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"{text!r} is no IP address") from err


def _env_flag(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in {"1", "true", "yes", "on"}
