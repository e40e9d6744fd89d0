"""What can go wrong in `games`, as keys that the interface translates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # A new game
        "invalid_name": "{field}: a name has 1 to {maximum} visible characters and no control characters",
        "unknown_profile": "There is no game type {game_type}. Known: {allowed}",
        "invalid_profile_id": "The id of a profile is a to z first, then a to z, 0 to 9 and _, not {id}",
        "profile_exists": "There is a profile {id} already",
        "player_count": "{game_type} is for {minimum} to {maximum} players, not {count}",
        "duplicate_position": "Two players have position {position}",
        "invalid_position": "Positions are whole numbers from 1 to {maximum}, not {position}",
        "duplicate_color": "Two players have the color {color}",
        "unknown_color": "There is no color {color}. Allowed: {allowed}",
        "unknown_setting": "{game_type} has no setting {setting}. Known: {allowed}",
        "invalid_setting": "Setting {setting} cannot be {value}. Allowed: {allowed}",
        # The board
        "invalid_field": "{field}: {reason}",
        "unknown_space": "There is no space {space} on this board",
        "unknown_piece_type": "There is no piece type {type}. Known: {allowed}",
        "unknown_phase": "There is no phase {phase}. Known: {allowed}",
        "unknown_rule": "There is no rule {rule}. Known: {allowed}",
        "unknown_resource": "There is no resource {resource}. Known: {allowed}",
        "unknown_player": "There is no player {player}",
        "no_piece_there": "No such piece stands on {space}",
        "nothing_to_take": "There is nothing to take on {space}",
        "space_taken": "{space} is taken by a piece of the same player",
        "space_not_allowed": "A {type} cannot stand on {space}",
        "two_on_one_space": "Two pieces cannot share {space}",
        "duplicate_piece": "Two pieces are called {piece}",
        "not_a_surface_point": "The point {x}, {y} is not on the table of {width} × {height}",
        # The course of the game
        "out_of_range": "{field} must be from {minimum} to {maximum}, not {value}",
        "nobody_active": "Nobody is to move now; say which player is meant",
        "player_is_out": "Player {player} is out of the game",
        "player_not_out": "Player {player} is not out of the game",
        # The log
        "no_proposal": "No reading is waiting for review",
        "stale_proposal": "The game has moved on since this photo was read; analyze it again",
        "nothing_to_undo": "There is nothing to undo",
        "nothing_to_redo": "There is nothing to redo",
        "unknown_state": "This game has no state {id}",
        "already_there": "The game is at this state already",
        "nothing_to_update": "The game stands so already",
        "clock_so_already": "The clock is in that state already",
        "game_is_over": "This game is over; reopen it first",
        "game_not_over": "This game is not over",
        "correct_not_latest": "Only the latest move can be corrected by moves; undo first, or give the pieces",
        "nothing_to_correct": "There is no photo to correct",
        # Files and results
        "invalid_import": "This cannot be imported: {path}: {reason}",
        "no_pgn": "This game of {game_type} cannot be written as PGN",
        "import_too_new": "This was exported by a newer TWAT (version {found}; this one knows {known})",
        "invalid_profile": "{file}:{line}: {path}: {reason}",
        "invalid_result": "The vision service's result is not understood: {path}: {reason}",
    }
)
"""English text of every key, with its placeholders. Translations follow it."""


class GameError(Exception):
    """A request that cannot be done; nothing has been changed.

    Attributes:
        key: One of `MESSAGES`; also the translation key.
        placeholders: Values for the text, all strings.
    """

    def __init__(self, key: str, **placeholders: object) -> None:
        """Name the error. ``key`` must be one of `MESSAGES`."""
        self.key = key
        self.placeholders = {name: str(value) for name, value in placeholders.items()}
        super().__init__(MESSAGES[key].format_map(self.placeholders))


class ProfileError(GameError):
    """A profile that cannot be used: which file, which line, where in it, and why."""

    def __init__(self, file: str, line: int, path: str, reason: str) -> None:
        """Name the fault. ``line`` counts from 1; 0 where no line is to blame."""
        super().__init__("invalid_profile", file=file, line=line, path=path, reason=reason)
        self.file = file
        self.line = line
        self.path = path
        self.reason = reason


class ResultError(GameError):
    """A vision service's answer that does not follow the agreed form."""

    def __init__(self, path: str, reason: str) -> None:
        """Name the field, dotted, and what is wrong with it."""
        super().__init__("invalid_result", path=path, reason=reason)
        self.path = path
        self.reason = reason
