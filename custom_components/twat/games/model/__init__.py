"""The vocabulary of a followed board game: immutable values that every layer shares.

Nothing here knows files, databases, networks or Home Assistant. Values that leave the process
(rows, REST answers, jobs) have ``to_json``; values that come back have ``from_json``, which trusts
what this package wrote itself. Foreign data is parsed by the module at that edge.
"""

from .annotation import Annotation
from .archive import GameArchive
from .board import Board, Move, MoveKind, Piece, Position
from .capture import AnalysisStatus, Capture, CaptureFailure, Proposal, Question, Region
from .common import JsonObject, new_id
from .game import (
    DEFAULT_CONFIDENCE_THRESHOLD,
    Game,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Player,
    Resources,
    StateSource,
    player_key,
)
from .result import GameResult, PlayerResult

__all__ = [
    "DEFAULT_CONFIDENCE_THRESHOLD",
    "AnalysisStatus",
    "Annotation",
    "Board",
    "Capture",
    "CaptureFailure",
    "Game",
    "GameArchive",
    "GameResult",
    "GameState",
    "GameStatus",
    "JournalEntry",
    "JournalKind",
    "JsonObject",
    "Move",
    "MoveKind",
    "Piece",
    "Player",
    "PlayerResult",
    "Position",
    "Proposal",
    "Question",
    "Region",
    "Resources",
    "StateSource",
    "new_id",
    "player_key",
]
