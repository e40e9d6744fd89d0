"""The parts of the running service, as handlers find them in the application."""

from typing import Final

from aiohttp import web

from .database import Database
from .detection import BoardDetector
from .events import EventSignal
from .images import ImageCache
from .job_queue import JobQueue
from .metrics import Metrics
from .models import Models
from .naming import Naming
from .relayed import RelayedNames
from .settings import Settings

SETTINGS: Final = web.AppKey("settings", Settings)
DATABASE: Final = web.AppKey("database", Database)
IMAGES: Final = web.AppKey("images", ImageCache)
QUEUE: Final = web.AppKey("queue", JobQueue)
DETECTOR: Final = web.AppKey("detector", BoardDetector)
EVENTS: Final = web.AppKey("events", EventSignal)
METRICS: Final = web.AppKey("metrics", Metrics)
SOCKETS: Final[web.AppKey[set[web.WebSocketResponse]]] = web.AppKey("sockets")
OPENAPI: Final = web.AppKey("openapi", str)
MODELS: Final = web.AppKey("models", Models)
NAMING: Final = web.AppKey("naming", Naming)
RELAYED: Final = web.AppKey("relayed", RelayedNames)
