"""Reading one photo: hand it to the vision service, and make of the answer what the game makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .calibration import async_find_board
from .clients.errors import (
    Busy,
    ConnectionFailed,
    Hop,
    NotAService,
    Rejected,
    ServiceError,
    Unauthorized,
    WrongVersion,
)
from .clients.vision import Corners, JobStatus, VisionClient
from .const import BOARD_CONFIDENCE, GameEvent
from .errors import HopError, service_error
from .games import log
from .games.log import GameRecord
from .games.model import AnalysisStatus, Capture, JournalEntry, JournalKind, Proposal
from .outcome import Outcome
from .request import Material, analysis_request, gather
from .table import Calibration, find_table

if TYPE_CHECKING:
    from .coordinator import GameCoordinator
    from .hub import TwatHub

_LOGGER = logging.getLogger(__name__)

# Players may accept or undo while a photo is being read; then it is read against the new state.
_TRIES = 4
