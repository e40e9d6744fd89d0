"""What TWAT's two services share: errors, bearer token, pairing, identity, mDNS, and the way they run.

A service is an aiohttp application made by `create_app` and run by `serve`::

    INFO = ServiceInfo("twat-camera", title="TWAT camera", version="0.1.0", default_port=8098)

    def main(argv: Sequence[str] | None = None) -> int:
        cli = ServiceCli(INFO, description="…")
        cli.option("--backend", choices=("picamera2", "folder"), default="picamera2", help="…")
        return cli.run(argv, make_app)

    def make_app(args: argparse.Namespace, info: ServiceInfo) -> web.Application:
        app = create_app(info, args.data_dir)
        app.router.add_get("/status", status)
        return app
"""

from .app import API_VERSION, create_app, service_id
from .cli import ServiceCli, UsageError
from .data_dir import DataDirError, TokenStore
from .errors import ApiError, error_response, json_object
from .info import ServiceInfo
from .pairing import Pairing
from .runner import CannotListen, serve

__all__ = [
    "API_VERSION",
    "ApiError",
    "CannotListen",
    "DataDirError",
    "Pairing",
    "ServiceCli",
    "ServiceInfo",
    "TokenStore",
    "UsageError",
    "create_app",
    "error_response",
    "json_object",
    "serve",
    "service_id",
]
